import { useEffect } from "react";
import { flushSync } from "react-dom";
import { navigate } from "wouter/use-browser-location";
import { dismiss, propose } from "./acts";
import { searchPlace } from "./map/PlaceSearch";
import { acknowledge, begin, endOrder } from "./orders";
import { ORDER_KEYS } from "./panels/DroneOrders";
import { screensFor } from "./panels/Rail";
import { isAttending, queueOf, sortiesOf } from "./state/derived";
import { unread } from "./state/droneAlarms";
import { switchSound, switchTheme, useHabits } from "./state/habits";
import { switchChoosing, useLayers } from "./state/layers";
import { endReport, selectDrone, selectIncident, startReport, useConsole } from "./state/store";

/** The keys of the whole console; never while something is typed, or a dialog asks something. */
export function useKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (isAsked()) return;
      if (event.key !== "Escape" && (isTyping(event.target) || event.repeat)) return;
      if (press(event.key.toLowerCase())) event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

/** Does what the key is for; false if it is for nothing here. */
function press(key: string): boolean {
  const screen = screensFor(useConsole.getState().session?.rights ?? []).find((each) => each.key === key);
  if (screen !== undefined) navigate(screen.path);
  else if (key === "escape") stepBack();
  else if (key === "?") useConsole.setState(({ helping }) => ({ helping: !helping }));
  else if (key === "m") switchSound();
  else if (key === "t") switchTheme();
  else if (key === "n" && mayAct()) report();
  else if (key === "a") alarm();
  else if (key === "y") return focusOn("second-confirm") || focusOn("control-accept");
  else if (key === "x") return focusOn("second-decline");
  else if (location.pathname !== "/") return false;
  else if (key === "/") searchPlace();
  else if (key === "v") switchChoosing();
  else if (key === "j") step(1);
  else if (key === "k") step(-1);
  else if (!mayAct()) return false;
  else if (key === "d") proposeDispatch();
  else if (key === "r") proposeRecall();
  else if (key === "c") proposeClose();
  else if (key === "i") return focusOnItem();
  else if (key === "w") giveTask();
  else return order(key);
  return true;
}

function mayAct(): boolean {
  return useConsole.getState().session?.rights.includes("act") ?? false;
}

/** To the drone whose drawer is open. */
function order(key: string): boolean {
  const found = ORDER_KEYS.find(([, each]) => each.toLowerCase() === key);
  if (found === undefined || useConsole.getState().unit === null) return false;
  begin(found[0]);
  return true;
}

function report(): void {
  navigate("/");
  startReport();
}

function stepBack(): void {
  const { confirming, giving, helping, order, reporting, sought, unit } = useConsole.getState();
  if (helping) useConsole.setState({ helping: false });
  else if (useLayers.getState().choosing) switchChoosing();
  else if (confirming !== null) dismiss();
  else if (order !== null) endOrder();
  else if (reporting) endReport();
  else if (giving) useConsole.setState({ giving: false });
  else if (sought !== null) useConsole.setState({ sought: null });
  else if (unit !== null) selectDrone(null);
}

/** To the next incident of the queue, or to the one before. */
function step(by: 1 | -1): void {
  const { incident, incidents } = useConsole.getState();
  const open = queueOf(incidents).filter((each) => each.state !== "closed");
  const at = open.findIndex((each) => each.id === incident);
  const next = open[at === -1 ? 0 : at + by];
  if (next !== undefined) selectIncident(next.id);
}

function chosen() {
  const { incident, incidents } = useConsole.getState();
  const view = incident === null ? undefined : incidents[incident];
  return view?.state === "closed" ? undefined : view;
}

function proposeDispatch(): void {
  const view = chosen();
  if (view) propose("dispatch", view.id);
}

/** Of several drones the one sent last. */
function proposeRecall(): void {
  const view = chosen();
  const sortie = view && sortiesOf(view.id, useConsole.getState().sorties).find(isAttending);
  if (sortie) propose("recall", sortie.id);
}

function proposeClose(): void {
  const view = chosen();
  if (view && !sortiesOf(view.id, useConsole.getState().sorties).some(isAttending)) propose("close", view.id);
}

function giveTask(): void {
  if (chosen()) useConsole.setState({ giving: true });
}

/** To the first item of the checklists that nobody has ticked: the space bar ticks it. */
function focusOnItem(): boolean {
  if (chosen() === undefined) return false;
  flushSync(() => useHabits.setState({ planFolded: false }));
  document.querySelector<HTMLInputElement>(".checklist .item-open input")?.focus();
  return true;
}

/** First to the drone that an unread alarm is about; there, that it has been read. */
function alarm(): void {
  const { alarms, unit } = useConsole.getState();
  const here = unit === null ? undefined : unread(alarms, unit.drone)[0];
  const oldest = unread(alarms).at(-1);
  // what is refused stays where it is, unread
  if (here !== undefined && location.pathname === "/") void (mayAct() && acknowledge(here).catch(() => undefined));
  else if (oldest !== undefined) {
    navigate("/");
    selectDrone(oldest.drone);
  }
}

/** To the first such button: Enter presses it. What others ask for is not done by a single key. */
function focusOn(testId: string): boolean {
  const button = document.querySelector<HTMLButtonElement>(`[data-testid="${testId}"]:not(:disabled)`);
  button?.focus();
  return button !== null;
}

/** Whether a dialog is open that must be answered first. */
function isAsked(): boolean {
  return [...document.querySelectorAll<HTMLElement>(".ant-modal-wrap, .ant-popconfirm:not(.ant-popover-hidden)")].some((each) => each.style.display !== "none");
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input:not([type=checkbox], [type=radio]), textarea, [contenteditable]") !== null;
}
