/** What must be heard and not only seen. Pure. */
import type { AlarmView, DockView, IncidentView, SortieView } from "../contract";
import { hasFault, isWaiting } from "./derived";
import { unread } from "./droneAlarms";
import { tasksTo } from "./response";

export interface Alarming {
  seq: number | null;
  incidents: Record<string, IncidentView>;
  sorties: Record<string, SortieView>;
  docks: Record<string, DockView>;
  alarms: Record<string, AlarmView>;
  /** Who sits here. */
  me?: string;
}

/** An alarm: `calls` for an officer until somebody is at the console; `tells` once. */
export type Alarm = { id: string; urgency: "calls" | "tells" };

/** All that is alarming now, each under a name that it keeps. */
export function alarmsOf({ incidents, sorties, docks, alarms: said, me }: Alarming): Alarm[] {
  const alarms: Alarm[] = unread(said).map(({ id }) => ({ id, urgency: "calls" }));
  for (const each of Object.values(incidents)) {
    if (isWaiting(each)) alarms.push({ id: `${each.id} ${each.state}`, urgency: "calls" });
    else if (each.state !== "closed") alarms.push({ id: each.id, urgency: "tells" });
  }
  for (const each of Object.values(sorties)) {
    if (each.state === "lost") alarms.push({ id: `${each.id} lost`, urgency: "calls" });
    if (each.control?.offered_to === me && me !== undefined) alarms.push({ id: `${each.id} offered`, urgency: "calls" });
  }
  for (const each of Object.values(docks)) {
    if (hasFault(each)) alarms.push({ id: `${each.dock} fault`, urgency: "tells" });
  }
  for (const { id, state } of tasksTo(incidents, me)) if (state === "given") alarms.push({ id: `task ${id}`, urgency: "calls" });
  return alarms;
}

/** Those that were not there before. The first picture of a console alarms nobody: whoever opens it
 * looks at it. */
export function newAlarms(before: Alarming, now: Alarming): Alarm[] {
  if (before.seq === null) return [];
  const known = new Set(alarmsOf(before).map(({ id }) => id));
  return alarmsOf(now).filter(({ id }) => !known.has(id));
}
