"""A sortie flown with a builtin drone and a simulated dock: recalls, restarts, broken docks."""

import asyncio

import pytest

from tests.fleet.flight_stage import Stage, jumping


def test_a_drone_goes_out_and_comes_home_when_called(played):
    async def story(stage):
        await stage.until_state("on_scene")
        stage.flight.recall("enough")
        await stage.until_state("docked")

    played(story)


def test_a_drone_launches_once_there_is_room_for_it_in_the_air(played):
    async def story(stage):
        stage.no_room = "U01 might come within 3 m of U02"
        await stage.until(lambda: "launch_waits" in stage.steps)
        await asyncio.sleep(20)
        assert (stage.state, stage.craft.autopilot.armed) == ("preparing", False)
        stage.no_room = None
        await stage.until_state("on_scene")
        assert stage.steps.count("launch_waits") == 1

    played(story)


def test_a_drone_that_finds_no_room_for_long_stays_so_that_another_is_sent(played):
    async def story(stage):
        stage.no_room = "U01 might come within 3 m of U02"
        await stage.until_state("aborted")
        assert stage.journal.state.sorties["S" * 26].reason.startswith("it may not take off: U01")

    played(story)


def test_a_recall_ends_the_wait_for_room(played):
    async def story(stage):
        stage.no_room = "U01 might come within 3 m of U02"
        await stage.until(lambda: "launch_waits" in stage.steps)
        stage.flight.recall("false alarm")
        await stage.until_state("aborted", within_s=10)

    played(story)


def test_a_flight_that_starts_later_waits_with_its_mission_and_cover_ready(tmp_path):
    async def whole():
        async with Stage(tmp_path) as stage:
            stage.starts_after_s = 50.0
            began_s = asyncio.get_running_loop().time()
            await stage.start_controller()
            await stage.until_state("launching")
            assert 49 < asyncio.get_running_loop().time() - began_s < 53
            await stage.until_state("on_scene")

    jumping(whole())


def test_a_drone_called_back_waits_in_the_air_before_its_way_home(played):
    async def story(stage):
        stage.waits_s = 30.0
        await stage.until_state("en_route")
        await stage.until(lambda: stage.up_m > 85)
        stage.flight.recall("false alarm")
        await asyncio.sleep(15)
        before = stage.craft.autopilot.position[:2]
        await asyncio.sleep(10)
        assert stage.craft.autopilot.position[:2] == pytest.approx(before, abs=2e-5)
        await stage.until_state("docked")

    played(story)


def test_a_restart_in_flight_is_no_loss_on_a_machine_that_has_run_for_days(played):
    async def story(stage):
        await stage.until_state("en_route")
        await stage.restart_controller()
        await asyncio.sleep(0.2)
        assert stage.state == "en_route"
        await stage.until_state("on_scene")

    played(story)


def test_a_recall_while_it_arms_keeps_the_drone_on_its_pad(played):
    async def story(stage):
        await stage.until_state("launching")
        stage.flight.recall("false alarm")
        await stage.until_state("aborted")
        await asyncio.sleep(60)
        assert stage.up_m < 0.5
        assert not stage.craft.autopilot.armed
        assert stage.machine.cover == "closed"

    played(story)


def test_a_recall_while_it_lifts_off_brings_it_home(played):
    async def story(stage):
        await stage.until(lambda: stage.craft.autopilot.armed)
        await stage.until(lambda: not stage.craft.autopilot.on_ground)
        stage.flight.recall("false alarm")
        await stage.until_state("docked", "aborted")
        await asyncio.sleep(120)
        assert stage.state == "docked"
        assert stage.up_m < 0.5

    played(story)


def test_a_restart_before_the_drone_arms_ends_the_sortie(played):
    async def story(stage):
        await stage.until_state("launching")
        await stage.restart_controller()
        assert not stage.craft.autopilot.armed
        await stage.until_state("aborted")
        await stage.until(lambda: stage.machine.cover == "closed")

    played(story)


def test_a_restart_while_it_takes_off_goes_on_with_the_flight(played):
    async def story(stage):
        await stage.until_state("launching")
        await stage.until(lambda: not stage.craft.autopilot.on_ground)
        await stage.restart_controller(away_s=0.1)
        await stage.until_state("on_scene")

    played(story)


