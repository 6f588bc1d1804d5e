/** The console's colours, for a dark room and for a light one. Hues of the set of Okabe and Ito: they
 * stay apart for colour-blind eyes (tests/palette.test.ts), and no state is told by colour alone. */

const dark = {
  ground: {
    page: "#0b1017",
    bar: "#10171f",
    panel: "#121a24",
    raised: "#182230",
    line: "#243143",
    edge: "#33445a",
    text: "#e3eaf2",
    dim: "#93a3b5",
    faint: "#8695a6",
    accent: "#3ea6e0",
    picked: "#182a3d",
    mark: "#ffffff",
    gauge: "#4f6378",
  },
  /** How a dock with its drone stands. */
  standing: {
    ready: "#2fb594",
    charging: "#5aa9e6",
    flying: "#f0b429",
    not_ready: "#bfae6a",
    fault: "#ff6b4a",
    offline: "#8393a8",
  },
  /** The clock against the window: in time, short, past. */
  pace: { good: "#e3eaf2", short: "#f0b429", past: "#ff6b4a", met: "#2fb594" },
  /** How old the last look at a patrol's task is. */
  age: { fresh: "#2fb594", soon: "#f0b429", overdue: "#ff6b4a", never: "#8393a8" },
  /** The parts of a flight time, in order. */
  parts: { launch_s: "#8f7fe0", climb_s: "#56b4e9", cruise_s: "#2f6fb0", descent_s: "#3fbfa5" },
  map: {
    outside: "#0a0f15",
    land: "#16202c",
    landAlternate: "#182533",
    border: "#3a4d63",
    label: "#a9b8c8",
    halo: "#0b1017",
    community: "#61748a",
    noFly: "#e5484d",
    noFlyLabel: "#ff8d8f",
    gap: "#d8a657",
    path: "#f0b429",
    candidate: "#4cc2ff",
    rally: "#2fb594",
    trail: "#f0b429",
    drone: "#ffe3a3",
    chosen: "#ffffff",
  },
};

export type Palette = typeof dark;

const light: Palette = {
  ground: {
    page: "#e9eef3",
    bar: "#ffffff",
    panel: "#ffffff",
    raised: "#eef3f8",
    line: "#d3dce5",
    edge: "#b7c3d0",
    text: "#15202b",
    dim: "#4c5b6a",
    faint: "#5a6977",
    accent: "#0b6cab",
    picked: "#e6f2fb",
    mark: "#15202b",
    gauge: "#8a9aab",
  },
  standing: {
    ready: "#08634a",
    charging: "#166eaf",
    flying: "#816004",
    not_ready: "#383c01",
    fault: "#d50f0e",
    offline: "#596b7a",
  },
  pace: { good: "#15202b", short: "#816004", past: "#d50f0e", met: "#08634a" },
  age: { fresh: "#08634a", soon: "#816004", overdue: "#d50f0e", never: "#596b7a" },
  parts: { launch_s: "#8f7fe0", climb_s: "#56b4e9", cruise_s: "#2f6fb0", descent_s: "#3fbfa5" },
  map: {
    outside: "#dbe3ea",
    land: "#f8fafb",
    landAlternate: "#f1f5f8",
    border: "#a3b2c2",
    label: "#3a4856",
    halo: "#ffffff",
    community: "#8494a5",
    noFly: "#c62a2f",
    noFlyLabel: "#a81f24",
    gap: "#9a6a00",
    path: "#a86400",
    candidate: "#0b7cc1",
    rally: "#08634a",
    trail: "#c27800",
    drone: "#6b4300",
    chosen: "#15202b",
  },
};

export type Theme = "dark" | "light";
export const palettes: Record<Theme, Palette> = { dark, light };

/** Incident levels I to IV in the colours of the national warning levels; dark letters stand on them. */
export const levels: Record<number, string> = {
  1: "#ff5d5d",
  2: "#ff9f45",
  3: "#ffd84a",
  4: "#62b0ff",
};

/** Colours for the page, by names that `paint` gives a value: they follow the theme by themselves. */
function named<G extends keyof Palette>(group: G): { [name in keyof Palette[G]]: string } {
  const names = Object.keys(dark[group]).map((name) => [name, `var(${variable(group, name)})`]);
  return Object.fromEntries(names) as { [name in keyof Palette[G]]: string };
}

function variable(group: string, name: string): string {
  return group === "ground" ? `--${name}` : `--${group}-${name}`;
}

export const standing = named("standing");
export const pace = named("pace");
export const age = named("age");
export const parts = named("parts");
export const map = named("map");
export const { accent } = named("ground");

/** Gives the names their values on the page. */
export function paint(theme: Theme, root: HTMLElement = document.documentElement): void {
  for (const [group, colours] of Object.entries(palettes[theme])) {
    for (const [name, value] of Object.entries(colours)) root.style.setProperty(variable(group, name), value);
  }
  root.style.colorScheme = theme;
}
