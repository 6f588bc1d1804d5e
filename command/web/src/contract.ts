// Generated from fleet/contract/ by `python command/build_web.py contract`.
// Schema: 4651ddb76cf70e97ae3aa8e7bad040eda46a383b1b7d7f70edb1c550de7e6c63

export type IncidentState =
  "reported" | "dispatched" | "on_scene" | "attended" | "unserved" | "closed";
export type TaskState = "given" | "taken" | "done" | "withdrawn";
export type SortieState =
  | "requested"
  | "preparing"
  | "launching"
  | "en_route"
  | "on_scene"
  | "held"
  | "directed"
  | "lent"
  | "returning"
  | "landing"
  | "landing_out"
  | "grounded"
  | "docked"
  | "aborted"
  | "lost"
  | "written_off"
  | "diverted";
export type Charger = "idle" | "charging" | "full" | "fault";
/**
 * The dock's cover as its end switches and motor report it.
 */
export type Cover = "closed" | "opening" | "open" | "closing" | "stuck";

/**
 * Somebody has read what an autopilot said. Answer: AlarmView.
 */
export interface AcknowledgeAlarm {
  ask: "acknowledge_alarm";
  alarm: string;
  by?: string;
}
/**
 * Refused while a sortie to it is in the air. Answer: IncidentView.
 */
export interface CloseIncident {
  ask: "close_incident";
  incident: string;
  note?: string;
}
/**
 * Sends a drone: the best one, or that of ``dock``. With ``divert`` that one also if it is out
 * for another incident. Answer: SortieView.
 */
export interface Dispatch {
  ask: "dispatch";
  incident: string;
  dock?: string | null;
  divert?: boolean;
}
/**
 * Why this dock, and why not the others. Answer: ExplanationView.
 */
export interface ExplainDecision {
  ask: "explain_decision";
  decision: string;
}
/**
 * Empty where drones are not offered.
 */
export interface GatewayView {
  drones: OfferedDrone[];
}
/**
 * Where ground stations find a drone, and who has found it.
 */
export interface OfferedDrone {
  drone: string;
  dock: string;
  address: string;
  guests: GuestView[];
  sortie: string | null;
  lease: LeaseView | null;
}
/**
 * A ground station that is connected to a drone, and where it calls from.
 */
export interface GuestView {
  name: string;
  remote: string;
}
/**
 * The right of a ground station to command a drone. ``label`` is what the duty officer ``by``
 * calls it, ``holder`` the name that the gateway knows it by.
 */
export interface LeaseView {
  holder: string;
  label: string;
  by: string;
  since: string;
  until: string;
}
/**
 * Answer: {"events": [Event, ...]} with ``seq`` greater than ``after``, oldest first.
 */
export interface GetEvents {
  ask: "events";
  after?: number;
  incident?: string | null;
  limit?: number;
}
/**
 * Where each drone is offered to ground stations, and to whom it is lent. Answer:
 * GatewayView.
 */
export interface GetGateway {
  ask: "gateway";
}
/**
 * Plans of today and what of them is seen, and how old each task's last look is. Answer:
 * PatrolsView.
 */
export interface GetPatrols {
  ask: "patrols";
}
/**
 * A task to somebody who signs in here, or with ``outside`` to anybody by name. Answer:
 * TaskView.
 */
export interface GiveTask {
  ask: "give_task";
  incident: string;
  text: string;
  to: string;
  outside?: boolean;
  within_min?: number | null;
  by?: string;
}
/**
 * Nobody has the control any more: any officer directs the drone. Answer: SortieView.
 */
export interface GiveUpControl {
  ask: "give_up_control";
  sortie: string;
  by?: string;
  over?: boolean;
}
/**
 * Sends a drone in the air to a place, around the no-fly volumes, where it stays until told
 * otherwise. Refused if it could not come home from there with its reserve. ``height_m`` is above
 * the ground there; the district's own without it. Answer: SortieView.
 */
export interface Goto {
  ask: "goto";
  sortie: string;
  lon: number;
  lat: number;
  height_m?: number | null;
  reason?: string;
}
/**
 * Lends a drone to a ground station that is connected to it, for some minutes: in the air, or
 * from its dock, which then opens first. ``drone`` may be named by its dock; ``to`` is needed only
 * where several are connected. To the present holder: more time. Answer: SortieView, which has a
 * ``lease`` once the drone is lent.
 */
