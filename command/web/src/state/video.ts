/** What drones' cameras see, as far as this console watches: the newest sample of each, and how long
 * samples take from the moment they show to this screen. */
import { create } from "zustand";
import type { VideoSample, VideoStream } from "../contract";

const LATENCIES_KEPT = 15;
const STALE_S = 3;

export interface Video {
  samples: Record<string, VideoSample>;
  /** Seconds from the moment shown to here, the newest last; of a person's time at any speed-up. */
  latencies_s: Record<string, number[]>;
  streams: Record<string, VideoStream>;
}

export const useVideo = create<Video>()(() => ({ samples: {}, latencies_s: {}, streams: {} }));

export function applySample(old: Video, sample: VideoSample, latency_s: number): Video {
  const before = old.latencies_s[sample.drone] ?? [];
  return {
    ...old,
    samples: { ...old.samples, [sample.drone]: sample },
    latencies_s: { ...old.latencies_s, [sample.drone]: [...before, latency_s].slice(-LATENCIES_KEPT) },
  };
}

/** Without the drones that are no longer watched. */
export function keepOnly(old: Video, drones: ReadonlySet<string>): Video {
  const kept = <T>(all: Record<string, T>) =>
    Object.fromEntries(Object.entries(all).filter(([drone]) => drones.has(drone)));
  return { ...old, samples: kept(old.samples), latencies_s: kept(old.latencies_s) };
}

/** The middle one of what was measured last: one late sample says little. */
export function latency_s(measured: readonly number[] | undefined): number | null {
  if (measured === undefined || measured.length === 0) return null;
  return [...measured].sort((a, b) => a - b)[Math.floor(measured.length / 2)] ?? null;
}

/** Whether a sample is too old to be shown as what is seen now. */
export function isStale(sample: VideoSample, nowMs: number, speedup: number): boolean {
  return nowMs - Date.parse(sample.at) > STALE_S * 1000 * speedup;
}

/** How fast each drone's camera is watched: the one that is looked at fast, the others that fly for
 * their footprints on the map. */
export function watchedRates(
  drones: Iterable<{ drone: string; armed: boolean; connected: boolean }>,
  chosen: string | null,
): Map<string, number> {
  const rates = new Map<string, number>();
  for (const each of drones) if (each.armed && each.connected) rates.set(each.drone, OTHERS_HZ);
  if (chosen !== null) rates.set(chosen, CHOSEN_HZ);
  return rates;
}

export const CHOSEN_HZ = 5;
export const OTHERS_HZ = 1;
