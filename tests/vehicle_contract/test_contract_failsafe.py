"""Contract: battery, fence and link: what it does by itself when something goes wrong."""

from __future__ import annotations

import asyncio

import pytest
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.mission_items import Fence
from fleet.mavlink.vehicle import VehicleRefused
from tests.vehicle_contract.contract_stage import DRONE, SILENT_S, Stage, on_stage
from tests.vehicle_contract.routes import home, place, stay, take_off

FULL_MAH = 6750


def _box(west_m: float, east_m: float) -> tuple[tuple[float, float], ...]:
    return tuple(place(x, y) for x, y in ((west_m, -80), (east_m, -80), (east_m, 80), (west_m, 80)))


KEEP_IN = Fence(inclusions=(_box(-80, 60),), exclusions=())
KEEP_OUT = Fence(inclusions=(_box(-500, 500),), exclusions=(_box(60, 120),))


@on_stage
async def test_its_battery_empties_in_flight(stage: Stage) -> None:
    await stage.take_off(10)
    before = stage.vehicle.state
    assert before.battery_a is not None
    assert before.battery_a > 3
    async with asyncio.timeout(200):
        await stage.vehicle.until(
            lambda state: (state.battery_pct or 0) < (before.battery_pct or 0) - 1
        )


@on_stage
async def test_on_its_pad_it_draws_little(stage: Stage) -> None:
    await stage.next("SYS_STATUS")
    assert (stage.vehicle.state.battery_a or 0) < 1


@on_stage
async def test_it_takes_the_charge_it_is_told(stage: Stage) -> None:
    await stage.vehicle.command(mavlink.MAV_CMD_BATTERY_RESET, 1, 40)
    await stage.vehicle.until(lambda state: 38 <= (state.battery_pct or 0) <= 41)
    await stage.vehicle.command(mavlink.MAV_CMD_BATTERY_RESET, 1, 90)
    await stage.vehicle.until(lambda state: 88 <= (state.battery_pct or 0) <= 91)


@on_stage
async def test_a_charger_fills_it(stage: Stage) -> None:
    await stage.vehicle.command(mavlink.MAV_CMD_BATTERY_RESET, 1, 50)
    await stage.vehicle.until(lambda state: (state.battery_pct or 100) <= 51)
    stage.world.charge(DRONE, 540.0)  # 0.1 % of 149.85 Wh a second
    async with asyncio.timeout(60):
        await stage.vehicle.until(lambda state: (state.battery_pct or 0) >= 53)
    stage.world.charge(DRONE, 0.0)


@on_stage
async def test_with_a_low_battery_it_comes_home(stage: Stage) -> None:
    async with stage.parameters(BATT_FS_LOW_ACT=2, BATT_LOW_MAH=0):
        await stage.take_off(8)
        mark = stage.mark()
        async with stage.parameters(BATT_LOW_MAH=FULL_MAH - 1):
            async with asyncio.timeout(60):
                await stage.vehicle.until(lambda state: state.mode == "RTL")
            await stage.until_said(mark, "Battery 1 is low")
        await stage.landed()


@on_stage
async def test_with_a_critical_battery_it_lands_where_it_is(stage: Stage) -> None:
    async with stage.parameters(BATT_FS_CRT_ACT=1, BATT_CRT_MAH=0):
        await stage.take_off(8)
        mark = stage.mark()
        async with stage.parameters(BATT_CRT_MAH=FULL_MAH - 1):
            async with asyncio.timeout(60):
                await stage.vehicle.until(lambda state: state.mode == "LAND")
            await stage.until_said(mark, "Battery 1 is critical")
            await stage.landed()


