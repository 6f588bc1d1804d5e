"""Patrols by the schedule: planned when their day begins, flown, and planned anew for what their
flights did not see. In virtual time."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta

import pytest

from docks.contract import ClearFaults
from fleet import contract as c
from fleet.district.model import District, Name
from fleet.patrol.file import PatrolFile
from fleet.patrol.plan import Unserved
from fleet.patrol.schedule import Schedule
from fleet.patrol.schedule_file import Blackout, Gates, Round, ScheduleFile
from sitl.virtual.house import House
from tests.sitl.house_stage import (
    SEVEN,
    in_the_house,
    patrol_of,
    plan_of,
    points_about,
    small_district,
)

BEFORE = SEVEN - timedelta(minutes=20)
OPEN = Gates(least_coverage=0.0)


@pytest.fixture(scope="module")
def district() -> District:
    return small_district("D01", "D02")


def every_day(patrol: PatrolFile, **more: object) -> Schedule:
    daily = Round(id="daily", file="p.yaml", rrule="FREQ=DAILY", starts=SEVEN.date())
    file = ScheduleFile.model_validate({"gates": OPEN, "rounds": (daily,), **more})
    return Schedule(file, {"p.yaml": patrol})


async def status(house: House) -> c.PatrolsView:
    return c.PatrolsView.model_validate(await house.ask(c.GetPatrols()))


async def until_settled(house: House) -> list[c.PatrolView]:
    """Until all is seen or missed."""
    async with asyncio.timeout(3 * 3600):
        while True:
            patrols = (await status(house)).patrols
            left = [
                patrol.visits - patrol.seen - len(patrol.missed) - len(patrol.handed_on)
                for patrol in patrols
            ]
            if patrols and not any(left) and not house.journal.state.under_way:
                return list(patrols)
            await asyncio.sleep(10)


def test_a_round_is_planned_before_its_hours_and_flown_in_them(district: District) -> None:
    points = points_about(district, "D01", 3)

    async def act(house: House) -> None:
        (patrol,) = await until_settled(house)
        assert patrol.id == f"daily@{SEVEN.date()}"
        assert patrol.seen == patrol.visits == 3
        sorties = house.journal.state.sorties.values()
        assert all(sortie.requested_at >= SEVEN for sortie in sorties)

    in_the_house(district, act, every_day(patrol_of(points)), at=BEFORE)


def test_what_an_incident_took_from_a_patrol_is_seen_later(district: District) -> None:
    points = points_about(district, "D01", 3)

    async def act(house: House) -> None:
        async with asyncio.timeout(7200):
            while not any(p.seen for p in (await status(house)).patrols):  # noqa: ASYNC110
                await asyncio.sleep(1)
        place = house.journal.state.active()[0].path[0]
        ask = c.ReportIncident(lon=place[0], lat=place[1] + 0.003, kind="fire", dispatch="now")
        incident = c.IncidentView.model_validate(await house.ask(ask))
        assert house.journal.state.sorties[str(incident.sortie)].diverted_from is not None
        async with asyncio.timeout(600):
            while house.journal.state.incidents[incident.id].on_scene_s is None:  # noqa: ASYNC110
                await asyncio.sleep(1)
        await house.ask(c.Recall(sortie=str(incident.sortie)))
        first, second = await until_settled(house)
        assert second.rest_of == first.id
        assert second.id == f"{first.id}.2"
        assert set(first.handed_on.values()) == {second.id}
        assert first.seen + second.seen == 3
        assert not first.missed

    # hours that hold one shift a drone: of several the planner may choose the last
    in_the_house(district, act, every_day(patrol_of(points, "07:00-07:50")), at=BEFORE)


async def _stop_all(house: House, emergency: bool) -> None:
    for dock in house.settings.district.docks:
        fault = {"fault": "emergency_stop" if emergency else "none"}
        await house.bus.publish(
            house.topics.of("sim", dock.id, "fault"), json.dumps(fault).encode()
        )
        if not emergency:
            await house.bus.request(house.topics.dock_command(dock.id), ClearFaults(), 30.0)


def test_what_was_put_off_for_want_of_a_drone_is_seen_once_there_is_one(district: District) -> None:
    points = points_about(district, "D01", 2)
    patrol = patrol_of(points, "07:00-10:00")
    left_out = plan_of(district, points)
    put_off = left_out.model_copy(
        update={
            "patrol": patrol,
            "sorties": (),
            "unserved": tuple(
                Unserved(task=p.id, visit=p.id, reason="no drone", passing=True) for p in points
            ),
        }
    )

    async def act(house: House) -> None:
        ask = c.FlyPatrol(name="late", plan=put_off.model_dump(mode="json"))
        await _stop_all(house, emergency=True)
        view = c.PatrolView.model_validate(await house.ask(ask))
        assert view.visits == len(view.unserved) == 2
        await asyncio.sleep(1800)
        (view,) = (await status(house)).patrols
        assert not view.missed  # their hours last still
        await _stop_all(house, emergency=False)
        first, second = await until_settled(house)
        assert set(first.handed_on) == {point.id for point in points}
        assert not first.unserved
        assert second.seen == 2

    in_the_house(district, act)


def test_nothing_is_flown_in_a_blackout(district: District) -> None:
    shut = Blackout(
        begin=datetime(2026, 11, 21, 6, 0),
        end=datetime(2026, 11, 21, 7, 40),
        why=Name(zh="活动", en="An event"),
    )
    points = points_about(district, "D01", 2)

    async def act(house: House) -> None:
        (patrol,) = await until_settled(house)
        assert patrol.seen == 2
        opens = SEVEN + timedelta(minutes=40)
        assert all(s.requested_at >= opens for s in house.journal.state.sorties.values())

    schedule = every_day(patrol_of(points, "07:00-09:00"), blackouts=(shut,))
    in_the_house(district, act, schedule, at=BEFORE)


def test_what_can_no_longer_be_seen_is_missed_with_the_reason(district: District) -> None:
    points = points_about(district, "D01", 2)
    schedule = every_day(patrol_of(points), gates=Gates(least_coverage=0.99))

    async def act(house: House) -> None:
        patrols = await until_settled(house)
        assert not any(patrol.seen for patrol in patrols)
        reasons = [reason for patrol in patrols for reason in patrol.missed.values()]
        assert len(reasons) == 2
        assert all(reasons)
        assert any("coverage" in str(f.reason) for patrol in patrols for f in patrol.flights)

    in_the_house(district, act, schedule, at=BEFORE)
