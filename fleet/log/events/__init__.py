"""The facts of the log. Each is durable before its effect leaves the process; state is their fold.

Names are in the past tense; the class name is the event's ``kind``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from fleet.log.events.fact import Fact
from fleet.log.events.incidents import (
    AirspaceAdopted,
    DecisionTaken,
    IncidentClosed,
    IncidentReported,
    IncidentUnserved,
)
from fleet.log.events.patrols import (
    PatrolAdopted,
    PatrolFlightGivenUp,
    PatrolFlightWaits,
    PatrolLookDone,
    PatrolSortieRequested,
    PatrolsPaused,
    PatrolsResumed,
    PatrolVisitsHandedOn,
    PatrolVisitsMissed,
)
from fleet.log.events.people import (
    AlarmAcknowledged,
    AlarmRaised,
    ControlGivenUp,
    ControlOffered,
    ControlTaken,
    ItemTicked,
    TaskGiven,
    TaskMoved,
)
from fleet.log.events.sorties import (
    AlternateChosen,
    HazardOver,
    HazardSeen,
    LoanRequested,
    SortieAdvanced,
    SortieDirected,
    SortieHeld,
    SortieRequested,
    SortieStepDone,
    WayHomePlanned,
)
from fleet.log.events.units import (
    CameraPointed,
    CommandRefused,
    ComponentFailed,
    DronePutBack,
    DroneReadied,
    DroneTakenOut,
    LeaseEnded,
    LeaseGranted,
    LinkChanged,
    LinkFailedOver,
)

__all__ = [
    "KINDS",
    "AirspaceAdopted",
    "AlarmAcknowledged",
    "AlarmRaised",
    "AlternateChosen",
    "CameraPointed",
    "CommandRefused",
    "ComponentFailed",
    "ControlGivenUp",
    "ControlOffered",
    "ControlTaken",
    "DecisionTaken",
    "DronePutBack",
    "DroneReadied",
    "DroneTakenOut",
    "Fact",
    "HazardOver",
    "HazardSeen",
    "IncidentClosed",
    "IncidentReported",
    "IncidentUnserved",
    "ItemTicked",
    "LeaseEnded",
    "LeaseGranted",
    "LinkChanged",
    "LinkFailedOver",
    "LoanRequested",
    "PatrolAdopted",
    "PatrolFlightGivenUp",
    "PatrolFlightWaits",
    "PatrolLookDone",
    "PatrolSortieRequested",
    "PatrolVisitsHandedOn",
    "PatrolVisitsMissed",
    "PatrolsPaused",
    "PatrolsResumed",
    "Recorded",
    "SortieAdvanced",
    "SortieDirected",
    "SortieHeld",
    "SortieRequested",
    "SortieStepDone",
    "TaskGiven",
    "TaskMoved",
    "WayHomePlanned",
]

KINDS: dict[str, type[Fact]] = {cls.__name__: cls for cls in Fact.__subclasses__()}


class Recorded(BaseModel):
    """A fact with its place in the log."""

    model_config = ConfigDict(frozen=True)

    seq: int
    at: datetime
    cause: str | None
    fact: Any
