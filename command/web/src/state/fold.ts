/** The picture of operations, and how each message changes it. Pure: old picture and message in,
 * new picture out; parts that did not change keep their identity. */
import type {
  AlarmView,
  Change,
  CoverageView,
  DecisionView,
  DistrictView,
  DockView,
  DroneTelemetry,
  Event,
  IncidentView,
  Opening,
  RequestView,
  Resumed,
  SortieView,
  Status,
} from "../contract";

export interface Picture {
  /** Of the newest change folded in; null until the first snapshot. */
  seq: number | null;
  /** The line of changes that is followed, to resume it after a lost connection. */
  stream: string | null;
  district: DistrictView | null;
  incidents: Record<string, IncidentView>;
  sorties: Record<string, SortieView>;
  /** What autopilots said that a person must have read. */
  alarms: Record<string, AlarmView>;
  docks: Record<string, DockView>;
  drones: Record<string, DroneTelemetry>;
  status: Status | null;
  /** What is reached in time by the docks available; null until the controller has told. */
  coverage: CoverageView | null;
  controllerOnline: boolean;
  /** Acts that wait for a second person, and how those ended that did a moment ago. */
  requests: RequestView[];
  /** Asked for one by one; the streams do not carry them. */
  decisions: Record<string, DecisionView>;
  timelines: Record<string, Event[]>;
  /** The newest events of all, the oldest first. */
  latest: Event[];
}

const LATEST_KEPT = 80;

export const nothing: Picture = {
  seq: null,
  stream: null,
  district: null,
  incidents: {},
  sorties: {},
  alarms: {},
  docks: {},
  drones: {},
  status: null,
  coverage: null,
  controllerOnline: false,
  requests: [],
  decisions: {},
  timelines: {},
  latest: [],
};

export function applyOpening(old: Picture, opening: Opening): Picture {
  const { stream, snapshot, district, status, coverage, requests, online } = opening;
  const sameDistrict = JSON.stringify(district) === JSON.stringify(old.district);
  const next: Picture = {
    ...old,
    district: sameDistrict ? old.district : district,
    status,
    coverage,
    requests,
    controllerOnline: online,
  };
  if (snapshot === null) return next;
  return {
    ...next,
    seq: snapshot.seq,
    stream,
    incidents: byKey(snapshot.incidents, (each) => each.id),
    sorties: byKey(snapshot.sorties, (each) => each.id),
    alarms: byKey(snapshot.alarms, (each) => each.id),
    docks: byKey(snapshot.docks, (each) => each.dock),
    drones: byKey(snapshot.telemetry.drones, (each) => each.drone),
    // Changes may have been missed: what was asked for before is asked for again when needed.
    decisions: {},
    timelines: {},
    latest: [],
  };
}

/** What was missed while the connection was lost; nothing that was asked for before is stale. */
export function applyResumed(old: Picture, resumed: Resumed): Picture {
  const { changes, docks, telemetry, status, coverage, requests, online } = resumed;
  return {
    ...changes.reduce(applyChange, old),
    docks: byKey(docks, (each) => each.dock),
    drones: byKey(telemetry.drones, (each) => each.drone),
    status,
    coverage,
    requests,
    controllerOnline: online,
  };
}

export function applyChange(old: Picture, { event, incident, sortie, alarm }: Change): Picture {
  if (old.seq === null || event.seq <= old.seq) return old;
  const next: Picture = { ...old, seq: event.seq, latest: [...old.latest, event].slice(-LATEST_KEPT) };
  if (incident) next.incidents = { ...old.incidents, [incident.id]: incident };
  if (alarm) next.alarms = { ...old.alarms, [alarm.id]: alarm };
  if (sortie) next.sorties = { ...old.sorties, [sortie.id]: sortie };
  const told = event.incident === null ? undefined : old.timelines[event.incident];
  if (event.incident !== null && told !== undefined) {
    next.timelines = { ...old.timelines, [event.incident]: [...told, event] };
  }
  return next;
}

export function applyDock(old: Picture, view: DockView): Picture {
  return { ...old, docks: { ...old.docks, [view.dock]: view } };
}

export function applyTelemetry(old: Picture, drones: Iterable<DroneTelemetry>): Picture {
  const next = { ...old.drones };
  for (const drone of drones) next[drone.drone] = drone;
  return { ...old, drones: next };
}

export function applyDecision(old: Picture, incident: string, decision: DecisionView): Picture {
  return { ...old, decisions: { ...old.decisions, [incident]: decision } };
}

/** The events of one incident as the server has them, joined with those that came meanwhile. */
export function applyTimeline(old: Picture, incident: string, events: Event[]): Picture {
  return { ...old, timelines: { ...old.timelines, [incident]: joined(events, old.timelines[incident] ?? []) } };
}

/** Events from before the first change that was told, joined with those that came meanwhile. */
export function applyLatest(old: Picture, events: Event[]): Picture {
  return { ...old, latest: joined(events, old.latest).slice(-LATEST_KEPT) };
}

function joined(earlier: Event[], later: Event[]): Event[] {
  const known = byKey([...earlier, ...later], (each) => String(each.seq));
  return Object.values(known).sort((a, b) => a.seq - b.seq);
}

function byKey<T>(items: Iterable<T>, key: (item: T) => string): Record<string, T> {
  const result: Record<string, T> = {};
  for (const item of items) result[key(item)] = item;
  return result;
}