def test_a_restart_on_the_way_home_opens_the_cover(played):
    async def story(stage):
        await stage.until_state("on_scene")
        stage.flight.recall("enough")
        await stage.until_state("returning")
        await stage.restart_controller(away_s=0.1)
        await stage.until_state("docked")

    played(story)


def test_a_drone_held_over_a_shut_dock_lands_after_a_restart_too(played):
    async def story(stage):
        await stage.until_state("on_scene")
        stage.dock.breaks("emergency_stop")
        stage.flight.recall("enough")
        await stage.until(lambda: "landing_held" in stage.steps)
        await stage.stop_controller()
        stage.dock.breaks("none")
        stage.dock._become(stage.machine.clear_faults(0))
        stage.dock._become(stage.machine.open(stage.dock._now_s()))
        await asyncio.sleep(10)
        assert stage.machine.cover == "open"
        await stage.start_controller()
        await stage.until_state("docked")

    played(story)


def test_a_drone_called_back_over_its_dock_does_not_land_on_a_shut_cover(played):
    async def story(stage):
        await stage.until_state("en_route")
        await stage.until(lambda: stage.machine.cover == "closing")
        stage.dock.breaks("cover_stuck")
        stage.flight.recall("false alarm")
        await asyncio.sleep(200)
        assert stage.state in ("returning", "landing")
        assert stage.up_m > 20
        stage.dock.breaks("none")
        stage.dock._become(stage.machine.clear_faults(stage.dock._now_s()))
        await stage.until_state("docked")

    played(story)


def test_a_drone_that_came_home_by_itself_goes_on_home_after_it_was_held(played):
    async def story(stage):
        await stage.until_state("en_route")
        await stage.until(lambda: stage.machine.cover == "closed")
        await asyncio.sleep(20)
        stage.dock.breaks("cover_stuck")
        stage.craft.autopilot.set_mode(6)  # RTL, as a failsafe does
        await stage.until(lambda: "landing_held" in stage.steps)
        await asyncio.sleep(5)
        stage.dock.breaks("none")
        stage.dock._become(stage.machine.clear_faults(stage.dock._now_s()))
        await stage.until(lambda: "landing_resumed" in stage.steps)
        await asyncio.sleep(20)
        _, lat, _ = stage.craft.autopilot.position
        assert abs(lat - 22.72) < 0.0002
        await stage.until_state("docked")

    played(story)


def test_a_dock_that_did_not_close_over_its_drone_is_told_again(played):
    async def story(stage):
        await stage.until_state("on_scene")
        stage.flight.recall("enough")
        await stage.until_state("landing")
        stage.dock.breaks("emergency_stop")
        await stage.until(lambda: "dock_did_not_receive" in stage.steps)
        stage.dock.breaks("none")
        stage.dock._become(stage.machine.clear_faults(stage.dock._now_s()))
        await stage.until_state("docked")
        await stage.until(lambda: stage.machine.charger != "idle")

    played(story)


def test_a_drone_that_falls_silent_as_it_lifts_off_is_lost_and_not_taken_for_parked(played):
    async def story(stage):
        await stage.until(lambda: stage.craft.autopilot.armed)
        await stage.until(lambda: not stage.craft.autopilot.on_ground)
        stage.hears = False
        await stage.until_state("lost", "aborted")
        assert stage.state == "lost"
        stage.hears = True
        await stage.until_state("docked")

    played(story)


def test_a_lost_drone_that_finds_home_by_itself_finds_its_dock_open(played):
    async def story(stage):
        await stage.until_state("on_scene")
        stage.hears = False
        stage.craft.autopilot.set_mode(6)  # RTL, as a drone does that hears nobody
        await stage.until_state("lost")
        await stage.until(lambda: stage.craft.autopilot.on_ground)
        assert stage.machine.cover == "open"
        stage.hears = True
        await stage.until_state("docked")

    played(story)


def test_a_drone_that_is_sent_again_at_once_finds_its_dock_open(played):
    async def story(stage):
        await stage.until_state("launching")
        stage.hears = False  # for a moment: to stand the first sortie down takes its time
        stage.flight.recall("false alarm")
        await stage.until_state("aborted")
        again = stage.order_again()
        await asyncio.sleep(1.5)
        stage.hears = True
        await stage.until(lambda: stage.journal.state.sorties[again].state == "launching")
        while stage.journal.state.sorties[again].state == "launching":
            assert stage.machine.cover == "open"
            await asyncio.sleep(0.05)
        assert stage.journal.state.sorties[again].state == "en_route"

    played(story)
