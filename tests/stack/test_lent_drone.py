"""A drone that the duty officer lends to a ground station, by the command line, and takes back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pymavlink import mavutil

from fleet import contract as c
from fleet.bus import RequestFailed
from tests.stack.officer import Officer, on_duty
from tests.stack.running import dockfleet

pytestmark = pytest.mark.stack

GUIDED, RTL, DENIED = 4, 6, 2
SCRIPTS = Path(__file__).parents[1] / "gateway" / "clients"


class Desk:
    """A ground station on pymavlink, which blocks: each call in a thread."""

    def __init__(self, link: Any) -> None:
        self.link = link

    async def hears(self, kind: str, true: Any = lambda _: True) -> Any:
        return await asyncio.to_thread(self._hear, kind, true)

    def _hear(self, kind: str, true: Any) -> Any:
        while True:
            message = self.link.recv_match(type=kind, blocking=True, timeout=60)
            assert message is not None, f"no {kind}"
            if true(message):
                return message

    async def told(self, part: str) -> None:
        await self.hears("STATUSTEXT", lambda message: part in message.text)

    async def command(self, command: int, *parameters: float) -> int:
        seven = (*parameters, *(0.0,) * (7 - len(parameters)))
        self.link.mav.command_long_send(0, 0, command, 0, *seven)
        return int((await self.hears("COMMAND_ACK", lambda m: m.command == command)).result)


async def free_drone(officer: Officer) -> c.OfferedDrone:
    """One that may leave its dock; earlier tests' drones may still be charging."""
    async with asyncio.timeout(120):
        while True:
            snapshot = c.Snapshot.model_validate(await officer.ask(c.GetSnapshot()))
            full = {
                each.drone
                for each in snapshot.telemetry.drones
                if each.ready and not each.armed and (each.battery_pct or 0) > 90
            }
            view = c.GatewayView.model_validate(await officer.ask(c.GetGateway()))
            for each in view.drones:
                if each.drone in full and each.sortie is None and not each.guests:
                    return each
            await asyncio.sleep(1)


async def is_armed(officer: Officer, drone: str) -> bool:
    snapshot = c.Snapshot.model_validate(await officer.ask(c.GetSnapshot()))
    return next(each.armed for each in snapshot.telemetry.drones if each.drone == drone)


@asynccontextmanager
async def desk_at(address: str) -> AsyncIterator[Desk]:
    link = await asyncio.to_thread(mavutil.mavlink_connection, address, autoreconnect=False)
    try:
        desk = Desk(link)
        await desk.told("You are")
        yield desk
    finally:
        link.close()


async def by_hand(stack: Any, *arguments: str) -> Any:
    return await asyncio.to_thread(dockfleet, *arguments, broker=stack.broker)


async def test_lent_from_its_dock_it_flies_as_told_and_comes_home_when_taken_back(stack):
    async with on_duty(stack.broker) as officer:
        offered = await free_drone(officer)
        async with desk_at(offered.address) as desk:
            assert await desk.command(400, 1) == DENIED
            await desk.told(f"controller holds {offered.drone}")
            given = await by_hand(
                stack, "lease", "grant", offered.dock, "--for", "QGC desk 2", "--minutes", "5"
            )
            assert given.returncode == 0, given.stderr
            assert f"{offered.drone} is lent to QGC desk 2" in given.stdout
            await desk.told("You hold the drone for 5 min")
            (held,) = json.loads((await by_hand(stack, "lease", "list", "--json")).stdout)["leases"]
            assert (held["drone"], held["label"], held["by"]) == (
                offered.drone,
                "QGC desk 2",
                "cli",
            )
            sortie = held["sortie"]
            assert await desk.command(176, 1, GUIDED) == 0
            assert await desk.command(400, 1) == 0
            assert await desk.command(22, 0, 0, 0, 0, 0, 0, 30) == 0
            await desk.hears("GLOBAL_POSITION_INT", lambda m: m.relative_alt > 28_000)
            async with desk_at(offered.address) as another:
                assert await another.command(176, 1, RTL) == DENIED
                await another.told("QGC desk 2")
            back = await by_hand(stack, "lease", "take-back", offered.dock)
            assert back.returncode == 0, back.stderr
            await desk.told("taken back by cli")
            assert await desk.command(22, 0, 0, 0, 0, 0, 0, 50) == DENIED
        await officer.until_sortie(sortie, "docked")
        refused = await by_hand(stack, "lease", "take-back", offered.dock)
        assert refused.returncode == 1
        assert "nothing to take back" in refused.stderr


