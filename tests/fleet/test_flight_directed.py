"""A person holds a drone in flight, sends it elsewhere, lets it go on, brings it down."""

import asyncio
import math
from dataclasses import replace

import pytest
from pydantic import TypeAdapter

from fleet.log.events import SortieDirected
from fleet.sorties.sortie import distance_m
from planner.model import Route, Waypoint
from tests.fleet.flight_stage import CRUISE_AMSL_M, INCIDENT, PAD, SORTIE

PLACE = (PAD[0] + 0.003, PAD[1] + 0.002)
PLACE_AMSL_M = PAD[2] + 50.0


def directed(radius_m=0, turns=0, turn_back_wh=30.0):
    out = (Waypoint(*PLACE, CRUISE_AMSL_M, 10.0), Waypoint(*PLACE, PLACE_AMSL_M, 0.0))
    back = (Waypoint(*PLACE, CRUISE_AMSL_M, 0.0), Waypoint(*PAD[:2], CRUISE_AMSL_M, 10.0))
    route = Route(CRUISE_AMSL_M, out, back, 400.0, 400.0, 40.0, 40.0)
    return SortieDirected(
        sortie=SORTIE, incident=INCIDENT, lon=PLACE[0], lat=PLACE[1], alt_amsl_m=PLACE_AMSL_M,
        radius_m=radius_m, turns=turns, eta_s=50, turn_back_wh=turn_back_wh,
        route=TypeAdapter(Route).dump_python(route, mode="json"),
    )  # fmt: skip


def off_m(stage, at):
    lon, lat, _ = stage.craft.autopilot.position
    return distance_m((lon, lat), at)


def incident(stage):
    return stage.journal.state.incidents[INCIDENT]


def sortie(stage):
    return stage.journal.state.sorties[SORTIE]


def test_held_on_its_way_it_stays_and_resumed_it_arrives(played):
    async def story(stage):
        await stage.until_state("en_route")
        await stage.until(lambda: off_m(stage, PAD[:2]) > 100)
        stage.flight.hold(None, "wait", "R1")
        assert (stage.state, sortie(stage).held_from) == ("held", "en_route")
        await asyncio.sleep(10)
        lon, lat, up_m = stage.craft.autopilot.position
        await asyncio.sleep(60)
        assert off_m(stage, (lon, lat)) < 0.5
        assert stage.up_m == pytest.approx(up_m, abs=0.5)
        assert incident(stage).state == "dispatched"
        stage.flight.resume("go on", "R2")
        await stage.until_state("on_scene")
        assert sortie(stage).held_from is None

    played(story)


def test_held_over_the_scene_the_incident_is_attended_all_along(played):
    async def story(stage):
        await stage.until_state("on_scene")
        reached_s = sortie(stage).on_scene_s
        stage.flight.hold(None, "wait", None)
        await asyncio.sleep(20)
        assert incident(stage).state == "on_scene"
        stage.flight.resume("go on", None)
        await stage.until_state("on_scene")
        assert sortie(stage).on_scene_s == reached_s
        stage.flight.recall("enough")
        await stage.until_state("docked")
        assert incident(stage).state == "attended"

    played(story)


def test_sent_to_a_place_it_goes_there_stays_and_comes_home_when_called(played):
    async def story(stage):
        await stage.until_state("en_route")
        await stage.until(lambda: off_m(stage, PAD[:2]) > 100)
        stage.flight.direct(directed(), "look there", "R1")
        assert sortie(stage).directed_to == (*PLACE, PLACE_AMSL_M)
        assert sortie(stage).path[-1] == (*PLACE, PLACE_AMSL_M)
        await stage.until(lambda: "at_directed_place" in stage.steps)
        await asyncio.sleep(60)
        assert off_m(stage, PLACE) < 2
        assert stage.up_m == pytest.approx(50, abs=1)
        assert stage.state == "directed"
        stage.flight.recall("enough")
        await stage.until_state("docked")

    played(story)


def test_let_circle_a_place_it_keeps_its_distance_and_goes_round(played):
    async def story(stage):
        await stage.until_state("en_route")
        await stage.until(lambda: off_m(stage, PAD[:2]) > 100)
        stage.flight.direct(directed(radius_m=40, turns=3), "circle", None)
        await stage.until(lambda: abs(off_m(stage, PLACE) - 40) < 3)
        bearings = set()
        for _ in range(60):
            await asyncio.sleep(1)
            assert 30 < off_m(stage, PLACE) < 50
            lon, lat, _ = stage.craft.autopilot.position
            bearings.add(round(math.atan2(lon - PLACE[0], lat - PLACE[1])))
        assert len(bearings) == 7  # all of -3 to 3

    played(story)


def test_on_its_way_home_it_is_held_and_sent_elsewhere(played):
    async def story(stage):
        await stage.until_state("on_scene")
        stage.flight.recall("enough")
        await stage.until_state("returning")
        stage.flight.hold(20.0, "stop", None)
        await asyncio.sleep(5)
        stage.flight.direct(directed(), "look there", None)
        await stage.until(lambda: "at_directed_place" in stage.steps)
        assert off_m(stage, PLACE) < 5
        await stage.until(lambda: stage.machine.cover == "closed")
        stage.flight.recall("now")
        await stage.until_state("docked")
        assert incident(stage).state == "attended"

    played(story)


