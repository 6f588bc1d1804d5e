"""Mission items by metres from the pad."""

from __future__ import annotations

import math

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.mission import MissionItem

PAD, PAD_AMSL_M = (114.24, 22.72), 45.0
METRES_A_DEGREE = 111_319.49
_RELATIVE = mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT


def place(east_m: float, north_m: float) -> tuple[float, float]:
    lon, lat = PAD
    per_degree = METRES_A_DEGREE * math.cos(math.radians(lat))
    return lon + east_m / per_degree, lat + north_m / METRES_A_DEGREE


def metres(lon: float | None, lat: float | None) -> tuple[float, float]:
    """East and north of the pad."""
    assert lon is not None
    assert lat is not None
    per_degree = METRES_A_DEGREE * math.cos(math.radians(PAD[1]))
    return (lon - PAD[0]) * per_degree, (lat - PAD[1]) * METRES_A_DEGREE


def home() -> MissionItem:
    return MissionItem(mavlink.MAV_CMD_NAV_WAYPOINT, mavlink.MAV_FRAME_GLOBAL, *PAD, PAD_AMSL_M)


def take_off(height_m: float) -> MissionItem:
    return MissionItem(mavlink.MAV_CMD_NAV_TAKEOFF, _RELATIVE, *PAD, height_m)


def waypoint(east_m: float, north_m: float, height_m: float) -> MissionItem:
    return MissionItem(mavlink.MAV_CMD_NAV_WAYPOINT, _RELATIVE, *place(east_m, north_m), height_m)


def stay(east_m: float, north_m: float, height_m: float) -> MissionItem:
    return MissionItem(
        mavlink.MAV_CMD_NAV_LOITER_UNLIM, _RELATIVE, *place(east_m, north_m), height_m
    )


def stay_for(seconds: float, east_m: float, north_m: float, height_m: float) -> MissionItem:
    return MissionItem(
        mavlink.MAV_CMD_NAV_LOITER_TIME,
        _RELATIVE,
        *place(east_m, north_m),
        height_m,
        param1=seconds,
    )


def speed(speed_ms: float) -> MissionItem:
    return MissionItem(
        mavlink.MAV_CMD_DO_CHANGE_SPEED,
        mavlink.MAV_FRAME_MISSION,
        param1=1,
        param2=speed_ms,
        param3=-1,
    )


def land() -> MissionItem:
    return MissionItem(mavlink.MAV_CMD_NAV_LAND, _RELATIVE, *PAD, 0)


def come_home() -> MissionItem:
    return MissionItem(mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH, mavlink.MAV_FRAME_MISSION)
