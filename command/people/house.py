"""The people's database as the console uses it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from command.people.audit import AuditLog
from command.people.refusals import Refusals
from command.people.repeats import Repeats
from command.people.roster import Roster
from command.people.tables import opened


@dataclass(frozen=True, slots=True)
class People:
    """Who may work here, and the record of what they did."""

    roster: Roster
    audit: AuditLog
    refusals: Refusals
    repeats: Repeats


def open_people(url: str, now: Callable[[], datetime]) -> People:
    """Raises Refusal if the database cannot be opened."""
    engine = opened(url)
    audit = AuditLog(engine, now)
    return People(Roster(engine, now), audit, Refusals(audit, now), Repeats(engine, now))
