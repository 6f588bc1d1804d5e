"""The dock's part in one sortie: its cover opens for the launch and ahead of the return, closes
behind the drone, and the drone is received."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from docks.contract import Cover
from fleet.bus import BusUnreachable, RequestFailed
from fleet.contract import SortieState as S
from fleet.contract import SortieView
from fleet.district.model import DockModel, DockSite
from fleet.mavlink.vehicle import PARKED_HZ, Vehicle, VehicleFault
from fleet.sorties.sortie import BY_A_PERSON, distance_m
from fleet.units.dock_roster import DockRoster

CLEAR_OF_PAD_M = 25.0  # height above which the cover may close under the drone
ABOVE_PAD_M = 3.0  # what is felt on the pad is not this drone
LENT_NEAR_M = 150.0  # from the pad: who commands a lent drone may land it there
DOCK_ANSWER_S = 10.0  # beyond the cover's own time
TRY_AGAIN_S = 5.0
RESTS_S = 30.0  # on its pad and not heard: by then its rotors have stopped (DISARM_DELAY is 20 s)
FAILURES = (RequestFailed, BusUnreachable, VehicleFault)  # of docks, bus and drone
_AWAY = BY_A_PERSON | {S.EN_ROUTE}
_COMING = frozenset({S.RETURNING, S.LANDING, S.LOST})


class DockSide:
    """``view`` is the sortie as it is, ``note`` records what was done or could not be."""

    def __init__(
        self,
        site: DockSite,
        model: DockModel,
        docks: DockRoster,
        vehicle: Vehicle,
        view: Callable[[], SortieView],
        note: Callable[[str, str], None],
    ) -> None:
        self._dock, self._cover_s = site.id, model.cover_timeout_s + DOCK_ANSWER_S
        self._at, self._gust_limit_ms = site.at, model.wind_limit_ms
        self._docks, self._vehicle = docks, vehicle
        self._view, self._note = view, note
        self.is_wanted = True  # by the drone: it has not been sent elsewhere
        self._closing = False
        self._felt_s: float | None = None  # since when the dock feels the drone

    @property
    def is_open(self) -> bool:
        return self._docks[self._dock].cover is Cover.OPEN

    @property
    def has_it_inside(self) -> bool:
        """Whether the dock feels the drone on its pad and has closed the cover over it."""
        return self._holds_it() and self._docks[self._dock].cover is Cover.CLOSED

    def is_known(self) -> bool:
        """Whether the drone has told how it flies; right after a restart it has not."""
        return self._vehicle.state.mode is not None

    def is_down(self) -> bool:
        if self._holds_it():
            return True
        state = self._vehicle.state
        return self.is_known() and (state.on_ground is True or not state.armed)

    def why_shut(self) -> str | None:
        """Why the drone cannot come down on the pad; None when it can."""
        if not self.is_open:
            return "the cover is not open"
        state = self._docks[self._dock].state
        if state is None or not state.drone_present or state.drone == self._view().drone:
            return None
        if state.drone is not None:
            return f"another drone stands on the pad ({state.drone})"
        is_above = (self._vehicle.state.alt_rel_m or 0.0) > ABOVE_PAD_M
        return "something stands on the pad" if is_above else None

    def why_gusty(self) -> str | None:
        """Why it should not come down now."""
        weather, limit_ms = self._docks[self._dock].weather, self._gust_limit_ms
        if weather is None or weather.gust_ms <= limit_ms:
            return None
        return f"gusts of {weather.gust_ms:.1f} m/s at the dock, limit {limit_ms:.0f} m/s"

    async def take_in(self) -> None:
        """As ``receive``, of a drone of another dock that is grounded here."""
        await self._insist(lambda: self._view().state is S.GROUNDED, self._shelter)

    async def _shelter(self) -> None:
        await self.until(lambda: self._holds_it() or self._view().state is not S.GROUNDED)
        if not self._holds_it():
            return
        await self.close()
        await self._docks.charge(self._dock, DOCK_ANSWER_S)
        self._note("sheltered", self._dock)

    async def open(self) -> None:
        await self._docks.open(self._dock, self._cover_s)
        self._note("cover_open", "")

    async def close(self) -> None:
        await self._docks.close(self._dock, self._cover_s)

    async def close_behind(self) -> None:
        """The cover closes once the drone is clear of it: rain falls into open docks."""
        if self._closing or self._docks[self._dock].cover is Cover.CLOSED:
            return
        self._closing = True
        try:
            await self.until(lambda: self._is_clear() or self._view().state not in _AWAY)
            if self._view().state in _AWAY:
                await self.close()
        except FAILURES as failure:
            self._note("cover_not_closed", str(failure))
        finally:
            self._closing = False

    async def keep_for_lent(self) -> None:
        """The cover is open while a lent drone may come down on it, shut while it is away."""
        while self._view().state is S.LENT:
            try:
                if self._wants_cover_open() and not self.is_open:
                    await self.open()
                elif not self._wants_cover_open() and self.is_open:
                    await self.close()
            except FAILURES as failure:
                self._note("cover_not_moved", str(failure))
                await asyncio.sleep(TRY_AGAIN_S)
            else:
                await self.until(
                    lambda: (
                        self._view().state is not S.LENT or self._wants_cover_open() != self.is_open
                    )
                )

    def _wants_cover_open(self) -> bool:
        state = self._vehicle.state
        if state.lon is None or state.lat is None:
            return self._holds_it()
        return distance_m((state.lon, state.lat), self._at) <= LENT_NEAR_M

    async def open_ahead(self) -> None:
        """Opens the cover for the drone that comes home; tries again while it is in the air."""
        while self.is_wanted and self._view().state in _COMING and not self.is_down():
            try:
                await self.open()
            except FAILURES as failure:
                self._note("cover_not_open", str(failure))
                await asyncio.sleep(TRY_AGAIN_S)
            else:
                return

    async def receive(self) -> None:
        """Once it stands on the pad with its rotors off: cover closed, charging. Until the dock
        has done it, for only then can the drone be sent again."""
        await self.until(lambda: not self._comes_down() or self._is_parked())
        if not self._comes_down():
            return
        self._note("landed", "")
        await self._insist(self._comes_down, self._take)

    async def _take(self) -> None:
        await self.close()
        await self._docks.charge(self._dock, DOCK_ANSWER_S)
        self._note("charging", "")
        await self._vehicle.stand_by()
        await self._vehicle.request_streams(PARKED_HZ)

    async def _insist(self, wanted: Callable[[], bool], act: Callable[[], Awaitable[None]]) -> None:
        """Tries for as long as it is wanted and not done; tells a failure once, not each time."""
        said = ""
        while wanted():
            try:
                await act()
            except FAILURES as failure:
                if str(failure) != said:
                    said = str(failure)
                    self._note("dock_did_not_receive", said)
                await asyncio.sleep(TRY_AGAIN_S)
            else:
                return

    def _comes_down(self) -> bool:
        return self._view().state in (S.LANDING, S.LOST)

    def _is_parked(self) -> bool:
        """By its own word, or by the dock's alone if its radio is dead."""
        if not self._holds_it():
            self._felt_s = None
            return False
        now_s = asyncio.get_running_loop().time()
        self._felt_s = now_s if self._felt_s is None else self._felt_s
        state = self._vehicle.state
        if self.is_known() and not state.armed:
            return True
        return now_s - max(self._felt_s, state.last_heard_s or 0.0) >= RESTS_S

    async def until(self, true: Callable[[], bool]) -> None:
        """Waits for a condition on vehicle, dock or sortie."""
        stirred = asyncio.Event()
        forget = (
            self._vehicle.listen(lambda _: stirred.set()),
            self._docks.listen(lambda _: stirred.set()),
        )
        try:
            while not true():
                await stirred.wait()
                stirred.clear()
        finally:
            for end in forget:
                end()

    def _holds_it(self) -> bool:
        return self._docks[self._dock].holds(self._view().drone)

    def _is_clear(self) -> bool:
        return (self._vehicle.state.alt_rel_m or 0) > CLEAR_OF_PAD_M
