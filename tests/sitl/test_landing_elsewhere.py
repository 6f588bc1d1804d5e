"""A dock that does not open for its drone any more: with the controller's own parts the drone finds
another place to land, on builtin vehicles in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from fleet import contract as c
from fleet.log.events import AlternateChosen, HazardSeen
from fleet.sorties.hazards import Hazard
from fleet.sorties.sortie import distance_m
from sitl.virtual.house import House
from tests.sitl.house_stage import in_the_house, small_district

WITHIN_S = 1800.0


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not true():  # noqa: ASYNC110 -- what is waited for has no event
            await asyncio.sleep(1)


async def until_state(house: House, sortie: str, state: c.SortieState) -> c.SortieView:
    await until(lambda: house.journal.state.sorties[sortie].state is state)
    return house.journal.state.sorties[sortie]


def test_a_drone_whose_dock_jams_while_it_is_out_lands_at_a_rally_point_and_waits_there() -> None:
    district = small_district("D01", "D02")
    dock = next(site for site in district.docks if site.id == "D01")
    at = dock.at[0] + 0.004, dock.at[1] + 0.004

    async def act(house: House) -> None:
        await until(house.parts.operations.is_anybody_free)
        report = c.ReportIncident(lon=at[0], lat=at[1], kind="fire", source="test", dispatch="now")
        incident = c.IncidentView.model_validate(await house.ask(report))
        assert incident.dock == "D01"
        sortie = str(incident.sortie)
        await until_state(house, sortie, c.SortieState.ON_SCENE)
        fault = house.topics.of("sim", "D01", "fault")
        await house.bus.publish(fault, b'{"fault": "cover_stuck"}')
        await house.ask(c.Recall(sortie=sortie, reason="seen"))
        view = await until_state(house, sortie, c.SortieState.GROUNDED)
        told = [recorded.fact for recorded in house.journal.log.read(subject=sortie)]
        (chosen,) = [fact for fact in told if isinstance(fact, AlternateChosen)]
        assert chosen.why == "the cover is not open"
        assert any(isinstance(f, HazardSeen) and f.hazard is Hazard.DOCK_BLOCKED for f in told)
        assert not chosen.is_dock  # D02's own drone stands in it
        assert view.elsewhere == chosen.place
        assert chosen.place in {point.id for point in district.rally_points}
        lon, lat, up_m = house.vehicles.crafts[0].autopilot.position
        assert distance_m((lon, lat), (chosen.lon, chosen.lat)) < 2
        assert up_m < 0.5

    in_the_house(district, act)
