"""Passes for a 3D model: to and fro over an area, for oblique pictures both ways across.

The camera looks ahead of the drone by the gimbal's angle, so each pass begins and ends as far
before the area as the middle of the picture is ahead, and has a picture more at either end: to and
fro show the sides that face either way, and the passes across them the other two. Overlap is
reckoned where the middle of the picture meets the top of what stands in the area, where pictures
are smallest.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely import Polygon
from shapely.affinity import rotate

from planner.capture.view import CaptureImpossible, Floats, Optics, Shot, in_view

LEAST_AREA_M2: Final = 1.0
LEAST_SIDE_OVERLAP: Final = 0.5  # less, and passes of one direction leave gaps between them
MOST_OVERLAP: Final = 0.95
MOST_PHOTOS: Final = 3000
STRAIGHT_DOWN_DEG: Final = -90.0
HORIZON_DEG: Final = 5.0  # below it is the upper edge of an oblique picture, at the least
VIEWS: Final = 2  # of each place from each side, for its depth to be found
PLACES: Final = 1500  # in the area, of which is told whether they are seen
_ORIGIN = (0.0, 0.0)
_FAR_M = 1e7


@dataclass(frozen=True, slots=True)
class Pass:
    """A straight flight with a picture at its start and every ``step_m`` on, the last at its end
    (east, north in metres)."""

    start_m: tuple[float, float]
    end_m: tuple[float, float]
    heading_deg: float
    pitch_deg: float
    photos: int

    @property
    def step_m(self) -> float:
        return math.dist(self.start_m, self.end_m) / (self.photos - 1)

    def shots(self, up_m: float) -> list[Shot]:
        share = np.linspace(0.0, 1.0, self.photos)[:, None]
        at = (1 - share) * np.array(self.start_m) + share * np.array(self.end_m)
        return [
            Shot((east, north, up_m), self.heading_deg, self.pitch_deg)
            for east, north in at.tolist()
        ]


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much of an area is in a picture, and how much can be modelled: it is in ``VIEWS``
    pictures from each side that is looked from."""

    seen_share: float
    modelled_share: float
    least_views: int
    mean_views: float


@dataclass(frozen=True, slots=True)
class Overlap:
    """Of a picture and the next of its pass, and of a pass and the one beside it."""

    front: float = 0.8
    side: float = 0.7


def crosshatch(
    area: Polygon,
    optics: Optics,
    above_top_m: float,
    pitches_deg: Sequence[float],
    overlap: Overlap,
) -> list[Pass]:
    """The passes in the order they are flown, ``above_top_m`` above the highest of what is there.

    Raises:
        CaptureImpossible: for an area of nothing, angles or overlaps that cannot be.
    """
    if area.area < LEAST_AREA_M2 or not area.is_valid:
        raise CaptureImpossible("the area holds nothing to model: its corners enclose no ground")
    _check(optics, above_top_m, pitches_deg, overlap)
    along_deg = _long_side_deg(area)
    passes: list[Pass] = []
    for pitch_deg in pitches_deg:
        for angle_deg in (along_deg, along_deg + 90.0)[: 1 if _is_down(pitch_deg) else 2]:
            passes += _to_and_fro(area, optics, above_top_m, pitch_deg, angle_deg, overlap)
            if (photos := sum(each.photos for each in passes)) > MOST_PHOTOS:
                raise CaptureImpossible(
                    f"it takes more than {MOST_PHOTOS} pictures ({photos} and counting); "
                    "fly higher, with less overlap, or model it in parts"
                )
    return passes


def completeness(
    area: Polygon, passes: Sequence[Pass], optics: Optics, up_m: float, surfaces_m: Sequence[float]
) -> Completeness:
    """Of the area as level ground at each of the heights told: the worst of them counts."""
    shots = [shot for each in passes for shot in each.shots(up_m)]
    sides = _sides(shots)
    found = []
    for height_m in surfaces_m:
        places = _spread(area, height_m)
        seen = in_view(shots, optics.lens, places)
        views = seen.sum(axis=0)
        enough = np.ones(len(places), dtype=np.bool_)
        for side in np.unique(sides):
            enough &= seen[sides == side].sum(axis=0) >= VIEWS
        found.append(
            Completeness(
                float(np.mean(views > 0)),
                float(np.mean(enough)),
                int(views.min()),
                float(views.mean()),
            )
        )
    return min(found, key=lambda each: (each.modelled_share, each.seen_share, each.mean_views))


