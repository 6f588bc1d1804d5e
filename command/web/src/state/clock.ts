/** The server's time of day, as told at connection and run on by this machine's steady clock, so
 * that a wrong wall clock here and a speed-up there do no harm. */

export interface ClockReading {
  now: string;
  speedup: number;
}

export class ServerClock {
  #baseMs: number;
  #atSteadyMs: number;
  #speedup = 1;
  #steady: () => number;

  constructor(steady: () => number = () => performance.now(), startMs: number = Date.now()) {
    this.#steady = steady;
    this.#atSteadyMs = steady();
    this.#baseMs = startMs;
  }

  set(reading: ClockReading): void {
    this.#baseMs = Date.parse(reading.now);
    this.#atSteadyMs = this.#steady();
    this.#speedup = reading.speedup;
  }

  /** Whatever the server stamped has happened: a stamp ahead of us means we run behind. */
  observe(stamp: string): void {
    const stampMs = Date.parse(stamp);
    if (stampMs > this.nowMs()) {
      this.#baseMs = stampMs;
      this.#atSteadyMs = this.#steady();
    }
  }

  get speedup(): number {
    return this.#speedup;
  }

  nowMs(): number {
    return this.#baseMs + (this.#steady() - this.#atSteadyMs) * this.#speedup;
  }
}

export type Pace = "good" | "short" | "past" | "met";

export interface Run {
  elapsed_s: number;
  pace: Pace;
  running: boolean;
}

interface Timed {
  reported_at: string;
  window_s: number;
  on_scene_at: string | null;
  on_scene_s: number | null;
  closed_at: string | null;
}

const SHORT_SHARE = 0.8; // 4:00 of 5:00

/** How an incident stands against its window. The clock stops when the first drone is over the
 * scene, or when the incident is closed without one. */
export function runOf(incident: Timed, nowMs: number): Run {
  const reportedMs = Date.parse(incident.reported_at);
  if (incident.on_scene_at !== null) {
    const elapsed_s = incident.on_scene_s ?? (Date.parse(incident.on_scene_at) - reportedMs) / 1000;
    return { elapsed_s, pace: elapsed_s <= incident.window_s ? "met" : "past", running: false };
  }
  const running = incident.closed_at === null;
  const untilMs = incident.closed_at === null ? nowMs : Date.parse(incident.closed_at);
  const elapsed_s = Math.max(0, (untilMs - reportedMs) / 1000);
  if (elapsed_s > incident.window_s) return { elapsed_s, pace: "past", running };
  const short = running && elapsed_s >= incident.window_s * SHORT_SHARE;
  return { elapsed_s, pace: short ? "short" : "good", running };
}
