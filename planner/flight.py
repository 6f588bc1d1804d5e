"""Flight time: the wind triangle, and legs flown with limited acceleration and jerk.

ArduCopter holds the ground speed it is told, along S-curves limited in acceleration and jerk
(its libraries AC_WPNav and SCurve). A mission of ours tells it, leg by leg, the ground speed that
the cruise airspeed gives in the wind: that is what is computed here, so it is what is flown.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from planner.model import Performance, Wind

SLOWEST_MS = 1.0  # over the ground; slower than this a leg does not count as flyable

Floats = NDArray[np.float64]


def wind_vector(wind: Wind) -> tuple[float, float]:
    """Where the air goes: (east, north) in m/s."""
    to_rad = math.radians(wind.from_deg + 180.0)
    return wind.speed_ms * math.sin(to_rad), wind.speed_ms * math.cos(to_rad)


def ground_speeds(tracks: Floats, performance: Performance, wind: Wind) -> Floats:
    """Ground speed along each track (rows of east, north) at cruise airspeed; NaN where the wind
    does not let the track be flown. The wind triangle: what is left of the airspeed after holding
    against the crosswind, plus the wind along the track."""
    lengths = np.hypot(tracks[:, 0], tracks[:, 1])
    with np.errstate(invalid="ignore", divide="ignore"):
        east, north = tracks[:, 0] / lengths, tracks[:, 1] / lengths
        wind_east, wind_north = wind_vector(wind)
        along = wind_east * east + wind_north * north
        across = wind_east * north - wind_north * east
        held = along + np.sqrt(performance.airspeed_ms**2 - across**2)
    speeds: Floats = np.minimum(held, performance.max_ground_ms)
    speeds[lengths == 0] = performance.airspeed_ms
    speeds[~(speeds >= SLOWEST_MS)] = np.nan
    return speeds


def ground_speed(
    east_m: float, north_m: float, performance: Performance, wind: Wind
) -> float | None:
    """``ground_speeds`` for one track; None where it cannot be flown."""
    length_m = math.hypot(east_m, north_m)
    if length_m == 0:
        return performance.airspeed_ms
    wind_east, wind_north = wind_vector(wind)
    along = (wind_east * east_m + wind_north * north_m) / length_m
    across = (wind_east * north_m - wind_north * east_m) / length_m
    held = performance.airspeed_ms**2 - across**2
    if held < 0:
        return None
    speed_ms = min(along + math.sqrt(held), performance.max_ground_ms)
    return speed_ms if speed_ms >= SLOWEST_MS else None


def speed_up_s(speed_ms: float, accel_ms2: float, jerk_ms3: float) -> float:
    """Time from rest to a speed, with acceleration and jerk limited. The way covered is half of
    speed times time, by symmetry."""
    if speed_ms * jerk_ms3 <= accel_ms2**2:
        return 2.0 * math.sqrt(speed_ms / jerk_ms3)
    return speed_ms / accel_ms2 + accel_ms2 / jerk_ms3


def rest_to_rest_s(way_m: float, speed_ms: float, accel_ms2: float, jerk_ms3: float) -> float:
    """Time for a straight way from standstill to standstill, not faster than ``speed_ms``."""
    if way_m <= 0:
        return 0.0
    ramp_s = speed_up_s(speed_ms, accel_ms2, jerk_ms3)
    if way_m >= speed_ms * ramp_s:
        return way_m / speed_ms + ramp_s
    return 2.0 * speed_up_s(_peak_ms(way_m, accel_ms2, jerk_ms3), accel_ms2, jerk_ms3)


def _peak_ms(way_m: float, accel_ms2: float, jerk_ms3: float) -> float:
    """The top speed of a way too short to reach cruise: peak times its ramp is the way."""
    peak_ms: float = (way_m * math.sqrt(jerk_ms3) / 2.0) ** (2.0 / 3.0)
    if peak_ms * jerk_ms3 <= accel_ms2**2:
        return peak_ms
    half_s = accel_ms2 / jerk_ms3 / 2.0
    return accel_ms2 * (math.sqrt(half_s**2 + way_m / accel_ms2) - half_s)


def cruise_s(
    legs_m: Sequence[float], speeds_ms: Sequence[float], performance: Performance
) -> float:
    """Time for a path of legs at their speeds, from standstill to standstill.

    At a corner ArduCopter lets the end of one leg and the beginning of the next overlap, cutting
    the corner instead of stopping there, so only the first start and the last stop cost time.
    """
    if not legs_m:
        return 0.0
    accel, jerk = performance.accel_ms2, performance.jerk_ms3
    way_m = math.fsum(legs_m)
    at_speed_s = math.fsum(leg / speed for leg, speed in zip(legs_m, speeds_ms, strict=True))
    ramps_s = (speed_up_s(speeds_ms[0], accel, jerk) + speed_up_s(speeds_ms[-1], accel, jerk)) / 2
    mean_ms = way_m / at_speed_s if at_speed_s else 0.0
    if way_m >= mean_ms * ramps_s:
        return at_speed_s + ramps_s
    return rest_to_rest_s(way_m, max(speeds_ms), accel, jerk)


def climb_s(height_m: float, performance: Performance) -> float:
    """Time to change height, up (positive) or down, from standstill to standstill."""
    speed_ms = performance.climb_ms if height_m > 0 else performance.descent_ms
    return rest_to_rest_s(
        abs(height_m), speed_ms, performance.climb_accel_ms2, performance.jerk_ms3
    )
