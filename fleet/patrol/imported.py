"""A ground station's mission as a patrol file: what it flies over becomes lines and points to look
at. So it is flown as any patrol is: planned around the no-fly volumes and in the wind, proved, kept
apart from others, and told to the drone through the gate.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.district.model import CameraModel, District, Name
from fleet.formats.plan_file import PlanFile
from fleet.formats.track import HOMEWARD, NAV_LAND, NAV_TAKEOFF, STAYS, TrackPoint, track
from fleet.patrol.file import Camera, Line, PatrolFile, Point
from fleet.process import Refusal

CAMERA = "down"
KIND = "imported"
LEVEL_WITHIN_M = 5.0  # of heights above the ground along one line
DWELL_S = 60.0  # where the file stays until told otherwise
PASSED_S = 5.0  # over a place that it does not stay at
LONGEST_S = 1800.0
SLOWEST_M, LOWEST_M, HIGHEST_M = 1.0, 11.0, 120.0
FASTEST_MS = 25.0
_NOT_LOOKED_AT = (NAV_TAKEOFF, NAV_LAND, HOMEWARD)


def imported(plan: PlanFile, name: str, district: District) -> PatrolFile:
    """Each run of waypoints at one height above the ground is a line, each place that is stayed
    at a point.

    Raises:
        Refusal: for what leads nowhere, or where no drone's camera is known.
    """
    camera, speed_ms = _camera(district), _cruise_ms(district)
    points, lines = list[Point](), list[Line]()
    for run in _runs(plan, district):
        number = len(points) + len(lines) + 1
        (first, height_m), *_ = run
        height_m = min(max(round(min(each for _, each in run), 1), LOWEST_M), HIGHEST_M)
        words = f"{name} {first.seq}"
        common: dict[str, Any] = {
            "name": Name(zh=words, en=words),
            "kind": KIND,
            "height_m": height_m,
            "camera": CAMERA,
        }
        if len(run) == 1:
            dwell_s = _stays_s(plan, first) or PASSED_S
            points.append(
                Point(
                    id=f"P{number:02d}",
                    at=_rounded(first.at),
                    dwell_s=min(dwell_s, LONGEST_S),
                    **common,
                )
            )
        else:
            told_ms = next((p.speed_ms for p, _ in run if p.speed_ms), speed_ms)
            path = tuple(_rounded(point.at) for point, _ in run)
            line_ms = min(max(told_ms, SLOWEST_M), FASTEST_MS)
            lines.append(Line(id=f"L{number:02d}", path=path, speed_ms=line_ms, **common))
    if not points and not lines:
        raise Refusal(f"{name}: no item leads anywhere; there is nothing to look at")
    return PatrolFile(
        name=Name(zh=name, en=name),
        schematic=False,
        hours="00:00-24:00",
        cameras={CAMERA: camera},
        points=tuple(points),
        lines=tuple(lines),
    )


def _runs(plan: PlanFile, district: District) -> Iterator[list[tuple[TrackPoint, float]]]:
    """Places with their heights above the ground; one that is stayed at ends what came before, and
    is a run of its own."""
    run: list[tuple[TrackPoint, float]] = []
    for point in track(plan)[1:]:
        if point.command in _NOT_LOOKED_AT:
            continue
        height_m = _above_ground_m(point, plan.home.z, district)
        stays = _stays_s(plan, point) is not None
        if run and (stays or abs(run[0][1] - height_m) > LEVEL_WITHIN_M):
            yield run
            run = []
        if run and run[-1][0].at == point.at:
            continue
        run.append((point, height_m))
        if stays:
            yield run
            run = []
    if run:
        yield run


def _stays_s(plan: PlanFile, point: TrackPoint) -> float | None:
    """How long the file stays there; None where it flies on."""
    item = plan.mission[point.seq]
    if point.command in (STAYS, mavlink.MAV_CMD_NAV_LOITER_TURNS):
        return DWELL_S
    timed = (mavlink.MAV_CMD_NAV_LOITER_TIME, mavlink.MAV_CMD_NAV_WAYPOINT)
    return float(item.param1) if point.command in timed and item.param1 > 0 else None


def _above_ground_m(point: TrackPoint, home_amsl_m: float, district: District) -> float:
    if point.above_take_off_m is None:
        return point.height_m
    ground_m = float(district.grounds_amsl_m(np.array([point.at]))[0])
    return point.above_take_off_m + home_amsl_m - ground_m


def _rounded(at: tuple[float, float]) -> tuple[float, float]:
    """As autopilots keep it."""
    return round(at[0], 7), round(at[1], 7)


def _camera(district: District) -> Camera:
    models: Sequence[CameraModel | None] = [m.camera for m in district.drone_models.values()]
    known = next((camera for camera in models if camera is not None), None)
    if known is None:
        raise Refusal(f"no drone of {district.id} has a camera; nothing can be looked at")
    across, along = (
        math.degrees(2 * math.atan(side_mm / 2 / known.focal_mm)) for side_mm in known.sensor_mm
    )
    return Camera(across_deg=round(across, 1), along_deg=round(along, 1))


def _cruise_ms(district: District) -> float:
    """Of the slowest: photos are taken on the way."""
    return min(model.motion.speed_ms for model in district.drone_models.values()) / 2
