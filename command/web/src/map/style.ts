/** The map's style: our own vector layers and nothing from elsewhere. Without `glyphs` MapLibre
 * draws all letters with the fonts of this machine. */
import type { GeoJSON } from "geojson";
import type { LayerSpecification, StyleSpecification } from "maplibre-gl";
import type { Language } from "../i18n";
import type { Palette } from "../palette";

export const SOURCES = [
  "subdistricts",
  "places",
  "communities",
  "gaps",
  "volumes",
  "buffers",
  "rally",
  "tasks",
  "candidates",
  "paths",
  "trails",
  "footprints",
  "docks",
  "drones",
  "incidents",
  "draft",
  "sought",
] as const;
export type SourceName = (typeof SOURCES)[number];

/** What can be picked, the topmost first. */
export const PICKED = ["incidents", "drones", "docks"] as const;

/** The layers that each switch shows or hides. */
export const LAYERS_OF = {
  subdistricts: ["borders", "subdistrict-names"],
  communities: ["communities", "community-names"],
  noFly: ["no-fly-buffers", "no-fly-buffer-edges", "no-fly", "no-fly-edges", "no-fly-names"],
  coverage: ["gaps", "gap-edges"],
  rally: ["rally", "rally-names"],
  tasks: ["task-areas", "task-lines", "task-points"],
  paths: ["candidates", "paths"],
  trails: ["trails"],
  footprints: ["footprints", "footprint-edges"],
} as const;

