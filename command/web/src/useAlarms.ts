import { useEffect } from "react";
import { sound } from "./sound";
import { alarmsOf, newAlarms, type Alarming } from "./state/alarms";
import { useSound } from "./state/habits";
import { useConsole, type Console } from "./state/store";

const AGAIN_MS = 8000;

/** Sounds each new alarm; what calls for an officer sounds again until somebody touches the console,
 * or until it is over. */
export function useAlarms(): void {
  useEffect(() => {
    const calling = new Set<string>();
    const play = (urgency: "calls" | "tells") => {
      if (!useSound.getState().muted) sound(urgency);
    };
    const heard = () => calling.clear();
    const end = useConsole.subscribe((now, before) => {
      if (now.incidents === before.incidents && now.sorties === before.sorties && now.docks === before.docks && now.alarms === before.alarms) return;
      const alarms = newAlarms(here(before), here(now));
      for (const { id, urgency } of alarms) if (urgency === "calls") calling.add(id);
      if (alarms.length > 0) play(alarms.some(({ urgency }) => urgency === "calls") ? "calls" : "tells");
    });
    const timer = setInterval(() => {
      const present = new Set(alarmsOf(here(useConsole.getState())).map(({ id }) => id));
      for (const id of calling) if (!present.has(id)) calling.delete(id);
      if (calling.size > 0) play("calls");
    }, AGAIN_MS);
    for (const touch of ["pointerdown", "keydown"]) window.addEventListener(touch, heard);
    return () => {
      end();
      clearInterval(timer);
      for (const touch of ["pointerdown", "keydown"]) window.removeEventListener(touch, heard);
    };
  }, []);
}

function here(state: Console): Alarming {
  return { ...state, me: state.session?.person.name };
}
