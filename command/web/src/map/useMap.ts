/** A map of the district that shows the picture of operations and follows theme and language. */
import type { FeatureCollection } from "geojson";
import maplibregl, { type GeoJSONSource, type LngLatBoundsLike, type Map as MapLibre, type StyleSpecification } from "maplibre-gl";
import { useEffect, useState, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import type { DistrictView } from "../contract";
import type { Language } from "../i18n";
import { palettes } from "../palette";
import { useHabits } from "../state/habits";
import { useConsole } from "../state/store";
import { addImages } from "./icons";
import { Painter, boundsOf, paintDistrict } from "./painter";
import { nameField, NAMED, styleFor, type SourceName } from "./style";

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
    const painter = new Painter();
    const known = of === "now" ? painter.first() : {};
    const made = make(holder.current, styleFor(language, palettes[theme], known), district);
    if (made === null) {
      setBroken(true);
      return;
    }
    let stop = () => {};
    // Images must be there before the layers that name them are painted.
    made.on("style.load", () => {
      addImages(made, palettes[theme]);
      if (of === "now") stop = painter.start(source(made));
      setMap(made);
    });
    const look = () => {
      if (!isRead(made)) return;
      if (made.getPixelRatio() === COARSE) {
        made.setPixelRatio(SHARP);
        made.triggerRepaint();
        return;
      }
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

/** What makes a map that can be worked with: the district with its names and no-fly volumes, the docks by state,
 * what is not reached in time. */
const MEANINGFUL: readonly SourceName[] = ["subdistricts", "places", "buffers", "volumes", "docks", "gaps"];

/** Whether that was in the frame just drawn. MapLibre says "load" of sources that are empty yet. */
function isRead(map: MapLibre): boolean {
  const district = source(map)("subdistricts")?.serialize().data as FeatureCollection | undefined;
  return district !== undefined && district.features.length > 0 && MEANINGFUL.every((name) => map.isSourceLoaded(name));
}

/** Of the canvas while the map is still read: many frames are drawn then that nobody is to see. */
const COARSE = 1 / 64;
const SHARP = null as unknown as number; // as the screen is; MapLibre's word for it, which its types lack

/** Where nothing of the district is known yet. */
const SOMEWHERE = { center: [114.2, 22.7] as [number, number], zoom: 10 };

function make(container: HTMLElement, style: StyleSpecification, district: DistrictView | null): MapLibre | null {
  let map: MapLibre;
  try {
    map = new maplibregl.Map({
      container,
      style,
      validateStyle: false, // a test does
      pixelRatio: COARSE,
      ...(district === null ? SOMEWHERE : { bounds: boundsOf(district), fitBoundsOptions: { padding: PADDING } }),
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