def _check(
    optics: Optics, above_top_m: float, pitches_deg: Sequence[float], overlap: Overlap
) -> None:
    if not above_top_m > 1.0:
        raise CaptureImpossible(
            f"the camera would be {above_top_m:.0f} m above the highest of what is modelled; "
            "fly higher"
        )
    flattest_deg = -optics.lens.up_deg / 2 - HORIZON_DEG
    for pitch_deg in pitches_deg:
        if not STRAIGHT_DOWN_DEG <= pitch_deg <= flattest_deg:
            raise CaptureImpossible(
                f"the camera looks from {STRAIGHT_DOWN_DEG:g} to {flattest_deg:.0f} degrees for a "
                f"model, so that no picture holds the horizon, not at {pitch_deg:g}"
            )
    for name, share, least in (
        ("along a pass", overlap.front, LEAST_SIDE_OVERLAP),
        ("between passes", overlap.side, LEAST_SIDE_OVERLAP),
    ):
        if not least <= share <= MOST_OVERLAP:
            raise CaptureImpossible(
                f"pictures for a model overlap by {least:g} to {MOST_OVERLAP:g} {name}, "
                f"not {share:g}"
            )


def _to_and_fro(
    area: Polygon,
    optics: Optics,
    above_m: float,
    pitch_deg: float,
    angle_deg: float,
    overlap: Overlap,
) -> list[Pass]:
    """``angle_deg`` from east, anticlockwise, is where the first pass leads."""
    slant_m = above_m / math.sin(math.radians(-pitch_deg))
    across_m, along_m = (
        2 * slant_m * math.tan(math.radians(deg) / 2)
        for deg in (optics.lens.across_deg, optics.lens.up_deg)
    )
    ahead_m = 0.0 if _is_down(pitch_deg) else above_m / math.tan(math.radians(-pitch_deg))
    hull = rotate(shapely.convex_hull(area), -angle_deg, _ORIGIN)
    _, south, _, north = hull.bounds
    gaps = max(1, math.ceil((north - south) / (across_m * (1 - overlap.side)) - 1e-9))
    gap_m = (north - south) / gaps
    turn = math.radians(angle_deg)
    passes = []
    for number in range(gaps + 1):
        y = south + number * gap_m
        # passes that look the same way are two gaps apart
        band = hull.intersection(shapely.box(-_FAR_M, y - gap_m, _FAR_M, y + gap_m))
        west, _, east, _ = band.bounds
        start, end = (west, east) if number % 2 == 0 else (east, west)
        back_m = math.copysign(ahead_m, end - start)
        steps = max(1, math.ceil((east - west) / (along_m * (1 - overlap.front)) - 1e-9))
        step_m = (end - start) / steps
        ends = [
            (x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn))
            for x in (start - back_m - step_m, end - back_m + step_m)
        ]
        heading_deg = (90.0 - angle_deg + 180.0 * (number % 2)) % 360.0
        passes.append(Pass(ends[0], ends[1], heading_deg, pitch_deg, steps + 3))
    return passes


def _is_down(pitch_deg: float) -> bool:
    return pitch_deg == STRAIGHT_DOWN_DEG


def _long_side_deg(area: Polygon) -> float:
    a, b, c = shapely.get_coordinates(shapely.minimum_rotated_rectangle(area))[:3]
    side = max((b - a, c - b), key=lambda each: math.hypot(*each))
    return math.degrees(math.atan2(side[1], side[0])) % 180.0


def _sides(shots: Sequence[Shot]) -> Floats:
    """The heading of each oblique picture, and -1 of those that look straight down."""
    headings = [
        -1.0 if _is_down(shot.pitch_deg) else round(shot.heading_deg, 3) % 360.0 for shot in shots
    ]
    return np.array(headings)


def _spread(area: Polygon, height_m: float) -> Floats:
    """Places in the area, evenly spread."""
    apart_m = math.sqrt(area.area / PLACES)
    west, south, east, north = area.bounds
    xs = np.arange(west + apart_m / 2, east, apart_m)
    ys = np.arange(south + apart_m / 2, north, apart_m)
    grid = np.array([(x, y) for x in xs for y in ys]).reshape(-1, 2)
    inside = grid[shapely.contains_xy(area, grid[:, 0], grid[:, 1])]
    at = np.vstack((inside, shapely.get_coordinates(area)))
    return np.column_stack((at, np.full(len(at), height_m)))
