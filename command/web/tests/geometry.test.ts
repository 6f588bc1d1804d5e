import { describe, expect, it } from "vitest";
import { grown, isInside, nameplace, signedArea } from "../src/map/geometry";
import { Trails } from "../src/map/trails";
import { drone } from "./pictures";

const M = 1 / 111_320; // degrees of latitude
const square = [
  [0, 0],
  [100 * M, 0],
  [100 * M, 100 * M],
  [0, 100 * M],
  [0, 0],
];

describe("a buffered volume", () => {
  it("has the area of its shape, its strips and its round corners", () => {
    const area_m2 = signedArea(grown(square, 10)) / M ** 2;
    expect(area_m2).toBeGreaterThan(100 * 100 + 4 * 100 * 10 + 0.95 * Math.PI * 100);
    expect(area_m2).toBeLessThan(100 * 100 + 4 * 100 * 10 + Math.PI * 100);
  });

  it("is the same whichever way the ring runs", () => {
    const area = (ring: number[][]) => Math.abs(signedArea(grown(ring, 10)));
    expect(area([...square].reverse())).toBeCloseTo(area(square), 12);
  });

  it("is the volume itself without a buffer", () => expect(grown(square, 0)).toBe(square));
});

describe("a name", () => {
  it("stands inside its area, away from what is there", () => {
    const [lon, lat] = nameplace(square, [[50 * M, 50 * M]]) as [number, number];
    expect(isInside(square, lon, lat)).toBe(true);
    expect(Math.abs(lat - 50 * M)).toBeGreaterThan(10 * M);
  });
});

describe("trails", () => {
  it("grow while a drone flies and end when it is disarmed", () => {
    const trails = new Trails();
    const at = (metres: number, armed = true) => drone({ armed, lon: 114.1, lat: 22.7 + metres * M });
    trails.note([at(0)]);
    expect(trails.note([at(2)])).toBe(false);
    expect(trails.note([at(20)])).toBe(true);
    expect(trails.features().features[0]?.geometry.coordinates).toHaveLength(2);
    expect(trails.note([at(20, false)])).toBe(true);
    expect(trails.features().features).toEqual([]);
  });
});
