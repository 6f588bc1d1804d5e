"""The dispatch choice: what every dock could do for a place, and which one should go."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.ops import nearest_points

from planner.airspace import Airspace, Tree, rounded
from planner.checks import check_position, check_task, fault_of, wind_is_sound
from planner.energy import home_wh, scene_wh, way_back_wh, way_out_wh
from planner.flight import climb_s, cruise_s, ground_speed, ground_speeds
from planner.frame import Points, to_degrees, to_metres
from planner.model import (
    Alternative,
    Candidate,
    Decision,
    EtaParts,
    LonLat,
    Performance,
    Picture,
    Reason,
    Route,
    Task,
    Veto,
    Waypoint,
    Wind,
)

Floats = NDArray[np.float64]

STAND_OFF_M = 1.0  # from a no-fly volume, of the nearest place offered instead
_NONE = -9999  # scipy's mark for 'no predecessor'


def choose(airspace: Airspace, picture: Picture) -> Decision:
    """Ranks all candidates for the task: those that may go by ETA, then those ruled out by ETA
    too, so that it can be seen what each could have done; ties by dock id.

    The same airspace and picture give the same decision, to the last bit.

    Raises:
        QuestionInvalid: if the task is not made of sensible numbers.
    """
    check_task(picture.task)
    at_m = to_metres(np.array([picture.task.at], dtype=np.float64))
    if airspace.forbids(at_m):
        reason = _forbidden(airspace, at_m)
        offers = [_grounded(candidate, (reason,)) for candidate in picture.candidates]
    else:
        place = _Place(airspace, at_m)
        offers = [_offer(airspace, c, picture.task, place) for c in picture.candidates]
    return Decision(tuple(sorted(offers, key=_rank)), airspace.id)


def nearest_legal(airspace: Airspace, at: LonLat) -> tuple[LonLat, float]:
    """The nearest place outside all no-fly volumes, and how far it is in metres.

    Raises:
        QuestionInvalid: if ``at`` is no position.
    """
    check_position("the place", at)
    at_m = to_metres(np.array([at], dtype=np.float64))
    if not airspace.forbids(at_m):
        return at, 0.0
    clear_of = airspace.obstacles.buffer(STAND_OFF_M, join_style="mitre")
    _, to = nearest_points(shapely.Point(at_m[0]), clear_of.boundary)
    lon, lat = to_degrees(np.array([to.coords[0]]))[0].tolist()
    return LonLat(lon, lat), float(np.hypot(*(at_m[0] - to.coords[0])))


def way_home(
    airspace: Airspace, candidate: Candidate, at: LonLat, cruise_alt_amsl_m: float
) -> Route | None:
    """The fastest way from a place in the air to the candidate's dock; None if there is none. From
    inside a no-fly volume it first leaves that, straight. With no sensible wind measured, the way
    is that of a calm.

    Raises:
        QuestionInvalid: if ``at`` is no position.
    """
    check_position("the drone's place", at)
    if not wind_is_sound(candidate.wind):
        candidate = replace(candidate, wind=Wind())
    place = _Place(airspace, to_metres(np.array([at], dtype=np.float64)))
    tree = airspace.tree(candidate.dock, candidate.performance, candidate.wind)
    back = _back(airspace, candidate, tree, place)
    if back is None:
        return None
    nodes, points, legs_m, speeds_ms = back
    waypoints = _waypoints([airspace.nodes[n] for n in nodes], speeds_ms, cruise_alt_amsl_m)
    back_s = cruise_s(points, speeds_ms, candidate.performance)
    return Route(cruise_alt_amsl_m, (), waypoints, 0.0, sum(legs_m), 0.0, back_s)


def way_home_wh(candidate: Candidate, route: Route, from_alt_amsl_m: float) -> float:
    """The energy of ``way_home`` from a height, landing included."""
    return home_wh(
        candidate.performance,
        route.cruise_alt_amsl_m - from_alt_amsl_m,
        route.cruise_alt_amsl_m - candidate.alt_amsl_m,
        route.back_s,
    )


class _Place:
    """The place in question: the nodes it sees, and the times between it and them."""

    def __init__(self, airspace: Airspace, at_m: Points) -> None:
        self.at: tuple[float, float] = (float(at_m[0, 0]), float(at_m[0, 1]))
        self.seen = np.nonzero(airspace.seen_from(at_m))[0]
        self._tracks = at_m - airspace.nodes_m[self.seen]
        self._lengths = np.hypot(self._tracks[:, 0], self._tracks[:, 1])
        self._times: dict[tuple[float, float, Wind], tuple[Floats, Floats]] = {}

    def times(self, candidate: Candidate) -> tuple[Floats, Floats]:
        """Seconds from the seen nodes to the place, and back, in the wind that the trees are of."""
        performance, wind = candidate.performance, rounded(candidate.wind)
        key = (performance.airspeed_ms, performance.max_ground_ms, wind)
        if key not in self._times:
            self._times[key] = (
                self._seconds(ground_speeds(self._tracks, performance, wind)),
                self._seconds(ground_speeds(-self._tracks, performance, wind)),
            )
        return self._times[key]

    def _seconds(self, speeds_ms: Floats) -> Floats:
        """Infinite where the wind does not let the way be flown."""
        return np.where(np.isnan(speeds_ms), np.inf, self._lengths / speeds_ms)


def _offer(airspace: Airspace, candidate: Candidate, task: Task, place: _Place) -> Alternative:
    fault = fault_of(candidate)
    if fault is not None:
        return _grounded(candidate, (fault,))
    tree = airspace.tree(candidate.dock, candidate.performance, candidate.wind)
    out = _out(airspace, candidate, tree, place)
    back = _back(airspace, candidate, tree, place)
    if out is None or back is None:
        return _grounded(candidate, (_no_way(airspace, candidate, place, out),))
    route = _route(airspace, candidate, task, out, back)
    parts = _parts(candidate, task, route)
    energy_wh = _energy_wh(candidate, task, route, parts)
    left_wh = candidate.energy_wh - energy_wh
    reserve_wh = candidate.performance.reserve_share * candidate.performance.battery_wh
    reasons = candidate.vetoes
    if left_wh < reserve_wh:
        text = (
            f"the flight would leave {left_wh:.0f} Wh, the reserve is {reserve_wh:.0f} Wh "
            f"({candidate.energy_wh:.0f} Wh in the battery, {energy_wh:.0f} Wh needed)"
        )
        reasons = (*reasons, Reason(Veto.BATTERY, left_wh, reserve_wh, text))
    return Alternative(
        dock=candidate.dock,
        drone=candidate.drone,
        feasible=not reasons,
        reasons=reasons,
        eta_s=parts.total_s,
        parts=parts,
        in_window=parts.total_s <= task.window_s,
        energy_wh=energy_wh,
        energy_left_wh=left_wh,
        route=route,
    )


_Point = tuple[float, float]
# nodes passed, all points in metres, leg lengths, leg ground speeds
_Way = tuple[list[int], list[_Point], list[float], list[float]]


def _out(airspace: Airspace, candidate: Candidate, tree: Tree, place: _Place) -> _Way | None:
    """From the dock over ``nodes`` (without the dock) to the place."""
    last = _best(tree.out_s, place.times(candidate)[0], place)
    if last is None:
        return None
    nodes = _follow(tree.out_from, last)[::-1]
    points = [*(airspace.points[n] for n in nodes), place.at]
    legs = _legs(points, candidate.performance, candidate.wind)
    return None if legs is None else (nodes[1:], points, *legs)


def _back(airspace: Airspace, candidate: Candidate, tree: Tree, place: _Place) -> _Way | None:
    """From the place over ``nodes`` to the dock, which is the last of them."""
    first = _best(tree.back_s, place.times(candidate)[1], place)
    if first is None:
        return None
    nodes = _follow(tree.back_to, first)
    points = [place.at, *(airspace.points[n] for n in nodes)]
    legs = _legs(points, candidate.performance, candidate.wind)
    return None if legs is None else (nodes, points, *legs)


def _best(tree_s: Floats, last_s: Floats, place: _Place) -> int | None:
    """The seen node over which the way between dock and place is fastest."""
    if len(place.seen) == 0:
        return None
    total_s = tree_s[place.seen] + last_s
    best = int(total_s.argmin())
    return int(place.seen[best]) if total_s[best] < math.inf else None


def _follow(before: NDArray[np.int32], node: int) -> list[int]:
    nodes = [node]
    while before[nodes[-1]] != _NONE:
        nodes.append(int(before[nodes[-1]]))
    return nodes


def _legs(
    points: Sequence[tuple[float, float]], performance: Performance, wind: Wind
) -> tuple[list[float], list[float]] | None:
    """Lengths and ground speeds in the exact wind; None if a leg cannot be flown in it."""
    legs_m, speeds_ms = [], []
    for (x, y), (to_x, to_y) in pairwise(points):
        speed_ms = ground_speed(to_x - x, to_y - y, performance, wind)
        if speed_ms is None:
            return None
        legs_m.append(math.hypot(to_x - x, to_y - y))
        speeds_ms.append(speed_ms)
    return legs_m, speeds_ms


def _route(airspace: Airspace, candidate: Candidate, task: Task, out: _Way, back: _Way) -> Route:
    """The way out ends with the descent to the scene, the way back begins with the climb."""
    cruise_alt = max(candidate.alt_amsl_m, task.ground_amsl_m) + task.cruise_height_m
    scene_alt = task.ground_amsl_m + task.height_m
    performance = candidate.performance
    out_nodes, out_points, out_legs_m, out_speeds = out
    back_nodes, back_points, back_legs_m, back_speeds = back
    over = LonLat(*task.at)
    outward = _waypoints([*(airspace.nodes[n] for n in out_nodes), over], out_speeds, cruise_alt)
    homeward = _waypoints([airspace.nodes[n] for n in back_nodes], back_speeds, cruise_alt)
    return Route(
        cruise_alt_amsl_m=cruise_alt,
        out=(*outward, Waypoint(*over, scene_alt, 0.0)),
        back=(Waypoint(*over, cruise_alt, 0.0), *homeward),
        out_m=sum(out_legs_m),
        back_m=sum(back_legs_m),
        out_s=cruise_s(out_points, out_speeds, performance),
        back_s=cruise_s(back_points, back_speeds, performance),
    )


def _waypoints(
    places: Sequence[LonLat], speeds_ms: Sequence[float], alt_amsl_m: float
) -> tuple[Waypoint, ...]:
    return tuple(
        Waypoint(at.lon, at.lat, alt_amsl_m, speed)
        for at, speed in zip(places, speeds_ms, strict=True)
    )


def _parts(candidate: Candidate, task: Task, route: Route) -> EtaParts:
    performance = candidate.performance
    return EtaParts(
        launch_s=candidate.launch.total_s,
        climb_s=climb_s(route.cruise_alt_amsl_m - candidate.alt_amsl_m, performance),
        cruise_s=route.out_s,
        descent_s=climb_s(
            task.ground_amsl_m + task.height_m - route.cruise_alt_amsl_m, performance
        ),
    )


def _energy_wh(candidate: Candidate, task: Task, route: Route, parts: EtaParts) -> float:
    performance = candidate.performance
    up_m = route.cruise_alt_amsl_m - candidate.alt_amsl_m
    return (
        way_out_wh(performance, up_m, parts.cruise_s, parts.descent_s)
        + scene_wh(performance, task.scene_s)
        + way_back_wh(candidate, task, route)
    )


def _grounded(candidate: Candidate, reasons: tuple[Reason, ...]) -> Alternative:
    return Alternative(
        dock=candidate.dock,
        drone=candidate.drone,
        feasible=False,
        reasons=(*candidate.vetoes, *reasons),
    )


def _no_way(airspace: Airspace, candidate: Candidate, place: _Place, out: _Way | None) -> Reason:
    """Whether it is the wind or the volumes that leave no way."""
    calm, wind = replace(candidate, wind=Wind()), candidate.wind
    tree = airspace.tree(calm.dock, calm.performance, calm.wind)
    if _best(tree.out_s, place.times(calm)[0], place) is None:
        return Reason(Veto.NO_PATH, text="no way leads there around the no-fly volumes")
    limit_ms = candidate.performance.airspeed_ms
    text = (
        f"the way {'there' if out is None else 'back'} cannot be flown at {limit_ms:.0f} m/s "
        f"through the air in a wind of {wind.speed_ms:.1f} m/s from {wind.from_deg:.0f} degrees"
    )
    return Reason(Veto.HEADWIND, wind.speed_ms, limit_ms, text)


def _forbidden(airspace: Airspace, at_m: Points) -> Reason:
    name = airspace.volume_at(at_m)
    lon, lat = to_degrees(at_m)[0].tolist()
    legal, off_m = nearest_legal(airspace, LonLat(lon, lat))
    where = f"inside {name}" if name else "enclosed by no-fly volumes"
    text = (
        f"the place is {where}; the nearest place that may be flown to is "
        f"{legal.lon:.5f},{legal.lat:.5f}, {off_m:.0f} m away"
    )
    return Reason(Veto.NO_PATH, off_m, 0.0, text)


def _rank(offer: Alternative) -> tuple[bool, float, str]:
    return not offer.feasible, offer.eta_s if offer.eta_s is not None else np.inf, offer.dock
