"""Several incidents on the running controller: whose drone goes to whom, on builtin drones in
virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from fleet import contract as c
from fleet.cli.decision import together
from fleet.dispatch.decisions import airspace_of, find, replay
from fleet.dispatch.explain import Explainer
from fleet.district.model import District
from sitl.virtual.house import House
from tests.sitl.house_stage import in_the_house, small_district

WITHIN_S = 900.0


@pytest.fixture(scope="module")
def district() -> District:
    return small_district("D01", "D02")


async def report(house: House, district: District, level: int, north: float) -> c.IncidentView:
    """A kilometre or so from D01."""
    lon, lat = district.docks[0].at
    ask = c.ReportIncident(
        lon=lon, lat=lat + 0.01 + north, kind="fire", level=level, dispatch="now"
    )
    return c.IncidentView.model_validate(await house.ask(ask))


def sorties(house: House, incident: str) -> list[c.SortieView]:
    return [each for each in house.journal.state.sorties.values() if each.incident == incident]


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not true():  # noqa: ASYNC110 -- asked, not told
            await asyncio.sleep(1)


def in_house(district: District, story: Callable[[House], Awaitable[None]]) -> None:
    """Begins once all drones may be sent."""

    async def act(house: House) -> None:
        ask = c.PlanFor(lon=district.docks[0].at[0], lat=district.docks[0].at[1], kind="fire")
        async with asyncio.timeout(WITHIN_S):
            while not _all_may_go(await house.ask(ask)):  # noqa: ASYNC110 -- asked, not told
                await asyncio.sleep(1)
        await story(house)

    in_the_house(district, act)


def _all_may_go(answer: dict[str, Any]) -> bool:
    return all(each.feasible for each in c.DecisionView.model_validate(answer).ranking)


async def both_reached(house: House, *incidents: str) -> None:
    state = house.journal.state
    await until(lambda: all(state.incidents[each].on_scene_s is not None for each in incidents))


def test_a_drone_made_ready_for_a_slight_incident_goes_to_a_grave_one(district: District) -> None:
    async def act(house: House) -> None:
        slight = await report(house, district, 4, 0.0)
        assert slight.dock == "D01"
        await asyncio.sleep(5)
        assert sorties(house, slight.id)[0].state is c.SortieState.PREPARING
        grave = await report(house, district, 1, 0.001)
        assert grave.dock == "D01"
        first, second = sorties(house, slight.id)
        assert first.state is c.SortieState.DIVERTED
        assert second.dock == "D02"
        await both_reached(house, slight.id, grave.id)
        assert len(sorties(house, slight.id)) == 2
        assert len(sorties(house, grave.id)) == 1

    in_house(district, act)


def test_a_drone_on_its_way_to_a_slight_incident_turns_to_a_grave_one(district: District) -> None:
    async def act(house: House) -> None:
        slight = await report(house, district, 4, 0.0)
        await until(lambda: sorties(house, slight.id)[0].state is c.SortieState.EN_ROUTE)
        grave = await report(house, district, 1, 0.001)
        (sent,) = sorties(house, grave.id)
        first, second = sorties(house, slight.id)
        assert sent.diverted_from == first.id
        assert second.dock == "D02"
        await both_reached(house, slight.id, grave.id)

    in_house(district, act)


def test_of_equal_incidents_the_first_keeps_its_drone(district: District) -> None:
    async def act(house: House) -> None:
        first = await report(house, district, 2, 0.0)
        await asyncio.sleep(5)
        second = await report(house, district, 2, 0.001)
        assert (first.dock, second.dock) == ("D01", "D02")
        assert [each.dock for each in sorties(house, first.id)] == ["D01"]

    in_house(district, act)


def test_what_an_officer_chose_is_not_undone_by_rule(district: District) -> None:
    async def act(house: House) -> None:
        lon, lat = district.docks[0].at
        ask = c.ReportIncident(lon=lon, lat=lat + 0.01, kind="fire", level=4, dispatch="confirm")
        slight = str((await house.ask(ask))["id"])
        await house.ask(c.Dispatch(incident=slight, dock="D01"))
        grave = await report(house, district, 1, 0.001)
        assert grave.dock == "D02"

    in_house(district, act)


def test_with_one_drone_the_slight_incident_waits_and_is_served_later(district: District) -> None:
    async def act(house: House) -> None:
        state = house.journal.state
        slight = await report(house, district, 4, 0.0)
        await asyncio.sleep(5)
        grave = await report(house, district, 1, 0.001)
        assert grave.dock == "D01"
        assert state.incidents[slight.id].state is c.IncidentState.UNSERVED
        assert slight.id in state.waiting or await _waits(house, slight.id)
        await until(lambda: state.incidents[grave.id].on_scene_s is not None)
        (flight,) = sorties(house, grave.id)
        await house.ask(c.Recall(sortie=flight.id, reason="seen"))
        await until(lambda: state.incidents[slight.id].on_scene_s is not None)
        assert [each.dock for each in sorties(house, slight.id)] == ["D01", "D01"]

    in_house(small_district("D01"), act)


async def _waits(house: House, incident: str) -> bool:
    await until(lambda: incident in house.journal.state.waiting)
    return True


def test_how_they_were_assigned_is_told_and_recomputed_from_the_log(district: District) -> None:
    async def act(house: House) -> None:
        slight = await report(house, district, 4, 0.0)
        await asyncio.sleep(5)
        grave = await report(house, district, 1, 0.001)
        log, state = house.journal.log, house.journal.state
        for incident, had, gets in ((grave.id, None, "U01"), (slight.id, "U01", "U02")):
            decision = state.decisions[incident][-1]
            explained = Explainer(log).explain(decision)
            assert explained.together is not None
            claims = {claim.incident: claim for claim in explained.together.claims}
            assert (claims[incident].had, claims[incident].gets) == (had, gets)
            assert explained.together.weighted_s < explained.together.first_come_s
            words = together(explained.together, incident)
            assert f"it (level {claims[incident].level}) gets {gets}" in words
            assert explained.by_officer is False
            taken = find(log, decision)
            assert replay(taken, airspace_of(log, taken)).differences == ()
            told = taken.fact.together
            given = {**told["given"], incident: "U09"}
            wrong = taken.fact.model_copy(update={"together": {**told, "given": given}})
            (off,) = replay(type(taken)(taken.at, wrong), airspace_of(log, taken)).differences
            assert off.figure == f"together.given.{incident}"

    in_house(district, act)
