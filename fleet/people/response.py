"""What is to be done at an incident beside flying: plans, checklists, tasks to people. Pure.

The plans are the district's; that an item is ticked and how far a task is stands in the log.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from fleet.contract import IncidentView, TaskView, TickView
from fleet.contract import TaskState as S
from fleet.machine import Table

if TYPE_CHECKING:
    from fleet.district.model import ResponsePlan
    from fleet.log.events import ItemTicked, TaskGiven, TaskMoved

LEVELS: Final = (1, 2, 3, 4)


class TaskMove(StrEnum):
    TAKE = "take"  # whoever it is for has seen it and is on it
    DONE = "done"
    WITHDRAW = "withdraw"  # it is not wanted any more


M = TaskMove

TASK: Final = Table(
    "the task",
    {
        (S.GIVEN, M.TAKE): S.TAKEN,
        (S.GIVEN, M.DONE): S.DONE,
        (S.TAKEN, M.DONE): S.DONE,
        (S.GIVEN, M.WITHDRAW): S.WITHDRAWN,
        (S.TAKEN, M.WITHDRAW): S.WITHDRAWN,
    },
)


def plans_for(plans: Iterable[ResponsePlan], kind: str, level: int) -> tuple[ResponsePlan, ...]:
    """Those that fit, in their order."""
    return tuple(
        plan
        for plan in plans
        if kind in (plan.kinds or (kind,)) and level in (plan.levels or (level,))
    )


def with_tick(view: IncidentView, fact: ItemTicked, at: datetime) -> IncidentView:
    """The incident with the item ticked, or not any more."""
    ticks = tuple(tick for tick in view.ticks if tick.item != fact.item)
    if fact.done:
        ticks += (TickView(item=fact.item, text=fact.text, by=fact.by, at=at),)
    return view.model_copy(update={"ticks": ticks})


def with_task(view: IncidentView, fact: TaskGiven, at: datetime) -> IncidentView:
    """The incident with a new task."""
    due = None if fact.within_s is None else at + timedelta(seconds=fact.within_s)
    task = TaskView(
        id=fact.task,
        incident=fact.incident,
        text=fact.text,
        to=fact.to,
        outside=fact.outside,
        by=fact.by,
        given_at=at,
        due_at=due,
        state=S.GIVEN,
        changed_at=at,
        changed_by=fact.by,
    )
    return view.model_copy(update={"tasks": (*view.tasks, task)})


def with_move(view: IncidentView, fact: TaskMoved, at: datetime) -> IncidentView:
    """The incident with a task moved on."""
    tasks = tuple(_moved(task, fact, at) if task.id == fact.task else task for task in view.tasks)
    return view.model_copy(update={"tasks": tasks})


def _moved(task: TaskView, fact: TaskMoved, at: datetime) -> TaskView:
    return task.model_copy(
        update={
            "state": TASK.advance(task.state, fact.move),
            "changed_at": at,
            "changed_by": fact.by,
            "note": fact.note or task.note,
        }
    )
