"""The builtin vehicle's gimbal and camera, beyond what the contract with ArduCopter shows."""

from __future__ import annotations

import math
from typing import Any

import pytest
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.camera import CameraState, fold_camera
from tests.sitl.builtin_yard import SYSID, Yard

POINT = mavlink.MAV_CMD_DO_GIMBAL_MANAGER_PITCHYAW
ZOOM = mavlink.MAV_CMD_SET_CAMERA_ZOOM
ATTITUDE = mavlink.MAVLINK_MSG_ID_GIMBAL_DEVICE_ATTITUDE_STATUS
STREAM = mavlink.MAVLINK_MSG_ID_VIDEO_STREAM_INFORMATION
SETTINGS = mavlink.MAVLINK_MSG_ID_CAMERA_SETTINGS
LOCK = mavlink.GIMBAL_MANAGER_FLAGS_YAW_LOCK


def told(yard: Yard, message_id: int) -> CameraState:
    """What is known of its camera from one message."""
    seven = (float(message_id), 0, 0, 0, 0, 0, 0)
    command = mavlink.MAV_CMD_REQUEST_MESSAGE
    state = CameraState()
    for message in yard.send(mavlink.MAVLink_command_long_message(SYSID, 1, command, 0, *seven)):
        state = fold_camera(state, message)
    return state


def gimbal(yard: Yard) -> Any:
    pose = told(yard, ATTITUDE).gimbal
    assert pose is not None
    return pose


def test_its_camera_turns_at_a_steady_rate_and_stops_where_it_was_sent() -> None:
    yard = Yard()
    yard.step(1.0)
    assert gimbal(yard).pitch_deg == pytest.approx(-30)
    assert yard.command(POINT, -90, 0, math.nan, math.nan) == mavlink.MAV_RESULT_ACCEPTED
    yard.step(0.4)
    assert -90 < gimbal(yard).pitch_deg < -50
    yard.step(1.0)
    assert gimbal(yard).pitch_deg == pytest.approx(-90, abs=0.01)


def test_locked_it_goes_on_looking_the_same_way_while_the_nose_turns() -> None:
    yard = Yard()
    yard.step(1.0)
    yard.command(POINT, -30, 90, math.nan, math.nan, LOCK)
    yard.step(2.0)
    yard.bodies.heading_deg[0] = 40.0
    pose = gimbal(yard)
    assert pose.heading_deg(40.0) == pytest.approx(90, abs=0.01)


def test_it_looks_no_further_up_than_its_gimbal_goes() -> None:
    yard = Yard()
    yard.command(POINT, 80, 0, math.nan, math.nan)
    yard.step(3.0)
    assert gimbal(yard).pitch_deg == pytest.approx(35, abs=0.01)


@pytest.mark.parametrize(
    "parameters",
    [
        (math.nan, 0, 10, 0),
        (-30, math.inf, 0, 0),
        (-30, 0, 0, 0, math.nan),
        (-30, 0, 0, 0, 0, 0, 9),
    ],
)
def test_what_points_nowhere_is_refused(parameters: tuple[float, ...]) -> None:
    yard = Yard()
    assert yard.command(POINT, *parameters) == mavlink.MAV_RESULT_FAILED


def test_zooming_narrows_the_picture() -> None:
    yard = Yard()
    assert told(yard, STREAM).across_deg == 70
    assert yard.command(ZOOM, mavlink.ZOOM_TYPE_RANGE, 100) == mavlink.MAV_RESULT_ACCEPTED
    assert told(yard, STREAM).across_deg == 11
    assert told(yard, SETTINGS).zoom_pct == 100


@pytest.mark.parametrize("share", [-1.0, 101.0, math.nan])
def test_it_does_not_zoom_beyond_its_range(share: float) -> None:
    yard = Yard()
    assert yard.command(ZOOM, mavlink.ZOOM_TYPE_RANGE, share) == mavlink.MAV_RESULT_DENIED
    assert told(yard, SETTINGS).zoom_pct == 0
