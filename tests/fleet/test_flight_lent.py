"""A drone that is lent to another ground station, in the air or from its dock, and comes home."""

import asyncio

import pytest

from docks.contract import Cover
from fleet.log.events import LeaseEnded
from fleet.mavlink.vehicle import Warrant
from tests.fleet.flight_stage import SORTIE

HOLDER = "U01-1"


def lends(act):
    """Prepares a stage where ``act`` is done when the drone in its dock is to be given away."""

    def prepare(stage):
        stage.lend = lambda: act(stage)

    return prepare


def give(stage, for_s=600.0):
    now_s = asyncio.get_running_loop().time()
    stage.gate.grant(stage.vehicle.address, HOLDER, "li", for_s, now_s, "QGC")


def take_back(stage):
    now_s = asyncio.get_running_loop().time()
    stage.gate.take_back(stage.vehicle.address, "li", now_s, "enough")


def lend(stage, for_s=600.0):
    give(stage, for_s)
    stage.flight.lend("lent", "R1")


def by_holder(stage):
    return stage.vehicle.under(Warrant(HOLDER))


async def flown_up(stage, height_m=40.0):
    """What a ground station does with a drone on its pad."""
    drone = by_holder(stage)
    await drone.set_mode("GUIDED")
    await drone.arm()
    await drone.command(22, 0, 0, 0, 0, 0, 0, height_m)
    await stage.until(lambda: stage.up_m > height_m - 2)


def sortie(stage):
    return stage.journal.state.sorties[SORTIE]


def ended(stage):
    facts = (recorded.fact for recorded in stage.journal.log.read())
    return [(each.by, each.why) for each in facts if isinstance(each, LeaseEnded)]


def test_lent_on_its_way_it_obeys_its_holder_and_comes_home_when_taken_back(played):
    async def story(stage):
        await stage.until_state("en_route")
        await stage.until(lambda: stage.up_m > 60)
        lend(stage)
        assert (stage.state, sortie(stage).lease.label) == ("lent", "QGC")
        assert sortie(stage).lease.until > sortie(stage).lease.since
        await by_holder(stage).set_mode("BRAKE")
        await asyncio.sleep(60)
        assert stage.state == "lent"
        take_back(stage)
        await stage.until_state("returning", "landing", within_s=5)
        assert sortie(stage).lease is None
        await stage.until_state("docked")

    played(story)


def test_a_lease_runs_out_and_the_drone_comes_home(played):
    async def story(stage):
        await stage.until_state("on_scene")
        lend(stage, for_s=120.0)
        await asyncio.sleep(118)
        assert stage.state == "lent"
        await stage.until_state("returning", within_s=5)
        await stage.until_state("docked")

    played(story)


@pytest.mark.parametrize("order", ["recall", "hold", "land_now"])
def test_a_persons_order_in_an_emergency_goes_over_a_lease(played, order):
    leads_to = {"recall": "returning", "hold": "held", "land_now": "landing_out"}

    async def story(stage):
        await stage.until_state("on_scene")
        lend(stage)
        match order:
            case "recall":
                stage.flight.recall("smoke")
            case "hold":
                stage.flight.hold(30.0, "smoke", None)
            case "land_now":
                stage.flight.land_now("smoke", None)
        await stage.until_state(leads_to[order], within_s=5)
        assert ended(stage) == [("controller", "smoke")]
        assert sortie(stage).lease is None

    played(story)


def test_what_its_way_home_needs_brings_a_lent_drone_home(played):
    async def story(stage):
        await stage.until_state("on_scene")
        lend(stage)
        await asyncio.sleep(10)
        stage.turn_back_wh = 1000.0
        await stage.until_state("returning", within_s=5)
        assert "Wh left; the way back" in ended(stage)[0][1]
        await stage.until_state("docked")

    played(story)


def test_another_drone_that_is_near_stops_a_lent_one(played):
    async def story(stage):
        await stage.until_state("on_scene")
        lend(stage)
        await asyncio.sleep(10)
        assert stage.state == "lent"
        stage.meets = "U02 is 80 m away at its height"
        await stage.until_state("held", within_s=5)
        assert ended(stage) == [("controller", "U02 is 80 m away at its height")]

    played(story)


