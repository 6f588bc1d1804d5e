"""Contract: a drone in flight that a person stops, sends elsewhere, lets circle, brings down."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.mission import MissionItem
from fleet.mavlink.mission_items import FlightPlan, directed_plan
from fleet.sorties.steering import Steering
from planner.model import Route, Waypoint
from tests.vehicle_contract.contract_stage import Stage, on_stage
from tests.vehicle_contract.routes import (
    PAD,
    PAD_AMSL_M,
    home,
    land,
    metres,
    place,
    stay,
    take_off,
    waypoint,
)

CRUISE_AMSL_M, PLACE_AMSL_M = PAD_AMSL_M + 25, PAD_AMSL_M + 15
FAR = [home(), take_off(20), waypoint(300, 0, 20), stay(300, 0, 20), land()]


def way(east_m: float, north_m: float) -> Route:
    """From wherever it is to a place, as the planner tells it."""
    lon, lat = place(east_m, north_m)
    over = Waypoint(lon, lat, CRUISE_AMSL_M, 12.0)
    out = (over, Waypoint(lon, lat, PLACE_AMSL_M, 0.0))
    back = (over._replace(speed_ms=0.0), Waypoint(*PAD, CRUISE_AMSL_M, 12.0))
    return Route(CRUISE_AMSL_M, out, back, 100.0, 100.0, 10.0, 10.0)


def to(east_m: float, north_m: float, radius_m: int = 0, turns: int = 0) -> FlightPlan:
    return directed_plan(way(east_m, north_m), PAD, PAD_AMSL_M, radius_m, turns)


class Steered:
    """The vehicle's steering, with what it noted."""

    def __init__(self, stage: Stage, tasks: asyncio.TaskGroup) -> None:
        self.notes: list[str] = []
        self.failures: list[str] = []
        self.steering = Steering(
            stage.vehicle, tasks.create_task, lambda step, _: self.notes.append(step)
        )
        self.vehicle = stage.vehicle

    def fly(self, plan: FlightPlan) -> None:
        self.steering.fly(plan, None, self.failures.append)

    async def told(self) -> None:
        await self.vehicle.until(lambda _: not self.steering.being_told)

    async def standing(self) -> tuple[float, float]:
        await self.vehicle.until(
            lambda state: state.ground_ms is not None and state.ground_ms < 0.3
        )
        return metres(self.vehicle.state.lon, self.vehicle.state.lat)


@asynccontextmanager
async def under_way(stage: Stage) -> AsyncIterator[Steered]:
    """Flying its mission, some way off its pad."""
    await stage.fly_mission(FAR)
    async with asyncio.TaskGroup() as tasks:
        steered = Steered(stage, tasks)
        await stage.vehicle.until(lambda state: (state.ground_ms or 0) > 5)
        yield steered
        steered.steering.end()


@on_stage
async def test_held_it_stays_where_it_is_and_resumed_it_goes_on(stage: Stage) -> None:
    async with under_way(stage) as drone:
        drone.steering.hold()
        await drone.told()
        here = await drone.standing()
        for _ in range(10):
            await stage.next("HEARTBEAT")
        assert math.dist(here, await drone.standing()) < 1.5
        assert stage.vehicle.state.mode == "GUIDED"
        drone.steering.resume()
        await stage.over(300, 0, within_m=2)
        assert stage.vehicle.state.mode == "AUTO"


@on_stage
async def test_sent_elsewhere_in_flight_it_goes_there_and_stays(stage: Stage) -> None:
    async with under_way(stage) as drone:
        drone.fly(to(60, 120))
        await drone.told()
        await stage.over(60, 120, within_m=2)
        await stage.vehicle.until(lambda state: abs((state.alt_rel_m or 0) - 15) < 0.7)
        for _ in range(6):
            await stage.next("HEARTBEAT")
        assert math.dist(await drone.standing(), (60, 120)) < 2
        assert drone.notes == ["way_told", "at_directed_place"]
        assert drone.failures == []


@on_stage
async def test_it_circles_a_place_at_the_radius_it_was_told_and_never_flies_over_it(
    stage: Stage,
) -> None:
    async with under_way(stage) as drone:
        drone.fly(to(100, 120, radius_m=30, turns=2))
        await drone.told()
        mark = stage.mark()
        await stage.vehicle.until(lambda _: "at_directed_place" in drone.notes)
        stay_unlim = to(100, 120, radius_m=30, turns=2).stay_seq + 1
        await stage.vehicle.until(lambda state: state.mission_item == stay_unlim)
        track = [metres(m.lon / 1e7, m.lat / 1e7) for m in stage.since(mark, "GLOBAL_POSITION_INT")]
        off_m = [math.dist(point, (100, 120)) for point in track]
        assert min(off_m) > 20
        on_circle = [point for point, off in zip(track, off_m, strict=True) if off < 35]
        turned = [math.atan2(east - 100, north - 120) for east, north in on_circle]
        steps = [(b - a + math.pi) % math.tau - math.pi for a, b in pairwise(turned)]
        assert 1.7 * math.tau < sum(steps) < 2.3 * math.tau  # clockwise, twice


@on_stage
async def test_who_orders_last_is_obeyed(stage: Stage) -> None:
    """Held while it is being sent elsewhere: nothing of the way is flown after that."""
    async with under_way(stage) as drone:
        drone.fly(to(60, 120))
        await stage.vehicle.until(lambda state: state.mode == "GUIDED")
        assert drone.steering.being_told  # it stands, and gets its new mission
        drone.steering.hold()
        await drone.told()
        here = await drone.standing()
        mark = stage.mark()
        for _ in range(12):
            await stage.next("HEARTBEAT")
        assert {m.custom_mode for m in stage.since(mark, "HEARTBEAT")} == {4}  # GUIDED
        assert math.dist(here, await drone.standing()) < 1.5


@on_stage
async def test_brought_down_it_lands_where_it_is(stage: Stage) -> None:
    async with under_way(stage) as drone:
        drone.steering.hold()
        await drone.told()
        here = await drone.standing()
        drone.steering.land()
        await drone.told()
        assert stage.vehicle.state.mode == "LAND"
        await stage.landed()
        assert math.dist(here, metres(stage.vehicle.state.lon, stage.vehicle.state.lat)) < 2


@on_stage
async def test_a_landing_can_be_stopped_in_the_air(stage: Stage) -> None:
    async with under_way(stage) as drone:
        drone.steering.land()
        await drone.told()
        await stage.vehicle.until(lambda state: (state.climb_ms or 0) < -0.5)
        drone.steering.hold()
        await drone.told()
        await stage.vehicle.until(lambda state: abs(state.climb_ms or 0.0) < 0.1)
        assert stage.vehicle.state.on_ground is False


@on_stage
async def test_a_way_that_it_refuses_leaves_it_standing_where_it_is(stage: Stage) -> None:
    async with under_way(stage) as drone:
        plan = to(60, 120)
        nonsense = MissionItem(31_999, mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT, *PAD, 30)
        drone.fly(FlightPlan((*plan.items, nonsense), plan.return_seq, plan.stay_seq))
        await drone.told()
        assert len(drone.failures) == 1
        await drone.standing()
        assert stage.vehicle.state.mode == "GUIDED"
