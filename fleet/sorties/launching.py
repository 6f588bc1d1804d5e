"""The beginning of a sortie: cover and mission made ready side by side, room in the air waited
for, rotors started; and what undoes it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

from fleet.contract import SortieState as S
from fleet.contract import SortieView
from fleet.mavlink.mission_items import FlightPlan
from fleet.mavlink.vehicle import FLYING_HZ, Vehicle, VehicleFault
from fleet.sorties.dock_side import FAILURES, DockSide

LOOK_AGAIN_S: Final = 1.0
ROOM_WITHIN_S: Final = 60.0  # that a drone ready to launch waits for others to be out of its way
AIRBORNE_WITHIN_S: Final = 40.0  # from armed; an autopilot that does not lift by then is stopped


class Launch:
    """``view`` is the sortie as it is, ``note`` records a step; ``prepared`` and ``abort`` move the
    sortie on. ``no_room`` says why it may not launch now."""

    def __init__(
        self,
        vehicle: Vehicle,
        dock: DockSide,
        view: Callable[[], SortieView],
        note: Callable[[str, str], None],
        *,
        no_room: Callable[[], str | None],
        prepared: Callable[[], None],
        abort: Callable[[str], None],
    ) -> None:
        self._vehicle, self._dock = vehicle, dock
        self._view, self._note = view, note
        self._no_room, self._prepared, self._abort = no_room, prepared, abort

    async def prepare(
        self, mission: FlightPlan, not_before_s: float, is_lent: bool = False
    ) -> None:
        """Cover and upload side by side; both must be done and verified before the launch. A drone
        that is lent is left in GUIDED, the mode in which ground stations of others arm."""
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._dock.open())
                both.create_task(self._upload(mission, is_lent))
        except* FAILURES as failures:
            if self._view().state is S.PREPARING:
                self._abort("; ".join(str(failure) for failure in failures.exceptions))
        else:
            await self._wait_for_room(not_before_s)
            if self._view().state is S.PREPARING:
                self._prepared()

    async def _wait_for_room(self, not_before_s: float) -> None:
        """Until the time that it was given to start, and then until the flights whose way it would
        cross are where they were expected to be, and its relay is ready. Not for long: then another
        is sent."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(not_before_s - loop.time())
        until_s, said = loop.time() + ROOM_WITHIN_S, False
        while self._view().state is S.PREPARING and (against := self._no_room()):
            if loop.time() >= until_s:
                self._abort(f"it may not take off: {against}")
            elif not said:
                said = True
                self._note("launch_waits", against)
            await asyncio.sleep(LOOK_AGAIN_S)

    async def _upload(self, mission: FlightPlan, is_lent: bool) -> None:
        await self._vehicle.request_streams(FLYING_HZ)
        brings_fence = self._vehicle.lacks_fence_of(mission)
        await self._vehicle.upload_plan(mission)
        self._note("mission_verified", in_words(mission, brings_fence))
        if is_lent:
            await self._vehicle.hold()

    async def lift_off(self) -> None:
        """Rotors on, until the drone is seen in the air."""
        try:
            await self._vehicle.launch()
            self._note("armed", "")
            async with asyncio.timeout(AIRBORNE_WITHIN_S):
                await self._dock.until(lambda: self._view().state is not S.LAUNCHING)
        except VehicleFault as failure:
            self._fail(str(failure))
        except TimeoutError:
            self._fail(f"armed, but not off the pad after {AIRBORNE_WITHIN_S:.0f} s")

    async def see(self) -> None:
        """After a restart: the drone lifts off by itself if its mission had been started."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(AIRBORNE_WITHIN_S):
                await self._dock.until(
                    lambda: (
                        self._view().state is not S.LAUNCHING
                        or (self._dock.is_known() and not self._vehicle.state.armed)
                    )
                )
        self._fail("the controller was restarted during the launch; it is not off the pad")

    def _fail(self, reason: str) -> None:
        if self._view().state is S.LAUNCHING:
            self._abort(reason)

    async def stand_down(self, launching: bool, is_free: Callable[[], bool]) -> None:
        """After an abort: rotors off, cover closed. That it is not armed says little during the
        launch: the order to arm may still be under way. A drone that is not free has been sent
        again, and needs its cover open."""
        try:
            if launching or self._vehicle.state.armed:
                await self._disarm()
            if is_free():
                await self._dock.close()
        except FAILURES as failure:
            self._note("stand_down_failed", str(failure))

    async def _disarm(self) -> None:
        try:
            await self._vehicle.disarm()
        except VehicleFault:
            if self._vehicle.state.armed:
                raise


def in_words(plan: FlightPlan, brings_fence: bool) -> str:
    """What was verified by read-back; what of its fence did not fit."""
    told = [f"{len(plan.items)} items"]
    if plan.rally:
        told.append(f"{len(plan.rally)} rally points")
    if plan.fence is not None and brings_fence:
        told.append(f"a fence of {plan.fence.fence.points} points")
    if plan.fence is not None and plan.fence.left_out:
        told.append(f"{plan.fence.left_out} no-fly volumes near its way do not fit into its fence")
    return ", ".join(told)
