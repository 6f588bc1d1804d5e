/** Shows on a map what its switches say: its own layers, the tiles under them, the patrols' tasks. */
import type { GeoJSONSource, Map as MapLibre } from "maplibre-gl";
import { useEffect } from "react";
import { palettes } from "../palette";
import { useHabits } from "../state/habits";
import { LAYERS, useLayers, type Shown } from "../state/layers";
import { aged } from "../state/patrols";
import { followPatrols, usePatrols } from "../state/patrolStore";
import { clock } from "../state/store";
import { LAYERS_OF } from "./style";
import { taskFeatures } from "./tasks";
import { addTiles, loadTiles, TILES, useTiles } from "./tiles";

const NONE: ReadonlySet<string> = new Set();

export function useLayersOf(map: MapLibre | null): void {
  const shown = useLayers((state) => state.shown);
  const theme = useHabits((habits) => habits.theme);
  const tiles = useTiles((state) => state.tiles);

  useEffect(() => void loadTiles().catch(() => undefined), []);

  useEffect(() => {
    if (map === null || tiles === null) return;
    let gone = false;
    addTiles(map, tiles, theme, palettes[theme], () => gone)
      .then(() => gone || show(map, useLayers.getState().shown))
      .catch(() => useTiles.setState({ failing: true }));
    return () => {
      gone = true;
    };
  }, [map, tiles, theme]);

  useEffect(() => {
    if (map !== null) show(map, shown);
  }, [map, shown]);

  useTasks(map, shown.tasks);
}

function show(map: MapLibre, shown: Shown): void {
  // A layer that is told anything makes all of its source be read anew, even if it knew it.
  const visible = (layer: string, yes: boolean) => {
    if ((map.getLayoutProperty(layer, "visibility") !== "none") !== yes) map.setLayoutProperty(layer, "visibility", yes ? "visible" : "none");
  };
  for (const layer of LAYERS) for (const each of LAYERS_OF[layer]) visible(each, shown[layer]);
  const laid = map.getLayersOrder().filter((id) => id.startsWith(TILES));
  for (const id of laid) visible(id, shown.tiles);
  visible("land", laid.length === 0 || !shown.tiles); // it would hide them
}

/** The patrols are asked for only while their tasks are shown. */
function useTasks(map: MapLibre | null, shown: boolean): void {
  const view = usePatrols((state) => state.view);
  useEffect(() => (shown ? followPatrols() : undefined), [shown]);
  useEffect(() => {
    const tasks = shown && view !== null ? view.tasks.map((each) => aged(each, clock.nowMs())) : [];
    map?.getSource<GeoJSONSource>("tasks")?.setData(taskFeatures(tasks, NONE));
  }, [map, shown, view]);
}
