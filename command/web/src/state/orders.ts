/** What a person may tell a drone, and when the controller would take it. Pure. */
import type { DroneTelemetry, SortieView } from "../contract";
import takenIn from "./taken_in.json";

export type OrderKind = keyof typeof takenIn;

/** As `fleet/sortie.py` has them; a test holds the two against each other. */
const TAKEN_IN: Record<OrderKind, readonly string[]> = takenIn;

/** Modes in which the autopilot brings a drone home by itself. */
const GOING_HOME: ReadonlySet<string> = new Set(["RTL", "SMART_RTL", "AUTO_RTL", "LAND"]);

/** Metres above the ground, and of a circle, as the contract limits them. */
export const HEIGHT_M = { min: 20, max: 120 } as const;
export const RADIUS_M = { min: 15, max: 200, usual: 40 } as const;

/** Why the controller would refuse: a key of the dictionaries under `order.whyNot`. */
export type WhyNot = "noSortie" | "control" | "state" | "silent" | "lent" | "autopilot" | "wasLanding" | "wasLent";

/** Null if the order may be given. The controller judges by the same rules, and has the last word. */
export function whyNot(
  kind: OrderKind,
  sortie: SortieView | undefined,
  drone: DroneTelemetry | undefined,
  me?: string,
): WhyNot | null {
  if (sortie === undefined) return "noSortie";
  if (kind !== "recall" && me !== undefined && isDirectedByAnother(sortie, me)) return "control";
  // to stop a drone, to call it home and to bring it down goes over a lease
  if (!TAKEN_IN[kind].includes(sortie.state)) return sortie.lease ? "lent" : "state";
  if (kind === "recall") return null; // kept until the drone hears it
  if (drone === undefined || !drone.connected) return "silent";
  if (sortie.state === "lent" && !drone.armed) return "lent"; // on the ground it is taken back
  const stops = kind === "hold" && (sortie.state === "landing_out" || sortie.state === "lent");
  if (isFollowed(drone) && kind !== "land_now" && !stops) return "autopilot";
  if (kind !== "resume") return null;
  if (sortie.held_from === "lent") return "wasLent";
  return sortie.held_from === "landing_out" ? "wasLanding" : null;
}

/** Whether another person has the control: then nobody else directs the drone, but to call it home. */
export function isDirectedByAnother({ control }: SortieView, me: string): boolean {
  return control !== null && control.holder !== me;
}

/** Sorties whose control somebody offers to this person. */
export function offeredTo(sorties: Record<string, SortieView>, me: string | undefined): SortieView[] {
  return Object.values(sorties).filter(({ control }) => me !== undefined && control?.offered_to === me);
}

function isFollowed({ mode }: DroneTelemetry): boolean {
  return mode !== null && GOING_HOME.has(mode);
}

/** Whether it needs a place. */
export function isPlaced(kind: OrderKind): kind is "goto" | "orbit" {
  return kind === "goto" || kind === "orbit";
}

/** Whether it goes out at once: stopping a drone must not wait for a second key. */
export function isImmediate(kind: OrderKind): boolean {
  return kind === "hold" || kind === "resume";
}
