"""A flight that is told to go somewhere else: the way from where it is now, and what it takes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from planner.airspace import Airspace
from planner.chance import headwind_slows_s
from planner.checks import check_position, check_task, fault_of
from planner.energy import WH, scene_wh
from planner.flight import climb_s, cruise_s, ground_speed, ground_speeds
from planner.frame import Points, to_degrees, to_metres
from planner.homeward import way_home, way_home_wh
from planner.levels import lifted
from planner.model import (
    Candidate,
    LonLat,
    Performance,
    Reason,
    Route,
    Task,
    Veto,
    Waypoint,
    Wind,
)
from planner.places import forbidden
from planner.visibility import sees_from

LEVEL_M = 5.0  # a height this near to that of cruise is not climbed to first
SAME_PLACE_M = 1.0
CLEAR_M = 5.0  # between a circle that is flown and the next no-fly volume


@dataclass(frozen=True, slots=True)
class Detour:
    """``route.out`` leads from the drone to the place, ``route.back`` from there to its dock.
    ``home_wh`` is what the way home takes at the worst, from the place or from where it is now."""

    route: Route
    climb_s: float  # to cruise height, or down to it
    descent_s: float  # to the place's height
    energy_wh: float  # there, for the stay, and home
    home_wh: float
    slows_s: float  # by how much later a headwind of 1 m/s more makes it

    @property
    def eta_s(self) -> float:
        return self.climb_s + self.route.out_s + self.descent_s


def detour(
    airspace: Airspace, candidate: Candidate, start: Waypoint, task: Task, radius_m: float = 0.0
) -> Detour | Reason:
    """The fastest way for a drone in the air to the task's place, ``radius_m`` around which must be
    free too; or the reason why there is none. The candidate's own vetoes are of a launch, and are
    not asked; nor is whether its battery lasts (``against_energy``).

    Raises:
        QuestionInvalid: if a position or the task is made of no sensible numbers.
    """
    check_task(task)
    check_position("the drone's place", LonLat(start.lon, start.lat))
    if fault := fault_of(candidate):
        return fault
    ends_m = to_metres(np.array([(start.lon, start.lat), task.at], dtype=np.float64))
    if against := _forbidden(airspace, ends_m, radius_m):
        return against
    points = _way(airspace, candidate.performance, candidate.wind, ends_m)
    cruise_alt = max(candidate.alt_amsl_m, task.ground_amsl_m) + task.cruise_height_m
    cruise_alt = lifted(airspace, points or (), cruise_alt)
    home = way_home(airspace, candidate, task.at, cruise_alt)
    from_here = way_home(airspace, candidate, LonLat(start.lon, start.lat), cruise_alt)
    if points is None or home is None or from_here is None:
        return _no_way(candidate, "home from there" if points is not None else "there")
    from_here_wh = way_home_wh(candidate, from_here, start.alt_amsl_m)
    return _reckoned(candidate, start, task, points, home, from_here_wh)


def against_energy(candidate: Candidate, found: Detour) -> Reason | None:
    """Why the drone cannot afford it, if it cannot."""
    performance = candidate.performance
    left_wh = candidate.energy_wh - found.energy_wh
    reserve_wh = performance.reserve_share * performance.battery_wh
    if left_wh >= reserve_wh:
        return None
    text = (
        f"it would come home with {left_wh:.0f} Wh, the reserve is {reserve_wh:.0f} Wh "
        f"({candidate.energy_wh:.0f} Wh in the battery, {found.energy_wh:.0f} Wh there, for the "
        "stay and home)"
    )
    return Reason(Veto.BATTERY, left_wh, reserve_wh, text)


def _forbidden(airspace: Airspace, ends_m: Points, radius_m: float) -> Reason | None:
    if airspace.forbids(ends_m[:1]):
        inside = airspace.volume_at(ends_m[:1]) or "enclosed by no-fly volumes"
        return Reason(Veto.NO_PATH, text=f"the drone itself is inside {inside}; recall it")
    if airspace.forbids(ends_m[1:]):
        return forbidden(airspace, ends_m[1:])
    if radius_m > 0:
        free_m = float(shapely.distance(airspace.obstacles, shapely.Point(ends_m[1]))) - CLEAR_M
        if free_m < radius_m:
            text = (
                f"a circle of {radius_m:.0f} m would touch a no-fly volume; "
                f"{max(0.0, free_m):.0f} m around the place are free"
            )
            return Reason(Veto.NO_PATH, free_m, radius_m, text)
    return None


def _way(
    airspace: Airspace, performance: Performance, wind: Wind, ends_m: Points
) -> list[tuple[float, float]] | None:
    """The fastest way between two places, ends included; straight if it can be."""
    here, there = (
        (float(ends_m[0, 0]), float(ends_m[0, 1])),
        (float(ends_m[1, 0]), float(ends_m[1, 1])),
    )
    sees_it = bool(sees_from(ends_m[0], ends_m[1:], airspace.edges)[0])
    if sees_it and (
        math.dist(here, there) < SAME_PLACE_M or _flyable(here, there, performance, wind)
    ):
        return [here, there]
    first = airspace.first_corner
    nodes_m = np.vstack((airspace.nodes_m, ends_m))
    start, end = len(nodes_m) - 2, len(nodes_m) - 1
    from_start = airspace.seen_from(ends_m[:1])
    to_end = airspace.seen_from(ends_m[1:])
    ways = airspace.ways[airspace.ways[:, 0] >= first]  # nobody flies over a dock
    rows = [
        ways,
        ways[:, ::-1],
        np.column_stack((np.full(len(from_start), start), from_start)),
        np.column_stack((to_end, np.full(len(to_end), end))),
    ]
    legs = np.vstack(rows)
    legs = legs[(legs >= first).all(axis=1)]
    tracks = nodes_m[legs[:, 1]] - nodes_m[legs[:, 0]]
    lengths = np.hypot(tracks[:, 0], tracks[:, 1])
    seconds = lengths / ground_speeds(tracks, performance, wind)
    good = np.isfinite(seconds) & (lengths > 0)
    network = csr_array((seconds[good], tuple(legs[good].T)), shape=(end + 1, end + 1))
    times_s, before = dijkstra(network, indices=start, return_predecessors=True)
    if not math.isfinite(times_s[end]):
        return None
    nodes = [end]
    while nodes[-1] != start:
        nodes.append(int(before[nodes[-1]]))
    return [(float(x), float(y)) for x, y in nodes_m[nodes[::-1]]]


def _flyable(
    here: tuple[float, float], there: tuple[float, float], performance: Performance, wind: Wind
) -> bool:
    east_m, north_m = there[0] - here[0], there[1] - here[1]
    return ground_speed(east_m, north_m, performance, wind) is not None


def _reckoned(
    candidate: Candidate,
    start: Waypoint,
    task: Task,
    points: list[tuple[float, float]],
    home: Route,
    from_here_wh: float,
) -> Detour:
    """Up or down to cruise height where it is, along, and down to the place's height."""
    performance, cruise_alt = candidate.performance, home.cruise_alt_amsl_m
    legs_m = [math.dist(a, b) for a, b in pairwise(points)]
    speeds_ms = [
        ground_speed(to_x - x, to_y - y, performance, candidate.wind) or performance.airspeed_ms
        for (x, y), (to_x, to_y) in pairwise(points)
    ]
    route = replace(
        home,
        out=_outward(start, task, points, speeds_ms, cruise_alt),
        back=(Waypoint(*task.at, cruise_alt, 0.0), *home.back),
        out_m=sum(legs_m),
        out_s=cruise_s(points, speeds_ms, performance),
    )
    place_alt = task.ground_amsl_m + task.height_m
    to_cruise_s = climb_s(cruise_alt - start.alt_amsl_m, performance)
    down_s = climb_s(place_alt - cruise_alt, performance)
    rising_w = performance.climb_w if cruise_alt > start.alt_amsl_m else performance.hover_w
    out_j = to_cruise_s * rising_w + route.out_s * performance.cruise_w
    out_wh = (out_j + down_s * performance.hover_w) / WH
    home_wh = way_home_wh(candidate, route, place_alt)
    return Detour(
        route,
        climb_s=to_cruise_s,
        descent_s=down_s,
        energy_wh=out_wh + scene_wh(performance, task.scene_s) + home_wh,
        home_wh=max(home_wh, from_here_wh),
        slows_s=headwind_slows_s(points, legs_m, speeds_ms),
    )


def _outward(
    start: Waypoint,
    task: Task,
    points: list[tuple[float, float]],
    speeds_ms: list[float],
    cruise_alt: float,
) -> tuple[Waypoint, ...]:
    along = to_degrees(np.array(points[1:-1])).tolist() if len(points) > 2 else []
    level = abs(start.alt_amsl_m - cruise_alt) <= LEVEL_M
    first = () if level else (Waypoint(start.lon, start.lat, cruise_alt, 0.0),)
    legs = [
        Waypoint(lon, lat, cruise_alt, speed_ms)
        for (lon, lat), speed_ms in zip([*along, task.at], speeds_ms, strict=True)
    ]
    return (*first, *legs, Waypoint(*task.at, task.ground_amsl_m + task.height_m, 0.0))


def _no_way(candidate: Candidate, whither: str) -> Reason:
    wind = candidate.wind
    text = (
        f"no way leads {whither} around the no-fly volumes in a wind of {wind.speed_ms:.1f} m/s "
        f"from {wind.from_deg:.0f} degrees"
    )
    return Reason(Veto.NO_PATH, text=text)
