/** The patrols as the controller told them last, and the plan they belong to. */
import { create } from "zustand";
import type { PatrolsView } from "../contract";
import { ask } from "../link";
import { useConsole } from "./store";

const AGAIN_MS = 10_000;
const AFTER_CHANGE_MS = 700; // several changes at once are one reason to ask

interface Patrols {
  /** Null: not told yet. */
  view: PatrolsView | null;
  /** Why they could not be had. */
  refusal: unknown;
}

export const usePatrols = create<Patrols>()(() => ({ view: null, refusal: null }));

export function showPatrols(view: PatrolsView): void {
  usePatrols.setState({ view, refusal: null });
}

async function load(): Promise<void> {
  try {
    showPatrols(await ask("patrols", {}));
  } catch (refusal) {
    usePatrols.setState({ refusal });
  }
}

/** Keeps them up to date while they are looked at; returns what ends it. */
export function followPatrols(): () => void {
  let soon: ReturnType<typeof setTimeout> | undefined;
  void load();
  const again = setInterval(() => void load(), AGAIN_MS);
  const forget = useConsole.subscribe((now, before) => {
    if (now.sorties === before.sorties && now.connected === before.connected) return;
    clearTimeout(soon);
    soon = setTimeout(() => void load(), AFTER_CHANGE_MS);
  });
  return () => {
    clearInterval(again);
    clearTimeout(soon);
    forget();
  };
}
