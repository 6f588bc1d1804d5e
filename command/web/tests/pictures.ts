/** Views for the tests, whole and plausible; a test names only what it is about. */
import type {
  AlarmView,
  AlternativeView,
  DecisionView,
  DockView,
  DroneTelemetry,
  Event,
  ExplanationView,
  IncidentView,
  Snapshot,
  SortieView,
  TaskView,
} from "../src/contract";

export const REPORTED = "2026-01-01T00:00:00Z";

export function incident(given: Partial<IncidentView> = {}): IncidentView {
  return {
    ...{ id: "I1", kind: "fire", level: 3, lon: 114.25, lat: 22.71, subdistrict: "440307019" },
    ...{ note: "", source: "officer", state: "reported" as const, reported_at: REPORTED, window_s: 300 },
    ...{ dock: null, drone: null, sortie: null, eta_s: null, parts: null },
    ...{ on_scene_at: null, on_scene_s: null, closed_at: null, decision: null, found_by: null },
    ...{ plans: [], ticks: [], tasks: [] },
    ...given,
  };
}

export function alarm(given: Partial<AlarmView> = {}): AlarmView {
  return {
    ...{ id: "A1", drone: "U01", text: "GPS Glitch", at: REPORTED, sortie: null, incident: null },
    ...{ acknowledged_by: null, acknowledged_at: null },
    ...given,
  };
}

export function task(given: Partial<TaskView> = {}): TaskView {
  return {
    ...{ id: "T1", incident: "I1", text: "close the road", to: "wang", outside: false, by: "li" },
    ...{ given_at: REPORTED, due_at: null, state: "given" as const, changed_at: REPORTED, changed_by: "li", note: "" },
    ...given,
  };
}

export function sortie(given: Partial<SortieView> = {}): SortieView {
  return {
    ...{ id: "S1", incident: "I1", dock: "D01", drone: "U01", state: "en_route" as const },
    ...{ requested_at: REPORTED, changed_at: REPORTED, reason: null, took_off_at: null },
    ...{ eta_s: 120, on_scene_s: null, held_from: null, directed_to: null, kept_apart: null, path: [] },
    ...{ diverted_from: null, diverted_to: null, lease: null, control: null, patrol: null, elsewhere: null },
    ...given,
  };
}

export function drone(given: Partial<DroneTelemetry> = {}): DroneTelemetry {
  return {
    ...{ drone: "U01", at: REPORTED, connected: true, ready: true, not_ready: null },
    ...{ lon: 114.1, lat: 22.7, alt_amsl_m: 60, alt_rel_m: 0, heading_deg: 0, ground_ms: 0, climb_ms: 0 },
    ...{ roll_deg: 0, pitch_deg: 0, armed: false, mode: "GUIDED", battery_pct: 98, battery_v: 25 },
    ...{ satellites: 18, statustext: null },
    ...given,
  };
}

export function dock(given: Partial<DockView> = {}, state: Partial<NonNullable<DockView["state"]>> = {}): DockView {
  return {
    ...{ dock: "D01", online: true, online_since: REPORTED, drone: "U01", sortie: null, weather: null },
    state: {
      ...{ dock: "D01", at: REPORTED, cover: "closed" as const, drone_present: true, drone: "U01" },
      ...{ charger: "idle" as const, battery_pct: 98, charge_w: 0, faults: [], emergency_stop: false },
      ...state,
    },
    ...given,
  };
}

export function offer(given: Partial<AlternativeView> = {}): AlternativeView {
  return {
    ...{ dock: "D01", drone: "U01", feasible: true, in_window: true, on_time: 1, absence_cost: 0, eta_s: 120 },
    ...{ parts: { launch_s: 17, climb_s: 20, cruise_s: 70, descent_s: 13 } },
    ...{ energy_wh: 50, energy_left_wh: 100, reasons: [], path: [], airborne: false, ways_down: null },
    ...given,
  };
}

export function decision(...ranking: AlternativeView[]): DecisionView {
  return { id: "X1", at: REPORTED, decide_ms: 2, ranking, vantage: null, window_s: 300 };
}

/** Of a decision, with docks about which all is known. */
export function explanation(of: DecisionView, given: Partial<ExplanationView> = {}): ExplanationView {
  const first = of.ranking[0]?.feasible ? of.ranking[0] : undefined;
  return {
    ...{ incident: "I1", decision: of, chosen: first?.dock ?? null, sent: null, window_s: 300 },
    ...{ wind_ms: 5.2, airspace: "0123456789abcdef", versions: {}, turns: [], kept_apart: null, no_room: [] },
    ...{ by_officer: null, together: null },
    conditions: of.ranking.map(({ dock, eta_s }) => ({
      dock,
      behind_s: eta_s === null || first?.eta_s == null ? null : eta_s - first.eta_s,
      ...{ wind_ms: 5.2, wind_from_deg: 70, charge_wh: 150, reserve_wh: 30 },
    })),
    ...given,
  };
}

export function event(seq: number, given: Partial<Event> = {}): Event {
  return { seq, at: REPORTED, kind: "SortieStepDone", subject: "S1", incident: "I1", cause: null, data: {}, ...given };
}

export function snapshot(given: Partial<Snapshot> = {}): Snapshot {
  return {
    ...{ seq: 10, at: REPORTED, incidents: [], sorties: [], docks: [], alarms: [] },
    telemetry: { at: REPORTED, drones: [] },
    ...given,
  };
}
