/** What an incident's record says of each of its sorties: when each stage was reached. */
import type { Event, IncidentView, SortieView } from "../contract";

/** The stages that are reviewed, in their order, by the trigger that ends each. */
export const STAGES = ["requested", "prepared", "took_off", "arrived", "returned", "dock_closed"] as const;
export type Stage = (typeof STAGES)[number];

/** Seconds since the report at which each stage was reached; none where it never was. */
export type Milestones = Partial<Record<Stage, number>>;

const RETURNS = new Set(["recall", "turn_back", "over_pad"]);

export function milestonesOf(incident: IncidentView, sortie: SortieView, events: Event[]): Milestones {
  const reportedMs = Date.parse(incident.reported_at);
  const at = (event: { at: string }) => (Date.parse(event.at) - reportedMs) / 1000;
  const reached: Milestones = { requested: at({ at: sortie.requested_at }) };
  for (const event of events) {
    if (event.kind !== "SortieAdvanced" || event.subject !== sortie.id) continue;
    const trigger = String(event.data.trigger);
    const stage = RETURNS.has(trigger) ? "returned" : STAGES.find((each) => each === trigger);
    if (stage !== undefined) reached[stage] ??= at(event);
  }
  return reached;
}

/** How far the prediction was off, in seconds; positive: later than predicted. */
export function lateness(sortie: SortieView): number | null {
  return sortie.on_scene_s === null || sortie.eta_s === null ? null : sortie.on_scene_s - sortie.eta_s;
}
