"""From anywhere in the air to the dock."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planner.airspace import Airspace
from planner.checks import check_position, wind_is_sound
from planner.energy import home_wh
from planner.flight import cruise_s
from planner.frame import to_metres
from planner.levels import lifted
from planner.model import Candidate, LonLat, Route, Waypoint, Wind
from planner.paths import Place, way_back


def way_home(
    airspace: Airspace, candidate: Candidate, at: LonLat, cruise_alt_amsl_m: float
) -> Route | None:
    """The fastest way from a place in the air to the candidate's dock, at the height told or as
    much higher as the ground on the way asks for; None if there is none. From inside a no-fly
    volume it first leaves that, straight. With no sensible wind measured, the way is that of a
    calm.

    Raises:
        QuestionInvalid: if ``at`` is no position.
    """
    check_position("the drone's place", at)
    if not wind_is_sound(candidate.wind):
        candidate = replace(candidate, wind=Wind())
    place = Place(airspace, to_metres(np.array([at], dtype=np.float64)))
    back = way_back(airspace, candidate.dock, candidate.performance, candidate.wind, place)
    if back is None:
        return None
    nodes, points, legs_m, speeds_ms = back
    cruise_alt_amsl_m = lifted(airspace, points, cruise_alt_amsl_m)
    home = tuple(
        Waypoint(*airspace.nodes[n], cruise_alt_amsl_m, speed_ms)
        for n, speed_ms in zip(nodes, speeds_ms, strict=True)
    )
    back_s = cruise_s(points, speeds_ms, candidate.performance)
    return Route(cruise_alt_amsl_m, (), home, 0.0, sum(legs_m), 0.0, back_s)


def way_home_wh(candidate: Candidate, route: Route, from_alt_amsl_m: float) -> float:
    """The energy of ``way_home`` from a height, landing included."""
    return home_wh(
        candidate.performance,
        route.cruise_alt_amsl_m - from_alt_amsl_m,
        route.cruise_alt_amsl_m - candidate.alt_amsl_m,
        route.back_s,
    )
