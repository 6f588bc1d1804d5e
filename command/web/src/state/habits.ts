/** What this browser keeps of its user's habits. */
import { create } from "zustand";
import { persist } from "zustand/middleware";
import type { Theme } from "../palette";

export interface Habits {
  theme: Theme;
  muted: boolean;
}

export const useHabits = create<Habits>()(
  persist((): Habits => ({ theme: "dark", muted: false }), { name: "dockfleet.habits" }),
);

export function switchTheme(): void {
  useHabits.setState(({ theme }) => ({ theme: theme === "dark" ? "light" : "dark" }));
}

export function switchSound(): void {
  useHabits.setState(({ muted }) => ({ muted: !muted }));
}
