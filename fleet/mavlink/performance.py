"""How a drone flies, from its own parameters."""

from __future__ import annotations

from collections.abc import Mapping

from fleet.district.model import DroneModel
from fleet.mavlink.parameters import FIGURES
from planner.model import Performance


def figures_of(read: Mapping[str, float]) -> dict[str, float]:
    """The figures that were told, in SI units, by our names."""
    figures = {}
    for figure, names in FIGURES.items():
        for name, factor in names:
            if name in read:
                figures[figure] = read[name] * factor
                break
    return figures


def performance_of(read: Mapping[str, float], model: DroneModel) -> Performance:
    """What the planner reckons with. ArduCopter holds ground speed; the mission commands on each
    leg the ground speed that the cruise airspeed gives in the wind, up to what the airframe can.
    What the drone has not told is taken as it is set according to its model."""
    figures = model.motion.model_dump() | figures_of(read)
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
