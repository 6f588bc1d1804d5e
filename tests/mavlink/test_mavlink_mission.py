"""Plans: sent item by item, read back, compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.exchange import VehicleFault, VehicleRefused, VehicleSilent
from fleet.mavlink.mission import Download, MissionItem, PlanType, Upload, difference
from tests.mavlink.mavlink_stage import ADDRESS, US, CopterSide, Wire, run

WAYPOINT = mavlink.MAV_CMD_NAV_WAYPOINT
PLAN = [
    MissionItem(WAYPOINT, 3, 114.1 + i / 1000, 22.65 - i / 1000, 50.0 + i, param1=i)
    for i in range(9)
]
TYPES = list(PlanType)


def _ack(result: int, plan_type: PlanType = PlanType.MISSION) -> Any:
    return mavlink.MAVLink_mission_ack_message(*US, result, int(plan_type))


def _request(seq: int, plan_type: PlanType = PlanType.MISSION) -> Any:
    return mavlink.MAVLink_mission_request_int_message(*US, seq, int(plan_type))


@pytest.mark.parametrize("plan_type", TYPES)
def test_a_plan_is_uploaded_and_read_back_equal(plan_type: PlanType) -> None:
    copter = CopterSide()
    upload = Upload(ADDRESS, plan_type, PLAN)
    run(upload, copter, Wire())
    assert upload.result() == len(PLAN)
    assert copter.beginnings == 1
    download = Download(ADDRESS, plan_type)
    run(download, copter, Wire())
    assert difference(PLAN, download.result(), plan_type) is None


@pytest.mark.parametrize("plan_type", TYPES)
def test_an_empty_plan_clears_what_was_there(plan_type: PlanType) -> None:
    copter = CopterSide()
    run(Upload(ADDRESS, plan_type, PLAN), copter, Wire())
    run(Upload(ADDRESS, plan_type, []), copter, Wire())
    download = Download(ADDRESS, plan_type)
    run(download, copter, Wire())
    assert download.result() == []


def test_one_type_of_plan_leaves_the_others_alone() -> None:
    copter = CopterSide()
    run(Upload(ADDRESS, PlanType.FENCE, PLAN), copter, Wire())
    run(Upload(ADDRESS, PlanType.MISSION, PLAN[:2]), copter, Wire())
    assert {kind: len(items) for kind, items in copter.plans.items()} == {0: 2, 1: 9, 2: 0}


def test_in_the_middle_an_upload_goes_on_and_does_not_begin_anew() -> None:
    upload = Upload(ADDRESS, PlanType.MISSION, PLAN)
    upload.begin(0.0)
    upload.take(_request(4), 0.1)
    assert [(m.get_type(), m.seq) for m in upload.tick(upload.due_s)] == [
        ("MISSION_ITEM_INT", seq) for seq in (4, 5, 6, 7)
    ]


def test_an_upload_that_the_vehicle_has_given_up_begins_anew() -> None:
    upload = Upload(ADDRESS, PlanType.MISSION, PLAN)
    upload.begin(0.0)
    upload.take(_request(4), 0.1)
    again = upload.take(_ack(mavlink.MAV_MISSION_OPERATION_CANCELLED), 9.0)
    assert [m.get_type() for m in again] == ["MISSION_COUNT"]
    assert not upload.finished


def test_a_vehicle_that_asks_for_ever_does_not_hold_us_for_ever() -> None:
    upload, now_s = Upload(ADDRESS, PlanType.MISSION, PLAN), 0.0
    upload.begin(now_s)
    while not upload.finished and now_s < 1000:
        now_s += 0.5
        upload.take(_request(int(now_s * 2) % 5), now_s)
        if now_s >= upload.due_s:
            upload.tick(now_s)
    with pytest.raises(VehicleSilent, match=r"not done within \d+ s"):
        upload.result()


def test_an_item_asked_for_again_is_sent_again() -> None:
    upload = Upload(ADDRESS, PlanType.MISSION, PLAN)
    upload.begin(0.0)
    for seq in (0, 1, 1, 0, 2):
        assert [m.seq for m in upload.take(_request(seq), 0.1)] == [seq]


def test_requests_and_answers_of_other_plans_are_not_taken() -> None:
    upload = Upload(ADDRESS, PlanType.MISSION, PLAN)
    upload.begin(0.0)
    assert upload.take(_request(0, PlanType.FENCE), 0.1) == []
    upload.take(_ack(mavlink.MAV_MISSION_ACCEPTED, PlanType.FENCE), 0.1)
    upload.take(_ack(mavlink.MAV_MISSION_NO_SPACE, PlanType.FENCE), 0.1)
    assert not upload.finished


def test_an_item_that_the_plan_does_not_have_is_not_sent() -> None:
    upload = Upload(ADDRESS, PlanType.MISSION, PLAN)
    upload.begin(0.0)
    assert upload.take(_request(len(PLAN)), 0.1) == []


def test_an_acceptance_from_before_the_first_request_is_not_taken() -> None:
    upload = Upload(ADDRESS, PlanType.MISSION, PLAN)
    upload.begin(0.0)
    upload.take(_ack(mavlink.MAV_MISSION_ACCEPTED), 0.1)
    assert not upload.finished


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (mavlink.MAV_MISSION_NO_SPACE, "no space for that many items"),
        (mavlink.MAV_MISSION_UNSUPPORTED, "a command is not supported"),
        (mavlink.MAV_MISSION_INVALID, "an item is invalid"),
        (99, "refused with result 99"),
    ],
)
def test_a_refused_plan_says_why(result: int, words: str) -> None:
    upload = Upload(ADDRESS, PlanType.FENCE, PLAN)
    upload.begin(0.0)
    upload.take(_request(0, PlanType.FENCE), 0.1)
    upload.take(_ack(result, PlanType.FENCE), 0.2)
    with pytest.raises(VehicleRefused, match=f"fence upload: {words}"):
        upload.result()


@pytest.mark.parametrize("exchange", [Upload(ADDRESS, PlanType.RALLY, PLAN), None])
def test_silence_is_told(exchange: Any) -> None:
    exchange = exchange or Download(ADDRESS, PlanType.RALLY)
    run(exchange, CopterSide(), Wire(loss=1.0))
    with pytest.raises(VehicleSilent, match=r"rally .*: no answer within \d+ s"):
        exchange.result()


@given(st.integers(0, 100_000))
@settings(max_examples=50)
def test_a_plan_passes_a_wire_that_loses_repeats_and_reorders(seed: int) -> None:
    wire = Wire(seed, loss=0.3, repeats=0.3, delay_s=(0.01, 0.2))
    copter = CopterSide()
    upload = Upload(ADDRESS, PlanType.MISSION, PLAN)
    run(upload, copter, wire)
    assert upload.result() == len(PLAN)
    download = Download(ADDRESS, PlanType.MISSION)
    run(download, copter, wire)
    assert difference(PLAN, download.result(), PlanType.MISSION) is None


@given(st.integers(0, 100_000))
@settings(max_examples=50)
def test_a_read_back_survives_loss(seed: int) -> None:
    copter = CopterSide()
    run(Upload(ADDRESS, PlanType.FENCE, PLAN), copter, Wire())
    download = Download(ADDRESS, PlanType.FENCE)
    run(download, copter, Wire(seed, loss=0.3, repeats=0.1, delay_s=(0.01, 0.3)))
    assert difference(PLAN, download.result(), PlanType.FENCE) is None


@given(st.integers(0, 100_000))
@settings(max_examples=50)
def test_an_upload_through_any_wire_never_claims_a_plan_that_is_not_there(seed: int) -> None:
    """It may fail, and then says so; it may not succeed with another plan in the vehicle."""
    copter = CopterSide()
    upload = Upload(ADDRESS, PlanType.MISSION, PLAN)
    run(upload, copter, Wire(seed, loss=0.2, repeats=0.1, delay_s=(0.01, 0.1)), within_s=3600)
    try:
        upload.result()
    except VehicleFault:
        return
    kept = [MissionItem(m.command, m.frame, m.y / 1e7, m.x / 1e7, m.z) for m in copter.plans[0]]
    assert [item.command for item in kept] == [WAYPOINT] * len(PLAN)


@given(
    st.lists(
        st.one_of(
            st.builds(_request, st.integers(0, 20), st.sampled_from(TYPES)),
            st.builds(_ack, st.integers(0, 15), st.sampled_from(TYPES)),
            st.builds(
                mavlink.MAVLink_mission_count_message,
                st.just(255),
                st.just(190),
                st.integers(0, 20),
                st.integers(0, 2),
            ),
            st.builds(lambda seq: replace_seq(PLAN[seq % len(PLAN)], seq), st.integers(0, 20)),
        ),
        max_size=40,
    )
)
def test_no_order_of_messages_breaks_a_transfer(messages: list[Any]) -> None:
    for exchange in (
        Upload(ADDRESS, PlanType.MISSION, PLAN),
        Download(ADDRESS, PlanType.MISSION),
    ):
        exchange.begin(0.0)
        for i, message in enumerate(messages):
            if not exchange.finished:
                exchange.take(message, i * 0.1)
        for _ in range(100):
            if not exchange.finished:
                exchange.tick(exchange.due_s)
        assert exchange.finished


def replace_seq(item: MissionItem, seq: int) -> Any:
    return mavlink.MAVLink_mission_item_int_message(
        *US, seq, item.frame, item.command, 0, 1, 0, 0, 0, 0, 1, 2, item.z, 0
    )


@pytest.mark.parametrize(
    "other",
    [
        replace(PLAN[3], command=mavlink.MAV_CMD_NAV_LAND),
        replace(PLAN[3], x=PLAN[3].x + 2e-7),
        replace(PLAN[3], y=PLAN[3].y - 2e-7),
        replace(PLAN[3], z=PLAN[3].z + 0.1),
        replace(PLAN[3], param1=PLAN[3].param1 + 1),
        replace(PLAN[3], frame=mavlink.MAV_FRAME_GLOBAL),
    ],
)
def test_a_difference_is_told_with_its_item(other: MissionItem) -> None:
    kept = [*PLAN[:3], other, *PLAN[4:]]
    assert "item 3" in (difference(PLAN, kept, PlanType.MISSION) or "")


def test_a_speed_that_the_vehicle_changed_is_told() -> None:
    """DO_CHANGE_SPEED carries its speed in parameter 2."""
    speed = MissionItem(mavlink.MAV_CMD_DO_CHANGE_SPEED, 2, param1=1, param2=12.0, param3=-1)
    told = difference([PLAN[0], speed], [PLAN[0], replace(speed, param2=15.0)], PlanType.MISSION)
    assert told == "item 1: parameter 2 was sent as 12, the vehicle has 15"
    assert difference([speed], [replace(speed, frame=0)], PlanType.RALLY) is None


def test_what_was_left_unset_the_vehicle_may_fill_in() -> None:
    """But not a delay: 0 is a value of parameter 1."""
    land = MissionItem(mavlink.MAV_CMD_NAV_LAND, 3, 114.1, 22.6)
    assert difference([land], [replace(land, param4=1.0)], PlanType.RALLY) is None
    assert difference([land], [replace(land, param1=1.0)], PlanType.RALLY) is not None


def test_two_names_of_one_frame_and_two_ways_to_say_not_set_are_the_same() -> None:
    kept = [replace(item, frame=6, param4=float("nan")) for item in PLAN]
    assert difference(PLAN, kept, PlanType.RALLY) is None


def test_a_missing_item_is_told() -> None:
    told = difference(PLAN, PLAN[:-1], PlanType.MISSION)
    assert told == "9 items were sent, the vehicle has 8"


def test_item_0_of_a_mission_is_the_vehicles_own_home() -> None:
    moved = [replace(PLAN[0], x=100.0, z=3.0), *PLAN[1:]]
    assert difference(PLAN, moved, PlanType.MISSION) is None
    assert difference(PLAN, moved, PlanType.RALLY) is not None


def test_fence_points_have_no_height() -> None:
    flat = [replace(item, z=0.0) for item in PLAN]
    assert difference(PLAN, flat, PlanType.FENCE) is None


@given(st.floats(-180, 180), st.floats(-90, 90), st.floats(-500, 9000, width=32))
def test_a_place_survives_the_way_there_and_back(x: float, y: float, z: float) -> None:
    items = [MissionItem(WAYPOINT, 3), MissionItem(WAYPOINT, 3, x, y, z)]
    copter = CopterSide()
    run(Upload(ADDRESS, PlanType.MISSION, items), copter, Wire())
    download = Download(ADDRESS, PlanType.MISSION)
    run(download, copter, Wire())
    assert difference(items, download.result(), PlanType.MISSION) is None


def test_a_vehicle_that_tells_of_more_items_than_any_holds_is_not_listened_to() -> None:
    download = Download(ADDRESS, PlanType.MISSION)
    download.begin(0.0)
    download.take(mavlink.MAVLink_mission_count_message(*US, 60_000, 0), 0.1)
    with pytest.raises(VehicleRefused, match="tells of 60000 items"):
        download.result()
