"""Flying one sortie: watches vehicle and dock, records each step, then acts on it.

What follows from what is in ``fleet.sortie`` (pure); this is the edge. Every act is safe to
repeat, so that a flight taken up again after a restart does no harm.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from docks.contract import Cover
from fleet.bus import BusUnreachable, RequestFailed
from fleet.contract import SortieState as S
from fleet.contract import SortieView
from fleet.district.model import DockModel, DockSite, Flight
from fleet.dock_roster import DockRoster
from fleet.events import SortieAdvanced, SortieStepDone
from fleet.journal import Journal
from fleet.mavlink.mission_items import FlightPlan, homeward_plan
from fleet.mavlink.vehicle import AUTO, FLYING_HZ, GUIDED, PARKED_HZ, Vehicle, VehicleFault
from fleet.sortie import (
    ENDED,
    GOING_HOME,
    SORTIE,
    Plan,
    Seen,
    SortieTrigger,
    distance_m,
    due,
)
from planner.model import Route

T = SortieTrigger
_log = logging.getLogger(__name__)

CLEAR_OF_PAD_M = 25.0  # height above which the cover may close under the drone
HOLD_AT_M = 80.0  # from the pad: with its cover not open, the drone waits here
AIRBORNE_WITHIN_S = 40.0  # from armed; an autopilot that does not lift by then is stopped
FAILURES = (RequestFailed, BusUnreachable, VehicleFault)  # of docks, bus and drone
TRY_AGAIN_S = 5.0
DOCK_ANSWER_S = 10.0  # beyond the cover's own time


@dataclass(frozen=True, slots=True)
class Orders:
    """What the sortie is to do: its mission as uploaded, and the figures to judge it by."""

    mission: FlightPlan
    plan: Plan
    scene: tuple[float, float]
    pad: DockSite
    dock_model: DockModel
    flight: Flight
    battery_wh: float
    way_home: Callable[[tuple[float, float]], Route | None]  # from where the drone is now


class SortieFlight:
    """One sortie in the air. ``run`` returns when the sortie has ended."""

    def __init__(
        self, sortie: str, orders: Orders, journal: Journal, vehicle: Vehicle, docks: DockRoster
    ) -> None:
        self._id, self._orders = sortie, orders
        self._journal, self._vehicle, self._docks = journal, vehicle, docks
        self._stirred = asyncio.Event()
        self._recall: str | None = None
        self._held: str | None = None  # before its shut dock; the mode it was in
        self._turning = False  # a way home is being put into it; it is not held meanwhile
        self._outward: asyncio.Task[None] | None = None  # what leads to its take-off
        self._began_s = asyncio.get_running_loop().time()
        self._acts: asyncio.TaskGroup

    def recall(self, reason: str) -> None:
        """Asks the drone home: aborts before take-off, turns back after it."""
        self._recall = reason
        self._stirred.set()

    async def run(self) -> None:
        forget_vehicle = self._vehicle.listen(lambda _: self._stirred.set())
        forget_dock = self._docks.listen(lambda _: self._stirred.set())
        try:
            async with asyncio.TaskGroup() as self._acts:
                self._take_up()
                while self._view.state not in ENDED:
                    self._step()
                    await self._stir()
        finally:
            forget_vehicle()
            forget_dock()

    @property
    def _view(self) -> SortieView:
        return self._journal.state.sorties[self._id]

    async def _stir(self) -> None:
        """Until vehicle or dock says something; silence is looked at once a second."""
        try:
            async with asyncio.timeout(1.0):
                await self._stirred.wait()
        except TimeoutError:
            pass
        self._stirred.clear()

    def _take_up(self) -> None:
        """Starts, or goes on after a restart of the controller from the recorded state."""
        match self._view.state:
            case S.REQUESTED:
                self._advance(T.PREPARE, "ordered")
            case S.PREPARING:
                self._abort("the controller was restarted before the launch")
            case S.LAUNCHING:
                self._act(self._see_launched())
            case S.EN_ROUTE:
                self._act(self._close_behind())
            case S.RETURNING | S.LANDING:
                self._turning = True
                self._act(self._go_on_home())
                self._act(self._open_ahead())
                self._act(self._receive())
            case S.LOST:
                self._act(self._open_ahead())
                self._act(self._receive())

    def _step(self) -> None:
        state = self._view.state
        if self._recall and T.RECALL in SORTIE.triggers(state) and not self._is_lifting():
            reason, self._recall = self._recall, None
            if self._outward is not None:
                self._outward.cancel()
            self._advance(T.RECALL, reason)
        elif following := due(state, self._look(), self._orders.plan):
            self._advance(*following)
        if self._view.state in (S.RETURNING, S.LANDING):
            self._watch_cover()

    def _is_lifting(self) -> bool:
        """Once armed it may leave the pad at any moment: it is called back when it has."""
        return self._view.state is S.LAUNCHING and self._vehicle.state.armed

    def _advance(self, trigger: SortieTrigger, reason: str) -> None:
        """Records the step, then starts what follows from it."""
        before = self._view
        after = SORTIE.advance(before.state, trigger)
        self._journal.record(
            SortieAdvanced(
                sortie=self._id,
                incident=before.incident,
                trigger=trigger,
                state=after,
                reason=reason,
            )
        )
        match after:
            case S.PREPARING:
                self._outward = self._act(self._prepare())
            case S.LAUNCHING:
                self._outward = self._act(self._launch())
            case S.EN_ROUTE:
                self._act(self._close_behind())
            case S.RETURNING:
                self._turning = True
                self._act(self._go_home(from_scene=before.state is S.ON_SCENE))
                self._act(self._open_ahead())
            case S.LOST:  # its autopilot brings it home without us
                self._act(self._open_ahead())
                self._act(self._receive())
            case S.LANDING:
                self._act(self._receive())
            case S.ABORTED:
                self._act(self._stand_down(before.state is S.LAUNCHING))

    def _abort(self, reason: str) -> None:
        self._advance(T.ABORT, reason)

    def _act(self, act: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return self._acts.create_task(act, name=f"sortie {self._id}")

    def _note(self, step: str, detail: str = "") -> None:
        view = self._view
        self._journal.record(
            SortieStepDone(sortie=self._id, incident=view.incident, step=step, detail=detail)
        )

    def _look(self) -> Seen:
        state, orders = self._vehicle.state, self._orders
        dock = self._docks[orders.pad.id]
        at = None if state.lon is None or state.lat is None else (state.lon, state.lat)
        now_s = asyncio.get_running_loop().time()
        heard_s = self._began_s if state.last_heard_s is None else state.last_heard_s
        pct = state.battery_pct
        return Seen(
            heard_s_ago=now_s - heard_s,
            armed=state.armed,
            on_ground=state.on_ground,
            height_m=state.alt_rel_m,
            alt_amsl_m=state.alt_amsl_m,
            to_scene_m=distance_m(at, orders.scene) if at else None,
            to_pad_m=distance_m(at, orders.pad.at) if at else None,
            in_dock=dock.holds(self._view.drone) and dock.cover is Cover.CLOSED,
            energy_wh=None if pct is None else pct / 100 * orders.battery_wh,
            mode=state.mode,
        )

    # What is done on entering a state.

    async def _prepare(self) -> None:
        """Cover and upload side by side; both must be done and verified before the launch."""
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._open_cover())
                both.create_task(self._upload())
        except* FAILURES as failures:
            if self._view.state is S.PREPARING:
                self._abort("; ".join(str(failure) for failure in failures.exceptions))
        else:
            if self._view.state is S.PREPARING:
                self._advance(T.PREPARED, "cover open, mission read back and equal")

    async def _open_cover(self) -> None:
        model = self._orders.dock_model
        await self._docks.open(self._orders.pad.id, model.cover_timeout_s + DOCK_ANSWER_S)
        self._note("cover_open")

    async def _upload(self) -> None:
        await self._vehicle.request_streams(FLYING_HZ)
        await self._vehicle.upload_mission(self._orders.mission.items)
        self._note("mission_verified", f"{len(self._orders.mission.items)} items")

    async def _launch(self) -> None:
        try:
            await self._vehicle.launch()
            self._note("armed")
            async with asyncio.timeout(AIRBORNE_WITHIN_S):
                await self._until(lambda: self._view.state is not S.LAUNCHING)
        except VehicleFault as failure:
            self._fail_launch(str(failure))
        except TimeoutError:
            self._fail_launch(f"armed, but not off the pad after {AIRBORNE_WITHIN_S:.0f} s")

    async def _see_launched(self) -> None:
        """After a restart: the drone lifts off by itself if its mission had been started."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(AIRBORNE_WITHIN_S):
                await self._until(
                    lambda: (
                        self._view.state is not S.LAUNCHING
                        or (self._is_known() and not self._vehicle.state.armed)
                    )
                )
        self._fail_launch("the controller was restarted during the launch; it is not off the pad")

    def _fail_launch(self, reason: str) -> None:
        if self._view.state is S.LAUNCHING:
            self._abort(reason)

    async def _stand_down(self, launching: bool) -> None:
        """After an abort: rotors off, cover closed. That it is not armed says little during the
        launch: the order to arm may still be under way."""
        try:
            if launching or self._vehicle.state.armed:
                await self._disarm()
            if self._journal.state.sortie_of_drone(self._view.drone) is None:
                await self._close_cover()  # unless it has been sent again, and needs it open
        except FAILURES as failure:
            self._note("stand_down_failed", str(failure))

    async def _disarm(self) -> None:
        try:
            await self._vehicle.disarm()
        except VehicleFault:
            if self._vehicle.state.armed:
                raise

    async def _close_cover(self) -> None:
        model = self._orders.dock_model
        await self._docks.close(self._orders.pad.id, model.cover_timeout_s + DOCK_ANSWER_S)

    async def _close_behind(self) -> None:
        """The cover closes once the drone is clear of it: rain falls into open docks."""
        await self._until(
            lambda: (
                (self._vehicle.state.alt_rel_m or 0) > CLEAR_OF_PAD_M
                or self._view.state is not S.EN_ROUTE
            )
        )
        if self._view.state is not S.EN_ROUTE:
            return
        try:
            await self._close_cover()
        except FAILURES as failure:
            self._note("cover_not_closed", str(failure))

    async def _go_home(self, from_scene: bool) -> None:
        """From the scene by the way back that is already in the drone; from anywhere else by a
        way planned from where it is now; one whose autopilot returns by itself is let be."""
        try:
            if self._vehicle.state.mode in GOING_HOME or not self._vehicle.state.armed:
                return
            if from_scene:
                await self._vehicle.set_current(self._orders.mission.return_seq)
                return
            await self._fly_way_planned_now()
        except VehicleFault as failure:
            self._note("turn_back_failed", str(failure))
            await self._return_by_autopilot()
        finally:
            self._turning = False

    async def _go_on_home(self) -> None:
        """After a restart: a drone that was left hovering gets a way home from there."""
        await self._until(self._is_known)
        if self._vehicle.state.mode == GUIDED:
            await self._go_home(from_scene=False)
        self._turning = False

    async def _fly_way_planned_now(self) -> None:
        state = self._vehicle.state
        route = None
        if state.lon is not None and state.lat is not None:
            route = self._orders.way_home((state.lon, state.lat))
        if route is None:
            await self._return_by_autopilot()
            return
        await self._vehicle.hold()
        home = homeward_plan(route, self._orders.pad.at, self._orders.pad.alt_amsl_m)
        await self._vehicle.upload_mission(home.items)
        await self._vehicle.set_current(home.return_seq)
        await self._vehicle.resume_mission()

    async def _return_by_autopilot(self) -> None:
        try:
            await self._vehicle.return_to_launch()
            self._note("return_by_autopilot")
        except VehicleFault as failure:
            self._note("return_by_autopilot_failed", str(failure))

    async def _open_ahead(self) -> None:
        """Opens the cover for the drone that comes home; tries again while it is in the air."""
        while self._view.state in (S.RETURNING, S.LANDING, S.LOST) and not self._is_down():
            try:
                await self._open_cover()
            except FAILURES as failure:
                self._note("cover_not_open", str(failure))
                await asyncio.sleep(TRY_AGAIN_S)
            else:
                return

    def _watch_cover(self) -> None:
        """Never let it land on a cover that is not open: it waits in the air instead."""
        if self._turning or self._is_down():
            return
        to_pad_m = self._look().to_pad_m
        is_open = self._docks[self._orders.pad.id].cover is Cover.OPEN
        if self._held is None and not is_open and to_pad_m is not None and to_pad_m <= HOLD_AT_M:
            self._held = self._vehicle.state.mode or AUTO
            self._note("landing_held", "the cover is not open")
            self._act(self._tell(self._vehicle.hold, "hold_failed"))
        elif self._held is not None and is_open:
            # a mission would take one whose autopilot was bringing it home out again
            by_itself = self._held in GOING_HOME
            mode, self._held = self._held if by_itself else AUTO, None
            self._note("landing_resumed")
            self._act(self._tell(lambda: self._vehicle.set_mode(mode), "resume_failed"))

    def _is_known(self) -> bool:
        """Whether the drone has told how it flies; right after a restart it has not."""
        return self._vehicle.state.mode is not None

    def _is_down(self) -> bool:
        if self._docks[self._orders.pad.id].holds(self._view.drone):
            return True
        state = self._vehicle.state
        return self._is_known() and (state.on_ground is True or not state.armed)

    async def _tell(self, act: Callable[[], Awaitable[None]], failed: str) -> None:
        try:
            await act()
        except VehicleFault as failure:
            self._note(failed, str(failure))

    async def _receive(self) -> None:
        """Once it stands on the pad with its rotors off: cover closed, charging. Until the dock
        has done it, for only then can the drone be sent again."""
        await self._until(lambda: not self._comes_down() or self._is_parked())
        if not self._comes_down():
            return
        self._note("landed")
        said = ""
        while self._comes_down():
            try:
                await self._close_cover()
                await self._docks.charge(self._orders.pad.id, DOCK_ANSWER_S)
                self._note("charging")
                await self._vehicle.request_streams(PARKED_HZ)
            except FAILURES as failure:
                if str(failure) != said:
                    said = str(failure)
                    self._note("dock_did_not_receive", said)
                await asyncio.sleep(TRY_AGAIN_S)
            else:
                return

    def _comes_down(self) -> bool:
        return self._view.state in (S.LANDING, S.LOST)

    def _is_parked(self) -> bool:
        stands = self._docks[self._orders.pad.id].holds(self._view.drone)
        return stands and self._is_known() and not self._vehicle.state.armed

    async def _until(self, true: Callable[[], bool]) -> None:
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
