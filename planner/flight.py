"""Flight time: the wind triangle, and legs flown with limited acceleration and jerk.

ArduCopter holds the ground speed it is told, along S-curves limited in acceleration and jerk
(its libraries AC_WPNav and SCurve). A mission of ours tells it, leg by leg, the ground speed that
the cruise airspeed gives in the wind: that is what is computed here, so it is what is flown.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from planner.model import Performance, Wind
from planner.ramps import rest_to_rest_s, short_ramp_s, speed_up_s

SLOWEST_MS = 1.0  # over the ground; slower than this a leg does not count as flyable

Floats = NDArray[np.float64]


def ground_speeds(tracks: Floats, performance: Performance, wind: Wind) -> Floats:
    """Ground speed along each track (rows of east, north) at cruise airspeed; NaN where the wind
    does not let the track be flown. The wind triangle: what is left of the airspeed after holding
    against the crosswind, plus the wind along the track."""
    return speeds_there_and_back(tracks, performance, wind)[0]


def speeds_there_and_back(
    tracks: Floats, performance: Performance, wind: Wind
) -> tuple[Floats, Floats]:
    """``ground_speeds`` along the tracks and against them."""
    lengths = np.hypot(tracks[:, 0], tracks[:, 1])
    with np.errstate(invalid="ignore", divide="ignore"):
        east, north = tracks[:, 0] / lengths, tracks[:, 1] / lengths
        wind_east, wind_north = wind.towards_ms
        along = wind_east * east + wind_north * north
        across = wind_east * north - wind_north * east
        held = np.sqrt(performance.airspeed_ms**2 - across**2)
    there, back = held + along, held - along
    for speeds in (there, back):
        np.minimum(speeds, performance.max_ground_ms, out=speeds)
        speeds[lengths == 0] = performance.airspeed_ms
        speeds[~(speeds >= SLOWEST_MS)] = np.nan
    return there, back


def ground_speed(
    east_m: float, north_m: float, performance: Performance, wind: Wind
) -> float | None:
    """``ground_speeds`` for one track; None where it cannot be flown."""
    return there_and_back(east_m, north_m, math.hypot(east_m, north_m), performance, wind)[0]


def there_and_back(
    east_m: float, north_m: float, length_m: float, performance: Performance, wind: Wind
) -> tuple[float | None, float | None]:
    """The ground speeds along a track and against it; None where it cannot be flown."""
    if length_m == 0:
        return performance.airspeed_ms, performance.airspeed_ms
    wind_east, wind_north = wind.towards_ms
    along = (wind_east * east_m + wind_north * north_m) / length_m
    across = (wind_east * north_m - wind_north * east_m) / length_m
    squared = performance.airspeed_ms**2 - across**2
    if squared < 0:
        return None, None
    held, most_ms = math.sqrt(squared), performance.max_ground_ms
    there_ms, back_ms = held + along, held - along
    if there_ms > most_ms:  # min() would take as long as the square root and more
        there_ms = most_ms
    if back_ms > most_ms:
        back_ms = most_ms
    return (
        there_ms if there_ms >= SLOWEST_MS else None,
        back_ms if back_ms >= SLOWEST_MS else None,
    )


def legs_of(
    points: Sequence[tuple[float, float]], performance: Performance, wind: Wind
) -> tuple[list[float], list[float]] | None:
    """Lengths and ground speeds of the legs between points (east, north); None if a leg cannot be
    flown in this wind."""
    legs_m, there_ms, _ = legs_there_and_back(points, performance, wind)
    return None if there_ms is None else (legs_m, there_ms)


def legs_there_and_back(
    points: Sequence[tuple[float, float]], performance: Performance, wind: Wind
) -> tuple[list[float], list[float] | None, list[float] | None]:
    """Lengths of the legs between points, the ground speeds along them, and those of the way back
    over the same points, in its order; None if a leg cannot be flown that way in this wind."""
    legs_m: list[float] = []
    there_ms: list[float] = []
    back_ms: list[float] = []
    for (x, y), (to_x, to_y) in pairwise(points):
        east_m, north_m = to_x - x, to_y - y
        leg_m = math.hypot(east_m, north_m)
        along_ms, against_ms = there_and_back(east_m, north_m, leg_m, performance, wind)
        legs_m.append(leg_m)
        if along_ms is not None:
            there_ms.append(along_ms)
        if against_ms is not None:
            back_ms.append(against_ms)
    back_ms.reverse()
    legs = len(legs_m)
    return (
        legs_m,
        there_ms if len(there_ms) == legs else None,
        back_ms if len(back_ms) == legs else None,
    )


def cruise_s(
    points: Sequence[tuple[float, float]], speeds_ms: Sequence[float], performance: Performance
) -> float:
    """Time along ``points`` (east, north) at the speed of each leg, standstill to standstill.

    As ArduCopter flies it: each leg is an S-curve from rest to rest, and at a corner the next leg
    begins before this one has ended, so early that half way through the turn the drone passes
    within the corner radius. Straight on, a corner costs nothing; right angles cost about half of
    a stop. Legs of no length are left out.
    """
    if len(points) == 2:  # as mostly
        start, end = points
        accel_ms2, jerk_ms3 = performance.accel_ms2, performance.jerk_ms3
        return rest_to_rest_s(math.dist(start, end), speeds_ms[0], accel_ms2, jerk_ms3)
    return stops_s(points, speeds_ms, performance)[-1]


def stops_s(
    points: Sequence[tuple[float, float]], speeds_ms: Sequence[float], performance: Performance
) -> list[float]:
    """``cruise_s`` as far as each of the points, as if the drone came to rest there."""
    total_s, before, found = 0.0, None, [0.0]
    for (x, y), (to_x, to_y), speed_ms in zip(points, points[1:], speeds_ms, strict=False):
        way_m = math.hypot(to_x - x, to_y - y)
        if way_m > 0:
            heading = (to_x - x) / way_m, (to_y - y) / way_m
            ramp_s, leg_s = _ramp_and_leg_s(way_m, speed_ms, performance)
            if before is not None:
                total_s -= _overlap_s(math.dist(heading, before[0]), before[1], ramp_s, performance)
            total_s += leg_s
            before = heading, ramp_s
        found.append(total_s)
    return found


def _ramp_and_leg_s(way_m: float, speed_ms: float, p: Performance) -> tuple[float, float]:
    ramp_s = speed_up_s(speed_ms, p.accel_ms2, p.jerk_ms3)
    if way_m >= speed_ms * ramp_s:
        return ramp_s, way_m / speed_ms + ramp_s
    ramp_s = short_ramp_s(way_m, p.accel_ms2, p.jerk_ms3)
    return ramp_s, 2.0 * ramp_s


def _overlap_s(turn: float, ramp_s: float, next_ramp_s: float, p: Performance) -> float:
    """How long before the end of a leg the next begins. ``turn`` is the length of the difference
    of their unit vectors, 0 straight on and 2 back: half way through the turn each leg is as far
    from the corner as it comes in half the overlap."""
    longest_s = min(ramp_s, next_ramp_s)
    if turn * longest_s < 1e-6:
        return longest_s
    return min(longest_s, 2.0 * _from_rest_s(p.corner_radius_m / turn, p))


def _from_rest_s(way_m: float, p: Performance) -> float:
    """Time for the first metres of a ramp, up to half of it."""
    build_up_s, build_up_m = p.build_up
    if way_m <= build_up_m:
        time_s: float = (6.0 * way_m / p.jerk_ms3) ** (1.0 / 3.0)
        return time_s
    speed_ms = p.accel_ms2 * build_up_s / 2.0
    rest_s = math.sqrt(speed_ms**2 + 2.0 * p.accel_ms2 * (way_m - build_up_m)) - speed_ms
    return build_up_s + rest_s / p.accel_ms2


def climb_s(height_m: float, performance: Performance) -> float:
    """Time to change height, up (positive) or down, from standstill to standstill."""
    if height_m > 0:
        speed_ms, ramp_s = performance.climb_ms, performance.climb_ramp_s
    else:
        speed_ms, ramp_s = performance.descent_ms, performance.descent_ramp_s
    way_m = abs(height_m)
    if way_m >= speed_ms * ramp_s:  # as mostly
        return way_m / speed_ms + ramp_s
    return rest_to_rest_s(way_m, speed_ms, performance.climb_accel_ms2, performance.jerk_ms3)
