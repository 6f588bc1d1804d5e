"""Straight ways flown with limited acceleration and jerk: how long it takes to come to a speed, and
from standstill to standstill."""

from __future__ import annotations

import math


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
    return 2.0 * short_ramp_s(way_m, accel_ms2, jerk_ms3)


def short_ramp_s(way_m: float, accel_ms2: float, jerk_ms3: float) -> float:
    """Half of the time for a way too short to reach cruise, rest to rest."""
    return speed_up_s(_peak_ms(way_m, accel_ms2, jerk_ms3), accel_ms2, jerk_ms3)


def _peak_ms(way_m: float, accel_ms2: float, jerk_ms3: float) -> float:
    """The top speed of a way too short to reach cruise: peak times its ramp is the way."""
    peak_ms: float = (way_m * math.sqrt(jerk_ms3) / 2.0) ** (2.0 / 3.0)
    if peak_ms * jerk_ms3 <= accel_ms2**2:
        return peak_ms
    half_s = accel_ms2 / jerk_ms3 / 2.0
    return accel_ms2 * (math.sqrt(half_s**2 + way_m / accel_ms2) - half_s)
