"""A flight brings the fence for its way, where its drone has not got it."""

from dataclasses import replace

from fleet.log.events import SortieStepDone
from fleet.mavlink.mission import PlanType
from fleet.mavlink.mission_items import Fence, FlightFence
from tests.fleet.flight_stage import PAD, SCENE
from tests.fleet.test_flight_directed import PLACE, directed

AROUND = tuple((PAD[0] + x, PAD[1] + y) for x, y in ((-0.1, -0.1), (0.1, -0.1), (0.1, 0.1)))


def volume(at):
    """Beside a place."""
    return tuple((at[0] + 0.002 + x, at[1] + y) for x, y in ((0, 0), (0.0005, 0), (0, 0.0005)))


def fence(*places):
    return Fence((AROUND,), tuple(map(volume, places)))


def fenced(*places, spare=()):
    """Prepares a stage whose flights need the volumes beside those of these places that they lead
    to, and have room for others."""

    def prepare(stage):
        def of(plan):
            leads_to = {(round(item.x, 6), round(item.y, 6)) for item in plan.items}
            near = [at for at in places if (round(at[0], 6), round(at[1], 6)) in leads_to]
            return replace(plan, fence=FlightFence(fence(*near, *spare), len(near)))

        stage.fenced = of

    return prepare


async def kept(stage):
    items = await stage.vehicle.download(PlanType.FENCE)
    return [(round(item.x, 6), round(item.y, 6)) for item in items]


def points(of):
    return [(round(item.x, 6), round(item.y, 6)) for item in of.items()]


def verified(stage):
    """What was told as verified before the launch."""
    facts = [recorded.fact for recorded in stage.journal.log.read()]
    steps = [fact for fact in facts if isinstance(fact, SortieStepDone)]
    return next(fact.detail for fact in steps if fact.step == "mission_verified")


def test_it_takes_off_with_the_fence_for_its_way(played):
    async def story(stage):
        await stage.until_state("launching")
        assert await kept(stage) == points(fence(SCENE))
        assert "a fence of 6 points" in verified(stage)

    played(story, fenced(SCENE))


def test_sent_elsewhere_in_the_air_it_gets_the_fence_for_that_way(played):
    async def story(stage):
        await stage.until_state("on_scene")
        stage.flight.direct(directed(), "look there", "R1")
        await stage.until(lambda: "at_directed_place" in stage.steps)
        assert await kept(stage) == points(fence(PLACE))
        stage.flight.recall("enough")
        await stage.until_state("docked")

    played(story, fenced(SCENE, PLACE))


def test_a_drone_that_holds_what_matters_on_its_way_keeps_its_fence(played):
    async def story(stage):
        await stage.until_state("on_scene")
        held = stage.craft.plans.items[PlanType.FENCE]
        stage.flight.direct(directed(), "look there", "R1")
        await stage.until(lambda: "at_directed_place" in stage.steps)
        assert stage.craft.plans.items[PlanType.FENCE] is held
        stage.flight.recall("enough")
        await stage.until_state("docked")

    played(story, fenced(SCENE, PLACE, spare=[PLACE]))
