/** What the map shows, as GeoJSON made from the picture. Pure. */
import type { Feature, FeatureCollection, LineString, MultiPolygon, Point, Position } from "geojson";
import type { DecisionView, DistrictView, IncidentView } from "../contract";
import { fixed } from "../format";
import {
  dockSites,
  isActive,
  isAttending,
  sortieByDrone,
  standOf,
  type DockSite,
} from "../state/derived";
import type { Picture } from "../state/fold";

export function collection<G extends Point | LineString>(features: Feature<G>[]): FeatureCollection<G> {
  return { type: "FeatureCollection", features };
}

export function point(at: Position, properties: Record<string, unknown>): Feature<Point> {
  return { type: "Feature", geometry: { type: "Point", coordinates: at }, properties };
}

function line(coordinates: Position[], properties: Record<string, unknown>): Feature<LineString> {
  return { type: "Feature", geometry: { type: "LineString", coordinates }, properties };
}

/** Subdistricts with every other one shaded a little, to be told apart. */
export function subdistrictFeatures(district: DistrictView): FeatureCollection {
  const given = district.subdistricts as unknown as FeatureCollection<MultiPolygon>;
  return {
    ...given,
    features: given.features.map((feature, index) => ({
      ...feature,
      properties: { ...feature.properties, alternate: index % 2 === 1 },
    })),
  };
}

/** One point inside each subdistrict for its name. */
export function placeFeatures(district: DistrictView): FeatureCollection<Point> {
  const given = district.subdistricts as unknown as FeatureCollection<MultiPolygon>;
  return collection(
    given.features.map((feature) => {
      const rings = feature.geometry.coordinates.map((polygon) => polygon[0] ?? []);
      const widest = rings.reduce((a, b) => (Math.abs(area(b)) > Math.abs(area(a)) ? b : a), []);
      return point(innerPoint(widest), feature.properties ?? {});
    }),
  );
}

export interface Look {
  incident: string | null;
  unit: { drone: string } | null;
  dock: string | null;
}

export function dockFeatures(picture: Picture, look: Look): FeatureCollection<Point> {
  const flying = sortieByDrone(picture.sorties);
  return collection(
    dockSites(picture.district).map((site) => {
      const { standing } = standOf(
        picture.docks[site.id],
        picture.drones[site.drone],
        flying[site.drone],
      );
      return point(site.at, {
        id: site.id,
        drone: site.drone,
        icon: `dock-${standing}`,
        order: standing === "ready" ? 1 : 0,
        chosen: site.drone === look.unit?.drone || site.id === look.dock,
      });
    }),
  );
}

/** Drones that are out; those on their pads are shown by their docks. */
export function droneFeatures(picture: Picture): FeatureCollection<Point> {
  const flying = sortieByDrone(picture.sorties);
  const features: Feature<Point>[] = [];
  for (const drone of Object.values(picture.drones)) {
    if (drone.lon === null || drone.lat === null) continue;
    const sortie = flying[drone.drone];
    const inAir = drone.armed || sortie?.state === "lost";
    if (!inAir) continue;
    const lost = !drone.connected || sortie?.state === "lost";
    features.push(
      point([drone.lon, drone.lat], {
        id: drone.drone,
        heading: drone.heading_deg ?? 0,
        icon: lost ? "drone-fault" : "drone-flying",
        label: `${drone.drone} ${fixed(drone.alt_rel_m)} m`,
      }),
    );
  }
  return collection(features);
}

export function incidentFeatures(
  incidents: Record<string, IncidentView>,
  chosen: string | null,
): FeatureCollection<Point> {
  return collection(
    Object.values(incidents)
      .filter((each) => each.state !== "closed" || each.id === chosen)
      .map((each) =>
        point([each.lon, each.lat], {
          id: each.id,
          icon: `incident-${each.level}${each.id === chosen ? "-chosen" : ""}`,
          order: each.id === chosen ? 9 : 4 - each.level,
        }),
      ),
  );
}

export function pathFeatures(picture: Picture): FeatureCollection<LineString> {
  const sites = sitesById(picture.district);
  return collection(
    Object.values(picture.sorties)
      .filter((sortie) => isActive(sortie) && sortie.path.length > 0)
      .map((sortie) =>
        line(fromDock(sites[sortie.dock], sortie.path), { outward: isAttending(sortie) }),
      ),
  );
}

const CANDIDATES_SHOWN = 5;

export function candidateFeatures(
  district: DistrictView | null,
  decision: DecisionView | undefined,
  dock: string | null,
): FeatureCollection<LineString> {
  const sites = sitesById(district);
  const shown = (decision?.ranking ?? []).filter((each) => each.feasible && each.path.length > 0);
  return collection(
    shown
      .filter((each, index) => index < CANDIDATES_SHOWN || each.dock === dock)
      .map((each) => line(fromDock(sites[each.dock], each.path), { chosen: each.dock === dock })),
  );
}

function sitesById(district: DistrictView | null): Record<string, DockSite> {
  return Object.fromEntries(dockSites(district).map((site) => [site.id, site]));
}

function fromDock(site: DockSite | undefined, path: [number, number, number][]): Position[] {
  const way: Position[] = path.map(([lon, lat]) => [lon, lat]);
  return site === undefined ? way : [site.at, ...way];
}

function area(ring: Position[]): number {
  let sum = 0;
  for (let i = 0; i + 1 < ring.length; i++) {
    const [a, b] = [ring[i] as [number, number], ring[i + 1] as [number, number]];
    sum += a[0] * b[1] - b[0] * a[1];
  }
  return sum / 2;
}

const LINES_TRIED = 9;

/** The middle of the longest stretch inside the ring, over a few horizontal lines: a place where a
 * name fits. */
function innerPoint(ring: Position[]): Position {
  const lats = ring.map((each) => each[1] as number);
  const [south, north] = [Math.min(...lats), Math.max(...lats)];
  let best: { at: Position; length: number } = { at: ring[0] ?? [0, 0], length: -1 };
  for (let i = 1; i <= LINES_TRIED; i++) {
    const lat = south + ((north - south) * i) / (LINES_TRIED + 1);
    const crossings = crossingsAt(ring, lat);
    // Near the middle a name looks right; weigh length down towards the ends.
    const weight = 1 - Math.abs(i / (LINES_TRIED + 1) - 0.5);
    for (let k = 0; k + 1 < crossings.length; k += 2) {
      const [west, east] = [crossings[k] as number, crossings[k + 1] as number];
      const length = (east - west) * weight;
      if (length > best.length) best = { at: [(west + east) / 2, lat], length };
    }
  }
  return best.at;
}

function crossingsAt(ring: Position[], lat: number): number[] {
  const result: number[] = [];
  for (let i = 0; i + 1 < ring.length; i++) {
    const [a, b] = [ring[i] as [number, number], ring[i + 1] as [number, number]];
    if (a[1] > lat !== b[1] > lat) {
      result.push(a[0] + ((lat - a[1]) / (b[1] - a[1])) * (b[0] - a[0]));
    }
  }
  return result.sort((x, y) => x - y);
}
