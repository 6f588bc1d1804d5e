"""What a mission tells the camera, and from where the pictures of a mission will be taken.

Of the items for cameras these are what ArduCopter 4.7 carries out in AUTO: DO_MOUNT_CONTROL points
the gimbal, CONDITION_YAW turns the drone until the next item that is flown to, IMAGE_START_CAPTURE
takes a picture, DO_SET_CAM_TRIGG_DIST takes one every so many metres. All of them are done while
the next item that is flown to is under way, but the first of several, which is done just before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pymavlink.dialects.v20 import ardupilotmega as mavlink
from pyproj import Geod

from fleet.mavlink.mission import MissionItem

STRAIGHT_DOWN_DEG = -90.0
TRIGGER_NOW = 1.0
LOOKS_EVERY_S = 0.02  # ArduCopter's camera, after the distance
_BY_MAVLINK = float(mavlink.MAV_MOUNT_MODE_MAVLINK_TARGETING)
_FLOWN_TO = (
    mavlink.MAV_CMD_NAV_WAYPOINT,
    mavlink.MAV_CMD_NAV_LOITER_UNLIM,
    mavlink.MAV_CMD_NAV_LOITER_TIME,
)
_ROUNDING_M = 1e-3


def point_camera(pitch_deg: float) -> MissionItem:
    """Straight ahead of the nose, level from side to side."""
    return act(mavlink.MAV_CMD_DO_MOUNT_CONTROL, pitch_deg, z=_BY_MAVLINK)


def turn_to(heading_deg: float) -> MissionItem:
    """The short way round, as fast as the autopilot turns."""
    return act(mavlink.MAV_CMD_CONDITION_YAW, heading_deg)


def take_picture() -> MissionItem:
    return act(mavlink.MAV_CMD_IMAGE_START_CAPTURE, 0.0, 0.0, 1.0)


def take_pictures_every(step_m: float, speed_ms: float) -> MissionItem:
    """One now, and one whenever it is so far from where the last was taken. At this speed over the
    ground that is seen a little late, which would add up from picture to picture."""
    least_m = max(step_m - late_m(speed_ms), step_m / 2)
    return act(mavlink.MAV_CMD_DO_SET_CAM_TRIGG_DIST, least_m, 0.0, TRIGGER_NOW)


def late_m(speed_ms: float) -> float:
    """By how much a picture by distance comes late, on the average."""
    return speed_ms * LOOKS_EVERY_S / 2


def take_no_more() -> MissionItem:
    return act(mavlink.MAV_CMD_DO_SET_CAM_TRIGG_DIST)


def act(
    command: int, one: float = 0.0, two: float = 0.0, three: float = 0.0, z: float = 0.0
) -> MissionItem:
    """What is done without flying anywhere."""
    frame = mavlink.MAV_FRAME_MISSION
    return MissionItem(command, frame, z=z, param1=one, param2=two, param3=three)


@dataclass(frozen=True, slots=True)
class PlannedPicture:
    """Where a mission takes a picture: in degrees, and above the take-off point."""

    lon: float
    lat: float
    height_m: float


def planned_pictures(items: Sequence[MissionItem]) -> tuple[PlannedPicture, ...]:
    """All of a mission's pictures, in order, if it is flown from corner to corner."""
    return tuple(_pictures(items))


def _pictures(items: Sequence[MissionItem]) -> Iterator[PlannedPicture]:
    here = PlannedPicture(items[0].x, items[0].y, 0.0)
    step_m, speed_ms, last = 0.0, 0.0, here
    for item in items[1:]:
        if item.command in _FLOWN_TO:
            there = PlannedPicture(item.x, item.y, item.z)
            step_there_m = step_m + late_m(speed_ms)
            while step_m > 0 and (at := _at_distance(here, there, last, step_there_m)) is not None:
                yield at
                here = last = at
            here = there
        elif item.command == mavlink.MAV_CMD_DO_CHANGE_SPEED:
            speed_ms = item.param2
        elif item.command == mavlink.MAV_CMD_NAV_TAKEOFF:
            here = PlannedPicture(here.lon, here.lat, item.z)
        elif item.command == mavlink.MAV_CMD_DO_SET_CAM_TRIGG_DIST:
            step_m, last = item.param1, here
            if item.param3 == TRIGGER_NOW:
                yield here
        elif item.command == mavlink.MAV_CMD_IMAGE_START_CAPTURE:
            last = here
            yield here


def _at_distance(
    here: PlannedPicture, there: PlannedPicture, last: PlannedPicture, step_m: float
) -> PlannedPicture | None:
    """The first place on a leg that is so far from where the last picture was taken."""
    way_m = _away_m(here, there)
    if _away_m(last, there) < step_m - _ROUNDING_M and _away_m(last, here) < step_m - _ROUNDING_M:
        return None
    low, high = 0.0, 1.0  # the distance from the last picture grows along the leg, or it is here
    while (high - low) * way_m > _ROUNDING_M:
        middle = (low + high) / 2
        if _away_m(last, _between(here, there, middle)) < step_m:
            low = middle
        else:
            high = middle
    return _between(here, there, high)


def _between(a: PlannedPicture, b: PlannedPicture, share: float) -> PlannedPicture:
    return PlannedPicture(
        a.lon + (b.lon - a.lon) * share,
        a.lat + (b.lat - a.lat) * share,
        a.height_m + (b.height_m - a.height_m) * share,
    )


def _away_m(a: PlannedPicture, b: PlannedPicture) -> float:
    return float(_WGS84.inv(a.lon, a.lat, b.lon, b.lat)[2])


_WGS84 = Geod(ellps="WGS84")
