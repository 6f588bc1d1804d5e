"""From an incident to the drone that goes: takes the picture of the fleet, asks the planner, and
writes the answer down with all that it was made from."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final

import numpy as np
from pydantic import TypeAdapter
from ulid import ULID

from fleet.clock import stopwatch_s
from fleet.contract import (
    AlternativeView,
    DecisionView,
    LaunchParts,
    MomentView,
    ReasonView,
    SortieState,
    VantageView,
    WaysDownView,
)
from fleet.dispatch.diversion import in_the_air
from fleet.dispatch.eligibility import Standing, vetoes
from fleet.dispatch.forecast import launch_times, task_for
from fleet.dispatch.vantage import flown_to, vantage_of
from fleet.dispatch.versions import versions
from fleet.district.model import District, DockSite, IncidentKind
from fleet.log.events import DecisionTaken
from fleet.log.state import FleetState
from fleet.mavlink.vehicle import Vehicle
from fleet.sorties.alternates import why_not_free
from fleet.sorties.sortie import ON_ITS_PAD
from fleet.units.dock_roster import DockRoster, DockSeen
from fleet.units.readiness import Readiness
from planner.airspace import Airspace
from planner.checks import wind_is_sound
from planner.dispatch import choose
from planner.frame import Points, to_metres
from planner.model import (
    Alternative,
    Candidate,
    Decision,
    EtaParts,
    Landing,
    LonLat,
    Picture,
    Reason,
    Veto,
    WaysDown,
    Wind,
)
from planner.weather import Stations, assumed

WEATHER_LASTS_S: Final = 30.0  # docks tell at least every 10 s

_PICTURE = TypeAdapter(Picture)
_RANKING = TypeAdapter(tuple[Alternative, ...])


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision with its inputs and what it took to make."""

    id: str
    picture: Picture
    decision: Decision
    decide_ms: float
    together: dict[str, Any] | None = None  # what it was assigned from with others, and how
    vantage: VantageView | None = None  # where the place itself may not be flown over

    def fact(self, incident: str) -> DecisionTaken:
        return DecisionTaken(
            decision=self.id,
            incident=incident,
            picture=_PICTURE.dump_python(self.picture, mode="json"),
            airspace_id=self.decision.airspace_id,
            ranking=_RANKING.dump_python(self.decision.ranking, mode="json"),
            decide_ms=self.decide_ms,
            versions=dict(versions()),
            together=self.together,
            vantage=self.vantage,
        )


