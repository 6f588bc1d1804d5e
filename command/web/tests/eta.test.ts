import { describe, expect, it } from "vitest";
import { etaOption, PARTS, SCALE } from "../src/charts/eta";
import { palettes } from "../src/palette";

interface Series {
  data: number[];
  stack: string;
  itemStyle: { color: string };
  markLine?: { data: object[] };
}

describe("the bar of a flight time", () => {
  const parts = { launch_s: 20, climb_s: 25, cruise_s: 180, descent_s: 10 };
  const option = etaOption(parts, 300, palettes.light);
  const series = option.series as Series[];

  it("stacks the parts in their order, each in its colour", () => {
    expect(series.map(({ data }) => data)).toEqual([[20], [25], [180], [10]]);
    expect(new Set(series.map(({ stack }) => stack)).size).toBe(1);
    expect(series.map(({ itemStyle }) => itemStyle.color)).toEqual(PARTS.map((part) => palettes.light.parts[part]));
  });

  it("is on a scale that all docks share, with one mark where the window ends", () => {
    expect(option.xAxis).toMatchObject({ min: 0, max: 300 * SCALE });
    expect(series.flatMap(({ markLine }) => markLine?.data ?? [])).toEqual([{ xAxis: 300 }]);
  });
});
