"""A drone in the air that a person holds, sends elsewhere, lets circle, calls home, brings down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from fleet import contract as c
from fleet.bus import RequestFailed
from fleet.sorties.sortie import distance_m
from tests.stack.officer import Officer, on_duty

pytestmark = pytest.mark.stack

PLACE = (114.1200, 22.7030)
BESIDE = (114.1235, 22.7045)
FAR_AWAY = (114.30, 22.77)
OUTSIDE = (114.4, 22.75)


async def flying(officer: Officer) -> str:
    incident = await officer.report(PLACE)
    assert incident.sortie is not None
    await officer.until_sortie(incident.sortie, "en_route")
    return incident.sortie


async def drone(officer: Officer, sortie: str) -> c.DroneTelemetry:
    snapshot = c.Snapshot.model_validate(await officer.ask(c.GetSnapshot()))
    name = officer.sorties[sortie].drone
    return next(one for one in snapshot.telemetry.drones if one.drone == name)


async def seen(
    officer: Officer, sortie: str, true: Callable[[c.DroneTelemetry], bool]
) -> c.DroneTelemetry:
    """The drone once it is seen so; telemetry is asked for, it is no event."""
    async with asyncio.timeout(60):
        while not true(now := await drone(officer, sortie)):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    return now


def off_m(telemetry: c.DroneTelemetry, at: tuple[float, float]) -> float:
    assert telemetry.lon is not None
    assert telemetry.lat is not None
    return distance_m((telemetry.lon, telemetry.lat), at)


def holds(telemetry: c.DroneTelemetry) -> bool:
    return telemetry.mode == "GUIDED"


async def step(officer: Officer, sortie: str, name: str) -> None:
    await officer.until(lambda: name in officer.steps(sortie))


async def home(officer: Officer, sortie: str) -> None:
    await officer.ask(c.Recall(sortie=sortie))
    await officer.until_sortie(sortie, "docked")


def refusals(officer: Officer) -> list[str]:
    return [e.data["reason"] for e in officer.events if e.kind == "CommandRefused"]


async def test_held_on_its_way_it_stays_and_resumed_it_arrives(stack):
    async with on_duty(stack.broker) as officer:
        sortie = await flying(officer)
        held = c.SortieView.model_validate(await officer.ask(c.Hold(sortie=sortie)))
        assert (held.state, held.held_from) == ("held", "en_route")
        await seen(officer, sortie, holds)
        again = await officer.ask(c.Hold(sortie=sortie))
        assert again["state"] == "held"
        with pytest.raises(RequestFailed, match="recall it first"):
            await officer.ask(c.CloseIncident(incident=held.incident))
        resumed = await officer.ask(c.Resume(sortie=sortie))
        assert resumed["state"] == "en_route"
        there = await officer.until_sortie(sortie, "on_scene")
        assert officer.incidents[there.incident].state == "on_scene"
        await home(officer, sortie)


async def test_sent_to_a_place_it_goes_there_circles_it_and_comes_home(stack):
    async with on_duty(stack.broker) as officer:
        sortie = await flying(officer)
        sent = await officer.ask(c.Goto(sortie=sortie, lon=BESIDE[0], lat=BESIDE[1], height_m=40))
        assert sent["state"] == "directed"
        assert sent["path"][-1][:2] == pytest.approx(BESIDE)
        await step(officer, sortie, "at_directed_place")
        await seen(officer, sortie, lambda told: off_m(told, BESIDE) < 3)
        await officer.ask(c.Orbit(sortie=sortie, lon=BESIDE[0], lat=BESIDE[1], radius_m=30))
        await seen(officer, sortie, lambda told: abs(off_m(told, BESIDE) - 30) < 5)
        await home(officer, sortie)
        assert officer.sorties[sortie].on_scene_s is None


async def test_what_it_cannot_do_is_refused_with_the_reason(stack):
    async with on_duty(stack.broker) as officer:
        sortie = await flying(officer)
        with pytest.raises(RequestFailed, match="en route; it cannot be resumed now"):
            await officer.ask(c.Resume(sortie=sortie))
        with pytest.raises(RequestFailed, match="cannot go there: it would come home with"):
            await officer.ask(c.Goto(sortie=sortie, lon=FAR_AWAY[0], lat=FAR_AWAY[1]))
        with pytest.raises(RequestFailed, match="outside"):
            await officer.ask(c.Goto(sortie=sortie, lon=OUTSIDE[0], lat=OUTSIDE[1]))
        with pytest.raises(RequestFailed, match="there is no sortie"):
            await officer.ask(c.LandNow(sortie="NOBODY"))
        assert officer.sorties[sortie].state == "en_route"
        await home(officer, sortie)
        with pytest.raises(RequestFailed, match="docked; it cannot be held now"):
            await officer.ask(c.Hold(sortie=sortie))


async def test_called_home_and_held_on_the_way_it_waits_until_it_is_let_go(stack):
    async with on_duty(stack.broker) as officer:
        sortie = await flying(officer)
        await officer.ask(c.Recall(sortie=sortie))
        await officer.until_sortie(sortie, "returning")
        await officer.ask(c.Hold(sortie=sortie))
        await seen(officer, sortie, holds)
        await officer.ask(c.Resume(sortie=sortie))
        await officer.until_sortie(sortie, "docked")


async def test_all_are_called_home_once_that_is_confirmed(stack):
    async with on_duty(stack.broker) as officer:
        sortie = await flying(officer)
        asked = c.FleetActView.model_validate(await officer.ask(c.RecallAll(by="li")))
        assert (asked.done, asked.drones) == (False, (officer.sorties[sortie].drone,))
        assert officer.sorties[sortie].state == "en_route"
        for wrong in ({"by": "wang"}, {"by": "li", "confirmation": "guessed"}):
            ask = c.RecallAll(**{"confirmation": asked.confirmation, **wrong})
            with pytest.raises(RequestFailed, match=r"recall_all: .*ask anew"):
                await officer.ask(ask)
        with pytest.raises(RequestFailed, match="it was given to li for 'recall_all'"):
            await officer.ask(c.LandAll(by="li", confirmation=asked.confirmation))
        await officer.until(lambda: len(refusals(officer)) == 3)
        assert set(refusals(officer)) == {"not_confirmed"}
        done = await officer.ask(c.RecallAll(by="li", confirmation=asked.confirmation))
        assert done["done"] is True
        await officer.until_sortie(sortie, "docked")
        with pytest.raises(RequestFailed, match="no drone is out"):
            await officer.ask(c.LandAll())


async def test_brought_down_now_it_is_on_the_ground_and_nobody_is_sent_after_it(stack):
    async with on_duty(stack.broker) as officer:
        sortie = await flying(officer)
        await officer.ask(c.LandNow(sortie=sortie, reason="smoke from a rotor"))
        down = await officer.until_sortie(sortie, "grounded")
        assert "down as ordered" in (down.reason or "")
        assert officer.incidents[down.incident].state == "unserved"
        assert officer.sorties_of(down.incident) == [down]
