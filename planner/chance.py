"""How likely a drone is on scene in time, wind and launch being known only so well."""

from __future__ import annotations

import math
from collections.abc import Sequence


def on_time(
    eta_s: float, window_s: float, launch_spread_s: float, wind_spread_ms: float, slows_s: float
) -> float:
    """The probability of an arrival within the window, 0 to 1.

    Launch time and the wind along the way are taken as normally distributed around what is
    planned with, independent of each other, and the ETA as linear in both: ``slows_s`` is how much
    later a headwind of 1 m/s more makes it. The spreads are standard deviations.
    """
    spread_s = math.hypot(launch_spread_s, wind_spread_ms * slows_s)
    margin_s = window_s - eta_s
    if spread_s == 0:
        return 1.0 if margin_s >= 0 else 0.0
    return 0.5 * (1.0 + math.erf(margin_s / (spread_s * math.sqrt(2.0))))


def headwind_slows_s(
    points: Sequence[tuple[float, float]], legs_m: Sequence[float], speeds_ms: Sequence[float]
) -> float:
    """Seconds that a way takes longer for 1 m/s more of wind against its general direction: of each
    leg the derivative of length over speed, by how far it leads that way."""
    if len(legs_m) == 1:  # as mostly
        return legs_m[0] / speeds_ms[0] ** 2 if legs_m[0] > 0 else 0.0
    (x, y), (to_x, to_y) = points[0], points[-1]
    way_m = math.hypot(to_x - x, to_y - y)
    if way_m == 0:
        return 0.0
    slows_s = 0.0
    for (ax, ay), (bx, by), leg_m, speed_ms in zip(
        points, points[1:], legs_m, speeds_ms, strict=False
    ):
        along_m = ((bx - ax) * (to_x - x) + (by - ay) * (to_y - y)) / way_m
        slows_s += along_m / speed_ms**2 if leg_m > 0 else 0.0
    return slows_s
