"""Sending drones and bringing them home: the running sorties of the district."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping

from pydantic import TypeAdapter
from ulid import ULID

from fleet import contract as c
from fleet.clock import Clock
from fleet.controller.supervise import supervise
from fleet.dispatch.dispatcher import Choice, Dispatcher, decision_view, launch_parts, ways_view
from fleet.dispatch.together import Move, Plan, Together
from fleet.district.model import District, IncidentKind
from fleet.log.events import (
    ComponentFailed,
    Fact,
    IncidentUnserved,
    LoanRequested,
    Recorded,
    SortieAdvanced,
    SortieRequested,
)
from fleet.log.journal import Journal
from fleet.mavlink.vehicle import Vehicle
from fleet.patrol.plan import PlannedSortie
from fleet.patrol.sorties import PatrolSorties
from fleet.patrol.times import Hours
from fleet.sorties.briefing import Briefing, GiveLease
from fleet.sorties.flight import SortieFlight
from fleet.sorties.landing import rally_of
from fleet.sorties.picking import MOST_TRIES, Picking, Ready, nobody, reasons_of
from fleet.sorties.refused import Refused
from fleet.sorties.release import Release
from fleet.sorties.sortie import SortieTrigger
from fleet.sorties.traffic import Traffic
from fleet.units.dock_roster import DockRoster
from planner.airspace import Airspace
from planner.model import Alternative, LonLat, Route

_log = logging.getLogger(__name__)
_ROUTE = TypeAdapter(Route)

SETTLE_WITHIN_S = 20.0

# after these another is sent in its place
_GONE = frozenset(
    {SortieTrigger.ABORT, SortieTrigger.LOSE, SortieTrigger.TURN_BACK, SortieTrigger.DIVERT}
)


class Operations:
    """All sorties that are under way. Owned by the controller's task group."""

    def __init__(
        self,
        district: District,
        airspace: Airspace,
        journal: Journal,
        dispatcher: Dispatcher,
        vehicles: Mapping[str, Vehicle],
        docks: DockRoster,
        clock: Clock,
        tasks: asyncio.TaskGroup,
        give_lease: GiveLease,
    ) -> None:
        self._district, self._airspace, self._journal = district, airspace, journal
        self._dispatcher, self._vehicles, self._docks = dispatcher, vehicles, docks
        self._clock, self._tasks = clock, tasks
        self._sites = {site.id: site for site in district.docks}
        self._kinds = {kind.id: kind for kind in district.kinds}
        self._flights: dict[str, SortieFlight] = {}
        self._recalled: set[str] = set()  # whatever becomes of these, nobody is sent after them
        self._settled = asyncio.Event()
        traffic = Traffic(district, journal.state, vehicles, dispatcher, clock)
        self.release = Release(district, journal.state, traffic)
        self._picking = Picking(airspace, journal.state, self.release)
        self.briefing = Briefing(district, airspace, journal, dispatcher, self.release, give_lease)
        self._patrols = PatrolSorties(district, airspace, dispatcher, self.release)
        self.together = Together(journal.state, self.consider, clock, self._recalled)
        journal.listen(self._heed)

    def take_up(self) -> None:
        """Goes on with the sorties that were under way when the controller last stopped."""
        for sortie in self._journal.state.active():
            if sortie.dock not in self._sites or sortie.drone not in self._vehicles:
                _log.warning("%s of sortie %s is no longer configured", sortie.drone, sortie.id)
                continue
            if self._was_recalled(sortie.id):
                self._recalled.add(sortie.id)
            self._start(sortie.id)

    def _was_recalled(self, sortie: str) -> bool:
        facts = (recorded.fact for recorded in self._journal.log.read(subject=sortie))
        return any(
            isinstance(fact, SortieAdvanced) and fact.trigger is SortieTrigger.RECALL
            for fact in facts
        )

    def look(self, at: LonLat, kind: IncidentKind) -> c.DecisionView:
        """What would be sent there now; nothing is recorded."""
        return self._view(self._dispatcher.choose(at, kind))

    def rank(self, incident: str, cause: str | None) -> c.DecisionView:
        """Ranks the docks for the incident and records the decision."""
        return self._view(self._decide(incident, cause))

    def dispatch(
        self, incident: str, dock: str | None, cause: str | None, divert: bool = False
    ) -> c.SortieView:
        """Sends the best drone, or that of ``dock``, with ``divert`` from another incident too.

        Raises:
            Refused: with the reason why no drone, or not this one, can go.
        """
        view = self._journal.state.incidents[incident]
        if view.state is c.IncidentState.CLOSED:
            raise Refused("conflict", "the incident is closed")
        if dock is not None and dock not in self._sites:
            raise Refused("not_found", f"there is no dock {dock}")
        choice = self._decide(incident, cause, frozenset({dock} if dock and divert else ()))
        if dock is None:
            return self._send_first(incident, choice, cause)
        offer = _offer_of(choice, dock)
        if not offer.feasible:
            raise Refused("conflict", f"{dock} cannot go: {reasons_of(offer)}")
        return self._send(incident, choice, offer, cause, by_officer=True)

    def send_best(
        self, incident: str, cause: str | None, without: frozenset[str] = frozenset()
    ) -> None:
        """Sends the best drone by rule, from a slighter incident if that is so much better;
        records it when there is none. Right after the controller's start that there is none means
        nothing yet: it is asked again."""
        plan = self.together.plan({incident: without})
        choice = plan.choices[incident]
        self._journal.record(choice.fact(incident), cause=cause)
        if choice.decision.best is None and not self._settled.is_set():
            self._tasks.create_task(self._send_once_settled(incident, cause))
            return
        if len(plan.moves) > 1 or any(self._is_taken(move) for move in plan.moves):
            self.carry_out(plan, cause, recorded=frozenset({incident}))
            if self._journal.state.attending(incident):
                return
        try:
            self._send_first(incident, choice, cause)
        except Refused as refused:
            self._journal.record(
                IncidentUnserved(incident=incident, reason=str(refused)), cause=cause
            )

    async def _send_once_settled(self, incident: str, cause: str | None) -> None:
        await self._settled.wait()
        if self._journal.state.incidents[incident].state is c.IncidentState.REPORTED:
            self.send_best(incident, cause)

    def lend_from_dock(self, loan: LoanRequested, cause: str | None) -> c.SortieView:
        """Begins the sortie of a drone that is to leave its dock on loan."""
        self._journal.record(loan, cause=cause)
        self._start(loan.sortie)
        return self._journal.state.sorties[loan.sortie]

    def patrol(
        self, patrol: str, flight: PlannedSortie, hours: Hours, cause: str | None = None
    ) -> c.SortieView:
        """Sends a drone out on a flight of an adopted patrol.

        Raises:
            Refused: with the reason why it cannot go now.
        """
        sortie, midnight = str(ULID()), self._journal.state.patrols.plans[patrol].midnight
        ordered_s = (self._clock.now() - midnight).total_seconds()
        fact = self._patrols.requested(sortie, patrol, flight, ordered_s, hours)
        if isinstance(fact, str):
            raise Refused("conflict", fact)
        self._journal.record(fact, cause=cause)
        self._start(sortie)
        return self._journal.state.sorties[sortie]

    def recall(self, sortie: str, reason: str) -> c.SortieView:
        """Brings the sortie's drone home.

        Raises:
            Refused: if there is no such sortie or it has ended.
        """
        flight = self.flight_of(sortie)
        self._recalled.add(sortie)
        flight.recall(reason)
        return self._journal.state.sorties[sortie]

    def flight_of(self, sortie: str) -> SortieFlight:
        """The flight of a sortie that is under way.

        Raises:
            Refused: if there is no such sortie, it has ended, or is being started again.
        """
        view = self._journal.state.sorties.get(sortie)
        if view is None:
            raise Refused("not_found", f"there is no sortie {sortie}")
        flight = self._flights.get(sortie)
        if flight is None:
            raise Refused("conflict", f"the sortie has ended: {view.state}")
        if not flight.is_running:
            raise Refused("unavailable", "the sortie is being taken up again; try again at once")
        return flight

    def let_be(self, sortie: str) -> None:
        """Whatever becomes of this sortie now is a person's doing: nobody is sent after it."""
        self._recalled.add(sortie)

    def consider(
        self,
        incident: str,
        without: frozenset[str] = frozenset(),
        divert: frozenset[str] = frozenset(),
    ) -> Choice:
        """The ranking for an incident; nothing is recorded. ``divert``: docks whose drones may be
        taken from their incidents."""
        view = self._journal.state.incidents[incident]
        # after a restart its kind may no longer be configured; then it is planned for the longest
        kind = self._kinds.get(view.kind) or max(self._kinds.values(), key=lambda k: k.scene_s)
        return self._dispatcher.choose(LonLat(view.lon, view.lat), kind, without, divert)

    def is_out_of_reach(self, incident: str) -> bool:
        """Whether nobody goes there by rule, whoever comes free: it may not be flown over, nor to
        a place from which it could be seen."""
        view = self._journal.state.incidents[incident]
        vantage = self._dispatcher.vantage(LonLat(view.lon, view.lat))
        return vantage is not None and not vantage.used

    def is_anybody_free(self) -> bool:
        """Whether any drone may be sent at all, wherever to."""
        return self._dispatcher.is_anybody_free()

    def carry_out(
        self, plan: Plan, cause: str | None = None, recorded: frozenset[str] = frozenset()
    ) -> None:
        """Sends whom it was decided to send; an incident whose drone was not taken after all keeps
        it. The decisions are recorded with it, but for those of ``recorded``."""
        for move in plan.moves:
            if self._journal.state.attending(move.incident):
                continue
            first = () if move.incident in recorded else (move.choice.fact(move.incident),)
            try:
                self._send(move.incident, move.choice, move.offer, cause, first=first)
            except Refused as refused:  # the air is not free
                _log.info("incident %s waits on: %s", move.incident, refused)

    def _is_taken(self, move: Move) -> bool:
        """Whether its drone attends another incident."""
        return self._picking.attended(move.offer) is not None

    def _decide(
        self, incident: str, cause: str | None, divert: frozenset[str] = frozenset()
    ) -> Choice:
        choice = self.consider(incident, divert=divert)
        self._journal.record(choice.fact(incident), cause=cause)
        return choice

    def _view(self, choice: Choice) -> c.DecisionView:
        return decision_view(
            choice.id,
            self._clock.now(),
            choice.decide_ms,
            choice.decision.ranking,
            choice.vantage,
            choice.picture.task.window_s,
        )

    def _send_first(self, incident: str, choice: Choice, cause: str | None) -> c.SortieView:
        """Sends the best drone for which there is room in the air, below the ceiling if that can
        be."""
        for above_ceiling in (False, True):
            ready, against = self._picking.soonest(choice, above_ceiling)
            if ready is not None:
                return self._release(incident, choice, ready, cause, against)
        self._make_room(choice)
        raise Refused("conflict", "; ".join(against) or nobody(choice))

    def _make_room(self, choice: Choice) -> None:
        """Calls the patrols home that are in the way of the best drone: an incident goes before."""
        offer = choice.decision.best
        if offer is None or offer.airborne:
            return
        for sortie in self.release.patrols_in_the_way(choice.picture, offer):
            if sortie in self._flights and self._flights[sortie].is_running:
                self.recall(sortie, "an incident needs the room in the air")

    def _send(
        self,
        incident: str,
        choice: Choice,
        offer: Alternative,
        cause: str | None,
        first: tuple[Fact, ...] = (),
        by_officer: bool = False,
    ) -> c.SortieView:
        """Sends the drone that is offered, at heights below the ceiling if that can be.

        Raises:
            Refused: if the flight cannot be kept apart from those in the air.
        """
        try:
            ready = self._picking.ready(choice, offer, above_ceiling=False)
        except Refused:
            ready = self._picking.ready(choice, offer, above_ceiling=True)
        return self._release(incident, choice, ready, cause, (), first, by_officer)

    def _release(
        self,
        incident: str,
        choice: Choice,
        ready: Ready,
        cause: str | None,
        no_room: tuple[str, ...] = (),
        first: tuple[Fact, ...] = (),
        by_officer: bool = False,
    ) -> c.SortieView:
        """``no_room`` is why those before it did not go; ``first`` is recorded before it.

        Raises:
            Refused: if its drone cannot be told anything now.
        """
        sortie, offer, released, found = ready.sortie, ready.offer, ready.released, ready.found
        before = ready.before
        aloft = before if offer.airborne else None
        left = () if before is None else (self._diverted(before),)
        self._journal.record(
            *first,
            *left,
            SortieRequested(
                sortie=sortie,
                incident=incident,
                decision=choice.id,
                dock=offer.dock,
                drone=offer.drone,
                eta_s=released.parts.total_s,
                parts=launch_parts(released.parts),
                route=_ROUTE.dump_python(released.route, mode="json"),
                turn_back_wh=released.turn_back_wh,
                kept_apart=released.kept_apart,
                no_room=no_room,
                rally=rally_of(self._airspace, found),
                ways_down=found and ways_view(found),
                diverted_from=aloft and aloft.id,
                by_officer=by_officer,
            ),
            *(() if aloft is None else (_taken_over(sortie, incident),)),
            cause=cause,
        )
        self._start(sortie)
        return self._journal.state.sorties[sortie]

    def _diverted(self, sortie: c.SortieView) -> SortieAdvanced:
        """Raises Refused if it cannot be told anything now."""
        self.flight_of(sortie.id).let_go()
        return SortieAdvanced(
            sortie=sortie.id,
            incident=sortie.incident,
            trigger=SortieTrigger.DIVERT,
            state=c.SortieState.DIVERTED,
            reason="its drone goes on to an incident",
        )

    def _start(self, sortie: str) -> None:
        view = self._journal.state.sorties[sortie]
        flight = SortieFlight(
            sortie,
            self.briefing.orders(view),
            self._journal,
            self._vehicles[view.drone],
            self._docks,
        )
        self._flights[sortie] = flight
        self._tasks.create_task(self._fly(sortie, flight), name=f"sortie {sortie}")

    async def _fly(self, sortie: str, flight: SortieFlight) -> None:
        await supervise(f"sortie {sortie}", flight.run, self._note_failure)
        del self._flights[sortie]

    def _note_failure(self, component: str, error: str) -> None:
        self._journal.record(ComponentFailed(component=component, error=error))

    def _heed(self, recorded: Recorded) -> None:
        """A drone that failed before it arrived is followed by the next best; one that a person
        called home is not."""
        fact = recorded.fact
        if not isinstance(fact, SortieAdvanced) or fact.sortie in self._recalled:
            return
        if fact.trigger in _GONE and fact.incident is not None:
            self._tasks.create_task(self._serve_again(fact.incident, fact.sortie))

    async def settle(self) -> None:
        """After the controller's start: until every drone is verified, or has had its time to be.
        Before that, that nobody can be sent means nothing."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_WITHIN_S):
                await self._dispatcher.all_verified()
        self._dispatcher.warm_up()
        self._settled.set()

    async def settled(self) -> None:
        """Until ``settle`` is done."""
        await self._settled.wait()

    async def _serve_again(self, incident: str, failed: str) -> None:
        await self._settled.wait()
        if self._journal.state.incidents[incident].state is not c.IncidentState.UNSERVED:
            return
        tried = self._journal.state.tried(incident)
        if len(tried) < MOST_TRIES:
            self.send_best(incident, failed, without=tried)
            return
        reason = f"{len(tried)} sorties failed ({', '.join(sorted(tried))}); the officer decides"
        self._journal.record(IncidentUnserved(incident=incident, reason=reason), cause=failed)


def _taken_over(sortie: str, incident: str) -> SortieAdvanced:
    return SortieAdvanced(
        sortie=sortie,
        incident=incident,
        trigger=SortieTrigger.TAKE_OVER,
        state=c.SortieState.EN_ROUTE,
        reason="its drone is in the air already",
    )


def _offer_of(choice: Choice, dock: str) -> Alternative:
    return next(offer for offer in choice.decision.ranking if offer.dock == dock)
