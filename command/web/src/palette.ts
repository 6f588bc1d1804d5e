/** The console's colours. Hues of the set of Okabe and Ito, lightened for a dark ground: they stay
 * apart for colour-blind eyes, and no state is told by colour alone. */

export const ground = {
  page: "#0b1017",
  bar: "#10171f",
  panel: "#121a24",
  raised: "#182230",
  line: "#243143",
  text: "#e3eaf2",
  dim: "#93a3b5",
  faint: "#8695a6",
};

export const accent = "#3ea6e0";

/** How a dock with its drone stands. */
export const standing = {
  ready: "#2fb594",
  charging: "#5aa9e6",
  flying: "#f0b429",
  not_ready: "#b3a05a",
  fault: "#ff6b4a",
  offline: "#75859a",
} as const;

/** The clock against the window: in time, short, past. */
export const pace = { good: "#e3eaf2", short: "#f0b429", past: "#ff6b4a", met: "#2fb594" } as const;

/** Incident levels I to IV in the colours of the national warning levels. */
export const levels: Record<number, string> = {
  1: "#ff5d5d",
  2: "#ff9f45",
  3: "#ffd84a",
  4: "#62b0ff",
};

/** The parts of a flight time, in order. */
export const parts = {
  launch_s: "#8f7fe0",
  climb_s: "#56b4e9",
  cruise_s: "#2f6fb0",
  descent_s: "#3fbfa5",
} as const;

export const map = {
  outside: "#0a0f15",
  land: "#16202c",
  landAlternate: "#182533",
  border: "#3a4d63",
  label: "#a9b8c8",
  halo: "#0b1017",
  community: "#61748a",
  noFly: "#e5484d",
  gap: "#d8a657",
  path: "#f0b429",
  candidate: "#4cc2ff",
  trail: "#f0b429",
};
