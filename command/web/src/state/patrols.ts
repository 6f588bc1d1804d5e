/** The patrols of the day as they are shown: flights by drone, tasks by how long nobody has looked
 * at them. Pure. */
import type { PatrolFlightView, PatrolTaskView, PatrolView, PatrolsView } from "../contract";
import type { DockSite } from "./derived";

const HOUR_MS = 3_600_000;
const DAILY_H = 24; // what has no interval of its own is looked at once a day
const SOON = 0.75; // of its interval: the next look should be near
const DAY_H: readonly [number, number] = [7, 19]; // shown where nothing is flown

/** How a flight stands, in the words of the console. */
export type FlightStand = "planned" | "due" | "flying" | "done" | "pre_empted" | "replanned" | "unfinished" | "missed";

export const FLIGHT_STANDS: readonly FlightStand[] = [
  ...(["planned", "due", "flying", "done", "pre_empted", "replanned", "unfinished", "missed"] as const),
];

export function standOfFlight({ state, outcome }: PatrolFlightView): FlightStand {
  if (state === "planned" || state === "flying") return state;
  if (state === "waits") return "due";
  return outcome === null ? "unfinished" : outcome === "seen" ? "done" : outcome;
}

/** A flight in its plan; ids of flights are unique only within one. */
export interface Flown {
  id: string;
  patrol: PatrolView;
  flight: PatrolFlightView;
  stand: FlightStand;
  fromMs: number;
  untilMs: number;
}

export function flightsOf({ patrols }: PatrolsView): Flown[] {
  return patrols.flatMap((patrol) =>
    patrol.flights.map((flight) => ({
      ...{ id: `${patrol.id}/${flight.id}`, patrol, flight, stand: standOfFlight(flight) },
      ...{ fromMs: Date.parse(flight.ordered_at), untilMs: Date.parse(flight.lands_at) },
    })),
  );
}

export interface DayRow {
  dock: string;
  drone: string;
  flights: Flown[];
}

/** A row for each dock, with what its drone flies, the earliest first. */
export function dayRows(sites: readonly DockSite[], flights: readonly Flown[]): DayRow[] {
  return sites.map((site) => ({
    ...{ dock: site.id, drone: site.drone },
    flights: flights.filter(({ flight }) => flight.drone === site.drone).sort((a, b) => a.fromMs - b.fromMs),
  }));
}

export interface Span {
  fromMs: number;
  untilMs: number;
}

/** Whole hours that hold all flights and the present moment; `midnightMs` is that of the day. */
export function spanOf(flights: readonly Flown[], nowMs: number, midnightMs: number): Span {
  const usual = DAY_H.map((hour) => midnightMs + hour * HOUR_MS);
  const from = Math.min(nowMs, ...(flights.length > 0 ? flights.map((each) => each.fromMs) : usual));
  const until = Math.max(nowMs, ...(flights.length > 0 ? flights.map((each) => each.untilMs) : usual));
  const whole = (ms: number, round: (hours: number) => number) => midnightMs + round((ms - midnightMs) / HOUR_MS) * HOUR_MS;
  return { fromMs: whole(from, Math.floor), untilMs: whole(until, Math.ceil) };
}

/** The full hours of a span, as far apart as `most` of them ask. */
export function hoursOf({ fromMs, untilMs }: Span, most: number): number[] {
  const count = Math.round((untilMs - fromMs) / HOUR_MS);
  const step = Math.max(1, Math.ceil(count / most));
  return Array.from({ length: Math.floor(count / step) + 1 }, (_, index) => fromMs + index * step * HOUR_MS);
}

export function shareOfSpan(ms: number, { fromMs, untilMs }: Span): number {
  return Math.min(1, Math.max(0, (ms - fromMs) / (untilMs - fromMs)));
}

/** How old the last look at a task is against what is allowed. */
export type Ageing = "fresh" | "soon" | "overdue" | "never";

export const AGEINGS: readonly Ageing[] = ["overdue", "soon", "fresh", "never"];

export interface AgedTask {
  task: PatrolTaskView;
  ageing: Ageing;
  age_s: number | null;
  interval_s: number;
  /** By how much it is over its interval; null while it is not. */
  over_s: number | null;
}

export function aged(task: PatrolTaskView, nowMs: number): AgedTask {
  const interval_s = (task.revisit_h ?? DAILY_H) * 3600;
  if (task.last_seen_at === null) return { task, ageing: "never", age_s: null, interval_s, over_s: null };
  const age_s = Math.max(0, (nowMs - Date.parse(task.last_seen_at)) / 1000);
  const over_s = age_s > interval_s ? age_s - interval_s : null;
  const ageing = over_s !== null ? "overdue" : age_s > SOON * interval_s ? "soon" : "fresh";
  return { task, ageing, age_s, interval_s, over_s };
}

/** Overdue first, by how far over; then what nobody has seen, the urgent first; then by age. */
export function byUrgency(a: AgedTask, b: AgedTask): number {
  const rank = ({ ageing }: AgedTask) => (ageing === "overdue" ? 0 : ageing === "never" ? 1 : 2);
  const ratio = ({ age_s, interval_s }: AgedTask) => (age_s === null ? 0 : age_s / interval_s);
  return rank(a) - rank(b) || ratio(b) - ratio(a) || a.task.priority - b.task.priority || (a.task.task < b.task.task ? -1 : 1);
}

/** The task of a visit: what follows a dot is a part of it, what follows an @ one of several looks. */
export function taskOfVisit(visit: string): string {
  return visit.split(/[.@]/, 1)[0] ?? visit;
}

export interface DayFigures {
  visits: number;
  seen: number;
  missed: number;
  flying: number;
  due: number;
}

/** What plans were made for the rest of others is counted with those. */
export function dayFigures({ patrols }: PatrolsView, flights: readonly Flown[]): DayFigures {
  const sum = (of: (patrol: PatrolView) => number) => patrols.reduce((total, each) => total + of(each), 0);
  const count = (stand: FlightStand) => flights.filter((each) => each.stand === stand).length;
  return {
    visits: sum((each) => (each.rest_of === null ? each.visits + Object.keys(each.unserved).length : 0)),
    seen: sum((each) => each.seen),
    missed: sum((each) => Object.keys(each.missed).length + (each.rest_of === null ? Object.keys(each.unserved).length : 0)),
    ...{ flying: count("flying"), due: count("due") },
  };
}
