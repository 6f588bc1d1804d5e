/** Small plane geometry for drawing, on rings of longitude and latitude. Good for a district's
 * size; nothing that is flown by is computed here. */
import type { Position } from "geojson";

type Pair = [number, number];

const DEGREE_M = 111_320;
const ARC_STEP_RAD = Math.PI / 8;

/** The ring grown outwards by a distance, with round corners. */
export function grown(ring: Position[], by_m: number): Position[] {
  const open = ring.slice(0, -1) as Pair[];
  if (open.length < 3 || by_m <= 0) return ring;
  const shrink = Math.cos(((open[0] as Pair)[1] * Math.PI) / 180);
  const plane: Pair[] = open.map(([lon, lat]) => [lon * DEGREE_M * shrink, lat * DEGREE_M]);
  if (signedArea(plane) < 0) plane.reverse();
  const result: Pair[] = [];
  plane.forEach((at, index) => {
    const before = plane[(index + plane.length - 1) % plane.length] as Pair;
    const after = plane[(index + 1) % plane.length] as Pair;
    const from = outward(before, at);
    let turn = outward(at, after) - from;
    while (turn <= -Math.PI) turn += 2 * Math.PI;
    while (turn > Math.PI) turn -= 2 * Math.PI;
    const along = (angle: number, reach = by_m): Pair => [
      at[0] + reach * Math.cos(angle),
      at[1] + reach * Math.sin(angle),
    ];
    if (turn < 0) {
      result.push(along(from + turn / 2, by_m / Math.max(0.3, Math.cos(turn / 2))));
      return;
    }
    const steps = Math.max(1, Math.ceil(turn / ARC_STEP_RAD));
    for (let i = 0; i <= steps; i++) result.push(along(from + (turn * i) / steps));
  });
  result.push(result[0] as Pair);
  return result.map(([x, y]) => [x / (DEGREE_M * shrink), y / DEGREE_M]);
}

/** The direction that points out of a counter-clockwise ring across the edge from a to b. */
function outward(a: Pair, b: Pair): number {
  return Math.atan2(b[1] - a[1], b[0] - a[0]) - Math.PI / 2;
}

export function signedArea(ring: Position[]): number {
  let sum = 0;
  ring.forEach((a, index) => {
    const b = ring[(index + 1) % ring.length] as Position;
    sum += (a[0] as number) * (b[1] as number) - (b[0] as number) * (a[1] as number);
  });
  return sum / 2;
}

export function isInside(ring: Position[], lon: number, lat: number): boolean {
  let inside = false;
  for (let i = 0; i + 1 < ring.length; i++) {
    const [a, b] = [ring[i] as Pair, ring[i + 1] as Pair];
    if (a[1] > lat !== b[1] > lat && lon < a[0] + ((lat - a[1]) / (b[1] - a[1])) * (b[0] - a[0])) {
      inside = !inside;
    }
  }
  return inside;
}

const GRID = 28;
const LETTERS_WIDE = 3; // a name is wider than high: distances east and west count for less

const EDGE_EASE = 1.8; // a name across a border is better than one across a dock

/** Where in the ring a name stands freest: far from the edge and from `occupied`. */
export function nameplace(ring: Position[], occupied: Position[]): Position {
  const lons = ring.map((each) => each[0] as number);
  const lats = ring.map((each) => each[1] as number);
  const [west, east] = [Math.min(...lons), Math.max(...lons)];
  const [south, north] = [Math.min(...lats), Math.max(...lats)];
  let best: Position = [(west + east) / 2, (south + north) / 2];
  let widest = -1;
  for (let i = 1; i < GRID; i++) {
    for (let k = 1; k < GRID; k++) {
      const lon = west + ((east - west) * i) / GRID;
      const lat = south + ((north - south) * k) / GRID;
      if (!isInside(ring, lon, lat)) continue;
      const clear = Math.min(EDGE_EASE * clearance(ring, lon, lat), ...occupied.map((at) => apart(at, lon, lat)));
      if (clear > widest) [best, widest] = [[lon, lat], clear];
    }
  }
  return best;
}

function apart(at: Position, lon: number, lat: number): number {
  return Math.hypot(((at[0] as number) - lon) / LETTERS_WIDE, (at[1] as number) - lat);
}

function clearance(ring: Position[], lon: number, lat: number): number {
  let least = Infinity;
  for (let i = 0; i + 1 < ring.length; i++) {
    const [a, b] = [ring[i] as Pair, ring[i + 1] as Pair];
    const along: Pair = [(b[0] - a[0]) / LETTERS_WIDE, b[1] - a[1]];
    const to: Pair = [(lon - a[0]) / LETTERS_WIDE, lat - a[1]];
    const length2 = along[0] ** 2 + along[1] ** 2;
    const share = length2 === 0 ? 0 : Math.min(1, Math.max(0, (to[0] * along[0] + to[1] * along[1]) / length2));
    least = Math.min(least, Math.hypot(to[0] - share * along[0], to[1] - share * along[1]));
  }
  return least;
}

/** Between two places some kilometres apart. */
export function distance_m(a: Position, b: Position): number {
  const [lonA = 0, latA = 0] = a;
  const [lonB = 0, latB = 0] = b;
  const narrowing = Math.cos((((latA + latB) / 2) * Math.PI) / 180);
  return DEGREE_M * Math.hypot((lonB - lonA) * narrowing, latB - latA);
}
