"""Contract: rally points, and where it comes down when it returns by itself."""

from __future__ import annotations

import asyncio
import math

from fleet.formats.plan_file import rally_item
from fleet.mavlink.mission import MissionItem, PlanType, difference
from fleet.mavlink.mission_items import Fence
from fleet.mavlink.parameters import POLICY
from tests.vehicle_contract.contract_stage import NEAR_M, Stage, on_stage
from tests.vehicle_contract.routes import home, metres, place, stay, take_off

OUT_M, HEIGHT_M = 120.0, 15.0
RALLY = {name: POLICY[name] for name in ("RALLY_LIMIT_KM", "RALLY_INCL_HOME")}


def at(east_m: float, north_m: float, up_m: float = 0.0) -> MissionItem:
    return rally_item(*place(east_m, north_m), up_m)


async def out(stage: Stage, *rally: MissionItem) -> None:
    """Hovers to the east of its pad, with these rally points."""
    await stage.vehicle.upload_rally(rally)  # reads back and compares
    await stage.fly_mission([home(), take_off(HEIGHT_M), stay(OUT_M, 0, HEIGHT_M)])
    await stage.over(OUT_M, 0, within_m=2)


async def down(stage: Stage) -> tuple[float, float]:
    """Where it comes down by itself, from the pad."""
    await stage.vehicle.return_to_launch()
    async with asyncio.timeout(120):
        await stage.landed()
    state = stage.vehicle.state
    return metres(state.lon, state.lat)


@on_stage
async def test_rally_points_are_kept_as_they_were_sent(stage: Stage) -> None:
    sent = [at(40, 0), at(0, 60, 12), at(-30, -30, -8)]
    await stage.vehicle.upload_rally(sent)
    kept = await stage.vehicle.download(PlanType.RALLY)
    assert difference(sent, kept, PlanType.RALLY) is None


@on_stage
async def test_no_rally_points_take_the_place_of_those_it_had(stage: Stage) -> None:
    await stage.vehicle.upload_rally([at(40, 0)])
    await stage.vehicle.upload_rally([])
    assert await stage.vehicle.download(PlanType.RALLY) == []


@on_stage
async def test_it_returns_to_the_nearest_rally_point(stage: Stage) -> None:
    async with stage.parameters(**RALLY):
        await out(stage, at(OUT_M, 60), at(OUT_M, -40), at(40, 90))
        assert math.dist(await down(stage), (OUT_M, -40)) < NEAR_M


@on_stage
async def test_its_pad_counts_as_one_of_them(stage: Stage) -> None:
    async with stage.parameters(**RALLY):
        await out(stage, at(OUT_M, OUT_M + 40))
        assert math.dist(await down(stage), (0, 0)) < NEAR_M


@on_stage
async def test_a_rally_point_far_away_counts_where_it_is_nearer_than_the_pad(stage: Stage) -> None:
    """By default ArduCopter leaves out what is farther than 300 m."""
    async with stage.parameters(**RALLY):
        await stage.vehicle.upload_rally([at(800, 0)])
        await stage.fly_mission([home(), take_off(HEIGHT_M), stay(450, 0, HEIGHT_M)])
        await stage.over(450, 0, within_m=2)
        assert math.dist(await down(stage), (800, 0)) < NEAR_M


@on_stage
async def test_with_a_limit_a_rally_point_beyond_it_does_not_count(stage: Stage) -> None:
    async with stage.parameters(**{**RALLY, "RALLY_LIMIT_KM": 0.03}):
        await out(stage, at(OUT_M, 60))
        assert math.dist(await down(stage), (0, 0)) < NEAR_M


@on_stage
async def test_a_rally_point_outside_its_fence_does_not_count(stage: Stage) -> None:
    box = tuple(place(x, y) for x, y in ((-80, -30), (200, -30), (200, 200), (-80, 200)))
    await stage.vehicle.upload_fence(Fence(inclusions=(box,), exclusions=()))
    async with stage.parameters(FENCE_TYPE=4, FENCE_ACTION=1, FENCE_ENABLE=1, **RALLY):
        await out(stage, at(OUT_M, -50), at(OUT_M, 80))
        assert math.dist(await down(stage), (OUT_M, 80)) < NEAR_M


@on_stage
async def test_without_its_ground_station_it_goes_to_the_nearest_too(stage: Stage) -> None:
    async with stage.minding_its_station(**RALLY):
        await out(stage, at(OUT_M, 40))
        stage.heartbeats = False
        async with asyncio.timeout(120):
            await stage.vehicle.until(lambda state: state.mode == "RTL")
            stage.heartbeats = True
            await stage.landed()
        state = stage.vehicle.state
        assert math.dist(metres(state.lon, state.lat), (OUT_M, 40)) < NEAR_M