class Dispatcher:
    """Asks the planner on behalf of the district's docks and drones as they are right now."""

    def __init__(
        self,
        district: District,
        airspace: Airspace,
        state: FleetState,
        docks: DockRoster,
        vehicles: Mapping[str, Vehicle],
        readiness: Readiness,
        absence_cost: Callable[[str], float],
    ) -> None:
        """``absence_cost``: the share of the district lost to coverage while a dock is busy."""
        self._district, self._airspace, self._state = district, airspace, state
        self._absence_cost = absence_cost
        self._sites_m = to_metres(np.array([site.at for site in district.docks]))
        self._stations = Stations(self._sites_m)
        self._docks, self._vehicles, self._readiness = docks, vehicles, readiness
        self._drones = {drone.id: drone for drone in district.drones}

    def choose(
        self,
        at: LonLat,
        kind: IncidentKind,
        without: frozenset[str] = frozenset(),
        divert: frozenset[str] = frozenset(),
    ) -> Choice:
        """Ranks all docks for what happened there, each in the wind half way; ``without`` are
        docks already tried in vain. The drones of ``divert`` may be taken from their incidents."""
        began_s = stopwatch_s()
        vantage = self.vantage(at)
        over = flown_to(at, vantage)
        half_way_m = (self._sites_m + to_metres(np.array([over]))) / 2
        task = task_for(self._district, over, kind.scene_s, kind.needs)
        picture = Picture(
            candidates=tuple(
                candidate
                if candidate.dock in without
                else self._if_in_the_air(candidate, candidate.dock in divert)
                for candidate in self._candidates(half_way_m, without, divert)
            ),
            task=task if over == at else replace(task, looks_at=at),
            free_docks=tuple(site.id for site in self.free_docks()),
        )
        decision = choose(self._airspace, picture)
        took_ms = (stopwatch_s() - began_s) * 1000
        return Choice(str(ULID()), picture, decision, took_ms, vantage=vantage)

    def vantage(self, at: LonLat) -> VantageView | None:
        return vantage_of(self._airspace, at)

    def warm_up(self) -> None:
        """Decides once for nobody, so that the first real decision finds the trees grown."""
        site = self._district.docks[0]
        self.choose(LonLat(*site.at), self._district.kinds[0])

    async def all_verified(self) -> None:
        """Until every drone of the district has been verified once."""
        await self._readiness.all_verified()

    def free_docks(self) -> list[DockSite]:
        """The docks in which a drone of another could land now."""
        now_s, lost_s = asyncio.get_running_loop().time(), self._district.system.dock_lost_s
        bound = {sortie.elsewhere for sortie in self._state.active()}
        return [
            site
            for site in self._district.docks
            if site.id not in bound
            and why_not_free(
                self._docks[site.id],
                self._district.dock_models[site.model],
                self._comes_back(site.drone),
                self._docks[site.id].online(now_s, lost_s),
            )
            is None
        ]

    def free_landings(self) -> tuple[Landing, ...]:
        """The same as the planner knows them."""
        return tuple(
            Landing(site.id, LonLat(*site.at), site.alt_amsl_m) for site in self.free_docks()
        )

    def _comes_back(self, drone: str) -> bool:
        """Whether it is out; one that is down elsewhere is fetched by somebody."""
        sortie = self._state.sortie_of_drone(drone)
        return sortie is not None and sortie.state is not SortieState.GROUNDED

    def candidates(self) -> tuple[Candidate, ...]:
        """All docks' drones as the planner sees them."""
        return self._candidates(self._sites_m)

    def candidate(self, site: DockSite) -> Candidate:
        """The dock's drone as the planner sees it."""
        at_m = to_metres(np.array([site.at]))
        (wind,), measured = self._winds(at_m, at_m)
        return self._candidate(site, wind, measured)

    def _candidates(
        self,
        winds_at_m: Points,
        without: frozenset[str] = frozenset(),
        divert: frozenset[str] = frozenset(),
    ) -> tuple[Candidate, ...]:
        """All docks' drones, each in the wind at a place of its own."""
        sites, (winds, measured) = self._district.docks, self._winds(self._sites_m, winds_at_m)
        return tuple(
            self._candidate(site, wind, measured, site.id in without, site.id in divert)
            for site, wind in zip(sites, winds, strict=True)
        )

    def _winds(self, from_m: Points, at_m: Points) -> tuple[list[Wind], bool]:
        """The winds at the places for drones that come from others, and whether they are measured:
        if no station tells any, they are assumed."""
        told = [self._measured(self._docks[site.id]) for site in self._district.docks]
        winds = self._stations.winds_at(at_m, told)
        return (assumed(from_m, at_m), False) if winds is None else (winds, True)

    def _measured(self, seen: DockSeen) -> Wind | None:
        """What the dock's station tells; None once it is old, or the dock has gone silent."""
        now_s, lost_s = asyncio.get_running_loop().time(), self._district.system.dock_lost_s
        if seen.weather is None or seen.weather_s is None or not seen.online(now_s, lost_s):
            return None
        if now_s - seen.weather_s > WEATHER_LASTS_S:
            return None
        return Wind(seen.weather.wind_ms, seen.weather.wind_from_deg)

    def _candidate(
        self,
        site: DockSite,
        wind: Wind,
        wind_measured: bool,
        has_failed: bool = False,
        may_be_taken: bool = False,
    ) -> Candidate:
        """``may_be_taken``: it may leave the sortie that it is made ready for."""
        drone = self._drones[site.drone]
        model = self._district.drone_models[drone.model]
        vehicle = self._vehicles.get(drone.id)
        seen = self._docks[site.id]
        own = self._measured(seen)
        pct = vehicle.state.battery_pct if vehicle else None
        standing = self._standing(site)
        if may_be_taken and standing.sortie is not None and standing.sortie.state in ON_ITS_PAD:
            standing = replace(standing, sortie=None)
        against = vetoes(standing)
        if has_failed:
            against += (Reason(Veto.DRONE_AWAY, text="its sortie to this incident has failed"),)
        return Candidate(
            dock=site.id,
            drone=drone.id,
            at=LonLat(*site.at),
            alt_amsl_m=site.alt_amsl_m,
            performance=self._readiness.performance(drone.id),
            launch=launch_times(self._district.dock_models[site.model], model),
            energy_wh=(100 if pct is None else pct) / 100 * model.battery_wh,
            wind=wind if own is None or wind_is_sound(own) else own,  # told, and ruled out by it
            vetoes=against,
            wind_spread_ms=self._district.flight.wind_spread_ms,
            payloads=model.payloads,
            absence_cost=self._absence_cost(site.id),
            wind_measured=wind_measured,
        )

    def _if_in_the_air(self, candidate: Candidate, divert: bool) -> Candidate:
        if self._state.sortie_of_drone(candidate.drone) is None:
            return candidate
        site = next(site for site in self._district.docks if site.id == candidate.dock)
        model = self._district.drone_models[self._drones[candidate.drone].model]
        vehicle = self._vehicles.get(candidate.drone)
        lent_to = vehicle.lent_to(asyncio.get_running_loop().time()) if vehicle else None
        return in_the_air(candidate, self._standing(site), lent_to, model.upload_s, divert)

    def is_anybody_free(self) -> bool:
        """Whether any drone may be sent at all, wherever to."""
        candidates = (self._if_in_the_air(each, False) for each in self.candidates())
        return any(not candidate.vetoes for candidate in candidates)

    def _standing(self, site: DockSite) -> Standing:
        vehicle = self._vehicles.get(site.drone)
        system = self._district.system
        return Standing(
            dock=self._docks[site.id],
            model=self._district.dock_models[site.model],
            flight=self._district.flight,
            vehicle=vehicle.state if vehicle else None,
            not_ready=self._readiness.why_not(site.drone),
            sortie=self._state.sortie_of_drone(site.drone),
            drone=site.drone,
            now_s=asyncio.get_running_loop().time(),
            dock_lost_s=system.dock_lost_s,
            drone_lost_s=system.drone_lost_s,
        )