export interface GrantLease {
  ask: "grant_lease";
  drone: string;
  to?: string | null;
  label?: string;
  minutes?: number;
  by?: string;
}
/**
 * Stops a sortie's drone where it is, until a person says otherwise; only when half of the
 * reserve beside the energy of its way home is used up it comes home. Answer: SortieView.
 */
export interface Hold {
  ask: "hold";
  sortie: string;
  reason?: string;
}
/**
 * Brings all drones in the air down where they are; confirmed like ``RecallAll``. Answer:
 * FleetActView.
 */
export interface LandAll {
  confirmation?: string | null;
  by?: string;
  reason?: string;
  ask: "land_all";
}
/**
 * Brings a drone down where it is, whatever is under it. Answer: SortieView.
 */
export interface LandNow {
  ask: "land_now";
  sortie: string;
  reason?: string;
}
/**
 * Answer: VideoStreams of all drones.
 */
export interface ListVideo {
  ask: "video_streams";
}
/**
 * A task is taken, done, or not wanted any more. Answer: TaskView.
 */
export interface MoveTask {
  ask: "move_task";
  incident: string;
  task: string;
  move: "take" | "done" | "withdraw";
  note?: string;
  by?: string;
}
/**
 * Whoever has the control hands it to another, who has it once they take it; to nobody: the
 * offer is withdrawn. Answer: SortieView.
 */
export interface OfferControl {
  ask: "offer_control";
  sortie: string;
  to: string | null;
  by?: string;
}
/**
 * Like ``Goto``, but circles the place, clockwise and facing it. Answer: SortieView.
 */
export interface Orbit {
  ask: "orbit";
  sortie: string;
  lon: number;
  lat: number;
  radius_m?: number;
  turns?: number;
  height_m?: number | null;
  reason?: string;
}
/**
 * No patrol starts any more until they are resumed; with ``recall`` those that are out come
 * home. What is not seen in its hours is planned anew or missed, as ever. Answer: PatrolsView.
 */
export interface PausePatrols {
  ask: "pause_patrols";
  reason?: string;
  recall?: boolean;
  by?: string;
}
/**
 * What would be sent to this place now; nothing is recorded. Answer: DecisionView.
 */
export interface PlanFor {
  ask: "plan";
  lon: number;
  lat: number;
  kind?: string;
}
/**
 * Turns the camera of a sortie's drone: to a place on the ground, or to a pitch against the
 * horizon (-90 straight down) and a true heading (none: where the nose points); ``zoom`` is over
 * the widest picture. At least one of the three. Answer: VideoStream, once the gimbal is there.
 */
export interface PointCamera {
  ask: "point_camera";
  sortie: string;
  lon?: number | null;
  lat?: number | null;
  pitch_deg?: number | null;
  heading_deg?: number | null;
  zoom?: number | null;
}
/**
 * Puts a drone back into service. Answer: ServiceView.
 */
export interface PutBack {
  ask: "put_back";
  drone: string;
  reason?: string;
}
/**
 * Ranks the docks for a reported incident afresh. Answer: DecisionView.
 */
export interface RankDocks {
  ask: "rank_docks";
  incident: string;
}
/**
 * Brings a sortie's drone home now, whatever it is doing. Before take-off it is aborted.
 * Answer: SortieView.
 */
export interface Recall {
  ask: "recall";
  sortie: string;
  reason?: string;
}
/**
 * Brings all drones home that are out. Without ``confirmation`` nothing is done, and the answer
 * holds one, good for these drones and this person for a minute. Answer: FleetActView.
 */
export interface RecallAll {
  confirmation?: string | null;
  by?: string;
  reason?: string;
  ask: "recall_all";
}
/**
 * Makes an incident of what a drone sees, on patrol or else: under the drone, or at the place
 * named. That drone is a candidate for it like any other. Answer: IncidentView.
 */
export interface ReportFinding {
  ask: "report_finding";
  sortie: string;
  kind: string;
  level?: number | null;
  note?: string;
  lon?: number | null;
  lat?: number | null;
  source?: string;
  dispatch?: "rule" | "confirm" | "now";
  within?: string[];
}
/**
 * Answer: IncidentView. Refused outside the district, with the likely mistake named.
 */
