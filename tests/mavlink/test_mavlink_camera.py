"""Camera and gimbal as a vehicle tells of them; asking it for what it does not stream."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as mavlink
from pymavlink.quaternion import QuaternionBase

from fleet.mavlink.ask_message import AskMessage
from fleet.mavlink.camera import CameraState, GimbalLimits, angles_deg, fold_camera
from fleet.mavlink.exchange import VehicleSilent
from fleet.mavlink.pointing import Aim, out_of_reach
from tests.mavlink.mavlink_stage import ADDRESS, ack

IN_VEHICLE_FRAME = mavlink.GIMBAL_DEVICE_FLAGS_YAW_IN_VEHICLE_FRAME
LOCKED = mavlink.GIMBAL_DEVICE_FLAGS_YAW_LOCK
ASKED = mavlink.MAV_CMD_REQUEST_MESSAGE
INFORMATION = mavlink.MAVLINK_MSG_ID_CAMERA_INFORMATION


def attitude(roll: float, pitch: float, yaw: float, flags: int = IN_VEHICLE_FRAME) -> Any:
    q = QuaternionBase([math.radians(angle) for angle in (roll, pitch, yaw)]).q
    nan = math.nan
    return mavlink.MAVLink_gimbal_device_attitude_status_message(
        0, 0, 1000, flags, list(q), nan, nan, nan, 0, nan, nan, 1
    )


def information(focal: float, across: float, up: float, name: bytes = b"Acme") -> Any:
    return mavlink.MAVLink_camera_information_message(
        0, name.ljust(32, b"\0"), b"Zoom 7".ljust(32, b"\0"), 0, focal, across, up,
        1920, 1080, 0, 0, 0, b"", 1,
    )  # fmt: skip


def stream(flags: int = 1, uri: bytes = b"rtsp://10.0.0.7/live", count: int = 1) -> Any:
    return mavlink.MAVLink_video_stream_information_message(
        1, count, 0, flags, 25.0, 1920, 1080, 4_000_000, 0, 70, b"visible", uri, 2
    )


@given(st.floats(-170, 170), st.floats(-88, 88), st.floats(-179, 179))
def test_an_attitude_is_taken_apart_as_it_was_put_together(
    roll: float, pitch: float, yaw: float
) -> None:
    q = QuaternionBase([math.radians(angle) for angle in (roll, pitch, yaw)]).q
    assert angles_deg(list(q)) == pytest.approx((roll, pitch, yaw), abs=1e-6)


@given(st.floats(-179, 179), st.sampled_from((-90.0, 90.0)))
def test_straight_down_all_turning_is_yaw(yaw: float, pitch: float) -> None:
    q = QuaternionBase([0.0, math.radians(pitch), math.radians(yaw)]).q
    assert angles_deg(list(q)) == pytest.approx((0, pitch, yaw), abs=1e-4)


def test_the_camera_looks_where_nose_and_gimbal_together_point() -> None:
    pose = fold_camera(CameraState(), attitude(0, -30, 20)).gimbal
    assert pose is not None
    assert not pose.yaw_is_true
    assert pose.heading_deg(350.0) == pytest.approx(10.0)


def test_a_yaw_that_is_true_is_not_turned_with_the_nose() -> None:
    earth = mavlink.GIMBAL_DEVICE_FLAGS_YAW_IN_EARTH_FRAME
    for flags in (earth, LOCKED):  # who names no frame means the one it is locked to
        pose = fold_camera(CameraState(), attitude(0, -30, 20, flags)).gimbal
        assert pose is not None
        assert pose.heading_deg(350.0) == pytest.approx(20.0)
    pose = fold_camera(CameraState(), attitude(0, -30, 20, LOCKED | IN_VEHICLE_FRAME)).gimbal
    assert pose is not None
    assert not pose.yaw_is_true


def test_an_attitude_that_is_no_rotation_is_passed_over() -> None:
    broken = attitude(0, 0, 0)
    broken.q = [math.nan, 0, 0, 0]
    before = CameraState()
    assert fold_camera(before, broken) is before
    broken.q = [0.0, 0.0, 0.0, 0.0]
    assert fold_camera(before, broken) is before


def test_what_a_camera_does_not_know_of_itself_is_not_known() -> None:
    known = fold_camera(CameraState(), information(6.9, 9.6, 5.4))
    assert (known.name, known.focal_mm, known.sensor_mm) == ("Acme Zoom 7", 6.9, (9.6, 5.4))
    for silent in (math.nan, 0.0):
        state = fold_camera(CameraState(), information(silent, silent, silent, b""))
        assert (state.focal_mm, state.sensor_mm) == (None, None)


def test_a_stream_is_told_with_its_figures_and_its_state() -> None:
    state = fold_camera(CameraState(), stream())
    assert (state.stream_uri, state.encoding, state.running) == (
        "rtsp://10.0.0.7/live",
        "h265",
        True,
    )
    assert (state.fps, state.size_px, state.across_deg) == (25.0, (1920, 1080), 70.0)
    stopped = mavlink.MAVLink_video_stream_status_message(1, 0, 0.0, 0, 0, 0, 0, 0)
    state = fold_camera(state, stopped)
    assert (state.running, state.fps, state.size_px) == (False, None, None)
    assert state.stream_uri == "rtsp://10.0.0.7/live"


def test_an_autopilot_that_tells_zeros_has_no_stream() -> None:
    state = fold_camera(CameraState(), stream(0, b"", count=0))
    assert (state.stream_uri, state.running) == (None, None)


def test_the_zoom_is_a_share_of_the_range_or_not_known() -> None:
    for told, expected in ((25.0, 25.0), (math.nan, None), (-1.0, None)):
        message = mavlink.MAVLink_camera_settings_message(0, 1, told, math.nan)
        assert fold_camera(CameraState(), message).zoom_pct == expected


def test_a_gimbal_is_not_sent_where_it_cannot_look() -> None:
    fixed = CameraState(limits=GimbalLimits((-90, 30), (0, 0), pans=False))
    assert out_of_reach(fixed, Aim(-45)) is None
    assert "tilts from -90 to 30" in str(out_of_reach(fixed, Aim(45)))
    assert "turn the drone" in str(out_of_reach(fixed, Aim(-45, 90.0)))
    assert out_of_reach(CameraState(), Aim(45, 90.0)) is None  # it has not told its limits


def test_who_is_asked_and_tells_has_it() -> None:
    exchange = AskMessage(ADDRESS, INFORMATION)
    (asked,) = exchange.begin(0.0)
    assert (asked.command, asked.param1) == (ASKED, INFORMATION)
    exchange.take(ack(ASKED), 0.1)
    exchange.take(information(6.9, 9.6, 5.4), 0.2)
    assert exchange.finished
    assert exchange.result() is True


def test_who_refuses_or_says_yes_and_tells_nothing_has_it_not() -> None:
    for result in (mavlink.MAV_RESULT_FAILED, mavlink.MAV_RESULT_UNSUPPORTED):
        exchange = AskMessage(ADDRESS, INFORMATION)
        exchange.begin(0.0)
        assert len(exchange.take(ack(ASKED, result), 0.1)) == 1  # asked again
        exchange.take(ack(ASKED, result), 0.2)
        assert exchange.result() is False
    exchange = AskMessage(ADDRESS, INFORMATION)
    exchange.begin(0.0)
    for asked_again in (1, 0):
        exchange.take(ack(ASKED), exchange.due_s - 0.5)
        assert not exchange.finished
        assert len(exchange.tick(exchange.due_s)) == asked_again
    assert exchange.result() is False


def test_a_second_answer_to_what_was_asked_before_makes_nothing_absent() -> None:
    """Answers do not say to what; a wire that doubles them brings one for each question."""
    for result in (mavlink.MAV_RESULT_FAILED, mavlink.MAV_RESULT_ACCEPTED):
        exchange = AskMessage(ADDRESS, INFORMATION)
        exchange.begin(0.0)
        exchange.take(ack(ASKED, result), 0.1)
        exchange.tick(exchange.due_s)
        exchange.take(information(6.9, 9.6, 5.4), exchange.due_s - 0.1)
        assert exchange.result() is True


def test_who_does_not_answer_is_asked_again_and_then_given_up() -> None:
    exchange = AskMessage(ADDRESS, INFORMATION)
    sent = exchange.begin(0.0)
    while not exchange.finished:
        sent += exchange.tick(exchange.due_s)
    assert len(sent) == 4
    with pytest.raises(VehicleSilent, match="no answer"):
        exchange.result()
