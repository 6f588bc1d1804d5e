import { describe, expect, it } from "vitest";
import type { DistrictView, DockWeather } from "../src/contract";
import { dockRows, faultsOf, looksLike, weatherAgainst } from "../src/state/docks";
import { nothing, type Picture } from "../src/state/fold";
import { dock, drone, REPORTED, sortie } from "./pictures";

const SITE = {
  ...{ id: "D01", name_zh: "坪地", name_en: "Pingdi", drone: "U01", subdistrict: "440307019", alt_amsl_m: 42 },
  ...{ wind_limit_ms: 12, rain_limit_mm_h: 4, temperature_min_c: -20, temperature_max_c: 45 },
};
const DISTRICT = {
  docks: {
    type: "FeatureCollection",
    features: [{ type: "Feature", geometry: { type: "Point", coordinates: [114.3, 22.77] }, properties: SITE }],
  },
} as unknown as DistrictView;
const site = { ...SITE, at: [114.3, 22.77] as [number, number] };

function weather(given: Partial<DockWeather>): DockWeather {
  return {
    ...{ dock: "D01", at: REPORTED, wind_ms: 3, wind_from_deg: 90, gust_ms: 4, rain_mm_h: 0 },
    ...{ temperature_c: 22, humidity_pct: 70 },
    ...given,
  };
}

function row(picture: Partial<Picture>) {
  return dockRows({ ...nothing, district: DISTRICT, ...picture })[0]!;
}

describe("a dock's row", () => {
  it("is there before anything was heard of the dock", () => {
    expect(row({})).toMatchObject({ standing: "offline", word: "dock_offline", charge_pct: null, faults: [] });
  });

  it("stands as its sortie does while its drone is away", () => {
    const away = row({ docks: { D01: dock() }, drones: { U01: drone() }, sorties: { S1: sortie() } });
    expect(away).toMatchObject({ standing: "flying", word: "en_route" });
    expect(looksLike(away, "away")).toBe(true);
    expect(looksLike(away, "ready")).toBe(false);
  });

  it("is under trouble when it is not ready, offline or faulty", () => {
    const faulty = row({ docks: { D01: dock({}, { cover: "stuck" }) }, drones: { U01: drone() } });
    expect(looksLike(faulty, "trouble")).toBe(true);
    expect(faulty.faults).toEqual(["the cover is stuck"]);
  });
});

it("the emergency stop comes before other faults", () => {
  expect(faultsOf(dock({}, { emergency_stop: true, faults: ["the charger is broken"] }))).toEqual([
    "the dock's emergency stop is pressed",
    "the charger is broken",
  ]);
});

describe("weather against the dock's limits", () => {
  it.each([
    ["calm", weather({}), { gust: [false, false], rain: [false, false], temperature: [false, false] }],
    ["at the limit it is near but not over", weather({ gust_ms: 12 }), { gust: [false, true], rain: [false, false], temperature: [false, false] }],
    ["above the limit", weather({ gust_ms: 12.1, rain_mm_h: 5 }), { gust: [true, true], rain: [true, true], temperature: [false, false] }],
    ["heat", weather({ temperature_c: 46 }), { gust: [false, false], rain: [false, false], temperature: [true, true] }],
  ])("%s", (_, given, expected) => {
    const against = weatherAgainst(given, site);
    for (const what of ["gust", "rain", "temperature"] as const) {
      expect([against[what].over, against[what].near], what).toEqual(expected[what]);
    }
  });

  it("names the limit of the temperature that is nearer", () => {
    expect(weatherAgainst(weather({ temperature_c: -15 }), site).temperature.limit).toBe(-20);
    expect(weatherAgainst(weather({ temperature_c: 40 }), site).temperature.limit).toBe(45);
  });
});
