"""The ways between a dock and a place: over which corners they go, how long and how fast."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from planner.airspace import Airspace
from planner.flight import (
    SLOWEST_MS,
    ground_speed,
    legs_of,
    legs_there_and_back,
    speeds_there_and_back,
    there_and_back,
)
from planner.frame import Points, to_metres
from planner.model import Candidate, Performance, Wind
from planner.trees import rounded

Floats = NDArray[np.float64]

REACHES_S = (600.0, 1200.0, math.inf)  # how far trees are grown, in flight

_Point = tuple[float, float]
_Nodes = tuple[int, ...] | None  # None: there is no way
# nodes passed, all points in metres, leg lengths, leg ground speeds
Way = tuple[Sequence[int], list[_Point], list[float], list[float]]


class Place:
    """The place in question: the nodes it sees, and the times between it and them."""

    def __init__(self, airspace: Airspace, at_m: Points, node: int | None = None) -> None:
        """``node``: the node that the place is, if it is one."""
        self.at: tuple[float, float] = (float(at_m[0, 0]), float(at_m[0, 1]))
        self.seen = airspace.seen_from(at_m) if node is None else airspace.seen_from_node(node)
        self.sees = frozenset(self.seen.tolist())
        self._airspace = airspace
        self._spans: dict[int, tuple[float, float]] = {}
        self.at_m = at_m
        self._times: dict[tuple[float, ...], tuple[Floats, Floats]] = {}

    def span(self, node: int) -> tuple[float, float]:
        """The highest ground near the straight way from a seen node, and the lowest under it. Those
        from all docks and corners that are seen are looked at in one go; from landings no way leads
        anywhere."""
        span = self._spans.get(node)
        if span is None:
            airspace, relief = self._airspace, self._airspace.relief
            assert relief is not None
            docks, corners = len(airspace.docks), airspace.first_corner
            together = self.seen[(self.seen < docks) | (self.seen >= corners)]
            starts_m = airspace.nodes_m[together]
            highest_m, lowest_m = relief.spans(starts_m, np.broadcast_to(self.at, starts_m.shape))
            pairs = zip(highest_m.tolist(), lowest_m.tolist(), strict=True)
            self._spans.update(zip(together.tolist(), pairs, strict=True))
            span = self._spans[node]
        return span

    def times(self, performance: Performance, wind: Wind) -> tuple[Floats, Floats]:
        """Seconds from the seen nodes to the place, and back, in the wind that the trees are of;
        infinite where it does not let the way be flown."""
        wind = rounded(wind)
        key = (performance.airspeed_ms, performance.max_ground_ms, wind.speed_ms, wind.from_deg)
        times = self._times.get(key)
        if times is None:
            tracks = self.at_m - self._airspace.nodes_m.take(self.seen, axis=0)
            lengths_m = np.hypot(tracks[:, 0], tracks[:, 1])
            there_ms, back_ms = speeds_there_and_back(tracks, performance, wind)
            times = self._times[key] = (
                np.where(np.isnan(there_ms), np.inf, lengths_m / there_ms),
                np.where(np.isnan(back_ms), np.inf, lengths_m / back_ms),
            )
        return times


def ways(airspace: Airspace, candidate: Candidate, place: Place) -> tuple[Way | None, Way | None]:
    """Out and back. Where nothing is in the straight way and the wind lets it be flown, none is
    faster in a steady wind, and no tree need be asked."""
    dock = airspace.index_of(candidate.dock)
    performance, wind = candidate.performance, candidate.wind
    if dock in place.sees:
        (x, y), (to_x, to_y) = dock_at, at = airspace.points[dock], place.at
        east_m, north_m = to_x - x, to_y - y
        way_m = math.hypot(east_m, north_m)
        there_ms, back_ms = there_and_back(east_m, north_m, way_m, performance, wind)
        if there_ms is not None and back_ms is not None:
            there: Way = ([], [dock_at, at], [way_m], [there_ms])
            return there, ([dock], [at, dock_at], [way_m], [back_ms])
    out, back = _fastest(airspace, dock, performance, wind, place)
    if out is not None and out == back:  # as mostly
        return _to_and_fro(airspace, performance, wind, place, out)
    return (
        None if out is None else _out_over(airspace, performance, wind, place, out),
        None if back is None else _back_over(airspace, performance, wind, place, back),
    )


def way_back(
    airspace: Airspace, dock: str, performance: Performance, wind: Wind, place: Place
) -> Way | None:
    """From the place over ``nodes`` to the dock or landing, which is the last of them."""
    back = _fastest(airspace, airspace.index_of(dock), performance, wind, place)[1]
    return None if back is None else _back_over(airspace, performance, wind, place, back)


def _to_and_fro(
    airspace: Airspace, performance: Performance, wind: Wind, place: Place, nodes: Sequence[int]
) -> tuple[Way | None, Way | None]:
    """Out and back over the same nodes, told from the place."""
    back = [place.at, *[airspace.points[n] for n in nodes]]
    out = back[::-1]
    legs_m, out_ms, back_ms = legs_there_and_back(out, performance, wind)
    return (
        None if out_ms is None else (nodes[-2::-1], out, legs_m, out_ms),
        None if back_ms is None else (nodes, back, legs_m[::-1], back_ms),
    )


def _out_over(
    airspace: Airspace, performance: Performance, wind: Wind, place: Place, nodes: Sequence[int]
) -> Way | None:
    points = [*(airspace.points[n] for n in nodes[::-1]), place.at]
    legs = legs_of(points, performance, wind)
    return None if legs is None else (nodes[-2::-1], points, *legs)


def _back_over(
    airspace: Airspace, performance: Performance, wind: Wind, place: Place, nodes: Sequence[int]
) -> Way | None:
    points = [place.at, *(airspace.points[n] for n in nodes)]
    legs = legs_of(points, performance, wind)
    return None if legs is None else (nodes, points, *legs)


def soonest_first(candidates: Sequence[Candidate], place: Place) -> list[tuple[float, Candidate]]:
    """The candidates in the order in which they could be there if nothing was in the way, with the
    seconds from the order that each needs at the least. Those with figures that are no numbers
    come first."""
    starts = [(candidate.airborne or candidate.at)[:2] for candidate in candidates]
    starts_m = to_metres(np.array(starts, dtype=np.float64))
    ways_m = np.hypot(*(starts_m - place.at).T).tolist()
    least_s = [
        _least_s(candidate, way_m) for candidate, way_m in zip(candidates, ways_m, strict=True)
    ]
    order = sorted(range(len(candidates)), key=least_s.__getitem__)
    return [(least_s[number], candidates[number]) for number in order]


def _least_s(candidate: Candidate, way_m: float) -> float:
    performance = candidate.performance
    fastest_ms = min(performance.max_ground_ms, performance.airspeed_ms + candidate.wind.speed_ms)
    least_s = candidate.launch.total_s + way_m / fastest_ms if fastest_ms > 0 else math.nan
    return least_s if math.isfinite(least_s) else -math.inf


def straight_s(airspace: Airspace, candidate: Candidate, place: Place) -> float:
    """The seconds that a candidate needs at the least in its wind. Where the straight way cannot be
    flown another may be, so that nothing is known: minus infinity; so of one in the air."""
    if candidate.airborne is not None:
        return -math.inf
    x, y = airspace.points[airspace.index_of(candidate.dock)]
    east_m, north_m = place.at[0] - x, place.at[1] - y
    speed_ms = ground_speed(east_m, north_m, candidate.performance, candidate.wind)
    if speed_ms is None:
        return -math.inf
    return candidate.launch.total_s + math.hypot(east_m, north_m) / speed_ms


def is_there_a_way(
    airspace: Airspace, dock: str, performance: Performance, wind: Wind, place: Place
) -> bool:
    """Whether the place can be reached at all, in this wind."""
    return _fastest(airspace, airspace.index_of(dock), performance, wind, place)[0] is not None


def _fastest(
    airspace: Airspace, dock: int, performance: Performance, wind: Wind, place: Place
) -> tuple[_Nodes, _Nodes]:
    """The nodes of the fastest way out and of that back, both told from the place, the dock the
    last of them. For a near place a near tree will do: the ways found in it are the fastest if they
    take no longer than the tree reaches, for so far all nodes of faster ones would be."""
    seen = place.seen
    if len(seen) == 0:
        return None, None
    last_out_s, last_back_s = place.times(performance, wind)
    slowest_ms = max(performance.airspeed_ms - wind.speed_ms, SLOWEST_MS)
    likely_s = 1.5 * math.dist(airspace.points[dock], place.at) / slowest_ms
    for within_s in REACHES_S[bisect_left(REACHES_S, likely_s) :]:
        tree = airspace.tree(dock, performance, wind, within_s)
        out_s, out = _least(tree.out_s[seen] + last_out_s)
        if tree.calm:  # the way back is the same
            back_s, back = out_s, out
        else:
            back_s, back = _least(tree.back_s[seen] + last_back_s)
        if out_s <= tree.within_s and back_s <= tree.within_s:
            break
    way_out = tree.chain(seen.item(out), True) if out_s < math.inf else None
    if tree.calm:
        return way_out, way_out
    return way_out, tree.chain(seen.item(back), False) if back_s < math.inf else None


def _least(times_s: Floats) -> tuple[float, int]:
    """The least of the times, and where it is."""
    at = int(times_s.argmin())
    return times_s.item(at), at
