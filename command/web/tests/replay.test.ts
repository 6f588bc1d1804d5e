import { describe, expect, it } from "vitest";
import type { VideoSample } from "../src/contract";
import { lastBefore, sampleAt, spanOfRecord, wayUntil, type Track } from "../src/state/replay";
import { event } from "./pictures";

const second = (s: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, s)).toISOString();
const ms = (s: number) => Date.UTC(2026, 0, 1, 0, 0, s);
const sample = (s: number): VideoSample => ({ drone: "U01", at: second(s), lon: 114 + s / 1000, lat: 22 }) as VideoSample;
const track: Track = { sortie: "S1", drone: "U01", samples: [10, 11, 12, 20].map(sample) };

describe("a record that is run through again", () => {
  it.each([
    [9, -1],
    [10, 0],
    [11.5, 1],
    [99, 3],
  ])("at second %d has come to sample %d", (at, index) => {
    expect(lastBefore(track.samples, ms(at))).toBe(index);
  });

  it("shows a drone only while it was out", () => {
    expect(sampleAt(track, ms(9))).toBeNull();
    expect(sampleAt(track, ms(12.9))?.lon).toBeCloseTo(114.012);
    expect(sampleAt(track, ms(40))).toBeNull();
  });

  it("draws the way flown so far and no further", () => {
    expect(wayUntil(track, ms(11)).map(([lon]) => lon)).toEqual([114.01, 114.011]);
  });

  it("lasts from the first event to the last that is recorded", () => {
    expect(spanOfRecord([event(1, { at: second(5) })], [track])).toEqual([ms(5), ms(20)]);
    expect(spanOfRecord([], [])).toBeNull();
  });
});
