"""Controller, docks and builtin vehicles composed in one process on virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from docks.simulated import SimulatedDock, World
from docks.site import read_sites
from docks.weather import Weather
from fleet.bus import Topics
from fleet.clock import Clock
from fleet.controller.supervise import supervise
from fleet.controller.wiring import Parts, Surroundings, wired
from fleet.coverage.watch import CoverageWatch
from fleet.dispatch.decisions import adopt
from fleet.district.model import District
from fleet.lending.leases import Leases
from fleet.log.events import ComponentFailed
from fleet.log.journal import Journal
from fleet.log.store import EventLog
from fleet.patrol.beside import Question, answered
from fleet.patrol.file import PatrolFile
from fleet.patrol.limits import Limits
from fleet.patrol.plan import PatrolPlan, WindView
from fleet.patrol.schedule import Schedule
from fleet.units.fence import airspace_of
from planner.model import Wind
from sitl.builtin.fleet import BuiltinFleet
from sitl.coupling import Coupling
from sitl.craft import specs_of
from sitl.virtual.bus import LocalBus
from sitl.virtual.wires import Wires

STEP_S = 0.2  # of the vehicles; they fly curves, not steps
SELDOMER = 5.0  # a flying drone tells where it is once a second
COVERAGE_STEP_M, COVERAGE_EACH_S = 500.0, 10.0
ANSWER_WITHIN_S = 30.0
ITERATIONS, NO_TIME_S = 150, 1e6  # of a search for patrols: it ends the same on any machine

Start = Callable[[str, Coroutine[Any, Any, None]], None]


@dataclass(frozen=True, slots=True)
class Settings:
    """What runs: of the docks in ``district_dir`` those that ``district`` has. ``log`` is the event
    log's address."""

    district_dir: Path
    district: District
    schedule: Schedule
    weather: Weather
    log: str = "sqlite://"
    records: Path = Path("var/records")  # where nothing is written: flights are not recorded here


@dataclass(frozen=True, slots=True)
class House:
    """What runs, for whoever is in it."""

    settings: Settings
    clock: Clock
    journal: Journal
    parts: Parts
    coverage: CoverageWatch
    vehicles: BuiltinFleet
    bus: LocalBus
    topics: Topics

    async def ask(self, body: BaseModel) -> dict[str, Any]:
        """Raises RequestFailed with the controller's words."""
        topic = self.topics.controller_request()
        return (await self.bus.request(topic, body, ANSWER_WITHIN_S)).body


async def _at_once(work: Callable[..., Any], *arguments: Any) -> Any:
    """Not in a thread: virtual time would run away from it."""
    return work(*arguments)


@asynccontextmanager
async def running(settings: Settings, clock: Clock) -> AsyncIterator[House]:
    """Ready when the drones are."""
    district, topics, bus = settings.district, Topics(settings.district.id), LocalBus()
    specs, models = specs_of(district, ())
    vehicles = BuiltinFleet(specs, models, STEP_S, SELDOMER)
    wires, airspace = Wires(district, vehicles), airspace_of(district)
    with EventLog(settings.log) as log:
        journal = Journal(log, clock)
        adopt(airspace, journal)
        coverage = CoverageWatch(
            district, airspace, bus, topics, clock, COVERAGE_STEP_M, COVERAGE_EACH_S, _at_once
        )
        around = Surroundings(
            district=district,
            airspace=airspace,
            journal=journal,
            bus=bus,
            topics=topics,
            vehicles=wires.vehicles,
            gate=wires.gate,
            leases=Leases(journal, wires.gate, None, {d.id: d.sysid for d in district.drones}),
            clock=clock,
            records=settings.records,
            schedule=settings.schedule,
            plan=partial(_plan, district),
            beside=_at_once,
        )
        async with _ended() as tasks:

            def start(name: str, work: Coroutine[Any, Any, None]) -> None:
                tasks.create_task(work, name=name)

            parts = wired(around, coverage, tasks)
            await parts.docks.start()
            coupling = Coupling(vehicles, specs, bus, topics)
            start("vehicles", vehicles.fly())
            start("coupling", coupling.run())
            start("heartbeats", wires.beat())
            await _start_docks(settings, clock, bus, topics, start)

            def failed(component: str, error: str) -> None:
                journal.record(ComponentFailed(component=component, error=error))

            for name, lane in parts.lanes.items():
                start(name, supervise(name, lane, failed))
            start("settle", parts.operations.settle())
            await bus.serve(topics.controller_request(), parts.desk.answer)
            await parts.operations.settled()
            yield House(settings, clock, journal, parts, coverage, vehicles, bus, topics)


async def _plan(district: District, patrol: PatrolFile, wind: Wind, limits: Limits) -> PatrolPlan:
    told = WindView(speed_ms=wind.speed_ms, from_deg=wind.from_deg)
    question = Question(district=district, patrol=patrol, wind=told, limits=limits)
    return answered(question, ITERATIONS, NO_TIME_S)


class _Over(Exception):
    """Nobody is in the house any more."""


@asynccontextmanager
async def _ended() -> AsyncIterator[asyncio.TaskGroup]:
    """Tasks that end with the block: sorties too, wherever they are."""
    try:
        async with asyncio.TaskGroup() as tasks:
            yield tasks
            raise _Over
    except* _Over:
        pass


async def _start_docks(
    settings: Settings, clock: Clock, bus: LocalBus, topics: Topics, start: Start
) -> None:
    _, sites = read_sites(settings.district_dir)
    known = {site.id for site in settings.district.docks}
    docks = [
        SimulatedDock(site, "", topics, settings.weather, clock)
        for site in sites
        if site.id in known
    ]
    await World(docks, topics).watch(bus)
    for dock in docks:
        await dock.birth(bus)
        start(dock.id, dock.serve(bus, asyncio.Event()))
