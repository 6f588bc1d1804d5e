/** What the map shows, as GeoJSON made from the picture. Pure. */
import type { Feature, FeatureCollection, LineString, MultiPolygon, Point, Polygon, Position } from "geojson";
import type { CoverageView, DecisionView, DistrictView, IncidentView, SortieView, VideoSample } from "../contract";
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
import { grown, nameplace, signedArea } from "./geometry";

const DOCK_LABEL_DEG = 0.005;

export function collection<G extends Point | LineString>(features: Feature<G>[]): FeatureCollection<G> {
  return { type: "FeatureCollection", features };
}

export function point(at: Position, properties: Record<string, unknown>): Feature<Point> {
  return { type: "Feature", geometry: { type: "Point", coordinates: at }, properties };
}

export function line(coordinates: Position[], properties: Record<string, unknown>): Feature<LineString> {
  return { type: "Feature", geometry: { type: "LineString", coordinates }, properties };
}

/** What is not reached in time now. */
export function gapFeatures(coverage: CoverageView | null): FeatureCollection<MultiPolygon> {
  if (coverage === null) return { type: "FeatureCollection", features: [] };
  const geometry = coverage.gaps as unknown as MultiPolygon;
  return { type: "FeatureCollection", features: [{ type: "Feature", geometry, properties: {} }] };
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

const placed = new WeakMap<DistrictView, FeatureCollection<Point>>(); // looking for them takes its time

/** One point inside each subdistrict for its name, clear of the docks. */
export function placeFeatures(district: DistrictView): FeatureCollection<Point> {
  const known = placed.get(district) ?? freePlaces(district);
  placed.set(district, known);
  return known;
}

function freePlaces(district: DistrictView): FeatureCollection<Point> {
  const given = district.subdistricts as unknown as FeatureCollection<MultiPolygon>;
  // Under each dock stands its id.
  const occupied = dockSites(district).flatMap(({ at: [lon, lat] }) => [
    [lon, lat],
    [lon, lat - DOCK_LABEL_DEG],
  ]);
  return collection(
    given.features.map((feature) => {
      const rings = feature.geometry.coordinates.map((polygon) => polygon[0] ?? []);
      const widest = rings.reduce(
        (a, b) => (Math.abs(signedArea(b)) > Math.abs(signedArea(a)) ? b : a),
        [],
      );
      return point(nameplace(widest, occupied), feature.properties ?? {});
    }),
  );
}

/** The no-fly volumes with the distance that is kept from them. */
export function bufferFeatures(district: DistrictView): FeatureCollection<Polygon> {
  const given = district.volumes as unknown as FeatureCollection<Polygon>;
  return {
    ...given,
    features: given.features.map((feature) => ({
      ...feature,
      geometry: {
        ...feature.geometry,
        coordinates: [grown(feature.geometry.coordinates[0] ?? [], Number(feature.properties?.buffer_m ?? 0))],
      },
    })),
  };
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
      // To the metre and degree: finer would only make the map draw what nobody can see.
      point([rounded(drone.lon), rounded(drone.lat)], {
        id: drone.drone,
        heading: Math.round(drone.heading_deg ?? 0),
        icon: lost ? "drone-fault" : "drone-flying",
        label: `${drone.drone} ${fixed(drone.alt_rel_m)} m`,
      }),
    );
  }
  return collection(features);
}

/** The ground that cameras see, and a line from each drone that is looked at to the middle of it. */
export function footprintFeatures(
  samples: Iterable<VideoSample>,
  chosen: string | null,
): FeatureCollection<Polygon | LineString> {
  const features: Feature<Polygon | LineString>[] = [];
  for (const { drone, outline, lon, lat, centre } of samples) {
    const properties = { id: drone, chosen: drone === chosen };
    if (outline.length >= 3) {
      const ring = [...outline, outline[0] as Position];
      features.push({ type: "Feature", properties, geometry: { type: "Polygon", coordinates: [ring] } });
    }
    if (drone === chosen && centre !== null) features.push(line([[lon, lat], centre], properties));
  }
  return { type: "FeatureCollection", features };
}

function rounded(degrees: number): number {
  return Math.round(degrees * 1e5) / 1e5;
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

export function pathFeatures({ district, sorties }: Picture): FeatureCollection<LineString> {
  return plannedFeatures(district, Object.values(sorties).filter(isActive));
}

/** The ways that were planned. */
export function plannedFeatures(district: DistrictView | null, sorties: readonly SortieView[]): FeatureCollection<LineString> {
  const sites = sitesById(district);
  return collection(
    sorties
      .filter((sortie) => sortie.path.length > 0)
      .map((sortie) => line(fromDock(sites[sortie.dock], sortie.path), { outward: isAttending(sortie) })),
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
