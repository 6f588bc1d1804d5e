"""Energy of a flight: power by phase times time.

Hover and cruise power are measured figures of the airframe. Climb follows momentum theory for a
rotor in axial climb (Leishman, Principles of Helicopter Aerodynamics, 2.13): the induced power of
hover grows by c + sqrt(c^2 + 1) with c the climb speed over twice the induced velocity. Descent is
reckoned as hover, which is on the safe side.
"""

from __future__ import annotations

from typing import Final

from planner.flight import climb_s
from planner.model import Candidate, Performance, Route, Task

LANDING_MS: Final = 0.7  # over the last metres
LANDING_M: Final = 10.0
WH: Final = 3600.0


def way_out_wh(performance: Performance, up_s: float, cruise_s: float, down_s: float) -> float:
    """From the pad up, along, and down to the scene."""
    joules = up_s * performance.climb_w
    joules += cruise_s * performance.cruise_w + down_s * performance.hover_w
    return joules / WH


def way_back_wh(candidate: Candidate, task: Task, route: Route) -> float:
    """From the scene up to cruise height, home, and down on the pad."""
    performance = candidate.performance
    up_m = route.cruise_alt_amsl_m - task.on_scene.alt_amsl_m
    return home_wh(performance, up_m, route.cruise_alt_amsl_m - candidate.alt_amsl_m, route.back_s)


def home_wh(performance: Performance, up_m: float, down_m: float, cruise_s: float) -> float:
    up_s = climb_s(up_m, performance) if up_m > 0 else 0.0
    fast_m = max(0.0, down_m - LANDING_M)
    down_s = climb_s(-fast_m, performance) + LANDING_M / LANDING_MS
    joules = up_s * performance.climb_w
    joules += cruise_s * performance.cruise_w + down_s * performance.hover_w
    return joules / WH


def scene_wh(performance: Performance, scene_s: float) -> float:
    return scene_s * performance.hover_w / WH
