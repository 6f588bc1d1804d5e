"""How a vehicle's clock stands to ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.timesync import EVERY_S, FIRST_S, KEPT, NS, TimeSync

ZERO_S = 1234.5  # when the vehicle was switched on


def answer(ask: mavlink.MAVLink_timesync_message, at_s: float, zero_s: float = ZERO_S) -> object:
    """What a vehicle says that reads its clock then."""
    return mavlink.MAVLink_timesync_message(round((at_s - zero_s) * NS), ask.ts1)


def asked(sync: TimeSync, now_s: float, there_s: float, back_s: float, **told: float) -> None:
    """One question, and its answer after the way there and back."""
    (ask,) = sync.tick(now_s)
    assert sync.take(answer(ask, now_s + there_s, **told), now_s + there_s + back_s) == []


def test_a_vehicle_that_answers_at_once_has_its_clock_known_at_once() -> None:
    sync = TimeSync()
    assert sync.offset is None
    asked(sync, 2000.0, 0.02, 0.02)
    assert sync.offset is not None
    assert sync.offset.zero_s == pytest.approx(ZERO_S, abs=1e-6)
    assert sync.offset.error_s == pytest.approx(0.02)
    assert sync.offset.moment_s(1500) == pytest.approx(ZERO_S + 1.5)


@given(
    st.lists(st.tuples(st.floats(0.0, 0.6), st.floats(0.0, 0.6)), min_size=1, max_size=30),
    st.floats(0.0, 1e6),
)
def test_it_is_never_more_wrong_than_it_says(
    ways: list[tuple[float, float]], zero_s: float
) -> None:
    sync, now_s = TimeSync(), zero_s + 10.0
    for there_s, back_s in ways:
        asked(sync, now_s, there_s, back_s, zero_s=zero_s)
        now_s += 2.0
    offset = sync.offset
    assert offset is not None
    assert abs(offset.zero_s - zero_s) <= offset.error_s + 1e-6
    latest = ways[-KEPT:]
    assert offset.error_s == pytest.approx(min(map(sum, latest)) / 2, abs=1e-6)


def test_answers_to_nobodys_questions_and_second_answers_do_not_count() -> None:
    sync = TimeSync()
    (ask,) = sync.begin(2000.0)
    sync.take(mavlink.MAVLink_timesync_message(5, ask.ts1 + 1), 2000.1)
    assert sync.offset is None
    sync.take(answer(ask, 2000.1), 2000.2)
    before = sync.offset
    sync.take(answer(ask, 2000.1), 2003.0)
    assert sync.offset == before


def test_a_vehicle_that_was_switched_on_again_has_another_clock() -> None:
    sync = TimeSync()
    for second in range(KEPT):
        asked(sync, 2000.0 + second, 0.001, 0.001)
    asked(sync, 2100.0, 0.2, 0.2, zero_s=2050.0)
    assert sync.offset is not None
    assert sync.offset.zero_s == pytest.approx(2050.0, abs=0.2)


def test_a_vehicle_that_asks_is_answered_with_what_it_sent() -> None:
    (told,) = TimeSync().take(mavlink.MAVLink_timesync_message(0, 77), 3.0)
    assert (told.tc1, told.ts1) == (3 * NS, 77)


def test_it_asks_often_at_first_and_seldom_once_it_knows_and_forgets_what_is_not_answered() -> None:
    sync = TimeSync()
    for second in range(100):
        sync.tick(2000.0 + second)
    assert sync.due_s == 2099.0 + FIRST_S
    assert len(sync._asked_s) <= KEPT
    for second in range(KEPT):
        asked(sync, 2200.0 + second, 0.01, 0.01)
    sync.tick(2300.0)
    assert sync.due_s == 2300.0 + EVERY_S
