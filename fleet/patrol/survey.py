"""Where the camera must go for a task: over a point, along a line, to and fro over an area; in
parts short enough for one flight."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from fleet.patrol.file import Area, Camera, Line, Point, Task
from fleet.process import Refusal
from planner.airspace import STAND_OFF_M, Airspace
from planner.flight import cruise_s, ground_speed
from planner.frame import Points, to_metres
from planner.model import Performance, Wind
from planner.patrol.stops import STOP_S, stops
from planner.patrol.sweep import Swath, sweep

LONGEST_PART_S = 480.0  # of a line or a sweep, in calm; longer ones are flown in parts
NEAR_M = 1000.0  # farther no-fly volumes have no say in how a task is surveyed
SHORTEST_PART_M = 5.0  # of a line between two no-fly volumes


class Unreachable(Refusal):
    """A task that no drone may look at, and why."""


@dataclass(frozen=True, slots=True)
class Survey:
    """The parts of a task, each flown in one go, as points in metres; a single point is hovered
    over. ``clear_share`` is how much of the task may be flown over."""

    parts: tuple[Points, ...]
    swath: Swath | None
    clear_share: float


@dataclass(frozen=True, slots=True)
class Flyer:
    """How a drone flies a survey in this wind."""

    performance: Performance
    wind: Wind

    def speeds_ms(self, points: Points, speed_ms: float) -> list[float] | None:
        """Ground speed of each leg, at most what is asked; None if one cannot be flown."""
        found = []
        for east_m, north_m in np.diff(points, axis=0).tolist():
            fastest_ms = ground_speed(east_m, north_m, self.performance, self.wind)
            if fastest_ms is None:
                return None
            found.append(min(speed_ms, fastest_ms))
        return found

    def seconds(self, points: Points, speed_ms: float) -> float:
        """Along the points from rest to rest, with stops at both ends and at sharp corners;
        infinite against too strong a wind."""
        speeds_ms = self.speeds_ms(points, speed_ms)
        if speeds_ms is None:
            return math.inf
        way = [(x, y) for x, y in points.tolist()]
        ends = [0, *stops(points), len(way) - 1]
        flown_s = math.fsum(
            cruise_s(way[start : end + 1], speeds_ms[start:end], self.performance)
            for start, end in pairwise(ends)
        )
        return flown_s + STOP_S * len(ends)


def footprint_m(camera: Camera, height_m: float) -> tuple[float, float]:
    """What a photo shows, across the way and along it."""
    across, along = (math.radians(deg / 2) for deg in (camera.across_deg, camera.along_deg))
    return 2 * height_m * math.tan(across), 2 * height_m * math.tan(along)


def swath_of(task: Line | Area, camera: Camera) -> Swath:
    across_m, along_m = footprint_m(camera, task.height_m)
    overlap = task.side_overlap if isinstance(task, Area) else 0.0
    return Swath(across_m * (1 - overlap), along_m * (1 - task.front_overlap))


def survey(task: Task, camera: Camera, airspace: Airspace, flyer: Flyer) -> Survey:
    """Raises Unreachable for what lies in no-fly volumes or outside the fence."""
    if isinstance(task, Point):
        return Survey((_stand(task, airspace),), None, 1.0)
    if isinstance(task, Line):
        return _along(task, camera, airspace)
    return _over(task, camera, airspace, flyer)


def _stand(task: Point, airspace: Airspace) -> Points:
    at_m = to_metres(np.array([task.at]))
    if not airspace.forbids(at_m):
        return at_m
    nearest_m = airspace.nearest_clear(at_m)
    away_m = math.dist(at_m[0], nearest_m[0])
    if away_m <= task.stand_off_m:
        return nearest_m
    within = airspace.volume_at(at_m) or "between no-fly volumes"
    raise Unreachable(
        f"it lies in {within}, {away_m:.0f} m from where a drone may be; "
        f"its stand_off_m is {task.stand_off_m:g}"
    )


def _along(task: Line, camera: Camera, airspace: Airspace) -> Survey:
    pieces = pieces_of(task, airspace)
    if task.cuts:
        parts = tuple(part for piece in cut_up(pieces, task.cuts) for part in piece)
    else:
        parts = _in_parts(pieces, task.speed_ms)
    whole_m = shapely.LineString(to_metres(np.array(task.path))).length
    share = sum(shapely.LineString(each).length for each in pieces) / whole_m
    return Survey(parts, swath_of(task, camera), share)


def pieces_of(task: Line, airspace: Airspace) -> list[Points]:
    """What of a line may be flown over.

    Raises:
        Unreachable: if that is nothing.
    """
    line = shapely.LineString(to_metres(np.array(task.path)))
    clear = line.difference(_kept_clear(airspace, line))
    pieces = [each for each in shapely.get_parts(clear) if each.length >= SHORTEST_PART_M]
    if not pieces:
        raise Unreachable("all of it lies in no-fly volumes or outside the fence")
    return [np.asarray(each.coords) for each in pieces]


def cut_up(pieces: Sequence[Points], cuts: Sequence[float]) -> list[list[Points]]:
    """The parts of each piece, cut at shares of the length of all."""
    lines = [shapely.LineString(piece) for piece in pieces]
    whole_m, begin_m, found = sum(line.length for line in lines), 0.0, []
    for line in lines:
        inside = [each * whole_m - begin_m for each in sorted(cuts)]
        ends = [0.0, *(m for m in inside if 0.5 < m < line.length - 0.5), line.length]
        found.append([np.asarray(substring(line, *pair).coords) for pair in pairwise(ends)])
        begin_m += line.length
    return found


def _over(task: Area, camera: Camera, airspace: Airspace, flyer: Flyer) -> Survey:
    rings = [to_metres(np.array(ring)) for ring in task.polygon]
    area = shapely.Polygon(rings[0], rings[1:])
    obstacles = _kept_clear(airspace, area)
    clear = area.difference(obstacles)
    if clear.is_empty or clear.area < 1.0:
        raise Unreachable("all of it lies in no-fly volumes or outside the fence")
    swath = swath_of(task, camera)

    def seconds(runs: Sequence[Points]) -> float:
        return flyer.seconds(np.vstack(runs), task.speed_ms)

    runs = sweep(clear, swath, seconds, obstacles)
    return Survey(_in_parts(runs, task.speed_ms), swath, clear.area / area.area)


def _kept_clear(airspace: Airspace, near: BaseGeometry) -> BaseGeometry:
    """The obstacles about a task, a step wider than they are."""
    west, south, east, north = near.bounds  # not the envelope: a line along a parallel has none
    about = shapely.box(west - NEAR_M, south - NEAR_M, east + NEAR_M, north + NEAR_M)
    return airspace.obstacles.intersection(about).buffer(STAND_OFF_M, join_style="mitre")


def _in_parts(runs: Sequence[Points], speed_ms: float) -> tuple[Points, ...]:
    longest_m = speed_ms * LONGEST_PART_S
    parts = []
    for run in runs:
        line = shapely.LineString(run)
        count = max(1, math.ceil(line.length / longest_m))
        for number in range(count):
            ends = number / count, (number + 1) / count
            parts.append(np.asarray(substring(line, *ends, normalized=True).coords))
    return tuple(parts)
