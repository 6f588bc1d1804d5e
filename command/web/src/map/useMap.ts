/** A map of the district that shows the picture of operations and follows theme and language. */
import maplibregl, { type GeoJSONSource, type LngLatBoundsLike, type Map as MapLibre } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import { useEffect, useState, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import type { Language } from "../i18n";
import { palettes, type Palette } from "../palette";
import { useHabits } from "../state/habits";
import { useConsole } from "../state/store";
import { addImages } from "./icons";
import { Painter, boundsOf, paintDistrict } from "./painter";
import { nameField, NAMED, styleFor } from "./style";

maplibregl.prewarm(); // its worker starts while the page is still being made

const PADDING = { top: 28, bottom: 44, left: 56, right: 28 }; // clear of buttons and legend

export interface DistrictMap {
  /** Null until its style is there. */
  map: MapLibre | null;
  /** The district is to be seen on it. */
  drawn: boolean;
  /** It cannot be drawn in this browser. */
  broken: boolean;
  /** Shows the whole district. */
  whole: () => void;
}

/** Of operations as they are now, or of the district alone, for what was `recorded`. */
export function useMap(holder: RefObject<HTMLDivElement>, of: "now" | "recorded" = "now"): DistrictMap {
  const { i18n } = useTranslation();
  const language = i18n.language as Language;
  const theme = useHabits((habits) => habits.theme);
  const [map, setMap] = useState<MapLibre | null>(null);
  const [drawn, setDrawn] = useState(false);
  const [broken, setBroken] = useState(false);
  const district = useConsole((state) => state.district);

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
      if (of === "now") stop = new Painter(source(made)).start();
      setMap(made);
    });
    const look = () => {
      // MapLibre says "load" of sources that are empty yet
      if (!made.isSourceLoaded("subdistricts") || made.querySourceFeatures("subdistricts").length === 0) return;
      made.off("render", look);
      setDrawn(true);
    };
    made.on("render", look);
    return () => {
      stop();
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
    if (of === "recorded") paintDistrict((name, data) => source(map)(name)?.setData(data), district);
    return keepWhole(map, boundsOf(district));
  }, [map, district]);

  const whole = () => {
    if (district !== null) map?.fitBounds(boundsOf(district), { padding: PADDING, duration: 500 });
  };
  return { map, drawn, broken, whole };
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
      style: styleFor(language, palette),
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
  return map;
}
