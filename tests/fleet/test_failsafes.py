"""Failsafes with the controller watching: each hazard is made to happen to a drone on its sortie,
is recorded, and what must follow follows."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from docks.contract import DockWeather
from fleet.clock import Clock
from fleet.log.events import HazardOver, HazardSeen
from fleet.mavlink.codec import Encoder
from fleet.mavlink.mission_items import Fence
from fleet.mavlink.parameters import POLICY, battery_levels
from fleet.sorties.hazards import Hazard
from tests.fleet import flight_stage
from tests.fleet.flight_stage import SCENE, Stage, jumping
from tests.sitl.builtin_yard import PAD

RTL, LAND = "RTL", "LAND"


class Watched(Stage):
    """A stage whose drone has its failsafes set, and plans with a reserve."""

    def _orders(self):
        orders = super()._orders()
        return replace(orders, plan=replace(orders.plan, reserve_wh=30.0))

    def hazards(self, kind):
        recorded = self.journal.log.read(subject=flight_stage.SORTIE)
        return [r.fact.hazard for r in recorded if isinstance(r.fact, kind)]

    @property
    def seen(self):
        return self.hazards(HazardSeen)

    def words(self, hazard):
        recorded = self.journal.log.read(subject=flight_stage.SORTIE)
        return next(
            r.fact.words
            for r in recorded
            if isinstance(r.fact, HazardSeen) and r.fact.hazard == hazard
        )

    async def until_seen(self, hazard):
        await self.until(lambda: hazard in self.seen)


@pytest.fixture
def on_scene(tmp_path):
    """Plays a story that begins over the scene."""

    def play(story):
        async def whole():
            async with Watched(tmp_path) as stage:
                policy = POLICY | battery_levels(6750, 0.2)
                stage.craft.parameters.update(policy, RTL_ALT=3000)
                await stage.start_controller()
                beats = asyncio.ensure_future(_beats(stage))
                await stage.until_state("on_scene")
                assert stage.seen == []
                await story(stage)
                beats.cancel()

        jumping(whole())

    return play


async def _beats(stage):
    """The controller's heartbeat, which the reactor sends."""
    encoder = Encoder()
    while True:
        if stage.hears:
            beat = mavlink.MAVLink_heartbeat_message(6, 8, 0, 0, 4, 3)
            now_s = asyncio.get_running_loop().time()
            stage.craft.receive(encoder.encode(beat), now_s)
        await asyncio.sleep(1)


def _charge_left(stage, share):
    stage.bodies.energy_wh[0] = share * stage.bodies.battery_wh[0]


def test_a_drone_without_link_comes_home_by_itself_and_finds_its_dock_open(on_scene):
    async def story(stage):
        stage.hears = False
        await stage.until_seen(Hazard.LINK_LOST)
        await stage.until(lambda: stage.craft.autopilot.mode.name == RTL)
        await stage.until_state("lost")
        await stage.until(lambda: stage.craft.autopilot.on_ground)
        assert stage.machine.cover == "open"
        stage.hears = True
        await stage.until_state("docked")

    on_scene(story)


def test_a_drone_with_a_low_battery_is_on_its_way_home_before_its_autopilot_has_to(on_scene):
    async def story(stage):
        _charge_left(stage, 0.19)
        await stage.until_state("returning", within_s=5)
        assert "Wh left" in stage.journal.state.sorties[flight_stage.SORTIE].reason
        assert stage.craft.autopilot.mode.name == "AUTO"
        assert stage.seen == []
        await stage.until_state("docked")

    on_scene(story)


def test_a_battery_below_the_autopilots_own_limit_brings_the_drone_home_straight(on_scene):
    async def story(stage):
        _charge_left(stage, 0.075)
        await stage.until(lambda: stage.craft.autopilot.mode.name == RTL, within_s=10)
        await stage.until_seen(Hazard.BATTERY_LOW)
        await stage.until_state("docked")

    on_scene(story)


def test_a_drone_with_a_critical_battery_lands_where_it_is_and_is_told_of(on_scene):
    async def story(stage):
        _charge_left(stage, 0.03)
        await stage.until(lambda: stage.craft.autopilot.mode.name == LAND, within_s=10)
        await stage.until_seen(Hazard.BATTERY_CRITICAL)
        await stage.until_state("lost")
        reason = stage.journal.state.sorties[flight_stage.SORTIE].reason
        assert "m from its pad" in reason

    on_scene(story)


def test_a_drone_that_loses_its_position_lands_at_once_and_nobody_holds_it(on_scene):
    async def story(stage):
        stage.craft.parameters["SIM_GPS1_ENABLE"] = 0.0
        await stage.until_seen(Hazard.POSITION_LOST)
        await stage.until(lambda: stage.craft.autopilot.mode.name == LAND)
        await stage.until_state("lost")
        assert stage.craft.autopilot.on_ground

    on_scene(story)


def test_a_drone_whose_compass_fails_is_called_home(on_scene):
    async def story(stage):
        stage.craft.parameters.update({f"SIM_MAG{n}_FAIL": 1.0 for n in (1, 2, 3)})
        await stage.until_state("returning", within_s=10)
        assert stage.words(Hazard.COMPASS) == "its compass is not healthy"
        await stage.until_state("docked")

    on_scene(story)