def test_a_return_by_the_autopilot_itself_ends_the_lease(played):
    async def story(stage):
        await stage.until_state("on_scene")
        lend(stage)
        await by_holder(stage).set_mode("RTL")
        await stage.until_state("returning", within_s=5)
        await stage.until_state("docked")
        assert ended(stage) == [("controller", "the autopilot returns by itself (RTL)")]

    played(story)


def test_from_its_dock_it_is_lent_once_the_cover_is_open_and_flies_and_comes_home(played):
    async def story(stage):
        await stage.until_state("lent")
        assert stage.machine.cover is Cover.OPEN
        assert "cover_open" in stage.steps
        assert sortie(stage).took_off_at is None
        assert stage.vehicle.state.mode == "GUIDED"
        await flown_up(stage)
        await stage.until(lambda: sortie(stage).took_off_at is not None)
        take_back(stage)
        await stage.until_state("docked")

    played(story, lends(give))


def test_its_holder_may_land_it_on_its_pad_and_take_off_again(played):
    async def story(stage):
        await stage.until_state("lent")
        await flown_up(stage)
        await by_holder(stage).set_mode("LAND")
        await stage.until(lambda: not stage.vehicle.state.armed)
        await asyncio.sleep(20)
        assert stage.state == "lent"
        await flown_up(stage)
        await by_holder(stage).set_mode("LAND")
        await stage.until(lambda: not stage.vehicle.state.armed)
        take_back(stage)
        await stage.until_state("docked")

    played(story, lends(give))


def test_a_loan_that_never_left_its_pad_is_aborted_and_the_cover_closes(played):
    async def story(stage):
        await stage.until_state("lent")
        take_back(stage)
        await stage.until_state("aborted", within_s=5)
        await stage.until(lambda: stage.machine.cover is Cover.CLOSED)

    played(story, lends(give))


def test_a_loan_whose_holder_has_hung_up_meanwhile_is_aborted(played):
    async def story(stage):
        await stage.until_state("aborted")
        assert "hung up" in sortie(stage).reason
        await stage.until(lambda: stage.machine.cover is Cover.CLOSED)

    played(story, lends(lambda _: "U01-1, for whom it was, has hung up"))


def test_left_away_from_its_dock_it_is_grounded_when_the_lease_is_over(played):
    async def story(stage):
        await stage.until_state("on_scene")
        lend(stage)
        await by_holder(stage).set_mode("LAND")
        await stage.until(lambda: not stage.vehicle.state.armed)
        await asyncio.sleep(30)
        assert stage.state == "lent"
        take_back(stage)
        await stage.until_state("grounded")

    played(story)


def test_after_a_restart_nobody_has_a_lease_and_the_drone_comes_home(played):
    async def story(stage):
        await stage.until_state("on_scene")
        lend(stage)
        await stage.restart_controller()
        await stage.until_state("returning", within_s=20)
        await stage.until_state("docked")

    played(story)


def test_its_cover_opens_before_it_and_closes_behind_it_wherever_its_holder_flies_it(played):
    async def story(stage):
        await stage.until_state("on_scene")
        assert stage.machine.cover is Cover.CLOSED
        lend(stage)
        await by_holder(stage).set_current(stage.homeward_seq)
        await stage.until(lambda: stage.machine.cover is Cover.OPEN)
        assert stage.up_m > 5
        await stage.until(lambda: not stage.vehicle.state.armed)
        take_back(stage)
        await stage.until_state("docked")

    played(story)


def test_it_does_not_land_on_its_docks_cover_though_its_holder_says_so(played):
    async def story(stage):
        await stage.until_state("on_scene")
        lend(stage)
        stage.dock.breaks("cover_stuck")
        await by_holder(stage).set_current(stage.homeward_seq)
        await stage.until_state("held")
        assert "cover is not open" in sortie(stage).reason
        await asyncio.sleep(10)
        assert stage.up_m > 5

    played(story)
