"""What the drone of one sortie is told to fly: one order at a time. A new order ends what is not
done of the one before, so that nothing ordered earlier is carried out after it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from fleet.mavlink.mission_items import FlightPlan
from fleet.mavlink.vehicle import AUTO, GUIDED, Vehicle, VehicleFault, Warrant
from fleet.sorties.sortie import GOING_HOME

TOLD_WITHIN_S = 90.0  # for a new mission, on a bad link; what has not begun by then does not
TRY_AGAIN_S = 2.0

Start = Callable[[Coroutine[Any, Any, None]], "asyncio.Task[None]"]
Note = Callable[[str, str], None]


class Steering:
    """Steers by orders that are verified by read-back. ``note`` records what went wrong."""

    def __init__(self, vehicle: Vehicle, start: Start, note: Note) -> None:
        self._vehicle, self._start, self._note = vehicle, start, note
        self._order: asyncio.Task[None] | None = None
        self._told = True

    @property
    def being_told(self) -> bool:
        """Whether an order is still being given: until it is done, the drone may do otherwise."""
        return not self._told

    def hold(self) -> None:
        """Stops and stays: told until the drone shows it."""
        self._begin(self._insist(self._vehicle.hold, "hold_failed"))

    def go_around(self, height_m: float) -> None:
        """Up to a height above its pad, and stays there: told until the drone takes it."""
        self._begin(self._insist(lambda: self._vehicle.rise(height_m), "go_around_failed"))

    def land(self) -> None:
        """Comes down where it is: told until the drone shows it."""
        self._begin(self._insist(self._vehicle.land, "land_failed"))

    def resume(self, mode: str = AUTO) -> None:
        """Goes on in this mode: with the mission that it has, or home by itself. Not if its
        autopilot has begun to bring it home."""
        self._begin(self._insist(lambda: self._go_on(mode), "resume_failed"))

    def take_up_home(self, way_home: Callable[[], FlightPlan | None]) -> None:
        """After a restart: a drone that was left hovering gets a way home from there."""
        self._begin(self._take_up_home(way_home))

    def go_home(self, return_seq: int | None, way_home: Callable[[], FlightPlan | None]) -> None:
        """By the way back that is in the drone, if it is flying that mission and the way begins
        where it is; else by one planned from there. One whose autopilot returns by itself is let
        be."""
        self._begin(self._go_home(return_seq, way_home))

    def fly(self, plan: FlightPlan, key: str | None, failed: Callable[[str], None]) -> None:
        """Flies another mission from where it is now; ``failed`` is called if it cannot be told,
        and the drone then stays where it is or does what it did."""
        self._begin(self._fly(plan, key, failed))

    def end(self) -> None:
        """Orders nothing more."""
        self._told = True
        if self._order is not None:
            self._order.cancel()

    def _begin(self, order: Coroutine[Any, Any, None]) -> None:
        self.end()
        self._told = False
        self._order = self._start(order)

    async def _insist(self, act: Callable[[], Awaitable[None]], failed: str) -> None:
        said: str | None = None
        while True:
            try:
                await act()
            except VehicleFault as fault:
                if str(fault) != said:
                    said = str(fault)
                    self._note(failed, said)
                await asyncio.sleep(TRY_AGAIN_S)
            else:
                self._told = True
                return

    async def _go_on(self, mode: str) -> None:
        if self._vehicle.state.mode not in GOING_HOME:
            await self._vehicle.set_mode(mode)

    async def _take_up_home(self, way_home: Callable[[], FlightPlan | None]) -> None:
        await self._vehicle.until(lambda state: state.mode is not None)
        if self._vehicle.state.mode == GUIDED:
            await self._go_home(None, way_home)
        self._told = True

    async def _go_home(
        self, return_seq: int | None, way_home: Callable[[], FlightPlan | None]
    ) -> None:
        """Told until the drone shows it: one that nobody gets home stays where it is for as long as
        its battery lasts."""
        said: set[str] = set()
        while self._is_staying_out():
            try:
                await self._by_the_planned_way(return_seq, way_home)
                break
            except VehicleFault as fault:
                self._note_once(said, "turn_back_failed", str(fault))
            if not self._is_staying_out():
                break  # what it did not answer in time it has done all the same
            try:
                await self._return_by_autopilot()
                break
            except VehicleFault as fault:
                self._note_once(said, "return_by_autopilot_failed", str(fault))
            await asyncio.sleep(TRY_AGAIN_S)
        self._told = True

    def _is_staying_out(self) -> bool:
        state = self._vehicle.state
        return state.armed and state.mode not in GOING_HOME

    async def _by_the_planned_way(
        self, return_seq: int | None, way_home: Callable[[], FlightPlan | None]
    ) -> None:
        if return_seq is not None and self._vehicle.state.mode == AUTO:
            await self._vehicle.set_current(return_seq)
            await self._go_on(AUTO)
        elif plan := way_home():
            await self._switch_to(self._vehicle, plan, plan.return_seq)
        else:
            await self._return_by_autopilot()

    async def _return_by_autopilot(self) -> None:
        await self._vehicle.return_to_launch()
        self._note("return_by_autopilot", "")

    def _note_once(self, said: set[str], step: str, why: str) -> None:
        if why not in said:
            said.add(why)
            self._note(step, why)

    async def _fly(self, plan: FlightPlan, key: str | None, failed: Callable[[str], None]) -> None:
        until_s = asyncio.get_running_loop().time() + TOLD_WITHIN_S
        vehicle = self._vehicle.under(Warrant(until_s=until_s, key=key))
        try:
            await self._switch_to(vehicle, plan, 1)
        except VehicleFault as fault:
            self._told = True
            failed(str(fault))
            return
        self._told = True
        self._note("way_told", f"{len(plan.items)} items")
        await self._vehicle.until(lambda state: state.mission_item == plan.stay_seq)
        self._note("at_directed_place", "")

    async def _switch_to(self, vehicle: Vehicle, plan: FlightPlan, seq: int) -> None:
        """It stands still while its mission is changed."""
        await vehicle.hold()
        await vehicle.upload_plan(plan)
        await vehicle.set_current(seq)
        await vehicle.resume_mission()
