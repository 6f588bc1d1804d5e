import { AimOutlined, MinusOutlined, PlusOutlined } from "@ant-design/icons";
import { Alert, Button, Space } from "antd";
import maplibregl, { type GeoJSONSource, type LngLatBoundsLike, type Map as MapLibre } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Language } from "../i18n";
import { palettes, type Palette } from "../palette";
import { useHabits } from "../state/habits";
import { isPicking, selectDrone, selectIncident, useConsole } from "../state/store";
import { addImages } from "./icons";
import { Painter, boundsOf } from "./painter";
import { nameField, NAMED, PICKED, styleFor } from "./style";
import { Legend } from "./Legend";
import { setView } from "./view";

const PICK_REACH_PX = 8;
const PADDING = { top: 28, bottom: 44, left: 56, right: 28 }; // clear of buttons and legend

export function MapView() {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const holder = useRef<HTMLDivElement>(null);
  const theme = useHabits((habits) => habits.theme);
  const [map, setMap] = useState<MapLibre | null>(null);
  const [drawn, setDrawn] = useState(false);
  const [broken, setBroken] = useState(false);
  const district = useConsole((state) => state.district);
  const picking = useConsole(isPicking);

  useEffect(() => {
    if (holder.current === null) return;
    const made = make(holder.current, language, palettes[theme]);
    if (made === null) {
      setBroken(true);
      return;
    }
    let stop = () => {};
    // Images must be there before the layers that name them are painted.
    made.on("style.load", () => {
      addImages(made, palettes[theme]);
      stop = new Painter(source(made)).start();
      setMap(made);
      setView(made);
    });
    made.on("load", () => setDrawn(true));
    return () => {
      stop();
      setView(null);
      setMap(null);
      setDrawn(false);
      made.remove();
    };
    // The map is made once for a theme; its language is changed below.
  }, [theme]);

  useEffect(() => {
    for (const layer of NAMED) map?.setLayoutProperty(layer, "text-field", nameField(language));
  }, [map, language]);

  useEffect(() => {
    if (map === null || district === null) return;
    return keepWhole(map, boundsOf(district));
  }, [map, district]);

  useEffect(() => {
    if (map !== null) map.getCanvas().style.cursor = picking ? "crosshair" : "";
  }, [map, picking]);

  const whole = () => {
    if (district !== null) map?.fitBounds(boundsOf(district), { padding: PADDING, duration: 500 });
  };
  return (
    <div className="map" data-testid="map" data-loaded={drawn && district !== null}>
      <div ref={holder} className="map-canvas" />
      {broken && <Alert className="map-broken" type="error" showIcon message={t("map.noWebgl")} />}
      <Space.Compact direction="vertical" className="map-buttons">
        <Button icon={<PlusOutlined />} title={t("map.zoomIn")} aria-label={t("map.zoomIn")} onClick={() => map?.zoomIn()} />
        <Button icon={<MinusOutlined />} title={t("map.zoomOut")} aria-label={t("map.zoomOut")} onClick={() => map?.zoomOut()} />
        <Button icon={<AimOutlined />} title={t("map.whole")} aria-label={t("map.whole")} onClick={whole} />
      </Space.Compact>
      <Legend schematic={district?.schematic ?? false} />
    </div>
  );
}

/** Shows the whole district, and again when the map's size changes, until somebody looks closer. */
function keepWhole(map: MapLibre, bounds: LngLatBoundsLike): () => void {
  let looking = false;
  const fit = () => {
    if (!looking) map.fitBounds(bounds, { padding: PADDING, duration: 0 }, { ours: true });
  };
  const look = (event: object) => {
    looking ||= !("ours" in event);
  };
  fit();
  map.on("resize", fit);
  map.on("zoomstart", look);
  map.on("dragstart", look);
  return () => {
    map.off("resize", fit);
    map.off("zoomstart", look);
    map.off("dragstart", look);
  };
}

function source(map: MapLibre) {
  return (name: string) => map.getSource<GeoJSONSource>(name);
}

function make(container: HTMLElement, language: Language, palette: Palette): MapLibre | null {
  let map: MapLibre;
  try {
    map = new maplibregl.Map({
      container,
      style: styleFor(language, palette.map),
      center: [114.2, 22.7],
      zoom: 10,
      minZoom: 8,
      maxZoom: 18,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      fadeDuration: 0,
    });
  } catch {
    return null;
  }
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new maplibregl.ScaleControl({ unit: "metric", maxWidth: 90 }), "bottom-right");
  map.on("click", (event) => {
    if (isPicking(useConsole.getState())) {
      useConsole.setState({ draft: { lon: event.lngLat.lng, lat: event.lngLat.lat } });
      return;
    }
    const picked = pick(map, event.point);
    if (picked?.layer.id === "incidents") selectIncident(String(picked.properties.id));
    else if (picked?.layer.id === "drones") selectDrone(String(picked.properties.id));
    else if (picked?.layer.id === "docks") selectDrone(String(picked.properties.drone));
  });
  map.on("mousemove", (event) => {
    if (isPicking(useConsole.getState())) return;
    map.getCanvas().style.cursor = pick(map, event.point) ? "pointer" : "";
  });
  return map;
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
