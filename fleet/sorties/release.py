"""Nothing is released unresolved: a flight goes out, home or elsewhere only where it is apart from
all others that are in the air, at another height or later if need be."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fleet.contract import KeptApart, SortieView
from fleet.district.model import District
from fleet.log.state import FleetState
from fleet.patrol.mission import PatrolMission
from fleet.patrol.tube import patrol_tube
from fleet.sorties.orders import WayHome
from fleet.sorties.sortie import OUTWARD
from fleet.sorties.traffic import Traffic
from planner.apart import (
    HORIZONTAL_M,
    Conflict,
    Resolution,
    at_heights,
    conflicts,
    layers,
    resolve,
    resolve_detour,
    resolve_home,
)
from planner.energy import WH, scene_wh, way_back_wh, way_out_wh
from planner.flight import climb_s
from planner.levels import CEILING_M
from planner.model import Alternative, Candidate, EtaParts, Picture, Route, Task
from planner.tubes import Seen, circling, outward_from, whole

SAMPLE_DEG = 0.0005  # of a way, to look at the ground below: some 50 m
MEETS_M = 2 * HORIZONTAL_M  # what flights are planned apart, and what it takes to stop


@dataclass(frozen=True, slots=True)
class Released:
    """A flight with room in the air, as it is to be flown. The launch has in it what it waits."""

    route: Route
    parts: EtaParts
    turn_back_wh: float
    kept_apart: KeptApart | None


class Release:
    """Asked before a drone is sent anywhere."""

    def __init__(self, district: District, state: FleetState, traffic: Traffic) -> None:
        self._district, self._flight = district, district.flight
        self._state, self._traffic = state, traffic

    def out(
        self,
        sortie: str,
        picture: Picture,
        offer: Alternative,
        before: SortieView | None = None,
        above_ceiling: bool = False,
    ) -> Released | str:
        """The offered flight at heights and a time at which it has room; or why there are none.
        ``before`` is the sortie that a drone in the air is on; ``sortie`` else that of the same
        drone, if it has one. ``above_ceiling``: no other remedy is left, so heights count too that
        are more than ``CEILING_M`` above the lowest ground on the way; what is planned so counts
        anyway."""
        route, task = offer.route, picture.task
        assert route is not None
        candidate = next(each for each in picture.candidates if each.dock == offer.dock)
        if before is not None:
            return self._diverted(before, candidate, task, offer, route, above_ceiling)
        lift_off_s = self._traffic.now_s + candidate.launch.total_s
        flight = self._traffic.flight(sortie, candidate, route, lift_off_s)
        base_amsl_m = max(candidate.alt_amsl_m, task.ground_amsl_m)
        heights = self._heights(route, base_amsl_m, above_ceiling)
        heights = [each for each in heights if _is_afforded(candidate, task, route, each)]
        found = resolve(flight, self._traffic.tubes(without=sortie), heights)
        if isinstance(found, Conflict):
            return f"{offer.drone} {self._against(found)}, and no other height or start helps"
        scene = replace(task, height_m=found.route.out[-1].alt_amsl_m - task.ground_amsl_m)
        performance = candidate.performance
        reserve_wh = performance.battery_wh * performance.reserve_share
        return Released(
            route=found.route,
            parts=_parts(candidate, found, candidate.alt_amsl_m),
            turn_back_wh=way_back_wh(candidate, scene, found.route) + reserve_wh,
            kept_apart=self._kept_apart(found, route),
        )

    def _diverted(
        self,
        before: SortieView,
        candidate: Candidate,
        task: Task,
        offer: Alternative,
        route: Route,
        above_ceiling: bool,
    ) -> Released | str:
        seen = self._traffic.seen(before)
        if seen is None:
            return f"it is not known where {before.drone} is"
        flight = self._traffic.in_the_air(before, route)
        base_amsl_m = max(candidate.alt_amsl_m, task.ground_amsl_m)
        route = self._over_known_ground(route, (seen.lon, seen.lat))
        heights = self._heights(route, base_amsl_m, above_ceiling)
        heights = [each for each in heights if _is_reached(candidate, offer, route, each)]
        found = resolve_detour(flight, seen, self._traffic.tubes(without=before.id), heights)
        if isinstance(found, Conflict):
            return f"{offer.drone} {self._against(found)}, and no other height helps"
        performance, start_amsl_m = candidate.performance, seen.alt_amsl_m
        scene = replace(task, height_m=found.route.out[-1].alt_amsl_m - task.ground_amsl_m)
        reserve_wh = performance.battery_wh * performance.reserve_share
        return Released(
            route=found.route,
            parts=_parts(candidate, found, start_amsl_m),
            turn_back_wh=way_back_wh(candidate, scene, found.route) + reserve_wh,
            kept_apart=self._kept_apart(found, route),
        )

    def against_patrol(
        self, sortie: str, candidate: Candidate, mission: PatrolMission
    ) -> str | None:
        """Why a patrol may not be sent out now. It looks from the heights that were asked for, and
        does not make others wait: it is tried again later."""
        lift_off_s = self._traffic.now_s + candidate.launch.total_s
        route = mission.route(candidate.alt_amsl_m)
        flight = self._traffic.flight(sortie, candidate, route, lift_off_s)
        met = conflicts(patrol_tube(flight, mission), self._traffic.tubes(without=sortie))
        return f"{candidate.drone} {self._against(met[0])}" if met else None

    def patrols_in_the_way(self, picture: Picture, offer: Alternative) -> list[str]:
        """The patrol sorties that the offered flight, as it is planned, would come too near."""
        assert offer.route is not None
        candidate = next(each for each in picture.candidates if each.dock == offer.dock)
        lift_off_s = self._traffic.now_s + candidate.launch.total_s
        flight = self._traffic.flight("", candidate, offer.route, lift_off_s)
        met = conflicts(whole(flight), self._traffic.tubes(without=""))
        sorties = (self._state.sorties[each.flight] for each in met)
        return [each.id for each in sorties if each.patrol is not None and each.state in OUTWARD]

    def no_room(self, sortie: str) -> str | None:
        """Why a drone that is ready to launch may not do so now. Of several that wait, the one that
        was sent first goes first."""
        view = self._state.sorties[sortie]
        met = conflicts(
            self._traffic.launching(view), self._traffic.tubes(without=sortie, before=view)
        )
        return f"{view.drone} {self._against(met[0])}" if met else None

    def meets(self, sortie: str) -> str | None:
        """Which other drone is so near to one that nobody has planned the way of."""
        nearest = self._traffic.nearest(self._state.sorties[sortie])
        if nearest is None or nearest[1] >= MEETS_M:
            return None
        return f"{nearest[0]} is {nearest[1]:.0f} m away at its height"

    def seen(self, sortie: str) -> Seen | None:
        """Where the sortie's drone was when it told last."""
        return self._traffic.seen(self._state.sorties[sortie])

    def home(self, sortie: str, way: Route) -> WayHome:
        """A way home at a height and a time at which it has room; above the ceiling where nothing
        else helps."""
        view = self._state.sorties[sortie]
        seen = self._traffic.seen(view)
        if seen is None:
            return WayHome(way, conflict=f"it is not known where {view.drone} is")
        flight = self._traffic.in_the_air(view, way)
        base_amsl_m = flight.pad_amsl_m
        if planned := self._traffic.route(view).out:
            base_amsl_m = max(base_amsl_m, planned[-1].alt_amsl_m - self._flight.scene_height_m)
        way = self._over_known_ground(way, (seen.lon, seen.lat))
        tubes = self._traffic.tubes(without=sortie)
        found = resolve_home(flight, way, seen, tubes, self._heights(way, base_amsl_m, False))
        if isinstance(found, Conflict):
            found = resolve_home(flight, way, seen, tubes, self._heights(way, base_amsl_m, True))
        if isinstance(found, Conflict):
            return WayHome(way, conflict=f"{view.drone} {self._against(found)}")
        above_m = _above_ceiling_m(found.route)
        return WayHome(found.route, found.delay_s, self._drones(found), "", above_m)

    def against_detour(self, view: SortieView, route: Route, radius_m: float) -> str | None:
        """Why a drone in the air may not be sent this way, to stay there or to circle."""
        seen = self._traffic.seen(view)
        if seen is None:
            return f"it is not known where {view.drone} is"
        flight = self._traffic.in_the_air(view, route)
        tube = outward_from(flight, seen, from_pad=False)
        if radius_m > 0:
            tube = circling(flight, tube, radius_m, seen.at_s)
        met = conflicts(tube, self._traffic.tubes(without=view.id))
        return f"{view.drone} {self._against(met[0])}" if met else None

    def _heights(self, route: Route, base_amsl_m: float, above_ceiling: bool) -> list[float]:
        """Of cruise: from the lowest allowed to the ceiling, and the planned one anyway. The
        ceiling is above the lowest ground on the way, or above pad and scene."""
        lowest_m = self._flight.lowest_cruise_height_m or self._flight.cruise_height_m
        planned, lowest, ceiling = (
            route.cruise_alt_amsl_m,
            max(base_amsl_m + lowest_m, route.least_amsl_m),
            base_amsl_m + CEILING_M,
        )
        if route.lowest_m is not None and not above_ceiling:
            ceiling = min(ceiling, route.lowest_m + CEILING_M)
        return list(layers(planned, min(lowest, planned), max(ceiling, planned)))

    def _over_known_ground(self, route: Route, start: tuple[float, float]) -> Route:
        """The route with the lowest ground under it, from where the drone is."""
        if self._district.terrain is None:
            return route
        places = np.array([start, *(place[:2] for place in (*route.out, *route.back))])
        shares = np.linspace(0.0, 1.0, 1 + int(np.abs(np.diff(places, axis=0)).max() / SAMPLE_DEG))
        legs = places[:-1, None] + (places[1:] - places[:-1])[:, None] * shares[None, :, None]
        grounds_m = self._district.grounds_amsl_m(legs.reshape(-1, 2))
        return replace(route, lowest_m=float(grounds_m.min()))

    def _kept_apart(self, found: Resolution, planned: Route) -> KeptApart | None:
        if not found.avoids:
            return None
        return KeptApart(
            delay_s=found.delay_s,
            cruise_change_m=found.route.cruise_alt_amsl_m - planned.cruise_alt_amsl_m,
            scene_change_m=found.route.out[-1].alt_amsl_m - planned.out[-1].alt_amsl_m,
            drones=self._drones(found),
            above_ground_m=_above_ceiling_m(found.route),
        )

    def _drones(self, found: Resolution) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._state.sorties[each].drone for each in found.avoids))

    def _against(self, conflict: Conflict) -> str:
        other = self._state.sorties[conflict.flight]
        state = other.state.replace("_", " ")
        return f"might come within {conflict.distance_m:.0f} m of {other.drone} ({state})"


