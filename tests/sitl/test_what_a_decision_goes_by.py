"""What the running controller decides by: the wind that counts, room in the air, places that may
not be flown over; on builtin drones in virtual time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from fleet import contract as c
from fleet.bus import Message
from fleet.dispatch.explain import Explainer
from fleet.dispatch.vantage import VANTAGE_WITHIN_M
from fleet.district.model import District
from fleet.log.events import IncidentUnserved
from fleet.sorties.release import Released
from fleet.units.fence import airspace_of
from planner.model import Alternative, LonLat, Picture
from planner.places import nearest_legal
from sitl.virtual.house import House
from tests.sitl.house_stage import small_district
from tests.sitl.test_several_incidents import in_house, sorties, until


@pytest.fixture(scope="module")
def district() -> District:
    return small_district("D01", "D02")


def closed_places(district: District) -> Iterator[tuple[LonLat, float]]:
    """Places around D01 that may not be flown over, with how far one is that may."""
    airspace, (lon, lat) = airspace_of(district), district.docks[0].at
    for east in range(-12, 13):
        for north in range(-12, 13):
            at = LonLat(lon + east * 0.004, lat + north * 0.004)
            off_m = nearest_legal(airspace, at)[1]
            if off_m > 0 and district.shapes.holder(*at) is not None:
                yield at, off_m


async def report(house: House, at: tuple[float, float], dispatch: str = "now") -> c.IncidentView:
    ask = {"lon": at[0], "lat": at[1], "kind": "fire", "dispatch": dispatch}
    return c.IncidentView.model_validate(await house.ask(c.ReportIncident.model_validate(ask)))


def test_a_place_in_a_no_fly_volume_is_seen_from_the_nearest_outside(district: District) -> None:
    at, off_m = next(each for each in closed_places(district) if 20 < each[1] < VANTAGE_WITHIN_M)

    async def act(house: House) -> None:
        incident = await report(house, at)
        assert incident.decision is not None
        assert incident.decision.vantage is not None
        vantage = incident.decision.vantage
        assert vantage.used
        assert vantage.off_m == pytest.approx(off_m)
        (sortie,) = sorties(house, incident.id)
        assert sortie.path[-1][:2] == (vantage.lon, vantage.lat)
        state = house.journal.state
        await until(lambda: state.incidents[incident.id].on_scene_s is not None)

    in_house(district, act)


def test_a_place_that_nobody_can_see_is_told_once_and_not_tried_again(district: District) -> None:
    (lon, lat), half = district.docks[0].at, 0.008
    east, north = lon + 0.02, lat
    ring = tuple(
        (east + x * half, north + y * half)
        for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))
    )
    wide = district.volumes[0].model_copy(update={"id": "N99", "polygon": (ring,)})
    closed = district.model_copy(update={"volumes": (*district.volumes, wide)})
    at = LonLat(east, north)
    off_m = nearest_legal(airspace_of(closed), at)[1]
    assert off_m > VANTAGE_WITHIN_M

    async def act(house: House) -> None:
        incident = await report(house, at)
        assert incident.decision is not None
        assert incident.decision.vantage is not None
        assert not incident.decision.vantage.used
        await asyncio.sleep(30)
        told = list(house.journal.log.read(incident=incident.id, kind=IncidentUnserved))
        assert len(told) == 1
        assert f"{off_m:.0f} m away" in told[0].fact.reason
        assert house.parts.operations.is_out_of_reach(incident.id)

    in_house(closed, act)


async def told_by_station(house: House, dock: str, **figures: Any) -> None:
    weather = house.parts.docks[dock].weather
    assert weather is not None
    told = {**weather.model_dump(mode="json"), **figures}
    topic, now_s = house.topics.dock_weather(dock), asyncio.get_running_loop().time()
    message = Message(topic, json.dumps(told).encode(), False, now_s)
    await house.parts.docks._heard(message)


def winds(house: House, incident: str) -> dict[str, float]:
    picture = house.parts.operations.consider(incident).picture
    return {each.dock: each.wind.speed_ms for each in picture.candidates}


def test_a_station_that_tells_nonsense_rules_its_dock_out(district: District) -> None:
    async def act(house: House) -> None:
        incident = await report(house, district.docks[0].at, "confirm")
        await told_by_station(house, "D01", wind_ms=float("nan"))
        ranking = house.parts.operations.consider(incident.id).decision.ranking
        (offer,) = (each for each in ranking if each.dock == "D01")
        assert not offer.feasible
        assert "weather station tells nonsense (wind_ms: " in offer.reasons[0].text

    in_house(district, act)


def test_the_last_wind_of_a_dock_that_has_gone_does_not_count(district: District) -> None:
    async def act(house: House) -> None:
        incident = await report(house, district.docks[0].at, "confirm")
        await told_by_station(house, "D01", wind_ms=11.0)
        assert winds(house, incident.id)["D02"] > 1.0
        await house.bus.publish(house.topics.dock_link("D01"), b"offline")
        await asyncio.sleep(0.2)
        seen = house.parts.docks["D02"].weather
        assert seen is not None
        assert winds(house, incident.id)["D02"] == pytest.approx(seen.wind_ms)

    in_house(district, act)


def test_without_any_station_a_strong_wind_is_assumed_and_told(district: District) -> None:
    async def act(house: House) -> None:
        incident = await report(house, district.docks[0].at, "confirm")
        for dock in ("D01", "D02"):
            await house.bus.publish(house.topics.dock_link(dock), b"offline")
        await asyncio.sleep(0.2)
        choice = house.parts.operations.consider(incident.id)
        assert set(winds(house, incident.id).values()) == {8.0}
        for offer in choice.decision.ranking:
            assert "no station measures the wind" in offer.reasons[-1].text

    in_house(district, act)


def test_one_that_is_there_sooner_goes_before_one_that_must_wait_for_room(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def act(house: House) -> None:
        release = house.parts.operations.release
        out = release.out

        def crowded(
            sortie: str, picture: Picture, offer: Alternative, *rest: Any
        ) -> Released | str:
            """As where the nearest dock's drone has to wait ten minutes."""
            released = out(sortie, picture, offer, *rest)
            if isinstance(released, str) or offer.dock != "D01":
                return released
            parts = replace(released.parts, launch_s=released.parts.launch_s + 600)
            kept = c.KeptApart(delay_s=600, cruise_change_m=0, scene_change_m=0, drones=("U02",))
            return replace(released, parts=parts, kept_apart=kept)

        monkeypatch.setattr(release, "out", crowded)
        lon, lat = district.docks[0].at
        incident = await report(house, (lon, lat + 0.01))
        assert incident.dock == "D02"
        (decision,) = house.journal.state.decisions[incident.id]
        explained = Explainer(house.journal.log).explain(decision)
        assert explained.chosen == "D01"
        assert "U01, kept apart from others, would be there after" in explained.no_room[0]

    in_house(district, act)