export interface ReportIncident {
  ask: "report_incident";
  lon: number;
  lat: number;
  kind: string;
  level?: number | null;
  note?: string;
  source?: string;
  dispatch?: "rule" | "confirm" | "now";
  within?: string[];
}
/**
 * A held drone goes on with what it was doing. Answer: SortieView.
 */
export interface Resume {
  ask: "resume";
  sortie: string;
  reason?: string;
}
/**
 * Patrols start again when they are due. Answer: PatrolsView.
 */
export interface ResumePatrols {
  ask: "resume_patrols";
  by?: string;
}
/**
 * Answer: IncidentView with its decision.
 */
export interface ShowIncident {
  ask: "show_incident";
  incident: string;
}
/**
 * The controller commands the drone again, at once; in the air it comes home. Answer:
 * SortieView.
 */
export interface TakeBackLease {
  ask: "take_back_lease";
  drone: string;
  reason?: string;
  by?: string;
}
/**
 * From now on only ``by`` directs the sortie's drone; anybody may still call it home. Refused
 * while another has the control and has not offered it, unless a commander is ``over`` both.
 * Answer: SortieView.
 */
export interface TakeControl {
  ask: "take_control";
  sortie: string;
  by?: string;
  over?: boolean;
}
/**
 * Takes a drone out of service: until it is put back it is sent neither out nor on to another
 * incident. What it is doing it goes on with. Answer: ServiceView.
 */
export interface TakeOut {
  ask: "take_out";
  drone: string;
  reason: string;
}
/**
 * An item of the incident's checklists is seen to; with ``done`` false it is not, after all.
 * Answer: IncidentView.
 */
export interface TickItem {
  ask: "tick_item";
  incident: string;
  item: string;
  done?: boolean;
  by?: string;
}
/**
 * Ends the sortie of a drone that is lost, or down away from its dock: it is no longer waited
 * for. The drone can be sent again once its dock holds it. Answer: SortieView.
 */
export interface WriteOff {
  ask: "write_off";
  sortie: string;
  reason?: string;
}
export interface Acknowledgement {
  ok: boolean;
  code: string | null;
  reason: string | null;
  body: {
    [k: string]: unknown;
  } | null;
  [k: string]: unknown;
}
/**
 * What an autopilot said that a person must have read.
 */
export interface AlarmView {
  id: string;
  drone: string;
  text: string;
  at: string;
  sortie: string | null;
  incident: string | null;
  acknowledged_by: string | null;
  acknowledged_at: string | null;
}
export interface AlternativeView {
  dock: string;
  drone: string;
  feasible: boolean;
  in_window: boolean;
  on_time: number | null;
  absence_cost: number;
  eta_s: number | null;
  parts: LaunchParts | null;
  energy_wh: number | null;
  energy_left_wh: number | null;
  reasons: ReasonView[];
  path: [number, number, number][];
  airborne: boolean;
  ways_down: WaysDownView | null;
}
export interface LaunchParts {
  launch_s: number;
  climb_s: number;
  cruise_s: number;
  descent_s: number;
}
/**
 * Why a dock is ruled out; the console words it, ``text`` is English.
 */
export interface ReasonView {
  veto: string;
  value: number | null;
  limit: number | null;
  text: string;
}
/**
 * Whether two landing places can be reached with reserve at every second of a flight. What is
 * told of a point holds since the point before; ``weakest`` is the number of the one that leaves
 * least for a second place.
 */
export interface WaysDownView {
  holds: boolean;
  weakest: number;
  moments: MomentView[];
}
/**
 * A point of a flight, ``at_s`` after the lift-off (of a drone in the air: after it was told),
 * with the two landing places that leave most in the battery, the best first.
 */
export interface MomentView {
  at_s: number;
  lon: number;
  lat: number;
  alt_amsl_m: number;
  energy_wh: number;
  ways: WayDownView[];
}
/**
 * A landing place from one point of a flight: what it takes to get there, and what is left in
 * the battery beyond the reserve.
 */
export interface WayDownView {
  place: string;
  needs_wh: number;
  margin_wh: number;
}
/**
 * An event and the views it changed, as they are after it (without their decision).
 */
export interface Change {
  event: Event;
  incident: IncidentView | null;
  sortie: SortieView | null;
  alarm: AlarmView | null;
}
/**
 * One fact of the log. ``data`` is the event's own fields; ``cause`` the request behind it.
 */
