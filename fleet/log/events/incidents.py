"""Incidents, and the decisions on them."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from fleet.contract import (
    VantageView,
)
from fleet.log.events.fact import Fact


class IncidentReported(Fact):
    about = "incident"

    incident: str
    kind: str
    level: int
    lon: float
    lat: float
    subdistrict: str | None
    note: str
    source: str
    window_s: float
    found_by: str | None = None  # the sortie whose drone saw it
    plans: tuple[str, ...] = ()  # of the district, that fit it


class AirspaceAdopted(Fact):
    """What the airspace of the decisions that name it is built from; told once for each."""

    about = "airspace"

    airspace: str
    volumes: list[dict[str, Any]]
    docks: dict[str, tuple[float, float]]
    landings: list[dict[str, Any]] = Field(default_factory=list)
    relief: dict[str, Any] | None = None


class DecisionTaken(Fact):
    """The docks were ranked. ``picture`` and the airspace adopted under ``airspace_id`` are all
    the inputs, ``ranking`` the answer: the decision can be explained and recomputed from the log
    alone. ``versions`` are those of what computed it; none in logs of before they were kept.
    ``together`` is what it was assigned from with other incidents, and how
    (``fleet.dispatch.together``);
    ``vantage`` the nearest place that may be flown to, where the incident's own may not."""

    about = "decision"

    decision: str
    incident: str
    picture: dict[str, Any]
    airspace_id: str
    ranking: list[dict[str, Any]]
    decide_ms: float
    versions: dict[str, str] = Field(default_factory=dict)
    together: dict[str, Any] | None = None
    vantage: VantageView | None = None


class IncidentUnserved(Fact):
    """No dock can serve the incident now."""

    about = "incident"

    incident: str
    reason: str


class IncidentClosed(Fact):
    about = "incident"

    incident: str
    note: str
