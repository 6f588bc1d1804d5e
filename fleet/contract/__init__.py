"""What the controller and the rest of the system say to each other over the bus.

Requests go to ``Topics.controller_request`` as a ``Request`` whose body is one of ``Ask``; the
answer is a ``Reply`` whose body is the named view. ``Change``, ``DockView`` and ``TelemetryFrame``
are streams; ``Snapshot`` plus all changes with a greater ``seq`` is the whole picture. Of docks
and telemetry the newest replaces all before it. The district itself is retained, as
``DistrictView``.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fleet.contract.acts import (
    AcknowledgeAlarm,
    CloseIncident,
    Dispatch,
    FlyPatrol,
    GiveTask,
    GiveUpControl,
    Goto,
    GrantLease,
    Hold,
    LandAll,
    LandNow,
    MoveTask,
    OfferControl,
    Orbit,
    PausePatrols,
    PointCamera,
    PutBack,
    Recall,
    RecallAll,
    ReportFinding,
    ReportIncident,
    Resume,
    ResumePatrols,
    TakeBackLease,
    TakeControl,
    TakeOut,
    TickItem,
    WriteOff,
)
from fleet.contract.control import AlarmView, ControlView
from fleet.contract.decisions import (
    AlternativeView,
    ClaimView,
    ConditionsView,
    DecisionSummary,
    DecisionView,
    ExplanationView,
    LaunchParts,
    MomentView,
    ReasonView,
    TogetherView,
    TurnView,
    VantageView,
    WayDownView,
    WaysDownView,
)
from fleet.contract.district import (
    CheckItemView,
    ContactView,
    DistrictView,
    KindView,
    NameView,
    ResponsePlanView,
)
from fleet.contract.incidents import IncidentsPage, IncidentState, IncidentView, ResponseFigures
from fleet.contract.lending import GatewayView, GuestView, LeaseView, OfferedDrone
from fleet.contract.patrol_report import (
    PatrolReport,
    ReportedFlight,
    ReportedLook,
    ReportedTask,
    ReportFile,
)
from fleet.contract.patrols import (
    PatrolCalendar,
    PatrolFlightView,
    PatrolPauseView,
    PatrolsView,
    PatrolTaskView,
    PatrolView,
)
from fleet.contract.questions import (
    ExplainDecision,
    GetCoverage,
    GetEvents,
    GetGateway,
    GetPatrolCalendar,
    GetPatrolReport,
    GetPatrols,
    GetSnapshot,
    GetVideoTrack,
    ListDecisions,
    ListIncidents,
    ListSorties,
    ListVideo,
    PlanFor,
    PrintPatrolReport,
    RankDocks,
    ShowIncident,
    WatchVideo,
)
from fleet.contract.response import TaskState, TaskView, TickView
from fleet.contract.sorties import (
    FleetActView,
    KeptApart,
    ServiceView,
    SortiesPage,
    SortieState,
    SortieView,
)
from fleet.contract.streams import (
    Change,
    CoverageView,
    DocksOut,
    DockView,
    DroneTelemetry,
    Event,
    Snapshot,
    Status,
    TelemetryFrame,
)
from fleet.contract.video import VideoSample, VideoStream, VideoStreams, VideoTrack

Ask = Annotated[
    ReportIncident
    | PlanFor
    | RankDocks
    | Dispatch
    | Recall
    | Hold
    | Resume
    | Goto
    | Orbit
    | LandNow
    | PointCamera
    | WatchVideo
    | ListVideo
    | GetVideoTrack
    | WriteOff
    | GrantLease
    | TakeBackLease
    | GetGateway
    | FlyPatrol
    | PausePatrols
    | ResumePatrols
    | ReportFinding
    | GetPatrols
    | TakeOut
    | PutBack
    | GetPatrolCalendar
    | GetPatrolReport
    | PrintPatrolReport
    | RecallAll
    | LandAll
    | AcknowledgeAlarm
    | TakeControl
    | OfferControl
    | GiveUpControl
    | TickItem
    | GiveTask
    | MoveTask
    | CloseIncident
    | ShowIncident
    | ListIncidents
    | ListSorties
    | ExplainDecision
    | ListDecisions
    | GetSnapshot
    | GetCoverage
    | GetEvents,
    Field(discriminator="ask"),
]

__all__ = [
    "AcknowledgeAlarm",
    "AlarmView",
    "AlternativeView",
    "Ask",
    "Change",
    "CheckItemView",
    "ClaimView",
    "CloseIncident",
    "ConditionsView",
    "ContactView",
    "ControlView",
    "CoverageView",
    "DecisionSummary",
    "DecisionView",
    "Dispatch",
    "DistrictView",
    "DockView",
    "DocksOut",
    "DroneTelemetry",
    "Event",
    "ExplainDecision",
    "ExplanationView",
    "FleetActView",
    "FlyPatrol",
    "GatewayView",
    "GetCoverage",
    "GetEvents",
    "GetGateway",
    "GetPatrolCalendar",
    "GetPatrolReport",
    "GetPatrols",
    "GetSnapshot",
    "GetVideoTrack",
    "GiveTask",
    "GiveUpControl",
    "Goto",
    "GrantLease",
    "GuestView",
    "Hold",
    "IncidentState",
    "IncidentView",
    "IncidentsPage",
    "KeptApart",
    "KindView",
    "LandAll",
    "LandNow",
    "LaunchParts",
    "LeaseView",
    "ListDecisions",
    "ListIncidents",
    "ListSorties",
    "ListVideo",
    "MomentView",
    "MoveTask",
    "NameView",
    "OfferControl",
    "OfferedDrone",
    "Orbit",
    "PatrolCalendar",
    "PatrolFlightView",
    "PatrolPauseView",
    "PatrolReport",
    "PatrolTaskView",
    "PatrolView",
    "PatrolsView",
    "PausePatrols",
    "PlanFor",
    "PointCamera",
    "PrintPatrolReport",
    "PutBack",
    "RankDocks",
    "ReasonView",
    "Recall",
    "RecallAll",
    "ReportFile",
    "ReportFinding",
    "ReportIncident",
    "ReportedFlight",
    "ReportedLook",
    "ReportedTask",
    "ResponseFigures",
    "ResponsePlanView",
    "Resume",
    "ResumePatrols",
    "ServiceView",
    "ShowIncident",
    "Snapshot",
    "SortieState",
    "SortieView",
    "SortiesPage",
    "Status",
    "TakeBackLease",
    "TakeControl",
    "TakeOut",
    "TaskState",
    "TaskView",
    "TelemetryFrame",
    "TickItem",
    "TickView",
    "TogetherView",
    "TurnView",
    "VantageView",
    "VideoSample",
    "VideoStream",
    "VideoStreams",
    "VideoTrack",
    "WatchVideo",
    "WayDownView",
    "WaysDownView",
    "WriteOff",
]
