/** Keeps the map's sources in step with the store: at most once a frame, and only those whose
 * input has changed. */
import type { GeoJSON, MultiPolygon, FeatureCollection } from "geojson";
import type { DistrictView } from "../contract";
import { dockToSend } from "../state/derived";
import { boundsOf as cornersOf } from "../state/places";
import { clock, isPicking, useConsole, type Console } from "../state/store";
import { isStale, useVideo, type Video } from "../state/video";
import {
  bufferFeatures,
  candidateFeatures,
  collection,
  dockFeatures,
  droneFeatures,
  footprintFeatures,
  gapFeatures,
  incidentFeatures,
  pathFeatures,
  placeFeatures,
  point,
  subdistrictFeatures,
} from "./features";
import type { SourceName } from "./style";
import { Trails } from "./trails";

interface Source {
  setData(data: GeoJSON): unknown;
}

export class Painter {
  #source: (name: SourceName) => Source | undefined = () => undefined;
  #painted: Console | null = null;
  #texts = new Map<SourceName, string>();
  #trails = new Trails();
  #frame: number | null = null;
  #seen: [Video["samples"] | null, string | null, number] = [null, null, 0];

  /** What is known, by source: a map's first picture. */
  first(): Partial<Record<SourceName, GeoJSON>> {
    const known: Partial<Record<SourceName, GeoJSON>> = {};
    this.#source = (name) => ({ setData: (data) => (known[name] = data) });
    this.#paint();
    return known;
  }

  /** Paints all that is not painted yet, and what follows; returns what ends it. */
  start(source: (name: SourceName) => Source | undefined): () => void {
    this.#source = source;
    this.#paint();
    const paintSoon = () => {
      this.#frame ??= requestAnimationFrame(() => {
        this.#frame = null;
        this.#paint();
      });
    };
    const forget = [useConsole.subscribe(paintSoon), useVideo.subscribe(paintSoon)];
    return () => {
      forget.forEach((each) => each());
      if (this.#frame !== null) cancelAnimationFrame(this.#frame); // the map may be gone by then
    };
  }

  #paint(): void {
    const now = useConsole.getState();
    const before = this.#painted;
    this.#painted = now;
    const differs = (...fields: (keyof Console)[]) =>
      before === null || fields.some((field) => before[field] !== now[field]);

    if (differs("district") && now.district !== null) paintDistrict((name, data) => this.#set(name, data), now.district);
    if (differs("coverage")) this.#setIfNew("gaps", gapFeatures(now.coverage));
    if (differs("drones")) {
      if (this.#trails.note(Object.values(now.drones))) this.#set("trails", this.#trails.features());
    }
    if (differs("drones", "sorties")) this.#setIfNew("drones", droneFeatures(now));
    this.#paintFootprints(now);
    if (differs("sorties", "district")) this.#set("paths", pathFeatures(now));
    if (differs("incidents", "incident")) {
      this.#set("incidents", incidentFeatures(now.incidents, now.incident));
    }
    const dock = this.#dockInQuestion(now);
    if (differs("decisions", "incident", "incidents", "chosenDock", "sorties", "district")) {
      const decision = dock === null ? undefined : now.decisions[now.incident ?? ""];
      this.#set("candidates", candidateFeatures(now.district, decision, dock));
    }
    if (differs("docks", "drones", "sorties", "district", "unit", "incident", "chosenDock", "decisions")) {
      this.#paintDocks(now, dock);
    }
    if (differs("draft", "reporting", "order")) {
      const { lon, lat } = now.draft;
      const placed = isPicking(now) && lon !== null && lat !== null;
      this.#set("draft", collection(placed ? [point([lon, lat], {})] : []));
    }
    if (differs("sought")) this.#set("sought", collection(now.sought === null ? [] : [point(now.sought.at, {})]));
  }

  /** What was seen long ago is not what is seen; telemetry, which goes on, makes it vanish. */
  #paintFootprints(now: Console): void {
    const { samples } = useVideo.getState();
    const chosen = now.unit?.drone ?? null;
    const secondMs = Math.floor(clock.nowMs() / 1000) * 1000;
    const seen = [samples, chosen, secondMs].map((part, i) => part === this.#seen[i]);
    if (seen.every(Boolean)) return;
    this.#seen = [samples, chosen, secondMs];
    const fresh = Object.values(samples).filter((each) => !isStale(each, secondMs, clock.speedup));
    this.#setIfNew("footprints", footprintFeatures(fresh, chosen));
  }

  /** The dock that would be sent, while the chosen incident still waits for one. */
  #dockInQuestion({ incident, incidents, decisions, chosenDock, sorties }: Console): string | null {
    const view = incident === null ? undefined : incidents[incident];
    if (view === undefined) return null;
    const waits = view.state === "reported" || view.state === "unserved";
    return waits || chosenDock !== null ? dockToSend(decisions[view.id], chosenDock, sorties) : null;
  }

  #paintDocks(now: Console, dock: string | null): void {
    const features = dockFeatures(now, { incident: now.incident, unit: now.unit, dock });
    this.#setIfNew("docks", features);
  }

  /** Setting a source makes the map draw itself anew: not worth it for what looks the same. */
  #setIfNew(name: SourceName, data: GeoJSON): void {
    const text = JSON.stringify(data);
    if (this.#texts.get(name) === text) return;
    this.#texts.set(name, text);
    this.#set(name, data);
  }

  #set(name: SourceName, data: GeoJSON): void {
    this.#source(name)?.setData(data);
  }
}

/** What does not change while a district is worked in. */
export function paintDistrict(set: (name: SourceName, data: GeoJSON) => void, district: DistrictView): void {
  set("subdistricts", subdistrictFeatures(district));
  set("places", placeFeatures(district));
  set("communities", district.communities as unknown as GeoJSON);
  set("buffers", bufferFeatures(district));
  set("volumes", district.volumes as unknown as GeoJSON);
  set("rally", district.rally_points as unknown as GeoJSON);
}

/** South-west and north-east corner of the district. */
export function boundsOf(district: DistrictView): [[number, number], [number, number]] {
  const given = district.subdistricts as unknown as FeatureCollection<MultiPolygon>;
  return cornersOf(given.features.flatMap((each) => each.geometry.coordinates.flat(2)));
}
