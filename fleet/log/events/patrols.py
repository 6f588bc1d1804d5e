"""Patrols: plans, their flights, what was seen and what was not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fleet.contract import (
    WaysDownView,
)
from fleet.log.events.fact import Fact


class PatrolAdopted(Fact):
    """A plan of patrol flights whose day begins at ``midnight`` is to be flown. ``plan`` is a
    ``fleet.patrol.plan.PatrolPlan``; each of its flights starts at its time, those in ``at_once``
    as soon as they may, whatever the time. With ``override``, the reason of whoever asked, quiet
    hours are not kept."""

    about = "patrol"

    patrol: str
    midnight: datetime
    plan: dict[str, Any]
    at_once: tuple[str, ...] = ()
    override: str | None = None


class PatrolSortieRequested(Fact):
    """A flight of an adopted plan is sent out, as ``flight`` tells: its times are those of now.
    While a mission item up to the first figure of ``turn_back`` is flown, the drone turns back at
    the energy that is the second. ``rally`` and ``ways_down`` as with ``SortieRequested``."""

    about = "sortie"

    sortie: str
    patrol: str
    flight: dict[str, Any]
    dock: str
    drone: str
    launch_s: float
    route: dict[str, Any]
    turn_back: tuple[tuple[int, float], ...]
    rally: tuple[str, ...] = ()
    ways_down: WaysDownView | None = None


class PatrolLookDone(Fact):
    """A patrol drone has seen what ``visit`` asks for."""

    about = "sortie"

    sortie: str
    patrol: str
    task: str
    visit: str


class PatrolFlightWaits(Fact):
    """A flight of a patrol that is due does not start, for this reason."""

    about = "patrol"

    patrol: str
    flight: str
    reason: str


class PatrolFlightGivenUp(Fact):
    """A flight of a patrol that can no longer be flown; what it was to see is planned anew."""

    about = "patrol"

    patrol: str
    flight: str
    reason: str


class PatrolVisitsHandedOn(Fact):
    """Visits that the plan's own flights do not see; those of another plan, ``to``, do."""

    about = "patrol"

    patrol: str
    visits: tuple[str, ...]
    to: str


class PatrolVisitsMissed(Fact):
    """Visits that nobody can make any more, each with the reason."""

    about = "patrol"

    patrol: str
    visits: dict[str, str]


class PatrolsPaused(Fact):
    """A person has stopped the patrols: none starts until ``PatrolsResumed``."""

    about = "by"

    by: str
    reason: str


class PatrolsResumed(Fact):
    about = "by"

    by: str
