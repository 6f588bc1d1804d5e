"""The report of patrols that were flown: what was to be seen, what was, and why not."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from fleet.contract.base import Model
from fleet.contract.district import NameView
from fleet.contract.incidents import IncidentView
from fleet.contract.patrols import PatrolFlightView

Language = Literal["zh", "en"]


class ReportedFlight(Model):
    """A flight of a plan, and when its drone was in the air."""

    patrol: str
    flight: PatrolFlightView
    took_off_at: datetime | None
    ended_at: datetime | None
    way: tuple[tuple[float, float], ...]  # as planned, of those that flew


class ReportedLook(Model):
    """One visit: ``why_not`` where it was not made."""

    visit: str
    seen_at: datetime | None
    drone: str | None
    why_not: str | None


class ReportedTask(Model):
    """A task with all its visits. ``seen_share`` is how much of a line or area was seen at its
    overlap, of what may be flown over; None of points. ``photos`` and ``footprint``, a GeoJSON
    MultiPolygon, are what the planned photos of the looks that were made show on level ground."""

    task: str
    name: NameView
    kind: str
    priority: int
    shape: dict[str, Any]
    looks: tuple[ReportedLook, ...]
    seen_share: float | None
    photos: int
    footprint: dict[str, Any] | None


class PatrolReport(Model):
    """Of one local day, or of one plan or flight of it. ``visits`` were asked for, ``seen`` made;
    ``findings`` are the incidents that its drones reported."""

    district: str
    name: NameView
    day: date
    of: str | None  # the plan, or PLAN/FLIGHT; None: all of the day
    made_at: datetime
    timezone: str
    visits: int
    seen: int
    flights: tuple[ReportedFlight, ...]
    tasks: tuple[ReportedTask, ...]
    findings: tuple[IncidentView, ...]


class ReportFile(Model):
    """A report to be kept: ``body`` is its bytes in Base64."""

    name: str
    media_type: str
    body: str
