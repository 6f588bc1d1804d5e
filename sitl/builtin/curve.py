"""Straight motion with limited acceleration and jerk: the S-curves that ArduCopter flies.

A profile is its phases of constant jerk, as (duration in s, jerk in m/s3); way and speed count
from where and how it begins.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

Profile: TypeAlias = list[tuple[float, float]]

PHASES = 7  # no profile has more


def from_rest_to_rest(way_m: float, speed_ms: float, accel: float, jerk: float) -> Profile:
    """Over a way, not faster than ``speed_ms``."""
    if way_m <= 0:
        return []
    peak_ms = min(speed_ms, _peak_ms(way_m, accel, jerk))
    turning_s, steady_s = _ramp(peak_ms, accel, jerk)
    cruise_s = max(way_m / peak_ms - (2 * turning_s + steady_s), 0.0)
    up: Profile = [(turning_s, jerk), (steady_s, 0.0), (turning_s, -jerk)]
    down: Profile = [(turning_s, -jerk), (steady_s, 0.0), (turning_s, jerk)]
    return [*up, (cruise_s, 0.0), *down]


def to_rest(speed_ms: float, accel_now: float, accel: float, jerk: float) -> Profile:
    """From a speed (not negative) and an acceleration (along it) to standstill."""
    speed_ms = max(speed_ms, 0.0)
    first: Profile = []
    if accel_now > 0:
        first = [(accel_now / jerk, -jerk)]
        speed_ms += accel_now**2 / (2 * jerk)
    braking = max(-accel_now, 0.0)
    if speed_ms <= braking**2 / (2 * jerk):
        if speed_ms < 1e-9 or braking < 1e-9:
            return first
        gently = braking**2 / (2 * speed_ms)
        return [*first, (braking / gently, gently)]
    hardest = math.sqrt(jerk * speed_ms + braking**2 / 2)
    if hardest <= max(accel, braking):
        return [*first, ((hardest - braking) / jerk, -jerk), (hardest / jerk, jerk)]
    hardest = max(accel, braking)
    steady_ms = speed_ms - (2 * hardest**2 - braking**2) / (2 * jerk)
    return [
        *first,
        ((hardest - braking) / jerk, -jerk),
        (steady_ms / hardest, 0.0),
        (hardest / jerk, jerk),
    ]


def ramp_s(speed_ms: float, accel: float, jerk: float) -> float:
    """Time from rest to a speed."""
    turning_s, steady_s = _ramp(speed_ms, accel, jerk)
    return 2 * turning_s + steady_s


def ramp_m(seconds: float, accel: float, jerk: float) -> float:
    """The way made within the first seconds from rest, while the acceleration still grows or has
    grown to its limit."""
    turning_s = accel / jerk
    if seconds <= turning_s:
        return jerk * seconds**3 / 6
    steady_s = seconds - turning_s
    before_m = jerk * turning_s**3 / 6
    return before_m + accel * turning_s / 2 * steady_s + accel * steady_s**2 / 2


def states(
    profile: Sequence[tuple[float, float]], speed_ms: float = 0.0, accel_now: float = 0.0
) -> list[tuple[float, float, float, float, float]]:
    """(time, way, speed, acceleration, jerk) at the beginning of each phase, and at the end."""
    time_s = way_m = 0.0
    found = []
    for duration_s, jerk in profile:
        found.append((time_s, way_m, speed_ms, accel_now, jerk))
        t = duration_s
        way_m += speed_ms * t + accel_now * t**2 / 2 + jerk * t**3 / 6
        speed_ms += accel_now * t + jerk * t**2 / 2
        accel_now += jerk * t
        time_s += t
    found.append((time_s, way_m, 0.0, 0.0, 0.0))
    return found


def _ramp(speed_ms: float, accel: float, jerk: float) -> tuple[float, float]:
    """(time for the acceleration to grow, time it stays)."""
    if speed_ms * jerk <= accel**2:
        return math.sqrt(speed_ms / jerk), 0.0
    return accel / jerk, speed_ms / accel - accel / jerk


def _peak_ms(way_m: float, accel: float, jerk: float) -> float:
    """The highest speed that a way leaves room for: its two ramps are the whole way."""
    peak_ms: float = (way_m * math.sqrt(jerk) / 2) ** (2 / 3)
    if peak_ms * jerk <= accel**2:
        return peak_ms
    half_s = accel / jerk / 2
    return accel * (math.sqrt(half_s**2 + way_m / accel) - half_s)
