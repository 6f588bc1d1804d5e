/** The docks as a table: each with its drone, its weather against its limits, and its sortie. */
import type { DockView, DockWeather, DroneTelemetry, SortieView } from "../contract";
import { dockSites, sortieByDrone, standOf, type DockSite, type Standing } from "./derived";
import type { Picture } from "./fold";

export interface DockRow {
  site: DockSite;
  standing: Standing;
  word: string;
  dock: DockView | undefined;
  drone: DroneTelemetry | undefined;
  sortie: SortieView | undefined;
  charge_pct: number | null;
  faults: string[];
}

/** What of the fleet is looked at: all of it, or those that stand so. */
export type Look = "all" | "ready" | "away" | "trouble";

const LOOKS: Record<Exclude<Look, "all">, ReadonlySet<Standing>> = {
  ready: new Set<Standing>(["ready", "charging"]),
  away: new Set<Standing>(["flying"]),
  trouble: new Set<Standing>(["fault", "offline", "not_ready"]),
};

/** All docks in the order of their ids. */
export function dockRows(picture: Picture): DockRow[] {
  const flying = sortieByDrone(picture.sorties);
  return dockSites(picture.district).map((site) => {
    const dock = picture.docks[site.id];
    const drone = picture.drones[site.drone];
    const sortie = flying[site.drone];
    return {
      ...{ site, dock, drone, sortie },
      ...standOf(dock, drone, sortie),
      charge_pct: drone?.battery_pct ?? dock?.state?.battery_pct ?? null,
      faults: faultsOf(dock),
    };
  });
}

export function looksLike(row: DockRow, look: Look): boolean {
  return look === "all" || LOOKS[look].has(row.standing);
}

/** What is wrong with a dock, in the sentences that docks use. */
export function faultsOf(dock: DockView | undefined): string[] {
  const state = dock?.state;
  if (state == null) return [];
  const faults = [...state.faults];
  if (state.emergency_stop) faults.unshift("the dock's emergency stop is pressed");
  if (state.cover === "stuck" && faults.length === 0) faults.push("the cover is stuck");
  return faults;
}

/** One figure of the weather against its limits; `over`: no drone may start. */
export interface Against {
  value: number;
  limit: number;
  over: boolean;
  near: boolean;
}

export interface WeatherAgainst {
  gust: Against;
  rain: Against;
  temperature: Against;
}

const NEAR_SHARE = 0.8;
const NEAR_C = 3;

export function weatherAgainst(weather: DockWeather, site: DockSite): WeatherAgainst {
  const { temperature_c } = weather;
  const { temperature_min_c: low, temperature_max_c: high } = site;
  const limit = high - temperature_c < temperature_c - low ? high : low;
  return {
    gust: against(weather.gust_ms, site.wind_limit_ms),
    rain: against(weather.rain_mm_h, site.rain_limit_mm_h),
    temperature: {
      value: temperature_c,
      limit,
      over: temperature_c < low || temperature_c > high,
      near: Math.abs(limit - temperature_c) <= NEAR_C,
    },
  };
}

function against(value: number, limit: number): Against {
  return { value, limit, over: value > limit, near: value > limit * NEAR_SHARE };
}
