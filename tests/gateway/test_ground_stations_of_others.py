"""DroneKit, MAVSDK and MAVProxy at the gateway, as their makers published them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
from pymavlink import mavutil

from fleet.clock import Clock
from fleet.lending.script import ADDRESS
from tests.gateway.gateway_stage import CLIENTS, SPEEDUP, Airfield, Client, airfield, client

DRONES = 25


def played(story: Coroutine[Any, Any, None]) -> None:
    Clock(SPEEDUP).run(story)


async def flown(field: Airfield, flies: Client) -> None:
    """It waits for its lease, flies and lands."""
    field.lend()
    flew = await flies.says("flew")
    assert flew["north_m"] == pytest.approx(55.6, abs=5)
    assert flew["up_m"] == pytest.approx(25, abs=6)
    assert (await flies.says("landed"))["armed"] is False
    assert await flies.process.wait() == 0
    await field.vehicle().until(lambda state: not state.armed)


def test_a_dronekit_script_is_refused_without_a_lease_and_flies_with_one(monkeypatch) -> None:
    async def story() -> None:
        async with airfield() as field:
            monkeypatch.setenv(ADDRESS, field.address())
            script = str(CLIENTS / "dronekit_flies.py")
            async with client("-m", "fleet.lending.dronekit_runner", script) as flies:
                tried = await flies.says("tried")
                assert tried["armed"] is False
                assert "controller holds U01; ask the duty officer" in tried["texts"]
                assert tried["parameters"] > 30
                assert set(field.refused) == {"no_lease"}
                await flown(field, flies)

    played(story())


def test_a_mavsdk_program_is_refused_without_a_lease_and_flies_with_one() -> None:
    async def story() -> None:
        async with airfield() as field:
            program = str(CLIENTS / "mavsdk_flies.py")
            async with client(program, field.address()) as flies:
                assert (await flies.says("tried"))["result"] == "COMMAND_DENIED"
                assert set(field.refused) == {"no_lease"}
                await flown(field, flies)

    played(story())


def test_mavproxy_watches_twenty_five_drones_at_once_and_commands_none(tmp_path: Path) -> None:
    async def story() -> None:
        async with airfield(DRONES) as field:
            masters = [f"--master={field.address(sysid)}" for sysid in range(1, DRONES + 1)]
            program = str(Path(sys.executable).with_name("mavproxy.py"))
            options = ("--aircraft=watch", "--default-modules=log,signing,arm,mode,cmdlong,link")
            pipe = asyncio.subprocess.PIPE
            async with client(program, *masters, *options, cwd=tmp_path, stdin=pipe) as watches:
                await heard_all(tmp_path)
                assert watches.process.stdin is not None
                watches.process.stdin.write(b"vehicle 7\narm throttle\n")
                async with asyncio.timeout(60 * SPEEDUP):
                    while "no_lease" not in field.refused:  # noqa: ASYNC110
                        await asyncio.sleep(SPEEDUP / 10)
                assert len(field.gateway.guests) == DRONES
                assert not any(field.vehicle(each).state.armed for each in range(1, DRONES + 1))

    played(story())


async def heard_all(folder: Path) -> None:
    """Until its own log has where each drone is."""
    async with asyncio.timeout(60 * SPEEDUP):
        while len(await asyncio.to_thread(tellers, folder)) < DRONES:  # noqa: ASYNC110
            await asyncio.sleep(SPEEDUP / 2)


def tellers(folder: Path) -> set[int]:
    """The systems of which it has logged where they are."""
    heard = set()
    for log in folder.rglob("*.tlog"):
        read = mavutil.mavlink_connection(str(log))
        while message := read.recv_match(type="GLOBAL_POSITION_INT"):
            heard.add(message.get_srcSystem())
        read.close()
    return heard
