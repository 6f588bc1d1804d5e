"""Patrol plans that are flown, and what has been looked at."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fleet.contract.base import Model
from fleet.contract.district import NameView


class PatrolFlightView(Model):
    """A flight of a patrol plan. ``state``: planned, then waits (it is due, and ``reason`` says why
    it has not started), flying, flown, or given up."""

    id: str
    dock: str
    drone: str
    ordered_at: datetime
    lands_at: datetime
    state: Literal["planned", "waits", "flying", "flown", "given_up"]
    reason: str | None = None
    sortie: str | None = None
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
    ``next_at`` is when a flight that is planned or under way is to look at it."""

    task: str
    name: NameView
    kind: str
    lon: float
    lat: float
    revisit_h: float | None
    last_seen_at: datetime | None
    age_s: float | None
    next_at: datetime | None


class PatrolsView(Model):
    """``waits`` says why no patrol starts at all now."""

    at: datetime
    least_coverage: float | None
    covered_share: float | None
    waits: str | None
    patrols: tuple[PatrolView, ...]
    tasks: tuple[PatrolTaskView, ...]


class PatrolCalendar(Model):
    """An iCalendar text (RFC 5545)."""

    text: str
