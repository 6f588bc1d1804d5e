/** What of the map is shown. Kept as long as the page is open and nobody else signs in: what one officer
 * hid must not be missing for the next. */
import { create } from "zustand";

export const LAYERS = [
  ...(["subdistricts", "communities", "noFly", "coverage", "rally"] as const),
  ...(["tasks", "paths", "trails", "footprints"] as const),
] as const;
export type Layer = (typeof LAYERS)[number] | "tiles";

export type Shown = Readonly<Record<Layer, boolean>>;

export const USUAL: Shown = {
  tiles: true,
  subdistricts: true,
  communities: true,
  noFly: true,
  coverage: true,
  rally: false,
  tasks: false,
  paths: true,
  trails: true,
  footprints: true,
};

interface LayerSwitches {
  shown: Shown;
  /** The list of switches is open. */
  choosing: boolean;
}

export const useLayers = create<LayerSwitches>()(() => ({ shown: USUAL, choosing: false }));

/** Shows those of `offered` that are chosen; the others stay as they are. */
export function showLayers(chosen: readonly Layer[], offered: readonly Layer[]): void {
  const changed = Object.fromEntries(offered.map((each) => [each, chosen.includes(each)]));
  useLayers.setState(({ shown }) => ({ shown: { ...shown, ...changed } }));
}

/** How many layers that are usually shown are hidden now. */
export function hiddenOf(shown: Shown): number {
  return Object.entries(USUAL).filter(([layer, usual]) => usual && !shown[layer as Layer]).length;
}

export function usualLayers(): void {
  useLayers.setState({ shown: USUAL, choosing: false });
}

export function switchChoosing(): void {
  useLayers.setState(({ choosing }) => ({ choosing: !choosing }));
}
