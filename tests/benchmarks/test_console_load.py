"""How fast telemetry reaches many consoles, and what the console process needs for it."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

from fleet.bus import MqttBus, Reply, Request, Topics
from fleet.clock import Clock
from fleet.contract import DroneTelemetry, Snapshot, Status, TelemetryFrame

websockets = pytest.importorskip("websockets")
MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin")
ROOT = Path(__file__).parents[2]
FRAMES, HZ, DRONES = 100, 10, 25


@dataclass
class Load:
    broker: str
    consoles: int
    stalled: int
    delays_s: list[float] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)

    async def run(self) -> None:
        clock, topics = Clock(), Topics(f"load{self.consoles}")
        async with MqttBus(self.broker, client="controller", clock=clock) as bus:
            await bus.serve(topics.controller_request(), _answer)
            await bus.publish(topics.controller_status(), _status(), retain=True)
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "fleet", "console", "--port", "0"),
                *("--broker", self.broker, "--district", topics.district),
                cwd=ROOT,
                stdout=subprocess.PIPE,
            )
            assert process.stdout is not None
            address = json.loads(await process.stdout.readline())["address"]
            watched = psutil.Process(process.pid)
            self.figures["rss_idle_mb"] = round(watched.memory_info().rss / 1e6)
            try:
                async with asyncio.TaskGroup() as tasks:
                    arrivals = asyncio.Semaphore(0)
                    officers = [
                        tasks.create_task(self._officer(address, number, arrivals))
                        for number in range(self.consoles)
                    ]
                    for _ in range(self.consoles):
                        await arrivals.acquire()
                    await self._fly(bus, topics, watched)
                    for officer in officers:
                        officer.cancel()
            finally:
                process.terminate()
                await process.wait()

    async def _fly(self, bus: MqttBus, topics: Topics, watched: psutil.Process) -> None:
        watched.cpu_percent()
        for _ in range(FRAMES):
            await bus.publish(topics.telemetry(), _frame(), qos=0)
            await asyncio.sleep(1 / HZ)
        await asyncio.sleep(1)
        delays_ms = sorted(1000 * delay for delay in self.delays_s)
        self.figures |= {
            "rss_loaded_mb": round(watched.memory_info().rss / 1e6),
            "cpu_percent": round(watched.cpu_percent()),
            "received": len(delays_ms),
            "sent": FRAMES * (self.consoles - self.stalled),
            "p50_ms": round(delays_ms[len(delays_ms) // 2], 1),
            "p99_ms": round(delays_ms[int(0.99 * len(delays_ms))], 1),
        }

    async def _officer(self, address: str, number: int, arrivals: asyncio.Semaphore) -> None:
        url = address.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
        loop = asyncio.get_running_loop()
        async with websockets.connect(
            url, max_size=None, compression=None, close_timeout=0.1
        ) as connection:
            await connection.recv()
            await connection.send("40/ops,")
            while '["snapshot"' not in await connection.recv():
                continue
            arrivals.release()
            if number < self.stalled:
                await asyncio.Event().wait()
            async for text in connection:
                if text == "2":
                    await connection.send("3")
                at = text.find('"statustext":"T')
                if at > 0:
                    sent_s = float(text[at + 15 : text.index('"', at + 15)])
                    self.delays_s.append(loop.time() - sent_s)


async def _answer(request: Request) -> Reply:
    empty = TelemetryFrame(at=datetime.now(UTC), drones=())
    snapshot = Snapshot(seq=0, at=empty.at, incidents=(), sorties=(), docks=(), telemetry=empty)
    return Reply(id=request.id, ok=True, body=snapshot.model_dump(mode="json"))


def _status() -> Status:
    return Status(
        at=datetime.now(UTC),
        serving=True,
        docks_online=DRONES,
        docks=DRONES,
        drones_connected=DRONES,
        drones_ready=DRONES,
        drones=DRONES,
    )


def _frame() -> TelemetryFrame:
    """A frame with all fields, stamped in its first drone's text."""
    now = datetime.now(UTC)
    stamp = f"T{asyncio.get_running_loop().time()}"
    return TelemetryFrame(
        at=now,
        drones=tuple(
            DroneTelemetry(
                drone=f"U{number:02d}",
                at=now,
                connected=True,
                ready=True,
                not_ready=None,
                lon=114.123456,
                lat=22.654321,
                alt_amsl_m=123.45,
                alt_rel_m=100.12,
                heading_deg=123.4,
                ground_ms=15.2,
                climb_ms=0.1,
                roll_deg=1.2,
                pitch_deg=3.4,
                armed=True,
                mode="AUTO",
                battery_pct=88.1,
                battery_v=22.2,
                satellites=17,
                statustext=stamp if number == 1 else None,
            )
            for number in range(1, DRONES + 1)
        ),
    )


@pytest.fixture
def broker() -> Iterator[str]:
    if MOSQUITTO is None:
        pytest.skip("no mosquitto on this machine")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    process = subprocess.Popen([MOSQUITTO, "-p", str(port)], stderr=subprocess.DEVNULL)
    try:
        pause = threading.Event()
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            pause.wait(0.02)
        yield f"mqtt://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


@pytest.mark.parametrize(("consoles", "stalled"), [(1, 0), (50, 5), (200, 0)])
def test_telemetry_reaches_many_consoles(
    benchmark: Any, broker: str, consoles: int, stalled: int
) -> None:
    load = Load(broker, consoles, stalled)
    benchmark.pedantic(lambda: asyncio.run(load.run()), rounds=1)
    benchmark.extra_info.update(load.figures)
    print(f"\n{consoles} consoles, {stalled} of them stalled: {load.figures}")
