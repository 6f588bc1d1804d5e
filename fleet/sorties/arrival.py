"""A drone coming down, at its dock or elsewhere: it is watched and told to wait, go around or go
on, and the dock that takes it in the stead of its own opens and receives it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from fleet.contract import SortieView
from fleet.log.events import AlternateChosen
from fleet.mavlink.vehicle import AUTO, LAND, Vehicle
from fleet.sorties.alternates import Alternate, Place, place_of
from fleet.sorties.approach import GO_AROUND_M, Act, Approach, Approaching
from fleet.sorties.dock_side import FAILURES, DockSide
from fleet.sorties.orders import Orders
from fleet.sorties.sortie import GOING_HOME, RETURNS, Seen, distance_m
from fleet.sorties.steering import Steering
from fleet.units.dock_roster import DockRoster

Start = Callable[[Coroutine[Any, Any, None]], "asyncio.Task[None]"]
_HELD = {Act.WAIT: "landing_held", Act.GO_AROUND: "went_around"}


class Arrival:
    """``own`` is the dock that the drone left, ``chosen`` where it lands in its stead, if that was
    chosen before a restart; ``note`` records what was done, ``act`` starts what goes on beside."""

    def __init__(
        self,
        orders: Orders,
        vehicle: Vehicle,
        steering: Steering,
        docks: DockRoster,
        own: DockSide,
        chosen: AlternateChosen | None,
        view: Callable[[], SortieView],
        note: Callable[[str, str], None],
        act: Start,
    ) -> None:
        self._orders, self._vehicle, self._steering = orders, vehicle, steering
        self._docks, self._view, self._note, self._act = docks, view, note, act
        self._own = own
        self._dock: DockSide | None = own
        self._place: Place | None = None
        self._tried: set[str] = set()
        self._begin()
        if chosen is not None:
            self._bind(place_of(chosen))

    def _begin(self) -> None:
        self._approach = Approach()
        self._mode = AUTO  # that it was in when it was told to wait

    def forget(self) -> None:
        """It has been ordered to do something else: what follows is another approach."""
        self._begin()

    def to_own_dock(self) -> None:
        """Whatever was chosen before, it is bound for its dock again."""
        if self._place is not None:
            self._leave()
            self._place, self._dock, self._own.is_wanted = None, self._own, True
            self._tried.clear()
            self._begin()

    def at(self, place: Place) -> None:
        """It is bound for this place now."""
        self._leave()
        self._bind(place)

    def _bind(self, place: Place) -> None:
        self._own.is_wanted = False
        self._place, self._dock = place, self._side_of(place)
        self._tried.add(place.id)
        self._begin()

    def _leave(self) -> None:
        """Rain falls into open docks."""
        if self._dock is not None:
            self._dock.is_wanted = False
            self._act(self._shut(self._dock))

    @property
    def place(self) -> Place | None:
        return self._place

    def away_m(self, at: tuple[float, float] | None) -> float | None:
        """From the place where it lands in its dock's stead."""
        return None if at is None or self._place is None else distance_m(at, self._place.at)

    def watch(self, seen: Seen) -> tuple[Alternate, str] | None:
        """Acts on what is seen; returns where the drone must go instead, and why. While its way
        is being told it stands still by itself. What makes its autopilot land at once, a critical
        battery or the loss of its position, does not wait for a dock."""
        if self._steering.being_told:
            return None
        if self._place is not None and seen.mode in RETURNS:
            self.to_own_dock()  # its autopilot takes it there, or to a rally point
            self._act(self._own.open_ahead())
        dock = self._dock
        if dock is None or self._is_down(dock):
            return None
        if seen.mode == LAND:
            self._approach.waits_s = None
            return None
        due = self._approach.due(self._approaching(dock, seen))
        if due is None:
            return None
        match due:
            case Act.GO_ON, _:
                self._go_on()
            case Act.GO_ELSEWHERE, why:
                found = self._orders.elsewhere(frozenset(self._tried))
                return None if found is None else (found, why)
            case what, why:
                self._wait(what, why, seen)
        return None

    def _is_down(self, dock: DockSide) -> bool:
        return dock.is_down() if dock is self._own else self._own.is_down() or dock.is_down()

    def _approaching(self, dock: DockSide, seen: Seen) -> Approaching:
        to_m = seen.to_pad_m if self._place is None else seen.to_rally_m
        reserve_wh = self._orders.plan.reserve_wh
        return Approaching(
            now_s=asyncio.get_running_loop().time(),
            to_pad_m=to_m,
            height_m=seen.height_m,
            shut=dock.why_shut(),
            gusts=dock.why_gusty(),
            uses_reserve=seen.energy_wh is not None and seen.energy_wh < reserve_wh / 2,
        )

    def _wait(self, what: Act, why: str, seen: Seen) -> None:
        self._mode = seen.mode or AUTO
        self._note(_HELD[what], why)
        if what is Act.WAIT:
            self._steering.hold()
        else:
            self._steering.go_around(max(GO_AROUND_M, seen.height_m or 0.0))

    def _go_on(self) -> None:
        """A mission would take one whose autopilot was bringing it home out again."""
        self._note("landing_resumed", "")
        self._steering.resume(self._mode if self._mode in GOING_HOME else AUTO)

    # The place in its dock's stead.

    async def open_ahead(self) -> None:
        """Of where it is bound for, if that is a dock."""
        if self._dock is not None:
            await self._dock.open_ahead()

    async def shelter(self) -> None:
        """A dock in which the drone of another stands closes over it and charges it."""
        if self._dock is not None and self._dock is not self._own:
            await self._dock.take_in()

    async def _shut(self, dock: DockSide) -> None:
        try:
            await dock.close()
        except FAILURES as failure:
            self._note("cover_not_closed", str(failure))

    def _side_of(self, place: Place) -> DockSide | None:
        if not place.is_dock:
            return None
        site = self._orders.docks[place.id]
        return DockSide(
            site,
            self._orders.dock_models[site.model],
            self._docks,
            self._vehicle,
            self._view,
            self._note,
        )
