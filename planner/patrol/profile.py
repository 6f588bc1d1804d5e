"""How high to fly along a way over uneven ground: over all of it high enough, and no higher above
any of it than the ceiling.

A way is level where one height does both. Where none does it follows the ground as little as it
must: level half way between what is asked of it, and where that is too low or too high, as near to
it as may be. Where the ground is so steep that both cannot be had, what must be cleared counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from planner.frame import Points
from planner.terrain import Terrain

SAMPLES_A_CELL = 3  # of the terrain's grid
ROUNDING_M = 0.5  # of heights, for the sake of fewer points
CHUNK = 4000  # ways at once, for the memory that their samples take

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Corridor:
    """Above all ground under a way at least so high, and at most; and so high as is ``asked_m``
    where that is not too high."""

    least_m: float
    most_m: float
    asked_m: float = 0.0


class Rises(NamedTuple):
    """Of many ways: the heights at both ends, and what is climbed and descended between."""

    first_amsl_m: Floats
    last_amsl_m: Floats
    up_m: Floats
    down_m: Floats


class Profile(NamedTuple):
    """A way with the points at which its height bends; ``legs`` tells for each point but the first
    on which leg of the way it lies."""

    points_m: Points
    alts_amsl_m: tuple[float, ...]
    legs: tuple[int, ...]

    @property
    def up_m(self) -> float:
        return float(np.maximum(np.diff(self.alts_amsl_m), 0.0).sum())

    @property
    def down_m(self) -> float:
        return float(np.maximum(-np.diff(self.alts_amsl_m), 0.0).sum())

    def reversed(self) -> Profile:
        """The way from its end."""
        legs = tuple(self.legs[-1] - leg for leg in reversed(self.legs))
        return Profile(self.points_m[::-1], self.alts_amsl_m[::-1], legs)


def level(way_m: Points, alt_amsl_m: float) -> Profile:
    """At one height."""
    return Profile(way_m, (alt_amsl_m,) * len(way_m), tuple(range(len(way_m) - 1)))


@dataclass(frozen=True, slots=True)
class Ways:
    """Of straight legs: one ``begins`` a way, those behind it go on with it."""

    starts_m: Points
    ends_m: Points
    begins: NDArray[np.bool_]

    @property
    def first(self) -> Ints:
        return np.flatnonzero(self.begins)

    def of(self, wanted: NDArray[np.bool_]) -> Ways:
        """Some of the ways."""
        legs = wanted[np.cumsum(self.begins) - 1]
        return Ways(self.starts_m[legs], self.ends_m[legs], self.begins[legs])

    def chunks(self) -> Iterator[tuple[slice, Ways]]:
        """So many ways at once, and which of all they are."""
        bounds = [*self.first[::CHUNK].tolist(), len(self.begins)]
        for number, (begin, end) in enumerate(pairwise(bounds)):
            legs = slice(begin, end)
            ways = Ways(self.starts_m[legs], self.ends_m[legs], self.begins[legs])
            yield slice(number * CHUNK, (number + 1) * CHUNK), ways


def rises(terrain: Terrain, corridor: Corridor, ways: Ways, wanted_amsl_m: Floats) -> Rises:
    """Of ways, each at the height wanted if that may be."""
    found: list[list[Floats]] = [[np.zeros(0)] * 4]
    for which, part in ways.chunks():
        samples = _sampled(terrain, part)
        alts_m = samples.alts_amsl_m(corridor, wanted_amsl_m[which])
        last = np.append(samples.first[1:], len(alts_m)) - 1
        steps_m = np.diff(alts_m, append=alts_m[-1])
        steps_m[last] = 0.0
        up_m, down_m = (
            np.add.reduceat(np.maximum(each, 0.0), samples.first) for each in (steps_m, -steps_m)
        )
        found.append([alts_m[samples.first], alts_m[last], up_m, down_m])
    return Rises(*(np.concatenate(each) for each in zip(*found, strict=True)))


def profile(terrain: Terrain, corridor: Corridor, way_m: Points, wanted_amsl_m: float) -> Profile:
    """Of one way over several points."""
    begins = np.arange(len(way_m) - 1) == 0
    samples = _sampled(terrain, Ways(way_m[:-1], way_m[1:], begins))
    alts_m = samples.alts_amsl_m(corridor, np.array([wanted_amsl_m]))
    corners = np.flatnonzero(np.diff(samples.leg, append=-1))  # the last of each leg
    kept = _bends(samples, alts_m, corridor, frozenset(corners.tolist()))
    return Profile(
        samples.at_m[kept], tuple(alts_m[kept].tolist()), tuple(samples.leg[kept[1:]].tolist())
    )


@dataclass(frozen=True, slots=True)
class _Samples:
    """Places along ways, the ground there, and the leg; ``first`` are the numbers of the ways'
    first."""

    at_m: Points
    ground_m: Floats
    leg: Ints
    first: Ints

    def bounds(self, corridor: Corridor) -> tuple[Floats, Floats]:
        """The lowest and the highest height at each, for the ground up to its neighbours."""
        high_m, low_m = self.ground_m.copy(), self.ground_m.copy()
        inside = np.ones(len(high_m), dtype=bool)
        inside[self.first] = False  # has one before it, on the same way
        here, before = np.flatnonzero(inside), np.flatnonzero(inside) - 1
        for one, other in ((here, before), (before, here)):
            high_m[one] = np.maximum(high_m[one], self.ground_m[other])
            low_m[one] = np.minimum(low_m[one], self.ground_m[other])
        most_m = low_m + corridor.most_m
        asked_m = np.minimum(high_m + corridor.asked_m, most_m)
        least_m = np.maximum(high_m + corridor.least_m, asked_m)
        return least_m, np.maximum(most_m, least_m)

    def alts_amsl_m(self, corridor: Corridor, wanted_amsl_m: Floats) -> Floats:
        least_m, most_m = self.bounds(corridor)
        lowest_m = np.maximum.reduceat(least_m, self.first)
        highest_m = np.minimum.reduceat(most_m, self.first)
        level_m = np.where(
            lowest_m <= highest_m,
            np.clip(wanted_amsl_m, lowest_m, np.maximum(lowest_m, highest_m)),
            (lowest_m + highest_m) / 2.0,
        )
        counts = np.diff(self.first, append=len(self.at_m))
        alts_m: Floats = np.clip(np.repeat(level_m, counts), least_m, most_m)
        return alts_m


def _sampled(terrain: Terrain, ways: Ways) -> _Samples:
    """All corners, and as many places between as the length of each leg asks for."""
    legs_m = ways.ends_m - ways.starts_m
    lengths_m = np.hypot(legs_m[:, 0], legs_m[:, 1])
    steps = np.maximum(np.ceil(lengths_m * SAMPLES_A_CELL / terrain.cell_m).astype(np.int64), 1)
    counts = steps + ways.begins  # others begin where the leg before has just ended
    first = np.cumsum(counts) - counts
    leg = np.repeat(np.arange(len(counts)), counts)
    step = np.arange(len(leg)) - first[leg] + ~ways.begins[leg]
    at_m = ways.starts_m[leg] + legs_m[leg] * (step / steps[leg])[:, None]
    return _Samples(at_m, terrain.ground_amsl_m(at_m), leg, first[ways.begins])


def _bends(
    samples: _Samples, alts_m: Floats, corridor: Corridor, corners: Collection[int]
) -> list[int]:
    """The fewest of the samples, corners among them, between which heights may change evenly."""
    least_m, most_m = (each.tolist() for each in samples.bounds(corridor))
    along_m = np.hypot(*np.diff(samples.at_m, axis=0).T).cumsum()
    at_m, heights_m = [0.0, *along_m.tolist()], alts_m.tolist()
    kept = [0]
    while (here := kept[-1]) < len(heights_m) - 1:
        lowest, highest = -np.inf, np.inf  # slopes
        furthest = here + 1
        for there in range(here + 1, len(heights_m)):
            far_m = max(at_m[there] - at_m[here], 1e-6)
            slope = (heights_m[there] - heights_m[here]) / far_m
            if lowest <= slope <= highest:
                furthest = there
            lowest = max(lowest, (least_m[there] - ROUNDING_M - heights_m[here]) / far_m)
            highest = min(highest, (most_m[there] + ROUNDING_M - heights_m[here]) / far_m)
            if there in corners or lowest > highest:
                break
        kept.append(furthest)
    return kept
