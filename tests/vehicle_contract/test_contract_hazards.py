"""Contract: what it does and says when its senses, its motors or others in the air fail it, and
that the controller sees the hazard."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator

import pytest
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.contract import SortieState
from fleet.mavlink.mission_items import Fence
from fleet.mavlink.parameters import POLICY, battery_levels
from fleet.mavlink.vehicle import VehicleRefused
from fleet.sorties.hazards import Circumstances, Hazard, hazards
from tests.vehicle_contract.contract_stage import DRONE, Stage, on_stage
from tests.vehicle_contract.routes import PAD_AMSL_M, home, metres, place, stay, take_off

RESERVE = 0.2
AVOIDING = {name: value for name, value in POLICY.items() if name.startswith("AVD_")}
SHAKEN = {"SIM_ACC1_RND": 120, "SIM_ACC2_RND": 120, "SIM_VIB_FREQ_X": 60}
STILL = dict.fromkeys(SHAKEN, 0)
NO_COMPASS = {f"SIM_MAG{n}_FAIL": 1 for n in (1, 2, 3)}
WEAK = {"SIM_ENGINE_FAIL": 1, "SIM_ENGINE_MUL": 0.5}  # the first motor
HELICOPTER_MS = 40


def _seen(stage: Stage) -> set[Hazard]:
    now_s = asyncio.get_running_loop().time()
    vehicle = stage.vehicle
    heard, reserve_pct = vehicle.is_heard(now_s), 100 * RESERVE
    return set(
        hazards(
            Circumstances(
                *(SortieState.ON_SCENE, vehicle.state, now_s, heard, reserve_pct, None, 12.0, None)
            )
        )
    )


async def _until_seen(stage: Stage, hazard: Hazard, seen: bool = True) -> None:
    async with asyncio.timeout(90):
        await stage.vehicle.until(lambda _: (hazard in _seen(stage)) is seen)


async def _arms_again(stage: Stage, mark: int) -> None:
    """Once its GPS is back: its estimator needs a while."""
    await stage.until_said(mark, "EKF Failsafe Cleared")
    await stage.vehicle.set_mode("GUIDED")
    async with asyncio.timeout(150):
        await stage.arm()
    await stage.vehicle.disarm()


@contextlib.asynccontextmanager
async def _helicopter(stage: Stage, up_m: float) -> AsyncIterator[None]:
    """Comes from the east over the pad and goes on."""

    async def fly() -> None:
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        while True:
            lon, lat = place(1500 - HELICOPTER_MS * (loop.time() - began_s), 0)
            stage.send(
                mavlink.MAVLink_adsb_vehicle_message(
                    *(0x781234, round(lat * 1e7), round(lon * 1e7), 0),
                    *(round((PAD_AMSL_M + up_m) * 1000), 27000, HELICOPTER_MS * 100, 0),
                    *(b"B-7001", 14, 1, 63, 1200),
                )
            )
            await asyncio.sleep(1.0)

    flying = asyncio.ensure_future(fly())
    try:
        yield
    finally:
        flying.cancel()


@on_stage
async def test_well_and_in_the_air_it_is_in_no_danger(stage: Stage) -> None:
    await stage.take_off(10)
    for _ in range(5):
        await stage.next("HEARTBEAT")
    assert _seen(stage) == set()


@on_stage
async def test_without_gps_it_lands_where_it_is_and_arms_again_once_it_has_one(
    stage: Stage,
) -> None:
    await stage.take_off(10)
    mark = stage.mark()
    async with stage.parameters(SIM_GPS1_ENABLE=0):
        await _until_seen(stage, Hazard.POSITION_LOST)
        async with asyncio.timeout(60):
            await stage.vehicle.until(lambda state: state.mode == "LAND")
        await stage.until_said(mark, "EKF Failsafe")
        await stage.vehicle.until(lambda state: not state.armed)
    await _arms_again(stage, mark)


@on_stage
async def test_without_gps_it_is_not_told_to_fly_to_places(stage: Stage) -> None:
    await stage.take_off(10)
    mark = stage.mark()
    async with stage.parameters(SIM_GPS1_ENABLE=0):
        await stage.vehicle.until(lambda state: state.mode == "LAND")
        custom = mavlink.MAV_MODE_FLAG_CUSTOM_MODE_ENABLED
        assert await stage.acknowledged(mavlink.MAV_CMD_DO_SET_MODE, custom, 6) != 0
        assert stage.vehicle.state.mode == "LAND"
        await stage.vehicle.until(lambda state: not state.armed)
    await _arms_again(stage, mark)


@on_stage
async def test_without_a_compass_it_does_not_arm_and_says_so(stage: Stage) -> None:
    mark = stage.mark()
    async with stage.parameters(**NO_COMPASS):
        await stage.vehicle.until(lambda state: not state.prearm_ok)
        await stage.until_said(mark, "PreArm: Compass not healthy")
        with pytest.raises(VehicleRefused, match="Compass not healthy"):
            await stage.vehicle.arm()
        assert stage.vehicle.state.armed is False


@on_stage
async def test_losing_its_compass_in_the_air_it_says_so_and_goes_where_it_is_told(
    stage: Stage,
) -> None:
    await stage.take_off(15)
    async with stage.parameters(**NO_COMPASS):
        await _until_seen(stage, Hazard.COMPASS)
        assert stage.vehicle.state.mode == "GUIDED"
        assert await stage.go_to(40, 0, 15) == mavlink.MAV_RESULT_ACCEPTED
        async with asyncio.timeout(60):
            await stage.over(40, 0, within_m=3)
    await _until_seen(stage, Hazard.COMPASS, seen=False)


@on_stage
async def test_when_its_gps_jumps_it_says_so_and_stays_where_it_is(stage: Stage) -> None:
    await stage.take_off(15)
    mark = stage.mark()
    async with stage.parameters(SIM_GPS1_GLTCH_X=0.001):  # 111 m to the north
        await _until_seen(stage, Hazard.POSITION_LOST)
        await stage.until_said(mark, "GPS Glitch")
        for _ in range(15):
            await stage.next("HEARTBEAT")
            assert stage.truth is not None
            assert math.hypot(*metres(stage.truth.lon, stage.truth.lat)) < 5
        assert stage.vehicle.state.mode == "GUIDED"
    await _until_seen(stage, Hazard.POSITION_LOST, seen=False)


@on_stage
async def test_it_tells_how_much_it_vibrates(stage: Stage) -> None:
    await stage.take_off(20)
    await stage.next("VIBRATION")
    assert (stage.vehicle.state.vibration_ms2 or 0) < 30
    async with stage.parameters(**SHAKEN):
        await _until_seen(stage, Hazard.MOTORS)
        await stage.vehicle.set_parameters(STILL)
    await stage.next("VIBRATION", lambda m: m.vibration_x < 30)


@on_stage
async def test_with_a_motor_that_has_lost_half_of_its_thrust_it_warns(stage: Stage) -> None:
    await stage.take_off(60)
    async with stage.parameters(**WEAK):
        await _until_seen(stage, Hazard.MOTORS)
    assert (stage.vehicle.state.motor_warning or "").startswith("Potential Thrust Loss (1)")
    await stage.vehicle.until(lambda state: abs(state.climb_ms or 9) < 0.5)
    assert stage.vehicle.state.on_ground is False


@on_stage
async def test_outside_its_fence_it_says_so_until_it_is_back(stage: Stage) -> None:
    ring = tuple(place(x, y) for x, y in ((-80, -80), (40, -80), (40, 80), (-80, 80)))
    await stage.vehicle.upload_fence(Fence((ring,), ()))
    async with stage.parameters(FENCE_TYPE=4, FENCE_ACTION=1, FENCE_ENABLE=1):
        await stage.fly_mission([home(), take_off(10), stay(80, 0, 10)])
        await _until_seen(stage, Hazard.OUTSIDE_FENCE)
        await _until_seen(stage, Hazard.OUTSIDE_FENCE, seen=False)
        await stage.landed()


@on_stage
async def test_of_a_helicopter_that_comes_near_it_gets_out_of_the_way_and_then_goes_on(
    stage: Stage,
) -> None:
    async with stage.parameters(**AVOIDING):
        await stage.take_off(60)
        async with _helicopter(stage, up_m=65):
            await _until_seen(stage, Hazard.AIRCRAFT)
            async with asyncio.timeout(60):
                await stage.vehicle.until(lambda state: state.mode == "AVOID_ADSB")
            await stage.vehicle.until(lambda state: (state.alt_rel_m or 0) < 52)
            assert stage.vehicle.state.aircraft is not None
            assert stage.vehicle.state.aircraft.id == 0x781234
            async with asyncio.timeout(90):
                await stage.vehicle.until(lambda state: state.mode == "GUIDED")
        await _until_seen(stage, Hazard.AIRCRAFT, seen=False)


@on_stage
async def test_of_a_helicopter_far_above_it_only_tells(stage: Stage) -> None:
    async with stage.parameters(**AVOIDING):
        await stage.take_off(40)
        async with _helicopter(stage, up_m=250):
            await _until_seen(stage, Hazard.AIRCRAFT)
            for _ in range(25):
                await stage.next("HEARTBEAT")
                assert stage.vehicle.state.mode == "GUIDED"


@pytest.mark.parametrize(
    ("pct", "hazard", "mode"),
    [(9, Hazard.BATTERY_LOW, "RTL"), (5, Hazard.BATTERY_CRITICAL, "LAND")],
    ids=["low", "critical"],
)
def test_as_its_battery_falls_below_the_level_it_was_given_it_comes_down(
    stage: object, pct: int, hazard: Hazard, mode: str
) -> None:
    @on_stage
    async def flight(stage: Stage) -> None:
        capacity_mah = (await stage.vehicle.read_parameters([("BATT_CAPACITY",)]))["BATT_CAPACITY"]
        levels = battery_levels(capacity_mah, RESERVE)
        async with stage.parameters(BATT_FS_LOW_ACT=2, BATT_FS_CRT_ACT=1, **levels):
            await stage.take_off(15)
            await stage.vehicle.command(mavlink.MAV_CMD_BATTERY_RESET, 1, pct)
            async with asyncio.timeout(150):
                await stage.vehicle.until(lambda state: state.mode == mode)
            await _until_seen(stage, hazard)
            await stage.landed()

    flight(stage)  # type: ignore[arg-type]


@on_stage
async def test_in_a_strong_wind_it_keeps_its_place(stage: Stage) -> None:
    await stage.take_off(20)
    stage.world.set_wind(DRONE, 12.0, 90.0)
    for _ in range(15):
        await stage.next("HEARTBEAT")
    assert stage.off_pad_m() < 5
    assert stage.vehicle.state.mode == "GUIDED"
