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
    "RALLY_LIMIT_KM": 0.3,
    "RALLY_INCL_HOME": 1,
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
    "FS_OPTIONS": 16,
    "FS_EKF_ACTION": 1,
    "FS_EKF_THRESH": 0.8,
    "FS_DR_ENABLE": 2,
    "FS_VIBE_ENABLE": 1,
    "FS_CRASH_CHECK": 1,
    "PLND_ENABLED": 1,
    "PLND_TYPE": 1,  # its marker sensor tells by MAVLink
    "PLND_STRICT": 1,
    "PLND_RET_MAX": 4,
    "PLND_TIMEOUT": 4,  # s
    "PLND_XY_DIST_MAX": 2.5,  # m
    "DID_ENABLE": 0,  # remote identification
    "DID_OPTIONS": 0,  # 1: does not arm without
    "ADSB_TYPE": 1,  # a receiver that tells by MAVLink
    "AVD_ENABLE": 0,
    "AVD_F_ACTION": 1,
    "AVD_F_RCVRY": 2,
    "AVD_F_DIST_XY": 100,  # m
    "AVD_F_DIST_Z": 100,
    "AVD_F_TIME": 30,  # s
    "AVD_F_ALT_MIN": 0,  # m
    "AVD_W_ACTION": 1,
    "AVD_W_DIST_XY": 300,
    "AVD_W_TIME": 30,
    "SIM_GPS1_ENABLE": 1,
    "SIM_GPS1_GLTCH_X": 0,  # degrees of latitude by which its GPS is wrong
    "SIM_GPS1_GLTCH_Y": 0,  # of longitude
    "SIM_MAG1_FAIL": 0,  # its compasses; it flies on without the last of them
    "SIM_MAG2_FAIL": 0,
    "SIM_MAG3_FAIL": 0,
    "SIM_ACC1_RND": 0,  # m/s/s, by which the first accelerometer is shaken
    "SIM_ACC2_RND": 0,
    "SIM_VIB_FREQ_X": 0,  # Hz, at which
    "SIM_ENGINE_FAIL": 0,  # motors, as bits
    "SIM_ENGINE_MUL": 1,  # the thrust that is left to them
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