export interface Event {
  seq: number;
  at: string;
  kind: string;
  subject: string;
  incident: string | null;
  cause: string | null;
  data: {
    [k: string]: unknown;
  };
}
export interface IncidentView {
  id: string;
  kind: string;
  level: number;
  lon: number;
  lat: number;
  subdistrict: string | null;
  note: string;
  source: string;
  state: IncidentState;
  reported_at: string;
  window_s: number;
  dock: string | null;
  drone: string | null;
  sortie: string | null;
  eta_s: number | null;
  parts: LaunchParts | null;
  on_scene_at: string | null;
  on_scene_s: number | null;
  closed_at: string | null;
  decision: DecisionView | null;
  found_by: string | null;
  plans: string[];
  ticks: TickView[];
  tasks: TaskView[];
}
export interface DecisionView {
  id: string;
  at: string;
  decide_ms: number;
  ranking: AlternativeView[];
  vantage: VantageView | null;
  window_s: number | null;
}
/**
 * The nearest place that may be flown to, where the place itself may not. ``used``: the ranking
 * is for it; else it is too far away to go there by rule.
 */
export interface VantageView {
  lon: number;
  lat: number;
  off_m: number;
  used: boolean;
}
/**
 * An item of a checklist that somebody has ticked; ``text`` as it read then.
 */
export interface TickView {
  item: string;
  text: NameView;
  by: string;
  at: string;
}
export interface NameView {
  zh: string;
  en: string;
}
/**
 * A task to a person who signs in here, or with ``outside`` to somebody who does not.
 */
export interface TaskView {
  id: string;
  incident: string;
  text: string;
  to: string;
  outside: boolean;
  by: string;
  given_at: string;
  due_at: string | null;
  state: TaskState;
  changed_at: string;
  changed_by: string;
  note: string;
}
/**
 * A flight to an incident or, with ``patrol``, on patrol, which is en route as long as it has
 * looks to go to; ``incident`` is None then, and for a drone that left its dock on loan.
 */
export interface SortieView {
  id: string;
  incident: string | null;
  dock: string;
  drone: string;
  state: SortieState;
  requested_at: string;
  changed_at: string;
  reason: string | null;
  took_off_at: string | null;
  eta_s: number | null;
  on_scene_s: number | null;
  held_from: SortieState | null;
  directed_to: [number, number, number] | null;
  kept_apart: KeptApart | null;
  diverted_from: string | null;
  diverted_to: string | null;
  path: [number, number, number][];
  elsewhere: string | null;
  lease: LeaseView | null;
  control: ControlView | null;
  patrol: string | null;
}
/**
 * How a flight was kept apart from others before it was released: so much higher (lower where
 * negative) and later than planned; ``drones`` would have been in its way. ``above_ground_m`` is
 * told where that is higher above the ground on its way than may be flown without leave.
 */
export interface KeptApart {
  delay_s: number;
  cruise_change_m: number;
  scene_change_m: number;
  drones: string[];
  above_ground_m: number | null;
}
/**
 * The person who directs a sortie's drone: while there is one, nobody else tells it anything
 * but to come home. ``offered_to`` may take it over.
 */
export interface ControlView {
  holder: string;
  since: string;
  offered_to: string | null;
}
export interface CheckItemView {
  id: string;
  text: NameView;
}
/**
 * An incident among several that were decided together: the drone that it had, and the one that
 * it gets, with the seconds until each is there.
 */
export interface ClaimView {
  incident: string;
  level: number;
  had: string | null;
  had_eta_s: number | null;
  gets: string | null;
  eta_s: number | null;
}
export interface ClockView {
  now: string;
  speedup: number;
  [k: string]: unknown;
}
/**
 * What was known of one dock, and how far it stood behind the one chosen; negative where it
 * would have been sooner, had it not been ruled out.
 */
export interface ConditionsView {
  dock: string;
  behind_s: number | null;
  wind_ms: number | null;
  wind_from_deg: number | null;
  charge_wh: number | null;
  reserve_wh: number;
}
export interface ContactView {
  id: string;
  name: NameView;
  phone: string;
}
/**
 * What part of the district's area a drone reaches within the window, by the docks that are
 * available. Shares are of all its area, 0 to 1; a place in a no-fly volume counts as reached when
 * the nearest legal one is and lies within 500 m of it. ``region`` and ``gaps``, what is left of
 * the district, are GeoJSON geometries of MultiPolygons in WGS-84.
 */
