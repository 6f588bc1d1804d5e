"""Where a drone lands that cannot come home: proved for each flight as it is sent out, and told to
the drone as rally points.

ArduCopter returns to the nearest of its rally points and its dock, straight (AP_Rally; the
parameters are in ``fleet.mavlink.parameters``). So it carries those that the proof names, the ones
near its way, and no others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from fleet.district.model import RallyPoint
from fleet.formats.plan_file import rally_item
from fleet.mavlink.mission import MissionItem
from fleet.mavlink.mission_items import FlightPlan
from planner.airspace import Airspace
from planner.model import Candidate, Landing, LaunchTimes, LonLat, Route, Task, Waypoint, WaysDown
from planner.ways_down import ways_down

MOST: Final = 6  # the smallest boards keep so many
TOLD: Final = LaunchTimes(0.0, 0.0, 0.0, 0.0)


def proof(airspace: Airspace, candidate: Candidate, task: Task, route: Route) -> WaysDown | None:
    """Of the flight at the heights at which it is released; None where no rally points are
    configured."""
    return ways_down(airspace, candidate, task, route) if airspace.landings else None


def proof_from(
    airspace: Airspace, candidate: Candidate, start: Waypoint, task: Task, route: Route
) -> WaysDown | None:
    """Of a flight that is told to go elsewhere in the air."""
    return proof(airspace, replace(candidate, airborne=start, launch=TOLD), task, route)


def rally_of(found: WaysDown | None, dock: str) -> tuple[str, ...]:
    """The rally points that the drone is told, in the order in which it comes by them."""
    if found is None:
        return ()
    return tuple(place for place in found.places if place != dock)[:MOST]


def named(points: Iterable[RallyPoint], ids: Iterable[str]) -> tuple[RallyPoint, ...]:
    """The points of those ids, in their order; one that is no longer configured is left out."""
    known = {point.id: point for point in points}
    return tuple(known[id_] for id_ in ids if id_ in known)


def equipped(
    plan: FlightPlan, route: Route, rally: Iterable[RallyPoint], pad_amsl_m: float, least_m: float
) -> FlightPlan:
    """The plan with rally points, and with the height of its cruise, but ``least_m`` at the least,
    for an autopilot that returns by itself."""
    height_m = max(least_m, route.cruise_alt_amsl_m - pad_amsl_m)
    return replace(plan, rally=rally_items(rally, pad_amsl_m), return_height_m=height_m)


def rally_items(points: Iterable[RallyPoint], pad_amsl_m: float) -> tuple[MissionItem, ...]:
    """ArduCopter keeps their heights in whole metres."""
    return tuple(
        rally_item(*point.at, float(round(point.alt_amsl_m - pad_amsl_m))) for point in points
    )


def landings(points: Iterable[RallyPoint]) -> tuple[Landing, ...]:
    """As the planner knows them."""
    return tuple(Landing(point.id, LonLat(*point.at), point.alt_amsl_m) for point in points)
