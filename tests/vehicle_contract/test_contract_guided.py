"""Contract: flown by hand, so to say: take-off, going somewhere, stopping, coming down."""

from __future__ import annotations

import asyncio
import math

import pytest
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from tests.vehicle_contract.contract_stage import DRONE, RTL_M, SYSID, Stage, on_stage
from tests.vehicle_contract.routes import metres, place

ACCEPTED = mavlink.MAV_RESULT_ACCEPTED


@on_stage
async def test_it_takes_off_to_the_height_it_was_told_and_stays_there(stage: Stage) -> None:
    await stage.take_off(12)
    await stage.vehicle.until(lambda state: abs(state.climb_ms or 9) < 0.1)
    mark = stage.mark()
    for _ in range(5):
        await stage.next("HEARTBEAT")
    heights = [m.relative_alt / 1000 for m in stage.since(mark, "GLOBAL_POSITION_INT")]
    assert heights == pytest.approx([12.0] * len(heights), abs=0.7)
    assert stage.off_pad_m() < 1
    assert stage.vehicle.state.on_ground is False


@on_stage
async def test_it_climbs_no_faster_than_allowed(stage: Stage) -> None:
    mark = stage.mark()
    await stage.take_off(30)
    climbs = [-m.vz / 100 for m in stage.since(mark, "GLOBAL_POSITION_INT")]
    assert 5.0 < max(climbs) < 6.5


@on_stage
async def test_it_goes_where_it_is_told_and_stops_there(stage: Stage) -> None:
    await stage.take_off(10)
    assert await stage.go_to(60, 40, 15) == ACCEPTED
    await stage.over(60, 40, within_m=1)
    await stage.vehicle.until(lambda state: (state.ground_ms or 9) < 0.3)
    state = stage.vehicle.state
    assert math.dist(metres(state.lon, state.lat), (60, 40)) < 1.5
    assert state.alt_rel_m == pytest.approx(15, abs=1)


@on_stage
async def test_it_follows_position_targets(stage: Stage) -> None:
    await stage.take_off(10)
    lon, lat = place(-30, 0)
    only_position = 0b110111111000
    stage.send(
        mavlink.MAVLink_set_position_target_global_int_message(
            *(0, SYSID, 1, mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT_INT, only_position),
            *(round(lat * 1e7), round(lon * 1e7), 10, 0, 0, 0, 0, 0, 0, 0, 0),
        )
    )
    async with asyncio.timeout(60):
        await stage.over(-30, 0, within_m=1.5)


@on_stage
async def test_it_flies_as_fast_as_its_parameters_say_and_no_faster(stage: Stage) -> None:
    await stage.take_off(20)
    mark = stage.mark()
    await stage.go_to(250, 0, 20)
    await stage.over(250, 0, within_m=3)
    speeds = [math.hypot(m.vx, m.vy) / 100 for m in stage.since(mark, "GLOBAL_POSITION_INT")]
    assert max(speeds) == pytest.approx(15, abs=0.7)


@on_stage
async def test_it_turns_its_nose_to_where_it_flies(stage: Stage) -> None:
    await stage.take_off(10)
    await stage.go_to(0, -120, 10)
    await stage.vehicle.until(lambda state: (state.ground_ms or 0) > 8)
    await stage.over(0, -90, within_m=15)
    assert stage.vehicle.state.heading_deg == pytest.approx(180, abs=10)


@on_stage
async def test_told_to_brake_it_stops(stage: Stage) -> None:
    await stage.take_off(15)
    await stage.go_to(200, 0, 15)
    await stage.vehicle.until(lambda state: (state.ground_ms or 0) > 10)
    await stage.vehicle.set_mode("BRAKE")
    async with asyncio.timeout(60):
        await stage.vehicle.until(lambda state: (state.ground_ms or 9) < 0.5)
    assert stage.off_pad_m() < 150


