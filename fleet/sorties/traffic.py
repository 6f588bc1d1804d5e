"""The air as it is taken: where all drones that are out may be from now on.

That follows from a sortie's state, the route it was sent out on, and where its drone was seen last.
A drone that is lent, held, lost or flies in another mode than its mission's is reckoned to be
anywhere it may go of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from fleet.clock import Clock
from fleet.contract import SortieState as S
from fleet.contract import SortieView
from fleet.dispatch.dispatcher import Dispatcher
from fleet.district.model import District, DockSite
from fleet.log.state import FleetState
from fleet.mavlink.vehicle import AUTO, GUIDED, Vehicle
from fleet.patrol.mission import PatrolMission
from fleet.patrol.tube import mission_of, patrol_tube
from fleet.sorties.alternates import bound_for, place_of
from fleet.sorties.landing import landings, named
from fleet.sorties.orders import route_of
from fleet.sorties.sortie import GOING_HOME, distance_m
from planner.apart import VERTICAL_M
from planner.energy import WH
from planner.model import Candidate, LonLat, Route
from planner.tubes import (
    Flight,
    Seen,
    Tube,
    circling,
    coming_down,
    homeward_from,
    on_its_own,
    outward_from,
    returning_straight,
    whole,
)

_NOT_LAUNCHED: Final = frozenset({S.REQUESTED, S.PREPARING, S.LAUNCHING})
_WAITING: Final = frozenset({S.REQUESTED, S.PREPARING})
_DOWN: Final = frozenset({S.DOCKED, S.ABORTED, S.GROUNDED})


class Traffic:
    """The sorties that are out, as tubes in space and time; moments are the loop's."""

    def __init__(
        self,
        district: District,
        state: FleetState,
        vehicles: Mapping[str, Vehicle],
        dispatcher: Dispatcher,
        clock: Clock,
    ) -> None:
        self._district, self._state, self._vehicles = district, state, vehicles
        self._dispatcher, self._clock = dispatcher, clock
        self._sites = {site.id: site for site in district.docks}
        self._missions: dict[str, PatrolMission] = {}

    def tubes(self, without: str, before: SortieView | None = None) -> list[Tube]:
        """Of all sorties but one; of those that have not launched only the ones that were sent
        ``before`` another."""
        return list(self._tubes(without, before))

    def launching(self, view: SortieView) -> Tube:
        """A sortie whose drone is armed now."""
        candidate = self.candidate(view)
        launch = candidate.launch
        lift_off_s = self.now_s + launch.checks_s + launch.spin_up_s
        return self._from_pad(view, self.flight(view.id, candidate, self.route(view), lift_off_s))

    def _from_pad(self, view: SortieView, flight: Flight) -> Tube:
        mission = self._mission(view)
        return whole(flight) if mission is None else patrol_tube(flight, mission)

    def _mission(self, view: SortieView) -> PatrolMission | None:
        """Of one on patrol."""
        if view.patrol is None:
            return None
        if view.id not in self._missions:
            stored = self._state.plans[view.id]
            self._missions[view.id] = mission_of(stored, self._site(view))
        return self._missions[view.id]

    def flight(
        self, sortie: str, candidate: Candidate, route: Route, at_s: float, age_s: float = 0.0
    ) -> Flight:
        """A flight that lifts off then, or is in the air; what is known of its battery is
        ``age_s`` old."""
        performance = candidate.performance
        least_w = min(performance.hover_w, performance.cruise_w)
        empty_s = at_s - age_s + candidate.energy_wh * WH / least_w
        at = LonLat(*candidate.at)
        return Flight(sortie, at, candidate.alt_amsl_m, performance, route, at_s, empty_s)

    def in_the_air(self, view: SortieView, route: Route) -> Flight:
        """One that is lost has the energy that it had then."""
        age_s = self._age_s(view.changed_at) if view.state is S.LOST else 0.0
        flight = self.flight(view.id, self.candidate(view), route, self.now_s, age_s)
        told = named(self._district.rally_points, self._state.plans[view.id].rally_now)
        return replace(flight, landings=landings(told))

    def seen(self, view: SortieView) -> Seen | None:
        """Where the drone was when it told last."""
        state = self._vehicles[view.drone].state
        lon, lat, alt_amsl_m = state.lon, state.lat, state.alt_amsl_m
        if lon is None or lat is None or alt_amsl_m is None or state.last_heard_s is None:
            return None
        return Seen(lon, lat, alt_amsl_m, state.last_heard_s)

    def nearest(self, view: SortieView) -> tuple[str, float] | None:
        """The nearest drone in the air at about the height of this one, and how far it is."""
        here = self.seen(view)
        if here is None or not self._is_flying(view.drone):
            return None
        found = [
            (other.drone, distance_m(there[:2], here[:2]))
            for other in self._state.active()
            if other.id != view.id
            and self._is_flying(other.drone)
            and (there := self.seen(other)) is not None
            and abs(there.alt_amsl_m - here.alt_amsl_m) < VERTICAL_M
        ]
        return min(found, key=lambda each: each[1], default=None)

    def _is_flying(self, drone: str) -> bool:
        vehicle = self._vehicles.get(drone)
        if vehicle is None or not vehicle.is_heard(self.now_s):
            return False
        return vehicle.state.armed and vehicle.state.on_ground is not True

    def route(self, view: SortieView) -> Route:
        return route_of(self._state.plans[view.id].route)

    def candidate(self, view: SortieView) -> Candidate:
        """Bound for where it is to land."""
        candidate = self._dispatcher.candidate(self._site(view))
        elsewhere = self._state.plans[view.id].elsewhere
        return candidate if elsewhere is None else bound_for(candidate, place_of(elsewhere))

    @property
    def now_s(self) -> float:
        return asyncio.get_running_loop().time()

    def _tubes(self, without: str, before: SortieView | None = None) -> Iterator[Tube]:
        for view in self._state.active():
            if view.id == without or view.dock not in self._sites:
                continue
            if before is not None and view.state in _WAITING and _order(view) > _order(before):
                continue
            tube = self._tube(view)
            if tube is not None:
                yield tube

    def _tube(self, view: SortieView) -> Tube | None:
        if view.state in _DOWN or self._is_down(view):
            return None
        if view.state in _NOT_LAUNCHED:
            return self._from_pad(view, self._not_launched(view))
        seen, vehicle = self.seen(view), self._vehicles[view.drone]
        flight = self.in_the_air(view, self._flown(view))
        mode, return_amsl_m = vehicle.state.mode, self._return_amsl_m(view)
        if seen is None or view.state in (S.HELD, S.LOST, S.LENT) or vehicle.lent_to(self.now_s):
            return on_its_own(flight, seen, return_amsl_m, self.now_s)
        if view.state is S.LANDING_OUT:
            return coming_down(flight, seen)
        if mode in GOING_HOME:
            return returning_straight(flight, seen, return_amsl_m)
        if view.state in (S.RETURNING, S.LANDING):
            return self._returning(view, flight, seen, mode)
        if mode != AUTO:
            return on_its_own(flight, seen, return_amsl_m, self.now_s)
        return self._outward(view, flight, seen)

    def _flown(self, view: SortieView) -> Route:
        directed = self._state.plans[view.id].directed
        if view.state is S.DIRECTED and directed is not None:
            return route_of(directed.route)
        return self.route(view)

    def _outward(self, view: SortieView, flight: Flight, seen: Seen) -> Tube:
        directed, mission = self._state.plans[view.id].directed, self._mission(view)
        if view.state is not S.DIRECTED or directed is None:
            if mission is None:
                return outward_from(flight, seen, from_pad=view.diverted_from is None)
            item = self._vehicles[view.drone].state.mission_item
            return patrol_tube(flight, mission, seen, item or 0)
        tube = outward_from(flight, seen, from_pad=False)
        if directed.radius_m == 0:
            return tube
        return circling(flight, tube, directed.radius_m, seen.at_s)

    def _returning(self, view: SortieView, flight: Flight, seen: Seen, mode: str | None) -> Tube:
        """By the way in the drone, or by one planned anew, which it may not have begun."""
        home = self._state.plans[view.id].home
        if home is None:
            return homeward_from(flight, flight.route.back, seen)
        wait_s = home.wait_s if mode == GUIDED else None
        return homeward_from(flight, route_of(home.route).back, seen, wait_s, home.wait_s)

    def _is_down(self, view: SortieView) -> bool:
        """Whether it is known to stand on the ground, and not about to leave it."""
        state = self._vehicles[view.drone].state
        if view.state is S.LENT:  # whoever has it may take off
            return False
        return view.state not in _NOT_LAUNCHED and state.on_ground is True and not state.armed

    def _not_launched(self, view: SortieView) -> Flight:
        due_s = self.now_s + self._state.plans[view.id].launch_s - self._age_s(view.requested_at)
        lift_off_s = max(due_s, self.now_s)
        return self.flight(view.id, self.candidate(view), self.route(view), lift_off_s)

    def _site(self, view: SortieView) -> DockSite:
        return self._sites[view.dock]

    def _return_amsl_m(self, view: SortieView) -> float:
        """The height at which its autopilot brings it home by itself."""
        least_m = self._site(view).alt_amsl_m + self._district.flight.cruise_height_m
        return max(least_m, self._flown(view).cruise_alt_amsl_m)

    def _age_s(self, at: datetime) -> float:
        return max(0.0, (self._clock.now() - at).total_seconds())


def _order(view: SortieView) -> tuple[datetime, str]:
    return view.requested_at, view.id
