"""From where the pictures of a mission will be taken, read from its items."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as mavlink
from pyproj import Geod

from fleet.mavlink.camera_items import (
    PlannedPicture,
    planned_pictures,
    point_camera,
    take_no_more,
    take_picture,
    take_pictures_every,
    turn_to,
)
from fleet.mavlink.mission import MissionItem, PlanType, difference
from fleet.mavlink.mission_items import ABSOLUTE, RELATIVE

PAD = (114.24, 22.72)
GEOD = Geod(ellps="WGS84")
HOME = MissionItem(mavlink.MAV_CMD_NAV_WAYPOINT, ABSOLUTE, *PAD, 45.0)
UP = MissionItem(mavlink.MAV_CMD_NAV_TAKEOFF, RELATIVE, *PAD, 30.0)


def over(east_m: float, north_m: float) -> MissionItem:
    away_m, towards = math.hypot(east_m, north_m), math.degrees(math.atan2(east_m, north_m))
    lon, lat, _ = GEOD.fwd(*PAD, towards, away_m)
    return MissionItem(mavlink.MAV_CMD_NAV_WAYPOINT, RELATIVE, lon, lat, 30.0)


def away_m(a: PlannedPicture, b: PlannedPicture) -> float:
    return float(GEOD.inv(a.lon, a.lat, b.lon, b.lat)[2])


def test_one_picture_is_taken_where_it_is_told_to_be() -> None:
    there = over(50, 20)
    items = [HOME, UP, there, point_camera(-45), turn_to(90), take_picture(), over(0, 0)]
    assert planned_pictures(items) == (PlannedPicture(there.x, there.y, 30.0),)


def test_a_mission_without_pictures_has_none() -> None:
    assert planned_pictures([HOME, UP, over(50, 20), over(0, 0)]) == ()


def test_by_distance_the_first_is_taken_at_once_and_none_after_the_last() -> None:
    items = [HOME, UP, over(0, 10), take_pictures_every(10, 0), over(0, 45), take_no_more()]
    found = planned_pictures([*items, over(0, 100)])
    assert [round(away_m(PlannedPicture(*PAD, 0), each), 2) for each in found] == [10, 20, 30, 40]


@given(
    places=st.lists(
        st.tuples(st.floats(-100, 100), st.floats(-100, 100)), min_size=2, max_size=6, unique=True
    ),
    step_m=st.floats(2, 60),
)
def test_around_corners_each_is_a_step_from_the_one_before(
    places: list[tuple[float, float]], step_m: float
) -> None:
    first, *rest = (over(*place) for place in places)
    found = planned_pictures([HOME, UP, first, take_pictures_every(step_m, 0), *rest])
    assert len(found) >= 1
    for one, following in pairwise(found):
        assert away_m(one, following) == pytest.approx(step_m, abs=0.01)


def test_what_the_camera_sees_late_at_speed_is_made_up_for() -> None:
    speed = MissionItem(mavlink.MAV_CMD_DO_CHANGE_SPEED, 2, param1=1, param2=12.0, param3=-1)
    every = take_pictures_every(10, 12.0)
    assert every.param1 == pytest.approx(9.88)  # 50 looks a second: 0.12 m late on the average
    found = planned_pictures([HOME, UP, over(0, 10), every, speed, over(0, 45), take_no_more()])
    assert [round(away_m(PlannedPicture(*PAD, 0), each), 2) for each in found] == [10, 20, 30, 40]


def test_a_gimbal_mode_that_travels_as_a_height_has_no_frame() -> None:
    """As ArduCopter tells such an item back."""
    sent = point_camera(-90)
    kept = MissionItem(sent.command, ABSOLUTE, z=sent.z, param1=sent.param1)
    assert difference([sent], [kept], PlanType.RALLY) is None
