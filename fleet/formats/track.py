"""The way that a mission's items describe, and when a drone passes its points."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.formats.plan_file import COMMANDS, FRAMES, PlanFile
from fleet.mavlink.mission import MissionItem
from fleet.mavlink.mission_items import GROUND_SPEED
from fleet.sorties.sortie import distance_m
from planner.flight import climb_s
from planner.model import Performance
from planner.ramps import rest_to_rest_s

NAV_TAKEOFF, NAV_LAND = mavlink.MAV_CMD_NAV_TAKEOFF, mavlink.MAV_CMD_NAV_LAND
STAYS = mavlink.MAV_CMD_NAV_LOITER_UNLIM
HOMEWARD = mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH
LAST_NAV = mavlink.MAV_CMD_NAV_LAST  # commands up to here move the vehicle


@dataclass(frozen=True, slots=True)
class TrackPoint:
    """Where one item leads. ``above_take_off_m`` is None for heights told above the ground."""

    seq: int
    command: int
    lon: float
    lat: float
    height_m: float  # as told, in the item's frame
    above_take_off_m: float | None
    speed_ms: float | None = None  # over the ground, on the way there; None: the vehicle's own

    @property
    def at(self) -> tuple[float, float]:
        return self.lon, self.lat

    @property
    def word(self) -> str:
        name: str = COMMANDS[self.command].name
        return name.removeprefix("MAV_CMD_NAV_").replace("_", " ").lower()


def track(plan: PlanFile) -> tuple[TrackPoint, ...]:
    """The take-off point and where each navigation item leads, in the order of the mission. Jumps
    are not followed; a latitude and longitude of 0 mean 'where it is then', as to ArduCopter."""
    home = plan.home
    points = [TrackPoint(0, home.command, home.x, home.y, 0.0, 0.0)]
    speed_ms: float | None = None
    for seq, item in enumerate(plan.mission[1:], start=1):
        if item.command == mavlink.MAV_CMD_DO_CHANGE_SPEED and item.param1 == GROUND_SPEED:
            speed_ms = item.param2 if item.param2 > 0 else speed_ms
        elif item.command == HOMEWARD:
            up_m = points[-1].above_take_off_m
            points.append(
                TrackPoint(seq, item.command, home.x, home.y, up_m or 0.0, up_m, speed_ms)
            )
        elif item.command <= LAST_NAV and COMMANDS[item.command].has_location:
            points.append(replace(_point(seq, item, points[-1], home), speed_ms=speed_ms))
    return tuple(points)


def _point(seq: int, item: MissionItem, before: TrackPoint, home: MissionItem) -> TrackPoint:
    lon, lat = (item.x, item.y) if item.x or item.y else before.at
    above_m: float | None = None
    if FRAMES[item.frame] == "above the take-off point":
        above_m = item.z
    elif FRAMES[item.frame] == "above mean sea level":
        above_m = item.z - home.z
    return TrackPoint(seq, item.command, lon, lat, item.z, above_m)


def length_m(points: tuple[TrackPoint, ...]) -> float:
    """Horizontal, point by point."""
    return sum(distance_m(a.at, b.at) for a, b in pairwise(points))


def passing_s(
    points: tuple[TrackPoint, ...], performance: Performance, stay_s: float
) -> Iterator[float]:
    """Seconds from lifting off to each point, each leg flown from rest to rest; ``stay_s`` is
    spent where the mission stays until told otherwise."""
    now_s = 0.0
    yield now_s
    for before, after in pairwise(points):
        way_m = distance_m(before.at, after.at)
        rise_m = (after.above_take_off_m or 0.0) - (before.above_take_off_m or 0.0)
        speed_ms = after.speed_ms or performance.airspeed_ms
        along_s = rest_to_rest_s(way_m, speed_ms, performance.accel_ms2, performance.jerk_ms3)
        now_s += max(along_s, climb_s(rise_m, performance) if not math.isclose(rise_m, 0) else 0.0)
        yield now_s
        if after.command == STAYS:
            now_s += stay_s
