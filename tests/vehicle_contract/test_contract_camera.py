"""Contract: the gimbal and what is told of the camera."""

from __future__ import annotations

import math

import pytest
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.camera import FACTS, STREAMS
from fleet.mavlink.codec import OUR_COMPID, OUR_SYSID
from fleet.mavlink.pointing import Aim, point
from fleet.mavlink.vehicle import VehicleRefused
from tests.vehicle_contract.contract_stage import Stage, on_stage

ATTITUDE = mavlink.MAVLINK_MSG_ID_GIMBAL_DEVICE_ATTITUDE_STATUS
NEAR_DEG = 3.0


async def watch_gimbal(stage: Stage) -> None:
    """From now on the gimbal's attitude comes often, and its manager's state."""
    interval = mavlink.MAV_CMD_SET_MESSAGE_INTERVAL
    await stage.vehicle.command(interval, ATTITUDE, 100_000)
    status = mavlink.MAVLINK_MSG_ID_GIMBAL_MANAGER_STATUS
    await stage.vehicle.command(interval, status, 500_000)
    await stage.vehicle.until(lambda _: stage.vehicle.camera.gimbal is not None)
    await stage.vehicle.ask_message(mavlink.MAVLINK_MSG_ID_GIMBAL_MANAGER_INFORMATION)


@on_stage
async def test_it_answers_what_is_asked_of_its_camera_or_says_that_it_has_none(
    stage: Stage,
) -> None:
    told = {message_id: await stage.vehicle.ask_message(message_id) for message_id in FACTS}
    assert told[mavlink.MAVLINK_MSG_ID_GIMBAL_MANAGER_INFORMATION]


@on_stage
async def test_its_gimbal_tells_how_far_it_turns(stage: Stage) -> None:
    await watch_gimbal(stage)
    limits = stage.vehicle.camera.limits
    assert limits is not None
    assert limits.pitch_deg == pytest.approx((-90, 35), abs=0.1)
    assert limits.pans


@on_stage
async def test_its_gimbal_streams_its_attitude_when_asked(stage: Stage) -> None:
    await watch_gimbal(stage)
    said = await stage.next("GIMBAL_DEVICE_ATTITUDE_STATUS")
    assert said.flags & mavlink.GIMBAL_DEVICE_FLAGS_YAW_IN_VEHICLE_FRAME
    assert math.hypot(*said.q) == pytest.approx(1, abs=1e-3)
    assert ATTITUDE in STREAMS


@on_stage
async def test_its_camera_looks_up_or_down_as_told(stage: Stage) -> None:
    await watch_gimbal(stage)
    for pitch_deg in (-90.0, -45.0, 20.0):
        await point(stage.vehicle, Aim(pitch_deg))
        pose = stage.vehicle.camera.gimbal
        assert pose is not None
        assert pose.pitch_deg == pytest.approx(pitch_deg, abs=NEAR_DEG)


@on_stage
async def test_its_camera_looks_in_a_true_direction_whatever_way_the_nose_points(
    stage: Stage,
) -> None:
    await watch_gimbal(stage)
    await stage.vehicle.until(lambda state: state.heading_deg is not None)
    nose_deg = stage.vehicle.state.heading_deg
    assert nose_deg is not None
    await point(stage.vehicle, Aim(-30.0, (nose_deg + 60) % 360))
    pose = stage.vehicle.camera.gimbal
    assert pose is not None
    assert math.remainder(pose.heading_deg(nose_deg) - nose_deg - 60, 360) == pytest.approx(
        0, abs=NEAR_DEG
    )
    await point(stage.vehicle, Aim(-30.0))


@on_stage
async def test_who_points_the_camera_is_told_as_in_control_of_the_gimbal(stage: Stage) -> None:
    await watch_gimbal(stage)
    await point(stage.vehicle, Aim(-60.0))
    await stage.vehicle.until(
        lambda _: stage.vehicle.camera.controlled_by == (OUR_SYSID, OUR_COMPID)
    )


@on_stage
async def test_it_is_not_asked_to_look_where_its_gimbal_cannot(stage: Stage) -> None:
    await watch_gimbal(stage)
    with pytest.raises(VehicleRefused, match="tilts from -90 to 35"):
        await point(stage.vehicle, Aim(60.0))


@on_stage
async def test_zooming_is_done_or_said_to_be_unsupported(stage: Stage) -> None:
    result = await stage.acknowledged(mavlink.MAV_CMD_SET_CAMERA_ZOOM, 2, 50)
    assert result in (mavlink.MAV_RESULT_ACCEPTED, mavlink.MAV_RESULT_UNSUPPORTED)
    if result == mavlink.MAV_RESULT_ACCEPTED:
        assert await stage.vehicle.ask_message(mavlink.MAVLINK_MSG_ID_CAMERA_SETTINGS)
        zoom_pct = stage.vehicle.camera.zoom_pct  # that of a lens on a servo nobody knows
        assert zoom_pct is None or zoom_pct == pytest.approx(50)
