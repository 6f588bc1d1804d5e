import { validateStyleMin } from "@maplibre/maplibre-gl-style-spec";
import { describe, expect, it } from "vitest";
import type { DistrictView } from "../src/contract";
import { findables } from "../src/state/places";
import { hiddenOf, LAYERS, showLayers, useLayers, usualLayers } from "../src/state/layers";
import { LAYERS_OF, styleFor } from "../src/map/style";
import { palettes } from "../src/palette";

const square = [[[[114, 22], [115, 22], [115, 23], [114, 23], [114, 22]]]];
const collection = (...features: object[]) => ({ type: "FeatureCollection", features });
const point = (at: number[], properties: object) => ({ type: "Feature", geometry: { type: "Point", coordinates: at }, properties });
const district = {
  subdistricts: collection({
    type: "Feature",
    geometry: { type: "MultiPolygon", coordinates: square },
    properties: { code: "S1", name_zh: "平湖街道", name_en: "Pinghu" },
  }),
  communities: collection(point([114.2, 22.2], { name: "新木社区", subdistrict: "S1" })),
  docks: collection(point([114.1, 22.1, 60], { id: "D07", drone: "U07", name_zh: "平湖消防站", name_en: "Pinghu fire station", subdistrict: "S1" })),
} as unknown as DistrictView;

describe("places of the configuration", () => {
  const places = findables(district);
  const found = (typed: string) => places.filter((each) => each.words.includes(typed)).map((each) => each.key);

  it.each([
    ["平湖", ["dock D07", "subdistrict S1"]],
    ["pinghu", ["dock D07", "subdistrict S1"]],
    ["u07", ["dock D07"]],
    ["新木", ["community S1 新木社区"]],
    ["北京", []],
  ])("are found by %s", (typed, keys) => {
    expect(found(typed)).toEqual(keys);
  });

  it("have an extent where they are areas, and a place in it", () => {
    const area = places.find((each) => each.kind === "subdistrict");
    expect(area?.bounds).toEqual([[114, 22], [115, 23]]);
    expect(area?.at[0]).toBeGreaterThan(114);
    expect(area?.at[0]).toBeLessThan(115);
  });
});

describe("layers of the map", () => {
  it.each(["dark", "light"] as const)("make a style that MapLibre takes, in the %s theme", (theme) => {
    expect(validateStyleMin(styleFor("zh", palettes[theme]))).toEqual([]);
  });

  it("each switch shows layers that the style has", () => {
    const ids = new Set(styleFor("zh", palettes.dark).layers.map(({ id }) => id));
    expect(Object.values(LAYERS_OF).flat().filter((id) => !ids.has(id))).toEqual([]);
  });

  it("docks, drones and incidents cannot be hidden", () => {
    const switched = new Set<string>(Object.values(LAYERS_OF).flat());
    expect(["docks", "drones", "incidents", "draft"].filter((id) => switched.has(id))).toEqual([]);
  });

  it("say how much of the usual is hidden, and are usual again at once", () => {
    showLayers(["noFly", "tasks"], LAYERS);
    expect(hiddenOf(useLayers.getState().shown)).toBe(6);
    usualLayers();
    expect(hiddenOf(useLayers.getState().shown)).toBe(0);
  });
});
