"""A drone that is in the air goes on to another incident, on another sortie."""

import asyncio

from tests.fleet.flight_stage import SORTIE, Stage


async def on_its_way_home(stage: Stage, off_m: float = 300.0) -> None:
    await stage.until_state("on_scene")
    stage.flight.recall("enough")
    await stage.until_state("returning")
    await stage.until(lambda: stage.to_pad_m <= off_m)


def test_on_its_way_home_it_turns_and_goes_there_without_landing(played):
    async def story(stage):
        await on_its_way_home(stage)
        stage.divert()
        await stage.until_state("on_scene")
        assert stage.steps[0] == "way_told"
        assert stage.journal.state.sorties[SORTIE].state == "diverted"
        stage.flight.recall("enough")
        await stage.until_state("docked")

    played(story)


def test_the_cover_that_was_opened_for_it_closes_again(played):
    async def story(stage):
        await on_its_way_home(stage, off_m=100.0)
        await stage.until(lambda: stage.machine.cover == "open")
        stage.divert()
        await stage.until(lambda: stage.machine.cover == "closed")
        assert stage.state == "en_route"

    played(story)


def test_what_was_ordered_before_is_not_carried_out_any_more(played):
    async def story(stage):
        await stage.until(lambda: stage.to_pad_m > 100)
        stage.flight.recall("false alarm")  # its way home is being told
        await stage.until_state("returning")
        stage.divert()
        await stage.until_state("on_scene")
        assert stage.vehicle.state.mode == "AUTO"

    played(story)


def test_after_a_restart_before_it_was_told_it_is_told(played):
    async def story(stage):
        await on_its_way_home(stage)
        stage.hears = False
        stage.divert()
        await asyncio.sleep(1.0)
        await stage.stop_controller()
        stage.hears = True
        await stage.start_controller()
        await stage.until_state("on_scene")

    played(story)


def test_after_a_restart_on_its_way_it_goes_on(played):
    async def story(stage):
        await on_its_way_home(stage)
        stage.divert()
        await stage.until(lambda: "way_told" in stage.steps)
        await stage.restart_controller()
        await stage.until_state("on_scene")
        assert stage.steps.count("way_told") == 1

    played(story)


def test_one_that_cannot_be_told_comes_home(played):
    async def story(stage):
        await on_its_way_home(stage)
        take = stage.craft.receive

        def deaf_to_missions(data, now_s):
            if data[7:8] != b"\x2c":  # MISSION_COUNT
                take(data, now_s)

        stage.craft.receive = deaf_to_missions
        stage.divert()
        await stage.until_state("returning")
        reason = stage.journal.state.sorties[stage.sortie].reason
        assert reason.startswith("it could not be told its way")
        stage.craft.receive = take
        await stage.until_state("docked", within_s=900)

    played(story)
