"""Contract: when it arms, when it refuses, and what it says then."""

from __future__ import annotations

import asyncio

import pytest
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.mission_items import Fence
from fleet.mavlink.vehicle import VehicleRefused
from tests.vehicle_contract.contract_stage import Stage, on_stage
from tests.vehicle_contract.routes import home, land, take_off

ACCEPTED = mavlink.MAV_RESULT_ACCEPTED
ARM = mavlink.MAV_CMD_COMPONENT_ARM_DISARM
ELSEWHERE = Fence(inclusions=(((113.0, 22.0), (113.1, 22.0), (113.1, 22.1)),), exclusions=())


@on_stage
async def test_it_arms_and_disarms_when_told(stage: Stage) -> None:
    await stage.arm()
    assert stage.vehicle.state.armed
    await stage.vehicle.disarm()
    assert not stage.vehicle.state.armed


@on_stage
async def test_told_to_arm_again_it_stays_armed(stage: Stage) -> None:
    await stage.arm()
    assert await stage.acknowledged(ARM, 1) == ACCEPTED
    assert stage.vehicle.state.armed


@on_stage
async def test_armed_and_not_launched_it_disarms_by_itself(stage: Stage) -> None:
    async with stage.parameters(DISARM_DELAY=8):  # s, half a second here, for it to be seen armed
        await stage.arm()
        async with asyncio.timeout(60):
            await stage.vehicle.until(lambda state: not state.armed)


@on_stage
async def test_outside_its_fence_it_does_not_arm_and_says_so(stage: Stage) -> None:
    async with stage.parameters(FENCE_TYPE=4, FENCE_ENABLE=0):
        await stage.vehicle.upload_fence(ELSEWHERE)
        async with stage.parameters(FENCE_ENABLE=1):
            async with asyncio.timeout(90):
                await stage.vehicle.until(lambda state: not state.prearm_passed)
            with pytest.raises(VehicleRefused, match="COMPONENT_ARM_DISARM: failed"):
                await stage.vehicle.arm()
            async with asyncio.timeout(90):
                await stage.vehicle.until(
                    lambda state: "fence" in " ".join(state.prearm_failures).lower()
                )
        async with asyncio.timeout(90):
            await stage.vehicle.until(lambda state: state.prearm_ok)


@on_stage
async def test_in_a_mode_for_coming_home_it_does_not_arm_and_says_so(stage: Stage) -> None:
    mark = stage.mark()
    await stage.vehicle.set_mode("RTL")
    assert await stage.acknowledged(ARM, 1) == mavlink.MAV_RESULT_FAILED
    await stage.until_said(mark, "mode not armable")


@on_stage
async def test_armed_without_a_mission_it_does_not_change_to_auto(stage: Stage) -> None:
    await stage.arm()
    with pytest.raises(VehicleRefused, match="DO_SET_MODE: failed"):
        await stage.vehicle.set_mode("AUTO")
    assert stage.vehicle.state.mode == "GUIDED"


@on_stage
async def test_a_mode_that_does_not_exist_is_refused(stage: Stage) -> None:
    custom = mavlink.MAV_MODE_FLAG_CUSTOM_MODE_ENABLED
    result = await stage.acknowledged(mavlink.MAV_CMD_DO_SET_MODE, custom, 99)
    assert result != ACCEPTED
    assert stage.vehicle.state.mode == "GUIDED"


@on_stage
async def test_a_change_of_mode_is_acknowledged_and_shown(stage: Stage) -> None:
    for mode in ("LOITER", "BRAKE", "LAND", "STABILIZE", "GUIDED"):
        await stage.vehicle.set_mode(mode)  # waits until the heartbeat shows it


@on_stage
async def test_disarmed_it_does_not_take_off(stage: Stage) -> None:
    result = await stage.acknowledged(mavlink.MAV_CMD_NAV_TAKEOFF, 0, 0, 0, 0, 0, 0, 10)
    assert result == mavlink.MAV_RESULT_FAILED
    assert stage.vehicle.state.on_ground is True


@on_stage
async def test_armed_in_auto_it_waits_for_the_start_of_the_mission(stage: Stage) -> None:
    await stage.vehicle.upload_mission([home(), take_off(15), land()])
    async with stage.parameters(AUTO_OPTIONS=1):
        await stage.vehicle.set_mode("AUTO")
        await stage.arm()
        for _ in range(8):
            await stage.next("HEARTBEAT")
        assert stage.vehicle.state.on_ground is True
        await stage.vehicle.command(mavlink.MAV_CMD_MISSION_START)
        async with asyncio.timeout(60):
            await stage.vehicle.until(lambda state: state.on_ground is False)


@on_stage
async def test_in_the_air_it_disarms_only_by_force(stage: Stage) -> None:
    await stage.take_off(6)
    assert await stage.acknowledged(ARM, 0) == mavlink.MAV_RESULT_FAILED
    assert stage.vehicle.state.armed
