"""The fold of snapshot and changes, the outbox and the door, without any I/O."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command.door import Door, DoorClosed
from command.outbox import Everything, Fact, Greeting, Outbox
from command.picture import INCIDENTS_KEPT, Applied, Picture
from fleet.contract import Change, DockView, Event, IncidentState, Snapshot, TelemetryFrame
from tests.command.controller_on_the_bus import T0, decision, frame, incident, sortie


def change(seq: int, number: int, state: IncidentState = IncidentState.REPORTED) -> Change:
    event = Event(seq=seq, at=T0 + timedelta(seconds=seq), kind="K", subject="s", data={})
    return Change(event=event, incident=incident(number, state=state, note=f"{seq}"))


def snapshot_after(changes: list[Change]) -> Snapshot:
    views = {c.incident.id: c.incident for c in changes if c.incident}
    seq = changes[-1].event.seq if changes else 0
    return Snapshot(
        seq=seq,
        at=T0 + timedelta(seconds=seq),
        incidents=tuple(views.values()),
        sorties=(),
        docks=(),
        telemetry=TelemetryFrame(at=T0, drones=()),
    )


@given(st.lists(st.integers(0, 5), max_size=30), st.data())
def test_a_snapshot_anywhere_and_the_changes_after_it_give_the_whole_picture(
    numbers: list[int], data: st.DataObject
) -> None:
    changes = [change(seq, number) for seq, number in enumerate(numbers, start=1)]
    taken = data.draw(st.integers(0, len(changes)))
    resent = data.draw(st.integers(0, taken))
    picture = Picture()
    picture.replace(snapshot_after(changes[:taken]))
    for each in changes[resent:]:
        picture.apply(each)
    seen = picture.snapshot()
    assert seen is not None
    assert {v.id: v for v in seen.incidents} == {v.id: v for v in snapshot_after(changes).incidents}
    assert seen.seq == len(changes)


@given(st.integers(2, 50))
def test_a_change_too_far_ahead_is_a_gap_and_changes_nothing(ahead: int) -> None:
    picture = Picture()
    picture.replace(snapshot_after([]))
    before = picture.snapshot()
    assert picture.apply(change(ahead, 1)) is Applied.GAP
    assert picture.snapshot() == before


def test_without_a_snapshot_every_change_is_a_gap() -> None:
    picture = Picture()
    assert picture.apply(change(1, 1)) is Applied.GAP
    assert picture.snapshot() is None


def test_an_earlier_number_at_a_later_time_shows_that_the_log_began_anew() -> None:
    picture = Picture()
    picture.replace(snapshot_after([change(1, 1), change(2, 2)]))
    assert picture.apply(change(1, 1)) is Applied.OLD
    event = Event(seq=1, at=T0 + timedelta(days=1), kind="K", subject="s", data={})
    assert picture.apply(Change(event=event)) is Applied.GAP


def test_decisions_are_not_kept() -> None:
    picture = Picture()
    view = incident(1, decision=decision())
    picture.replace(snapshot_after([]).model_copy(update={"incidents": (view,)}))
    seen = picture.snapshot()
    assert seen is not None
    assert seen.incidents[0].decision is None


def test_closed_incidents_are_forgotten_first_and_open_ones_never() -> None:
    picture = Picture()
    picture.replace(snapshot_after([]))
    for seq in range(1, INCIDENTS_KEPT + 50):
        state = IncidentState.REPORTED if seq % 10 == 0 else IncidentState.CLOSED
        picture.apply(change(seq, seq, state))
    seen = picture.snapshot()
    assert seen is not None
    assert len(seen.incidents) == INCIDENTS_KEPT
    still_open = [v for v in seen.incidents if v.state is IncidentState.REPORTED]
    assert len(still_open) == (INCIDENTS_KEPT + 49) // 10


def test_the_outbox_keeps_facts_in_order_and_of_telemetry_the_newest() -> None:
    outbox = Outbox()
    outbox.put(Greeting("a"))
    outbox.put_telemetry(frame("OLD"))
    outbox.put(Fact("sortie", sortie(1)))
    outbox.put_telemetry(frame("NEW", drones=1))
    batch = outbox.take()
    assert batch is not None
    assert batch[:2] == [Greeting("a"), Fact("sortie", sortie(1))]
    sent = batch[2]
    assert isinstance(sent, TelemetryFrame)
    assert {view.drone: view.mode for view in sent.drones} == {"U01": "NEW", "U02": "OLD"}


@given(st.integers(1, 200))
def test_the_outbox_never_grows_beyond_its_bound(count: int) -> None:
    outbox = Outbox(facts_kept=20)
    outbox.put(Greeting("a"))
    for number in range(count):
        outbox.put(Fact("dock", DockView(dock=f"D{number}", online=True, drone="U01")))
    batch = outbox.take()
    assert batch is not None
    assert len(batch) <= 21
    assert batch[0] == Greeting("a")
    facts = [each for each in batch if isinstance(each, Fact)]
    assert len(facts) == count or Everything() in batch


def test_a_closed_outbox_lets_its_reader_go() -> None:
    outbox = Outbox()
    taken: list[object] = []
    reader = threading.Thread(target=lambda: taken.append(outbox.take()))
    reader.start()
    outbox.close()
    reader.join(10)
    assert taken == [None]


async def _double(value: int) -> int:
    return 2 * value


async def test_the_door_brings_results_and_errors_to_another_thread() -> None:
    door = Door()
    assert await asyncio.to_thread(door.call, lambda: _double(21)) == 42

    async def fail() -> None:
        raise LookupError("inside")

    with pytest.raises(LookupError, match="inside"):
        await asyncio.to_thread(door.call, fail)


async def test_the_door_refuses_the_loops_own_thread() -> None:
    with pytest.raises(RuntimeError, match="own thread"):
        Door().call(lambda: _double(1))


async def test_a_closed_door_lets_nobody_in_and_ends_those_inside() -> None:
    door, inside = Door(), asyncio.Event()

    async def stay() -> None:
        inside.set()
        await asyncio.Event().wait()

    waiting = asyncio.create_task(asyncio.to_thread(door.call, stay))
    await inside.wait()
    door.close()
    with pytest.raises(DoorClosed):
        await waiting
    with pytest.raises(DoorClosed):
        await asyncio.to_thread(door.call, stay)
