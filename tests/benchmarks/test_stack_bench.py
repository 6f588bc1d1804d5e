"""The whole stack with builtin vehicles, in real time: start, memory, report to command."""

from __future__ import annotations

import asyncio
import statistics
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil

from fleet import contract as c
from fleet.bus import MqttBus, Topics
from fleet.clock import Clock
from fleet.stack import Stack, StackSettings, running

REPORTS = 40
PLACES = [(114.10, 22.65), (114.23, 22.70), (114.30, 22.77), (114.19, 22.65), (114.13, 22.70)]


async def from_report_to_sortie(bus: MqttBus, at: tuple[float, float]) -> dict[str, float]:
    """Milliseconds: the reporter's wait for the answer, and from the recorded report to the sortie
    being prepared, which is when the first MAVLink message leaves."""
    topic = Topics("longgang").controller_request()
    began_s = time.perf_counter()
    body = c.ReportIncident(lon=at[0], lat=at[1], kind="fire", dispatch="now")
    answer = (await bus.request(topic, body, 10)).body
    answered_ms = (time.perf_counter() - began_s) * 1000
    asked = await bus.request(topic, c.GetEvents(incident=answer["id"]), 10)
    times = {e["kind"]: datetime.fromisoformat(e["at"]) for e in reversed(asked.body["events"])}
    sent_ms = (times["SortieAdvanced"] - times["IncidentReported"]).total_seconds() * 1000
    await bus.request(topic, c.Recall(sortie=answer["sortie"]), 10)
    return {"answered": answered_ms, "sent": sent_ms}


def resident_mib(stack: Stack) -> dict[str, float]:
    return {
        child.name: psutil.Process(child.pid).memory_info().rss / 2**20 for child in stack.children
    }


async def measure(state_dir: Path) -> dict[str, Any]:
    settings = StackSettings(
        district_dir=Path("configs/longgang"),
        district="longgang",
        state_dir=state_dir,
        vehicles="builtin",
        broker_port=0,
        console_port=0,
        mavlink_port=0,
    )
    began_s = time.perf_counter()
    async with running(settings, Clock()) as stack:
        await stack.ready(60)
        ready_s = time.perf_counter() - began_s
        samples = []
        async with MqttBus(stack.broker, client="bench", clock=Clock()) as bus:
            for number in range(REPORTS):
                samples.append(await from_report_to_sortie(bus, PLACES[number % len(PLACES)]))
                await asyncio.sleep(1.0)  # the dock closes again behind a recalled drone
        memory = resident_mib(stack)
    sent = sorted(sample["sent"] for sample in samples)
    answered = sorted(sample["answered"] for sample in samples)
    return {
        "from start to all ready (s)": ready_s,
        "report to first MAVLink message, p50 (ms)": statistics.median(sent),
        "report to first MAVLink message, worst of 40 (ms)": sent[-1],
        "report to answer, p50 (ms)": statistics.median(answered),
        "report to answer, worst of 40 (ms)": answered[-1],
        **{f"resident, {name} (MiB)": value for name, value in memory.items()},
        "resident, all of it (MiB)": sum(memory.values()),
    }


def test_start_memory_and_report(tmp_path, capsys):
    figures = Clock().run(measure(tmp_path))
    with capsys.disabled():
        for what, value in figures.items():
            print(f"\n  {what:52} {value:8.1f}", end="")
        print()
