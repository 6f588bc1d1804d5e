"""Contract: missions, fences and rally points are taken, kept and told."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.mission import MissionItem, PlanType, difference
from fleet.mavlink.mission_items import Fence
from fleet.mavlink.vehicle import VehicleRefused
from tests.vehicle_contract.contract_stage import SYSID, Stage, on_stage
from tests.vehicle_contract.routes import PAD, home, land, stay, take_off, waypoint

FENCE = Fence(
    inclusions=(((114.2, 22.7), (114.28, 22.7), (114.28, 22.74), (114.2, 22.74)),),
    exclusions=(((114.25, 22.73), (114.26, 22.73), (114.26, 22.735)),),
)
MISSION = [home(), take_off(30), waypoint(200, 0, 30), stay(200, 100, 30), land()]


@on_stage
async def test_a_mission_is_kept_as_it_was_sent(stage: Stage) -> None:
    await stage.vehicle.upload_mission(MISSION)  # reads back and compares
    kept = await stage.vehicle.download(PlanType.MISSION)
    assert difference(MISSION, kept, PlanType.MISSION) is None


@on_stage
async def test_a_later_mission_takes_the_place_of_the_earlier(stage: Stage) -> None:
    await stage.vehicle.upload_mission(MISSION)
    shorter = [home(), take_off(25), land()]
    await stage.vehicle.upload_mission(shorter)
    assert len(await stage.vehicle.download(PlanType.MISSION)) == len(shorter)


@on_stage
async def test_the_first_item_of_a_mission_is_the_home_it_keeps_itself(stage: Stage) -> None:
    elsewhere = MissionItem(mavlink.MAV_CMD_NAV_WAYPOINT, mavlink.MAV_FRAME_GLOBAL, 1, 2, 3)
    await stage.vehicle.upload_mission([elsewhere, *MISSION[1:]])
    first = (await stage.vehicle.download(PlanType.MISSION))[0]
    assert (first.x, first.y) == pytest.approx(PAD, abs=2e-5)


@on_stage
async def test_a_cleared_mission_is_gone(stage: Stage) -> None:
    await stage.vehicle.upload_mission(MISSION)
    answer = _acknowledgement(stage)
    await asyncio.sleep(0)
    stage.send(mavlink.MAVLink_mission_clear_all_message(SYSID, 1, 0))
    assert (await answer).type == mavlink.MAV_MISSION_ACCEPTED
    assert await _count(stage, PlanType.MISSION) <= 1  # home


@on_stage
async def test_a_fence_is_kept_as_it_was_sent(stage: Stage) -> None:
    await stage.vehicle.upload_fence(FENCE)
    kept = await stage.vehicle.download(PlanType.FENCE)
    assert difference(FENCE.items(), kept, PlanType.FENCE) is None


@on_stage
async def test_the_three_plans_do_not_touch_each_other(stage: Stage) -> None:
    await stage.vehicle.upload_fence(FENCE)
    await stage.vehicle.upload_mission(MISSION)
    assert len(await stage.vehicle.download(PlanType.FENCE)) == FENCE.points
    assert len(await stage.vehicle.download(PlanType.MISSION)) == len(MISSION)


@on_stage
async def test_it_asks_again_for_an_item_that_was_lost(stage: Stage) -> None:
    asked = ("MISSION_REQUEST", "MISSION_REQUEST_INT")
    first = [asyncio.ensure_future(stage.next(kind)) for kind in asked]
    await asyncio.sleep(0)
    stage.send(mavlink.MAVLink_mission_count_message(SYSID, 1, 3, 0))
    await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
    again = [asyncio.ensure_future(stage.next(kind)) for kind in asked]
    async with asyncio.timeout(10):
        done, _ = await asyncio.wait(again, return_when=asyncio.FIRST_COMPLETED)
    assert {task.result().seq for task in done} == {0}
    for task in (*first, *again):
        task.cancel()
    await stage.vehicle.upload_mission(MISSION)  # and is not stuck


@on_stage
async def test_an_upload_broken_off_leaves_the_mission_as_it_was(stage: Stage) -> None:
    await stage.vehicle.upload_mission(MISSION)
    given_up = _acknowledgement(stage)
    await asyncio.sleep(0)
    stage.send(mavlink.MAVLink_mission_count_message(SYSID, 1, 7, 0))
    async with asyncio.timeout(30):
        assert (await given_up).type == mavlink.MAV_MISSION_OPERATION_CANCELLED
    kept = await stage.vehicle.download(PlanType.MISSION)
    assert difference(MISSION, kept, PlanType.MISSION) is None


@on_stage
async def test_an_item_that_is_not_there_is_refused(stage: Stage) -> None:
    await stage.vehicle.upload_mission(MISSION)
    answer = _acknowledgement(stage)
    await asyncio.sleep(0)
    stage.send(mavlink.MAVLink_mission_request_int_message(SYSID, 1, 99, 0))
    async with asyncio.timeout(10):
        assert (await answer).type == mavlink.MAV_MISSION_INVALID_SEQUENCE


@on_stage
async def test_a_command_it_cannot_fly_is_refused_at_upload(stage: Stage) -> None:
    nonsense = MissionItem(31_999, mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT, *PAD, 30)
    with pytest.raises(VehicleRefused, match=r"mission upload"):
        await stage.vehicle.upload_mission([home(), take_off(30), nonsense, land()])


@on_stage
async def test_it_goes_on_only_with_an_item_that_the_mission_has(stage: Stage) -> None:
    await stage.vehicle.upload_mission(MISSION)
    await stage.vehicle.set_current(2)
    await stage.vehicle.until(lambda state: state.mission_item == 2)
    with pytest.raises(VehicleRefused, match="DO_SET_MISSION_CURRENT: denied"):
        await stage.vehicle.set_current(99)


def _acknowledgement(stage: Stage) -> asyncio.Future[Any]:
    return asyncio.ensure_future(stage.next("MISSION_ACK"))


async def _count(stage: Stage, plan_type: PlanType) -> int:
    coming = asyncio.ensure_future(
        stage.next("MISSION_COUNT", lambda m: m.mission_type == plan_type)
    )
    await asyncio.sleep(0)
    stage.send(mavlink.MAVLink_mission_request_list_message(SYSID, 1, int(plan_type)))
    async with asyncio.timeout(10):
        return int((await coming).count)
