"""How a drone flies, from its own parameters."""

from __future__ import annotations

from collections.abc import Mapping

from fleet.district.model import DroneModel
from fleet.mavlink.parameters import FIGURES
from planner.model import Performance

# ArduCopter's defaults, for a drone that has not told its parameters yet: it cannot be sent, but
# the officer sees what it could do. Source: AC_WPNav, ArduCopter 4.7.
_DEFAULTS = {
    "speed_ms": 10.0,
    "accel_ms2": 2.5,
    "jerk_ms3": 1.0,
    "climb_ms": 2.5,
    "descent_ms": 1.5,
    "climb_accel_ms2": 1.0,
    "corner_radius_m": 2.0,
}


def figures_of(read: Mapping[str, float]) -> dict[str, float]:
    """The figures in SI units, by our names."""
    figures = dict(_DEFAULTS)
    for figure, names in FIGURES.items():
        for name, factor in names:
            if name in read:
                figures[figure] = read[name] * factor
                break
    return figures


def performance_of(read: Mapping[str, float], model: DroneModel) -> Performance:
    """What the planner reckons with. ArduCopter holds ground speed; the mission commands on each
    leg the ground speed that the cruise airspeed gives in the wind, up to what the airframe can."""
    figures = figures_of(read)
    return Performance(
        airspeed_ms=figures["speed_ms"],
        max_ground_ms=model.max_ground_ms,
        climb_ms=figures["climb_ms"],
        descent_ms=figures["descent_ms"],
        accel_ms2=figures["accel_ms2"],
        climb_accel_ms2=figures["climb_accel_ms2"],
        jerk_ms3=figures["jerk_ms3"],
        corner_radius_m=figures["corner_radius_m"],
        hover_w=model.hover_w,
        cruise_w=model.cruise_w,
        battery_wh=model.battery_wh,
        reserve_share=model.reserve_share,
    )
