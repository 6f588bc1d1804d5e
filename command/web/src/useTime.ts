/** Components that show the time re-render when what they show changes, not with every tick. */
import { useSyncExternalStore } from "react";
import { clock } from "./state/store";

const TICK_MS = 100;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const each of listeners) each();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The server's time in whole seconds since 1970. */
export function useSecond(): number {
  return useSyncExternalStore(subscribe, () => Math.floor(clock.nowMs() / 1000));
}

/** A value that follows from the server's time; must be equal to itself while it does not change. */
export function useTimed<T extends string | number | boolean>(of: (nowMs: number) => T): T {
  return useSyncExternalStore(subscribe, () => of(clock.nowMs()));
}
