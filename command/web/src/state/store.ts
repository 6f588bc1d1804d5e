/** The console's one store: the picture of operations, the link, and what the officer looks at. */
import { create } from "zustand";
import { ServerClock } from "./clock";
import type { Session } from "../session";
import { nothing, type Picture } from "./fold";
import { isPlaced, type OrderKind } from "./orders";
import type { Findable } from "./places";

export interface Draft {
  lon: number | null;
  lat: number | null;
}

/** An order to a drone that waits for its place, its confirmation or its answer. */
export interface Order {
  kind: OrderKind;
  sortie: string;
  drone: string;
  key: string;
  /** What was last sent with this key. */
  sent: string | null;
  /** Above the ground; null: as in a response. */
  height_m: number | null;
  radius_m: number;
  busy: boolean;
  /** Why it was not done. */
  refusal: unknown;
}

/** An act that waits for its confirmation, whole as it was proposed: what is learnt meanwhile does not
 * change what is confirmed. `key` belongs to exactly this content. */
export type Proposal = { id: string; key: string } & (
  | { act: "dispatch"; dock: string; drone: string; eta_s: number | null; divert: boolean }
  | { act: "recall" }
  | { act: "close"; note: string }
);

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
  /** A task at the incident is being written. */
  giving: boolean;
  /** The list of keys is open. */
  helping: boolean;
  draft: Draft;
  /** The place that was looked up. */
  sought: Findable | null;
  confirming: Proposal | null;
  order: Order | null;
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
  giving: false,
  helping: false,
  draft: { lon: null, lat: null },
  sought: null,
  confirming: null,
  order: null,
}));

export function fold(change: (picture: Picture) => Picture): void {
  useConsole.setState((old) => change(old) as Console);
}

export function selectIncident(id: string | null): void {
  if (useConsole.getState().incident === id) return;
  useConsole.setState({ incident: id, chosenDock: null, confirming: null, giving: false });
}

export function selectDrone(drone: string | null): void {
  if (useConsole.getState().unit?.drone === drone) return;
  const { order } = useConsole.getState();
  useConsole.setState({
    unit: drone === null ? null : { drone },
    order: null,
    ...(order && isPlaced(order.kind) ? clearDraft() : {}),
  });
}

/** Whether a click on the map names a place: for a report, or for an order to a drone. */
export function isPicking({ reporting, order }: Console): boolean {
  return reporting || (order !== null && isPlaced(order.kind));
}

export function clearDraft(): { draft: Draft } {
  return { draft: { lon: null, lat: null } };
}

/** Begins a report, of a place if it is known already. */
export function startReport(at?: [number, number]): void {
  const draft = at === undefined ? clearDraft() : { draft: { lon: at[0], lat: at[1] } };
  useConsole.setState({ reporting: true, ...draft, confirming: null, order: null, sought: null });
}

export function endReport(): void {
  useConsole.setState({ reporting: false, ...clearDraft() });
}
