"""How often a vehicle tells what: every stream is set, whatever a wire does to the answers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.exchange import VehicleRefused, VehicleSilent
from fleet.mavlink.intervals import SetIntervals
from fleet.mavlink.state import STREAMS
from tests.mavlink.mavlink_stage import ADDRESS, CopterSide, Wire, ack, run

WANTED_US = {message_id: 200_000.0 / share for message_id, share in STREAMS.items()}
ATTITUDE = mavlink.MAVLINK_MSG_ID_ATTITUDE
FENCE = mavlink.MAVLINK_MSG_ID_FENCE_STATUS


def told(message_id: int, interval_us: int) -> Any:
    return mavlink.MAVLink_message_interval_message(message_id, interval_us)


def test_all_are_set_at_once_and_done_when_each_is_told_to_be_kept() -> None:
    copter = CopterSide()
    took_s = run(SetIntervals(ADDRESS, WANTED_US), copter, Wire(delay_s=(0.1, 0.1)))
    assert copter.intervals_us == pytest.approx(WANTED_US)
    assert took_s < 0.5  # one way there and back, not one for each


def test_an_acknowledgement_alone_sets_nothing() -> None:
    """It may be the second answer to what was asked before."""
    setting = SetIntervals(ADDRESS, {ATTITUDE: 2e5})
    setting.begin(0.0)
    setting.take(ack(mavlink.MAV_CMD_SET_MESSAGE_INTERVAL), 0.1)
    assert not setting.finished
    setting.take(told(ATTITUDE, -1), 0.2)  # asked before it was set: the two were reordered
    assert [m.command for m in setting.tick(setting.due_s)] == [
        mavlink.MAV_CMD_SET_MESSAGE_INTERVAL,
        mavlink.MAV_CMD_GET_MESSAGE_INTERVAL,
    ]
    setting.take(told(ATTITUDE, 200_000), 1.0)
    assert setting.finished


@given(st.integers(0, 100_000))
def test_on_a_wire_that_loses_doubles_and_reorders_none_is_left_out(seed: int) -> None:
    copter, setting = CopterSide(), SetIntervals(ADDRESS, WANTED_US)
    run(setting, copter, Wire(seed, loss=0.3, repeats=0.2, delay_s=(0.3, 0.7)))
    try:
        setting.result()
    except VehicleSilent:
        return
    assert copter.intervals_us == pytest.approx(WANTED_US)


def test_what_the_vehicle_does_not_have_is_refused_by_its_name() -> None:
    setting = SetIntervals(ADDRESS, WANTED_US)
    run(setting, CopterSide(unknown=frozenset({FENCE})), Wire())
    with pytest.raises(VehicleRefused, match="it does not tell FENCE_STATUS"):
        setting.result()


def test_another_interval_than_asked_for_is_refused_with_both() -> None:
    setting = SetIntervals(ADDRESS, {ATTITUDE: 2e5})
    setting.begin(0.0)
    while not setting.finished:
        setting.take(told(ATTITUDE, 1_000_000), setting.due_s - 0.1)
        setting.tick(setting.due_s)
    with pytest.raises(VehicleRefused, match=r"ATTITUDE: 0.2 s apart were asked for, it keeps 1"):
        setting.result()
