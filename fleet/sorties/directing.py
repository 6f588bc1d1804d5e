"""What a person may tell a drone in the air: hold, resume, go to a place, orbit it, land now.

Each is judged before anything is recorded: by the state of the sortie, by whether the drone is
heard and ours to command, and, for a place, by the planner: the way there, the no-fly volumes, and
the energy to come home from there with the reserve.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pydantic import TypeAdapter

from fleet import contract as c
from fleet.contract import SortieState as S
from fleet.dispatch.dispatcher import Dispatcher
from fleet.dispatch.forecast import task_for
from fleet.district.model import District, DockSite
from fleet.district.place import locate
from fleet.log.events import SortieDirected
from fleet.log.journal import Journal
from fleet.mavlink.vehicle import Vehicle
from fleet.sorties.landing import proof_from, rally_of
from fleet.sorties.operations import Operations
from fleet.sorties.refused import Refused
from fleet.sorties.sortie import GOING_HOME, HOMEWARD, SORTIE, SortieTrigger
from planner.airspace import Airspace
from planner.detour import Detour, against_energy, detour
from planner.model import LonLat, Reason, Route, Task, Waypoint

T = SortieTrigger
_ROUTE = TypeAdapter(Route)

STAY_S = 60.0  # that a drone must be able to stay where it is sent, before its way home


@dataclass(frozen=True, slots=True)
class _Goal:
    """Where a drone is sent; ``height_m`` is above the ground there, None the district's own."""

    at: LonLat
    height_m: float | None
    radius_m: int = 0  # 0: to stay over it
    turns: int = 0


