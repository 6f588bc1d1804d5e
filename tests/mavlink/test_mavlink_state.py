"""What a vehicle has told of itself."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.codec import Decoder
from fleet.mavlink.state import (
    MODE_NUMBERS,
    TEXT_FORGOTTEN_S,
    TEXTS_KEPT,
    VehicleState,
    fold,
    with_text,
)

ARMED = mavlink.MAV_MODE_FLAG_SAFETY_ARMED
PREARM = mavlink.MAV_SYS_STATUS_PREARM_CHECK


def _told(*messages: Any) -> VehicleState:
    state = VehicleState()
    for i, message in enumerate(messages):
        state = _hear(state, message, float(i))
    return state


def _hear(state: VehicleState, message: Any, now_s: float) -> VehicleState:
    state = fold(state, message, now_s)
    said = message.get_type() == "STATUSTEXT"
    return with_text(state, message.text, now_s) if said else state


def _text(text: str) -> Any:
    return mavlink.MAVLink_statustext_message(4, text.encode())


def _sys_status(healthy: int, pct: int = 80, volts: int = 22_200, amperes: int = 150) -> Any:
    return mavlink.MAVLink_sys_status_message(
        PREARM, PREARM, healthy, 0, volts, amperes, pct, 0, 0, 0, 0, 0, 0
    )


def test_before_anything_is_told_nothing_is_known() -> None:
    state = VehicleState()
    assert (state.last_heard_s, state.lon, state.mode, state.on_ground) == (None,) * 4
    assert not state.armed
    assert not state.prearm_ok


def test_any_message_is_a_sign_of_life() -> None:
    assert fold(VehicleState(), mavlink.MAVLink_ping_message(0, 0, 0, 0), 12.5).last_heard_s == 12.5


def test_heartbeats_tell_mode_and_arming() -> None:
    auto = MODE_NUMBERS["AUTO"]
    state = _told(mavlink.MAVLink_heartbeat_message(2, 3, ARMED | 1, auto, 4, 3))
    assert (state.mode, state.armed) == ("AUTO", True)
    assert _told(mavlink.MAVLink_heartbeat_message(2, 3, 1, 99, 4, 3)).mode == "MODE 99"


def test_position_is_told_in_degrees_metres_and_metres_a_second() -> None:
    state = _told(
        mavlink.MAVLink_global_position_int_message(
            0, 226_500_000, 1_141_000_000, 161_500, 100_250, 300, 400, -250, 27_050
        )
    )
    assert (state.lon, state.lat) == (114.1, 22.65)
    assert (state.alt_amsl_m, state.alt_rel_m) == (161.5, 100.25)
    assert (state.ground_ms, state.climb_ms, state.heading_deg) == (5.0, 2.5, 270.5)


def test_what_the_vehicle_does_not_know_is_not_known() -> None:
    state = _told(
        mavlink.MAVLink_global_position_int_message(0, 0, 0, 0, 0, 0, 0, 0, 65_535),
        mavlink.MAVLink_gps_raw_int_message(0, 1, 0, 0, 0, 0, 0, 0, 0, 255),
        _sys_status(0, pct=-1, volts=65_535, amperes=-1),
    )
    assert state.heading_deg is None
    assert state.satellites is None
    assert (state.battery_pct, state.battery_v, state.battery_a) == (None, None, None)


def test_the_battery_is_told_in_percent_volts_and_amperes() -> None:
    state = _told(_sys_status(0))
    assert (state.battery_pct, state.battery_v, state.battery_a) == (80.0, 22.2, 1.5)


def test_an_unknown_landed_state_changes_nothing() -> None:
    landed = mavlink.MAVLink_extended_sys_state_message(0, mavlink.MAV_LANDED_STATE_ON_GROUND)
    unknown = mavlink.MAVLink_extended_sys_state_message(0, mavlink.MAV_LANDED_STATE_UNDEFINED)
    in_air = mavlink.MAVLink_extended_sys_state_message(0, mavlink.MAV_LANDED_STATE_IN_AIR)
    assert _told(landed, unknown).on_ground is True
    assert _told(landed, in_air).on_ground is False


def test_it_would_arm_when_its_checks_pass_and_it_knows_where_it_is() -> None:
    somewhere = mavlink.MAVLink_ekf_status_report_message(
        mavlink.ESTIMATOR_POS_HORIZ_ABS, 0, 0, 0, 0, 0
    )
    assert not _told(_sys_status(PREARM)).prearm_ok
    assert not _told(somewhere).prearm_ok
    assert _told(_sys_status(PREARM), somewhere).prearm_ok


def test_failures_of_the_checks_are_kept_each_once_until_the_checks_pass() -> None:
    said = [_text("PreArm: Compass not calibrated"), _text("Arm: GPS 1: Bad fix")]
    state = _told(*said, *said, _text("EKF3 IMU0 is using GPS"))
    assert state.prearm_failures == ("Compass not calibrated", "GPS 1: Bad fix")
    assert _told(*said, _sys_status(PREARM)).prearm_failures == ()


def test_a_failure_that_is_not_said_again_is_forgotten() -> None:
    state = _hear(VehicleState(), _text("PreArm: Battery 1 low"), 0.0)
    state = fold(state, _sys_status(0), TEXT_FORGOTTEN_S - 1)
    assert state.prearm_failures == ("Battery 1 low",)
    assert fold(state, _sys_status(0), TEXT_FORGOTTEN_S + 1).prearm_failures == ()


def test_of_the_texts_the_last_are_kept() -> None:
    state = _told(*(_text(f"text {i}") for i in range(TEXTS_KEPT + 5)))
    assert len(state.statustexts) == TEXTS_KEPT
    assert state.statustexts[-1] == f"text {TEXTS_KEPT + 4}"


def test_the_mission_item_being_flown_and_the_last_one_reached_are_told() -> None:
    state = _told(
        mavlink.MAVLink_mission_current_message(4), mavlink.MAVLink_mission_item_reached_message(3)
    )
    assert (state.mission_item, state.reached_item) == (4, 3)


@given(st.binary(max_size=64), st.sampled_from(sorted(mavlink.mavlink_map)))
def test_no_message_breaks_the_state(payload: bytes, message_id: int) -> None:
    extra = mavlink.mavlink_map[message_id].crc_extra
    head = bytes((len(payload), 0, 0, 0, 7, 1)) + message_id.to_bytes(3, "little")
    crc = mavlink.x25crc(bytearray(head + payload) + bytearray((extra,))).crc
    data = b"\xfd" + head + payload + crc.to_bytes(2, "little")
    state = VehicleState()
    for message in Decoder().feed(data):
        state = fold(state, message, 1.0)