export interface CoverageView {
  covered_share: number;
  overhead_share: number;
  by_subdistrict: {
    [k: string]: number;
  };
  twice_share: number;
  n_minus_1: {
    [k: string]: number;
  };
  n_minus_1_worst: DocksOut | null;
  n_minus_1_mean: number | null;
  n_minus_2_worst: DocksOut | null;
  mean_on_scene_s: number | null;
  forbidden_share: number;
  window_s: number;
  step_m: number;
  available: string[];
  region: {
    [k: string]: unknown;
  };
  gaps: {
    [k: string]: unknown;
  };
}
/**
 * What is left when these docks are out.
 */
export interface DocksOut {
  docks: string[];
  covered_share: number;
}
/**
 * The district for a map. The collections are GeoJSON FeatureCollections in WGS-84:
 * subdistricts (code, name_zh, name_en, area_km2, communities), communities (name, subdistrict),
 * docks (id, name_zh, name_en, drone, subdistrict, alt_amsl_m, and the limits of its weather:
 * wind_limit_ms, rain_limit_mm_h, temperature_min_c, temperature_max_c), volumes (id, name_zh,
 * name_en, kind, buffer_m), rally_points (id, name_zh, name_en, subdistrict, alt_amsl_m).
 */
export interface DistrictView {
  id: string;
  name: NameView;
  schematic: boolean;
  area_km2: number;
  timezone: string;
  window_s: number;
  kinds: KindView[];
  subdistricts: {
    [k: string]: unknown;
  };
  communities: {
    [k: string]: unknown;
  };
  docks: {
    [k: string]: unknown;
  };
  volumes: {
    [k: string]: unknown;
  };
  contacts: ContactView[];
  plans: ResponsePlanView[];
  rally_points: {
    [k: string]: unknown;
  };
}
export interface KindView {
  id: string;
  name: NameView;
  category: string;
  level: number;
  dispatch: string;
}
/**
 * What is to be done at an incident that names this plan; plans of one incident add up.
 */
export interface ResponsePlanView {
  id: string;
  name: NameView;
  brief: NameView | null;
  calls: string[];
  camera: NameView | null;
  second_drone: NameView | null;
  checklist: CheckItemView[];
}
/**
 * All that a dock knows of itself; the newest replaces all before it.
 */
export interface DockState {
  dock: string;
  at: string;
  cover: Cover;
  drone_present: boolean;
  drone: string | null;
  charger: Charger;
  battery_pct: number | null;
  charge_w: number;
  faults: string[];
  emergency_stop: boolean;
}
/**
 * ``online_since``: heard since then without a gap; None while offline.
 */
export interface DockView {
  dock: string;
  online: boolean;
  online_since: string | null;
  state: DockState | null;
  weather: DockWeather | null;
  drone: string;
  sortie: string | null;
}
/**
 * One reading of the dock's weather station, in figures: NaN is none.
 */
export interface DockWeather {
  dock: string;
  at: string;
  wind_ms: number;
  wind_from_deg: number;
  gust_ms: number;
  rain_mm_h: number;
  temperature_c: number;
  humidity_pct: number;
}
/**
 * The newest of what one drone told us. None where it has not told yet.
 */
export interface DroneTelemetry {
  drone: string;
  at: string;
  connected: boolean;
  ready: boolean;
  not_ready: string | null;
  lon: number | null;
  lat: number | null;
  alt_amsl_m: number | null;
  alt_rel_m: number | null;
  heading_deg: number | null;
  ground_ms: number | null;
  climb_ms: number | null;
  roll_deg: number | null;
  pitch_deg: number | null;
  armed: boolean;
  mode: string | null;
  battery_pct: number | null;
  battery_v: number | null;
  satellites: number | null;
  statustext: string | null;
}
/**
 * A decision with what it was made from. ``sent`` is the dock whose drone went by it;
 * ``by_officer`` whether a person chose it (None: not recorded then). ``turns`` is None where it
 * cannot be decided again as it was: the log is too old, or the planner has changed since.
 */
