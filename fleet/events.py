"""The facts of the log. Each is durable before its effect leaves the process; state is their fold.

Names are in the past tense; the class name is the event's ``kind``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from fleet.contract import LaunchParts, SortieState
from fleet.sortie import SortieTrigger


class Fact(BaseModel):
    """Base of all events. ``subject`` says whose story it belongs to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @property
    def subject(self) -> str:
        raise NotImplementedError

    @property
    def of_incident(self) -> str | None:
        return None


class IncidentReported(Fact):
    incident: str
    kind: str
    level: int
    lon: float
    lat: float
    subdistrict: str | None
    note: str
    source: str
    window_s: float

    @property
    def subject(self) -> str:
        return self.incident

    @property
    def of_incident(self) -> str:
        return self.incident


class DecisionTaken(Fact):
    """The docks were ranked. ``picture`` and ``airspace_id`` are all the inputs, ``ranking`` the
    answer: the decision can be explained and recomputed from this event alone."""

    decision: str
    incident: str
    picture: dict[str, Any]
    airspace_id: str
    ranking: list[dict[str, Any]]
    decide_ms: float

    @property
    def subject(self) -> str:
        return self.decision

    @property
    def of_incident(self) -> str:
        return self.incident


class SortieRequested(Fact):
    sortie: str
    incident: str
    decision: str
    dock: str
    drone: str
    eta_s: float
    parts: LaunchParts
    route: dict[str, Any]
    turn_back_wh: float

    @property
    def subject(self) -> str:
        return self.sortie

    @property
    def of_incident(self) -> str:
        return self.incident


class SortieAdvanced(Fact):
    """One step along the sortie's table; ``reason`` says what was seen."""

    sortie: str
    incident: str
    trigger: SortieTrigger
    state: SortieState
    reason: str

    @property
    def subject(self) -> str:
        return self.sortie

    @property
    def of_incident(self) -> str:
        return self.incident


class SortieStepDone(Fact):
    """Something on the way that changes no state but belongs in the record: cover open, mission
    verified, armed, landing held."""

    sortie: str
    incident: str
    step: str
    detail: str = ""

    @property
    def subject(self) -> str:
        return self.sortie

    @property
    def of_incident(self) -> str:
        return self.incident


class IncidentUnserved(Fact):
    """No dock can serve the incident now."""

    incident: str
    reason: str

    @property
    def subject(self) -> str:
        return self.incident

    @property
    def of_incident(self) -> str:
        return self.incident


class IncidentClosed(Fact):
    incident: str
    note: str

    @property
    def subject(self) -> str:
        return self.incident

    @property
    def of_incident(self) -> str:
        return self.incident


class DroneReadied(Fact):
    """Parameters read and set, fence uploaded and read back."""

    drone: str
    parameters: dict[str, float]
    fence_points: int

    @property
    def subject(self) -> str:
        return self.drone


class LinkChanged(Fact):
    """A dock or drone came or went."""

    component: str
    online: bool

    @property
    def subject(self) -> str:
        return self.component


class ComponentFailed(Fact):
    """A part of the controller failed and was started again."""

    component: str
    error: str

    @property
    def subject(self) -> str:
        return self.component


KINDS: dict[str, type[Fact]] = {cls.__name__: cls for cls in Fact.__subclasses__()}


class Recorded(BaseModel):
    """A fact with its place in the log."""

    model_config = ConfigDict(frozen=True)

    seq: int
    at: datetime
    cause: str | None
    fact: Any
