"""A relay on builtin drones in virtual time: nobody takes off before all have their missions."""

from __future__ import annotations

import asyncio

from fleet import contract as c
from fleet.district.model import District
from fleet.log.events import SortieAdvanced, SortieStepDone
from fleet.patrol.load import load_patrol
from fleet.patrol.plan import PatrolPlan
from fleet.patrol.planning import plan_patrol
from planner.model import Wind
from planner.patrol.search import Search
from sitl.virtual.house import House
from tests.sitl.house_stage import LONGGANG, in_the_house, small_district

LONGEST_S = 7200.0


def relay_of(district: District, drones: int) -> PatrolPlan:
    daily = load_patrol(LONGGANG / "patrols" / "daily.yaml")
    line = daily.lines[0].model_copy(update={"relay": drones})
    only = {"communities": None, "points": (), "areas": (), "lines": (line,)}
    return plan_patrol(
        district, daily.model_copy(update=only), Wind(), Search(1, 1, 1.0, lambda *_: None)
    )


def test_no_drone_of_a_relay_takes_off_before_all_have_told_their_missions_back() -> None:
    every = small_district(*(f"D{number:02d}" for number in range(1, 26)))
    (relay,) = relay_of(every, 3).relays
    docks = [site.id for site in every.docks if site.drone in relay.drones]
    district = small_district(*docks)
    plan = relay_of(district, 3)

    async def act(house: House) -> None:
        ask = c.FlyPatrol(name="relay", plan=plan.model_dump(mode="json"), at_once=True)
        patrol = c.PatrolView.model_validate(await house.ask(ask))
        assert len(patrol.flights) == 3
        adopted = house.journal.state.patrols.plans[patrol.id]
        async with asyncio.timeout(LONGEST_S):  # nobody asks for anything meanwhile
            while len(adopted.seen) < patrol.visits or house.journal.state.under_way:  # noqa: ASYNC110
                await asyncio.sleep(5)
        _holds(house)

    in_the_house(district, act)


def _holds(house: House) -> None:
    facts = [recorded.fact for recorded in house.journal.log.read()]
    verified = [
        number
        for number, fact in enumerate(facts)
        if isinstance(fact, SortieStepDone) and fact.step == "mission_verified"
    ]
    lifted = [
        number
        for number, fact in enumerate(facts)
        if isinstance(fact, SortieAdvanced) and fact.trigger == "took_off"
    ]
    assert len(verified) == len(lifted) == 3
    assert max(verified) < min(lifted)
