"""Builtin drones at a gateway, and ground stations of others as processes beside them."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fleet.mavlink.gate import GateNews, PassageRefused
from fleet.mavlink.gateway import Gateway
from fleet.mavlink.reactor import Reactor
from fleet.mavlink.vehicle import Vehicle
from sitl.builtin.fleet import BuiltinFleet
from sitl.craft import CraftSpec
from tests.vehicle_contract.contract_stage import MODEL

HOST = "127.0.0.1"
LON, LAT, AMSL_M = 114.24, 22.72, 45.0
SPEEDUP = 4.0
CLIENTS = Path(__file__).parent / "clients"
ROOT = Path(__file__).parents[2]
SAYS_WITHIN_S = 60.0 * SPEEDUP  # the clients run by the wall clock


class Airfield:
    """Some drones, ready on their pads."""

    def __init__(self, reactor: Reactor, gateway: Gateway, news: list[GateNews]) -> None:
        self.reactor, self.gateway, self.news = reactor, gateway, news

    def vehicle(self, sysid: int = 1) -> Vehicle:
        return self.reactor.vehicle(sysid)

    def address(self, sysid: int = 1) -> str:
        return self.gateway.address(name(sysid))

    def lend(self, sysid: int = 1) -> None:
        """To the only ground station that is connected to it."""
        (guest,) = [seen.name for seen in self.gateway.guests if seen.drone == name(sysid)]
        now_s = asyncio.get_running_loop().time()
        self.reactor.gate.grant(self.vehicle(sysid).address, guest, "chen", 3600.0, now_s)

    @property
    def refused(self) -> list[str]:
        """Why what was not let pass."""
        return [each.reason for each in self.news if isinstance(each, PassageRefused)]


@asynccontextmanager
async def airfield(drones: int = 1) -> AsyncIterator[Airfield]:
    news: list[GateNews] = []
    sysids = range(1, drones + 1)
    specs = [
        CraftSpec(name(sysid), f"D{sysid:02}", sysid, LON + sysid * 0.005, LAT, AMSL_M)
        for sysid in sysids
    ]
    flown = BuiltinFleet(specs, [MODEL] * drones)
    names = {name(sysid): sysid for sysid in sysids}
    async with (
        Reactor(f"udp://{HOST}:0", {}, list(sysids), 5.0, news.append) as reactor,
        Gateway(f"tcp://{HOST}:0", names, reactor.watch, reactor.gate) as gateway,
        asyncio.TaskGroup() as tasks,
    ):
        host, port = reactor.address.split(":")
        flying = tasks.create_task(flown.run((host, int(port))))
        async with asyncio.timeout(60.0 * SPEEDUP):
            for sysid in sysids:
                vehicle = reactor.vehicle(sysid)
                await vehicle.connected()
                await vehicle.request_streams(5.0 if drones == 1 else 2.0)
                await vehicle.until(lambda state: state.prearm_ok)
        yield Airfield(reactor, gateway, news)
        flying.cancel()


def name(sysid: int) -> str:
    return f"U{sysid:02}"


class Client:
    """A ground station's process. What it has to say it prints as lines of JSON."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def says(self, what: str) -> dict[str, Any]:
        """The next line that begins with this word of its own."""
        assert self.process.stdout is not None
        other = []
        async with asyncio.timeout(SAYS_WITHIN_S):
            async for line in self.process.stdout:
                if line.startswith(b'{"said"'):
                    told: dict[str, Any] = json.loads(line)
                    assert told["said"] == what, told
                    return told
                other.append(line.decode(errors="replace"))
        raise AssertionError(f"it ended without saying {what}: {''.join(other)}")


@asynccontextmanager
async def client(*arguments: str, **pipes: Any) -> AsyncIterator[Client]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        cwd=pipes.pop("cwd", ROOT),
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        **pipes,
    )
    try:
        yield Client(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