def decision_view(
    id_: str,
    at: datetime,
    decide_ms: float,
    ranking: tuple[Alternative, ...],
    vantage: VantageView | None,
    window_s: float,
) -> DecisionView:
    """The decision as the rest of the system sees it."""
    return DecisionView(
        id=id_,
        at=at,
        decide_ms=decide_ms,
        ranking=tuple(alternative_view(alternative) for alternative in ranking),
        vantage=vantage,
        window_s=window_s,
    )


def parts_view(alternative: Alternative) -> LaunchParts | None:
    return None if alternative.parts is None else launch_parts(alternative.parts)


def launch_parts(parts: EtaParts) -> LaunchParts:
    return LaunchParts(
        launch_s=parts.launch_s,
        climb_s=parts.climb_s,
        cruise_s=parts.cruise_s,
        descent_s=parts.descent_s,
    )


def alternative_view(alternative: Alternative) -> AlternativeView:
    route = alternative.route
    return AlternativeView(
        dock=alternative.dock,
        drone=alternative.drone,
        feasible=alternative.feasible,
        in_window=alternative.in_window,
        on_time=alternative.on_time,
        absence_cost=alternative.absence_cost,
        eta_s=alternative.eta_s,
        parts=parts_view(alternative),
        energy_wh=alternative.energy_wh,
        energy_left_wh=alternative.energy_left_wh,
        reasons=tuple(
            ReasonView(veto=r.veto, value=r.value, limit=r.limit, text=r.text)
            for r in alternative.reasons
        ),
        path=tuple((p.lon, p.lat, p.alt_amsl_m) for p in route.out) if route else (),
        airborne=alternative.airborne,
        ways_down=None if alternative.ways_down is None else ways_view(alternative.ways_down),
    )


def ways_view(found: WaysDown) -> WaysDownView:
    return WaysDownView(
        holds=found.holds,
        weakest=found.moments.index(found.weakest),
        moments=tuple(MomentView.model_validate(asdict(moment)) for moment in found.moments),
    )
