import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Painter } from "../src/map/painter";
import { nothing } from "../src/state/fold";
import type { Findable } from "../src/state/places";
import { useConsole } from "../src/state/store";

const place = (lon: number): Findable => ({ key: "", kind: "community", name_zh: "", name_en: "", within: null, at: [lon, 22.7], bounds: null, words: "" });
let frames: Map<number, () => void>;

beforeEach(() => {
  frames = new Map();
  let last = 0;
  vi.stubGlobal("requestAnimationFrame", (then: () => void) => {
    frames.set(++last, then);
    return last;
  });
  vi.stubGlobal("cancelAnimationFrame", (frame: number) => frames.delete(frame));
  useConsole.setState(nothing);
});
afterEach(() => vi.unstubAllGlobals());

function draw(): void {
  const due = [...frames.values()];
  frames.clear();
  for (const each of due) each();
}

describe("the painter of the map", () => {
  it("gives what is known as a first picture, and paints that no second time", () => {
    useConsole.setState({ sought: place(114.1) });
    const painter = new Painter();
    const known = painter.first();
    expect(known.sought).toMatchObject({ features: [{ geometry: { coordinates: [114.1, 22.7] } }] });
    const setData = vi.fn();
    const stop = painter.start(() => ({ setData }));
    expect(setData).not.toHaveBeenCalled();
    useConsole.setState({ sought: place(114.2) });
    draw();
    expect(setData).toHaveBeenCalledTimes(1);
    stop();
  });

  it("paints what changes at most once a frame", () => {
    const setData = vi.fn();
    const stop = new Painter().start((name) => (name === "sought" ? { setData } : undefined));
    setData.mockClear();
    useConsole.setState({ sought: place(114.1) });
    useConsole.setState({ sought: place(114.2) });
    expect(frames.size).toBe(1);
    expect(setData).not.toHaveBeenCalled();
    draw();
    expect(setData).toHaveBeenCalledTimes(1);
    useConsole.setState({ sought: null });
    draw();
    expect(setData).toHaveBeenCalledTimes(2);
    stop();
  });

  it("touches the map no more once it is stopped, not even in a frame that was due", () => {
    const source = vi.fn(() => undefined);
    const stop = new Painter().start(source);
    useConsole.setState({ sought: place(114.1) });
    stop();
    source.mockClear();
    draw();
    useConsole.setState({ sought: null });
    draw();
    expect(source).not.toHaveBeenCalled();
  });
});