def _above_ceiling_m(route: Route) -> float | None:
    """How high above the lowest ground on its way it flies, if that is above the ceiling."""
    if route.lowest_m is None or route.cruise_alt_amsl_m <= route.lowest_m + CEILING_M:
        return None
    return route.cruise_alt_amsl_m - route.lowest_m


def _is_afforded(candidate: Candidate, task: Task, route: Route, cruise_amsl_m: float) -> bool:
    """Whether a flight at another height comes home with its reserve. That as planned does."""
    performance, scene = candidate.performance, route.out[-1].alt_amsl_m
    there = at_heights(route, cruise_amsl_m, scene)
    up_s = climb_s(cruise_amsl_m - candidate.alt_amsl_m, performance)
    down_s = climb_s(scene - cruise_amsl_m, performance)
    takes_wh = way_out_wh(performance, up_s, route.out_s, down_s)
    takes_wh += scene_wh(performance, task.scene_s) + way_back_wh(candidate, task, there)
    reserve_wh = performance.battery_wh * performance.reserve_share
    is_planned = cruise_amsl_m == route.cruise_alt_amsl_m
    return is_planned or candidate.energy_wh - takes_wh >= reserve_wh


def _is_reached(
    candidate: Candidate, offer: Alternative, route: Route, cruise_amsl_m: float
) -> bool:
    """Whether a drone in the air may take another height and come home with its reserve."""
    performance, left_wh = candidate.performance, offer.energy_left_wh or 0.0
    off_m = abs(cruise_amsl_m - route.cruise_alt_amsl_m)
    more_wh = 2 * climb_s(off_m, performance) * performance.climb_w / WH
    return left_wh - more_wh >= performance.battery_wh * performance.reserve_share


def _parts(candidate: Candidate, found: Resolution, start_amsl_m: float) -> EtaParts:
    route, performance = found.route, candidate.performance
    cruise, scene = route.cruise_alt_amsl_m, route.out[-1].alt_amsl_m
    return EtaParts(
        launch_s=candidate.launch.total_s + found.delay_s,
        climb_s=climb_s(cruise - start_amsl_m, performance),
        cruise_s=route.out_s,
        descent_s=climb_s(scene - cruise, performance),
    )
