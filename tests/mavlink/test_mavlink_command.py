"""Commands: acknowledged, repeated safely, refused in words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.command import Command, ReadBack, command_name
from fleet.mavlink.exchange import VehicleRefused, VehicleSilent
from tests.mavlink.mavlink_stage import ADDRESS, CopterSide, Wire, ack, run

RTL = mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH
HEARTBEAT = mavlink.MAVLink_heartbeat_message(2, 3, 0, 0, 3, 3)


def test_a_command_is_sent_once_and_done_when_acknowledged() -> None:
    copter = CopterSide()
    command = Command(ADDRESS, mavlink.MAV_CMD_DO_SET_MODE, 1, 4)
    run(command, copter, Wire())
    assert command.result() is True
    assert [(m.command, m.param1, m.param2, m.confirmation) for m in copter.executed] == [
        (mavlink.MAV_CMD_DO_SET_MODE, 1, 4, 0)
    ]


def test_each_repeat_carries_a_higher_confirmation() -> None:
    command = Command(ADDRESS, RTL)
    sent = command.begin(0.0)
    while not command.finished:
        sent += command.tick(command.due_s)
    assert [m.confirmation for m in sent] == list(range(len(sent)))
    assert len(sent) > 1


def test_silence_is_told_with_the_command_and_the_time_waited() -> None:
    command = Command(ADDRESS, RTL)
    command.begin(0.0)
    while not command.finished:
        command.tick(command.due_s)
    with pytest.raises(VehicleSilent, match=r"NAV_RETURN_TO_LAUNCH: no answer within \d+ s"):
        command.result()


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (mavlink.MAV_RESULT_DENIED, "denied"),
        (mavlink.MAV_RESULT_UNSUPPORTED, "not supported by this vehicle"),
        (mavlink.MAV_RESULT_FAILED, "failed"),
        (77, "refused with result 77"),
    ],
)
def test_a_refusal_is_told_in_words(result: int, words: str) -> None:
    command = Command(ADDRESS, mavlink.MAV_CMD_COMPONENT_ARM_DISARM, 1)
    command.begin(0.0)
    command.take(ack(mavlink.MAV_CMD_COMPONENT_ARM_DISARM, result), 0.1)
    with pytest.raises(VehicleRefused, match=f"COMPONENT_ARM_DISARM: {words}"):
        command.result()


def test_a_command_refused_for_now_is_asked_again() -> None:
    command = Command(ADDRESS, RTL)
    command.begin(0.0)
    command.take(ack(RTL, mavlink.MAV_RESULT_TEMPORARILY_REJECTED), 0.1)
    assert not command.finished
    assert len(command.tick(command.due_s)) == 1
    command.take(ack(RTL), 1.5)
    assert command.result() is True


def test_it_is_known_whether_answers_to_repeats_may_still_come() -> None:
    command = Command(ADDRESS, RTL)
    command.begin(0.0)
    command.tick(command.due_s)
    command.take(ack(RTL), 1.5)
    assert command.may_be_answered_again


class Reading:
    """A command to do ``wanted``, with what the vehicle shows."""

    def __init__(self, wanted: str, doing: str) -> None:
        self.doing = doing
        self.command = Command(
            *(ADDRESS, mavlink.MAV_CMD_DO_SET_MODE, 1, 4),
            shown=lambda: self.doing == wanted,
            read_back=ReadBack(f"mode {wanted}", lambda: self.doing),
        )
        self.sent = len(self.command.begin(0.0))

    def hear(self, now_s: float, message: Any = HEARTBEAT) -> None:
        self.command.take(message, now_s)

    def until(self, until_s: float) -> None:
        while not self.command.finished and self.command.due_s <= until_s:
            self.sent += len(self.command.tick(self.command.due_s))


def test_what_was_acknowledged_is_done_when_it_is_shown() -> None:
    reading = Reading("GUIDED", doing="AUTO")
    reading.hear(0.6, ack(mavlink.MAV_CMD_DO_SET_MODE))
    assert not reading.command.finished
    reading.doing = "GUIDED"
    reading.hear(1.2)
    assert reading.command.result() is True
    assert reading.sent == 1


def test_what_was_acknowledged_and_not_shown_is_told_again() -> None:
    """The answer was the second one to the command before; this one was lost."""
    reading = Reading("GUIDED", doing="AUTO")
    reading.hear(0.6, ack(mavlink.MAV_CMD_DO_SET_MODE))
    reading.until(4.0)
    assert reading.sent == 2
    reading.doing = "GUIDED"
    reading.hear(4.6)
    assert reading.command.result() is True
    assert reading.command.may_be_answered_again


def test_what_was_acknowledged_is_not_told_over_what_the_vehicle_does_since() -> None:
    """Its autopilot returns by itself, or somebody else has ordered something."""
    reading = Reading("GUIDED", doing="AUTO")
    reading.hear(0.6, ack(mavlink.MAV_CMD_DO_SET_MODE))
    reading.doing = "RTL"
    reading.hear(1.0)
    reading.until(60.0)
    assert reading.sent == 1
    with pytest.raises(VehicleSilent, match="acknowledged, but not shown as mode GUIDED"):
        reading.command.result()


def test_progress_gives_the_vehicle_time() -> None:
    command = Command(ADDRESS, RTL)
    command.begin(0.0)
    first_due_s = command.due_s
    command.take(ack(RTL, mavlink.MAV_RESULT_IN_PROGRESS), 0.5)
    assert not command.finished
    assert command.due_s > first_due_s + 1
    command.take(ack(RTL), 5.0)
    assert command.result() is True


@given(st.integers(0, 40_000).filter(lambda c: c != RTL), st.integers(0, 255))
def test_an_answer_to_another_command_is_not_taken(other: int, result: int) -> None:
    command = Command(ADDRESS, RTL)
    command.begin(0.0)
    command.take(ack(other, result), 0.1)
    assert not command.finished


@given(st.integers(0, 100_000))
def test_a_command_gets_through_a_wire_that_loses_repeats_and_reorders(seed: int) -> None:
    """Five tries against 30 % loss each way: some fail, and then say that nobody answered."""
    copter = CopterSide()
    command = Command(ADDRESS, RTL)
    run(command, copter, Wire(seed, loss=0.3, repeats=0.2, delay_s=(0.01, 0.9)))
    try:
        command.result()
    except VehicleSilent:
        return
    assert copter.executed


@given(st.lists(st.sampled_from(["ack", "progress", "heartbeat", "tick"]), max_size=40))
def test_no_order_of_events_breaks_a_command(events: list[str]) -> None:
    command = Command(ADDRESS, RTL)
    messages: dict[str, Any] = {
        "ack": ack(RTL),
        "progress": ack(RTL, mavlink.MAV_RESULT_IN_PROGRESS),
        "heartbeat": mavlink.MAVLink_heartbeat_message(2, 3, 0, 0, 3, 3),
    }
    command.begin(0.0)
    for i, event in enumerate(events):
        if event in messages:
            command.take(messages[event], i * 0.1)
        else:
            command.tick(i * 0.1)
    assert command.finished or command.due_s < 100


def test_a_command_that_the_dialect_does_not_name_is_told_by_number() -> None:
    assert command_name(RTL) == "NAV_RETURN_TO_LAUNCH"
    assert command_name(59_999) == "command 59999"
