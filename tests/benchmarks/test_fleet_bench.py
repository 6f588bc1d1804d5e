"""25 real arducopter processes in real time with the whole stack around them: all of them fly at
once, each to an incident beside its dock, and are measured meanwhile."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil
import pytest
import shapely

from fleet import contract as c
from fleet.bus import Message, MqttBus
from fleet.clock import Clock
from fleet.district.load import load
from fleet.district.model import District
from fleet.stack.processes import Stack, StackSettings, running
from sitl.sim import is_docked

LONGGANG = Path("configs/longgang")
READY_WITHIN_S = 120.0
THERE_WITHIN_S = 300.0
DOCKED_WITHIN_S = 600.0
BESIDE = 0.002  # degrees, some 200 m
pytestmark = pytest.mark.skipif(
    shutil.which(os.environ.get("ARDUCOPTER", "arducopter")) is None,
    reason="NO ARDUCOPTER: set $ARDUCOPTER or PATH",
)


class Fleet:
    """What the controller and the vehicles tell on the bus, and orders to the controller."""

    def __init__(self, stack: Stack, bus: MqttBus) -> None:
        self._stack, self._bus = stack, bus
        self.sorties: dict[str, c.SortieView] = {}
        self.paces: list[float] = []
        self.connected_s: float | None = None
        self._changed = asyncio.Condition()

    async def watch(self) -> None:
        topics = self._stack.topics
        await self._bus.subscribe(topics.change(), self._on_change)
        await self._bus.subscribe(topics.of("sim", "vehicles", "pace"), self._on_pace)
        await self._bus.subscribe(topics.controller_status(), self._on_status)

    async def ask(self, body: Any) -> dict[str, Any]:
        return (await self._bus.request(self._stack.topics.controller_request(), body, 30)).body

    async def until_all(self, true: Callable[[c.SortieView], bool], count: int) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: sum(map(true, self.sorties.values())) >= count)

    async def send_all(self, district: District) -> None:
        """Each drone to an incident beside its dock, all at once."""

        async def send(dock: str, at: tuple[float, float]) -> None:
            lon, lat = beside(district, at)
            body = c.ReportIncident(lon=lon, lat=lat, kind="flood", dispatch="confirm")
            incident = (await self.ask(body))["id"]
            await self.ask(c.Dispatch(incident=incident, dock=dock))

        async with asyncio.TaskGroup() as tasks:
            for site in district.docks:
                tasks.create_task(send(site.id, (site.at[0], site.at[1])))

    async def recall_all(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for sortie in self.sorties:
                tasks.create_task(self.ask(c.Recall(sortie=sortie)))

    async def _on_change(self, message: Message) -> None:
        change = c.Change.model_validate_json(message.payload)
        if change.sortie is not None:
            async with self._changed:
                self.sorties[change.sortie.id] = change.sortie
                self._changed.notify_all()

    async def _on_pace(self, message: Message) -> None:
        self.paces.append(float(message.payload))

    async def _on_status(self, message: Message) -> None:
        status = c.Status.model_validate_json(message.payload)
        if self.connected_s is None and status.drones_connected == status.drones:
            self.connected_s = time.monotonic()


def beside(district: District, at: tuple[float, float]) -> tuple[float, float]:
    """A place near the dock, of four the one deepest inside the district."""
    land = shapely.union_all(
        [shapely.Polygon(r[0], r[1:]) for s in district.subdistricts for r in s.polygons]
    )
    ways = ((BESIDE, 0.0), (-BESIDE, 0.0), (0.0, BESIDE), (0.0, -BESIDE))
    places = [(at[0] + east, at[1] + north) for east, north in ways]
    inside = [place for place in places if land.contains(shapely.Point(place))]
    return max(inside, key=lambda place: land.boundary.distance(shapely.Point(place)))


def _on_scene(sortie: c.SortieView) -> bool:
    return sortie.state is c.SortieState.ON_SCENE


async def measure(state_dir: Path) -> dict[str, float]:
    district = load(LONGGANG)
    settings = StackSettings(
        district_dir=LONGGANG,
        district=district.id,
        state_dir=state_dir,
        vehicles="ardupilot",
        broker_port=0,
        console_port=0,
        mavlink_port=0,
    )
    began_s = time.monotonic()
    async with running(settings, Clock()) as stack:
        started_s, started_at = time.monotonic(), Clock().now()
        async with MqttBus(stack.broker, client="bench", clock=Clock()) as bus:
            fleet = Fleet(stack, bus)
            await fleet.watch()
            status = await stack.ready(READY_WITHIN_S)
            ready_s = time.monotonic()
            assert status is not None
            assert status.drones_ready == len(district.drones)
            verified_at = await _verified_at(fleet)
            assert fleet.connected_s is not None
            flown = await _fly(fleet, stack, district)
    return {
        "processes started after (s)": started_s - began_s,
        "all connected after their start (s)": max(0.0, fleet.connected_s - started_s),
        "parameters and fence verified after it (s)": (verified_at - started_at).total_seconds(),
        "all ready, estimators settled, after it (s)": ready_s - started_s,
        **flown,
    }


async def _verified_at(fleet: Fleet) -> datetime:
    """When the last drone was."""
    events = (await fleet.ask(c.GetEvents(limit=5000)))["events"]
    return max(datetime.fromisoformat(e["at"]) for e in events if e["kind"] == "DroneReadied")


async def _fly(fleet: Fleet, stack: Stack, district: District) -> dict[str, float]:
    """All out, all over their scenes at the same time, all docked again."""
    processes = [
        process
        for child in stack.children
        for process in (psutil.Process(child.pid), *psutil.Process(child.pid).children())
    ]
    for process in processes:
        process.cpu_percent(None)
    fleet.paces.clear()
    sent_s = time.monotonic()
    await fleet.send_all(district)
    async with asyncio.timeout(THERE_WITHIN_S):
        await fleet.until_all(_on_scene, len(district.drones))
    there_s = time.monotonic()
    cpu = sum(process.cpu_percent(None) for process in processes)
    memory = sum(process.memory_info().rss for process in processes) / 2**20
    await fleet.recall_all()
    async with asyncio.timeout(DOCKED_WITHIN_S):
        await fleet.until_all(
            lambda sortie: is_docked(sortie, fleet.sorties.values()), len(district.drones)
        )
    states = {sortie.state for sortie in fleet.sorties.values()}
    assert states == {c.SortieState.DOCKED}, states
    return {
        "drones over their scenes at the same time": len(fleet.sorties),
        "all there after they were sent (s)": there_s - sent_s,
        "all docked after they were called home (s)": time.monotonic() - there_s,
        "achieved sim-rate in flight, least": min(fleet.paces),
        "achieved sim-rate in flight, mean": sum(fleet.paces) / len(fleet.paces),
        "CPU of everything in flight (% of one core)": cpu,
        "resident memory of everything (MiB)": memory,
    }


def test_25_arducopters_fly_at_once_in_real_time_with_the_stack_around_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = Clock().run(measure(tmp_path))
    with capsys.disabled():
        for what, value in figures.items():
            print(f"\n  {what:44} {value:8.2f}", end="")
        print()
