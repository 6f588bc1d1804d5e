"""The builtin vehicle by itself, in stepped time; what it shares with ArduCopter is shown in
tests/vehicle_contract."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from tests.sitl.builtin_yard import BATTERY_WH, HOVER_W, LAND, PAD, SYSID, Yard, item

WAYPOINT, TAKE_OFF = mavlink.MAV_CMD_NAV_WAYPOINT, mavlink.MAV_CMD_NAV_TAKEOFF


def _flight() -> bytes:
    yard = Yard()
    lon, lat, _ = PAD
    yard.upload(
        0,
        [
            item(0, WAYPOINT, lon, lat, 0),
            item(1, TAKE_OFF, lon, lat, 20),
            item(2, WAYPOINT, lon + 0.002, lat, 20),
            item(3, mavlink.MAV_CMD_NAV_LAND, lon, lat, 0),
        ],
    )
    yard.command(mavlink.MAV_CMD_DO_SET_MODE, 1, 4)
    yard.command(mavlink.MAV_CMD_COMPONENT_ARM_DISARM, 1)
    yard.command(mavlink.MAV_CMD_MISSION_START)
    position = mavlink.MAVLINK_MSG_ID_GLOBAL_POSITION_INT
    yard.command(mavlink.MAV_CMD_SET_MESSAGE_INTERVAL, position, 200_000)
    yard.until(lambda: not yard.craft.autopilot.armed)
    return b"".join(yard.wire)


def test_the_same_orders_make_the_same_flight_to_the_byte() -> None:
    assert _flight() == _flight()


def test_until_it_is_asked_it_only_lets_its_heart_beat() -> None:
    yard = Yard()
    yard.step(10)
    kinds = [m.get_type() for m in yard.said()]
    assert set(kinds) <= {"HEARTBEAT", "MISSION_CURRENT"}
    assert kinds.count("HEARTBEAT") == pytest.approx(10, abs=1)


def test_hovering_it_uses_its_hover_power() -> None:
    yard = Yard()
    yard.take_off(10)
    yard.step(10)
    before_wh = float(yard.bodies.energy_wh[0])
    yard.step(60)
    assert (before_wh - yard.bodies.energy_wh[0]) * 60 == pytest.approx(HOVER_W, rel=0.03)


def test_an_empty_battery_never_holds_less_than_nothing() -> None:
    yard = Yard()
    yard.bodies.energy_wh[0] = 0.001
    yard.step(60)
    assert yard.bodies.energy_wh[0] == 0


def test_with_hardly_any_battery_it_does_not_arm() -> None:
    yard = Yard()
    yard.bodies.energy_wh[0] = 0.05 * BATTERY_WH
    assert yard.command(mavlink.MAV_CMD_COMPONENT_ARM_DISARM, 1) == mavlink.MAV_RESULT_FAILED


def test_it_stands_on_the_ground_and_not_below() -> None:
    yard = Yard()
    yard.take_off(10)
    yard.command(mavlink.MAV_CMD_DO_SET_MODE, 1, LAND)
    lowest = 10.0
    while yard.craft.autopilot.armed:
        yard.step()
        lowest = min(lowest, yard.up_m)
    assert lowest >= 0
    assert yard.up_m == 0


def test_a_second_upload_begun_takes_the_place_of_one_under_way() -> None:
    yard = Yard()
    yard.send(mavlink.MAVLink_mission_count_message(SYSID, 1, 5, 0))
    lon, lat, _ = PAD
    items = [item(0, WAYPOINT, lon, lat, 0), item(1, TAKE_OFF, lon, lat, 20)]
    assert yard.upload(0, items) == mavlink.MAV_MISSION_ACCEPTED
    assert len(yard.craft.plans.items[0]) == 2


def test_an_item_that_comes_twice_is_taken_once() -> None:
    yard = Yard()
    lon, lat, _ = PAD
    items = [item(n, WAYPOINT, lon, lat, n) for n in range(3)]
    yard.send(mavlink.MAVLink_mission_count_message(SYSID, 1, 3, 0))
    for one in (items[0], items[0], items[1], items[0], items[1], items[2]):
        yard.send(one)
    assert [kept.seq for kept in yard.craft.plans.items[0]] == [0, 1, 2]


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=8))
@settings(max_examples=60)
def test_no_bytes_on_the_wire_make_it_fail(datagrams: list[bytes]) -> None:
    yard = Yard()
    for data in datagrams:
        yard.receive(data)
    yard.step(1.2)
    assert any(m.get_type() == "HEARTBEAT" for m in yard.said())


_SANE = st.floats(-1000, 1000, width=32)
_COMMANDS = st.sampled_from(
    [16, 20, 21, 22, 176, 178, 192, 224, 300, 400, 511, 512, 520, 42651, 207, 31_999]
)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_no_command_without_a_number_makes_it_fail(value: float) -> None:
    yard = Yard()
    yard.take_off(5)
    for number in (16, 22, 176, 178, 192, 224, 400, 511, 512, 42651):
        for place in range(7):
            parameters = [1.0] * 7
            parameters[place] = value
            yard.command(number, *parameters)
            yard.step(0.4)
    assert all(math.isfinite(x) for x in yard.bodies.position[0])


@given(st.lists(st.tuples(_COMMANDS, st.lists(_SANE, min_size=7, max_size=7)), max_size=6))
@settings(max_examples=60)
def test_no_command_of_plain_numbers_makes_it_fail(
    commands: list[tuple[int, list[float]]],
) -> None:
    yard = Yard()
    yard.take_off(5)
    for number, parameters in commands:
        yard.command(number, *parameters)
        yard.step(0.4)
    assert all(math.isfinite(x) for x in yard.bodies.position[0])


@pytest.mark.parametrize("corners", [1.0, 2.0, 5.0])
def test_a_fence_that_is_none_is_refused_or_harmless(corners: float) -> None:
    yard = Yard()
    vertex = mavlink.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_INCLUSION
    lon, lat, _ = PAD
    items = [item(n, vertex, lon + n, lat, 0, 1, param1=corners) for n in range(2)]
    yard.upload(1, items)
    yard.craft.parameters.update(FENCE_TYPE=4, FENCE_ENABLE=1)
    yard.step(1)
    yard.craft.autopilot.prearm()


def test_a_kind_of_plan_that_does_not_exist_is_refused() -> None:
    yard = Yard()
    answers = yard.send(mavlink.MAVLink_mission_request_list_message(SYSID, 1, 7))
    assert [m.get_type() for m in answers] == ["MISSION_ACK"]
    assert answers[0].type != mavlink.MAV_MISSION_ACCEPTED


@pytest.mark.parametrize("scale", [1, 10_000_000])
def test_an_item_that_is_no_part_of_a_mission_is_where_it_goes_now(scale: int) -> None:
    yard = Yard()
    yard.take_off(20)
    lon, lat = PAD[0] + 0.0005, PAD[1]
    frame, now = mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT, 2
    fields = (SYSID, 1, 0, frame, WAYPOINT, now, 0, 0, 0, 0, 0)
    if scale == 1:
        sent = mavlink.MAVLink_mission_item_message(*fields, lat, lon, 30)
    else:
        at = (round(lat * scale), round(lon * scale), 30)
        sent = mavlink.MAVLink_mission_item_int_message(*fields, *at)
    yard.send(sent)
    yard.until(lambda: abs(yard.craft.autopilot.position[0] - lon) < 1e-5 and yard.up_m > 29)
    acks = [m.type for m in yard.said() if m.get_type() == "MISSION_ACK"]
    assert acks == [mavlink.MAV_MISSION_ACCEPTED]
