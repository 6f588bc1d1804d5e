"""The controller's desk: answers what is asked over the bus. It decides nothing that a person or a
rule has not asked for, and every refusal says why."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from datetime import datetime
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError
from ulid import ULID

from fleet import contract as c
from fleet.bus import Reply, Request
from fleet.dispatch.decisions import find
from fleet.dispatch.explain import Explainer, decision_of, summaries
from fleet.district.model import District, IncidentKind
from fleet.district.place import PlaceRefused, locate
from fleet.lending.grants import Lending
from fleet.log.archive import incidents_page, sorties_page
from fleet.log.events import (
    AirspaceAdopted,
    DecisionTaken,
    DronePutBack,
    DroneTakenOut,
    Fact,
    IncidentClosed,
    IncidentReported,
    PatrolAdopted,
    PatrolSortieRequested,
)
from fleet.log.journal import Journal
from fleet.patrol.reports import PatrolReports
from fleet.patrol.rounds import Rounds
from fleet.people.alarm_watch import acknowledge
from fleet.people.handing import Handing
from fleet.people.responding import Responding
from fleet.people.response import plans_for
from fleet.process import Refusal
from fleet.sorties.directing import Directing
from fleet.sorties.fleet_acts import FleetActs
from fleet.sorties.operations import Operations
from fleet.sorties.refused import Refused
from fleet.sorties.sortie import ENDED
from fleet.video.aiming import Aiming
from fleet.video.videos import Videos
from planner.model import LonLat

_ASK: TypeAdapter[Any] = TypeAdapter(c.Ask)
_BULK: dict[type[Fact], set[str]] = {
    AirspaceAdopted: {"volumes", "docks"},
    DecisionTaken: {"picture", "ranking"},
    PatrolAdopted: {"plan"},
    PatrolSortieRequested: {"flight", "ways_down"},
}


class Desk:
    """Turns requests into facts and views."""

    def __init__(
        self,
        district: District,
        journal: Journal,
        operations: Operations,
        directing: Directing,
        fleet_acts: FleetActs,
        lending: Lending,
        responding: Responding,
        snapshot: Callable[[], c.Snapshot],
        coverage: Callable[[], c.CoverageView | None],
        videos: Videos,
        aiming: Aiming,
        rounds: Rounds,
        reports: PatrolReports,
    ) -> None:
        self._district, self._journal, self._operations = district, journal, operations
        self._directing, self._fleet_acts, self._lending = directing, fleet_acts, lending
        self._responding, self._handing = responding, Handing(journal)
        self._snapshot, self._coverage = snapshot, coverage
        self._videos, self._aiming = videos, aiming
        self._rounds, self._reports = rounds, reports
        self._kinds = {kind.id: kind for kind in district.kinds}
        self._explainer, self._explaining = Explainer(journal.log), asyncio.Lock()

    async def answer(self, request: Request) -> Reply:
        """The reply to one request; never raises for what a sender may get wrong."""
        try:
            ask = _ASK.validate_python(request.body)
            view = await self._beside(ask, request) or self._do(ask, request.id)
        except ValidationError as error:
            return _refusal(request, "invalid", _words(error))
        except PlaceRefused as refusal:
            return _refusal(request, "invalid", str(refusal))
        except Refused as refusal:
            return _refusal(request, refusal.code, str(refusal))
        return Reply(id=request.id, ok=True, body=view.model_dump(mode="json"))

    async def _beside(self, ask: Any, request: Request) -> BaseModel | None:
        """What takes its time beside all else, reading at length or turning a camera; None for what
        is done at once."""
        match ask:
            case c.PointCamera():
                return await self._aiming.point(ask, request.id)
            case c.ListVideo():
                return self._videos.streams()
            case c.WatchVideo():
                return self._videos.watch(request.sender, ask)
            case c.GetVideoTrack():
                return await self._videos.track(ask)
            case c.ExplainDecision():
                return await self._explained(ask)
            case c.GetPatrolReport():
                return await self._reports.report(ask)
            case c.PrintPatrolReport():
                return await self._reports.printed(ask)
            case c.ListDecisions():
                return await self._decisions(ask)
        return None

    def _do(self, ask: Any, cause: str) -> BaseModel:
        # what makes something new is not made twice, also when asked again after a restart
        state = self._journal.state
        match ask:
            case c.ReportIncident() | c.ReportFinding() if cause in state.reported:
                return self._shown(state.reported[cause])
            case c.Dispatch() | c.GrantLease() if cause in state.sent:
                return state.sorties[state.sent[cause]]
            case c.GiveTask() if cause in state.given:
                return self._responding.task(ask.incident, state.given[cause].task)
            case c.ReportIncident():
                return self._report(ask, cause)
            case c.ReportFinding():
                return self._found(ask, cause)
            case c.PlanFor():
                return self._plan(ask)
            case c.RankDocks():
                return self._rank(ask, cause)
            case c.Dispatch():
                self._incident(ask.incident)
                return self._operations.dispatch(ask.incident, ask.dock, cause, ask.divert)
            case c.Recall():
                return self._operations.recall(ask.sortie, ask.reason)
            case c.Hold():
                return self._directing.hold(ask, cause)
            case c.Resume():
                return self._directing.resume(ask, cause)
            case c.Goto() | c.Orbit():
                return self._directing.go(ask, cause)
            case c.LandNow():
                return self._directing.land_now(ask, cause)
            case c.WriteOff():
                return self._directing.write_off(ask, cause)
            case c.GrantLease():
                return self._lending.grant(ask, cause)
            case c.TakeBackLease():
                return self._lending.take_back(ask)
            case c.GetGateway():
                return self._lending.view()
            case c.FlyPatrol():
                return self._rounds.fly(ask, cause)
            case c.PausePatrols():
                return self._rounds.pause(ask, cause)
            case c.ResumePatrols():
                return self._rounds.resume(ask, cause)
            case c.GetPatrols():
                return self._rounds.view()
            case c.TakeOut() | c.PutBack():
                return self._serves(ask, cause)
            case c.GetPatrolCalendar():
                return self._rounds.calendar()
            case c.RecallAll() | c.LandAll():
                return self._fleet_acts.ask(ask, cause)
            case c.AcknowledgeAlarm():
                return acknowledge(self._journal, ask, cause)
            case c.TakeControl():
                return self._handing.take(ask, cause)
            case c.OfferControl():
                return self._handing.offer(ask, cause)
            case c.GiveUpControl():
                return self._handing.give_up(ask, cause)
            case c.TickItem():
                return self._responding.tick(ask, cause)
            case c.GiveTask():
                return self._responding.give(ask, cause)
            case c.MoveTask():
                return self._responding.move(ask, cause)
            case c.CloseIncident():
                return self._close(ask, cause)
            case c.ShowIncident():
                return self._shown(ask.incident)
            case c.ListIncidents():
                return incidents_page(self._journal.state.incidents.values(), ask)
            case c.ListSorties():
                return sorties_page(self._journal.state.sorties.values(), ask)
            case c.GetSnapshot():
                return self._snapshot()
            case c.GetCoverage():
                return self._covered()
            case c.GetEvents():
                return self._events(ask)
        raise Refused("invalid", f"unknown request {ask!r}")

    def _serves(self, ask: c.TakeOut | c.PutBack, cause: str) -> c.ServiceView:
        if all(drone.id != ask.drone for drone in self._district.drones):
            raise Refused("not_found", f"there is no drone {ask.drone}")
        out = self._journal.state.out_of_service
        if isinstance(ask, c.TakeOut):
            self._journal.record(DroneTakenOut(drone=ask.drone, reason=ask.reason), cause=cause)
        elif ask.drone in out:
            self._journal.record(DronePutBack(drone=ask.drone, reason=ask.reason), cause=cause)
        return c.ServiceView(
            drone=ask.drone, in_service=ask.drone not in out, reason=out.get(ask.drone)
        )

    def _found(self, ask: c.ReportFinding, cause: str) -> c.IncidentView:
        """Under the drone where no place is named: a patrol's camera looks straight down."""
        sortie = self._journal.state.sorties.get(ask.sortie)
        if sortie is None:
            raise Refused("not_found", f"there is no sortie {ask.sortie}")
        lon, lat = ask.lon, ask.lat
        if lon is None or lat is None:
            heard = {each.drone: each for each in self._snapshot().telemetry.drones}
            lon, lat = heard[sortie.drone].lon, heard[sortie.drone].lat
        if lon is None or lat is None or sortie.state in ENDED:
            away = f"{sortie.drone} is not out on {sortie.id}"
            raise Refused("conflict", f"{away}; name the place of the finding")
        told = ask.model_dump(exclude={"ask", "sortie", "lon", "lat"})
        return self._report(c.ReportIncident(lon=lon, lat=lat, **told), cause, sortie.id)

    def _report(
        self, ask: c.ReportIncident, cause: str, found_by: str | None = None
    ) -> c.IncidentView:
        kind = self._kind(ask.kind)
        subdistrict = locate(self._district, ask.lon, ask.lat)
        if ask.within and subdistrict.code not in ask.within:
            raise Refused("forbidden", f"{ask.source} may not report for {subdistrict.name.en}")
        incident, level = str(ULID()), ask.level or kind.level
        self._journal.record(
            IncidentReported(
                incident=incident,
                kind=kind.id,
                level=level,
                lon=ask.lon,
                lat=ask.lat,
                subdistrict=subdistrict.code,
                note=ask.note,
                source=ask.source,
                window_s=self._district.flight.window_s,
                found_by=found_by,
                plans=tuple(p.id for p in plans_for(self._district.plans, kind.id, level)),
            ),
            cause=cause,
        )
        by_rule = ask.dispatch == "rule" and kind.dispatch == "auto"
        if by_rule or ask.dispatch == "now":
            self._operations.send_best(incident, cause)
        else:
            self._operations.rank(incident, cause)
        return self._shown(incident)

    def _kind(self, kind: str) -> IncidentKind:
        if kind not in self._kinds:
            known = ", ".join(sorted(self._kinds))
            raise Refused("invalid", f"unknown kind of incident {kind!r}; known are {known}")
        return self._kinds[kind]

    def _plan(self, ask: c.PlanFor) -> c.DecisionView:
        locate(self._district, ask.lon, ask.lat)
        return self._operations.look(LonLat(ask.lon, ask.lat), self._kind(ask.kind))

    def _rank(self, ask: c.RankDocks, cause: str) -> c.DecisionView:
        self._incident(ask.incident)
        return self._operations.rank(ask.incident, cause)

    def _close(self, ask: c.CloseIncident, cause: str) -> c.IncidentView:
        incident = self._incident(ask.incident)
        if incident.state is c.IncidentState.CLOSED:
            return incident
        flying = self._journal.state.attending(ask.incident)
        if flying:
            sortie = flying[0]
            raise Refused(
                "conflict",
                f"{sortie.drone} is still {sortie.state.replace('_', ' ')} for this incident; "
                "recall it first",
            )
        self._journal.record(IncidentClosed(incident=ask.incident, note=ask.note), cause=cause)
        return self._incident(ask.incident)

    def _incident(self, incident: str) -> c.IncidentView:
        try:
            return self._journal.state.incidents[incident]
        except KeyError:
            raise Refused("not_found", f"there is no incident {incident}") from None

    def _shown(self, incident: str) -> c.IncidentView:
        view = self._incident(incident)
        decisions = self._journal.state.decisions.get(incident)
        if not decisions:
            return view
        taken = find(self._journal.log, decisions[-1])
        return view.model_copy(update={"decision": decision_of(taken)})

    async def _explained(self, ask: c.ExplainDecision) -> BaseModel:
        """In a thread, for it is the work of some hundred decisions; one at a time."""
        async with self._explaining:
            try:
                return await asyncio.to_thread(self._explainer.explain, ask.decision)
            except Refusal as refusal:
                raise Refused("not_found", str(refusal)) from None

    async def _decisions(self, ask: c.ListDecisions) -> BaseModel:
        """In a thread, for the log keeps each with all its inputs."""
        if ask.incident is not None:
            self._incident(ask.incident)
        log, one_more = self._journal.log, ask.limit + 1  # whether there is another page
        try:
            found = await asyncio.to_thread(
                lambda: tuple(summaries(log, ask.incident, one_more, ask.before))
            )
        except Refusal as refusal:
            raise Refused("not_found", str(refusal)) from None
        page = found[: ask.limit]
        return _Decisions(decisions=page, next=page[-1].id if len(found) > len(page) else None)

    def _covered(self) -> c.CoverageView:
        view = self._coverage()
        if view is None:
            raise Refused("unavailable", "the coverage is still being worked out; try again")
        return view

    def _events(self, ask: c.GetEvents) -> BaseModel:
        recorded = self._journal.log.read(ask.after, ask.incident, limit=ask.limit)
        return _Events(events=tuple(event_view(r.seq, r.at, r.cause, r.fact) for r in recorded))


class _Decisions(BaseModel):
    decisions: tuple[c.DecisionSummary, ...]
    next: str | None


class _Events(BaseModel):
    events: tuple[c.Event, ...]


def event_view(seq: int, at: datetime, cause: str | None, fact: Fact) -> c.Event:
    """A fact as the rest of the system sees it: without its bulk, which is asked for."""
    bulk = _BULK.get(type(fact))
    return c.Event(
        seq=seq,
        at=at,
        kind=type(fact).__name__,
        subject=fact.subject,
        incident=fact.of_incident,
        cause=cause,
        data=fact.model_dump(mode="json", exclude=bulk),
    )


def _refusal(request: Request, code: str, reason: str) -> Reply:
    return Reply(id=request.id, ok=False, code=code, reason=reason)


def _words(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "the request"
    given = first.get("input")
    shown = f", not {given!r:.60}" if isinstance(given, str | int | float) else ""
    if isinstance(given, float) and not math.isfinite(given):
        shown = f", not {given}"
    return f"{where}: {first['msg']}{shown}"
