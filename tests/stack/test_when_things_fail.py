"""A dock that jams, a drone called back on its way, a controller that is restarted in between."""

from __future__ import annotations

import os
import signal

import psutil
import pytest

from fleet import contract as c
from tests.stack.officer import on_duty
from tests.stack.running import RunningStack, dockfleet

pytestmark = pytest.mark.stack

PLACE = (114.23, 22.70)
FAR = (114.1283, 22.6960)
NEAR_A_DOCK = (114.1200, 22.7030)


async def test_when_a_dock_jams_the_next_best_drone_goes(stack):
    async with on_duty(stack.broker) as officer:
        offered = await officer.ask(c.PlanFor(lon=PLACE[0], lat=PLACE[1]))
        first, second = (offer["dock"] for offer in offered["ranking"][:2])
        await officer.break_dock(first, "cover_stuck")
        incident = await officer.report(PLACE)
        assert incident.dock == first

        await officer.until(lambda: len(officer.sorties_of(incident.id)) == 2)
        failed, sent = officer.sorties_of(incident.id)
        assert failed.state == "aborted"
        assert "stuck" in failed.reason
        assert sent.dock == second

        there = await officer.until_sortie(sent.id, "on_scene")
        ranked = await officer.ask(c.RankDocks(incident=incident.id))
        ruled_out = next(offer for offer in ranked["ranking"] if offer["dock"] == first)
        assert [reason["veto"] for reason in ruled_out["reasons"]] == ["dock_fault"]

        await officer.ask(c.Recall(sortie=there.id))
        await officer.until_sortie(there.id, "docked")
        await officer.break_dock(first, "none")
        # jammed, it stays so until somebody has looked
        closed = await officer.ask(c.CloseIncident(incident=incident.id))
        assert closed["state"] == "closed"


async def test_a_dock_that_fails_is_missing_from_the_coverage_until_it_is_well(stack):
    async with on_duty(stack.broker) as officer:
        await officer.until(lambda: officer.coverage and len(officer.coverage.available) >= 20)
        whole = officer.coverage
        assert whole.covered_share > 0.9
        (dock,) = whole.n_minus_1_worst.docks
        await officer.break_dock(dock, "offline")
        await officer.until(lambda: dock not in officer.coverage.available)
        assert officer.coverage.covered_share < whole.covered_share
        assert officer.coverage.gaps["coordinates"]
        asked = await officer.ask(c.GetCoverage())
        assert dock not in asked["available"]
        await officer.break_dock(dock, "none")
        await officer.until(lambda: dock in officer.coverage.available)


async def test_incidents_nobody_could_go_to_are_served_the_gravest_first_once_a_dock_is_well(stack):
    async with on_duty(stack.broker) as officer:
        docks = [f"D{number:02d}" for number in range(1, 26)]
        for dock in docks:
            await officer.break_dock(dock, "offline")
        await officer.until(lambda: officer.coverage and not officer.coverage.available)
        slight = await officer.report(PLACE, level=4)
        grave = await officer.report(FAR, level=1)
        assert (slight.state, grave.state) == ("unserved", "unserved")
        ranked = await officer.ask(c.PlanFor(lon=FAR[0], lat=FAR[1]))
        # the best of those that lack nothing else: others may be charging after another test
        offline = {"dock_offline", "wind_assumed"}  # no station is heard either
        well = next(
            offer["dock"]
            for offer in ranked["ranking"]
            if {reason["veto"] for reason in offer["reasons"]} == offline
        )

        await officer.break_dock(well, "none")
        await officer.until(lambda: officer.sorties_of(grave.id))
        assert officer.sorties_of(grave.id)[0].dock == well
        assert officer.sorties_of(slight.id) == []
        assert officer.incidents[slight.id].state == "unserved"

        closed = await officer.ask(c.CloseIncident(incident=slight.id))
        assert closed["state"] == "closed"
        for dock in docks:
            await officer.break_dock(dock, "none")
        await officer.ask(c.Recall(sortie=officer.sorties_of(grave.id)[0].id))
        await officer.until_sortie(officer.sorties_of(grave.id)[0].id, "docked", "aborted")
        assert officer.sorties_of(slight.id) == []  # nobody goes to what is closed


async def test_a_drone_called_back_on_its_way_comes_home_by_a_way_planned_from_there(stack):
    async with on_duty(stack.broker) as officer:
        incident = await officer.report(FAR)
        await officer.until_sortie(incident.sortie, "en_route")
        await officer.ask(c.Recall(sortie=incident.sortie, reason="false alarm"))
        home = await officer.until_sortie(incident.sortie, "docked")
        assert home.on_scene_s is None
        assert officer.incidents[incident.id].state == "unserved"
        assert "return_by_autopilot" not in officer.steps(incident.sortie)
        assert officer.sorties_of(incident.id) == [home]  # nobody else was sent


async def test_a_drone_recalled_before_take_off_never_leaves(stack):
    async with on_duty(stack.broker) as officer:
        incident = await officer.report(FAR)
        await officer.ask(c.Recall(sortie=incident.sortie))
        ended = await officer.until_sortie(incident.sortie, "aborted")
        assert ended.took_off_at is None


async def test_an_incident_cannot_be_closed_under_a_flying_drone(stack):
    from fleet.bus import RequestFailed

    async with on_duty(stack.broker) as officer:
        incident = await officer.report(FAR)
        with pytest.raises(RequestFailed, match="recall it first"):
            await officer.ask(c.CloseIncident(incident=incident.id))
        await officer.ask(c.Recall(sortie=incident.sortie))
        await officer.until_sortie(incident.sortie, "docked", "aborted")


async def test_a_restarted_controller_goes_on_with_the_flight(tmp_path):
    slow = RunningStack("--speedup", "2", "--no-console", state_dir=tmp_path)
    try:
        async with on_duty(slow.broker) as officer:
            incident = await officer.report(NEAR_A_DOCK)
            await officer.until_sortie(incident.sortie, "en_route")
            kill_the_controller(slow.pid)
            there = await officer.until_sortie(incident.sortie, "on_scene")
            assert there.id == incident.sortie
    finally:
        slow.end()


def kill_the_controller(up_pid: int) -> None:
    children = psutil.Process(up_pid).children()
    controller = next(p for p in children if "controller" in p.cmdline())
    os.kill(controller.pid, signal.SIGKILL)


async def test_a_drone_out_of_service_is_not_sent_until_it_is_put_back(stack):
    async with on_duty(stack.broker) as officer:
        plan = c.PlanFor(lon=PLACE[0], lat=PLACE[1])
        first = (await officer.ask(plan))["ranking"][0]
        out = dockfleet(
            *("drone", "take-out", first["drone"], "--reason", "a cracked propeller"),
            broker=stack.broker,
        )
        assert out.stdout == f"{first['drone']} is out of service: a cracked propeller\n"
        now = (await officer.ask(plan))["ranking"]
        assert now[0]["dock"] != first["dock"]
        offer = next(each for each in now if each["dock"] == first["dock"])
        assert [reason["text"] for reason in offer["reasons"]] == [
            "out of service; a cracked propeller"
        ]

        back = dockfleet("drone", "put-back", first["drone"], broker=stack.broker)
        assert back.stdout == f"{first['drone']} is in service\n"
        assert (await officer.ask(plan))["ranking"][0]["dock"] == first["dock"]
        unknown = dockfleet("drone", "take-out", "U99", "--reason", "x", broker=stack.broker)
        assert unknown.returncode == 1
        assert "there is no drone U99" in unknown.stderr
