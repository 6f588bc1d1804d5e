import { useEffect } from "react";
import { dismiss, propose } from "./acts";
import { dockToSend } from "./state/derived";
import { endReport, selectDrone, startReport, useConsole } from "./state/store";

/** N reports, D proposes the dispatch, Esc goes one step back. Never while something is typed. */
export function useKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (event.key === "Escape") stepBack();
      else if (isTyping(event.target) || event.repeat) return;
      else if (!mayAct()) return;
      else if (event.key === "n" || event.key === "N") startReport();
      else if (event.key === "d" || event.key === "D") proposeDispatch();
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

function mayAct(): boolean {
  return useConsole.getState().session?.rights.includes("act") ?? false;
}

function stepBack(): void {
  const { confirming, reporting, unit } = useConsole.getState();
  if (confirming !== null) dismiss();
  else if (reporting) endReport();
  else if (unit !== null) selectDrone(null);
}

function proposeDispatch(): void {
  const { incident, incidents, decisions, chosenDock, sorties } = useConsole.getState();
  const view = incident === null ? undefined : incidents[incident];
  if (view === undefined || view.state === "closed") return;
  if (dockToSend(decisions[view.id], chosenDock, sorties) !== null) propose("dispatch", view.id);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, [contenteditable]") !== null;
}