def test_who_orders_last_is_obeyed_even_while_the_drone_is_being_told(played):
    async def story(stage):
        await stage.until_state("en_route")
        await stage.until(lambda: off_m(stage, PAD[:2]) > 100)
        stage.flight.direct(directed(), "there", None)
        stage.flight.recall("home")
        stage.flight.hold(None, "no, stop", None)
        await asyncio.sleep(120)
        assert stage.state == "held"
        assert stage.craft.autopilot.mode.name == "GUIDED"

    played(story)


def test_brought_down_it_is_on_the_ground_until_somebody_puts_it_in_its_dock(played):
    async def story(stage):
        await stage.until_state("en_route")
        await stage.until(lambda: off_m(stage, PAD[:2]) > 100)
        stage.flight.land_now("smoke", None)
        assert stage.state == "landing_out"
        await stage.until_state("grounded")
        assert "down as ordered" in (sortie(stage).reason or "")
        assert incident(stage).state == "unserved"

    played(story)


def test_what_is_down_outside_is_waited_for_until_it_is_written_off(played):
    async def story(stage):
        await stage.until_state("en_route")
        await stage.until(lambda: off_m(stage, PAD[:2]) > 100)
        stage.flight.land_now("smoke", None)
        await stage.until_state("grounded")
        await asyncio.sleep(600)
        assert stage.state == "grounded"
        assert stage.journal.state.sortie_of_drone("U01") is not None
        stage.flight.write_off("burnt out", None)
        assert stage.state == "written_off"
        assert stage.journal.state.sortie_of_drone("U01") is None
        await stage.until(lambda: stage._flying.done())

    played(story)


def test_a_landing_is_stopped_in_the_air_and_it_comes_home(played):
    async def story(stage):
        await stage.until_state("en_route")
        await stage.until(lambda: off_m(stage, PAD[:2]) > 100)
        stage.flight.land_now("smoke", None)
        await asyncio.sleep(8)
        stage.flight.hold(None, "no", None)
        await asyncio.sleep(30)
        assert stage.state == "held"
        assert stage.up_m > 5
        stage.flight.recall("home")
        await stage.until_state("docked")

    played(story)


def test_a_hold_outlasts_the_energy_for_the_mission_but_not_half_of_the_reserve(played):
    async def story(stage):
        await stage.until_state("en_route")
        await stage.until(lambda: off_m(stage, PAD[:2]) > 100)
        stage.flight._orders = _with_reserve(stage.flight._orders, 20.0)
        energy_wh = 1.5 * stage.vehicle.state.battery_pct
        stage.flight.hold(energy_wh + 5, "wait", None)
        await asyncio.sleep(5)
        assert stage.state == "held"
        assert "hold_uses_reserve" in stage.steps
        await stage.until_state("returning", within_s=600)
        assert sortie(stage).reason is not None

    played(story)


def _with_reserve(orders, reserve_wh):
    return replace(orders, plan=replace(orders.plan, reserve_wh=reserve_wh))


def test_a_held_drone_that_its_autopilot_brings_home_is_followed(played):
    async def story(stage):
        await stage.until_state("en_route")
        await stage.until(lambda: off_m(stage, PAD[:2]) > 100)
        stage.flight.hold(None, "wait", None)
        await asyncio.sleep(5)
        assert stage.craft.autopilot.set_mode(6) is None  # RTL, as a failsafe does
        await stage.until_state("returning")
        await stage.until_state("docked")

    played(story)


@pytest.mark.parametrize("state", ["held", "directed"])
def test_a_restart_of_the_controller_leaves_it_as_the_person_wanted_it(played, state):
    async def story(stage):
        await stage.until_state("en_route")
        await stage.until(lambda: off_m(stage, PAD[:2]) > 100)
        if state == "held":
            stage.flight.hold(None, "wait", None)
        else:
            stage.flight.direct(directed(), "there", None)
            await asyncio.sleep(5)
        await stage.restart_controller()
        await asyncio.sleep(60)
        assert stage.state == state
        if state == "directed":
            assert off_m(stage, PLACE) < 2
        stage.flight.recall("home")
        await stage.until_state("docked")

    played(story)


def test_a_restart_while_it_is_being_told_its_way_leaves_it_held(played):
    async def story(stage):
        await stage.until_state("en_route")
        await stage.until(lambda: off_m(stage, PAD[:2]) > 100)
        take = stage.craft.receive
        stage.craft.receive = deaf_to_missions(take)
        stage.flight.direct(directed(), "there", None)
        await stage.until(lambda: stage.craft.autopilot.mode.name == "GUIDED")
        await stage.restart_controller()
        stage.craft.receive = take
        await stage.until_state("held")
        assert "before the way was told" in (sortie(stage).reason or "")

    played(story)


def test_a_way_that_cannot_be_told_in_time_leaves_it_held(played):
    async def story(stage):
        await stage.until_state("en_route")
        await stage.until(lambda: off_m(stage, PAD[:2]) > 100)
        stage.craft.receive = deaf_to_missions(stage.craft.receive)
        stage.flight.direct(directed(), "there", None)
        await stage.until_state("held", within_s=400)
        assert "direct_failed" in stage.steps
        assert sortie(stage).held_from == "directed"

    played(story)


def deaf_to_missions(take):
    def hear(data, now_s):
        if data[7:8] != b"\x2c":  # MISSION_COUNT
            take(data, now_s)

    return hear
