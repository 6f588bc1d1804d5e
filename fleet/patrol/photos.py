"""The photos of a look and the ground that they show: as planned, straight down, level ground."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import NamedTuple

import shapely
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from fleet.patrol.file import Camera, Task
from fleet.patrol.plan import Stage
from fleet.patrol.survey import footprint_m

M_PER_DEG = 111_320.0  # of latitude; a footprint is some hundred metres wide


class Photos(NamedTuple):
    """``ground`` is in degrees."""

    number: int
    ground: BaseGeometry


def photos_of(stage: Stage, task: Task, camera: Camera) -> Photos:
    """One photo over a point; along a line or sweep one each ``photo_step_m``, from end to end."""
    across_m, along_m = footprint_m(camera, task.height_m)
    lon, lat = stage.points[0][:2]
    east = M_PER_DEG * math.cos(math.radians(lat))
    points = [((p[0] - lon) * east, (p[1] - lat) * M_PER_DEG) for p in stage.points]
    strips, number = [], 0
    for (x, y), (to_x, to_y) in pairwise(points):
        length_m = math.hypot(to_x - x, to_y - y)
        if length_m > 0:
            number += 1 + math.floor(length_m / (stage.photo_step_m or length_m))
            strips.append(_strip((x, y), (to_x, to_y), length_m, across_m, along_m))
    if not strips:
        number, strips = 1, [shapely.box(-across_m / 2, -along_m / 2, across_m / 2, along_m / 2)]
    ground = shapely.union_all(strips)
    return Photos(
        number, affinity.affine_transform(ground, (1 / east, 0, 0, 1 / M_PER_DEG, lon, lat))
    )


def _strip(
    start: tuple[float, float],
    end: tuple[float, float],
    length_m: float,
    across_m: float,
    along_m: float,
) -> BaseGeometry:
    """What the photos of one pass show, the first and the last half ahead of its ends."""
    ahead = along_m / 2 / length_m
    dx, dy = (end[0] - start[0]) * ahead, (end[1] - start[1]) * ahead
    line = shapely.LineString([(start[0] - dx, start[1] - dy), (end[0] + dx, end[1] + dy)])
    return line.buffer(across_m / 2, cap_style="flat")
