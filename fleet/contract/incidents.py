"""Incidents as the rest of the system sees them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from fleet.contract.base import Model
from fleet.contract.decisions import DecisionView, LaunchParts
from fleet.contract.response import TaskView, TickView


class IncidentState(StrEnum):
    REPORTED = "reported"  # known; no drone has been sent
    DISPATCHED = "dispatched"  # a sortie is on its way
    ON_SCENE = "on_scene"  # a drone is over it
    ATTENDED = "attended"  # the drone has left; the officer has not closed it
    UNSERVED = "unserved"  # every sortie sent to it ended before arriving; needs the officer
    CLOSED = "closed"


class IncidentView(Model):
    id: str
    kind: str
    level: int
    lon: float
    lat: float
    subdistrict: str | None
    note: str
    source: str
    state: IncidentState
    reported_at: datetime
    window_s: float
    dock: str | None = None
    drone: str | None = None
    sortie: str | None = None
    eta_s: float | None = None  # as predicted when the drone was chosen
    parts: LaunchParts | None = None
    on_scene_at: datetime | None = None
    on_scene_s: float | None = None  # from report to the first drone over the scene
    closed_at: datetime | None = None
    decision: DecisionView | None = None
    found_by: str | None = None  # the sortie whose drone saw it
    plans: tuple[str, ...] = ()  # response plans that fit it, as the district has them
    ticks: tuple[TickView, ...] = ()  # of their checklists, in the order they were made
    tasks: tuple[TaskView, ...] = ()  # the oldest first


class ResponseFigures(Model):
    """How soon drones were over incidents to which one was sent. Times are from report to the first
    drone over the scene; percentiles by nearest rank; None where nothing was reached."""

    sent: int
    judged: int  # of those sent: arrived, or no longer on the way
    reached: int
    in_window: int
    median_s: float | None
    p90_s: float | None
    slowest_s: float | None


class IncidentsPage(Model):
    """``total`` and ``response`` are of all pages; ``next`` is None on the last one."""

    incidents: tuple[IncidentView, ...]
    total: int
    next: str | None
    response: ResponseFigures
