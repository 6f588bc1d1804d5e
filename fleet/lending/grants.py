"""Lending drones to other ground stations: what a duty officer grants and takes back.

A drone in the air is handed over as it flies. One in its dock first has its cover opened and a
mission put into it that keeps it above its pad, and is watched from then on as any sortie is.
"""

from __future__ import annotations

from pydantic import TypeAdapter
from ulid import ULID

from fleet import contract as c
from fleet.dispatch.dispatcher import Dispatcher, ways_view
from fleet.district.model import District, DockSite
from fleet.lending.leases import Leases
from fleet.log.events import LoanRequested
from fleet.log.journal import Journal
from fleet.sorties.landing import nearest_rally, proof_along
from fleet.sorties.operations import Operations
from fleet.sorties.refused import Refused
from fleet.sorties.sortie import ATTENDING, OUTWARD
from planner.airspace import Airspace
from planner.homeward import way_home_wh
from planner.model import Route, Waypoint

_ROUTE = TypeAdapter(Route)
_NOT_YET = frozenset({c.SortieState.REQUESTED, c.SortieState.PREPARING})
_OUT = ATTENDING - OUTWARD | {c.SortieState.EN_ROUTE}  # where a drone can be handed over


class Lending:
    """Answers what is asked about leases."""

    def __init__(
        self,
        district: District,
        journal: Journal,
        dispatcher: Dispatcher,
        operations: Operations,
        leases: Leases,
        airspace: Airspace,
    ) -> None:
        self._district, self._journal, self._airspace = district, journal, airspace
        self._dispatcher, self._operations, self._leases = dispatcher, operations, leases

    def grant(self, ask: c.GrantLease, cause: str | None) -> c.SortieView:
        """Lends the drone; one in its dock once that is open.

        Raises:
            Refused: with the reason why the drone, or to this ground station, cannot be lent.
        """
        site = self._site(ask.drone)
        holder = self._leases.guest_of(site.drone, ask.to)
        sortie = self._journal.state.sortie_of_drone(site.drone)
        if sortie is None:
            return self._operations.lend_from_dock(self._loan(site, holder, ask), cause)
        if self._is_meant_for(sortie, holder):
            return sortie
        if sortie.state not in _OUT:
            state = sortie.state.replace("_", " ")
            raise Refused("conflict", f"{site.drone} is {state}; it cannot be lent now")
        flight = self._operations.flight_of(sortie.id)
        self._leases.grant(site.drone, holder, ask.label, ask.by, ask.minutes * 60)
        if sortie.state is not c.SortieState.LENT:
            self._operations.let_be(sortie.id)
            flight.lend(f"lent to {ask.label or holder} by {ask.by}", cause)
        return self._journal.state.sorties[sortie.id]

    def take_back(self, ask: c.TakeBackLease) -> c.SortieView:
        """Ends the lease; a drone that is still being made ready for one stays in its dock.

        Raises:
            Refused: if the drone is not lent.
        """
        site = self._site(ask.drone)
        sortie = self._journal.state.sortie_of_drone(site.drone)
        if sortie is not None and sortie.incident is None and sortie.state in _NOT_YET:
            return self._operations.recall(sortie.id, ask.reason)
        self._leases.take_back(site.drone, ask.by, ask.reason)
        assert sortie is not None
        return self._journal.state.sorties[sortie.id]

    def view(self) -> c.GatewayView:
        """Where each drone is offered, and to whom it is lent."""
        offers = (self._leases.offered(site.drone, site.id) for site in self._district.docks)
        return c.GatewayView(drones=tuple(offer for offer in offers if offer is not None))

    def _is_meant_for(self, sortie: c.SortieView, holder: str) -> bool:
        """Whether it is being made ready for this very holder."""
        loan = self._journal.state.plans[sortie.id].loan
        return sortie.state in _NOT_YET and loan is not None and loan.holder == holder

    def _loan(self, site: DockSite, holder: str, ask: c.GrantLease) -> LoanRequested:
        candidate = self._dispatcher.candidate(site)
        if candidate.vetoes:
            reasons = "; ".join(reason.text for reason in candidate.vetoes)
            raise Refused("conflict", f"{site.drone} cannot leave its dock: {reasons}")
        cruise_amsl_m = site.alt_amsl_m + self._district.flight.cruise_height_m
        above = Waypoint(*site.at, cruise_amsl_m, 0.0)
        route = Route(cruise_amsl_m, (above,), (above,), 0.0, 0.0, 0.0, 0.0)
        performance, free = candidate.performance, self._dispatcher.free_landings()
        found = proof_along(self._airspace, candidate, [(above, 0.0)], cruise_amsl_m, free)
        reserve_wh = performance.battery_wh * performance.reserve_share
        return LoanRequested(
            sortie=str(ULID()),
            dock=site.id,
            drone=site.drone,
            holder=holder,
            label=ask.label,
            by=ask.by,
            for_s=ask.minutes * 60,
            launch_s=candidate.launch.total_s,
            route=_ROUTE.dump_python(route, mode="json"),
            turn_back_wh=way_home_wh(candidate, route, cruise_amsl_m) + reserve_wh,
            rally=nearest_rally(self._airspace, candidate),
            ways_down=found and ways_view(found),
        )

    def _site(self, drone: str) -> DockSite:
        for site in self._district.docks:
            if drone in (site.drone, site.id):
                return site
        raise Refused("not_found", f"there is no drone {drone}")
