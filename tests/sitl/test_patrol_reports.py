"""What a person does about patrols while they fly, and the report of them. In virtual time."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable

import pytest

from fleet import contract as c
from fleet.bus import RequestFailed
from fleet.district.model import District
from sitl.virtual.house import House
from tests.sitl.house_stage import in_the_house, plan_of, points_about, small_district

HOUR_S = 3600.0


@pytest.fixture(scope="module")
def district() -> District:
    return small_district("D01", "D02")


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(3 * HOUR_S):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(1)


async def patrols(house: House) -> c.PatrolsView:
    return c.PatrolsView.model_validate(await house.ask(c.GetPatrols()))


async def flown(house: House, district: District, points: int) -> c.PatrolView:
    plan = plan_of(district, points_about(district, "D01", points)).model_dump(mode="json")
    return c.PatrolView.model_validate(
        await house.ask(c.FlyPatrol(name="round", plan=plan, at_once=True))
    )


def test_while_patrols_are_paused_none_starts_and_then_they_do(district: District) -> None:
    async def act(house: House) -> None:
        view = c.PatrolsView.model_validate(
            await house.ask(c.PausePatrols(reason="a visit of the minister", by="chen"))
        )
        assert view.paused is not None
        assert view.paused.by == "chen"
        await flown(house, district, 1)
        await asyncio.sleep(600)
        assert not house.journal.state.sorties
        (patrol,) = (await patrols(house)).patrols
        assert patrol.flights[0].state == "waits"
        assert "a visit of the minister" in str(patrol.flights[0].reason)
        lon, lat = district.docks[0].at
        await house.ask(c.ReportIncident(lon=lon, lat=lat, kind="fire", dispatch="confirm"))
        told = c.PatrolReport.model_validate(await house.ask(c.GetPatrolReport()))
        assert not told.findings  # what nobody on patrol found is none, whoever is not sent out
        view = c.PatrolsView.model_validate(await house.ask(c.ResumePatrols(by="chen")))
        assert view.paused is None
        await until(lambda: house.journal.state.sorties)

    in_the_house(district, act)


def test_pausing_calls_home_those_that_are_out_where_that_is_asked(district: District) -> None:
    async def act(house: House) -> None:
        await flown(house, district, 3)
        await until(lambda: any(s.state == "en_route" for s in house.journal.state.active()))
        await house.ask(c.PausePatrols(reason="thunder", recall=True))
        await until(lambda: not house.journal.state.under_way)
        (sortie,) = house.journal.state.sorties.values()
        assert sortie.state is c.SortieState.DOCKED
        (flight,) = (await patrols(house)).patrols[0].flights
        assert flight.outcome in ("unfinished", "missed", "replanned")

    in_the_house(district, act)


def test_a_finding_is_an_incident_under_the_drone_in_one_act(district: District) -> None:
    async def act(house: House) -> None:
        await flown(house, district, 2)
        await until(lambda: any(p.seen for p in house.journal.state.patrols.plans.values()))
        (sortie,) = house.journal.state.active()
        told = c.ReportFinding(sortie=sortie.id, kind="fire", note="smoke", dispatch="confirm")
        found = c.IncidentView.model_validate(await house.ask(told))
        assert found.found_by == sortie.id
        site = district.docks[0].at
        assert abs(found.lon - site[0]) < 0.02
        assert abs(found.lat - site[1]) < 0.02
        report = c.PatrolReport.model_validate(await house.ask(c.GetPatrolReport()))
        assert [each.note for each in report.findings] == ["smoke"]
        await until(lambda: not house.journal.state.under_way)
        with pytest.raises(RequestFailed, match="name the place"):
            await house.ask(told)

    in_the_house(district, act)


def test_the_report_of_a_day_tells_what_was_seen_by_whom_and_what_not(district: District) -> None:
    async def act(house: House) -> None:
        patrol = await flown(house, district, 3)
        plans = house.journal.state.patrols.plans
        await until(lambda: plans[patrol.id].seen)
        (sortie,) = house.journal.state.active()
        await house.ask(c.Recall(sortie=sortie.id))
        await until(lambda: not house.journal.state.under_way)
        report = c.PatrolReport.model_validate(await house.ask(c.GetPatrolReport()))
        assert report.visits == len(report.tasks) == 3
        assert report.seen == len(plans[patrol.id].seen)
        assert 0 < report.seen < 3
        looks = [look for task in report.tasks for look in task.looks]
        assert all(look.drone == sortie.drone for look in looks if look.seen_at)
        assert all(look.why_not for look in looks if look.seen_at is None)
        assert all((task.photos > 0) == bool(task.looks[0].seen_at) for task in report.tasks)
        one = c.GetPatrolReport(of=f"{patrol.id}/{patrol.flights[0].id}")
        assert c.PatrolReport.model_validate(await house.ask(one)).seen == report.seen
        with pytest.raises(RequestFailed, match="no patrol nothing was planned"):
            await house.ask(c.GetPatrolReport(of="nothing"))
        await _prints(house, report)

    in_the_house(district, act)


async def _prints(house: House, report: c.PatrolReport) -> None:
    """As a page and as a document, in both languages."""
    for language, title in (("zh", "巡查报告"), ("en", "Patrol report")):
        ask = c.PrintPatrolReport.model_validate({"form": "html", "language": language})
        page = base64.b64decode((await house.ask(ask))["body"]).decode()
        assert title in page
        assert f"<dd>{report.seen}/{report.visits}</dd>" in page
        assert "<script" not in page
        kept = await house.ask(ask.model_copy(update={"form": "pdf"}))
        pdf = base64.b64decode(kept["body"])
        assert kept["media_type"] == "application/pdf"
        assert pdf.startswith(b"%PDF-")
        assert (b"/STSong-Light" in pdf) == (language == "zh")
