import { Alert } from "antd";
import type { Map as MapLibre, MapMouseEvent } from "maplibre-gl";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { open } from "../opening";
import { isPicking, selectDrone, selectIncident, useConsole } from "../state/store";
import { LayerSwitch } from "./LayerSwitch";
import { Legend } from "./Legend";
import { MapButtons } from "./MapButtons";
import { PlaceSearch } from "./PlaceSearch";
import { PICKED } from "./style";
import { useLayersOf } from "./useLayersOf";
import { useMap } from "./useMap";
import { setView } from "./view";

const PICK_REACH_PX = 8;

export function MapView() {
  const { t } = useTranslation();
  const holder = useRef<HTMLDivElement>(null);
  const shown = useMap(holder);
  const { map, drawn, broken } = shown;
  const district = useConsole((state) => state.district);
  const picking = useConsole(isPicking);
  useLayersOf(map);

  useEffect(() => {
    if (drawn || broken) open();
  }, [drawn, broken]);

  useEffect(() => {
    if (map === null) return;
    setView(map);
    listen(map);
    return () => setView(null);
  }, [map]);

  useEffect(() => {
    if (map !== null) map.getCanvas().style.cursor = picking ? "crosshair" : "";
  }, [map, picking]);

  return (
    <div className="map" data-testid="map" data-loaded={drawn && district !== null}>
      <div ref={holder} className="map-canvas" />
      {broken && <Alert className="map-broken" type="error" showIcon message={t("map.noWebgl")} />}
      <MapButtons {...shown}>
        <LayerSwitch />
      </MapButtons>
      <PlaceSearch />
      <Legend schematic={district?.schematic ?? false} />
    </div>
  );
}

/** What a click picks: a place while one is asked for, else what lies there. */
function listen(map: MapLibre): void {
  map.on("click", (event: MapMouseEvent) => {
    if (isPicking(useConsole.getState())) {
      useConsole.setState({ draft: { lon: event.lngLat.lng, lat: event.lngLat.lat } });
      return;
    }
    const picked = pick(map, event.point);
    if (picked?.layer.id === "incidents") selectIncident(String(picked.properties.id));
    else if (picked?.layer.id === "drones") selectDrone(String(picked.properties.id));
    else if (picked?.layer.id === "docks") selectDrone(String(picked.properties.drone));
  });
  map.on("mousemove", (event: MapMouseEvent) => {
    if (isPicking(useConsole.getState())) return;
    map.getCanvas().style.cursor = pick(map, event.point) ? "pointer" : "";
  });
}

function pick(map: MapLibre, { x, y }: { x: number; y: number }) {
  if (map.getLayer(PICKED[0]) === undefined) return undefined;
  const box: [[number, number], [number, number]] = [
    [x - PICK_REACH_PX, y - PICK_REACH_PX],
    [x + PICK_REACH_PX, y + PICK_REACH_PX],
  ];
  const found = map.queryRenderedFeatures(box, { layers: [...PICKED] });
  for (const layer of PICKED) {
    const top = found.find((each) => each.layer.id === layer);
    if (top !== undefined) return top;
  }
  return undefined;
}