async def test_nobody_is_lent_a_drone_who_is_not_connected_and_one_on_loan_hangs_up(stack):
    async with on_duty(stack.broker) as officer:
        offered = await free_drone(officer)
        refused = await by_hand(stack, "lease", "grant", offered.drone)
        assert refused.returncode == 1
        assert f"no ground station is connected to {offered.drone} at tcp:" in refused.stderr
        shown = await by_hand(stack, "gateway")
        assert offered.address in shown.stdout
        async with desk_at(offered.address):
            answer = await officer.ask(c.GrantLease(drone=offered.drone))
            sortie = answer["id"]
            lent = await officer.until_sortie(sortie, "lent")
            assert lent.incident is None
            with pytest.raises(RequestFailed, match="on the ground; take it back instead"):
                await officer.ask(c.LandNow(sortie=sortie))
        aborted = await officer.until_sortie(sortie, "aborted")
        assert "has not left its pad" in (aborted.reason or "")


async def test_a_recall_goes_over_a_lease_in_the_air_and_its_holder_is_told(stack):
    async with on_duty(stack.broker) as officer:
        incident = await officer.report((114.1200, 22.7030))
        assert incident.sortie is not None
        await officer.until_sortie(incident.sortie, "en_route")
        drone = officer.sorties[incident.sortie].drone
        view = c.GatewayView.model_validate(await officer.ask(c.GetGateway()))
        address = next(each.address for each in view.drones if each.drone == drone)
        async with desk_at(address) as desk:
            answer = await officer.ask(c.GrantLease(drone=drone, label="tablet"))
            assert (answer["state"], answer["lease"]["label"]) == ("lent", "tablet")
            await officer.ask(c.Recall(sortie=incident.sortie, reason="storm is coming"))
            await desk.told("Your lease was taken back by controller: storm")
            await officer.until_sortie(incident.sortie, "docked")
        assert officer.sorties[incident.sortie].lease is None


async def test_a_dronekit_script_flies_a_drone_which_then_comes_home(stack):
    async with on_duty(stack.broker) as officer:
        offered = await free_drone(officer)
        script = str(SCRIPTS / "dronekit_hops.py")
        flown = await by_hand(stack, "script", "run", script, "--drone", offered.dock, "--json")
        assert flown.returncode == 0, flown.stderr
        printed, _, told = flown.stdout.partition("{")
        assert printed.split() in (["up", "19"], ["up", "20"])
        told = json.loads("{" + told)
        assert (told["drone"], told["exit"]) == (offered.drone, 0)
        docked = await officer.until_sortie(told["sortie"], "docked")
        assert docked.took_off_at is not None
        ended = [e.data for e in officer.events if e.kind == "LeaseEnded"]
        assert ended[-1]["why"] == "its holder has hung up"


async def test_a_script_whose_drone_is_taken_back_is_ended_and_says_why(stack):
    async with on_duty(stack.broker) as officer:
        offered = await free_drone(officer)
        script = str(SCRIPTS / "dronekit_stays.py")
        running = asyncio.ensure_future(
            by_hand(stack, "script", "run", script, "{address}", "--drone", offered.drone)
        )
        async with asyncio.timeout(60):
            while not await is_armed(officer, offered.drone):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        await officer.ask(c.TakeBackLease(drone=offered.drone, reason="fire in Pinghu", by="li"))
        ended = await running
        assert ended.returncode == 1
        assert "taken back by li: fire in Pinghu; the script was ended" in ended.stderr
