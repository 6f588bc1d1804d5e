"""Exact addressing: nothing goes to all vehicles, nothing to another one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.address import VehicleAddress, WrongTarget
from fleet.mavlink.command import Command
from fleet.mavlink.mission import Download, MissionItem, PlanType, Upload
from fleet.mavlink.params import ReadParameters, SetParameters
from tests.mavlink.mavlink_stage import CopterSide, Wire, run


@given(st.one_of(st.integers(max_value=0), st.integers(min_value=251)))
def test_no_address_but_1_to_250_can_be_made(sysid: int) -> None:
    with pytest.raises(ValueError, match="1 to 250"):
        VehicleAddress(sysid)


@given(st.one_of(st.integers(max_value=0), st.integers(min_value=256)))
def test_no_component_but_1_to_255_can_be_addressed(compid: int) -> None:
    with pytest.raises(ValueError, match="1 to 255"):
        VehicleAddress(1, compid)


@given(sysid=st.integers(1, 250), compid=st.integers(1, 255))
def test_all_that_an_exchange_sends_names_its_vehicle_and_no_other(sysid: int, compid: int) -> None:
    address = VehicleAddress(sysid, compid)
    exchanges: list[Any] = [
        Command(address, mavlink.MAV_CMD_DO_SET_MODE, 1, 4),
        ReadParameters(address, [("WPNAV_SPEED", "WP_SPD")]),
        SetParameters(address, {"FENCE_TYPE": 4}),
        Upload(address, PlanType.FENCE, [MissionItem(5001, 0, 114.1, 22.6)]),
        Download(address, PlanType.RALLY),
    ]
    for exchange in exchanges:
        sent = exchange.begin(0.0) + exchange.tick(exchange.due_s)
        assert sent
        assert {(m.target_system, m.target_component) for m in sent} == {(sysid, compid)}


def test_the_items_of_an_upload_and_the_last_word_of_a_download_are_addressed_too() -> None:
    """The stage's vehicle asserts that it is the target of each message it gets."""
    copter = CopterSide()
    items = [MissionItem(5001, 0, 114.1, 22.6, param1=3)] * 3
    run(Upload(VehicleAddress(7), PlanType.FENCE, items), copter, Wire())
    run(Download(VehicleAddress(7), PlanType.FENCE), copter, Wire())


@given(st.integers(0, 255), st.integers(0, 255))
def test_what_names_another_target_cannot_be_sent(sysid: int, compid: int) -> None:
    message = mavlink.MAVLink_param_request_read_message(sysid, compid, b"X", -1)
    if (sysid, compid) == (7, 1):
        VehicleAddress(7).check(message)
    else:
        with pytest.raises(WrongTarget, match="PARAM_REQUEST_READ names target"):
            VehicleAddress(7).check(message)


def test_what_names_no_target_cannot_be_sent() -> None:
    with pytest.raises(WrongTarget):
        VehicleAddress(7).check(mavlink.MAVLink_heartbeat_message(6, 8, 0, 0, 4, 3))
