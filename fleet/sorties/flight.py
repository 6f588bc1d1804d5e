"""Flying one sortie: watches vehicle and dock, records each step, then acts on it.

What follows from what is in ``fleet.sorties.sortie`` (pure); this is the edge. Every act is safe to
repeat, so that a flight taken up again after a restart does no harm.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

from fleet.contract import SortieState as S
from fleet.contract import SortieView
from fleet.lending.lent_watch import LentWatch
from fleet.log.events import (
    AlternateChosen,
    Fact,
    SortieAdvanced,
    SortieDirected,
    SortieHeld,
    SortieStepDone,
)
from fleet.log.journal import Journal
from fleet.mavlink.mission_items import FlightPlan, directed_plan, homeward_plan
from fleet.mavlink.vehicle import GUIDED, Vehicle
from fleet.sorties.arrival import Arrival
from fleet.sorties.dock_side import DockSide
from fleet.sorties.hazard_watch import HazardWatch, Limits
from fleet.sorties.landing import equipped, named
from fleet.sorties.launching import Launch
from fleet.sorties.orders import Orders, route_of
from fleet.sorties.sortie import (
    ATTENDING,
    ENDED,
    SORTIE,
    Plan,
    Seen,
    SortieTrigger,
    distance_m,
    due,
)
from fleet.sorties.steering import Steering
from fleet.units.dock_roster import DockRoster
from planner.model import Waypoint

T = SortieTrigger
HOLDING = GUIDED  # the mode in which a drone stays where it is
_log = logging.getLogger(__name__)


class SortieFlight:
    """One sortie in the air. ``run`` returns when the sortie has ended."""

    def __init__(
        self, sortie: str, orders: Orders, journal: Journal, vehicle: Vehicle, docks: DockRoster
    ) -> None:
        self._id, self._orders = sortie, orders
        self._journal, self._vehicle, self._docks = journal, vehicle, docks
        self._stirred = asyncio.Event()
        self._recall: str | None = None
        self._warned = False  # that a person's hold uses up the reserve
        self._outward: asyncio.Task[None] | None = None  # what leads to its take-off
        self._began_s = asyncio.get_running_loop().time()
        self._acts: asyncio.TaskGroup | None = None  # while it runs
        self._steering = Steering(vehicle, self._act, self._note)
        self._dock = DockSide(
            orders.pad, orders.dock_model, docks, vehicle, lambda: self._view, self._note
        )
        reserve_pct = 100 * orders.plan.reserve_wh / orders.battery_wh
        limits = Limits(reserve_pct, orders.dock_model.wind_limit_ms)
        self._hazards = HazardWatch(journal, vehicle, docks, limits)
        self._launch = Launch(
            vehicle,
            self._dock,
            lambda: self._view,
            self._note,
            no_room=orders.no_room,
            prepared=self._set_out,
            abort=self._abort,
        )
        self._lent = LentWatch(vehicle, self._dock, orders.turn_back_wh)
        self._arrival = Arrival(
            orders,
            vehicle,
            self._steering,
            docks,
            self._dock,
            journal.state.plans[sortie].elsewhere,
            lambda: self._view,
            self._note,
            self._act,
        )

    def recall(self, reason: str) -> None:
        """Asks the drone home: aborts before take-off, turns back after it."""
        self._recall = reason
        self._stirred.set()

    def let_go(self) -> None:
        """Another sortie takes the drone over, as the record is about to say."""
        if self._outward is not None:
            self._outward.cancel()
        self._steering.end()
        self._stirred.set()

    @property
    def is_running(self) -> bool:
        """Whether it can be told anything; not while it is being started again after a fault."""
        return self._acts is not None

    def hold(self, turn_back_wh: float | None, reason: str, cause: str | None) -> None:
        """A person stops the drone where it is."""
        facts: list[Fact] = []
        if turn_back_wh is not None:
            incident = self._view.incident
            facts = [SortieHeld(sortie=self._id, incident=incident, turn_back_wh=turn_back_wh)]
        self._ordered(T.HOLD, reason, cause, *facts)

    def resume(self, reason: str, cause: str | None) -> None:
        """A person lets the drone go on with the mission it was sent out on."""
        self._ordered(T.RESUME, reason, cause)

    def direct(self, directed: SortieDirected, reason: str, cause: str | None) -> None:
        """A person sends the drone to a place."""
        self._ordered(T.DIRECT, reason, cause, directed)

    def lend(self, reason: str, cause: str | None) -> None:
        """From now on another ground station commands the drone: it has been given the lease."""
        self._ordered(T.LEND, reason, cause)

    def land_now(self, reason: str, cause: str | None) -> None:
        """A person wants the drone down where it is."""
        self._ordered(T.LAND_NOW, reason, cause)

    def write_off(self, reason: str, cause: str | None) -> None:
        """A person no longer waits for the drone."""
        self._ordered(T.WRITE_OFF, reason, cause)
        self._stirred.set()

    def _ordered(
        self, trigger: SortieTrigger, reason: str, cause: str | None, *facts: Fact
    ) -> None:
        self._recall = None  # whoever orders last is obeyed
        self._advance(trigger, reason, cause, *facts)

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
            self._acts = None
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
                self._act(self._launch.see())
            case S.EN_ROUTE:
                if self._view.diverted_from and not self._was_told():
                    self._steering.fly(self._orders.mission, self._id, self._not_told)
                self._act(self._dock.close_behind())
            case S.RETURNING | S.LANDING:
                self._steering.take_up_home(self._way_home)
                self._act(self._arrival.open_ahead())
                self._act(self._dock.receive())
            case S.LOST:
                self._act(self._dock.open_ahead())
                self._act(self._dock.receive())
            case S.LENT:
                self._act(self._dock.keep_for_lent())
            case S.HELD:
                self._steering.hold()
            case S.DIRECTED:
                self._act(self._check_direction())
            case S.LANDING_OUT:
                self._steering.land()
            case S.GROUNDED:
                self._act(self._arrival.shelter())

    async def _check_direction(self) -> None:
        """After a restart: a drone that was not told all of its way stays where it is."""
        await self._vehicle.connected()
        if self._view.state is S.DIRECTED and self._vehicle.state.mode == HOLDING:
            self._advance(T.HOLD, "the controller was restarted before the way was told")

    def _step(self) -> None:
        state = self._view.state
        danger = self._hazards.look(self._view)
        if self._orders.looks is not None and state is S.EN_ROUTE:
            self._orders.looks.heed(self._vehicle.state)
        if self._recall and T.RECALL in SORTIE.triggers(state) and not self._is_lifting():
            reason, self._recall = self._recall, None
            if self._outward is not None:
                self._outward.cancel()
            self._advance(T.RECALL, reason)
        elif following := due(state, replace(self._look(), danger=danger), self._plan):
            self._advance(*following)
        if self._view.state in (S.RETURNING, S.LANDING):
            self._watch_arrival()
        elif self._view.state is S.HELD:
            self._watch_energy()
        elif self._view.state is S.LENT:
            self._watch_lent()

    def _is_lifting(self) -> bool:
        """Once armed it may leave the pad at any moment: it is called back when it has."""
        return self._view.state is S.LAUNCHING and self._vehicle.state.armed

    @property
    def _plan(self) -> Plan:
        stored, view = self._journal.state.plans[self._id], self._view
        turn_back_wh = self._lent.turn_back_wh() if view.state is S.LENT else None
        item = self._vehicle.state.mission_item
        return replace(
            self._orders.plan,
            turn_back_wh=turn_back_wh or stored.turns_back_at_wh(view.state, item),
            has_flown=view.took_off_at is not None,
        )

    def _advance(
        self, trigger: SortieTrigger, reason: str, cause: str | None = None, *facts: Fact
    ) -> None:
        """Records the step with the facts behind it, then starts what follows from it."""
        before = self._view
        after = SORTIE.advance(before.state, trigger)
        self._journal.record(
            *facts,
            SortieAdvanced(
                sortie=self._id,
                incident=before.incident,
                trigger=trigger,
                state=after,
                reason=reason,
            ),
            cause=cause,
        )
        if after is not S.LENT:
            self._vehicle.take_back(reason)
        if trigger is not T.PATROLLED:  # then it has its orders
            self._steer(before.state, after, cause)
        match after:
            case S.PREPARING:
                not_before_s = self._began_s + self._orders.starts_after_s
                is_lent = self._orders.lend is not None
                self._outward = self._act(
                    self._launch.prepare(self._orders.mission, not_before_s, is_lent)
                )
            case S.LAUNCHING:
                self._outward = self._act(self._launch.lift_off())
            case S.EN_ROUTE | S.HELD | S.DIRECTED:
                self._act(self._dock.close_behind())
            case S.LENT if before.state is not S.LENT:
                self._act(self._dock.keep_for_lent())
            case S.RETURNING:
                self._act(self._arrival.open_ahead())
            case S.GROUNDED:
                self._act(self._arrival.shelter())
            case S.LOST:  # its autopilot brings it home without us
                self._act(self._dock.open_ahead())
                self._act(self._dock.receive())
            case S.LANDING:
                self._act(self._dock.receive())
            case S.ABORTED:
                self._act(
                    self._launch.stand_down(before.state in (S.LAUNCHING, S.LENT), self._is_free)
                )

    def _abort(self, reason: str) -> None:
        self._advance(T.ABORT, reason)

    def _steer(self, before: S, after: S, cause: str | None) -> None:
        """The order to the drone that follows from the step, if any."""
        if after is S.LANDING:
            return  # it is on its way, or waits for the cover
        if after in ATTENDING or after is S.LOST:
            self._arrival.to_own_dock()
        self._arrival.forget()
        self._warned = False
        match after:
            case S.EN_ROUTE if before is S.HELD:
                self._steering.resume()
            case S.HELD:
                self._steering.hold()
            case S.DIRECTED:
                self._steering.fly(self._directed_plan(), cause, self._stop)
            case S.RETURNING:
                self._steering.go_home(self._way_back_in_drone(before), self._way_home)
            case S.LANDING_OUT:
                self._steering.land()
            case S.LOST | S.LENT:
                self._steering.end()

    def _act(self, act: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        assert self._acts is not None
        return self._acts.create_task(act, name=f"sortie {self._id}")

    def _stop(self, why: str) -> None:
        """The drone could not be told the way it was sent: it stays where it is."""
        self._note("direct_failed", why)
        if self._view.state is S.DIRECTED:
            self._advance(T.HOLD, f"the way could not be told: {why}")

    def _was_told(self) -> bool:
        """Whether its drone has been told its way; the controller may have ended before."""
        facts = (recorded.fact for recorded in self._journal.log.read(subject=self._id))
        return any(isinstance(fact, SortieStepDone) and fact.step == "way_told" for fact in facts)

    def _not_told(self, why: str) -> None:
        """A drone that cannot be diverted goes home, and another is sent."""
        if self._view.state is S.EN_ROUTE:
            self._advance(T.TURN_BACK, f"it could not be told its way: {why}")

    def _to_rally_m(self, at: tuple[float, float] | None) -> float | None:
        if at is None:
            return None
        if (away_m := self._arrival.away_m(at)) is not None:
            return away_m
        return min((distance_m(at, point.at) for point in self._orders.rally), default=None)

    def _directed_plan(self) -> FlightPlan:
        directed, pad = self._journal.state.plans[self._id].directed, self._orders.pad
        assert directed is not None
        route, rally = route_of(directed.route), named(self._orders.rally, directed.rally)
        plan = directed_plan(route, pad.at, pad.alt_amsl_m, directed.radius_m, directed.turns)
        least_m = self._orders.flight.cruise_height_m
        return self._orders.fenced(equipped(plan, route, rally, pad.alt_amsl_m, least_m))

    def _way_back_in_drone(self, before: S) -> int | None:
        """The item with which the way back begins, for a drone that is where that leads from."""
        if before is S.ON_SCENE:
            return self._orders.mission.return_seq
        return None

    def _way_home(self) -> FlightPlan | None:
        """Planned from where the drone is now."""
        state, pad = self._vehicle.state, self._orders.pad
        if state.lon is None or state.lat is None:
            return None
        home = self._orders.way_home((state.lon, state.lat))
        if home is None:
            return None
        up_m = state.alt_amsl_m or home.route.cruise_alt_amsl_m
        here = Waypoint(state.lon, state.lat, up_m, 0.0)
        end = pad.at if self._arrival.place is None else self._arrival.place.at
        return homeward_plan(home.route, end, pad.alt_amsl_m, here, home.wait_s)

    def _note(self, step: str, detail: str = "") -> None:
        view = self._view
        self._journal.record(
            SortieStepDone(sortie=self._id, incident=view.incident, step=step, detail=detail)
        )

    def _look(self) -> Seen:
        state, orders = self._vehicle.state, self._orders
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
            to_scene_m=distance_m(at, orders.scene) if at and orders.scene else None,
            to_pad_m=distance_m(at, orders.pad.at) if at else None,
            to_rally_m=self._to_rally_m(at),
            in_dock=self._dock.has_it_inside,
            energy_wh=None if pct is None else pct / 100 * orders.battery_wh,
            mode=state.mode,
            mission_item=state.mission_item,
            being_told=self._steering.being_told,
            lent=self._vehicle.lent_to(now_s) is not None,
            elsewhere=self._arrival.place.id if self._arrival.place else None,
        )

    def _is_free(self) -> bool:
        """Whether its drone has not been sent again."""
        return self._journal.state.sortie_of_drone(self._view.drone) is None

    def _set_out(self) -> None:
        """To the launch, or, on loan, to whom it is lent."""
        if self._orders.lend is None:
            self._advance(T.PREPARED, "cover open, mission read back and equal")
        elif why_not := self._orders.lend():
            self._abort(why_not)
        else:
            self._advance(T.LEND, "cover open, mission read back and equal")

    def _watch_arrival(self) -> None:
        """Never let it land on a cover that is not open, nor on another drone: it waits, and goes
        elsewhere in the end."""
        found = self._arrival.watch(self._look())
        if found is None:
            return
        alternate, why = found
        place = alternate.place
        chosen = AlternateChosen(
            sortie=self._id,
            incident=self._view.incident,
            drone=self._view.drone,
            place=place.id,
            lon=place.at[0],
            lat=place.at[1],
            alt_amsl_m=place.alt_amsl_m,
            is_dock=place.is_dock,
            needs_wh=alternate.needs_wh,
            why=why,
        )
        self._arrival.at(place)
        self._advance(T.GO_ELSEWHERE, f"{why}; it lands at {place.id}", None, chosen)

    def _watch_lent(self) -> None:
        """Whoever commands it, it does not land on its dock's cover nor meet another drone."""
        why = self._orders.meets()
        if self._lent.comes_down_on_cover(self._look()):
            why = "it was coming down on its dock, whose cover is not open"
        if why is not None:
            self.hold(self._plan.turn_back_wh, why, None)

    def _watch_energy(self) -> None:
        """Says once that a held drone begins to use up its reserve."""
        energy_wh, plan = self._look().energy_wh, self._plan
        if not self._warned and energy_wh is not None and energy_wh <= plan.turn_back_wh:
            self._warned = True
            until_wh = plan.turn_back_wh - plan.reserve_wh / 2
            self._note(
                "hold_uses_reserve", f"{energy_wh:.0f} Wh left; at {until_wh:.0f} Wh it comes home"
            )