export interface ExplanationView {
  incident: string;
  decision: DecisionView;
  chosen: string | null;
  sent: string | null;
  window_s: number;
  wind_ms: number | null;
  kept_apart: KeptApart | null;
  no_room: string[];
  airspace: string;
  versions: {
    [k: string]: string;
  };
  conditions: ConditionsView[];
  turns: TurnView[] | null;
  by_officer: boolean | null;
  together: TogetherView | null;
}
/**
 * A single change of what was known that would have turned the choice to ``to`` (None: to
 * nobody). ``now`` is the figure as it was, ``least`` and ``most`` are the smallest and the
 * greatest that do it (None: as far as was looked).
 */
export interface TurnView {
  change: "wind" | "launch" | "out" | "charge" | "veto";
  to: string | null;
  now: number | null;
  least: number | null;
  most: number | null;
  veto: string | null;
}
/**
 * Who goes where, so that the sum of seconds, weighted by level, is least; ``first_come_s`` is
 * what it would be had each been served in its turn.
 */
export interface TogetherView {
  claims: ClaimView[];
  weighted_s: number;
  first_come_s: number;
}
/**
 * An act on all drones that are out: to be confirmed with ``confirmation``, or ``done``.
 */
export interface FleetActView {
  id: string;
  done: boolean;
  drones: string[];
  confirmation: string | null;
  valid_s: number | null;
  refused: {
    [k: string]: string;
  };
}
/**
 * ``total`` and ``response`` are of all pages; ``next`` is None on the last one.
 */
export interface IncidentsPage {
  incidents: IncidentView[];
  total: number;
  next: string | null;
  response: ResponseFigures;
}
/**
 * How soon drones were over incidents to which one was sent. Times are from report to the first
 * drone over the scene; percentiles by nearest rank; None where nothing was reached.
 */
export interface ResponseFigures {
  sent: number;
  judged: number;
  reached: number;
  in_window: number;
  median_s: number | null;
  p90_s: number | null;
  slowest_s: number | null;
}
/**
 * What a console gets first, and again whenever facts may have been missed. ``stream`` names
 * the line of changes that begins here: to resume it, it is told when coming back.
 */
export interface Opening {
  stream: string;
  snapshot: Snapshot | null;
  district: DistrictView | null;
  status: Status | null;
  coverage: CoverageView | null;
  requests: RequestView[];
  online: boolean;
  clock: ClockView;
  [k: string]: unknown;
}
export interface Snapshot {
  seq: number;
  at: string;
  incidents: IncidentView[];
  sorties: SortieView[];
  docks: DockView[];
  telemetry: TelemetryFrame;
  alarms: AlarmView[];
}
export interface TelemetryFrame {
  at: string;
  drones: DroneTelemetry[];
}
/**
 * Retained; how far the system is from ready.
 */
export interface Status {
  at: string;
  serving: boolean;
  docks_online: number;
  docks: number;
  drones_connected: number;
  drones_ready: number;
  drones: number;
  speedup: number;
}
/**
 * An act that waits for a second person, or how that ended a moment ago.
 */
export interface RequestView {
  id: string;
  act: string;
  subject: string;
  detail: string;
  asked_by: string;
  asked_at: string;
  until: string;
  state: "waiting" | "done" | "refused" | "declined" | "expired";
  second: string | null;
  reason: string | null;
  [k: string]: unknown;
}
/**
 * A flight of a patrol plan. ``state``: planned, then waits (it is due, and ``reason`` says why
 * it has not started), flying, flown, or given up. ``outcome`` is what became of what it was to
 * see, once it is over: all seen; its drone was called to ``incident``; planned anew, in another
 * flight; missed; or unfinished: nobody has taken up the rest yet. ``ordered_at`` and ``lands_at``
 * are as planned, anew once it is sent out.
 */
export interface PatrolFlightView {
  id: string;
  dock: string;
  drone: string;
  ordered_at: string;
  lands_at: string;
  state: "planned" | "waits" | "flying" | "flown" | "given_up";
  reason: string | null;
  outcome: ("seen" | "pre_empted" | "replanned" | "missed" | "unfinished") | null;
  sortie: string | null;
  incident: string | null;
  visits: string[];
  seen: string[];
}
/**
 * A person has stopped the patrols: none starts until one lets them go on.
 */
export interface PatrolPauseView {
  since: string;
  by: string;
  reason: string;
}
/**
 * A task and how long nobody has looked at it; ``age_s`` None: never, as far as is known.
 * ``next_at`` is when a flight that is planned or under way is to look at it; ``priority`` 1 is
 * the most urgent; ``shape`` is a GeoJSON Point, LineString or Polygon, ``lon`` and ``lat`` are in
 * its middle.
 */
