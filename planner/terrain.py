"""The ground as a height field: a regular grid of heights above the sea, north at the top.

Between the middles of cells the ground is bilinear; beyond the grid it goes on as at its edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from planner.frame import Points

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Terrain:
    """``west_m`` and ``south_m`` are the outer edges of the grid (EPSG:4547), ``rows`` whole metres
    from north to south, each from west to east."""

    west_m: float
    south_m: float
    cell_m: float
    rows: tuple[tuple[int, ...], ...]

    @property
    def east_m(self) -> float:
        return self.west_m + self.cell_m * len(self.rows[0])

    @property
    def north_m(self) -> float:
        return self.south_m + self.cell_m * len(self.rows)

    @cached_property
    def heights_m(self) -> Floats:
        """From south to north."""
        return np.array(self.rows[::-1], dtype=np.float64)

    def ground_amsl_m(self, at_m: Points) -> Floats:
        """Of places, shape (n, 2) to (n,)."""
        heights_m = self.heights_m
        most_row, most_column = heights_m.shape[0] - 1, heights_m.shape[1] - 1
        x = np.clip((at_m[:, 0] - self.west_m) / self.cell_m - 0.5, 0, most_column)
        y = np.clip((at_m[:, 1] - self.south_m) / self.cell_m - 0.5, 0, most_row)
        left = np.minimum(x.astype(np.int64), max(most_column - 1, 0))
        below = np.minimum(y.astype(np.int64), max(most_row - 1, 0))
        right, above = np.minimum(left + 1, most_column), np.minimum(below + 1, most_row)
        east, north = x - left, y - below
        south_m = heights_m[below, left] * (1 - east) + heights_m[below, right] * east
        north_m = heights_m[above, left] * (1 - east) + heights_m[above, right] * east
        ground_m: Floats = south_m * (1 - north) + north_m * north
        return ground_m
