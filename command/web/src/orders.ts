/** What a person tells a drone or all of them, in one place for buttons and keys alike. */
import { isUndecided } from "./acts";
import type { AlarmView, FleetActView, OfferedDrone, SortieView } from "./contract";
import { newKey } from "./key";
import { ask } from "./link";
import { Refused } from "./refused";
import { sortieByDrone } from "./state/derived";
import { isImmediate, isPlaced, RADIUS_M, whyNot, type OrderKind } from "./state/orders";
import { clearDraft, useConsole, type Order } from "./state/store";

/** Begins an order to the drone that is looked at: holding and resuming go out at once, the others
 * wait for their place or their confirmation. */
export function begin(kind: OrderKind): void {
  const { unit, sorties, drones, session, order: old } = useConsole.getState();
  if (unit === null) return;
  const sortie = sortieByDrone(sorties)[unit.drone];
  if (sortie === undefined || whyNot(kind, sortie, drones[unit.drone], session?.person.name) !== null) return;
  if (old?.busy) return;
  const again = old?.kind === kind && old.sortie === sortie.id;
  if (!again) {
    const order = { kind, sortie: sortie.id, drone: sortie.drone, key: newKey(), sent: null };
    useConsole.setState({
      ...(isPlaced(kind) ? { reporting: false } : {}),
      ...(isPlaced(kind) && !(old && isPlaced(old.kind)) ? clearDraft() : {}),
      confirming: null,
      order: { ...order, height_m: old?.height_m ?? null, radius_m: old?.radius_m ?? RADIUS_M.usual, busy: false, refusal: null },
    });
  }
  if (isImmediate(kind)) void send();
}

export function change(fields: Partial<Pick<Order, "height_m" | "radius_m">>): void {
  useConsole.setState(({ order }) => ({ order: order && { ...order, ...fields } }));
}

/** Sends the order. One whose answer was lost keeps its key, so that sending it again cannot do it
 * twice; changed or refused it is another one. */
export async function send(): Promise<void> {
  const { order, draft } = useConsole.getState();
  if (order === null || order.busy) return;
  const content = JSON.stringify([draft, order.height_m, order.radius_m]);
  const key = order.sent === null || order.sent === content ? order.key : newKey();
  useConsole.setState({ order: { ...order, key, sent: content, busy: true, refusal: null } });
  try {
    await put(order, draft.lon, draft.lat, key);
  } catch (reason) {
    const undecided = reason instanceof Refused && isUndecided(reason);
    mend(order, { busy: false, refusal: reason, ...(undecided ? {} : { key: newKey(), sent: null }) });
    return;
  }
  if (useConsole.getState().order?.sortie === order.sortie) endOrder();
}

/** Into what is now of the order, if it was not given up meanwhile. */
function mend({ sortie, kind }: Order, fields: Partial<Order>): void {
  useConsole.setState(({ order }) =>
    order?.sortie === sortie && order.kind === kind ? { order: { ...order, ...fields } } : {},
  );
}

async function put(order: Order, lon: number | null, lat: number | null, key: string): Promise<void> {
  const { kind, sortie, height_m, radius_m } = order;
  if (!isPlaced(kind)) await ask(kind, { sortie }, key);
  else if (lon === null || lat === null) return;
  else if (kind === "goto") await ask(kind, { sortie, lon, lat, height_m }, key);
  else await ask(kind, { sortie, lon, lat, height_m, radius_m }, key);
}

export function endOrder(): void {
  const { order } = useConsole.getState();
  useConsole.setState({ order: null, ...(order && isPlaced(order.kind) ? clearDraft() : {}) });
}

/** Says to all consoles that one has read it. */
export function acknowledge(alarm: AlarmView): Promise<AlarmView> {
  return ask("acknowledge_alarm", { alarm: alarm.id }, newKey());
}

/** From now on nobody else directs the drone; of a colleague's only if offered, or for a commander. */
export function takeControl(sortie: string): Promise<SortieView> {
  return ask("take_control", { sortie }, newKey());
}

/** Hands the control to a colleague, or to nobody after all. */
export function offerControl(sortie: string, to: string | null): Promise<SortieView> {
  return ask("offer_control", { sortie, to }, newKey());
}

export function giveUpControl(sortie: string): Promise<SortieView> {
  return ask("give_up_control", { sortie }, newKey());
}

/** Lends a drone to a ground station that is connected to it. */
export function grantLease(drone: string, to: string, label: string, minutes: number, key: string): Promise<SortieView> {
  return ask("grant_lease", { drone, to, label, minutes }, key);
}

/** The controller commands the drone again; in the air it comes home. */
export function takeBackLease(drone: string): Promise<SortieView> {
  return ask("take_back_lease", { drone }, newKey());
}

/** Where the drone is offered to ground stations, and which are connected; null if it is not. */
export async function offerOf(drone: string): Promise<OfferedDrone | null> {
  const { drones } = await ask("gateway", {});
  return drones.find((each) => each.drone === drone) ?? null;
}

export type FleetAct = "recall_all" | "land_all";

/** Asks for the confirmation of an act on the whole fleet, or, with it, for the act itself. */
export function orderAll(act: FleetAct, key: string, confirmation?: string): Promise<FleetActView> {
  return ask(act, confirmation === undefined ? {} : { confirmation }, key);
}
