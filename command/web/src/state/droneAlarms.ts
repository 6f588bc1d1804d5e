/** What autopilots said that a person must have read; who has is known to all consoles. Pure. */
import type { AlarmView } from "../contract";

/** Those that nobody has acknowledged, of a drone or of all, the newest first. */
export function unread(alarms: Record<string, AlarmView>, drone?: string): AlarmView[] {
  return Object.values(alarms)
    .filter((each) => each.acknowledged_by === null && (drone === undefined || each.drone === drone))
    .sort((a, b) => (a.id < b.id ? 1 : -1));
}