export interface PatrolTaskView {
  task: string;
  name: NameView;
  kind: string;
  lon: number;
  lat: number;
  shape: {
    [k: string]: unknown;
  };
  priority: number;
  revisit_h: number | null;
  last_seen_at: string | null;
  age_s: number | null;
  next_at: string | null;
}
/**
 * A plan that is flown. ``missed`` are visits that nobody can make any more, with the reason;
 * ``handed_on`` those that were planned anew, with the plan that has them.
 */
export interface PatrolView {
  id: string;
  name: NameView;
  midnight: string;
  rest_of: string | null;
  visits: number;
  seen: number;
  missed: {
    [k: string]: string;
  };
  handed_on: {
    [k: string]: string;
  };
  unserved: {
    [k: string]: string;
  };
  flights: PatrolFlightView[];
}
/**
 * ``waits`` says why no patrol starts at all now.
 */
export interface PatrolsView {
  at: string;
  least_coverage: number | null;
  covered_share: number | null;
  waits: string | null;
  paused: PatrolPauseView | null;
  patrols: PatrolView[];
  tasks: PatrolTaskView[];
}
export interface RequestsView {
  requests: RequestView[];
  [k: string]: unknown;
}
/**
 * What a console gets instead of an opening if it came back in time: every change after the
 * last it had, in order and without a gap, and the newest of all that is not counted.
 */
export interface Resumed {
  stream: string;
  changes: Change[];
  docks: DockView[];
  telemetry: TelemetryFrame;
  status: Status | null;
  coverage: CoverageView | null;
  requests: RequestView[];
  online: boolean;
  clock: ClockView;
  [k: string]: unknown;
}
/**
 * Whether a drone may be sent out at all; ``reason`` is why not.
 */
export interface ServiceView {
  drone: string;
  in_service: boolean;
  reason: string | null;
}
export interface SortiesPage {
  sorties: SortieView[];
  total: number;
  next: string | null;
}
/**
 * Where a camera was and what it saw at one moment: ``at`` is when the drone was there, as its
 * own clock has it, so that picture and sample can be paired. Headings are true, ``pitch_deg`` is
 * -90 straight down. ``corners`` are lon, lat of the picture's upper left, upper right, lower
 * right, lower left, None where it shows no ground near enough; ``outline`` is the ground in the
 * picture, open: its last point is joined to its first. There are none of a drone whose gimbal
 * does not tell where it looks.
 */
export interface VideoSample {
  drone: string;
  at: string;
  lon: number;
  lat: number;
  alt_amsl_m: number;
  heading_deg: number;
  roll_deg: number;
  pitch_deg: number;
  camera_heading_deg: number;
  camera_pitch_deg: number;
  camera_roll_deg: number;
  zoom: number | null;
  across_deg: number;
  up_deg: number;
  ground_amsl_m: number;
  slant_m: number | null;
  centre: [number, number] | null;
  /**
   * @minItems 4
   * @maxItems 4
   */
  corners: [
    [number, number] | null,
    [number, number] | null,
    [number, number] | null,
    [number, number] | null
  ];
  outline: [number, number][];
  latency_s: number | null;
}
/**
 * What is known of a drone's picture, and how it is now. ``told_by`` says where figures come
 * from: the vehicle's own messages, or the district's configuration. None where nobody knows.
 * ``latency_s`` is from the moment shown to our hearing of it, counted from the quickest message
 * heard from the vehicle.
 */
export interface VideoStream {
  drone: string;
  state: "running" | "stopped" | "unknown" | "absent";
  told_by: "vehicle" | "configuration" | "nobody";
  gimbal: boolean;
  pans: boolean;
  tilt_deg: [number, number] | null;
  camera: string | null;
  url: string | null;
  encoding: string | null;
  width_px: number | null;
  height_px: number | null;
  fps: number | null;
  bitrate_bit_s: number | null;
  zoom_max: number;
  latency_s: number | null;
}
export interface VideoStreams {
  streams: VideoStream[];
}
/**
 * The recorded samples of one sortie, oldest first; ``next`` asks for those after the page.
 */
export interface VideoTrack {
  sortie: string;
  samples: VideoSample[];
  next: string | null;
}
