import { Alert } from "antd";
import type { GeoJSONSource, MapMouseEvent } from "maplibre-gl";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { age } from "../palette";
import { AGEINGS, type AgedTask } from "../state/patrols";
import { useConsole } from "../state/store";
import { MapButtons } from "./MapButtons";
import { taskFeatures } from "./tasks";
import { useMap } from "./useMap";

const REACH_PX = 6;
const NAMES_FROM_ZOOM = 10.4; // farther out the tasks need the room
const LAYERS = ["drones", "task-points", "task-lines", "task-areas"];

interface Props {
  tasks: readonly AgedTask[];
  chosen: ReadonlySet<string>;
  onTask: (task: string) => void;
  onDrone: (drone: string) => void;
}

/** The tasks by the age of their last look, over the picture of operations: drones, ways, docks. */
export function PatrolMap({ tasks, chosen, onTask, onDrone }: Props) {
  const { t } = useTranslation();
  const holder = useRef<HTMLDivElement>(null);
  const picked = useRef({ onTask, onDrone });
  picked.current = { onTask, onDrone };
  const shown = useMap(holder);
  const { map, drawn, broken } = shown;
  const known = useConsole((state) => state.district !== null);

  useEffect(() => {
    map?.getSource<GeoJSONSource>("tasks")?.setData(taskFeatures(tasks, chosen));
  }, [map, tasks, chosen]);

  useEffect(() => {
    if (map === null) return;
    map.setLayerZoomRange("subdistrict-names", NAMES_FROM_ZOOM, 24);
    const at = ({ point: { x, y } }: MapMouseEvent) =>
      map.queryRenderedFeatures([[x - REACH_PX, y - REACH_PX], [x + REACH_PX, y + REACH_PX]], { layers: LAYERS })[0];
    map.on("click", (event: MapMouseEvent) => {
      const found = at(event);
      if (found?.layer.id === "drones") picked.current.onDrone(String(found.properties.id));
      else if (found !== undefined) picked.current.onTask(String(found.properties.id));
    });
    map.on("mousemove", (event: MapMouseEvent) => {
      map.getCanvas().style.cursor = at(event) ? "pointer" : "";
    });
  }, [map]);

  return (
    <div className="map" data-testid="patrol-map" data-loaded={drawn && known}>
      <div ref={holder} className="map-canvas" />
      {broken && <Alert className="map-broken" type="error" showIcon message={t("map.noWebgl")} />}
      <MapButtons {...shown} />
      <div className="legend">
        {AGEINGS.map((each) => (
          <span key={each}>
            <i className="legend-round" style={each === "never" ? { boxShadow: `inset 0 0 0 2px ${age[each]}` } : { background: age[each] }} />
            {t(`patrols.ageing.${each}`)}
          </span>
        ))}
      </div>
    </div>
  );
}
