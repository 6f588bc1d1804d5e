"""A patrol flight as a sortie: what it is sent out with, and what its drone is told."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import TypeAdapter

from fleet.dispatch.dispatcher import Dispatcher, ways_view
from fleet.district.model import District
from fleet.log.events import PatrolSortieRequested
from fleet.patrol.mission import PatrolMission, patrol_mission
from fleet.patrol.plan import PlannedSortie
from fleet.patrol.times import Hours, retimed
from fleet.sorties.landing import proof_along, rally_of
from fleet.sorties.release import Release
from planner.airspace import Airspace
from planner.homeward import way_home, way_home_wh
from planner.model import Candidate, LonLat, Route, Waypoint
from planner.ways_down import one_way_down

_ROUTE = TypeAdapter(Route)


class PatrolSorties:
    """Judges flights of patrols that are to start now."""

    def __init__(
        self, district: District, airspace: Airspace, dispatcher: Dispatcher, release: Release
    ) -> None:
        self._airspace, self._dispatcher, self._release = airspace, dispatcher, release
        self._sites = {site.id: site for site in district.docks}

    def requested(
        self, sortie: str, patrol: str, flight: PlannedSortie, ordered_s: float, hours: Hours
    ) -> PatrolSortieRequested | str:
        """The flight as it can be sent out now, or why it cannot; ``ordered_s`` is what the clock
        shows since the patrol's midnight."""
        site = self._sites.get(flight.dock)
        if site is None or site.drone != flight.drone:
            return f"{flight.drone} does not live in {flight.dock}"
        if flight.lands_at != flight.dock:
            return f"it lands at {flight.lands_at}; a patrol lands where it started"
        candidate = self._dispatcher.candidate(site)
        if candidate.vetoes:
            return "; ".join(reason.text for reason in candidate.vetoes)
        timed = retimed(flight, ordered_s, hours, candidate.performance.hover_w)
        if isinstance(timed, str):
            return timed
        if against := _energy_lacking(candidate, timed):
            return against
        mission = patrol_mission(timed, site, site)
        if against := self._release.against_patrol(sortie, candidate, mission):
            return against
        route = mission.route(site.alt_amsl_m)
        hops = [(hop.to, hop.stays_s) for hop in mission.hops(site.alt_amsl_m)]
        free = self._dispatcher.free_landings()
        found = proof_along(self._airspace, candidate, hops, route.cruise_alt_amsl_m, free)
        if found is not None and not found.holds:
            return one_way_down(found).text
        return PatrolSortieRequested(
            sortie=sortie,
            patrol=patrol,
            flight=timed.model_dump(mode="json"),
            dock=site.id,
            drone=site.drone,
            launch_s=candidate.launch.total_s,
            route=_ROUTE.dump_python(route, mode="json"),
            turn_back=tuple(self._turn_back(candidate, mission)),
            rally=rally_of(self._airspace, found),
            ways_down=found and ways_view(found),
        )

    def _turn_back(
        self, candidate: Candidate, mission: PatrolMission
    ) -> Iterator[tuple[int, float]]:
        """On the way to a look, what the way home takes from where it begins; during the look, from
        where it ends. With the reserve."""
        performance = candidate.performance
        reserve_wh = performance.battery_wh * performance.reserve_share
        hops = list(mission.hops(candidate.alt_amsl_m))
        cruise_amsl_m = mission.route(candidate.alt_amsl_m).cruise_alt_amsl_m
        for look in mission.looks:
            inside = [hop for hop in hops if look.first <= hop.seq <= look.last]
            for seq, place in ((inside[0].seq, inside[0].to), (look.last, inside[-1].to)):
                yield seq, self._home_wh(candidate, place, cruise_amsl_m) + reserve_wh

    def _home_wh(self, candidate: Candidate, place: Waypoint, cruise_amsl_m: float) -> float:
        home = way_home(self._airspace, candidate, LonLat(*place[:2]), cruise_amsl_m)
        if home is None:  # then its autopilot's straight way is what it has
            return 0.0
        return way_home_wh(candidate, home, place.alt_amsl_m)


def _energy_lacking(candidate: Candidate, flight: PlannedSortie) -> str | None:
    performance = candidate.performance
    reserve_wh = performance.battery_wh * performance.reserve_share
    left_wh = candidate.energy_wh - flight.energy_wh
    if left_wh >= reserve_wh:
        return None
    return (
        f"the flight would leave {left_wh:.0f} Wh, the reserve is {reserve_wh:.0f} Wh "
        f"({candidate.energy_wh:.0f} Wh in the battery, {flight.energy_wh:.0f} Wh needed)"
    )
