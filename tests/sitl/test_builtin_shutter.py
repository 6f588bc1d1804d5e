"""The builtin vehicle's shutter, beyond what the contract with ArduCopter shows."""

from __future__ import annotations

from typing import Any

import pytest
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from tests.sitl.builtin_yard import PAD, SYSID, Yard

PHOTO = mavlink.MAV_CMD_IMAGE_START_CAPTURE
DIGICAM = mavlink.MAV_CMD_DO_DIGICAM_CONTROL
BY_DISTANCE = mavlink.MAV_CMD_DO_SET_CAM_TRIGG_DIST
POINT = mavlink.MAV_CMD_DO_MOUNT_CONTROL


def pictures(yard: Yard) -> list[Any]:
    return [m for m in yard.said() if m.get_type() == "CAMERA_FEEDBACK"]


@pytest.mark.parametrize("command", [(PHOTO, 0, 0, 1), (PHOTO,), (DIGICAM, 0, 0, 0, 0, 1)])
def test_a_picture_is_taken_when_told_and_told_of(command: tuple[int, ...]) -> None:
    yard = Yard()
    assert yard.command(*command) == mavlink.MAV_RESULT_ACCEPTED
    (one,) = pictures(yard)
    assert (one.lng / 1e7, one.lat / 1e7, one.alt_msl) == pytest.approx(PAD)
    assert one.alt_rel == 0


def test_series_by_time_are_not_offered() -> None:
    yard = Yard()
    assert yard.command(PHOTO, 0, 2, 0) == mavlink.MAV_RESULT_UNSUPPORTED
    assert not pictures(yard)


def test_pictures_by_distance_are_numbered_and_end_when_told() -> None:
    yard = Yard()
    yard.take_off(20)
    yard.until(lambda: yard.craft.autopilot.position[2] > 19.9)
    assert yard.command(BY_DISTANCE, 10) == mavlink.MAV_RESULT_ACCEPTED
    yard.craft.autopilot.go_to(PAD[0] + 0.0006, PAD[1], 20)  # some 61 m
    yard.step(20)
    assert [one.img_idx for one in pictures(yard)] == [1, 2, 3, 4, 5, 6]
    yard.command(BY_DISTANCE, 0)
    yard.craft.autopilot.go_to(PAD[0], PAD[1], 20)
    yard.step(20)
    assert len(pictures(yard)) == 6


def test_a_distance_that_is_no_number_is_denied() -> None:
    assert Yard().command(BY_DISTANCE, float("nan")) == mavlink.MAV_RESULT_DENIED


def test_the_older_way_points_the_gimbal_too() -> None:
    yard = Yard()
    assert yard.command(POINT, -80, 0, 40) == mavlink.MAV_RESULT_ACCEPTED
    yard.step(3.0)
    assert yard.craft.camera.angles_deg(yard.now_s) == pytest.approx((-80, 40))
    assert yard.command(POINT, float("nan")) == mavlink.MAV_RESULT_FAILED


def test_a_nose_that_was_turned_looks_ahead_again_on_the_next_way() -> None:
    yard = Yard()
    items = [
        (mavlink.MAV_CMD_NAV_WAYPOINT, 0, 0, 0, 0.0),
        (mavlink.MAV_CMD_NAV_TAKEOFF, 0, 0, 0, 15.0),
        (mavlink.MAV_CMD_CONDITION_YAW, 180, 0, 0, 0.0),
        (mavlink.MAV_CMD_NAV_LOITER_TIME, 8, 0, 0, 15.0),
        (mavlink.MAV_CMD_CONDITION_YAW, 90, -1, 1, 0.0),
        (mavlink.MAV_CMD_NAV_LOITER_TIME, 8, 0, 0, 15.0),
        (mavlink.MAV_CMD_NAV_WAYPOINT, 0, 0, 0, 15.0),
    ]
    assert yard.upload(0, [_item(seq, *item) for seq, item in enumerate(items)]) == 0
    yard.command(mavlink.MAV_CMD_DO_SET_MODE, 1, 4)
    yard.command(mavlink.MAV_CMD_COMPONENT_ARM_DISARM, 1)
    yard.command(mavlink.MAV_CMD_MISSION_START)
    seen: dict[int, float] = {}
    while (item := yard.craft.autopilot.current) != 6:
        yard.step()
        seen[item] = _heading(yard)
    yard.step(5.0)
    assert seen[3] == pytest.approx(180, abs=1)
    assert seen[5] == pytest.approx(90, abs=1)
    assert _heading(yard) == pytest.approx(0, abs=1)


def _heading(yard: Yard) -> float:
    return float(yard.bodies.heading_deg[0])


def _item(seq: int, command: int, one: float, three: float, four: float, up_m: float) -> Any:
    north = round((PAD[1] + (0.002 if seq == 6 else 0)) * 1e7)
    return mavlink.MAVLink_mission_item_int_message(
        SYSID, 1, seq, 3, command, 0, 1, one, 0, three, four, north, round(PAD[0] * 1e7), up_m, 0
    )
