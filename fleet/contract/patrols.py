"""Patrol plans that are flown, and what has been looked at."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from fleet.contract.base import Model
from fleet.contract.district import NameView


class PatrolFlightView(Model):
    """A flight of a patrol plan. ``state``: planned, then waits (it is due, and ``reason`` says why
    it has not started), flying, flown, or given up. ``outcome`` is what became of what it was to
    see, once it is over: all seen; its drone was called to ``incident``; planned anew, in another
    flight; missed; or unfinished: nobody has taken up the rest yet. ``ordered_at`` and ``lands_at``
    are as planned, anew once it is sent out."""

    id: str
    dock: str
    drone: str
    ordered_at: datetime
    lands_at: datetime
    state: Literal["planned", "waits", "flying", "flown", "given_up"]
    reason: str | None = None
    outcome: Literal["seen", "pre_empted", "replanned", "missed", "unfinished"] | None = None
    sortie: str | None = None
    incident: str | None = None
    visits: tuple[str, ...]
    seen: tuple[str, ...]


class PatrolView(Model):
    """A plan that is flown. ``missed`` are visits that nobody can make any more, with the reason;
    ``handed_on`` those that were planned anew, with the plan that has them."""

    id: str
    name: NameView
    midnight: datetime
    rest_of: str | None  # the plan that this is the rest of
    visits: int
    seen: int
    missed: dict[str, str]
    handed_on: dict[str, str]
    unserved: dict[str, str]  # what the plan left out from the first
    flights: tuple[PatrolFlightView, ...]


class PatrolTaskView(Model):
    """A task and how long nobody has looked at it; ``age_s`` None: never, as far as is known.
    ``next_at`` is when a flight that is planned or under way is to look at it; ``priority`` 1 is
    the most urgent; ``shape`` is a GeoJSON Point, LineString or Polygon, ``lon`` and ``lat`` are in
    its middle."""

    task: str
    name: NameView
    kind: str
    lon: float
    lat: float
    shape: dict[str, Any]
    priority: int
    revisit_h: float | None
    last_seen_at: datetime | None
    age_s: float | None
    next_at: datetime | None


class PatrolPauseView(Model):
    """A person has stopped the patrols: none starts until one lets them go on."""

    since: datetime
    by: str
    reason: str


class PatrolsView(Model):
    """``waits`` says why no patrol starts at all now."""

    at: datetime
    least_coverage: float | None
    covered_share: float | None
    waits: str | None
    paused: PatrolPauseView | None = None
    patrols: tuple[PatrolView, ...]
    tasks: tuple[PatrolTaskView, ...]


class PatrolCalendar(Model):
    """An iCalendar text (RFC 5545)."""

    text: str
