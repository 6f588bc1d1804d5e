"""25 real arducopter processes in real time with the whole stack around them, measured."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

from fleet import contract as c
from fleet.bus import Message, MqttBus, Topics
from fleet.clock import Clock
from fleet.stack import StackSettings, running

MEASURED_S = 30.0
pytestmark = pytest.mark.skipif(
    shutil.which(os.environ.get("ARDUCOPTER", "arducopter")) is None,
    reason="NO ARDUCOPTER: set $ARDUCOPTER or PATH",
)


async def measure(state_dir: Path) -> dict[str, Any]:
    settings = StackSettings(
        district_dir=Path("configs/longgang"),
        district="longgang",
        state_dir=state_dir,
        vehicles="ardupilot",
        broker_port=0,
        console_port=0,
        mavlink_port=0,
    )
    paces: list[float] = []
    statuses: list[tuple[float, c.Status]] = []
    clock = Clock()
    began_s = time.monotonic()
    async with running(settings, Clock()) as stack:
        started_s, started_at = time.monotonic(), clock.now()
        async with MqttBus(stack.broker, client="bench", clock=Clock()) as bus:

            async def on_pace(message: Message) -> None:
                paces.append(float(message.payload))

            async def on_status(message: Message) -> None:
                status = c.Status.model_validate_json(message.payload)
                statuses.append((time.monotonic(), status))

            topics = Topics("longgang")
            await bus.subscribe(topics.of("sim", "vehicles", "pace"), on_pace)
            await bus.subscribe(topics.controller_status(), on_status)
            await stack.ready(120)
            ready_s = time.monotonic()
            asked = await bus.request(topics.controller_request(), c.GetEvents(limit=5000), 10)
            verified = [
                datetime.fromisoformat(event["at"])
                for event in asked.body["events"]
                if event["kind"] == "DroneReadied"
            ]
            processes = [
                process
                for child in stack.children
                for process in (psutil.Process(child.pid), *psutil.Process(child.pid).children())
            ]
            for process in processes:
                process.cpu_percent(None)
            await asyncio.sleep(MEASURED_S)
            cpu = sum(process.cpu_percent(None) for process in processes)
            memory = sum(process.memory_info().rss for process in processes) / 2**20
    connected_s = next(at for at, status in statuses if status.drones_connected == 25)
    return {
        "processes started after (s)": started_s - began_s,
        "all connected after their start (s)": max(0.0, connected_s - started_s),
        "parameters and fence verified after it (s)": (max(verified) - started_at).total_seconds(),
        "all ready, estimators settled, after it (s)": ready_s - started_s,
        "achieved sim-rate": paces[-1],
        "CPU of everything (% of one core)": cpu,
        "resident memory of everything (MiB)": memory,
    }


def test_25_arducopters_keep_real_time_with_the_stack_around_them(tmp_path, capsys):
    figures = Clock().run(measure(tmp_path))
    with capsys.disabled():
        for what, value in figures.items():
            print(f"\n  {what:44} {value:8.2f}", end="")
        print()
