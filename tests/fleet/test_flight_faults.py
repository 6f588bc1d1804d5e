"""Faults in the worst moment: a link gap before take-off, a mode somebody else has changed, a
critical battery before a shut dock, a radio that dies on the pad."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from fleet.district.load import load
from fleet.mavlink.codec import Decoder
from fleet.units.readiness import Readiness
from tests.fleet.flight_stage import Stage, jumping

AUTO, LOITER, RTL, LAND = 3, 5, 6, 9


@pytest.fixture(scope="module")
def district():
    return load(Path("configs/longgang"))


def test_a_link_gap_before_take_off_leaves_the_fence_on(district, tmp_path):
    async def whole():
        async with Stage(tmp_path) as stage:
            stage.no_room = "it waits, ready to launch"
            await stage.start_controller()
            vehicles = {"U01": stage.vehicle}
            readiness = Readiness(district, vehicles, stage.journal)
            fence_set = _what_is_set(stage, "FENCE_ENABLE")
            keeping = asyncio.ensure_future(readiness.keep("U01"))
            await stage.until(lambda: "launch_waits" in stage.steps)
            stage.hears = False
            await asyncio.sleep(7)
            stage.hears = True
            await stage.until(lambda: readiness.why_not("U01") is None)
            stage.no_room = None
            await stage.until_state("en_route")
            assert fence_set == []
            stage.flight.recall("enough")
            await stage.until_state("docked")
            await stage.until(lambda: fence_set == [0.0, 1.0])  # what was put off is done now
            keeping.cancel()

    jumping(whole())


def test_a_drone_called_home_from_its_scene_flies_home_whatever_mode_it_was_put_in(played):
    async def story(stage):
        await stage.until_state("on_scene")
        stage.craft.autopilot.set_mode(LOITER)
        await asyncio.sleep(2)
        stage.flight.recall("enough")
        await stage.until_state("docked")

    played(story)


def test_a_drone_that_does_not_hear_that_it_is_called_home_is_told_until_it_does(played):
    async def story(stage):
        await stage.until_state("on_scene")
        stage.reaches = False
        stage.flight.recall("enough")
        await stage.until(lambda: "return_by_autopilot_failed" in stage.steps)
        await asyncio.sleep(30)
        assert stage.craft.autopilot.mode == AUTO  # it stays where it was sent
        stage.reaches = True
        await stage.until_state("docked")
        assert stage.steps.count("return_by_autopilot_failed") == 1

    played(story)


def test_a_drone_that_lands_with_a_critical_battery_is_not_kept_in_the_air(played):
    async def story(stage):
        await stage.until_state("on_scene")
        stage.dock.breaks("cover_stuck")
        stage.flight.recall("enough")
        await stage.until(lambda: stage.flight._look().to_pad_m < 95)
        stage.craft.autopilot.set_mode(LAND)  # it stops some 20 m further on
        await stage.until(lambda: stage.craft.autopilot.on_ground, within_s=120)
        assert stage.flight._look().to_pad_m < 80
        assert "landing_held" not in stage.steps

    played(story)


def test_a_drone_kept_before_its_shut_dock_comes_down_when_its_battery_is_critical(played):
    async def story(stage):
        await stage.until_state("on_scene")
        stage.dock.breaks("cover_stuck")
        stage.flight.recall("enough")
        await stage.until(lambda: "landing_held" in stage.steps)
        await asyncio.sleep(10)
        stage.craft.autopilot.set_mode(LAND)
        stage.dock.breaks("none")
        await stage.until(lambda: stage.craft.autopilot.on_ground, within_s=120)
        assert stage.flight._look().to_pad_m > 40

    played(story)


def test_a_drone_whose_radio_dies_on_the_pad_is_received_by_its_dock(played):
    async def story(stage):
        await stage.until_state("on_scene")
        stage.flight.recall("enough")
        await stage.until_state("landing")
        await stage.until(lambda: stage.up_m < 1)
        stage.hears = False
        await stage.until_state("docked")
        assert stage.machine.cover == "closed"

    played(story)


def test_a_dock_does_not_close_over_a_drone_that_came_home_unheard_before_its_rotors_rest(played):
    async def story(stage):
        await stage.until_state("on_scene")
        stage.hears = False
        stage.craft.autopilot.set_mode(RTL)
        await stage.until_state("lost")
        await stage.until(lambda: stage.craft.autopilot.on_ground)
        await asyncio.sleep(20)
        assert stage.machine.cover == "open"
        await stage.until_state("docked")
        assert stage.machine.cover == "closed"

    played(story)


def _what_is_set(stage, name):
    """The values of a parameter that the drone is told from now on."""
    values, decoder = [], Decoder()

    def note(_sysid, packet):
        for message in decoder.feed(packet):
            if message.get_type() == "PARAM_SET" and message.param_id == name:
                values.append(message.param_value)

    stage.record = note
    return values
