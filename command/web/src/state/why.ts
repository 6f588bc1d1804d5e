/** A decision laid out to be looked at: which docks, in which order, on which axis of time. */
import type { AlternativeView, ConditionsView, ExplanationView } from "../contract";

export interface WhyRow {
  offer: AlternativeView;
  known: ConditionsView;
}

const LONGEST = 2; // windows; bars of later docks run out of the picture
const SHORTEST = 1.2; // windows; there is always something to be seen past the mark

/** By time to the scene, also those ruled out: whoever would have been sooner stands before the one
 * chosen. Only the first `most`, of which the chosen is always one; those without a time come last. */
export function whyRows({ decision, conditions, chosen }: ExplanationView, most: number): WhyRow[] {
  const known = new Map(conditions.map((each) => [each.dock, each]));
  const rows = decision.ranking
    .map((offer) => ({ offer, known: known.get(offer.dock)! }))
    .sort((a, b) => (a.offer.eta_s ?? Infinity) - (b.offer.eta_s ?? Infinity) || 0);
  const shown = rows.slice(0, most);
  const first = rows.find(({ offer }) => offer.dock === chosen);
  return first === undefined || shown.includes(first) ? shown : [...shown.slice(0, -1), first];
}

/** Seconds from the left end of the bars to the right one, whole minutes. */
export function axisEnd_s(rows: WhyRow[], window_s: number): number {
  const longest_s = Math.max(...rows.map(({ offer }) => offer.eta_s ?? 0), SHORTEST * window_s);
  return Math.ceil(Math.min(longest_s, LONGEST * window_s) / 60) * 60;
}