@on_stage
async def test_a_commanded_speed_is_flown(stage: Stage) -> None:
    await stage.take_off(15)
    await stage.go_to(200, 0, 15)
    await stage.vehicle.command(mavlink.MAV_CMD_DO_CHANGE_SPEED, 1, 5, -1)
    await stage.vehicle.until(lambda state: 4.5 < (state.ground_ms or 0) < 5.5)
    for _ in range(4):
        await stage.next("HEARTBEAT")
    assert stage.vehicle.state.ground_ms == pytest.approx(5, abs=0.5)


@on_stage
async def test_told_to_land_it_comes_down_where_it_is(stage: Stage) -> None:
    await stage.take_off(12)
    await stage.go_to(20, 0, 12)
    await stage.over(20, 0, within_m=1)
    await stage.vehicle.until(lambda state: (state.ground_ms or 9) < 0.3)
    await stage.vehicle.set_mode("LAND")
    await stage.landed()
    assert stage.off_pad_m() == pytest.approx(20, abs=1.5)


@on_stage
async def test_its_home_is_where_it_last_armed(stage: Stage) -> None:
    await stage.take_off(5)
    await stage.go_to(15, 0, 5)
    await stage.over(15, 0, within_m=0.5)
    await stage.vehicle.until(lambda state: (state.ground_ms or 9) < 0.3)
    await stage.vehicle.set_mode("LAND")
    await stage.landed()
    there = metres(stage.vehicle.state.lon, stage.vehicle.state.lat)
    await stage.take_off(5)
    await stage.go_to(15, 25, 5)
    await stage.over(15, 25, within_m=1)
    await stage.vehicle.return_to_launch()
    await stage.landed()
    landed = metres(stage.vehicle.state.lon, stage.vehicle.state.lat)
    assert math.dist(landed, there) < 1


@on_stage
async def test_it_comes_home_at_the_height_for_coming_home(stage: Stage) -> None:
    await stage.take_off(8)
    await stage.go_to(60, 0, 8)
    await stage.over(60, 0, within_m=1)
    mark = stage.mark()
    await stage.vehicle.return_to_launch()
    await stage.landed()
    track = [
        (math.hypot(*metres(m.lon / 1e7, m.lat / 1e7)), m.relative_alt / 1000)
        for m in stage.since(mark, "GLOBAL_POSITION_INT")
    ]
    between = [height_m for off_m, height_m in track if 10 < off_m < 50]
    assert between == pytest.approx([RTL_M] * len(between), abs=1.5)
    assert stage.off_pad_m() < 1


@on_stage
async def test_it_touches_down_slowly(stage: Stage) -> None:
    async with stage.parameters(LAND_ALT_LOW=600):
        await stage.take_off(15)
        mark = stage.mark()
        await stage.vehicle.set_mode("LAND")
        await stage.landed()
    low = [m.vz / 100 for m in stage.since(mark, "GLOBAL_POSITION_INT") if m.relative_alt < 3000]
    assert max(low) < 1.0  # LAND_SPEED 70 cm/s
    high = [m.vz / 100 for m in stage.since(mark, "GLOBAL_POSITION_INT")]
    assert max(high) > 1.5


@on_stage
async def test_it_holds_its_place_in_wind_leaning_into_it(stage: Stage) -> None:
    await stage.take_off(15)
    stage.world.set_wind(DRONE, 8.0, 0.0)  # from the north
    for _ in range(15):
        await stage.next("HEARTBEAT")
    assert stage.off_pad_m() < 2.5
    assert math.hypot(stage.vehicle.state.roll_deg or 0, stage.vehicle.state.pitch_deg or 0) > 2


@on_stage
async def test_the_world_knows_where_it_truly_is(stage: Stage) -> None:
    assert stage.truth is not None
    assert stage.truth.on_ground
    await stage.take_off(10)
    await stage.vehicle.until(
        lambda _: (
            stage.truth is not None
            and not stage.truth.on_ground
            and abs(stage.truth.height_m - 10) < 1.5
        )
    )
    await stage.vehicle.set_mode("LAND")
    await stage.landed()
    await stage.vehicle.until(lambda _: stage.truth is not None and stage.truth.on_ground)
