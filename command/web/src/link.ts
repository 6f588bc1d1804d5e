/** The link to the console's server: its messages are folded into the store, acts go out as asks. */
import { io, type Socket } from "socket.io-client";
import type {
  AcknowledgeAlarm,
  Acknowledgement,
  AlarmView,
  Change,
  CloseIncident,
  CoverageView,
  DecisionView,
  Dispatch,
  DockView,
  DroneTelemetry,
  Event,
  ExplainDecision,
  ExplanationView,
  FleetActView,
  GatewayView,
  GetEvents,
  GetGateway,
  GetPatrols,
  GiveTask,
  GiveUpControl,
  Goto,
  GrantLease,
  Hold,
  IncidentView,
  LandAll,
  LandNow,
  ListVideo,
  MoveTask,
  OfferControl,
  Opening,
  Orbit,
  PatrolsView,
  PausePatrols,
  PlanFor,
  PointCamera,
  RankDocks,
  Recall,
  PutBack,
  RecallAll,
  ReportFinding,
  ReportIncident,
  RequestsView,
  Resume,
  Resumed,
  ResumePatrols,
  ShowIncident,
  SortieView,
  Status,
  TakeBackLease,
  TakeControl,
  TaskView,
  TelemetryFrame,
  TickItem,
  VideoStream,
  VideoStreams,
  ServiceView,
  TakeOut,
  WriteOff,
} from "./contract";
import { Refused } from "./refused";
import {
  applyChange,
  applyDock,
  applyLatest,
  applyOpening,
  applyResumed,
  applyTelemetry,
  type Picture,
} from "./state/fold";
import { clock, fold, useConsole } from "./state/store";

export type Datum = "wgs84" | "gcj02" | "bd09";

interface Answers {
  report_incident: [ReportIncident & { datum?: Datum }, IncidentView];
  plan: [PlanFor & { datum?: Datum }, DecisionView];
  rank_docks: [RankDocks, DecisionView];
  dispatch: [Dispatch, SortieView];
  recall: [Recall, SortieView];
  hold: [Hold, SortieView];
  resume: [Resume, SortieView];
  goto: [Goto & { datum?: Datum }, SortieView];
  orbit: [Orbit & { datum?: Datum }, SortieView];
  land_now: [LandNow, SortieView];
  grant_lease: [GrantLease, SortieView];
  take_back_lease: [TakeBackLease, SortieView];
  gateway: [GetGateway, GatewayView];
  write_off: [WriteOff, SortieView];
  take_out: [TakeOut, ServiceView];
  put_back: [PutBack, ServiceView];
  recall_all: [RecallAll, FleetActView];
  land_all: [LandAll, FleetActView];
  point_camera: [PointCamera & { datum?: Datum }, VideoStream];
  video_streams: [ListVideo, VideoStreams];
  acknowledge_alarm: [AcknowledgeAlarm, AlarmView];
  take_control: [TakeControl, SortieView];
  offer_control: [OfferControl, SortieView];
  give_up_control: [GiveUpControl, SortieView];
  tick_item: [TickItem, IncidentView];
  give_task: [GiveTask, TaskView];
  move_task: [MoveTask, TaskView];
  close_incident: [CloseIncident, IncidentView];
  show_incident: [ShowIncident, IncidentView];
  explain_decision: [ExplainDecision, ExplanationView];
  patrols: [GetPatrols, PatrolsView];
  pause_patrols: [PausePatrols, PatrolsView];
  resume_patrols: [ResumePatrols, PatrolsView];
  report_finding: [ReportFinding & { datum?: Datum }, IncidentView];
  events: [GetEvents, { events: Event[] }];
}

// The server itself gives up after 5 s, and after 30 s on an explanation.
const ANSWER_WITHIN_MS = 8000;
const REASONS_WITHIN_MS = 33_000;

let socket: Socket | null = null;

