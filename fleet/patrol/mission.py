"""A planned sortie as the items of a mission: ways, dwelling, photos, landing.

Photos along a pass are taken by the autopilot by distance (DO_SET_CAM_TRIGG_DIST), one over a
point by IMAGE_START_CAPTURE; the camera looks straight down. A sortie that is early holds over the
place where its look begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.district.model import DockSite
from fleet.mavlink.mission import MissionItem
from fleet.mavlink.mission_items import ABSOLUTE, GROUND_SPEED, KEEP_THROTTLE, RELATIVE
from fleet.patrol.plan import PlannedSortie, PlanPoint, Stage

STRAIGHT_DOWN_DEG = -90.0
TRIGGER_NOW = 1.0
_BY_MAVLINK = float(mavlink.MAV_MOUNT_MODE_MAVLINK_TARGETING)


def mission_items(sortie: PlannedSortie, start: DockSite, end: DockSite) -> tuple[MissionItem, ...]:
    """Item 0 is the home position; heights are above the pad of ``start``."""
    items = [
        MissionItem(mavlink.MAV_CMD_NAV_WAYPOINT, ABSOLUTE, *start.at, start.alt_amsl_m),
        _over(sortie.stages[0].points[0], mavlink.MAV_CMD_NAV_TAKEOFF, start),
        _act(mavlink.MAV_CMD_DO_MOUNT_CONTROL, STRAIGHT_DOWN_DEG, z=_BY_MAVLINK),
    ]
    stages = list(sortie.stages)
    stages[0] = stages[0].model_copy(update={"points": stages[0].points[1:]})
    stages[-1] = stages[-1].model_copy(update={"points": stages[-1].points[:-1]})
    speed_ms: float | None = None
    for stage in stages:
        for item in _flown(stage, start):
            if item.command != mavlink.MAV_CMD_DO_CHANGE_SPEED:
                items.append(item)
            elif item.param2 != speed_ms:
                speed_ms = item.param2
                items.append(item)
    items.append(MissionItem(mavlink.MAV_CMD_NAV_LAND, RELATIVE, *end.at, 0.0))
    return tuple(items)


def _flown(stage: Stage, start: DockSite) -> Iterator[MissionItem]:
    """A stage's items; the speed is set before each point that is flown to."""
    first, *rest = stage.points
    if stage.what == "look":
        yield from _looked(stage, first, rest, start)
        return
    for point in stage.points:
        yield from _to(point, start)


def _looked(
    stage: Stage, first: PlanPoint, rest: list[PlanPoint], start: DockSite
) -> Iterator[MissionItem]:
    over = _over(first, mavlink.MAV_CMD_NAV_WAYPOINT, start)
    if not rest:
        half_s = (stage.ends_s - stage.begins_s) / 2  # the photo is taken half way through
        yield replace(over, param1=float(round(stage.waits_s + half_s)))
        yield _act(mavlink.MAV_CMD_IMAGE_START_CAPTURE, 0.0, 0.0, 1.0)
        yield replace(over, param1=float(round(half_s)))
        return
    yield replace(over, param1=float(round(stage.waits_s)))
    yield _act(mavlink.MAV_CMD_DO_SET_CAM_TRIGG_DIST, stage.photo_step_m or 0.0, 0.0, TRIGGER_NOW)
    for point in rest:
        yield from _to(point, start)
    yield _act(mavlink.MAV_CMD_DO_SET_CAM_TRIGG_DIST)


def _to(point: PlanPoint, start: DockSite) -> Iterator[MissionItem]:
    if point[3] > 0:
        yield _act(mavlink.MAV_CMD_DO_CHANGE_SPEED, GROUND_SPEED, point[3], KEEP_THROTTLE)
    yield _over(point, mavlink.MAV_CMD_NAV_WAYPOINT, start)


def _over(point: PlanPoint, command: int, start: DockSite) -> MissionItem:
    return MissionItem(command, RELATIVE, point[0], point[1], point[2] - start.alt_amsl_m)


def _act(
    command: int, one: float = 0.0, two: float = 0.0, three: float = 0.0, z: float = 0.0
) -> MissionItem:
    """What is done without flying anywhere."""
    frame = mavlink.MAV_FRAME_MISSION
    return MissionItem(command, frame, z=z, param1=one, param2=two, param3=three)