const FONT = ["PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "sans-serif"];

export function nameField(language: Language): unknown {
  return ["get", language === "en" ? "name_en" : "name_zh"];
}

/** Layers whose text is a name in the language chosen. */
export const NAMED = ["subdistrict-names"] as const;

/** Areas have edges in layers of their own. Those that MapLibre would add are shaders more to be made ready
 * before the first picture. */
const EDGELESS = { "fill-antialias": false };

/** The colour of a patrol's task by the age of its last look. */
function byAge(age: Palette["age"]): unknown {
  return ["match", ["get", "ageing"], "fresh", age.fresh, "soon", age.soon, "overdue", age.overdue, age.never];
}

/** With what is `known` of its sources already in it: they are read once, not empty first. */
export function styleFor(language: Language, { map: colours, age }: Palette, known: Partial<Record<SourceName, GeoJSON>> = {}): StyleSpecification {
  const ageing = byAge(age);
  const halo = { "text-halo-color": colours.halo, "text-halo-width": 1.4 };
  const layers = [
    { id: "outside", type: "background", paint: { "background-color": colours.outside } },
    {
      id: "land",
      type: "fill",
      source: "subdistricts",
      paint: { ...EDGELESS, "fill-color": ["case", ["get", "alternate"], colours.landAlternate, colours.land] },
    },
    {
      id: "gaps",
      type: "fill",
      source: "gaps",
      paint: { ...EDGELESS, "fill-color": colours.gap, "fill-opacity": 0.22 },
    },
    {
      id: "gap-edges",
      type: "line",
      source: "gaps",
      paint: { "line-color": colours.gap, "line-opacity": 0.7, "line-width": 1, "line-dasharray": [1, 2] },
    },
    {
      id: "no-fly-buffers",
      type: "fill",
      source: "buffers",
      paint: { ...EDGELESS, "fill-color": colours.noFly, "fill-opacity": 0.14 },
    },
    {
      id: "no-fly-buffer-edges",
      type: "line",
      source: "buffers",
      paint: { "line-color": colours.noFly, "line-opacity": 0.5, "line-width": 1, "line-dasharray": [3, 3] },
    },
    {
      id: "no-fly",
      type: "fill",
      source: "volumes",
      paint: { ...EDGELESS, "fill-pattern": "hatch" },
    },
    {
      id: "no-fly-edges",
      type: "line",
      source: "volumes",
      paint: { "line-color": colours.noFly, "line-width": 1.2 },
    },
    {
      id: "borders",
      type: "line",
      source: "subdistricts",
      layout: { "line-join": "round" },
      paint: { "line-color": colours.border, "line-width": 1 },
    },
    {
      id: "communities",
      type: "circle",
      source: "communities",
      minzoom: 11.6,
      paint: { "circle-radius": 2, "circle-color": colours.community },
    },
    {
      id: "rally",
      type: "circle",
      source: "rally",
      layout: { visibility: "none" },
      paint: {
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 9.5, 3, 13, 6],
        "circle-color": "rgba(0, 0, 0, 0)",
        "circle-stroke-color": colours.rally,
        "circle-stroke-width": 1.5,
      },
    },
    {
      id: "rally-names",
      type: "symbol",
      source: "rally",
      minzoom: 11.6,
      layout: {
        ...{ visibility: "none", "text-font": FONT, "text-field": ["get", "id"] },
        ...{ "text-size": 11, "text-offset": [0, 1], "text-optional": true },
      },
      paint: { "text-color": colours.rally, ...halo },
    },
    {
      id: "task-areas",
      type: "fill",
      source: "tasks",
      filter: ["==", ["geometry-type"], "Polygon"],
      paint: { ...EDGELESS, "fill-color": ageing, "fill-opacity": ["case", ["get", "chosen"], 0.4, 0.2] },
    },
    {
      id: "task-lines",
      type: "line",
      source: "tasks",
      filter: ["!=", ["geometry-type"], "Point"],
      layout: { "line-cap": "round", "line-join": "round" },
      paint: {
        "line-color": ageing,
        "line-width": ["+", ["case", ["==", ["geometry-type"], "LineString"], 2.5, 1.2], ["case", ["get", "chosen"], 2, 0]],
        "line-opacity": 0.9,
      },
    },
    {
      id: "candidates",
      type: "line",
      source: "candidates",
      layout: { "line-cap": "round" },
      paint: {
        "line-color": colours.candidate,
        "line-width": ["case", ["get", "chosen"], 2.5, 1],
        "line-opacity": ["case", ["get", "chosen"], 0.95, 0.45],
      },
    },
    {
      id: "paths",
      type: "line",
      source: "paths",
      paint: {
        "line-color": colours.path,
        "line-width": 1.5,
        "line-opacity": ["case", ["get", "outward"], 0.9, 0.35],
        "line-dasharray": [3, 2.5],
      },
    },
    {
      id: "trails",
      type: "line",
      source: "trails",
      layout: { "line-cap": "round", "line-join": "round" },
      paint: {
        "line-width": 3,
        "line-gradient": [
          ...["interpolate", ["linear"], ["line-progress"]],
          ...[0, `${colours.trail}00`, 1, `${colours.trail}d9`],
        ],
      },
    },
    {
      id: "footprints",
      type: "fill",
      source: "footprints",
      filter: ["==", ["geometry-type"], "Polygon"],
      paint: { ...EDGELESS, "fill-color": colours.drone, "fill-opacity": ["case", ["get", "chosen"], 0.2, 0.1] },
    },
    {
      id: "footprint-edges",
      type: "line",
      source: "footprints",
      layout: { "line-join": "round" },
      paint: {
        "line-color": colours.drone,
        "line-width": ["case", ["get", "chosen"], 1.6, 0.8],
        "line-opacity": ["case", ["get", "chosen"], 0.95, 0.6],
      },
    },
    {
      id: "community-names",
      type: "symbol",
      source: "communities",
      minzoom: 12,
      layout: {
        "text-font": FONT,
        "text-field": ["get", "name"],
        "text-size": 11,
        "text-offset": [0, 0.9],
        "text-padding": 4,
      },
      paint: { "text-color": colours.community, ...halo },
    },
    {
      id: "no-fly-names",
      type: "symbol",
      source: "volumes",
      minzoom: 12.5,
      layout: {
        "text-font": FONT,
        "text-field": nameField(language),
        "text-size": 11,
        "text-max-width": 8,
      },
      paint: { "text-color": colours.noFlyLabel, ...halo },
    },
    {
      id: "subdistrict-names",
      type: "symbol",
      source: "places",
      layout: {
        "text-font": FONT,
        "text-field": nameField(language),
        "text-size": ["interpolate", ["linear"], ["zoom"], 9, 12, 13, 17],
        "text-letter-spacing": 0.08,
        "text-allow-overlap": true,
        "text-ignore-placement": true,
      },
      paint: { "text-color": colours.label, "text-opacity": 0.75, ...halo },
    },
    {
      id: "task-points",
      type: "circle",
      source: "tasks",
      filter: ["==", ["geometry-type"], "Point"],
      layout: { "circle-sort-key": ["get", "order"] },
      paint: {
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 9.5, 2.6, 13, 6],
        // what was never seen is hollow, what is overdue has a rim: not by colour alone
        "circle-color": ["match", ["get", "ageing"], "never", "rgba(0, 0, 0, 0)", ageing],
        "circle-stroke-color": ["case", ["get", "chosen"], colours.chosen, ageing],
        "circle-stroke-width": ["case", ["get", "chosen"], 2.5, ["==", ["get", "ageing"], "overdue"], 2, 1.2],
      },
    },
    {
      id: "docks",
      type: "symbol",
      source: "docks",
      layout: {
        "icon-image": ["get", "icon"],
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
        "icon-size": ["interpolate", ["linear"], ["zoom"], 10, 0.9, 14, 1.3],
        "text-font": FONT,
        "text-field": ["get", "id"],
        "text-size": 11,
        "text-offset": [0, 1.15],
        "text-optional": true,
        "symbol-sort-key": ["get", "order"],
      },
      paint: { "text-color": ["case", ["get", "chosen"], colours.chosen, colours.label], ...halo },
    },
    {
      id: "docks-chosen",
      type: "circle",
      source: "docks",
      filter: ["get", "chosen"],
      paint: {
        "circle-radius": 13,
        "circle-color": "rgba(0, 0, 0, 0)",
        "circle-stroke-color": colours.chosen,
        "circle-stroke-width": 1.5,
      },
    },
    {
      id: "incidents",
      type: "symbol",
      source: "incidents",
      layout: {
        "icon-image": ["get", "icon"],
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
        "symbol-sort-key": ["get", "order"],
      },
    },
    {
      id: "drones",
      type: "symbol",
      source: "drones",
      layout: {
        "icon-image": ["get", "icon"],
        "icon-rotate": ["get", "heading"],
        "icon-rotation-alignment": "map",
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
        "text-font": FONT,
        "text-field": ["get", "label"],
        "text-size": 11,
        "text-anchor": "left",
        "text-justify": "left",
        "text-offset": [1.3, 0],
        "text-allow-overlap": true,
        "text-ignore-placement": true,
      },
      paint: { "text-color": colours.drone, ...halo },
    },
    {
      id: "draft",
      type: "symbol",
      source: "draft",
      layout: { "icon-image": "draft", "icon-allow-overlap": true },
    },
    {
      id: "sought",
      type: "circle",
      source: "sought",
      paint: {
        "circle-radius": 16,
        "circle-color": "rgba(0, 0, 0, 0)",
        "circle-stroke-color": colours.candidate,
        "circle-stroke-width": 2,
      },
    },
  ] as unknown as LayerSpecification[];
  return {
    version: 8,
    sources: Object.fromEntries(
      SOURCES.map((name) => [
        name,
        { type: "geojson", data: known[name] ?? { type: "FeatureCollection", features: [] }, lineMetrics: name === "trails" },
      ]),
    ),
    layers,
  };
}
