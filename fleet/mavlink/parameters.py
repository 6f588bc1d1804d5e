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
    "AUTO_OPTIONS": 3,  # arm and take off by mission, without a throttle stick
    "FENCE_TYPE": 4,  # the polygons that were uploaded
    "FENCE_ACTION": 1,  # at the fence: return, or land if that fails
    "FS_GCS_ENABLE": 1,  # without our heartbeat: return
    "FS_GCS_TIMEOUT": 20,  # s; a controller that is started again is back in five
    "BATT_FS_LOW_ACT": 2,  # low: return
    "BATT_FS_CRT_ACT": 1,  # critical: land where it is
}
