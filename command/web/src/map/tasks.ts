/** Patrol tasks on the map: places, ways and areas by the age of the last look. Pure. */
import type { Feature, FeatureCollection, Geometry } from "geojson";
import type { AgedTask } from "../state/patrols";

const ORDER = { never: 0, fresh: 1, soon: 2, overdue: 3 };

/** What wants to be looked at lies above what does not; `chosen` are ids of tasks. */
export function taskFeatures(tasks: readonly AgedTask[], chosen: ReadonlySet<string>): FeatureCollection {
  const features = tasks.map(
    ({ task, ageing }): Feature => ({
      type: "Feature",
      geometry: task.shape as unknown as Geometry,
      properties: { id: task.task, ageing, order: ORDER[ageing], chosen: chosen.has(task.task) },
    }),
  );
  return { type: "FeatureCollection", features };
}