def test_of_a_drone_whose_gps_jumps_it_is_told_and_it_stays_on_its_scene(on_scene):
    async def story(stage):
        stage.craft.parameters["SIM_GPS1_GLTCH_X"] = 0.001
        await stage.until_seen(Hazard.POSITION_LOST)
        assert "its GPS has jumped" in stage.words(Hazard.POSITION_LOST)
        await asyncio.sleep(20)
        assert (stage.state, stage.craft.autopilot.mode.name) == ("on_scene", "AUTO")
        stage.craft.parameters["SIM_GPS1_GLTCH_X"] = 0.0
        await stage.until(lambda: Hazard.POSITION_LOST in stage.hazards(HazardOver))

    on_scene(story)


def test_steady_wind_above_the_limit_of_its_dock_calls_a_drone_home(on_scene):
    async def story(stage):
        await stage.bus.publish(stage._topics.dock_weather("D01"), _weather(13.0))
        await stage.until_state("returning", within_s=5)
        assert stage.words(Hazard.WIND) == "wind of 13.0 m/s at its dock, limit 12 m/s"
        await stage.bus.publish(stage._topics.dock_weather("D01"), _weather(5.0))
        await stage.until(lambda: Hazard.WIND in stage.hazards(HazardOver))
        await stage.until_state("docked")

    on_scene(story)


def test_a_drone_outside_its_fence_turns_back_by_itself(on_scene):
    async def story(stage):
        lon, lat = PAD[:2]
        ring = ((lon - 0.01, lat - 0.01), (lon + 0.01, lat - 0.01), (lon + 0.01, lat + 0.004))
        await stage.vehicle.upload_fence(Fence((ring,), ()))
        stage.craft.parameters["FENCE_ENABLE"] = 1.0
        await stage.until_seen(Hazard.OUTSIDE_FENCE)
        await stage.until(lambda: stage.state == "returning")
        assert stage.craft.autopilot.mode.name == RTL
        await stage.until_state("docked")

    on_scene(story)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        (
            {"SIM_ACC1_RND": 120.0, "SIM_VIB_FREQ_X": 60.0},
            "vibration of 80 m/s², limit 60 m/s²",
        ),
        ({"SIM_ENGINE_FAIL": 1.0, "SIM_ENGINE_MUL": 0.8}, "Potential Thrust Loss (1)"),
    ],
    ids=["vibration", "thrust"],
)
def test_a_drone_whose_motors_fail_it_is_called_home(on_scene, parameters, words):
    async def story(stage):
        stage.craft.parameters.update(parameters)
        await stage.until_state("returning", within_s=10)
        assert stage.words(Hazard.MOTORS) == words
        await stage.until_state("docked")

    on_scene(story)


def test_a_drone_makes_way_for_another_aircraft_and_goes_back_to_its_scene(on_scene):
    async def story(stage):
        await stage.until(lambda: abs(stage.up_m - 60) < 0.1)
        height_m = stage.up_m
        flying = asyncio.ensure_future(_fly_past(stage))
        await stage.until_seen(Hazard.AIRCRAFT)
        await stage.until(lambda: stage.craft.autopilot.mode.name == "AVOID_ADSB")
        await stage.until(lambda: abs(stage.up_m - height_m) > 25)
        await stage.until(lambda: stage.craft.autopilot.mode.name == "AUTO")
        await stage.until(lambda: abs(stage.up_m - height_m) < 1)
        assert stage.state == "on_scene"
        flying.cancel()
        await stage.until(lambda: Hazard.AIRCRAFT in stage.hazards(HazardOver))

    on_scene(story)


def test_a_drone_waits_before_a_blocked_dock_and_lands_beside_it_when_it_must(on_scene):
    async def story(stage):
        stage.dock.breaks("cover_stuck")
        stage.flight.recall("enough")
        await stage.until_seen(Hazard.DOCK_BLOCKED)
        await stage.until(lambda: "landing_held" in stage.steps)
        await asyncio.sleep(20)
        assert stage.up_m > 20
        _charge_left(stage, 0.03)
        await stage.until(lambda: stage.craft.autopilot.on_ground, within_s=120)
        assert stage.flight._look().to_pad_m > 30

    on_scene(story)


def _weather(wind_ms):
    return DockWeather(
        dock="D01", at=Clock().now(), wind_ms=wind_ms, wind_from_deg=90.0, gust_ms=wind_ms,
        rain_mm_h=0.0, temperature_c=20.0, humidity_pct=50.0,
    )  # fmt: skip


async def _fly_past(stage):
    """A helicopter from the east, 40 m/s, a little above the drone over its scene."""
    encoder, loop = Encoder(sysid=3, compid=156), asyncio.get_running_loop()
    began_s, metres_a_degree = loop.time(), 102_700
    while True:
        east_m = 1500 - 40 * (loop.time() - began_s)
        message = mavlink.MAVLink_adsb_vehicle_message(
            *(0x781234, round(SCENE[1] * 1e7), round((SCENE[0] + east_m / metres_a_degree) * 1e7)),
            *(0, round((PAD[2] + 65) * 1000), 27000, 4000, 0, b"B-7001", 14, 1, 63, 1200),
        )
        stage.craft.receive(encoder.encode(message), loop.time())
        await asyncio.sleep(1)
