/** What this browser keeps of its user's habits. */
import { create } from "zustand";
import { persist } from "zustand/middleware";
import type { Theme } from "../palette";

export interface Habits {
  theme: Theme;
  /** The response plan of an incident is folded away. */
  planFolded: boolean;
}

export const useHabits = create<Habits>()(persist((): Habits => ({ theme: "dark", planFolded: false }), { name: "dockfleet.habits" }));

export function switchTheme(): void {
  useHabits.setState(({ theme }) => ({ theme: theme === "dark" ? "light" : "dark" }));
}

/** Whether alarms are silent. Never kept: the next officer, or this one after a reload, hears them. */
export const useSound = create<{ muted: boolean }>()(() => ({ muted: false }));

export function switchSound(): void {
  useSound.setState(({ muted }) => ({ muted: !muted }));
}
