"""The marker on a dock's pad as the down-looking sensor of a drone sees it, in the words in which a
companion computer on board tells it to the autopilot: LANDING_TARGET.

https://mavlink.io/en/services/landing_target.html
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from pymavlink.dialects.v20 import ardupilotmega as mavlink

HZ: Final = 10.0
SEEN_FROM_M: Final = (0.3, 15.0)  # nearer it fills the picture, further it is too small
SEEN_ASIDE: Final = 0.7  # of the height: half the sensor's angle is 35 degrees
SIZE_M: Final = 0.5
LOOKED_FOR_WITHIN_M: Final = 40.0  # of height; a drone that is higher need not be asked often
METRES_A_DEGREE: Final = 111_319.49

LonLat = tuple[float, float]
Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a drone truly is and how it leans; the height is above the ground."""

    at: LonLat
    height_m: float
    roll_rad: float
    pitch_rad: float
    yaw_rad: float


def sighting(pads: Iterable[LonLat], pose: Pose, time_us: int) -> Any | None:
    """What the sensor tells of the nearest marker in sight; None where it sees none."""
    offs = (_off(pose.at, pad) for pad in pads)
    nearest = min(offs, key=lambda off: math.hypot(*off), default=None)
    least_m, most_m = SEEN_FROM_M
    if nearest is None or not least_m <= pose.height_m <= most_m:
        return None
    if math.hypot(*nearest) > SEEN_ASIDE * pose.height_m:
        return None
    x, y, z = to_body((*nearest, pose.height_m), pose.roll_rad, pose.pitch_rad, pose.yaw_rad)
    away_m = math.hypot(x, y, z)
    return mavlink.MAVLink_landing_target_message(
        time_us, 0, mavlink.MAV_FRAME_BODY_FRD, math.atan2(y, z), math.atan2(-x, z), away_m,
        SIZE_M / away_m, SIZE_M / away_m, x, y, z, [1, 0, 0, 0],
        mavlink.LANDING_TARGET_TYPE_VISION_FIDUCIAL, 1,
    )  # fmt: skip


def to_body(ned: Vector, roll: float, pitch: float, yaw: float) -> Vector:
    """From north, east, down to forward, right, down of a body that leans (radians)."""
    north, east, down = ned
    ahead = north * math.cos(yaw) + east * math.sin(yaw)
    aside = -north * math.sin(yaw) + east * math.cos(yaw)
    x = ahead * math.cos(pitch) - down * math.sin(pitch)
    below = ahead * math.sin(pitch) + down * math.cos(pitch)
    y = aside * math.cos(roll) + below * math.sin(roll)
    return x, y, -aside * math.sin(roll) + below * math.cos(roll)


def from_body(frd: Vector, roll: float, pitch: float, yaw: float) -> Vector:
    """The other way round."""
    x, y, z = frd
    aside = y * math.cos(roll) - z * math.sin(roll)
    below = y * math.sin(roll) + z * math.cos(roll)
    ahead = x * math.cos(pitch) + below * math.sin(pitch)
    down = -x * math.sin(pitch) + below * math.cos(pitch)
    north = ahead * math.cos(yaw) - aside * math.sin(yaw)
    return north, ahead * math.sin(yaw) + aside * math.cos(yaw), down


def _off(at: LonLat, pad: LonLat) -> tuple[float, float]:
    """North and east of a drone, in metres."""
    per_degree = METRES_A_DEGREE * math.cos(math.radians(at[1]))
    return (pad[1] - at[1]) * METRES_A_DEGREE, (pad[0] - at[0]) * per_degree
