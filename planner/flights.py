"""The formulas of ``planner.flight`` for many legs at once; shapes (n,) throughout."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from planner.model import Performance

Floats = NDArray[np.float64]


def climbs_s(heights_m: Floats, performance: Performance) -> Floats:
    """``planner.flight.climb_s``."""
    speeds_ms = np.where(heights_m > 0, performance.climb_ms, performance.descent_ms)
    accel_ms2, jerk_ms3 = performance.climb_accel_ms2, performance.jerk_ms3
    return _ramps_and_legs_s(np.abs(heights_m), speeds_ms, accel_ms2, jerk_ms3)[1]


def ramps_and_legs_s(
    ways_m: Floats, speeds_ms: Floats, performance: Performance
) -> tuple[Floats, Floats]:
    """Of legs flown from rest to rest: how long the drone speeds up, and how long it takes in
    all. NaN where the speed is."""
    return _ramps_and_legs_s(ways_m, speeds_ms, performance.accel_ms2, performance.jerk_ms3)


def _ramps_and_legs_s(
    ways_m: Floats, speeds_ms: Floats, accel_ms2: float, jerk_ms3: float
) -> tuple[Floats, Floats]:
    ramps_s = _speed_ups_s(speeds_ms, accel_ms2, jerk_ms3)
    long = ways_m >= speeds_ms * ramps_s
    peaks_s = _speed_ups_s(_peaks_ms(ways_m, accel_ms2, jerk_ms3), accel_ms2, jerk_ms3)
    legs_s = np.where(long, ways_m / speeds_ms + ramps_s, 2.0 * peaks_s)
    legs_s[np.isnan(speeds_ms)] = np.nan
    return np.where(long, ramps_s, peaks_s), legs_s


def _speed_ups_s(speeds_ms: Floats, accel_ms2: float, jerk_ms3: float) -> Floats:
    return np.where(
        speeds_ms * jerk_ms3 <= accel_ms2**2,
        2.0 * np.sqrt(speeds_ms / jerk_ms3),
        speeds_ms / accel_ms2 + accel_ms2 / jerk_ms3,
    )


def _peaks_ms(ways_m: Floats, accel_ms2: float, jerk_ms3: float) -> Floats:
    low = (ways_m * math.sqrt(jerk_ms3) / 2.0) ** (2.0 / 3.0)
    half_s = accel_ms2 / jerk_ms3 / 2.0
    high = accel_ms2 * (np.sqrt(half_s**2 + ways_m / accel_ms2) - half_s)
    return np.where(low * jerk_ms3 <= accel_ms2**2, low, high)


def overlaps_s(turns: Floats, ramps_s: Floats, next_ramps_s: Floats, p: Performance) -> Floats:
    """How long before the end of a leg the next begins, as in ``planner.flight.cruise_s``; turns
    are lengths of the differences of unit vectors."""
    longest_s = np.minimum(ramps_s, next_ramps_s)
    straight = turns * longest_s < 1e-6
    ways_m = p.corner_radius_m / np.where(straight, 1.0, turns)
    return np.where(straight, longest_s, np.minimum(longest_s, 2.0 * _from_rests_s(ways_m, p)))


def _from_rests_s(ways_m: Floats, p: Performance) -> Floats:
    build_up_s = p.accel_ms2 / p.jerk_ms3
    build_up_m = p.jerk_ms3 * build_up_s**3 / 6.0
    speed_ms = p.accel_ms2 * build_up_s / 2.0
    after_m = np.maximum(ways_m - build_up_m, 0.0)
    after_s = (np.sqrt(speed_ms**2 + 2.0 * p.accel_ms2 * after_m) - speed_ms) / p.accel_ms2
    return np.where(
        ways_m <= build_up_m, (6.0 * ways_m / p.jerk_ms3) ** (1.0 / 3.0), build_up_s + after_s
    )
