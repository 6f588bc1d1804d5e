"""Time, energy and way between all places of a patrol: pads, points, ends of lines and sweeps.

A leg goes up to cruising height over the higher of its two ends, along the fastest way around the
no-fly volumes, and down. Where the ground is known it clears that on the way too, and keeps the
ceiling over it: at one level, or else up and down with the ground. Ways are the airspace graph's:
straight where the ends see each other, else over the corner at which the way out of one and the
way back to the other add up to least.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from planner.airspace import Airspace
from planner.energy import LANDING_M, LANDING_MS, WH
from planner.flight import cruise_s, ground_speed, ground_speeds
from planner.flights import climbs_s, ramps_and_legs_s
from planner.frame import Points, to_degrees
from planner.model import LonLat, Performance, Waypoint, Wind
from planner.patrol.profile import Corridor, Profile, Rises, Ways, level, profile, rises
from planner.relief import Relief
from planner.trees import Tree
from planner.visibility import sees

Floats = NDArray[np.float64]

_NONE = -9999  # scipy's mark for 'no predecessor'
_Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Heights:
    """How high to fly over ground that is not level."""

    cruise_m: float  # above the higher ground
    clear_m: float  # above the higher ground, at the least
    ceiling_m: float  # above the lower ground, unless that is less than clear

    def level(self, lower_amsl_m: Floats, higher_amsl_m: Floats, height_m: float) -> Floats:
        """The level that is ``height_m`` above the higher ground, or as near as may be."""
        under_ceiling: Floats = np.minimum(higher_amsl_m + height_m, lower_amsl_m + self.ceiling_m)
        return np.maximum(under_ceiling, higher_amsl_m + min(self.clear_m, height_m))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a leg begins or ends: a pad, or where the camera looks from."""

    at: LonLat
    ground_amsl_m: float
    alt_amsl_m: float
    is_pad: bool = False


@dataclass(frozen=True, slots=True)
class Leg:
    """From place to place: ``waypoints`` follow the start, vertical moves are points of their own
    whose ``speed_ms`` is 0."""

    waypoints: tuple[Waypoint, ...]
    seconds: float
    wh: float


