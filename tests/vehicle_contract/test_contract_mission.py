"""Contract: a mission flown item by item, stayed in, gone on with, brought home."""

from __future__ import annotations

import asyncio
import math

import pytest
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.mission import MissionItem
from fleet.mavlink.parameters import READ
from fleet.mavlink.performance import performance_of
from planner.flight import climb_s, cruise_s
from tests.vehicle_contract.contract_stage import MODEL, Stage, on_stage
from tests.vehicle_contract.routes import (
    PAD,
    come_home,
    home,
    land,
    metres,
    place,
    speed,
    stay,
    stay_for,
    take_off,
    waypoint,
)


@on_stage
async def test_it_reaches_the_items_one_after_the_other_and_says_so(stage: Stage) -> None:
    mark = stage.mark()
    await stage.fly_mission(
        [home(), take_off(15), waypoint(50, 0, 15), waypoint(50, 50, 20), land()]
    )
    await stage.landed()
    assert [m.seq for m in stage.since(mark, "MISSION_ITEM_REACHED")][:3] == [1, 2, 3]
    current = [m.seq for m in stage.since(mark, "MISSION_CURRENT")]
    flown = [seq for seq in dict.fromkeys(current) if seq > 0]
    assert flown == [1, 2, 3, 4]


@on_stage
async def test_it_passes_over_each_waypoint_at_its_height(stage: Stage) -> None:
    places = [(60, 0, 15), (60, 60, 25)]
    mark = stage.mark()
    await stage.fly_mission([home(), take_off(15), *(waypoint(*p) for p in places), come_home()])
    await stage.landed()
    track = [
        (*metres(m.lon / 1e7, m.lat / 1e7), m.relative_alt / 1000)
        for m in stage.since(mark, "GLOBAL_POSITION_INT")
    ]
    for one in places:
        assert min(math.dist(point, one) for point in track) < 6, one


@on_stage
async def test_it_flies_through_a_corner_without_stopping(stage: Stage) -> None:
    mark = stage.mark()
    await stage.fly_mission(
        [home(), take_off(15), waypoint(120, 0, 15), waypoint(120, 120, 15), stay(120, 120, 15)]
    )
    await stage.over(120, 60, within_m=10)
    corner = [
        math.hypot(m.vx, m.vy) / 100
        for m in stage.since(mark, "GLOBAL_POSITION_INT")
        if math.dist(metres(m.lon / 1e7, m.lat / 1e7), (120, 0)) < 40
    ]
    assert min(corner) > 2


@on_stage
async def test_it_flies_each_leg_at_the_speed_set_for_it(stage: Stage) -> None:
    mark = stage.mark()
    await stage.fly_mission(
        [
            home(),
            take_off(15),
            speed(6),
            waypoint(100, 0, 15),
            speed(11),
            waypoint(100, 150, 15),
            stay(100, 150, 15),
        ]
    )
    await stage.over(100, 140, within_m=12)
    seen = [
        (*metres(m.lon / 1e7, m.lat / 1e7), math.hypot(m.vx, m.vy) / 100)
        for m in stage.since(mark, "GLOBAL_POSITION_INT")
    ]
    first = [ms for east, north, ms in seen if 40 < east < 80 and north < 5]
    second = [ms for east, north, ms in seen if 60 < north < 90]
    assert first == pytest.approx([6.0] * len(first), abs=0.5)
    assert second == pytest.approx([11.0] * len(second), abs=0.5)


@on_stage
async def test_it_stays_until_told_then_flies_the_way_back_and_lands_on_its_pad(
    stage: Stage,
) -> None:
    await stage.fly_mission(
        [
            home(),
            take_off(15),
            waypoint(60, 0, 15),
            stay(60, 0, 12),
            waypoint(60, 30, 20),
            waypoint(0, 0, 20),
            land(),
        ]
    )
    await stage.vehicle.until(lambda state: state.mission_item == 3)
    await stage.over(60, 0, within_m=1)
    await stage.vehicle.until(lambda state: abs((state.alt_rel_m or 0) - 12) < 0.7)
    mark = stage.mark()
    for _ in range(20):
        await stage.next("HEARTBEAT")
    off_m = [
        math.dist(metres(m.lon / 1e7, m.lat / 1e7), (60, 0))
        for m in stage.since(mark, "GLOBAL_POSITION_INT")
    ]
    assert max(off_m) < 2
    assert stage.vehicle.state.mission_item == 3
    await stage.vehicle.set_current(4)
    mark = stage.mark()
    await stage.landed()
    track = [metres(m.lon / 1e7, m.lat / 1e7) for m in stage.since(mark, "GLOBAL_POSITION_INT")]
    assert min(math.dist(point, (60, 30)) for point in track) < 6
    assert stage.off_pad_m() < 1


