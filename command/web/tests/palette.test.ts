import { describe, expect, it } from "vitest";
import { levels, palettes, type Theme } from "../src/palette";

type Rgb = [number, number, number];
type Matrix = [Rgb, Rgb, Rgb];

// Full dichromacy in linear RGB, by Machado, Oliveira and Fernandes (2009).
const EYES: Record<string, Matrix> = {
  ordinary: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};

function linear(colour: string): Rgb {
  return [1, 3, 5].map((at) => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
}

function seen([r, g, b]: Rgb, eye: Matrix): Rgb {
  return eye.map(([x, y, z]) => Math.min(1, Math.max(0, x * r + y * g + z * b))) as Rgb;
}

/** CIE L*a*b* of linear sRGB under D65. */
function lab([r, g, b]: Rgb): Rgb {
  const f = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function apart(a: string, b: string, eye: Matrix): number {
  const [p, q] = [lab(seen(linear(a), eye)), lab(seen(linear(b), eye))];
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

/** Contrast of WCAG 2.2. */
function contrast(a: string, b: string): number {
  const light = (colour: string) => {
    const [r, g, blue] = linear(colour);
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue + 0.05;
  };
  return Math.max(light(a) / light(b), light(b) / light(a));
}

const DISTINCT = 10; // a colour difference that is seen at a glance, also of small signs
const READABLE = 4.5; // WCAG 2.2, 1.4.3, level AA

function closest(colours: Record<string, string>, eye: Matrix): [number, string] {
  const names = Object.keys(colours);
  const pairs = names.flatMap((a, index) => names.slice(index + 1).map((b) => [a, b] as const));
  const all = pairs.map(([a, b]): [number, string] => [apart(colours[a]!, colours[b]!, eye), `${a} and ${b}`]);
  return all.reduce((least, each) => (each[0] < least[0] ? each : least));
}

describe.each(Object.keys(palettes) as Theme[])("the %s palette", (theme) => {
  const { ground, standing, pace } = palettes[theme];

  it.each(Object.entries(EYES))("keeps the states apart for %s", (_, eye) => {
    const [difference, pair] = closest(standing, eye);
    expect(difference, pair).toBeGreaterThan(DISTINCT);
  });

  it.each(Object.entries(EYES))("keeps a clock that is past from one that is in time for %s", (_, eye) => {
    const { past, met, short } = pace;
    const [difference, pair] = closest({ past, met, short }, eye);
    expect(difference, pair).toBeGreaterThan(DISTINCT);
  });

  it("can be read on every ground it stands on", () => {
    const words = { ...standing, ...pace, text: ground.text, dim: ground.dim, faint: ground.faint, accent: ground.accent };
    for (const [name, colour] of Object.entries(words)) {
      for (const on of ["page", "panel", "bar", "picked"] as const) {
        expect(contrast(colour, ground[on]), `${name} on ${on}`).toBeGreaterThan(READABLE);
      }
    }
  });
});

it("the letters on the levels can be read, and the levels are apart", () => {
  for (const colour of Object.values(levels)) expect(contrast("#0b1017", colour)).toBeGreaterThan(READABLE);
  for (const eye of Object.values(EYES)) {
    const [difference, pair] = closest(levels, eye);
    expect(difference, pair).toBeGreaterThan(DISTINCT);
  }
});
