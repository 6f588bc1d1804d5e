"""How much of a district is reached in time, by which docks, and what is lost without them.

The district is a raster of places; each stands for the area around it. Along the edge of what is
reached a place may stand for area of which a part is reached: the share of area is uncertain by at
most half a step times the length of that edge, and in practice by far less, for such errors cancel.

Nobody flies into a no-fly volume; a place in one is served from the nearest legal place. It counts
as reached if a drone is there within the window and the place no farther off than ``SEEN_M``; what
lies deeper inside counts as area that nobody reaches.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from planner.airspace import Airspace
from planner.frame import Points

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

# A camera of 69.6 degrees, magnified seven times, has 500 m away 8 cm for each of 1,280 pixels: a
# person is six of them wide.
SEEN_M = 500.0
STAND_OFF_M = 1.0  # of the place a drone looks from, when the place itself is in a no-fly volume


@dataclass(frozen=True, slots=True)
class Raster:
    """Places in rows and columns. ``places_m`` is where a drone would look from: the place itself,
    or the nearest legal one. ``area_m2`` is what each stands for; ``part`` to which part of the
    district it belongs, as a number into ``parts``. Only places in or next to the district."""

    step_m: float
    shape: tuple[int, int]  # rows, columns of the whole raster
    origin_m: tuple[float, float]
    cells: NDArray[np.int64]  # place of each in the whole raster, row by row
    places_m: Points
    parts: tuple[str, ...]
    part: NDArray[np.int64]
    area_m2: Floats
    forbidden: Booleans  # lies in a no-fly volume
    seen: Booleans  # lies no farther than SEEN_M from where a drone looks from


def raster(parts: Mapping[str, BaseGeometry], airspace: Airspace, step_m: float) -> Raster:
    """Places every ``step_m`` over the parts (polygons in metres by name), and one step beyond, so
    that regions can be drawn to the edge; those beyond stand for no area."""
    whole = shapely.union_all(list(parts.values()))
    west, south, east, north = whole.buffer(step_m).bounds
    columns, rows = int((east - west) / step_m) + 2, int((north - south) / step_m) + 2
    y, x = np.divmod(np.arange(rows * columns), columns)
    all_m = np.column_stack((west + x * step_m, south + y * step_m))
    near = whole.buffer(1.5 * step_m)
    shapely.prepare(near)
    cells = np.flatnonzero(shapely.contains_xy(near, all_m[:, 0], all_m[:, 1]))
    at_m = all_m[cells]
    part = np.full(len(cells), -1)
    area_m2 = np.zeros(len(cells))
    smallest_first = sorted(enumerate(parts.values()), key=lambda each: each[1].area)
    for number, shape in smallest_first:
        shapely.prepare(shape)
        inside = shapely.contains_xy(shape, at_m[:, 0], at_m[:, 1]) & (part < 0)
        if not inside.any():  # too small for the step; larger ones have not taken theirs yet
            inside = _nearest_of(at_m, part < 0, shape)
        part[inside] = number
        area_m2[inside] = shape.area / inside.sum()
    places_m, forbidden = _legal(airspace, at_m)
    seen = np.hypot(*(at_m - places_m).T) <= SEEN_M
    return Raster(
        step_m, (rows, columns), (west, south), cells, places_m, tuple(parts), part, area_m2,
        forbidden, seen,
    )  # fmt: skip


def _nearest_of(at_m: Points, free: Booleans, shape: BaseGeometry) -> Booleans:
    """The one place among the free ones that is nearest to a shape."""
    off_m = np.where(free, shapely.distance(shapely.points(at_m), shape), np.inf)
    nearest: Booleans = np.arange(len(at_m)) == off_m.argmin()
    return nearest


def _legal(airspace: Airspace, at_m: Points) -> tuple[Points, Booleans]:
    """Where a drone would look at each place from, and whether that is not the place itself."""
    forbidden: Booleans = shapely.contains_xy(airspace.obstacles, at_m[:, 0], at_m[:, 1])
    places_m = at_m.copy()
    if forbidden.any():
        edge = airspace.obstacles.buffer(STAND_OFF_M, join_style="mitre").boundary
        lines = shapely.shortest_line(shapely.points(at_m[forbidden]), edge)
        places_m[forbidden] = shapely.get_coordinates(lines)[1::2]
    return places_m, forbidden


@dataclass(frozen=True, slots=True)
class Coverage:
    """``eta_s`` has a row for each dock and a column for each place of the raster."""

    raster: Raster
    docks: tuple[str, ...]
    eta_s: NDArray[np.float32]
    window_s: float

    def share(self, available: Collection[str] | None = None) -> float:
        """Of all area, what these docks (all, without ``available``) reach in the window."""
        reached = self.in_window(available).any(axis=0)
        return float(self._area(reached) / self.raster.area_m2.sum())

    def overhead_share(self, available: Collection[str] | None = None) -> float:
        """Of all area, what they reach from right above: without the no-fly volumes."""
        reached = self.in_window(available).any(axis=0) & ~self.raster.forbidden
        return float(self._area(reached) / self.raster.area_m2.sum())

    def by_part(self, available: Collection[str] | None = None) -> dict[str, float]:
        reached = self.in_window(available).any(axis=0)
        shares = {}
        for number, name in enumerate(self.raster.parts):
            here = self.raster.part == number
            shares[name] = float(self._area(reached & here) / self._area(here))
        return shares

    def twice_share(self, available: Collection[str] | None = None) -> float:
        """What two docks or more reach in the window."""
        twice = self.in_window(available).sum(axis=0) >= 2
        return float(self._area(twice) / self.raster.area_m2.sum())

    def without_each(self, available: Collection[str] | None = None) -> dict[str, float]:
        """The share with one dock out, for each of them (N-1)."""
        rows = self._rows(available)
        reached = self.in_window(available)
        only_one = reached.sum(axis=0) == 1
        whole_m2 = self.raster.area_m2.sum()
        all_m2 = self._area(reached.any(axis=0))
        return {
            self.docks[row]: float((all_m2 - self._area(mine & only_one)) / whole_m2)
            for row, mine in zip(rows, reached, strict=True)
        }

    def worst_pair_out(
        self, available: Collection[str] | None = None
    ) -> tuple[tuple[str, str], float] | None:
        """The two docks whose loss leaves least (N-2), and what it leaves; None of fewer docks."""
        rows = self._rows(available)
        if len(rows) < 2:
            return None
        reached = self.in_window(available)
        count = reached.sum(axis=0)
        area = np.where(count == 1, self.raster.area_m2, 0.0)
        alone = reached @ area
        pairs_area = np.where(count == 2, self.raster.area_m2, 0.0)
        together = (reached * pairs_area) @ reached.T
        lost = alone[:, None] + alone[None, :] + together
        np.fill_diagonal(lost, -1.0)
        i, j = np.unravel_index(int(lost.argmax()), lost.shape)
        left_m2 = self._area(reached.any(axis=0)) - lost[i, j]
        names = (self.docks[rows[min(i, j)]], self.docks[rows[max(i, j)]])
        return names, float(left_m2 / self.raster.area_m2.sum())

    def mean_on_scene_s(self, available: Collection[str] | None = None) -> float | None:
        """Mean time to an incident drawn uniformly over the district, beyond the window too, or to
        the nearest legal place; None if there are places that no dock reaches at all."""
        soonest_s = self.eta_s[self._rows(available)].min(axis=0, initial=np.inf)
        inside = self.raster.area_m2 > 0
        if not np.isfinite(soonest_s[inside]).all():
            return None
        return float(np.average(soonest_s[inside], weights=self.raster.area_m2[inside]))

    def forbidden_share(self) -> float:
        """What lies in no-fly volumes, with their buffers."""
        return float(self._area(self.raster.forbidden) / self.raster.area_m2.sum())

    def region(self, available: Collection[str] | None = None) -> BaseGeometry:
        """What is reached in the window, as polygons in metres, drawn between the places by their
        times; not yet cut to the district."""
        from contourpy import FillType, contour_generator  # here: only those who draw need it

        raster = self.raster
        soonest_s = self.eta_s[self._rows(available)].min(axis=0, initial=np.inf)
        late_s = 10.0 * self.window_s
        field = np.full(raster.shape[0] * raster.shape[1], late_s)
        field[raster.cells] = np.where(raster.seen, np.minimum(soonest_s, late_s), late_s)
        west, south = raster.origin_m
        lines = contour_generator(
            west + raster.step_m * np.arange(raster.shape[1]),
            south + raster.step_m * np.arange(raster.shape[0]),
            field.reshape(raster.shape),
            fill_type=FillType.OuterOffset,
        ).filled(-1.0, self.window_s)
        return shapely.union_all(_polygons(*lines))

    def in_window(self, available: Collection[str] | None = None) -> Booleans:
        """Which places each of these docks reaches in the window, a row for each."""
        in_time: Booleans = self.eta_s[self._rows(available)] <= self.window_s
        return in_time & self.raster.seen

    def _rows(self, available: Collection[str] | None) -> list[int]:
        return [
            row for row, dock in enumerate(self.docks) if available is None or dock in available
        ]

    def _area(self, places: Booleans) -> float:
        return float(self.raster.area_m2[places].sum())


def _polygons(
    points: Sequence[Floats], offsets: Sequence[NDArray[np.uint32]]
) -> list[BaseGeometry]:
    polygons = []
    for rings_m, starts in zip(points, offsets, strict=True):
        rings = [rings_m[a:b] for a, b in pairwise(starts.tolist()) if b - a >= 4]
        if rings:
            polygons.append(shapely.make_valid(shapely.Polygon(rings[0], rings[1:])))
    return polygons
