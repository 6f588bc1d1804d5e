"""Roles and what each may do."""

from __future__ import annotations

import typing
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel

from fleet import contract as c


class Right(StrEnum):
    LOOK = "look"  # at the situation and its record
    ACT = "act"  # report, dispatch, recall, close
    AUDIT = "audit"  # read who did what
    PEOPLE = "people"  # add people, change roles, reset passwords


class Role(StrEnum):
    VIEWER = "viewer"
    JUDGE = "judge"  # scores drills: sees all, changes nothing
    DUTY_OFFICER = "duty_officer"
    COMMANDER = "commander"
    ADMINISTRATOR = "administrator"


RIGHTS: Final[dict[Role, frozenset[Right]]] = {
    Role.VIEWER: frozenset({Right.LOOK}),
    Role.JUDGE: frozenset({Right.LOOK, Right.AUDIT}),
    Role.DUTY_OFFICER: frozenset({Right.LOOK, Right.ACT}),
    Role.COMMANDER: frozenset({Right.LOOK, Right.ACT, Right.AUDIT}),
    Role.ADMINISTRATOR: frozenset(Right),
}

_LOOKING = (
    *(c.PlanFor, c.ShowIncident, c.ListIncidents, c.ListSorties),
    *(c.ExplainDecision, c.ListDecisions, c.GetSnapshot, c.GetCoverage, c.GetEvents),
    *(c.WatchVideo, c.ListVideo, c.GetVideoTrack),
    c.GetGateway,
    *(c.GetPatrols, c.GetPatrolCalendar, c.GetPatrolReport, c.PrintPatrolReport),
)


# who may step in where something is another's: a task, or a drone under control
_LEADING: Final = frozenset({Role.COMMANDER, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in. Acts only in ``subdistricts`` (codes), or everywhere if empty."""

    name: str  # to sign in with
    shown: str  # to be read by others
    role: Role
    subdistricts: tuple[str, ...] = ()
    disabled: bool = False
    must_change: bool = False  # the password was set by somebody else

    def may(self, right: Right) -> bool:
        return right in RIGHTS[self.role]

    @property
    def leads(self) -> bool:
        return self.role in _LEADING


def ask_kinds() -> tuple[type[BaseModel], ...]:
    """Every kind of ask there is."""
    kinds: tuple[type[BaseModel], ...] = typing.get_args(typing.get_args(c.Ask)[0])
    return kinds


def right_for(ask: Any) -> Right:
    """What an ask needs; whatever is not known to be only looking is an act."""
    return right_for_kind(type(ask))


def right_for_kind(kind: type) -> Right:
    """The same of all asks of a kind."""
    return Right.LOOK if issubclass(kind, _LOOKING) else Right.ACT
