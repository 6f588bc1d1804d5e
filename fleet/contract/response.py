"""What people see to at an incident: items of the checklists, and tasks given to somebody."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from fleet.contract.base import Model
from fleet.contract.district import NameView


class TickView(Model):
    """An item of a checklist that somebody has ticked; ``text`` as it read then."""

    item: str
    text: NameView
    by: str
    at: datetime


class TaskState(StrEnum):
    GIVEN = "given"  # not seen yet, as far as is known
    TAKEN = "taken"  # whoever it is for is on it
    DONE = "done"
    WITHDRAWN = "withdrawn"


class TaskView(Model):
    """A task to a person who signs in here, or with ``outside`` to somebody who does not."""

    id: str
    incident: str
    text: str
    to: str
    outside: bool
    by: str
    given_at: datetime
    due_at: datetime | None
    state: TaskState
    changed_at: datetime
    changed_by: str
    note: str = ""  # what was told with the last move
