/** Codes put into words of the chosen language. Pure but for the dictionaries. */
import type { TFunction } from "i18next";
import type {
  ClaimView,
  Event,
  ExplanationView,
  KeptApart,
  NameView,
  ReasonView,
  TogetherView,
  TurnView,
  VantageView,
  WaysDownView,
} from "./contract";
import { durationText, fixed, headingText, levelText, positionText } from "./format";
import { en } from "./i18n/en";
import { zh } from "./i18n/zh";
import { Refused } from "./refused";

/** The name in the language of `t`. */
export function nameOf(name: NameView | { name_zh: string; name_en: string }, language: string): string {
  if ("zh" in name) return language === "en" ? name.en : name.zh;
  return language === "en" ? name.name_en : name.name_zh;
}

const FIGURE = /\d+(\.\d+)?/g;

/** A sentence that docks, autopilots or the controller use, in the language chosen; sentences that
 * are not in the dictionaries, such as an autopilot's own, stay as they were said. There "#" stands
 * for a figure. */
export function saidIn(text: string, language: string): string {
  const known: Record<string, string> = (language === "en" ? en : zh).said;
  const inWords = (part: string) => {
    const figures = part.match(FIGURE) ?? [];
    return known[part.replace(FIGURE, "#")]?.replace(/#/g, () => figures.shift() ?? "") ?? part;
  };
  return text.split("; ").map(inWords).join(language === "en" ? "; " : "；");
}

const WHOLE = new Set(["dock_offline", "drone_offline", "battery", "temperature", "farther", "no_path", "ceiling"]);
const NEVER = new Set(["dock_offline", "drone_offline"]); // without a figure: not heard from yet
const UNKNOWN = new Set(["wind", "battery"]); // without a figure: not measured
const ON_SORTIE = /is on sortie \S+ \((\w+)\)/;

/** Several sentences as one. */
export function listText(texts: string[], language: string): string {
  return texts.join(language === "en" ? "; " : "；");
}

/** Why a dock is ruled out, with the figure that decided. */
export function reasonText(reason: ReasonView, t: TFunction, language: string): string {
  const digits = WHOLE.has(reason.veto) ? 0 : 1;
  const figures = {
    value: fixed(reason.value, digits),
    limit: fixed(reason.limit, digits),
    text: saidIn(reason.text, language),
  };
  let key = reason.veto;
  if (key === "battery" && reason.text.includes("%")) key = "battery_pct";
  if (NEVER.has(key) && reason.value == null) key += "_never";
  if (UNKNOWN.has(key) && (reason.value == null || reason.text.includes("measures no wind"))) key += "_unknown";
  if (key === "drone_away" && reason.text.includes("has failed")) key = "drone_failed";
  if (key === "no_path" && reason.value != null) key = "no_path_inside";
  const flying = ON_SORTIE.exec(reason.text)?.[1];
  if (key === "drone_away" && flying !== undefined) {
    return t("veto.drone_on_sortie", { state: t(`sortie.state.${flying}`, flying) });
  }
  // The planner names the volume in the way; that is worth more than our own word for it.
  if (reason.veto === "no_path" && language === "en" && reason.text) return reason.text;
  return t(`veto.${key}`, { ...figures, defaultValue: reason.text || reason.veto });
}

/** A change that would have turned a choice, in one sentence. */
export function turnText(turn: TurnView, { chosen, decision }: ExplanationView, t: TFunction, language: string): string {
  const offer = decision.ranking.find((each) => each.dock === turn.to);
  const reason = offer?.reasons.find((each) => each.veto === turn.veto);
  const when = t(`why.when.${whenOf(turn)}`, {
    ...{ chosen, reason: reason && reasonText(reason, t, language) },
    ...{ now: fixed(turn.now, 1), least: fixed(turn.least, 1), most: fixed(turn.most, 1) },
  });
  return t(turn.to === null ? "why.turnNobody" : "why.turn", { when, dock: turn.to });
}

/** Where a drone can land from the point of its flight at which that is hardest. */
export function waysDownText({ holds, weakest, moments }: WaysDownView, t: TFunction, language: string): string {
  const moment = moments[weakest];
  const places = (moment?.ways ?? []).map(({ place, margin_wh }) => `${place} ${margin_wh < 0 ? "" : "+"}${fixed(margin_wh)} Wh`);
  return t(holds ? "why.waysDown" : "why.oneWayDown", { at: durationText(moment?.at_s ?? null), places: listText(places, language) });
}

function whenOf(turn: TurnView): string {
  if (turn.change === "veto") return turn.veto === null ? "vetoes" : "veto";
  if (turn.change !== "wind") return turn.change;
  if (turn.least === null) return "windUpTo";
  return turn.most === null ? "windFrom" : "windBetween";
}

export interface Telling {
  text: string;
  detail: string;
  tone: "plain" | "good" | "bad";
}

const BAD_TRIGGERS = new Set(["abort", "lose", "turn_back", "go_elsewhere"]);
const GOOD_TRIGGERS = new Set(["arrived", "dock_closed"]);
const BAD_STEP = /_failed$|_not_|landing_held|went_around|uses_reserve/;
const SAID_BY_A_PERSON = new Set(["recall", "hold", "resume", "direct", "land_now", "write_off"]);

/** One line of an incident's timeline. */
export function tell(event: Event, kindName: (id: string) => string, t: TFunction, language: string): Telling {
  const data = event.data as Record<string, string | number | null | undefined>;
  switch (event.kind) {
    case "IncidentReported":
      return plain(
        t("event.IncidentReported", { kind: kindName(String(data.kind)), level: levelText(Number(data.level)) }),
        data.source && data.source !== "officer" ? t("event.IncidentReportedBy", { source: data.source }) : "",
      );
    case "DecisionTaken":
      return plain(t("event.DecisionTaken", { ms: fixed(Number(data.decide_ms), 1) }));
    case "SortieRequested":
      return plain(
        t("event.SortieRequested", { drone: data.drone, dock: data.dock, eta: durationText(Number(data.eta_s)) }),
        apartText((event.data as { kept_apart?: KeptApart | null }).kept_apart ?? null, t),
      );
    case "SortieAdvanced": {
      const trigger = String(data.trigger);
      const bad = BAD_TRIGGERS.has(trigger);
      return {
        text: t(`event.trigger.${trigger}`, trigger),
        detail: bad || SAID_BY_A_PERSON.has(trigger) ? saidIn(String(data.reason ?? ""), language) : "",
        tone: bad ? "bad" : GOOD_TRIGGERS.has(trigger) ? "good" : "plain",
      };
    }
    case "SortieStepDone": {
      const step = String(data.step);
      const bad = BAD_STEP.test(step);
      return {
        text: t(`event.step.${step}`, step),
        detail: bad ? saidIn(String(data.detail ?? ""), language) : "",
        tone: bad ? "bad" : "plain",
      };
    }
    case "SortieHeld":
      return plain(t("event.SortieHeld", { wh: fixed(Number(data.turn_back_wh), 0) }));
    case "CameraPointed":
      return plain(t("event.CameraPointed", { look: lookText(data) }));
    case "SortieDirected":
      return plain(
        t(Number(data.radius_m) > 0 ? "event.SortieOrbits" : "event.SortieDirected", {
          radius: fixed(Number(data.radius_m), 0),
          eta: durationText(Number(data.eta_s)),
        }),
      );
    case "WayHomePlanned":
      return {
        text: t("event.WayHomePlanned"),
        detail: String(data.conflict ?? ""),
        tone: data.conflict ? "bad" : "plain",
      };
    case "AlternateChosen":
      return {
        text: t("event.AlternateChosen", { drone: data.drone, place: data.place }),
        detail: saidIn(String(data.why ?? ""), language),
        tone: "bad",
      };
    case "LinkFailedOver":
      return plain(
        t("event.LinkFailedOver", { drone: data.drone, link: data.link, before: data.before, silent: fixed(Number(data.silent_s), 1) }),
      );
    case "HazardSeen":
      return {
        text: t("event.HazardSeen", { drone: data.drone, hazard: t(`hazard.${data.hazard}`, String(data.hazard)) }),
        detail: saidIn(String(data.words ?? ""), language),
        tone: "bad",
      };
    case "HazardOver":
      return plain(
        t("event.HazardOver", { drone: data.drone, hazard: t(`hazard.${data.hazard}`, String(data.hazard)) }),
      );
    case "DroneTakenOut":
    case "DronePutBack":
      return plain(t(`event.${event.kind}`), [data.drone, data.reason].filter(Boolean).join(" "));
    case "PatrolSortieRequested":
      return plain(t("event.PatrolSortieRequested", { drone: data.drone, dock: data.dock }));
    case "LeaseGranted":
      return plain(t("event.LeaseGranted", { drone: data.drone, holder: data.label || data.holder }));
    case "LeaseEnded":
      return plain(t("event.LeaseEnded", { drone: data.drone }));
    case "LinkChanged":
      return data.online
        ? plain(t("event.LinkBack", { component: data.component }))
        : { text: t("event.LinkGone", { component: data.component }), detail: "", tone: "bad" };
    case "PatrolsPaused":
      return plain(t("event.PatrolsPaused", { by: data.by }), String(data.reason ?? ""));
    case "PatrolsResumed":
      return plain(t("event.PatrolsResumed", { by: data.by }));
    case "AlarmRaised":
      return { text: t("event.AlarmRaised", { drone: data.drone }), detail: String(data.text), tone: "bad" };
    case "AlarmAcknowledged":
      return plain(t("event.AlarmAcknowledged", { drone: data.drone, by: data.by }), String(data.text));
    case "ControlTaken":
      return plain(t(data.before == null ? "event.ControlTaken" : "event.ControlTakenFrom", { drone: data.drone, by: data.by, before: data.before }));
    case "ControlOffered":
      return plain(t(data.to == null ? "event.ControlKept" : "event.ControlOffered", { drone: data.drone, by: data.by, to: data.to }));
    case "ControlGivenUp":
      return plain(t("event.ControlGivenUp", { drone: data.drone, by: data.by }));
    case "ItemTicked":
      return plain(t(data.done ? "event.ItemTicked" : "event.ItemUnticked", { text: nameOf(event.data.text as NameView, language) }), String(data.by));
    case "TaskGiven":
      return plain(t("event.TaskGiven", { to: data.to, text: data.text }), String(data.by));
    case "TaskMoved":
      return {
        text: t(`event.task.${data.move}`, { to: data.to, text: data.text }),
        detail: [data.by, data.note].filter(Boolean).join(" "),
        tone: data.move === "done" ? "good" : "plain",
      };
    case "IncidentUnserved":
      return { text: t("event.IncidentUnserved"), detail: "", tone: "bad" };
    case "IncidentClosed":
      return plain(t("event.IncidentClosed"), String(data.note ?? ""));
    default:
      return plain(t(`event.${event.kind}`, event.kind));
  }
}

/** How a flight is kept apart from others: later, at another height, over the scene too. */
export function apartText(kept: KeptApart | null, t: TFunction): string {
  if (kept === null) return "";
  const higher = (metres: number) =>
    t(metres > 0 ? "apart.higher" : "apart.lower", { metres: fixed(Math.abs(metres), 0) });
  const changes = [
    kept.delay_s > 0 && t("apart.later", { seconds: fixed(kept.delay_s, 0) }),
    kept.cruise_change_m !== 0 && higher(kept.cruise_change_m),
    kept.scene_change_m !== 0 && t("apart.scene", { change: higher(kept.scene_change_m) }),
  ].filter(Boolean);
  return t("apart.from", { drones: kept.drones.join(", "), changes: changes.join(t("apart.and")) });
}

/** From where a place is seen that may not be flown over, or that nobody goes there by rule. */
export function vantageText({ lon, lat, off_m, used }: VantageView, t: TFunction): string {
  return t(used ? "vantage.used" : "vantage.tooFar", { at: positionText(lon, lat), metres: fixed(off_m, 0) });
}

/** Which drone an incident got that was decided together with others. */
export function claimText({ had, gets, eta_s }: ClaimView, t: TFunction): string {
  if (gets === null) return t("together.nobody");
  const figures = { drone: gets, eta: durationText(eta_s), had };
  if (had === null) return t("together.gets", figures);
  return t(had === gets ? "together.keeps" : "together.insteadOf", figures);
}

/** Why drones were assigned so. */
export function togetherText({ weighted_s, first_come_s }: TogetherView, t: TFunction): string {
  const figures = { sum: fixed(weighted_s, 0), before: fixed(first_come_s, 0) };
  return t(figures.sum === figures.before ? "together.asInTurn" : "together.least", figures);
}

function plain(text: string, detail = ""): Telling {
  return { text, detail, tone: "plain" };
}

/** What to show of a refusal: the server's own sentence where it gave one. */
export function refusalText(refusal: unknown, t: TFunction): string {
  if (!(refusal instanceof Refused)) return t("refusal.other");
  const seconds = /\d+/.exec(refusal.message)?.[0] ?? "";
  if (refusal.code === "needs_second") return t("refusal.needs_second");
  if (refusal.code === "unauthorized" || refusal.code === "locked") return t(`refusal.${refusal.code}`, { seconds });
  if (refusal.message && refusal.code !== "timeout") return refusal.message;
  return t(`refusal.${refusal.code}`, t("refusal.other"));
}

/** Of a question, which changes nothing and can be asked again. */
export function unansweredText(refusal: unknown, t: TFunction): string {
  const silent = refusal instanceof Refused && (refusal.code === "timeout" || refusal.code === "no_answer");
  return silent ? t("refusal.unanswered") : refusalText(refusal, t);
}

/** Where a camera was turned to, by what of it was said. */
function lookText(data: Record<string, unknown>): string {
  const said = (value: unknown, text: (figure: number) => string) => (value == null ? [] : [text(Number(value))]);
  return [
    ...said(data.pitch_deg, (pitch) => `${fixed(pitch)}°`),
    ...said(data.heading_deg, (heading) => headingText(heading)),
    ...said(data.zoom, (zoom) => `${fixed(zoom, 1)}×`),
  ].join(" ");
}
