"""Puts on record what people see to at an incident: items they tick, tasks they give and do."""

from __future__ import annotations

from typing import Final

from ulid import ULID

from fleet import contract as c
from fleet.district.model import District
from fleet.log.events import ItemTicked, TaskGiven, TaskMoved
from fleet.log.journal import Journal
from fleet.machine import IllegalTransition
from fleet.people.response import TASK, TaskMove
from fleet.sorties.refused import Refused

MOST_TASKS: Final = 100  # of one incident: each change of it carries them all


class Responding:
    """Answers what is asked about checklists and tasks. Who may do what is the console's to say."""

    def __init__(self, district: District, journal: Journal) -> None:
        self._journal = journal
        self._items = {
            item.id: (plan.id, c.NameView(zh=item.text.zh, en=item.text.en))
            for plan in district.plans
            for item in plan.checklist
        }

    def tick(self, ask: c.TickItem, cause: str) -> c.IncidentView:
        """
        Raises:
            Refused: if the item is none of the incident's plans, or the incident is closed.
        """
        view = self._open(ask.incident)
        plan, text = self._items.get(ask.item, (None, None))
        if text is None or plan not in view.plans:
            raise Refused("not_found", f"no plan of this incident has an item {ask.item}")
        ticked = any(tick.item == ask.item for tick in view.ticks)
        if ticked is not ask.done:
            fact = ItemTicked(incident=view.id, item=ask.item, text=text, done=ask.done, by=ask.by)
            self._journal.record(fact, cause=cause)
        return self._journal.state.incidents[ask.incident]

    def give(self, ask: c.GiveTask, cause: str) -> c.TaskView:
        """
        Raises:
            Refused: if the incident is closed, or has too many tasks.
        """
        view = self._open(ask.incident)
        if len(view.tasks) >= MOST_TASKS:
            raise Refused("conflict", f"this incident has {MOST_TASKS} tasks already")
        task = str(ULID())
        fact = TaskGiven(
            task=task,
            incident=view.id,
            text=ask.text,
            to=ask.to,
            outside=ask.outside,
            within_s=None if ask.within_min is None else ask.within_min * 60.0,
            by=ask.by,
        )
        self._journal.record(fact, cause=cause)
        return self.task(view.id, task)

    def move(self, ask: c.MoveTask, cause: str) -> c.TaskView:
        """Also once the incident is closed: what was asked for is reported done when it is.

        Raises:
            Refused: if there is no such task, or it cannot move so.
        """
        task, move = self.task(ask.incident, ask.task), TaskMove(ask.move)
        try:
            after = TASK.advance(task.state, move)
        except IllegalTransition as illegal:
            if task.state in _LEADS_TO[move] and task.changed_by == ask.by:
                return task  # asked twice
            raise Refused("conflict", str(illegal)) from None
        fact = TaskMoved(
            task=task.id,
            incident=task.incident,
            move=move,
            state=after,
            to=task.to,
            text=task.text,
            note=ask.note,
            by=ask.by,
        )
        self._journal.record(fact, cause=cause)
        return self.task(ask.incident, ask.task)

    def task(self, incident: str, task: str) -> c.TaskView:
        """
        Raises:
            Refused: if there is none.
        """
        for each in self._incident(incident).tasks:
            if each.id == task:
                return each
        raise Refused("not_found", f"this incident has no task {task}")

    def _open(self, incident: str) -> c.IncidentView:
        view = self._incident(incident)
        if view.state is c.IncidentState.CLOSED:
            raise Refused("conflict", "the incident is closed")
        return view

    def _incident(self, incident: str) -> c.IncidentView:
        try:
            return self._journal.state.incidents[incident]
        except KeyError:
            raise Refused("not_found", f"there is no incident {incident}") from None


_LEADS_TO: Final = {
    move: {after for (_, by), after in TASK.moves.items() if by is move} for move in TaskMove
}
