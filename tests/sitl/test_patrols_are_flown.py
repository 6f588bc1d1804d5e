"""Planned patrols as sorties of the running controller, on builtin drones in virtual time."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from docks.weather import Conditions
from fleet import contract as c
from fleet.bus import RequestFailed
from fleet.district.model import District
from fleet.log.events import (
    PatrolAdopted,
    PatrolLookDone,
    PatrolSortieRequested,
    SortieAdvanced,
    SortieStepDone,
)
from fleet.log.state import FleetState
from fleet.log.store import EventLog
from fleet.patrol.plan import PatrolPlan
from fleet.patrol.schedule import Schedule
from fleet.patrol.schedule_file import Gates, Quiet, ScheduleFile
from sitl.virtual.house import House
from tests.sitl.house_stage import SEVEN, in_the_house, plan_of, points_about, small_district

LONGEST_S = 7200.0


@pytest.fixture(scope="module")
def district() -> District:
    return small_district("D01", "D02")


@pytest.fixture(scope="module")
def plan(district: District) -> PatrolPlan:
    found = plan_of(district, points_about(district, "D01", 3))
    assert len(found.sorties) == 1
    return found


async def until_flown(house: House, patrol: str) -> c.PatrolView:
    async with asyncio.timeout(LONGEST_S):
        while True:
            view = await status(house)
            (found,) = (each for each in view.patrols if each.id == patrol)
            if all(flight.state in ("flown", "given_up") for flight in found.flights):
                return found
            await asyncio.sleep(5)


async def status(house: House) -> c.PatrolsView:
    return c.PatrolsView.model_validate(await house.ask(c.GetPatrols()))


async def fly(house: House, plan: PatrolPlan, at_once: bool = True) -> c.PatrolView:
    ask = c.FlyPatrol(name="test", plan=plan.model_dump(mode="json"), at_once=at_once)
    return c.PatrolView.model_validate(await house.ask(ask))


def test_a_planned_flight_is_flown_and_what_it_saw_is_accounted_for(
    district: District, plan: PatrolPlan, tmp_path: Path
) -> None:
    log = f"sqlite:///{tmp_path}/events.db"

    async def act(house: House) -> None:
        patrol = await fly(house, plan)
        assert patrol.visits == 3
        flown = await until_flown(house, patrol.id)
        assert flown.seen == 3
        assert flown.flights[0].seen == flown.flights[0].visits
        told = await status(house)
        assert all(task.age_s is not None and task.age_s < LONGEST_S for task in told.tasks)
        sortie = house.journal.state.sorties[str(flown.flights[0].sortie)]
        assert sortie.state is c.SortieState.DOCKED
        assert sortie.incident is None
        assert sortie.patrol == f"{patrol.id}/{plan.sorties[0].id}"
        _looks_in_order(house, plan)
        sent = next(house.journal.log.read(kind=PatrolSortieRequested)).fact
        assert sent.ways_down.holds
        assert sent.rally
        told = [f.detail for r in house.journal.log.read() if _is_verified(f := r.fact)]
        assert [f"{len(sent.rally)} rally points" in each for each in told] == [True]

    in_the_house(district, act, log=log)
    with EventLog(log, create=False) as kept:
        state = FleetState()
        for recorded in kept.read():
            state.apply(recorded)
    (adopted,) = state.patrols.plans.values()
    assert len(adopted.seen) == 3
    assert not state.under_way


def _is_verified(fact: object) -> bool:
    return isinstance(fact, SortieStepDone) and fact.step == "mission_verified"


def _looks_in_order(house: House, plan: PatrolPlan) -> None:
    """Each look is recorded when the plan says that it ends, give or take what a launch varies."""
    facts = list(house.journal.log.read())
    looks = [(r.at, r.fact.visit) for r in facts if isinstance(r.fact, PatrolLookDone)]
    planned = [stage for stage in plan.sorties[0].stages if stage.what == "look"]
    assert [visit for _, visit in looks] == [stage.visit for stage in planned]
    (lifted,) = (
        r.at for r in facts if isinstance(r.fact, SortieAdvanced) and r.fact.trigger == "took_off"
    )
    for (at, _), stage in zip(looks, planned, strict=True):
        after_s = stage.ends_s - plan.sorties[0].lifts_off_s
        assert (at - lifted).total_seconds() == pytest.approx(after_s, abs=20)


def test_a_patrol_without_two_ways_down_is_not_sent_out(
    district: District, plan: PatrolPlan
) -> None:
    higher_m = district.docks[0].alt_amsl_m + 50.0  # which makes it no place to land for this drone
    hill = district.rally_points[0].model_copy(update={"alt_amsl_m": higher_m})
    hilly = district.model_copy(update={"rally_points": (hill,)})

    async def act(house: House) -> None:
        await fly(house, plan)
        await asyncio.sleep(60)
        (view,) = (await status(house)).patrols
        assert "no second landing place" in str(view.flights[0].reason)
        assert not house.journal.state.active()

    in_the_house(hilly, act)


def test_no_patrol_starts_that_would_leave_too_little_coverage(
    district: District, plan: PatrolPlan
) -> None:
    async def act(house: House) -> None:
        patrol = await fly(house, plan)
        await asyncio.sleep(60)
        (view,) = (await status(house)).patrols
        assert view.id == patrol.id
        assert view.flights[0].state == "waits"
        assert "coverage" in str(view.flights[0].reason)
        assert not house.journal.state.under_way

    in_the_house(district, act, Schedule(ScheduleFile(gates=Gates(least_coverage=0.9)), {}))


def test_no_patrol_starts_in_a_wind_that_patrols_do_not_fly_in(
    district: District, plan: PatrolPlan
) -> None:
    async def act(house: House) -> None:
        await fly(house, plan)
        await asyncio.sleep(60)
        (view,) = (await status(house)).patrols
        assert "gusts" in str(view.flights[0].reason)

    gates = Schedule(ScheduleFile(gates=Gates(least_coverage=0.0, wind_ms=4)), {})
    in_the_house(district, act, gates, weather=Conditions(wind_ms=6, wind_from_deg=60))


def test_a_patrol_called_home_has_seen_what_was_behind_it_and_no_more(
    district: District, plan: PatrolPlan
) -> None:
    async def act(house: House) -> None:
        patrol = await fly(house, plan)
        async with asyncio.timeout(LONGEST_S):
            while not (await status(house)).patrols[0].seen:  # noqa: ASYNC110 -- asked, not told
                await asyncio.sleep(1)
        (sortie,) = house.journal.state.active()
        await house.ask(c.Recall(sortie=sortie.id))
        flown = await until_flown(house, patrol.id)
        assert flown.seen == 1
        assert len(flown.flights[0].visits) == 3
        ages = {task.task: task.age_s for task in (await status(house)).tasks}
        assert sum(age is not None for age in ages.values()) == 1

    in_the_house(district, act)


def test_in_quiet_hours_housing_is_not_looked_at_unless_a_person_says_why(
    district: District, plan: PatrolPlan
) -> None:
    quiet = Quiet(hours=("06:00-08:00",), near_m=2000)
    schedule = Schedule(ScheduleFile(gates=Gates(least_coverage=0), quiet=quiet), {})

    async def act(house: House) -> None:
        with pytest.raises(RequestFailed, match=r"quiet hours.*--override"):
            await fly(house, plan)
        assert not (await status(house)).patrols
        ask = c.FlyPatrol(
            name="test", plan=plan.model_dump(mode="json"), at_once=True, override="a lost child"
        )
        patrol = c.PatrolView.model_validate(await house.ask(ask))
        assert (await until_flown(house, patrol.id)).flights[0].state == "flown"
        adopted = [r.fact for r in house.journal.log.read() if isinstance(r.fact, PatrolAdopted)]
        assert [fact.override for fact in adopted] == ["a lost child"]

    in_the_house(district, act, schedule)


def test_a_flight_at_its_time_waits_until_the_quiet_hours_are_over(
    district: District, plan: PatrolPlan
) -> None:
    quiet = Quiet(hours=("06:00-07:40",), near_m=2000)
    schedule = Schedule(ScheduleFile(gates=Gates(least_coverage=0), quiet=quiet), {})

    async def act(house: House) -> None:
        patrol = await fly(house, plan, at_once=False)
        flown = await until_flown(house, patrol.id)
        assert flown.flights[0].state == "flown"
        looks = [r.at for r in house.journal.log.read() if isinstance(r.fact, PatrolLookDone)]
        assert min(looks) >= SEVEN + timedelta(minutes=40)

    in_the_house(district, act, schedule)


def test_flights_start_at_their_times_and_not_before(district: District, plan: PatrolPlan) -> None:
    async def act(house: House) -> None:
        patrol = await fly(house, plan, at_once=False)
        (flight,) = patrol.flights
        flown = await until_flown(house, patrol.id)
        sortie = house.journal.state.sorties[str(flown.flights[0].sortie)]
        assert 0 <= (sortie.requested_at - flight.ordered_at).total_seconds() < 60
        assert flown.seen == 3

    in_the_house(district, act, at=SEVEN - timedelta(minutes=10))


def test_a_plan_that_is_not_for_this_district_is_refused(
    district: District, plan: PatrolPlan
) -> None:
    async def act(house: House) -> None:
        with pytest.raises(RequestFailed, match="the plan is for elsewhere"):
            await fly(house, plan.model_copy(update={"district": "elsewhere"}))
        ask = c.FlyPatrol(name="x", plan=plan.model_dump(mode="json"), flights=("S999",))
        with pytest.raises(RequestFailed, match="no flight S999"):
            await house.ask(ask)
        with pytest.raises(RequestFailed, match="no plan of patrols"):
            await house.ask(c.FlyPatrol(name="x", plan={}))

    in_the_house(district, act)


def test_a_request_that_is_repeated_adopts_a_plan_once(
    district: District, plan: PatrolPlan
) -> None:
    async def act(house: House) -> None:
        ask = c.FlyPatrol(name="x", plan=plan.model_dump(mode="json"), at_once=True)
        topic = house.topics.controller_request()
        first = await house.bus.request(topic, ask, 30.0, id_="one")
        again = await house.bus.request(topic, ask, 30.0, id_="one")
        assert first.body["id"] == again.body["id"]
        assert len(house.journal.state.patrols.plans) == 1

    in_the_house(district, act)


def test_an_incident_takes_a_patrol_drone_that_is_there_sooner(
    district: District, plan: PatrolPlan
) -> None:
    async def act(house: House) -> None:
        patrol = await fly(house, plan)
        async with asyncio.timeout(LONGEST_S):
            while not (await status(house)).patrols[0].seen:  # noqa: ASYNC110 -- asked, not told
                await asyncio.sleep(1)
        lon, lat = plan.sorties[0].stages[1].points[0][:2]
        ask = c.ReportIncident(lon=lon, lat=lat + 0.002, kind="fire", dispatch="now")
        incident = c.IncidentView.model_validate(await house.ask(ask))
        sent = house.journal.state.sorties[str(incident.sortie)]
        before = house.journal.state.sorties[str(sent.diverted_from)]
        assert before.patrol is not None
        assert before.state is c.SortieState.DIVERTED
        async with asyncio.timeout(600):
            while house.journal.state.incidents[incident.id].on_scene_s is None:  # noqa: ASYNC110
                await asyncio.sleep(1)
        (flight,) = (await status(house)).patrols[0].flights
        assert flight.state == "flown"
        assert 0 < len(flight.seen) < len(flight.visits)
        assert patrol.id == (await status(house)).patrols[0].id

    in_the_house(district, act)


def test_a_patrol_that_a_person_held_goes_on_with_its_looks(
    district: District, plan: PatrolPlan
) -> None:
    async def act(house: House) -> None:
        patrol = await fly(house, plan)
        async with asyncio.timeout(LONGEST_S):
            while not (await status(house)).patrols[0].seen:  # noqa: ASYNC110 -- asked, not told
                await asyncio.sleep(1)
        (sortie,) = house.journal.state.active()
        await house.ask(c.Hold(sortie=sortie.id))
        await asyncio.sleep(60)
        assert (await status(house)).patrols[0].seen == 1
        await house.ask(c.Resume(sortie=sortie.id))
        assert (await until_flown(house, patrol.id)).seen == 3

    in_the_house(district, act)


def test_a_patrol_in_the_way_of_an_incidents_only_drone_is_called_home(
    district: District, plan: PatrolPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def act(house: House) -> None:
        await fly(house, plan)
        async with asyncio.timeout(LONGEST_S):
            while not (await status(house)).patrols[0].seen:  # noqa: ASYNC110 -- asked, not told
                await asyncio.sleep(1)
        (patrol,) = house.journal.state.active()
        lon, lat = district.docks[0].at  # where the patrol comes home to
        ask = c.ReportIncident(lon=lon, lat=lat, kind="fire", dispatch="confirm")
        incident = str((await house.ask(ask))["id"])
        operations = house.parts.operations
        choice = operations.consider(incident, frozenset({"D01"}))
        assert choice.decision.best is not None
        met = operations.release.patrols_in_the_way(choice.picture, choice.decision.best)
        assert met == [patrol.id]
        # as where no other height or start helps
        monkeypatch.setattr(operations.release, "out", lambda *_: "there is no room")
        operations.send_best(incident, None, without=frozenset({"D01"}))
        await asyncio.sleep(5)
        assert house.journal.state.sorties[patrol.id].state is c.SortieState.RETURNING
        assert "an incident" in str(house.journal.state.sorties[patrol.id].reason)

    in_the_house(district, act)


def test_patrols_are_called_home_when_the_coverage_falls_below_what_they_must_leave(
    district: District, plan: PatrolPlan
) -> None:
    async def act(house: House) -> None:
        await fly(house, plan)
        async with asyncio.timeout(LONGEST_S):
            while not (await status(house)).patrols[0].seen:  # noqa: ASYNC110 -- asked, not told
                await asyncio.sleep(1)
        (patrol,) = house.journal.state.active()
        stop = b'{"fault": "emergency_stop"}'
        await house.bus.publish(house.topics.of("sim", "D02", "fault"), stop)
        async with asyncio.timeout(60):
            while house.journal.state.sorties[patrol.id].state == "en_route":  # noqa: ASYNC110
                await asyncio.sleep(1)
        home = house.journal.state.sorties[patrol.id]
        assert home.state is c.SortieState.RETURNING
        assert "coverage has fallen" in str(home.reason)
        assert "leave" in str((await status(house)).waits)

    in_the_house(district, act, Schedule(ScheduleFile(gates=Gates(least_coverage=0.02)), {}))
