import { describe, expect, it } from "vitest";
import * as format from "../src/format";

describe("figures", () => {
  it.each([
    [0, "0:00"],
    [59.9, "0:59"],
    [60, "1:00"],
    [299.99, "4:59"],
    [3600, "1:00:00"],
    [3725, "1:02:05"],
    [-7, "−0:07"],
    [-0.4, "0:00"],
  ])("a clock at %d s reads %s", (seconds, text) => expect(format.clockText(seconds)).toBe(text));

  it.each([
    [146.2, "2:26"],
    [179.6, "3:00"],
    [null, "–"],
  ])("a duration of %s s reads %s", (seconds, text) => expect(format.durationText(seconds)).toBe(text));

  it.each([
    [153.8, "+2:34"],
    [-7.2, "−0:07"],
    [0.3, "0:00"],
  ])("a margin of %d s reads %s", (seconds, text) => expect(format.marginText(seconds)).toBe(text));

  it("never shows a negative zero, nor a number that is none", () => {
    expect(format.fixed(-0.04, 1)).toBe("0.0");
    expect(format.fixed(-1.25, 1)).toBe("−1.3");
    expect(format.fixed(Number.NaN)).toBe("–");
    expect(format.withUnit(undefined, "m")).toBe("–");
  });

  it("rounds a battery down", () => expect(format.percentText(99.98)).toBe("99%"));

  it.each([
    [0, "000°"],
    [359.7, "000°"],
    [-90, "270°"],
    [7.4, "007°"],
  ])("a heading of %d reads %s", (degrees, text) => expect(format.headingText(degrees)).toBe(text));

  it("tells the time of the district, not of this machine", () => {
    const ms = Date.parse("2026-01-01T20:30:00Z");
    expect(format.timeText(ms, "Asia/Shanghai")).toBe("04:30:00");
    expect(format.timeText(ms, "Asia/Shanghai", true)).toBe("2026-01-02 04:30:00");
  });
});
