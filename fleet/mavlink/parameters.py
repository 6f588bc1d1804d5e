"""The autopilot's parameters: which the controller reads, and which it sets and verifies.

Names and units are ArduCopter's; 4.7 began to rename centimetres into metres, so a figure may go
by two names.
"""

from __future__ import annotations

from typing import Final

# Read for the flight time: figure -> ((name, factor to SI), ...), the first that is told counts.
FIGURES: Final[dict[str, tuple[tuple[str, float], ...]]] = {
    "speed_ms": (("WPNAV_SPEED", 0.01), ("WP_SPD", 1.0)),
    "accel_ms2": (("WPNAV_ACCEL", 0.01), ("WP_ACC", 1.0)),
    "jerk_ms3": (("WPNAV_JERK", 1.0), ("WP_JERK", 1.0)),
    "climb_ms": (("WPNAV_SPEED_UP", 0.01), ("WP_SPD_UP", 1.0)),
    "descent_ms": (("WPNAV_SPEED_DN", 0.01), ("WP_SPD_DN", 1.0)),
    "climb_accel_ms2": (("WPNAV_ACCEL_Z", 0.01), ("WP_ACC_Z", 1.0)),
    "corner_radius_m": (("WPNAV_RADIUS", 0.01), ("WP_RADIUS_M", 1.0)),
}

READ: Final = tuple(tuple(name for name, _ in names) for names in FIGURES.values())

# Set on every drone and read back, before it counts as ready.
POLICY: Final[dict[str, float]] = {
    "ARMING_CHECK": 1,  # all of them
    "AUTO_OPTIONS": 3,  # arm and take off by mission, without a throttle stick
    "FENCE_TYPE": 4,  # the polygons that were uploaded
    "FENCE_ACTION": 1,  # at the fence: return, or land if that fails
    "FS_GCS_ENABLE": 1,  # without our heartbeat: return
    "FS_GCS_TIMEOUT": 20,  # s; a controller that is started again is back in five
    "FS_OPTIONS": 0,  # in every mode: none goes on with its mission when it hears nobody
    "RALLY_LIMIT_KM": 0,  # the nearest rally point counts, however far: each flight has its own
    "RALLY_INCL_HOME": 1,  # the dock counts as one of them
    "BATT_FS_LOW_ACT": 2,  # low: return
    "BATT_FS_CRT_ACT": 1,  # critical: land where it is
    "FS_EKF_ACTION": 1,  # it does not know where it is: land
    "FS_EKF_THRESH": 0.8,  # of what its estimator may doubt; more is as good as no failsafe
    "FS_DR_ENABLE": 2,  # GPS lost with a wind estimate: return by dead reckoning
    "FS_VIBE_ENABLE": 1,  # sensors that vibrate: fly on without them
    "FS_CRASH_CHECK": 1,  # turned over: rotors off
    "ADSB_TYPE": 1,  # a receiver that tells by MAVLink
    "AVD_ENABLE": 1,
    "AVD_F_ACTION": 2,  # another aircraft comes near: climb or descend out of its way
    "AVD_F_RCVRY": 1,  # and go on once it has passed
    "AVD_F_DIST_XY": 300,  # m
    "AVD_F_DIST_Z": 100,
    "AVD_F_TIME": 20,  # s before it would be that near
    "AVD_F_ALT_MIN": 20,  # m; not into the ground
    "AVD_W_ACTION": 1,  # further off: say so
    "AVD_W_DIST_XY": 1000,
    "AVD_W_TIME": 60,
}

# Set on drones that have a sensor for the marker on a pad; what kind it is, is the drone's own
# affair (PLND_ENABLED, PLND_TYPE).
MARKER_LANDING: Final[dict[str, float]] = {
    "PLND_STRICT": 1,  # a marker that is lost is looked for again; then it lands as without one
    "PLND_RET_MAX": 2,  # times
    "PLND_TIMEOUT": 4,  # s without a sight of it: it is lost
    "PLND_XY_DIST_MAX": 1.5,  # m aside of the marker it comes down no further, but corrects first
}

# Levels of the autopilot's own battery failsafes, as parts of the reserve that a flight is planned
# with. The controller turns back earlier: it knows the way; a drone that a person holds may use up
# half of its reserve and must still come home by its planned way, not by the straight line of RTL.
LOW_OF_RESERVE: Final = 0.4
CRITICAL_OF_RESERVE: Final = 0.2


def battery_levels(capacity_mah: float, reserve_share: float) -> dict[str, float]:
    """What to set, in whole mAh, for a battery of this capacity."""
    reserve_mah = capacity_mah * reserve_share
    return {
        "BATT_LOW_MAH": float(round(reserve_mah * LOW_OF_RESERVE)),
        "BATT_CRT_MAH": float(round(reserve_mah * CRITICAL_OF_RESERVE)),
    }
