"""The ways between a dock and a place: over which corners they go, how long and how fast."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from planner.airspace import Airspace
from planner.flight import ground_speed, ground_speeds
from planner.frame import Points
from planner.model import Candidate, Performance, Wind
from planner.trees import Tree, rounded

Floats = NDArray[np.float64]

_NONE = -9999  # scipy's mark for 'no predecessor'

_Point = tuple[float, float]
# nodes passed, all points in metres, leg lengths, leg ground speeds
Way = tuple[list[int], list[_Point], list[float], list[float]]


class Place:
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


def way_out(airspace: Airspace, candidate: Candidate, tree: Tree, place: Place) -> Way | None:
    """From the dock over ``nodes`` (without the dock) to the place."""
    last = best_node(tree.out_s, place.times(candidate)[0], place)
    if last is None:
        return None
    nodes = _follow(tree.out_from, last)[::-1]
    points = [*(airspace.points[n] for n in nodes), place.at]
    legs = _legs(points, candidate.performance, candidate.wind)
    return None if legs is None else (nodes[1:], points, *legs)


def way_back(airspace: Airspace, candidate: Candidate, tree: Tree, place: Place) -> Way | None:
    """From the place over ``nodes`` to the dock, which is the last of them."""
    first = best_node(tree.back_s, place.times(candidate)[1], place)
    if first is None:
        return None
    nodes = _follow(tree.back_to, first)
    points = [place.at, *(airspace.points[n] for n in nodes)]
    legs = _legs(points, candidate.performance, candidate.wind)
    return None if legs is None else (nodes, points, *legs)


def best_node(tree_s: Floats, last_s: Floats, place: Place) -> int | None:
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
