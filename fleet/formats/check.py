"""What a mission amounts to, and where it does what is not allowed in the district.

A height counts above the higher of the take-off point and the ground of the place, as the planner
plans it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from fleet.district.model import District, Volume
from fleet.formats.plan_file import PlanFile
from fleet.formats.track import TrackPoint, length_m, track
from fleet.units.fence import outline
from planner.frame import Points, to_metres

CEILING_M = 120.0
ROUNDING_M = 0.05  # of heights and of the ground, in files
NEARER_BY_M = 0.5  # than the distance to be kept; projections differ by less


@dataclass(frozen=True, slots=True)
class Totals:
    """What a plan holds. Heights are above the take-off point."""

    items: int
    points: int  # of them lead somewhere
    distance_m: float
    highest_m: float | None
    farthest_m: float  # from the take-off point
    fence_inclusions: int
    fence_exclusions: int
    fence_points: int
    rally_points: int


def totals(plan: PlanFile) -> Totals:
    points = track(plan)
    at_m = _metres([point.at for point in points])
    heights = [p.above_take_off_m for p in points if p.above_take_off_m is not None]
    return Totals(
        items=len(plan.mission) - 1,
        points=len(points) - 1,
        distance_m=length_m(points),
        highest_m=max(heights, default=None),
        farthest_m=float(np.hypot(*(at_m - at_m[0]).T).max()),
        fence_inclusions=len(plan.fence.inclusions),
        fence_exclusions=len(plan.fence.exclusions),
        fence_points=plan.fence.points,
        rally_points=len(plan.rally),
    )


def mission_violations(plan: PlanFile, district: District) -> list[str]:
    """Every leg outside the district's fence or too near to a no-fly volume, every point above
    the ceiling: one sentence each, with the item and the figure."""
    points = track(plan)
    return [
        *_ends(points),
        *_too_high(points, plan, district),
        *_off_limits(points, district),
        *_rally_off_limits(plan, district),
    ]


def _ends(points: tuple[TrackPoint, ...]) -> Iterator[str]:
    if len(points) == 1:
        yield "no item leads anywhere; nothing would be flown"


def _too_high(points: tuple[TrackPoint, ...], plan: PlanFile, district: District) -> Iterator[str]:
    for point in points[1:]:
        above_m = _above_ground_m(point, plan.home.z, district)
        if above_m > CEILING_M + ROUNDING_M:
            yield (
                f"item {point.seq} ({point.word}) is {above_m:.0f} m above the ground; "
                f"the ceiling is {CEILING_M:.0f} m"
            )


def _above_ground_m(point: TrackPoint, home_amsl_m: float, district: District) -> float:
    if point.above_take_off_m is None:
        return point.height_m
    ground_m = float(district.grounds_amsl_m(np.array([point.at]))[0])
    return point.above_take_off_m - max(0.0, ground_m - home_amsl_m)


def _off_limits(points: tuple[TrackPoint, ...], district: District) -> Iterator[str]:
    at_m = _metres([point.at for point in points])
    inside = _inside(district)
    volumes = [(volume, _shape(volume.polygon)) for volume in district.volumes]
    for i in range(1, len(points)):
        leg = shapely.LineString(at_m[i - 1 : i + 1])
        what = f"the way to item {points[i].seq} ({points[i].word})"
        if not inside.covers(leg):
            outside = shapely.points(shapely.get_coordinates(leg.difference(inside)))
            out_m = float(shapely.distance(outside, inside).max())
            yield f"{what} leads {out_m:.0f} m outside the district's fence"
        for volume, shape in volumes:
            yield from _too_near(what, leg, volume, shape)


def _rally_off_limits(plan: PlanFile, district: District) -> Iterator[str]:
    inside = _inside(district)
    for number, item in enumerate(plan.rally):
        place = shapely.Point(*_metres([(item.x, item.y)])[0])
        what = f"rally point {number}"
        if not inside.covers(place):
            yield f"{what} is {inside.distance(place):.0f} m outside the district's fence"
        for volume in district.volumes:
            yield from _too_near(what, place, volume, _shape(volume.polygon))


def _too_near(what: str, leg: BaseGeometry, volume: Volume, shape: BaseGeometry) -> Iterator[str]:
    away_m = leg.distance(shape)
    if away_m == 0:
        yield f"{what} enters the no-fly volume {volume.id} ({volume.name.en})"
    elif away_m < volume.buffer_m - NEARER_BY_M:
        yield (
            f"{what} comes within {away_m:.0f} m of the no-fly volume {volume.id} "
            f"({volume.name.en}); {volume.buffer_m:.0f} m are to be kept"
        )


def _inside(district: District) -> BaseGeometry:
    return _shape((outline(district),))


def _shape(rings: tuple[tuple[tuple[float, float], ...], ...]) -> BaseGeometry:
    outside, *holes = (_metres(list(ring)) for ring in rings)
    return shapely.Polygon(outside, holes)


def _metres(positions: list[tuple[float, float]]) -> Points:
    return to_metres(np.array(positions, dtype=np.float64))
