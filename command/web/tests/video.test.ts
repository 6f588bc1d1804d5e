import { describe, expect, test } from "vitest";
import type { VideoSample } from "../src/contract";
import { footprintFeatures } from "../src/map/features";
import { applySample, CHOSEN_HZ, isStale, keepOnly, latency_s, OTHERS_HZ, watchedRates, type Video } from "../src/state/video";
import { REPORTED } from "./pictures";

const nothing: Video = { samples: {}, latencies_s: {}, streams: {} };

function sample(given: Partial<VideoSample> = {}): VideoSample {
  return {
    ...{ drone: "U01", at: REPORTED, lon: 114.1, lat: 22.7, alt_amsl_m: 120, heading_deg: 0, roll_deg: 0 },
    ...{ pitch_deg: 0, camera_heading_deg: 0, camera_pitch_deg: -90, camera_roll_deg: 0, zoom: 1 },
    ...{ across_deg: 70, up_deg: 43, ground_amsl_m: 45, slant_m: 75, centre: [114.1, 22.7] as [number, number] },
    ...{ corners: [null, null, null, null] as VideoSample["corners"], latency_s: 0.01 },
    outline: [
      [114.1, 22.7],
      [114.2, 22.7],
      [114.2, 22.8],
    ],
    ...given,
  };
}

describe("what cameras see", () => {
  test("the newest sample counts, and of latencies the middle one of the last", () => {
    let video = nothing;
    for (const late of [0.1, 9, 0.2, 0.3]) video = applySample(video, sample({ zoom: late }), late);
    expect(video.samples["U01"]?.zoom).toBe(0.3);
    expect(latency_s(video.latencies_s["U01"])).toBe(0.3);
    for (let i = 0; i < 40; i++) video = applySample(video, sample(), 0.05);
    expect(latency_s(video.latencies_s["U01"])).toBe(0.05);
    expect(latency_s(undefined)).toBeNull();
  });

  test("what is no longer watched is forgotten", () => {
    const video = applySample(applySample(nothing, sample(), 0.1), sample({ drone: "U02" }), 0.1);
    expect(Object.keys(keepOnly(video, new Set(["U02"])).samples)).toEqual(["U02"]);
  });

  test("a sample is stale after three seconds of the person's time", () => {
    const atMs = Date.parse(REPORTED);
    expect(isStale(sample(), atMs + 2900, 1)).toBe(false);
    expect(isStale(sample(), atMs + 3100, 1)).toBe(true);
    expect(isStale(sample(), atMs + 14_000, 5)).toBe(false);
  });

  test("the drone that is looked at is watched fast, others that fly for the map", () => {
    const drones = [
      { drone: "U01", armed: true, connected: true },
      { drone: "U02", armed: true, connected: false },
      { drone: "U03", armed: false, connected: true },
      { drone: "U04", armed: true, connected: true },
    ];
    expect([...watchedRates(drones, "U04")]).toEqual([
      ["U01", OTHERS_HZ],
      ["U04", CHOSEN_HZ],
    ]);
  });

  test("the map shows the ground in the picture, and where the chosen drone looks", () => {
    const { features } = footprintFeatures([sample(), sample({ drone: "U02", outline: [], centre: null })], "U01");
    expect(features.map((each) => each.geometry.type)).toEqual(["Polygon", "LineString"]);
    const ring = features[0]?.geometry.type === "Polygon" ? features[0].geometry.coordinates[0] : [];
    expect(ring?.[0]).toEqual(ring?.at(-1));
    expect(footprintFeatures([sample({ outline: [] })], null).features).toEqual([]);
  });
});
