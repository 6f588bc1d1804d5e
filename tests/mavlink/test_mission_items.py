"""From a planned route to what an ArduCopter flies."""

from __future__ import annotations

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.mission import MissionItem
from fleet.mavlink.mission_items import Fence, homeward_plan, response_plan
from planner.model import Route, Waypoint

PAD, PAD_AMSL_M = (114.1, 22.65), 60.0
OUT = (
    Waypoint(114.12, 22.66, 170.0, 14.0),
    Waypoint(114.14, 22.66, 170.0, 12.0),
    Waypoint(114.14, 22.66, 130.0, 0.0),
)
BACK = (
    Waypoint(114.14, 22.66, 170.0, 0.0),
    Waypoint(114.12, 22.66, 170.0, 15.0),
    Waypoint(*PAD, 170.0, 15.0),
)
ROUTE = Route(170.0, OUT, BACK, 4000.0, 4000.0, 300.0, 300.0)

PLAN = response_plan(ROUTE, PAD, PAD_AMSL_M)


def _commands(items: tuple[MissionItem, ...]) -> list[str]:
    return [mavlink.enums["MAV_CMD"][item.command].name.removeprefix("MAV_CMD_") for item in items]


def test_out_stay_back_land() -> None:
    assert _commands(PLAN.items) == [
        "NAV_WAYPOINT",  # home, the vehicle's own
        "NAV_TAKEOFF",
        "DO_CHANGE_SPEED",
        "NAV_WAYPOINT",
        "DO_CHANGE_SPEED",
        "NAV_WAYPOINT",
        "NAV_WAYPOINT",  # down over the scene
        "NAV_LOITER_UNLIM",
        "NAV_WAYPOINT",  # up again
        "DO_CHANGE_SPEED",
        "NAV_WAYPOINT",
        "NAV_WAYPOINT",
        "NAV_LAND",
    ]


def test_the_way_back_begins_right_after_the_stay() -> None:
    assert _commands(PLAN.items)[PLAN.return_seq - 1] == "NAV_LOITER_UNLIM"


def test_heights_are_told_above_the_pad() -> None:
    relative = {mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT, mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT_INT}
    placed = [item for item in PLAN.items[1:] if item.x]
    assert {item.frame for item in placed} <= relative
    assert [item.z for item in placed] == [110, 110, 110, 70, 70, 110, 110, 110, 0]


def test_take_off_is_straight_up_to_cruise_height_and_landing_is_on_the_pad() -> None:
    take_off, land = PLAN.items[1], PLAN.items[-1]
    assert (take_off.x, take_off.y, take_off.z) == (*PAD, 110)
    assert (land.x, land.y) == PAD


def test_each_change_of_speed_is_a_ground_speed_set_before_its_leg() -> None:
    for seq, item in enumerate(PLAN.items):
        if item.command == mavlink.MAV_CMD_DO_CHANGE_SPEED:
            assert item.param1 == mavlink.SPEED_TYPE_GROUNDSPEED
            assert PLAN.items[seq + 1].command == mavlink.MAV_CMD_NAV_WAYPOINT
    speeds = [i.param2 for i in PLAN.items if i.command == mavlink.MAV_CMD_DO_CHANGE_SPEED]
    assert speeds == [14.0, 12.0, 15.0]


def test_the_way_home_from_anywhere_is_the_planned_way_back() -> None:
    home = homeward_plan(ROUTE, PAD, PAD_AMSL_M, OUT[0], wait_s=0.0)
    assert home.items[home.return_seq :] == PLAN.items[PLAN.return_seq :]
    assert home.return_seq == 1


def test_who_must_let_another_pass_first_waits_where_it_is() -> None:
    here = Waypoint(114.13, 22.66, 150.0, 0.0)
    wait, *back = homeward_plan(ROUTE, PAD, PAD_AMSL_M, here, wait_s=20.0).items[1:]
    assert _commands((wait,)) == ["NAV_LOITER_TIME"]
    assert (wait.x, wait.y, wait.z, wait.param1) == (114.13, 22.66, 90.0, 20.0)
    assert tuple(back) == PLAN.items[PLAN.return_seq :]


def test_a_fence_is_its_rings_point_by_point_each_with_the_size_of_its_ring() -> None:
    triangle = ((114.0, 22.0), (115.0, 22.0), (115.0, 23.0))
    square = ((114.1, 22.1), (114.2, 22.1), (114.2, 22.2), (114.1, 22.2))
    fence = Fence((triangle,), (square,))
    items = fence.items()
    assert fence.points == len(items) == 7
    assert [(i.x, i.y) for i in items] == [*triangle, *square]
    assert [i.param1 for i in items] == [3.0] * 3 + [4.0] * 4
    assert [i.command for i in items] == [
        *[mavlink.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_INCLUSION] * 3,
        *[mavlink.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_EXCLUSION] * 4,
    ]
