/** What an officer does, in one place for buttons and keys alike. */
import type { DecisionView } from "./contract";
import { newKey } from "./key";
import { ask } from "./link";
import { Refused } from "./refused";
import { applyDecision, applyTimeline } from "./state/fold";
import { dockToSend, mayBeDiverted } from "./state/derived";
import { fold, useConsole, type Proposal } from "./state/store";

/** Decision and timeline of an incident, where they are not known yet. */
export async function loadIncident(id: string): Promise<void> {
  const { decisions, timelines } = useConsole.getState();
  await Promise.all([
    decisions[id] === undefined && loadDecision(id),
    timelines[id] === undefined && loadTimeline(id),
  ]);
}

export async function loadDecision(id: string): Promise<void> {
  const { decision } = await ask("show_incident", { incident: id });
  if (decision) fold((old) => applyDecision(old, id, decision));
}

async function loadTimeline(id: string): Promise<void> {
  const { events } = await ask("events", { incident: id, limit: 1000 });
  fold((old) => applyTimeline(old, id, events));
}

export async function rankAgain(id: string): Promise<DecisionView> {
  const decision = await ask("rank_docks", { incident: id });
  fold((old) => applyDecision(old, id, decision));
  return decision;
}

/** An act that waits for its confirmation. Its key is made here, so that confirming again after an
 * answer that never came cannot do it twice. */
export function propose(act: Proposal["act"], id: string): void {
  const key = newKey();
  if (act === "recall") useConsole.setState({ confirming: { act, id, key } });
  else if (act === "close") useConsole.setState({ confirming: { act, id, key, note: "" } });
  else proposeDispatch(id, key);
}

/** Of the dock that would be sent now, whatever is decided before it is confirmed. */
function proposeDispatch(id: string, key: string): void {
  const { decisions, chosenDock, sorties } = useConsole.getState();
  const dock = dockToSend(decisions[id], chosenDock, sorties);
  const offer = decisions[id]?.ranking.find((each) => each.dock === dock);
  if (offer === undefined) return;
  const { drone, eta_s } = offer;
  useConsole.setState({ confirming: { act: "dispatch", id, key, dock: offer.dock, drone, eta_s, divert: mayBeDiverted(offer) } });
}

/** What is to stand in the record of a close; with another note it is another act. */
export function noteClose(note: string): void {
  useConsole.setState(({ confirming }) => (confirming?.act === "close" ? { confirming: { ...confirming, note, key: newKey() } } : {}));
}

export function dismiss(): void {
  useConsole.setState({ confirming: null });
}

/** Does what waits for confirmation. A lost answer leaves it waiting; a refusal ends it. */
export async function confirm(): Promise<void> {
  const { confirming } = useConsole.getState();
  if (confirming === null) return;
  try {
    await send(confirming);
  } catch (refusal) {
    if (!(refusal instanceof Refused) || !isUndecided(refusal)) dismiss();
    throw refusal;
  }
  useConsole.setState({ confirming: null, chosenDock: null });
}

async function send(proposal: Proposal): Promise<void> {
  const { id, key } = proposal;
  if (proposal.act === "recall") await ask("recall", { sortie: id }, key);
  else if (proposal.act === "close") await ask("close_incident", { incident: id, note: proposal.note.trim() }, key);
  else await ask("dispatch", { incident: id, dock: proposal.dock, divert: proposal.divert }, key);
}

/** Whether it may have been done all the same. */
export function isUndecided({ code }: Refused): boolean {
  return code === "no_answer" || code === "timeout";
}
