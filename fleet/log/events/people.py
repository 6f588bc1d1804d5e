"""What people do: items, tasks, alarms, control."""

from __future__ import annotations

from fleet.contract import (
    NameView,
    TaskState,
)
from fleet.log.events.fact import Fact
from fleet.people.response import TaskMove


class ItemTicked(Fact):
    """A person has seen to an item of a checklist, or not after all; ``text`` as it read then."""

    about = "incident"

    incident: str
    item: str
    text: NameView
    done: bool
    by: str


class TaskGiven(Fact):
    """Somebody is to do something; who does not sign in here is ``outside``."""

    about = "task"

    task: str
    incident: str
    text: str
    to: str
    outside: bool
    within_s: float | None
    by: str


class TaskMoved(Fact):
    about = "task"

    task: str
    incident: str
    move: TaskMove
    state: TaskState  # after it
    to: str
    text: str
    note: str
    by: str


class AlarmRaised(Fact):
    """An autopilot said what a person must have read."""

    about = "alarm"

    alarm: str
    drone: str
    text: str
    sortie: str | None
    incident: str | None


class AlarmAcknowledged(Fact):
    """Somebody has read it."""

    about = "alarm"

    alarm: str
    drone: str
    text: str
    sortie: str | None
    incident: str | None
    by: str


class ControlTaken(Fact):
    """From now on only ``by`` directs the drone; ``before`` had it, and handed it over or was
    overruled."""

    about = "sortie"

    sortie: str
    incident: str | None
    drone: str
    by: str
    before: str | None


class ControlOffered(Fact):
    """``to`` may take it over; nobody: the offer is withdrawn."""

    about = "sortie"

    sortie: str
    incident: str | None
    drone: str
    by: str
    to: str | None


class ControlGivenUp(Fact):
    """Any officer may direct the drone."""

    about = "sortie"

    sortie: str
    incident: str | None
    drone: str
    by: str