class Legs:
    """Legs between ``places``, which are the docks of ``airspace`` in the same order. ``seconds``
    and ``wh`` have a row for each start and a column for each end; infinite where there is no way.
    """

    def __init__(
        self,
        airspace: Airspace,
        places: Sequence[Place],
        performance: Performance,
        wind: Wind,
        heights: Heights,
    ) -> None:
        self.places, self._heights = tuple(places), heights
        self._airspace, self._performance, self._wind = airspace, performance, wind
        self._points = airspace.points
        grounds = np.array([place.ground_amsl_m for place in places])
        lower = np.minimum(grounds[:, None], grounds[None, :])
        higher = np.maximum(grounds[:, None], grounds[None, :])
        self._wanted_amsl_m = heights.level(lower, higher, heights.cruise_m)
        if airspace.relief is not None:
            self._wanted_amsl_m = higher + heights.cruise_m
        at_m = airspace.nodes_m[: len(places)]
        self._sees = sees(at_m, at_m, airspace.edges)
        trees = [airspace.tree(dock, performance, wind) for dock in range(len(places))]
        self._out, self._back = (
            np.array([tree.out_s for tree in trees]),
            np.array([tree.back_s for tree in trees]),
        )
        self._trees: list[Tree] = trees
        cruise = self._straight(at_m)
        bent = self._bend(cruise)
        level_m, none = self._wanted_amsl_m, np.zeros_like(cruise)
        self._rises = Rises(level_m.copy(), level_m.copy(), none, none.copy())
        self._uneven = np.zeros(cruise.shape, dtype=bool)
        if airspace.relief is not None:
            self._follow(airspace.relief, bent)
        self.seconds, self.wh = self._with_heights(cruise)

    def leg(self, start: int, end: int) -> Leg | None:
        """None where there is no way, or none that can be flown against the wind."""
        points = self._way(start, end)
        speeds_ms = None if points is None else self._speeds(points)
        if points is None or speeds_ms is None:
            return None
        a, b = self.places[start], self.places[end]
        way = self._profile(start, end, np.array(points))
        lon_lats = [LonLat(*at) for at in to_degrees(way.points_m[1:-1]).tolist()]
        along = [
            Waypoint(*at, alt_amsl_m, speeds_ms[leg])
            for at, alt_amsl_m, leg in zip(
                (*lon_lats, b.at), way.alts_amsl_m[1:], way.legs, strict=True
            )
        ]
        up = Waypoint(*a.at, way.alts_amsl_m[0], 0.0)
        down = Waypoint(*b.at, b.alt_amsl_m, 0.0)
        return Leg((up, *along, down), float(self.seconds[start, end]), float(self.wh[start, end]))

    def _straight(self, at_m: Floats) -> Floats:
        """Seconds at cruise where the ends see each other; infinite elsewhere."""
        n = len(at_m)
        tracks = (at_m[None, :, :] - at_m[:, None, :]).reshape(n * n, 2)
        lengths_m = np.hypot(tracks[:, 0], tracks[:, 1])
        speeds_ms = ground_speeds(tracks, self._performance, self._wind)
        legs_s = ramps_and_legs_s(lengths_m, speeds_ms, self._performance)[1].reshape(n, n)
        legs_s[np.isnan(legs_s) | ~self._sees] = np.inf
        np.fill_diagonal(legs_s, 0.0)
        return legs_s

    def _bend(self, cruise: Floats) -> dict[tuple[int, int], list[_Point]]:
        """Fills in the ways over corners, which are returned."""
        found = {}
        for start, end in np.argwhere(np.isinf(cruise)).tolist():
            points = self._way(start, end)
            speeds_ms = None if points is None else self._speeds(points)
            if points is not None and speeds_ms is not None:
                cruise[start, end] = cruise_s(points, speeds_ms, self._performance)
                found[start, end] = points
        return found

    def _follow(self, relief: Relief, bent: Mapping[tuple[int, int], Sequence[_Point]]) -> None:
        """Fits the heights to the ground on the ways."""
        at_m = self._airspace.nodes_m[: len(self.places)]
        pairs = [*np.argwhere(self._sees).tolist(), *(list(pair) for pair in bent)]
        legs = [pair for way in bent.values() for pair in pairwise(way)]
        straight = np.array(pairs[: len(pairs) - len(bent)]).reshape(-1, 2)
        bends_m = np.array(legs).reshape(-1, 2, 2)
        begins = [number == 0 for way in bent.values() for number in range(len(way) - 1)]
        ways = Ways(
            np.concatenate((at_m[straight[:, 0]], bends_m[:, 0])),
            np.concatenate((at_m[straight[:, 1]], bends_m[:, 1])),
            np.concatenate((np.ones(len(straight), dtype=bool), np.array(begins, dtype=bool))),
        )
        highest_m, lowest_m = relief.spans(ways.starts_m, ways.ends_m)
        least_m = np.maximum.reduceat(highest_m, ways.first) + relief.clear_m
        most_m = np.minimum.reduceat(lowest_m, ways.first) + relief.ceiling_m
        rows, columns = np.array(pairs).T
        wanted_m = self._wanted_amsl_m[rows, columns]
        even = least_m <= most_m
        level_m = np.clip(wanted_m, least_m, np.maximum(least_m, most_m))
        uneven = rises(relief.terrain, _corridor(relief), ways.of(~even), wanted_m[~even])
        for known, told_m, other_m in zip(
            self._rises, (level_m, level_m, 0.0 * level_m, 0.0 * level_m), uneven, strict=True
        ):
            heights_m = told_m.copy()
            heights_m[~even] = other_m
            known[rows, columns] = heights_m
        self._uneven[rows, columns] = ~even

    def _profile(self, start: int, end: int, way_m: Points) -> Profile:
        relief = self._airspace.relief
        if relief is not None and self._uneven[start, end]:
            wanted_m = float(self._wanted_amsl_m[start, end])
            return profile(relief.terrain, _corridor(relief), way_m, wanted_m)
        return level(way_m, float(self._rises.first_amsl_m[start, end]))

    def _way(self, start: int, end: int) -> list[_Point] | None:
        if self._sees[start, end]:
            return [self._points[start], self._points[end]]
        turns = self._turns(start, end)
        if not turns:
            return None
        return [self._points[node] for node in (start, *turns, end)]

    def _turns(self, start: int, end: int) -> list[int]:
        """The corners on the way; none where it is straight or there is no way."""
        if self._sees[start, end]:
            return []
        total_s = self._out[start] + self._back[end]
        total_s[: len(self.places)] = np.inf  # no way leads over a place
        best = int(total_s.argmin())
        if not total_s[best] < math.inf:
            return []
        before, after = [best], [best]
        out_from, back_to = self._trees[start].out_from, self._trees[end].back_to
        while (node := int(out_from[before[-1]])) not in (_NONE, start):
            before.append(node)
        while (node := int(back_to[after[-1]])) not in (_NONE, end):
            after.append(node)
        return [*before[::-1], *after[1:]]

    def _speeds(self, points: Sequence[_Point]) -> list[float] | None:
        speeds_ms = []
        for (x, y), (to_x, to_y) in pairwise(points):
            speed_ms = ground_speed(to_x - x, to_y - y, self._performance, self._wind)
            if speed_ms is None:
                return None
            speeds_ms.append(speed_ms)
        return speeds_ms

    def _with_heights(self, cruise: Floats) -> tuple[Floats, Floats]:
        """Adds climb, descent and landing to the seconds, and the energy of all."""
        p = self._performance
        alts = np.array([place.alt_amsl_m for place in self.places])
        pads = np.array([place.is_pad for place in self.places])
        rise = self._rises.first_amsl_m - alts[:, None]
        drop = self._rises.last_amsl_m - alts[None, :]
        drop = np.where(pads[None, :], np.maximum(drop - LANDING_M, 0.0), drop)
        first_s = climbs_s(rise, p)
        last_s = climbs_s(-drop, p) + np.where(pads[None, :], LANDING_M / LANDING_MS, 0.0)
        up_w, hover_w = p.climb_w, p.hover_w
        joules = first_s * np.where(rise > 0, up_w, hover_w) + cruise * p.cruise_w
        joules += last_s * np.where(drop < 0, up_w, hover_w)
        up_s, down_s = self._rises.up_m / p.climb_ms, self._rises.down_m / p.descent_ms
        joules += up_s * up_w + down_s * hover_w
        return first_s + cruise + up_s + down_s + last_s, joules / WH


def _corridor(relief: Relief) -> Corridor:
    return Corridor(relief.clear_m, relief.ceiling_m)


def charge_s(wh: float, charge_w: float) -> float:
    """At the dock, until so much is in the battery again."""
    return wh * WH / charge_w
