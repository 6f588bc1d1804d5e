/** The places that the district's configuration names, to be found by name or number. Pure. */
import type { FeatureCollection, MultiPolygon, Point, Position } from "geojson";
import type { DistrictView } from "../contract";
import { placeFeatures } from "../map/features";
import { dockSites } from "./derived";

export type PlaceKind = "dock" | "subdistrict" | "community";

export interface Findable {
  key: string;
  kind: PlaceKind;
  name_zh: string;
  name_en: string;
  /** The subdistrict it lies in; null for a subdistrict itself. */
  within: string | null;
  at: [number, number];
  /** South-west and north-east corner, of what has an extent. */
  bounds: [[number, number], [number, number]] | null;
  /** What is typed to find it, in small letters. */
  words: string;
}

/** All places of the district: docks, subdistricts, communities. */
export function findables(district: DistrictView): Findable[] {
  const communities = district.communities as unknown as FeatureCollection<Point, { name: string; subdistrict: string }>;
  const subdistricts = district.subdistricts as unknown as FeatureCollection<MultiPolygon>;
  const middles = placeFeatures(district).features;
  return [
    ...dockSites(district).map((site) =>
      findable("dock", site.id, site, site.at, { within: site.subdistrict, also: `${site.id} ${site.drone}` }),
    ),
    ...subdistricts.features.map(({ properties, geometry }, index) => {
      const { code, name_zh, name_en } = properties as { code: string; name_zh: string; name_en: string };
      const at = middles[index]!.geometry.coordinates;
      return findable("subdistrict", code, { name_zh, name_en }, at, { bounds: boundsOf(geometry.coordinates.flat(2)) });
    }),
    ...communities.features.map(({ properties: { name, subdistrict }, geometry }) =>
      findable("community", `${subdistrict} ${name}`, { name_zh: name, name_en: name }, geometry.coordinates, { within: subdistrict }),
    ),
  ];
}

interface More {
  within?: string;
  also?: string;
  bounds?: Findable["bounds"];
}

function findable(kind: PlaceKind, id: string, name: { name_zh: string; name_en: string }, at: Position, more: More): Findable {
  const { name_zh, name_en } = name;
  const { within = null, also = "", bounds = null } = more;
  const words = `${name_zh} ${name_en} ${also}`.toLowerCase();
  return { key: `${kind} ${id}`, kind, name_zh, name_en, within, at: [at[0]!, at[1]!], bounds, words };
}

/** South-west and north-east corner of all the places. */
export function boundsOf(places: Position[]): [[number, number], [number, number]] {
  const lons = places.map((each) => each[0] as number);
  const lats = places.map((each) => each[1] as number);
  return [
    [Math.min(...lons), Math.min(...lats)],
    [Math.max(...lons), Math.max(...lats)],
  ];
}
