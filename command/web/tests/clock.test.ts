import { describe, expect, it } from "vitest";
import { runOf, ServerClock } from "../src/state/clock";
import { incident, REPORTED } from "./pictures";

const T0 = Date.parse(REPORTED);
const after = (seconds: number) => T0 + seconds * 1000;

describe("the server's clock", () => {
  it("runs on from the server's reading, whatever this machine's date is", () => {
    let steadyMs = 5000;
    const clock = new ServerClock(() => steadyMs, 0);
    clock.set({ now: REPORTED, speedup: 1 });
    steadyMs += 1500;
    expect(clock.nowMs()).toBe(T0 + 1500);
  });

  it("runs as fast as the server's time does", () => {
    let steadyMs = 0;
    const clock = new ServerClock(() => steadyMs, 0);
    clock.set({ now: REPORTED, speedup: 10 });
    steadyMs = 1000;
    expect(clock.nowMs()).toBe(after(10));
  });

  it("is put forward by a stamp from ahead of it, never back by an old one", () => {
    let steadyMs = 0;
    const clock = new ServerClock(() => steadyMs, 0);
    clock.set({ now: REPORTED, speedup: 1 });
    clock.observe("2026-01-01T00:00:02Z");
    expect(clock.nowMs()).toBe(after(2));
    clock.observe("2026-01-01T00:00:01Z");
    steadyMs = 500;
    expect(clock.nowMs()).toBe(after(2.5));
  });
});

describe("an incident's clock against its window", () => {
  it.each([
    [0, "good"],
    [239.9, "good"],
    [240, "short"],
    [300, "short"],
    [300.1, "past"],
  ] as const)("at %d s is %s", (seconds, pace) => {
    const run = runOf(incident(), after(seconds));
    expect(run).toMatchObject({ pace, running: true });
    expect(run.elapsed_s).toBeCloseTo(seconds);
  });

  it("stops when the first drone is over the scene", () => {
    const there = incident({ state: "on_scene", on_scene_at: "2026-01-01T00:02:21Z", on_scene_s: 141.2 });
    expect(runOf(there, after(999))).toEqual({ elapsed_s: 141.2, pace: "met", running: false });
  });

  it("stays past when the drone came too late", () => {
    const late = incident({ state: "closed", on_scene_at: "2026-01-01T00:06:00Z", closed_at: "2026-01-01T01:00:00Z" });
    expect(runOf(late, after(9999))).toEqual({ elapsed_s: 360, pace: "past", running: false });
  });

  it("stops at the closing of an incident nobody flew to", () => {
    const closed = incident({ state: "closed", closed_at: "2026-01-01T00:04:30Z" });
    expect(runOf(closed, after(9999))).toEqual({ elapsed_s: 270, pace: "good", running: false });
  });

  it("never shows less than nothing", () => {
    expect(runOf(incident(), after(-3)).elapsed_s).toBe(0);
  });
});
