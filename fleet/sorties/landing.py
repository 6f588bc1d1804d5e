"""Where a drone lands that cannot come home: proved for each flight as it is sent out, and told to
the drone as rally points.

ArduCopter returns to the nearest of its rally points and its dock, straight (AP_Rally; the
parameters are in ``fleet.mavlink.parameters``). So it carries those that the proof names, the ones
near its way, and no others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from fleet.district.model import RallyPoint
from fleet.formats.plan_file import rally_item
from fleet.mavlink.mission import MissionItem
from fleet.mavlink.mission_items import FlightPlan
from fleet.sorties.sortie import distance_m
from planner.airspace import Airspace
from planner.model import Candidate, Landing, LaunchTimes, LonLat, Route, Task, Waypoint, WaysDown
from planner.ways_down import HIGHER_M, ways_down, ways_down_along

MOST: Final = 6  # the smallest boards keep so many
TOLD: Final = LaunchTimes(0.0, 0.0, 0.0, 0.0)


def proof(
    airspace: Airspace,
    candidate: Candidate,
    task: Task,
    route: Route,
    free: Sequence[Landing] = (),
) -> WaysDown | None:
    """Of the flight at the heights at which it is released, with what ``free`` docks add; None
    where no rally points are configured."""
    return ways_down(airspace, candidate, task, route, free=free) if airspace.landings else None


def proof_from(
    airspace: Airspace,
    candidate: Candidate,
    start: Waypoint,
    task: Task,
    route: Route,
    free: Sequence[Landing] = (),
) -> WaysDown | None:
    """Of a flight that is told to go elsewhere in the air."""
    return proof(airspace, replace(candidate, airborne=start, launch=TOLD), task, route, free)


def proof_along(
    airspace: Airspace,
    candidate: Candidate,
    hops: Sequence[tuple[Waypoint, float]],
    cruise_amsl_m: float,
    free: Sequence[Landing] = (),
) -> WaysDown | None:
    """Of a flight from place to place, a patrol's or up from the pad; None where no rally points
    are configured."""
    if not airspace.landings:
        return None
    return ways_down_along(airspace, candidate, hops, cruise_amsl_m, free)


def rally_of(airspace: Airspace, found: WaysDown | None) -> tuple[str, ...]:
    """The rally points that the drone is told, in the order in which it comes by them; of more than
    ``MOST`` those that are named most often. Docks are not told: their covers are shut."""
    if found is None:
        return ()
    rally = {landing.id for landing in airspace.landings}
    named_at = Counter(way.place for each in found.moments for way in each.ways)
    told = [place for place in found.places if place in rally]
    most = sorted(told, key=lambda place: -named_at[place])[:MOST]
    return tuple(place for place in told if place in most)


def nearest_rally(airspace: Airspace, candidate: Candidate) -> tuple[str, ...]:
    """Those that a drone is told whose way nobody knows: the ones nearest to its dock."""
    able = [p for p in airspace.landings if p.alt_amsl_m <= candidate.alt_amsl_m + HIGHER_M]
    able.sort(key=lambda place: distance_m(place.at, candidate.at))
    return tuple(place.id for place in able[:MOST])


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