@on_stage
async def test_after_a_battery_failsafe_it_arms_only_with_a_fresh_battery(stage: Stage) -> None:
    async with stage.parameters(BATT_FS_LOW_ACT=2, BATT_LOW_MAH=0):
        await stage.take_off(5)
        async with stage.parameters(BATT_LOW_MAH=FULL_MAH - 1):
            await stage.vehicle.until(lambda state: state.mode == "RTL")
            await stage.landed()
        await stage.vehicle.set_mode("GUIDED")
        with pytest.raises(VehicleRefused, match="COMPONENT_ARM_DISARM: failed"):
            await stage.vehicle.arm()
        await stage.vehicle.command(mavlink.MAV_CMD_BATTERY_RESET, 1, 100)
        async with asyncio.timeout(60):
            await stage.arm()


@pytest.mark.parametrize("fence", [KEEP_IN, KEEP_OUT], ids=["keep in", "keep out"])
def test_at_its_fence_it_turns_back_and_says_so(stage: object, fence: Fence) -> None:
    @on_stage
    async def flight(stage: Stage) -> None:
        await stage.vehicle.upload_fence(fence)
        async with stage.parameters(FENCE_TYPE=4, FENCE_ACTION=1, FENCE_ENABLE=1):
            mark = stage.mark()
            await stage.fly_mission([home(), take_off(10), stay(100, 0, 10)])
            async with asyncio.timeout(60):
                await stage.vehicle.until(lambda state: state.mode == "RTL")
            assert stage.off_pad_m() < 80
            await stage.until_said(mark, "fence")
            await stage.landed()
            assert stage.off_pad_m() < 1

    flight(stage)  # type: ignore[arg-type]


@on_stage
async def test_a_fence_that_is_changed_in_the_air_counts_at_once(stage: Stage) -> None:
    await stage.vehicle.upload_fence(KEEP_IN)
    async with stage.parameters(FENCE_TYPE=4, FENCE_ACTION=1, FENCE_ENABLE=1):
        await stage.take_off(10)
        await stage.go_to(50, 0, 10)
        await stage.over(50, 0, within_m=1)
        assert stage.vehicle.state.mode == "GUIDED"
        await stage.vehicle.upload_fence(Fence(KEEP_IN.inclusions, (_box(30, 55),)))
        async with asyncio.timeout(30):
            await stage.vehicle.until(lambda state: state.mode == "RTL")
        await stage.landed()
        assert stage.off_pad_m() < 1


@on_stage
async def test_it_is_not_sent_outside_its_fence(stage: Stage) -> None:
    await stage.vehicle.upload_fence(KEEP_IN)
    async with stage.parameters(FENCE_TYPE=4, FENCE_ACTION=1, FENCE_ENABLE=1):
        await stage.take_off(10)
        assert await stage.go_to(200, 0, 10) != mavlink.MAV_RESULT_ACCEPTED
        assert stage.vehicle.state.mode == "GUIDED"


@on_stage
async def test_without_its_ground_station_it_comes_home(stage: Stage) -> None:
    async with stage.minding_its_station():
        await stage.take_off(8)
        mark = stage.mark()
        stage.heartbeats = False
        async with asyncio.timeout(60):
            await stage.vehicle.until(lambda state: state.mode == "RTL")
        await stage.until_said(mark, "GCS Failsafe")
        stage.heartbeats = True
        await stage.landed()


@on_stage
async def test_when_the_ground_station_is_back_it_can_be_told_to_go_on(stage: Stage) -> None:
    async with stage.minding_its_station():
        await stage.fly_mission([home(), take_off(10), stay(40, 0, 10)])
        await stage.over(40, 0, within_m=1)
        mark = stage.mark()
        stage.heartbeats = False
        await stage.vehicle.until(lambda state: state.mode == "RTL")
        stage.heartbeats = True
        await stage.until_said(mark, "GCS Failsafe Cleared")
        assert stage.vehicle.state.mode == "RTL"
        await stage.vehicle.resume_mission()
        await stage.over(40, 0, within_m=1.5)


@on_stage
async def test_while_the_link_is_well_it_stays_in_its_mode(stage: Stage) -> None:
    async with stage.minding_its_station():
        await stage.take_off(6)
        for _ in range(round(SILENT_S) + 4):
            await stage.next("HEARTBEAT")
        assert stage.vehicle.state.mode == "GUIDED"
