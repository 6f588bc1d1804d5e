/** Where each drone in the air has been: its last places, a few metres apart. */
import type { FeatureCollection, LineString, Position } from "geojson";
import type { DroneTelemetry } from "../contract";

const PLACES_KEPT = 150;
const APART_DEG = 0.00008; // about 8 m

export class Trails {
  #places = new Map<string, Position[]>();

  /** Takes note of where the drones are; says whether any trail changed. */
  note(drones: Iterable<DroneTelemetry>): boolean {
    let changed = false;
    for (const { drone, lon, lat, armed } of drones) {
      const places = this.#places.get(drone);
      if (!armed || lon === null || lat === null) {
        if (places !== undefined && !armed) changed = this.#places.delete(drone) || changed;
        continue;
      }
      if (places === undefined) {
        this.#places.set(drone, [[lon, lat]]);
        continue;
      }
      const [lastLon, lastLat] = places[places.length - 1] as [number, number];
      if (Math.hypot(lon - lastLon, lat - lastLat) < APART_DEG) continue;
      places.push([lon, lat]);
      if (places.length > PLACES_KEPT) places.shift();
      changed = true;
    }
    return changed;
  }

  features(): FeatureCollection<LineString> {
    return {
      type: "FeatureCollection",
      features: [...this.#places]
        .filter(([, places]) => places.length > 1)
        .map(([drone, places]) => ({
          type: "Feature",
          geometry: { type: "LineString", coordinates: places },
          properties: { drone },
        })),
    };
  }
}
