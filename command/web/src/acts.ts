/** What an officer does, in one place for buttons and keys alike. */
import type { DecisionView } from "./contract";
import { newKey } from "./key";
import { ask } from "./link";
import { Refused } from "./refused";
import { applyDecision, applyTimeline } from "./state/fold";
import { dockToSend, mayBeDiverted } from "./state/derived";
import { fold, useConsole } from "./state/store";

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

export type Act = "dispatch" | "recall" | "close";

/** An act that waits for its confirmation. Its key is made here, so that confirming again after an
 * answer that never came cannot do it twice. */
export function propose(act: Act, id: string): void {
  useConsole.setState({ confirming: { act, id, key: newKey() } });
}

export function dismiss(): void {
  useConsole.setState({ confirming: null });
}

/** Does what waits for confirmation. A lost answer leaves it waiting; a refusal ends it. */
export async function confirm(): Promise<void> {
  const { confirming, decisions, chosenDock, sorties } = useConsole.getState();
  if (confirming === null) return;
  const { act, id, key } = confirming;
  try {
    if (act === "recall") await ask("recall", { sortie: id }, key);
    else if (act === "close") await ask("close_incident", { incident: id }, key);
    else {
      const dock = dockToSend(decisions[id], chosenDock, sorties);
      const offer = decisions[id]?.ranking.find((each) => each.dock === dock);
      await ask("dispatch", { incident: id, dock, divert: offer !== undefined && mayBeDiverted(offer) }, key);
    }
  } catch (refusal) {
    if (!(refusal instanceof Refused) || !isUndecided(refusal)) dismiss();
    throw refusal;
  }
  useConsole.setState({ confirming: null, chosenDock: null });
}

/** Whether it may have been done all the same. */
export function isUndecided({ code }: Refused): boolean {
  return code === "no_answer" || code === "timeout";
}
