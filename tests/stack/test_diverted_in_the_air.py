"""A drone in the air goes on to another incident: by rule on its way home, else when a person says
so."""

from __future__ import annotations

import pytest

from fleet import contract as c
from fleet.bus import RequestFailed
from tests.stack.officer import Officer, on_duty

pytestmark = pytest.mark.stack

FIRST = (114.2300, 22.7000)
BESIDE = (114.2330, 22.7020)


async def reached(officer: Officer) -> c.SortieView:
    """A sortie whose drone is over its incident."""
    incident = await officer.report(FIRST, level=3)
    assert incident.sortie is not None
    return await officer.until_sortie(incident.sortie, "on_scene")


async def home(officer: Officer, sortie: str) -> None:
    await officer.ask(c.Recall(sortie=sortie))
    await officer.until_sortie(sortie, "docked")


async def test_a_drone_on_its_way_home_goes_on_to_what_is_reported_beside_its_way(stack):
    async with on_duty(stack.broker) as officer:
        before = await reached(officer)
        await officer.ask(c.Recall(sortie=before.id))
        incident = await officer.report(BESIDE)
        assert incident.sortie is not None
        await officer.until_sortie(before.id, "diverted")
        after = await officer.until_sortie(incident.sortie, "on_scene")
        assert (after.drone, after.diverted_from) == (before.drone, before.id)
        assert after.took_off_at == before.took_off_at
        assert "way_told" in officer.steps(after.id)
        assert "armed" not in officer.steps(after.id)  # it never landed in between
        await home(officer, after.id)


async def test_a_drone_over_an_incident_leaves_it_only_for_one_that_a_person_sends_it_to(stack):
    async with on_duty(stack.broker) as officer:
        before = await reached(officer)
        incident = await officer.report(BESIDE, dispatch="confirm", level=1)
        ranked = await officer.ask(c.RankDocks(incident=incident.id))
        offer = next(each for each in ranked["ranking"] if each["drone"] == before.drone)
        assert (offer["airborne"], offer["feasible"]) == (True, False)
        assert [reason["veto"] for reason in offer["reasons"]] == ["drone_away"]
        assert offer["eta_s"] < min(each["eta_s"] for each in ranked["ranking"] if each["feasible"])
        with pytest.raises(RequestFailed, match="is on sortie"):
            await officer.ask(c.Dispatch(incident=incident.id, dock=before.dock))

        sent = c.SortieView.model_validate(
            await officer.ask(c.Dispatch(incident=incident.id, dock=before.dock, divert=True))
        )
        assert sent.diverted_from == before.id
        await officer.until(lambda: officer.incidents[before.incident].state == "attended")
        await officer.until_sortie(sent.id, "on_scene")
        await home(officer, sent.id)