@on_stage
async def test_it_stays_as_long_as_an_item_says_and_goes_on(stage: Stage) -> None:
    mark = stage.mark()
    await stage.fly_mission([home(), take_off(10), stay_for(10, 20, 0, 10), land()])
    async with asyncio.timeout(120):
        await stage.landed()
    over = [
        m.time_boot_ms / 1000
        for m in stage.since(mark, "GLOBAL_POSITION_INT")
        if math.dist(metres(m.lon / 1e7, m.lat / 1e7), (20, 0)) < 1.5
    ]
    assert over[-1] - over[0] == pytest.approx(11, abs=3)
    assert stage.off_pad_m() < 1


@on_stage
async def test_a_mission_can_end_by_coming_home(stage: Stage) -> None:
    await stage.fly_mission([home(), take_off(12), waypoint(40, 0, 12), come_home()])
    await stage.landed()
    assert stage.off_pad_m() < 1


@on_stage
async def test_held_it_stops_and_resumed_it_goes_on_where_it_was(stage: Stage) -> None:
    await stage.fly_mission(
        [home(), take_off(15), waypoint(150, 0, 15), waypoint(150, 60, 15), land()]
    )
    await stage.vehicle.until(lambda state: (state.ground_ms or 0) > 8)
    await stage.vehicle.hold()
    async with asyncio.timeout(60):
        await stage.vehicle.until(lambda state: (state.ground_ms or 9) < 0.5)
    assert stage.off_pad_m() < 140
    await stage.vehicle.resume_mission()
    assert stage.vehicle.state.mission_item == 2
    async with asyncio.timeout(60):
        await stage.over(150, 60, within_m=6)


@on_stage
async def test_a_new_mission_in_flight_is_flown_from_where_it_is(stage: Stage) -> None:
    await stage.fly_mission([home(), take_off(15), waypoint(150, 0, 15), stay(150, 0, 15)])
    await stage.vehicle.until(lambda state: (state.ground_ms or 0) > 8)
    await stage.vehicle.hold()
    await stage.vehicle.upload_mission([home(), waypoint(40, 60, 20), stay(40, 60, 20)])
    await stage.vehicle.set_current(1)
    await stage.vehicle.resume_mission()
    async with asyncio.timeout(60):
        await stage.over(40, 60, within_m=2)


@on_stage
async def test_heights_above_the_sea_are_flown_as_such(stage: Stage) -> None:
    absolute = MissionItem(
        mavlink.MAV_CMD_NAV_LOITER_UNLIM,
        mavlink.MAV_FRAME_GLOBAL,
        *place(20, 0),
        stage.vehicle.state.alt_amsl_m + 18 if stage.vehicle.state.alt_amsl_m else 63,
    )
    await stage.fly_mission([home(), take_off(10), absolute])
    await stage.over(20, 0, within_m=1)
    async with asyncio.timeout(60):
        await stage.vehicle.until(lambda state: abs((state.alt_rel_m or 0) - 18) < 0.7)


@on_stage
async def test_landed_it_begins_the_next_mission_at_its_beginning(stage: Stage) -> None:
    mission = [home(), take_off(10), waypoint(20, 0, 10), land()]
    for _ in range(2):
        mark = stage.mark()
        await stage.fly_mission(mission)
        await stage.landed()
        assert [m.seq for m in stage.since(mark, "MISSION_ITEM_REACHED")][:2] == [1, 2]
    assert (stage.vehicle.state.lon, stage.vehicle.state.lat) == pytest.approx(PAD, abs=2e-5)


@on_stage
async def test_it_arrives_when_the_planner_says_from_its_own_parameters(stage: Stage) -> None:
    performance = performance_of(await stage.vehicle.read_parameters(READ), MODEL)
    legs = [(300.0, 0.0), (300.0, 200.0)]
    mark = stage.mark()
    await stage.fly_mission(
        [home(), take_off(30), *(waypoint(*leg, 30) for leg in legs), stay(300, 200, 30)]
    )
    await stage.over(300, 200, within_m=1.5)
    track = stage.since(mark, "GLOBAL_POSITION_INT")
    lifted = next(m for m in track if m.relative_alt > 500)
    there = next(m for m in track if math.dist(metres(m.lon / 1e7, m.lat / 1e7), (300, 200)) < 1.5)
    flown_s = (there.time_boot_ms - lifted.time_boot_ms) / 1000
    cruise_ms = performance.airspeed_ms
    planned_s = climb_s(30, performance) + cruise_s(
        [(0, 0), (300, 0), (300, 200)], [cruise_ms] * 2, performance
    )
    assert flown_s == pytest.approx(planned_s, rel=0.10)
