"""The builtin vehicle's parameters: names, units and meaning of ArduCopter 4.7, as far as it goes.

The figures are those of the drone that `sitl/arducopter/copter.parm` makes of ArduPilot.
"""

from __future__ import annotations

from typing import Final

DEFAULTS: Final[dict[str, float]] = {
    "MAV_SYSID": 1,
    "MAV_GCS_SYSID": 255,
    "WPNAV_SPEED": 1500,  # cm/s
    "WPNAV_ACCEL": 300,  # cm/s/s
    "WPNAV_JERK": 3,  # m/s/s/s
    "WPNAV_SPEED_UP": 600,
    "WPNAV_SPEED_DN": 400,
    "WPNAV_ACCEL_Z": 200,
    "WPNAV_RADIUS": 300,  # cm
    "LAND_SPEED": 70,
    "LAND_SPEED_HIGH": 400,
    "LAND_ALT_LOW": 600,  # cm
    "RTL_ALT": 10000,  # cm
    "RTL_CONE_SLOPE": 3,  # height over distance
    "RTL_LOIT_TIME": 1000,  # ms
    "AUTO_OPTIONS": 3,
    "FENCE_ENABLE": 0,
    "FENCE_TYPE": 7,
    "FENCE_ACTION": 1,
    "FENCE_MARGIN": 2,
    "FS_GCS_ENABLE": 0,
    "FS_GCS_TIMEOUT": 5,  # s
    "BATT_CAPACITY": 6750,  # mAh
    "BATT_LOW_MAH": 0,
    "BATT_CRT_MAH": 0,
    "BATT_FS_LOW_ACT": 0,
    "BATT_FS_CRT_ACT": 0,
    "ARMING_CHECK": 1,
    "DISARM_DELAY": 20,
    "MNT1_TYPE": 7,  # a gimbal that keeps itself level
    "MNT1_PITCH_MIN": -90,  # degrees
    "MNT1_PITCH_MAX": 35,
    "MNT1_YAW_MIN": -180,
    "MNT1_YAW_MAX": 180,
    "MNT1_NEUTRAL_Y": -30,
    "MNT1_NEUTRAL_Z": 0,
}