class Directing:
    """Carries a person's orders to the sorties under way."""

    def __init__(
        self,
        district: District,
        airspace: Airspace,
        journal: Journal,
        dispatcher: Dispatcher,
        vehicles: Mapping[str, Vehicle],
        operations: Operations,
    ) -> None:
        self._district, self._airspace = district, airspace
        self._journal, self._dispatcher = journal, dispatcher
        self._vehicles, self._operations = vehicles, operations
        self._sites = {site.id: site for site in district.docks}

    def hold(self, ask: c.Hold, cause: str) -> c.SortieView:
        """Stops the drone; one that is held already stays so.

        Raises:
            Refused: with the reason, as the other orders do.
        """
        view = self._view(ask.sortie)
        if view.state is S.HELD:
            return view
        follows = view.state in (S.LANDING_OUT, S.LENT)
        self._may(view, T.HOLD, "held", follows_autopilot=follows)
        self._operations.flight_of(view.id).hold(self._turn_back_wh(view), ask.reason, cause)
        return self._view(view.id)

    def resume(self, ask: c.Resume, cause: str) -> c.SortieView:
        """Lets a held drone go on: with its mission, to the place it was sent to, or home."""
        view = self._view(ask.sortie)
        self._may(view, T.RESUME, "resumed")
        if view.held_from in HOMEWARD:
            return self._operations.recall(view.id, ask.reason)
        if view.held_from is S.LANDING_OUT:
            raise Refused("conflict", "it was coming down when it was held; say land_now, or where")
        if view.held_from is S.LENT:
            raise Refused("conflict", "it was lent when it was held; recall it, or say where")
        directed = self._journal.state.plans[view.id].directed
        if view.held_from is S.DIRECTED and directed is not None:
            ground_m = self._task(directed.lon, directed.lat).ground_amsl_m
            goal = _Goal(
                LonLat(directed.lon, directed.lat),
                directed.alt_amsl_m - ground_m,
                directed.radius_m,
                directed.turns,
            )
            return self._send(view, goal, ask.reason, cause)
        self._operations.flight_of(view.id).resume(ask.reason, cause)
        return self._view(view.id)

    def go(self, ask: c.Goto | c.Orbit, cause: str) -> c.SortieView:
        """Sends the drone to a place, to stay over it or to circle it."""
        view = self._view(ask.sortie)
        self._may(view, T.DIRECT, "sent elsewhere")
        locate(self._district, ask.lon, ask.lat)
        radius_m, turns = (ask.radius_m, ask.turns) if isinstance(ask, c.Orbit) else (0, 0)
        goal = _Goal(LonLat(ask.lon, ask.lat), ask.height_m, radius_m, turns)
        return self._send(view, goal, ask.reason, cause)

    def _send(self, view: c.SortieView, goal: _Goal, reason: str, cause: str) -> c.SortieView:
        found = self._detour(view, goal)
        if isinstance(found, Reason):
            raise Refused("conflict", f"{view.drone} cannot go there: {found.text}")
        against = self._operations.release.against_detour(view, found.route, goal.radius_m)
        if against is not None:
            raise Refused("conflict", f"{against}; choose another height or place, or wait")
        directed = SortieDirected(
            sortie=view.id,
            incident=view.incident,
            lon=goal.at.lon,
            lat=goal.at.lat,
            alt_amsl_m=found.route.out[-1].alt_amsl_m,
            radius_m=goal.radius_m,
            turns=goal.turns,
            eta_s=found.eta_s,
            route=_ROUTE.dump_python(found.route, mode="json"),
            turn_back_wh=found.home_wh + self._reserve_wh(view),
            rally=self._rally(view, goal, found.route),
        )
        self._operations.flight_of(view.id).direct(directed, reason, cause)
        return self._view(view.id)

    def _rally(self, view: c.SortieView, goal: _Goal, route: Route) -> tuple[str, ...]:
        start = self._place_of(view)
        if start is None:
            return ()
        task = replace(self._task(*goal.at), height_m=goal.height_m or 0.0)
        candidate = self._dispatcher.candidate(self._site(view))
        return rally_of(self._airspace, proof_from(self._airspace, candidate, start, task, route))

    def land_now(self, ask: c.LandNow, cause: str) -> c.SortieView:
        """Brings the drone down where it is; nobody is sent in its place by rule."""
        view = self._view(ask.sortie)
        if view.state is S.LANDING_OUT:
            return view
        self._may(view, T.LAND_NOW, "brought down", follows_autopilot=True)
        flight = self._operations.flight_of(view.id)
        self._operations.let_be(view.id)
        flight.land_now(ask.reason, cause)
        return self._view(view.id)

    def write_off(self, ask: c.WriteOff, cause: str) -> c.SortieView:
        """Ends the sortie of a drone that is lost or down away from its dock; one that is heard in
        the air is neither."""
        view = self._view(ask.sortie)
        if T.WRITE_OFF not in SORTIE.triggers(view.state):
            state = view.state.replace("_", " ")
            raise Refused("conflict", f"{view.drone} is {state}; only what is lost is written off")
        vehicle = self._vehicles[view.drone]
        if vehicle.is_heard(asyncio.get_running_loop().time()) and vehicle.state.armed:
            raise Refused("conflict", f"{view.drone} is heard, with its rotors on; recall it")
        self._operations.flight_of(view.id).write_off(ask.reason, cause)
        return self._view(view.id)

    def _view(self, sortie: str) -> c.SortieView:
        view = self._journal.state.sorties.get(sortie)
        if view is None:
            raise Refused("not_found", f"there is no sortie {sortie}")
        return view

    def _may(
        self, view: c.SortieView, trigger: SortieTrigger, what: str, follows_autopilot: bool = False
    ) -> None:
        """Raises Refused unless the sortie can take the order and the drone would hear and heed
        it. A drone that its autopilot brings home is followed, not fought, but to bring it down. To
        stop a drone or to bring it down goes over a lease."""
        if trigger not in SORTIE.triggers(view.state):
            if view.lease is not None:
                holder = view.lease.holder
                raise Refused(
                    "conflict", f"{holder} holds the lease of {view.drone}; take it back first"
                )
            state = view.state.replace("_", " ")
            raise Refused("conflict", f"{view.drone} is {state}; it cannot be {what} now")
        vehicle, now_s = self._vehicles[view.drone], asyncio.get_running_loop().time()
        if not vehicle.is_heard(now_s):
            raise Refused("conflict", f"{view.drone} is not heard; it cannot be {what} now")
        if view.state is S.LENT and vehicle.state.on_ground is True:
            raise Refused("conflict", f"{view.drone} is on the ground; take it back instead")
        mode = vehicle.state.mode
        if mode in GOING_HOME and not follows_autopilot:
            raise Refused(
                "conflict", f"the autopilot of {view.drone} brings it home by itself ({mode})"
            )

    def _detour(self, view: c.SortieView, goal: _Goal) -> Detour | Reason:
        start = self._place_of(view)
        if start is None:
            raise Refused("conflict", f"{view.drone} has not told where it is")
        task = self._task(*goal.at)
        if goal.height_m is not None:
            task = replace(task, height_m=goal.height_m)
        candidate = self._dispatcher.candidate(self._site(view))
        found = detour(self._airspace, candidate, start, task, goal.radius_m)
        return found if isinstance(found, Reason) else against_energy(candidate, found) or found

    def _task(self, lon: float, lat: float) -> Task:
        return task_for(self._district, LonLat(lon, lat), STAY_S)

    def _place_of(self, view: c.SortieView) -> Waypoint | None:
        state = self._vehicles[view.drone].state
        if state.lon is None or state.lat is None or state.alt_amsl_m is None:
            return None
        return Waypoint(state.lon, state.lat, state.alt_amsl_m, 0.0)

    def _turn_back_wh(self, view: c.SortieView) -> float | None:
        """What the way home takes from where the drone is now, with the reserve."""
        at = self._place_of(view)
        if at is None:
            return None
        return self._operations.briefing.turn_back_wh(view, (at.lon, at.lat), at.alt_amsl_m)

    def _reserve_wh(self, view: c.SortieView) -> float:
        performance = self._dispatcher.candidate(self._site(view)).performance
        return performance.battery_wh * performance.reserve_share

    def _site(self, view: c.SortieView) -> DockSite:
        return self._sites[view.dock]
