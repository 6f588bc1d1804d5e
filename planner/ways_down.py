"""Two ways down: for every second of a flight the landing places that can still be reached, around
the no-fly volumes and in the measured wind, with the reserve in the battery.

Looked at are the points of the route, and on request points between them. What holds at a point
holds for all seconds since the point before: in between a drone can fly on to it, and comes to it
with at least the energy reckoned here, for the flight is reckoned as if it stopped at each point.
The same goes for the climb, which ends at the first point over the pad, and for the time over the
scene or a look of a patrol, which is taken at its end.

Its own dock and the landings come first, for an autopilot that returns by itself knows of these. A
free dock of another, whose cover has yet to open, counts where they do not suffice.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from planner.airspace import Airspace
from planner.energy import WH, home_wh
from planner.flight import climb_s, cruise_s, ground_speed, stops_s
from planner.frame import to_degrees, to_metres
from planner.levels import lifted
from planner.model import (
    Alternative,
    Candidate,
    Landing,
    LonLat,
    Moment,
    Performance,
    Picture,
    Reason,
    Route,
    Task,
    Veto,
    WayDown,
    Waypoint,
    WaysDown,
)
from planner.paths import Place, way_back

WAYS = 2
HIGHER_M = 5.0  # an autopilot measures from its pad, and comes down slowly only below 6 m

_Point = tuple[float, float]


class _Stop(NamedTuple):
    """A point of the flight and what has been used up there. ``node`` is that of the airspace, if
    the point is one; ``at`` is told for points of the route."""

    at_s: float
    used_wh: float
    point: _Point
    alt_amsl_m: float
    at: LonLat | None
    node: int | None


def ways_down(
    airspace: Airspace,
    candidate: Candidate,
    task: Task,
    route: Route,
    step_m: float = math.inf,
    scene: Place | None = None,
    free: Sequence[Landing] = (),
) -> WaysDown:
    """The two best of the candidate's dock and the airspace's landings at each point of the route,
    and at points between that are at most ``step_m`` apart; where these are not two, of the
    ``free`` docks too. What lies higher than its dock by more than ``HIGHER_M`` does not count.
    ``scene`` is the task's place, if the caller has it at hand. What the dock itself leaves at the
    last point is what the choice tells for the whole flight."""
    finder = _Finder(airspace, candidate, route.cruise_alt_amsl_m, scene, free)
    over = scene.at if scene is not None else _in_metres(route.out[-1])
    return finder.proof(_stops(airspace, candidate, task, route, step_m, over))


def ways_down_along(
    airspace: Airspace,
    candidate: Candidate,
    hops: Sequence[tuple[Waypoint, float]],
    cruise_amsl_m: float,
    free: Sequence[Landing] = (),
) -> WaysDown:
    """The same of a flight from the pad over places, each with the seconds that it stays there.
    It goes down from ``cruise_amsl_m``, or from higher."""
    return _Finder(airspace, candidate, cruise_amsl_m, None, free).proof(_hops(candidate, hops))


def second_way_wh(
    airspace: Airspace,
    candidate: Candidate,
    at: LonLat,
    alt_amsl_m: float,
    cruise_amsl_m: float,
    free: Sequence[Landing] = (),
) -> float | None:
    """What the second of the two best places to land takes from there; None where there is none."""
    finder = _Finder(airspace, candidate, cruise_amsl_m, None, free)
    ways = finder.ways(_Stop(0.0, 0.0, _in_metres(at), alt_amsl_m, at, None), candidate.energy_wh)
    return ways[-1].needs_wh if len(ways) == WAYS else None


def two_ways_first(
    airspace: Airspace, picture: Picture, ranking: Sequence[Alternative], scene: Place
) -> tuple[Alternative, ...]:
    """The ranking with the first that has two ways down before those that have not, which are told
    why. Those after it are not looked at."""
    candidates = {candidate.dock: candidate for candidate in picture.candidates}
    able = [offer for offer in ranking if offer.feasible]
    lacking: list[Alternative] = []
    task, free = picture.task, picture.free_landings
    for number, offer in enumerate(able):
        assert offer.route is not None
        candidate = candidates[offer.dock]
        found = ways_down(airspace, candidate, task, offer.route, scene=scene, free=free)
        if found.holds:
            first = replace(offer, ways_down=found)
            return (first, *able[number + 1 :], *lacking, *ranking[len(able) :])
        lacking.append(
            replace(offer, ways_down=found, reasons=(*offer.reasons, one_way_down(found)))
        )
    return (*lacking, *ranking[len(able) :])


def one_way_down(found: WaysDown) -> Reason:
    """Why a proof fails. It rules nobody out: it is told, and others go first."""
    weakest = found.weakest
    where = f"{weakest.at_s:.0f} s after the lift-off"
    if len(weakest.ways) < WAYS:
        text = f"{where} no second landing place can be reached around the no-fly volumes"
        return Reason(Veto.ONE_WAY_DOWN, None, 0.0, text)
    second = weakest.ways[-1]
    text = (
        f"{where} its second landing place, {second.place}, takes {second.needs_wh:.0f} Wh and "
        f"would leave {-second.margin_wh:.0f} Wh less than the reserve"
    )
    return Reason(Veto.ONE_WAY_DOWN, second.margin_wh, 0.0, text)


class _Finder:
    """Finds the landing places that leave most in the battery."""

    def __init__(
        self,
        airspace: Airspace,
        candidate: Candidate,
        cruise_amsl_m: float,
        scene: Place | None,
        free: Sequence[Landing],
    ) -> None:
        self._airspace, self._candidate, self._cruise_amsl_m = airspace, candidate, cruise_amsl_m
        self._known = {} if scene is None else {scene.at: scene}
        # a flight comes by places twice
        self._best: dict[tuple[_Point, int], list[tuple[float, int]]] = {}
        own = Landing(candidate.dock, candidate.at, candidate.alt_amsl_m)
        highest_m = candidate.alt_amsl_m + HIGHER_M
        known = (own, *(p for p in airspace.landings if p.alt_amsl_m <= highest_m))
        others = (p for p in free if p.alt_amsl_m <= highest_m and p.id != own.id)
        self._places, self._known_count = (*known, *others), len(known)
        self._nodes = [airspace.index_of(place.id) for place in self._places]
        self._at_m = airspace.nodes_m.take(self._nodes, axis=0)
        performance = candidate.performance
        self._down_wh = home_wh(performance, 0.0, cruise_amsl_m - highest_m, 0.0)  # or more
        self._fastest_ms = min(
            performance.max_ground_ms, performance.airspeed_ms + candidate.wind.speed_ms
        )

    def proof(self, stops: Iterable[_Stop]) -> WaysDown:
        moments = []
        for stop in stops:
            left_wh = self._candidate.energy_wh - stop.used_wh
            lon, lat = stop.at or to_degrees(np.array([stop.point]))[0].tolist()
            ways = self.ways(stop, left_wh)
            moments.append(Moment(stop.at_s, lon, lat, stop.alt_amsl_m, left_wh, ways))
        return WaysDown(tuple(moments))

    def ways(self, stop: _Stop, left_wh: float) -> tuple[WayDown, ...]:
        """From a point of the flight."""
        ways = self._ways(stop, left_wh, self._known_count)
        if len(self._places) == self._known_count:
            return ways
        suffice = len(ways) == WAYS and ways[-1].margin_wh >= 0
        return ways if suffice else self._ways(stop, left_wh, len(self._places))

    def _ways(self, stop: _Stop, left_wh: float, count: int) -> tuple[WayDown, ...]:
        """To the best of the first places; from below cruise height it climbs to that first."""
        performance = self._candidate.performance
        reserve_wh = performance.reserve_share * performance.battery_wh
        if (stop.point, count) not in self._best:
            self._best[stop.point, count] = self._look(stop, count)
        up_s = climb_s(max(0.0, self._cruise_amsl_m - stop.alt_amsl_m), performance)
        up_wh = up_s * performance.climb_w / WH
        return tuple(
            WayDown(self._places[number].id, wh + up_wh, left_wh - wh - up_wh - reserve_wh)
            for wh, number in self._best[stop.point, count]
        )

    def _look(self, stop: _Stop, count: int) -> list[tuple[float, int]]:
        """What the best need from there at cruise height. They are taken in the order of what they
        need at the least, until no other can be better."""
        place = self._known.get(stop.point)
        if place is None:
            place = Place(self._airspace, np.array([stop.point]), stop.node)
        tracks = self._at_m[:count] - place.at_m
        straight_m = np.hypot(tracks[:, 0], tracks[:, 1])
        watts, least_s = self._candidate.performance.cruise_w, straight_m / self._fastest_ms
        found: list[tuple[float, int]] = []
        for number in straight_m.argsort().tolist():
            least_wh = least_s.item(number) * watts / WH + self._down_wh
            if len(found) == WAYS and found[-1][0] <= least_wh:
                break
            needs_wh = self._needs_wh(place, number)
            if needs_wh is not None:
                found = sorted((*found, (needs_wh, number)))[:WAYS]
        return found

    def _needs_wh(self, place: Place, number: int) -> float | None:
        """None where no way leads there, or none that can be flown in this wind."""
        performance, landing = self._candidate.performance, self._places[number]
        points = [place.at, self._airspace.points[self._nodes[number]]]
        flown_s = self._straight_s(place, self._nodes[number])
        if flown_s is None:
            way = way_back(self._airspace, landing.id, performance, self._candidate.wind, place)
            if way is None:
                return None
            points, flown_s = way[1], cruise_s(way[1], way[3], performance)
        there_m = lifted(self._airspace, points, self._cruise_amsl_m)
        up_m, down_m = there_m - self._cruise_amsl_m, there_m - landing.alt_amsl_m
        return home_wh(performance, up_m, down_m, flown_s)

    def _straight_s(self, place: Place, node: int) -> float | None:
        """Where the straight way can be flown, none is faster. None where it cannot."""
        if node not in place.sees:
            return None
        (x, y), there = place.at, self._airspace.points[node]
        performance, wind = self._candidate.performance, self._candidate.wind
        speed_ms = ground_speed(there[0] - x, there[1] - y, performance, wind)
        return None if speed_ms is None else cruise_s((place.at, there), (speed_ms,), performance)


def _stops(
    airspace: Airspace,
    candidate: Candidate,
    task: Task,
    route: Route,
    step_m: float,
    over: _Point,
) -> Iterator[_Stop]:
    """The points of the flight in their order, at cruise height over the pad or where the drone is
    in the air first, over the pad last. ``over`` is where the place is, in metres."""
    performance = candidate.performance
    at_s, used_wh = _at_cruise(candidate, route)
    pad = Waypoint(*candidate.at, candidate.alt_amsl_m, 0.0)
    start = (candidate.airborne or pad)._replace(alt_amsl_m=route.cruise_alt_amsl_m, speed_ms=0.0)
    out = route.out[1:-1] if route.out[0] == start else route.out[:-1]
    scene = route.out[-1]
    known = {LonLat(*scene[:2]): over}
    yield from _along(airspace, performance, (start, *out), at_s, used_wh, step_m, known)
    down_s = climb_s(scene.alt_amsl_m - route.cruise_alt_amsl_m, performance) + task.scene_s
    at_s += route.out_s + down_s
    used_wh += (route.out_s * performance.cruise_w + down_s * performance.hover_w) / WH
    yield _Stop(at_s, used_wh, over, scene.alt_amsl_m, LonLat(*scene[:2]), None)
    up_s = climb_s(max(0.0, route.cruise_alt_amsl_m - scene.alt_amsl_m), performance)
    at_s, used_wh = at_s + up_s, used_wh + up_s * performance.climb_w / WH
    home = _along(airspace, performance, route.back, at_s, used_wh, step_m, known)
    next(home)  # the scene again, with less to climb
    yield from home


def _hops(candidate: Candidate, hops: Sequence[tuple[Waypoint, float]]) -> Iterator[_Stop]:
    """The places in their order, once it has stayed there. A place without a speed is above or
    below the one before."""
    performance, before = candidate.performance, Waypoint(*candidate.at, candidate.alt_amsl_m, 0.0)
    told_m = to_metres(np.array([before[:2], *(to[:2] for to, _ in hops)])).tolist()
    at_m = [(x, y) for x, y in told_m]
    at_s = used_wh = 0.0
    for number, (to, stays_s) in enumerate(hops, 1):
        up_s = climb_s(to.alt_amsl_m - before.alt_amsl_m, performance)
        up_w = performance.climb_w if to.alt_amsl_m > before.alt_amsl_m else performance.hover_w
        legs_m = at_m[number - 1 : number + 1]
        flown_s = cruise_s(legs_m, (to.speed_ms,), performance) if to.speed_ms > 0 else 0.0
        at_s += up_s + flown_s + stays_s
        used_wh += up_s * up_w / WH
        used_wh += (flown_s * performance.cruise_w + stays_s * performance.hover_w) / WH
        yield _Stop(at_s, used_wh, at_m[number], to.alt_amsl_m, LonLat(*to[:2]), None)
        before = to


def _at_cruise(candidate: Candidate, route: Route) -> tuple[float, float]:
    """Seconds and Wh until it is there: from the lift-off, or from where it hovers to be told."""
    performance, told_wh = candidate.performance, 0.0
    from_m = candidate.alt_amsl_m
    if candidate.airborne is not None:
        from_m = candidate.airborne.alt_amsl_m
        told_wh = candidate.launch.total_s * performance.hover_w / WH
    up_m = route.cruise_alt_amsl_m - from_m
    up_s = climb_s(up_m, performance)
    watts = performance.climb_w if up_m > 0 else performance.hover_w
    return up_s, told_wh + up_s * watts / WH


def _along(
    airspace: Airspace,
    performance: Performance,
    way: Sequence[Waypoint],
    at_s: float,
    used_wh: float,
    step_m: float,
    known: Mapping[LonLat, _Point],
) -> Iterator[_Stop]:
    """Points of a way at cruise height, each reckoned as if the drone had come to rest there."""
    places = [LonLat(*waypoint[:2]) for waypoint in way]
    nodes = [airspace.numbers.get(place) for place in places]
    points = [
        airspace.points[node] if node is not None else known.get(place) or _in_metres(place)
        for place, node in zip(places, nodes, strict=True)
    ]
    speeds_ms = [waypoint.speed_ms for waypoint in way[1:]]

    whole_s = stops_s(points, speeds_ms, performance)

    def stop(number: int, point: _Point) -> _Stop:
        whole = point == points[number]
        along_s = (
            whole_s[number]
            if whole
            else cruise_s((*points[:number], point), speeds_ms[:number], performance)
        )
        return _Stop(
            at_s + along_s,
            used_wh + along_s * performance.cruise_w / WH,
            point,
            way[number].alt_amsl_m,
            places[number] if whole else None,
            nodes[number] if whole else None,
        )

    yield stop(0, points[0])
    for number, (here, there) in enumerate(pairwise(points), 1):
        steps = max(1, math.ceil(math.dist(here, there) / step_m))
        for step in range(1, steps):
            (x, y), (to_x, to_y), share = here, there, step / steps
            yield stop(number, (x + (to_x - x) * share, y + (to_y - y) * share))
        yield stop(number, there)


def _in_metres(place: Sequence[float]) -> _Point:
    x, y = to_metres(np.array([place[:2]]))[0].tolist()
    return x, y
