"""Plans, checklists and tasks of an incident: what fits, what is ticked, who has which task."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fleet import contract as c
from fleet.clock import Clock
from fleet.district.load import load
from fleet.district.model import CheckItem, District, Name, ResponsePlan
from fleet.log.events import IncidentClosed, IncidentReported, ItemTicked, TaskGiven, TaskMoved
from fleet.log.journal import Journal
from fleet.log.store import EventLog
from fleet.people.responding import MOST_TASKS, Responding
from fleet.people.response import LEVELS, TASK, TaskMove, plans_for
from fleet.sorties.refused import Refused

INCIDENT = "I" * 26
LONGGANG = load(Path(__file__).parents[2] / "configs" / "longgang")
FIRE = tuple(plan.id for plan in plans_for(LONGGANG.plans, "fire", 2))


def named(plan: str, **fields: tuple[object, ...]) -> ResponsePlan:
    word = Name(zh=plan, en=plan)
    return ResponsePlan.model_validate(
        {"id": plan, "name": word, "checklist": (CheckItem(id=f"{plan}_item", text=word),)} | fields
    )


def test_plans_that_fit_add_up_in_their_order() -> None:
    plans = (named("grave", levels=(1, 2)), named("fire", kinds=("fire",)), named("all"))
    fits = {
        (kind, level): [plan.id for plan in plans_for(plans, kind, level)]
        for kind in ("fire", "flood")
        for level in (1, 4)
    }
    assert fits == {
        ("fire", 1): ["grave", "fire", "all"],
        ("fire", 4): ["fire", "all"],
        ("flood", 1): ["grave", "all"],
        ("flood", 4): ["all"],
    }


def test_longgang_has_a_plan_of_its_own_for_each_kind_at_each_level() -> None:
    for kind in LONGGANG.kinds:
        for level in LEVELS:
            found = plans_for(LONGGANG.plans, kind.id, level)
            assert any(kind.id in plan.kinds for plan in found), kind.id
            assert any(plan.brief for plan in found)


def test_every_task_can_end_and_no_end_can_be_left() -> None:
    assert TASK.final == {c.TaskState.DONE, c.TaskState.WITHDRAWN}
    for state in set(c.TaskState) - TASK.final:
        assert TASK.advance(state, TaskMove.DONE) is c.TaskState.DONE
        assert TASK.advance(state, TaskMove.WITHDRAW) is c.TaskState.WITHDRAWN


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with EventLog(f"sqlite:///{tmp_path}/events.db") as log:
        journal = Journal(log, Clock())
        journal.record(reported())
        yield journal


def reported(plans: tuple[str, ...] = FIRE) -> IncidentReported:
    return IncidentReported(
        incident=INCIDENT, kind="fire", level=2, lon=114.2, lat=22.7, subdistrict=None,
        note="", source="test", window_s=300, plans=plans,
    )  # fmt: skip


def tick(item: str = "fire_trapped", done: bool = True, by: str = "li") -> c.TickItem:
    return c.TickItem(incident=INCIDENT, item=item, done=done, by=by)


def give(to: str = "wang", within_min: int | None = 20) -> c.GiveTask:
    return c.GiveTask(incident=INCIDENT, text="封路", to=to, within_min=within_min, by="li")


def move(task: str, how: str, by: str = "wang") -> c.MoveTask:
    return c.MoveTask.model_validate(
        {"incident": INCIDENT, "task": task, "move": how, "note": "完毕", "by": by}
    )


def responding(journal: Journal, district: District = LONGGANG) -> Responding:
    return Responding(district, journal)


def facts(journal: Journal, kind: type) -> list[object]:
    return [r.fact for r in journal.log.read() if isinstance(r.fact, kind)]


def test_an_item_is_ticked_by_somebody_and_the_record_keeps_how_it_read(journal: Journal) -> None:
    view = responding(journal).tick(tick(), "A" * 26)
    (made,) = view.ticks
    assert (made.item, made.by, made.text.en) == ("fire_trapped", "li", "Looked for people trapped")
    emptied = LONGGANG.model_copy(update={"plans": ()})
    again = Journal(journal.log, Clock())  # of a district whose plans are others by now
    with pytest.raises(Refused, match="no plan"):
        responding(again, emptied).tick(tick("fire_spread"), "B" * 26)
    assert again.state.incidents[INCIDENT].ticks == view.ticks


def test_ticked_twice_is_one_event_and_it_can_be_taken_back(journal: Journal) -> None:
    desk = responding(journal)
    for by in ("li", "wang"):
        assert desk.tick(tick(by=by), "A" * 26).ticks[0].by == "li"
    assert desk.tick(tick(done=False), "B" * 26).ticks == ()
    assert len(facts(journal, ItemTicked)) == 2


@pytest.mark.parametrize("item", ["water_depth", "nonsense"])
def test_an_item_of_no_plan_of_the_incident_is_refused(journal: Journal, item: str) -> None:
    with pytest.raises(Refused, match=f"no plan of this incident has an item {item}"):
        responding(journal).tick(tick(item), "A" * 26)


def test_a_task_is_given_taken_and_reported_done(journal: Journal) -> None:
    desk = responding(journal)
    given = desk.give(give(), "A" * 26)
    assert (given.state, given.to, given.by) == (c.TaskState.GIVEN, "wang", "li")
    assert given.due_at == given.given_at + timedelta(minutes=20)
    assert desk.move(move(given.id, "take"), "B" * 26).state is c.TaskState.TAKEN
    done = desk.move(move(given.id, "done"), "C" * 26)
    assert (done.state, done.changed_by, done.note) == (c.TaskState.DONE, "wang", "完毕")
    kept = Journal(journal.log, Clock()).state.incidents[INCIDENT].tasks
    assert kept == (done,)


def test_what_is_over_cannot_be_moved_but_repeating_it_does_no_harm(journal: Journal) -> None:
    desk = responding(journal)
    given = desk.give(give(within_min=None), "A" * 26)
    assert given.due_at is None
    done = desk.move(move(given.id, "done"), "B" * 26)
    assert desk.move(move(given.id, "done"), "C" * 26) == done
    with pytest.raises(Refused, match="the task is done and cannot take 'withdraw'"):
        desk.move(move(given.id, "withdraw", by="li"), "D" * 26)
    with pytest.raises(Refused, match="has no task nothing"):
        desk.move(move("nothing", "take"), "E" * 26)
    assert len(facts(journal, TaskMoved)) == 1


def test_a_closed_incident_takes_no_more_but_its_tasks_are_reported_done(journal: Journal) -> None:
    desk = responding(journal)
    given = desk.give(give(), "A" * 26)
    journal.record(IncidentClosed(incident=INCIDENT, note=""))
    with pytest.raises(Refused, match="the incident is closed"):
        desk.give(give(), "B" * 26)
    with pytest.raises(Refused, match="the incident is closed"):
        desk.tick(tick(), "C" * 26)
    assert desk.move(move(given.id, "done"), "D" * 26).state is c.TaskState.DONE


def test_there_is_an_end_to_the_tasks_of_one_incident(journal: Journal) -> None:
    fact = TaskGiven(
        task="", incident=INCIDENT, text="x", to="y", outside=True, within_s=None, by="li"
    )
    journal.record(*(fact.model_copy(update={"task": str(n)}) for n in range(MOST_TASKS)))
    with pytest.raises(Refused, match=f"has {MOST_TASKS} tasks already"):
        responding(journal).give(give(), "A" * 26)


def test_what_is_due_counts_from_when_it_was_given(journal: Journal) -> None:
    before = datetime.now(UTC)
    due = responding(journal).give(give(within_min=1), "A" * 26).due_at
    assert due is not None
    assert timedelta(0) < due - before < timedelta(minutes=2)
