/** A past incident run through again: what was where at a moment, from what was recorded. Pure. */
import type { Event, VideoSample } from "../contract";

export interface Track {
  sortie: string;
  drone: string;
  /** Oldest first. */
  samples: readonly VideoSample[];
}

/** From the first to the last that is recorded, in ms since 1970; null where nothing is. */
export function spanOfRecord(events: readonly Event[], tracks: readonly Track[]): [number, number] | null {
  const times = [...events.map(({ at }) => Date.parse(at)), ...tracks.flatMap(({ samples }) => samples.slice(-1).map(({ at }) => Date.parse(at)))];
  return times.length === 0 ? null : [Math.min(...times), Math.max(...times)];
}

/** The index of the last that was at or before the moment; -1 before the first. `items` oldest first. */
export function lastBefore(items: readonly { at: string }[], atMs: number): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Date.parse(items[middle]!.at) <= atMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

const GONE_MS = 5000; // a drone whose record ends is not there any more

/** Where the drone was, as the last sample at that moment has it; null when it was not out. */
export function sampleAt({ samples }: Track, atMs: number): VideoSample | null {
  const found = samples[lastBefore(samples, atMs)];
  return found === undefined || atMs - Date.parse(found.at) > GONE_MS ? null : found;
}

/** The way flown up to the moment. */
export function wayUntil({ samples }: Track, atMs: number): [number, number][] {
  return samples.slice(0, lastBefore(samples, atMs) + 1).map(({ lon, lat }) => [lon, lat]);
}
