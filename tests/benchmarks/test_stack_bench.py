"""The whole stack with builtin vehicles, in real time: start, memory, report to command."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from pymavlink import mavutil

from fleet import contract as c
from fleet.bus import MqttBus, Topics
from fleet.clock import Clock
from tests.stack.running import RunningStack

REPORTS = 100
PLACES = [(114.10, 22.65), (114.23, 22.70), (114.30, 22.77), (114.19, 22.65), (114.13, 22.70)]
BESIDE = {"HEARTBEAT", "TIMESYNC", "BAD_DATA"}  # said to a drone whether it is sent out or not
OURS = 255


async def report(bus: MqttBus, at: tuple[float, float]) -> dict[str, Any]:
    """One fire, reported and its drone called back: the sortie, when the controller had the report,
    and how long the reporter waited for the answer."""
    topic = Topics("longgang").controller_request()
    began_s = time.perf_counter()
    body = c.ReportIncident(lon=at[0], lat=at[1], kind="fire", dispatch="now")
    answer = (await bus.request(topic, body, 10)).body
    answered_ms = (time.perf_counter() - began_s) * 1000
    asked = await bus.request(topic, c.GetEvents(incident=answer["id"]), 10)
    times = {e["kind"]: datetime.fromisoformat(e["at"]) for e in reversed(asked.body["events"])}
    await bus.request(topic, c.Recall(sortie=answer["sortie"]), 10)
    return {
        "sortie": answer["sortie"],
        "arrived_s": times["IncidentReported"].timestamp(),
        "answered_ms": answered_ms,
    }


async def reports(broker: str) -> list[dict[str, Any]]:
    made = []
    async with MqttBus(broker, client="bench", clock=Clock()) as bus:
        for number in range(REPORTS):
            made.append(await report(bus, PLACES[number % len(PLACES)]))
            await asyncio.sleep(1.0)  # the dock closes again behind a recalled drone
    return made


def first_told_s(record: Path) -> float:
    """When the first message of a sortie's flight record left for the drone."""
    told = mavutil.mavlink_connection(str(record))
    while (message := told.recv_match()) is not None:
        if message.get_srcSystem() == OURS and message.get_type() not in BESIDE:
            return float(message._timestamp)
    raise AssertionError(f"{record} has nothing that the drone was told")


def resident_mib(up: int) -> dict[str, float]:
    """Of `dockfleet up` and all that it has started, by the command that each was started with."""
    whole = psutil.Process(up)
    found = {"up": whole.memory_info().rss / 2**20}
    for process in whole.children(recursive=True):
        words = process.cmdline()
        name = words[3] if words[1:3] == ["-m", "fleet"] else words[0]
        found[name] = found.get(name, 0.0) + process.memory_info().rss / 2**20
    return found


def test_start_memory_and_report(tmp_path, capsys):
    began_s = time.perf_counter()
    stack = RunningStack(state_dir=tmp_path)
    ready_s = time.perf_counter() - began_s
    try:
        assert stack.ready["drones_ready"] == 25
        made = Clock().run(reports(stack.broker))
        memory = resident_mib(stack.pid)
    finally:
        stack.end()
    records = tmp_path / "longgang" / "records"
    sent = [
        (first_told_s(records / f"{one['sortie']}.tlog") - one["arrived_s"]) * 1000 for one in made
    ]
    answered = [one["answered_ms"] for one in made]
    rows = [
        ("`dockfleet up` to all ready", ready_s, "s", 10.0),
        (
            f"report to first MAVLink command, p99 of {REPORTS}",
            np.quantile(sent, 0.99),
            "ms",
            250.0,
        ),
        ("the same, p50", np.median(sent), "ms", None),
        ("report to answer, p99", np.quantile(answered, 0.99), "ms", None),
        *((f"resident, {name}", value, "MiB", None) for name, value in memory.items()),
        ("resident, controller", memory["controller"], "MiB", 200.0),
        ("resident, whole stack", sum(memory.values()), "MiB", 600.0),
    ]
    with capsys.disabled():
        print()
        for what, value, unit, goal in rows:
            told = "" if goal is None else f"  (goal: at most {goal:.0f})"
            print(f"  {what:52} {value:8.1f} {unit}{told}")