/** Asks the server. An act should carry a `key`: repeated with the same key it is done once. */
export async function ask<K extends keyof Answers>(
  what: K,
  fields: Omit<Answers[K][0], "ask">,
  key?: string,
): Promise<Answers[K][1]> {
  const within_ms = what === "explain_decision" ? REASONS_WITHIN_MS : ANSWER_WITHIN_MS;
  return (await acknowledged("ask", { ask: what, ...fields, ...(key && { key }) }, within_ms)) as Answers[K][1];
}

/** What becomes of an act that waits for a second person. */
export async function decide(what: "confirm" | "decline", request: string): Promise<void> {
  await acknowledged(what, { request });
}

async function acknowledged(event: string, body: object, within_ms = ANSWER_WITHIN_MS): Promise<unknown> {
  if (!socket?.connected) throw new Refused("disconnected", "");
  let answer: Acknowledgement;
  try {
    answer = (await socket.timeout(within_ms).emitWithAck(event, body)) as Acknowledgement;
  } catch {
    throw new Refused("no_answer", "");
  }
  if (!answer.ok) throw new Refused(answer.code ?? "internal", answer.reason ?? "");
  return answer.body;
}

export function disconnect(): void {
  socket?.disconnect();
  socket = null;
}

/** Opens the link, once. ``onEnded`` is called when the server ends it: the session may be over. */
export function connect(onEnded: () => void): void {
  if (socket?.active) return;
  disconnect();
  socket = io("/ops", {
    transports: ["websocket", "polling"],
    reconnectionDelayMax: 3000,
    auth: (tell) => tell(whereWeAre()),
  });
  socket.on("connect", () => useConsole.setState({ connected: true }));
  socket.on("disconnect", (reason) => {
    useConsole.setState({ connected: false });
    if (reason === "io server disconnect") onEnded();
  });
  socket.on("snapshot", (opening: Opening) => {
    greeted(opening, (old) => applyOpening(old, opening));
    if (opening.snapshot !== null) void loadLatest(opening.snapshot.seq);
  });
  socket.on("resumed", (resumed: Resumed) => greeted(resumed, (old) => applyResumed(old, resumed)));
  socket.on("change", (change: Change) => {
    clock.observe(change.event.at);
    fold((old) => applyChange(old, change));
  });
  socket.on("dock", (view: DockView) => fold((old) => applyDock(old, view)));
  socket.on("status", (status: Status) => fold((old) => ({ ...old, status })));
  socket.on("coverage", (coverage: CoverageView) => fold((old) => ({ ...old, coverage })));
  socket.on("requests", ({ requests }: RequestsView) => fold((old) => ({ ...old, requests })));
  socket.on("controller", ({ online }: { online: boolean }) =>
    fold((old) => ({ ...old, controllerOnline: online })),
  );
  socket.on("telemetry", take);
}

/** Of whom the server need tell only what was missed. */
function whereWeAre(): { stream?: string; after?: number } {
  const { stream, seq } = useConsole.getState();
  return stream === null || seq === null ? {} : { stream, after: seq };
}

const LATEST = 60;

/** What happened just before this console was opened. */
async function loadLatest(seq: number): Promise<void> {
  try {
    const { events } = await ask("events", { after: Math.max(0, seq - LATEST), limit: LATEST });
    fold((old) => applyLatest(old, events));
  } catch {
    // nobody answers: the ticker begins with what is told from now on
  }
}

function greeted(told: Opening | Resumed, change: (picture: Picture) => Picture): void {
  clock.set(told.clock);
  pending.clear();
  useConsole.setState((old) => ({
    ...change(old),
    connected: true,
    lastHeardMs: clock.nowMs(),
  }));
}

// Telemetry is folded once a frame of the screen, however fast it comes: the newest of each drone.
const pending = new Map<string, DroneTelemetry>();
let due = false;

function take(frame: TelemetryFrame): void {
  clock.observe(frame.at);
  for (const drone of frame.drones) pending.set(drone.drone, drone);
  if (due) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    const drones = [...pending.values()];
    pending.clear();
    useConsole.setState((old) => ({ ...applyTelemetry(old, drones), lastHeardMs: clock.nowMs() }));
  });
}
