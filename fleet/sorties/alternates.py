"""Where else a drone can come down when its dock cannot take it: in a free dock, which shelters and
charges it, or else at a rally point."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from docks.contract import Cover
from fleet.district.model import DockModel, DockSite, RallyPoint
from fleet.log.events import AlternateChosen
from fleet.mavlink.parameters import LOW_OF_RESERVE
from fleet.sorties.sortie import distance_m
from fleet.units.dock_roster import DockSeen
from planner.airspace import Airspace
from planner.homeward import way_home, way_home_wh
from planner.model import Candidate, LonLat, Route
from planner.ways_down import HIGHER_M

LOOKED_AT: Final = 3  # of a kind, the nearest: a way to each is planned while the drone waits
DOCK_LEAVES: Final = 0.5  # of the reserve, at the least: a dock may yet not open


@dataclass(frozen=True, slots=True)
class Place:
    """A dock's pad, or a rally point."""

    id: str
    at: tuple[float, float]
    alt_amsl_m: float
    is_dock: bool


@dataclass(frozen=True, slots=True)
class Alternate:
    """A place, the way there from where the drone is, and what that takes with the landing."""

    place: Place
    way: Route
    needs_wh: float


def why_not_free(
    seen: DockSeen, model: DockModel, its_drone_is_out: bool, online: bool
) -> str | None:
    """Why a drone of another dock cannot land in this one; None if it can."""
    state = seen.state
    if state is None or not online:
        return "it is not heard"
    if state.drone_present:
        return "a drone stands in it"
    if its_drone_is_out:
        return "its own drone comes back to it"
    if state.emergency_stop or state.cover is Cover.STUCK:
        return "it is out of order"
    if seen.weather is not None and seen.weather.gust_ms > model.wind_limit_ms:
        return f"gusts of {seen.weather.gust_ms:.1f} m/s, limit {model.wind_limit_ms:.0f} m/s"
    return None


def place_of(chosen: AlternateChosen) -> Place:
    at = chosen.lon, chosen.lat
    return Place(chosen.place, at, chosen.alt_amsl_m, chosen.is_dock)


def of_docks(sites: Iterable[DockSite]) -> list[Place]:
    return [Place(site.id, site.at, site.alt_amsl_m, True) for site in sites]


def of_rally_points(points: Iterable[RallyPoint]) -> list[Place]:
    return [Place(point.id, point.at, point.alt_amsl_m, False) for point in points]


def best(
    airspace: Airspace,
    candidate: Candidate,
    at: tuple[float, float],
    alt_amsl_m: float,
    places: Iterable[Place],
) -> Alternate | None:
    """The dock that takes least energy to reach, if half of the reserve is left there; else the
    rally point, if it is reached before the autopilot's own limit. Of ``candidate`` its energy now
    counts. Places that lie higher than its own dock do not count: it would come down on them fast.
    """
    own_m = candidate.alt_amsl_m
    able = [place for place in places if place.alt_amsl_m <= own_m + HIGHER_M]
    performance = candidate.performance
    reserve_wh = performance.battery_wh * performance.reserve_share
    for is_dock, share in ((True, DOCK_LEAVES), (False, LOW_OF_RESERVE)):
        near = sorted((p for p in able if p.is_dock is is_dock), key=_away_from(at))[:LOOKED_AT]
        ways = (_way(airspace, candidate, at, alt_amsl_m, place) for place in near)
        found = [
            way
            for way in ways
            if way is not None and candidate.energy_wh - way.needs_wh >= share * reserve_wh
        ]
        if found:
            return min(found, key=lambda way: way.needs_wh)
    return None


def _away_from(at: tuple[float, float]) -> Callable[[Place], float]:
    return lambda place: distance_m(at, place.at)


def _way(
    airspace: Airspace,
    candidate: Candidate,
    at: tuple[float, float],
    alt_amsl_m: float,
    place: Place,
) -> Alternate | None:
    there = bound_for(candidate, place)
    way = way_home(airspace, there, LonLat(*at), alt_amsl_m)
    return None if way is None else Alternate(place, way, way_home_wh(there, way, alt_amsl_m))


def bound_for(candidate: Candidate, place: Place) -> Candidate:
    """The candidate as if the place were its dock."""
    return replace(candidate, dock=place.id, at=LonLat(*place.at), alt_amsl_m=place.alt_amsl_m)
