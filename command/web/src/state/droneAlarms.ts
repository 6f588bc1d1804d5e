/** What an autopilot said that a person must have read: kept until acknowledged, for as long as this
 * browser's tab is open. */
import { create } from "zustand";
import { createJSONStorage, persist } from "zustand/middleware";
import type { DroneTelemetry } from "../contract";

export interface DroneAlarm {
  drone: string;
  text: string;
  at: string;
  acknowledged: boolean;
}

// The severity is not told to consoles: these are ArduPilot's words for what is amiss. What it says
// before arming is shown as the reason why a drone is not ready.
const AMISS = /fail|crash|error|\blost\b|\blow\b|critical|emergency|glitch|variance|unhealthy|breach|thrust loss|vibration|parachute/i;
const BEFORE_ARMING = /^(PreArm|Arm): /;

const KEPT = 100;

export function isAlarming(text: string): boolean {
  return AMISS.test(text) && !BEFORE_ARMING.test(text);
}

/** The alarms after new telemetry; the same ones if it says nothing new. A text alarms when a drone
 * begins to say it, and not again while it is still unread or still the last thing said. */
export function withSaid(
  old: DroneAlarm[],
  before: Record<string, DroneTelemetry>,
  now: Record<string, DroneTelemetry>,
): DroneAlarm[] {
  const fresh = Object.values(now).filter(({ drone, statustext }) => {
    if (statustext === null || !isAlarming(statustext) || before[drone]?.statustext === statustext) return false;
    const same = old.filter((each) => each.drone === drone && each.text === statustext);
    // after a reload the last words are still there
    return before[drone] === undefined ? same.length === 0 : same.every((each) => each.acknowledged);
  });
  if (fresh.length === 0) return old;
  const alarms = fresh.map(({ drone, statustext, at }) => ({ drone, text: String(statustext), at, acknowledged: false }));
  return [...old, ...alarms].slice(-KEPT);
}

export const useDroneAlarms = create<{ alarms: DroneAlarm[] }>()(
  persist(() => ({ alarms: [] as DroneAlarm[] }), {
    name: "dockfleet.alarms",
    storage: createJSONStorage(() => sessionStorage),
  }),
);

export function acknowledge(alarm: DroneAlarm): void {
  useDroneAlarms.setState(({ alarms }) => ({
    alarms: alarms.map((each) => (each === alarm ? { ...each, acknowledged: true } : each)),
  }));
}

/** Those of a drone that nobody has acknowledged, the newest first. */
export function unread(alarms: DroneAlarm[], drone: string | undefined): DroneAlarm[] {
  return alarms.filter((each) => each.drone === drone && !each.acknowledged).reverse();
}
