"""What the controller is asked for; nothing is done by it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from fleet.contract.base import Model
from fleet.contract.incidents import IncidentState


class PlanFor(Model):
    """What would be sent to this place now; nothing is recorded. Answer: DecisionView."""

    ask: Literal["plan"] = "plan"
    lon: float
    lat: float
    kind: str = "fire"


class RankDocks(Model):
    """Ranks the docks for a reported incident afresh. Answer: DecisionView."""

    ask: Literal["rank_docks"] = "rank_docks"
    incident: str


class WatchVideo(Model):
    """Has the samples of these drones told on the bus for some seconds, each at its rate; who goes
    on watching asks again. Answer: VideoStreams of all drones."""

    ask: Literal["watch_video"] = "watch_video"
    rates_hz: dict[str, Annotated[float, Field(gt=0, le=10)]] = Field(default={}, max_length=500)


class ListVideo(Model):
    """Answer: VideoStreams of all drones."""

    ask: Literal["video_streams"] = "video_streams"


class GetVideoTrack(Model):
    """Samples that were recorded in a flight, at least ``step_s`` apart. Answer: VideoTrack."""

    ask: Literal["video_track"] = "video_track"
    sortie: str
    after: AwareDatetime | None = None
    step_s: float = Field(default=1.0, ge=0, le=60)
    limit: int = Field(default=500, ge=1, le=5000)


class GetGateway(Model):
    """Where each drone is offered to ground stations, and to whom it is lent. Answer:
    GatewayView."""

    ask: Literal["gateway"] = "gateway"


class GetPatrols(Model):
    """Plans of today and what of them is seen, and how old each task's last look is. Answer:
    PatrolsView."""

    ask: Literal["patrols"] = "patrols"


class _PatrolReport(Model):
    """``of`` is a plan, or PLAN/FLIGHT; without it all of the day, which is today without one."""

    day: date | None = None
    of: str | None = Field(default=None, max_length=200)


class GetPatrolReport(_PatrolReport):
    """What was to be seen, what was, and why not. Answer: PatrolReport."""

    ask: Literal["patrol_report"] = "patrol_report"


class PrintPatrolReport(_PatrolReport):
    """The same as a page or a document to keep. Answer: ReportFile."""

    ask: Literal["print_patrol_report"] = "print_patrol_report"
    form: Literal["html", "pdf"] = "html"
    language: Literal["zh", "en"] = "zh"


class GetPatrolCalendar(Model):
    """Rounds, blackouts and the flights of today's plans. Answer: PatrolCalendar."""

    ask: Literal["patrol_calendar"] = "patrol_calendar"


class ShowIncident(Model):
    """Answer: IncidentView with its decision."""

    ask: Literal["show_incident"] = "show_incident"
    incident: str


class ListIncidents(Model):
    """Of all incidents, newest first, those that every filter given lets through; ``before`` is the
    ``next`` of the page before. Answer: IncidentsPage."""

    ask: Literal["list_incidents"] = "list_incidents"
    limit: int = Field(default=100, ge=1, le=1000)
    before: str | None = None
    kinds: tuple[str, ...] = ()
    levels: tuple[int, ...] = ()
    subdistricts: tuple[str, ...] = ()
    states: tuple[IncidentState, ...] = ()
    since: AwareDatetime | None = None  # reported then or later
    until: AwareDatetime | None = None  # reported before


class ListSorties(Model):
    """Of all incidents or of one, newest first, page by page. Answer: SortiesPage."""

    ask: Literal["list_sorties"] = "list_sorties"
    limit: int = Field(default=100, ge=1, le=1000)
    before: str | None = None
    incident: str | None = None


class ExplainDecision(Model):
    """Why this dock, and why not the others. Answer: ExplanationView."""

    ask: Literal["explain_decision"] = "explain_decision"
    decision: str


class ListDecisions(Model):
    """Answer: {"decisions": [DecisionSummary, ...], "next": ...} of the incident or of all, newest
    first; ``next`` is what to give as ``before`` for the page after, null on the last."""

    ask: Literal["list_decisions"] = "list_decisions"
    incident: str | None = None
    limit: int = Field(default=50, ge=1, le=500)
    before: str | None = None


class GetSnapshot(Model):
    """Answer: Snapshot."""

    ask: Literal["snapshot"] = "snapshot"


class GetCoverage(Model):
    """Refused while it is not known yet. Answer: CoverageView."""

    ask: Literal["coverage"] = "coverage"


class GetEvents(Model):
    """Answer: {"events": [Event, ...]} with ``seq`` greater than ``after``, oldest first."""

    ask: Literal["events"] = "events"
    after: int = 0
    incident: str | None = None
    limit: int = Field(default=500, ge=1, le=5000)
