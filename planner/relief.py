"""How high to fly over the ground on the way: high enough over the highest near it, and no higher
over the lowest under it than the ceiling allows.

The ground near a way is that of the cells it leads through and of all cells around these, so that
samples a cell apart miss nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter

from planner.frame import Points
from planner.terrain import Terrain

ABOVE_PAD_M: Final = 30.0  # at the least: a pad may stand on a roof

Floats = NDArray[np.float64]
_Point = tuple[float, float]


@dataclass(frozen=True)
class Relief:
    """``clear_m`` is kept above the highest ground near a way: what stands on it and a margin.
    ``ceiling_m`` is not passed over the lowest ground under it, where that can be."""

    terrain: Terrain
    clear_m: float
    ceiling_m: float

    @cached_property
    def _highest_near(self) -> Floats:
        highest: Floats = maximum_filter(self.terrain.heights_m, size=3, mode="nearest")
        return highest

    def spans(self, starts_m: Points, ends_m: Points) -> tuple[Floats, Floats]:
        """The highest ground near each straight way, and the lowest under it."""
        terrain = self.terrain
        cells = (starts_m - (terrain.west_m, terrain.south_m)) / terrain.cell_m
        ways = (ends_m - starts_m) / terrain.cell_m
        steps = np.ceil(np.hypot(ways[:, 0], ways[:, 1])).astype(np.int64)
        counts = steps + 1
        first = counts.cumsum() - counts
        number = np.arange(first[-1] + counts[-1]) - first.repeat(counts)
        share = number / np.maximum(steps, 1).repeat(counts)

        def along(axis: int, most: int) -> NDArray[np.int64]:
            at = ways[:, axis].repeat(counts)
            at *= share  # in place: there are some thousand of them
            at += cells[:, axis].repeat(counts)
            return at.clip(0, most, out=at).astype(np.int64)

        rows, columns = terrain.heights_m.shape
        at = along(1, rows - 1) * columns + along(0, columns - 1)
        highest: Floats = np.maximum.reduceat(self._highest_near.ravel().take(at), first)
        lowest: Floats = np.minimum.reduceat(terrain.heights_m.ravel().take(at), first)
        return highest, lowest

    def highest_m(self, points: Sequence[_Point]) -> float:
        """The highest ground near a short way over a few points, in less time than ``spans``."""
        near, found = self._near_rows, -math.inf
        for here, there in pairwise([self._cell(point) for point in points]):
            steps = math.ceil(math.dist(here, there)) or 1
            column, row = here
            east, north = (there[0] - column) / steps, (there[1] - row) / steps
            for step in range(steps + 1):
                ground_m = near[int(row + north * step)][int(column + east * step)]
                if ground_m > found:
                    found = ground_m
        return found

    def _cell(self, point: _Point) -> _Point:
        """Column and row, with their parts; of a place beyond the grid those at its edge."""
        terrain, near = self.terrain, self._near_rows
        column = (point[0] - terrain.west_m) / terrain.cell_m
        row = (point[1] - terrain.south_m) / terrain.cell_m
        return (
            min(max(column, 0.0), len(near[0]) - 1e-6),
            min(max(row, 0.0), len(near) - 1e-6),
        )

    @cached_property
    def _near_rows(self) -> list[list[float]]:
        rows: list[list[float]] = self._highest_near.tolist()
        return rows

    def least_amsl_m(self, highest_m: float, pad_amsl_m: float) -> float:
        """The lowest height that clears what is near the way."""
        return max(highest_m + self.clear_m, pad_amsl_m + ABOVE_PAD_M)

    def cruise_amsl_m(self, wanted_amsl_m: float, least_amsl_m: float, lowest_m: float) -> float:
        """The height wanted, or as much lower as the ceiling asks for, or as much higher as the
        ground does."""
        return max(least_amsl_m, min(wanted_amsl_m, lowest_m + self.ceiling_m))

    def cruises_amsl_m(
        self, wanted_amsl_m: Floats, highest_m: Floats, lowest_m: Floats, pad_amsl_m: float
    ) -> Floats:
        """``cruise_amsl_m`` of many ways from one pad."""
        least_m = np.maximum(highest_m + self.clear_m, pad_amsl_m + ABOVE_PAD_M)
        cruises_m: Floats = np.maximum(
            least_m, np.minimum(wanted_amsl_m, lowest_m + self.ceiling_m)
        )
        return cruises_m
