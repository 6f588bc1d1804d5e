/** Which ground station commands a drone in place of the controller, as far as this console has
 * heard since it was opened. Pure. */
import type { Event } from "../contract";

export interface Lease {
  holder: string;
  untilMs: number;
}

export type Leases = Record<string, Lease>;

/** The leases after an event; the same ones if it tells of none. */
export function applyLease(old: Leases, { kind, at, data }: Event): Leases {
  if (kind === "LeaseGranted") {
    const untilMs = Date.parse(at) + Number(data.for_s) * 1000;
    return { ...old, [String(data.drone)]: { holder: String(data.holder), untilMs } };
  }
  if (kind !== "LeaseEnded") return old;
  const { [String(data.drone)]: _over, ...others } = old;
  return others;
}
