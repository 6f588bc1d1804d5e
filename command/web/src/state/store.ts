/** The console's one store: the picture of operations, the link, and what the officer looks at. */
import { create } from "zustand";
import { ServerClock } from "./clock";
import type { Session } from "../session";
import { nothing, type Picture } from "./fold";

export interface Draft {
  lon: number | null;
  lat: number | null;
}

export interface Console extends Picture {
  /** Who is signed in; null: nobody, undefined: not known yet. */
  session: Session | null | undefined;
  connected: boolean;
  /** Server time of the last message, to say how old a frozen picture is. */
  lastHeardMs: number | null;
  incident: string | null;
  unit: { drone: string } | null;
  /** The dock that would be sent; null: the best. */
  chosenDock: string | null;
  reporting: boolean;
  /** The list of keys is open. */
  helping: boolean;
  draft: Draft;
  /** An act that waits for its confirmation, told apart by `act` and the id it is about. */
  confirming: { act: "dispatch" | "recall" | "close"; id: string; key: string } | null;
}

export const clock = new ServerClock();

export const useConsole = create<Console>()(() => ({
  ...nothing,
  session: undefined,
  connected: false,
  lastHeardMs: null,
  incident: null,
  unit: null,
  chosenDock: null,
  reporting: false,
  helping: false,
  draft: { lon: null, lat: null },
  confirming: null,
}));

export function fold(change: (picture: Picture) => Picture): void {
  useConsole.setState((old) => change(old) as Console);
}

export function selectIncident(id: string | null): void {
  if (useConsole.getState().incident === id) return;
  useConsole.setState({ incident: id, chosenDock: null, confirming: null });
}

export function selectDrone(drone: string | null): void {
  useConsole.setState({ unit: drone === null ? null : { drone } });
}

export function startReport(): void {
  useConsole.setState({ reporting: true, draft: { lon: null, lat: null }, confirming: null });
}

export function endReport(): void {
  useConsole.setState({ reporting: false, draft: { lon: null, lat: null } });
}
