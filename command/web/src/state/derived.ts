/** What follows from the picture: how each dock and drone stands, which incidents come first. */
import type { FeatureCollection, Point } from "geojson";
import type {
  AlternativeView,
  DecisionView,
  DistrictView,
  DockView,
  DroneTelemetry,
  IncidentView,
  SortieState,
  SortieView,
} from "../contract";

export type Standing = "ready" | "charging" | "flying" | "not_ready" | "fault" | "offline";

/** A standing with the word for it: a key of the dictionaries under `standing`. */
export interface Stand {
  standing: Standing;
  word: string;
}

const AMISS: ReadonlySet<SortieState> = new Set(["lost", "grounded"]);

const ENDED: ReadonlySet<SortieState> = new Set(["docked", "aborted", "written_off", "diverted"]);

/** A lost drone's sortie has not ended: somebody must look for it. */
export function isActive(sortie: SortieView): boolean {
  return !ENDED.has(sortie.state);
}

const ATTENDING: ReadonlySet<SortieState> = new Set([
  "requested",
  "preparing",
  "launching",
  "en_route",
  "on_scene",
  "held",
  "directed",
  "lent",
]);

/** On its way to the scene or over it, or under a person's direction: can be recalled. */
export function isAttending(sortie: SortieView): boolean {
  return ATTENDING.has(sortie.state);
}

/** Lost, or down away from its dock: a person may end the waiting for it. */
export function mayBeWrittenOff({ state }: SortieView): boolean {
  return AMISS.has(state);
}

export function hasFault(dock: DockView | undefined): boolean {
  const state = dock?.state;
  return (
    state != null && (state.emergency_stop || state.cover === "stuck" || state.faults.length > 0)
  );
}

/** The worst that is true comes first, but a drone in the air is always shown as such. */
export function standOf(
  dock: DockView | undefined,
  drone: DroneTelemetry | undefined,
  sortie: SortieView | undefined,
): Stand {
  if (sortie !== undefined && isActive(sortie)) {
    return { standing: AMISS.has(sortie.state) ? "fault" : "flying", word: sortie.state };
  }
  if (dock === undefined || !dock.online) return { standing: "offline", word: "dock_offline" };
  if (hasFault(dock)) return { standing: "fault", word: "fault" };
  if (drone === undefined || !drone.connected) return { standing: "offline", word: "drone_offline" };
  if (drone.armed) return { standing: "flying", word: "armed" };
  if (!drone.ready) return { standing: "not_ready", word: "not_ready" };
  if (dock.state?.charger === "charging") return { standing: "charging", word: "charging" };
  return { standing: "ready", word: "ready" };
}

export function activeSorties(sorties: Record<string, SortieView>): SortieView[] {
  return Object.values(sorties).filter(isActive);
}

let lastSorties: Record<string, SortieView> | null = null;
let lastByDrone: Record<string, SortieView> = {};

/** The newest active sortie of each drone. Asked for by every tile with every telemetry frame:
 * the last answer is kept, by the identity of its input. */
export function sortieByDrone(sorties: Record<string, SortieView>): Record<string, SortieView> {
  if (sorties !== lastSorties) [lastSorties, lastByDrone] = [sorties, byDrone(sorties)];
  return lastByDrone;
}

function byDrone(sorties: Record<string, SortieView>): Record<string, SortieView> {
  const result: Record<string, SortieView> = {};
  for (const sortie of activeSorties(sorties)) {
    const known = result[sortie.drone];
    if (known === undefined || known.id < sortie.id) result[sortie.drone] = sortie;
  }
  return result;
}

export function sortiesOf(incident: string, sorties: Record<string, SortieView>): SortieView[] {
  return Object.values(sorties)
    .filter((each) => each.incident === incident)
    .sort((a, b) => (a.id < b.id ? 1 : -1));
}

const TURN = { reported: 0, unserved: 0, dispatched: 1, on_scene: 1, attended: 2, closed: 3 } as const;

/** Whether it waits for the officer: no drone is there or on its way. */
export function isWaiting({ state }: IncidentView): boolean {
  return TURN[state] === 0;
}

/** Those that wait for the officer, then those under way, then those attended, each by gravity and
 * age; closed ones, newest first, at the end. */
export function queueOf(incidents: Record<string, IncidentView>): IncidentView[] {
  return Object.values(incidents).sort((a, b) => {
    const turn = TURN[a.state] - TURN[b.state];
    if (turn !== 0) return turn;
    if (a.state === "closed") return a.id < b.id ? 1 : -1;
    return a.level - b.level || (a.id < b.id ? -1 : 1);
  });
}

/** Only what its drone does now speaks against it: a person may take it away from that. */
export function mayBeDiverted(offer: AlternativeView): boolean {
  return offer.airborne && !offer.feasible && offer.eta_s !== null && offer.reasons.every((each) => each.veto === "drone_away");
}

/** The docks of a decision that could send a drone. A decision may be minutes old: docks whose
 * drone has left since are none of them. */
export function offersOf(
  decision: DecisionView | undefined,
  sorties: Record<string, SortieView>,
): AlternativeView[] {
  const away = sortieByDrone(sorties);
  return decision?.ranking.filter((each) => each.feasible && (away[each.drone] !== undefined) === each.airborne) ?? [];
}

/** The dock a dispatch would send: the officer's choice while it can send, else the best. */
export function dockToSend(
  decision: DecisionView | undefined,
  chosen: string | null,
  sorties: Record<string, SortieView>,
): string | null {
  const offers = offersOf(decision, sorties);
  const taken = decision?.ranking.find((each) => each.dock === chosen && mayBeDiverted(each));
  return (taken ?? offers.find((each) => each.dock === chosen) ?? offers[0])?.dock ?? null;
}

export interface DockSite {
  id: string;
  name_zh: string;
  name_en: string;
  drone: string;
  subdistrict: string;
  alt_amsl_m: number;
  wind_limit_ms: number;
  rain_limit_mm_h: number;
  temperature_min_c: number;
  temperature_max_c: number;
  at: [number, number];
}

export function dockSites(district: DistrictView | null): DockSite[] {
  const collection = district?.docks as unknown as
    | FeatureCollection<Point, Omit<DockSite, "at">>
    | undefined;
  return (
    collection?.features.map((feature) => ({
      ...feature.properties,
      at: feature.geometry.coordinates.slice(0, 2) as [number, number],
    })) ?? []
  );
}
