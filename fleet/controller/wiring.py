"""The controller's parts, wired to each other; who runs them brings bus, vehicles and clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from fleet.bus import Bus, Topics
from fleet.clock import Clock
from fleet.controller.broadcast import Broadcast
from fleet.controller.desk import Desk
from fleet.coverage.watch import CoverageWatch
from fleet.dispatch.dispatcher import Dispatcher
from fleet.dispatch.waiting import WaitingLine
from fleet.district.model import District
from fleet.lending.grants import Lending
from fleet.lending.leases import Leases
from fleet.log.journal import Journal
from fleet.mavlink.gate import Gate
from fleet.mavlink.vehicle import Vehicle
from fleet.patrol.daily import Daily, Plan
from fleet.patrol.reports import PatrolReports
from fleet.patrol.rounds import Rounds
from fleet.patrol.schedule import Schedule
from fleet.people.responding import Responding
from fleet.sorties.directing import Directing
from fleet.sorties.fleet_acts import FleetActs
from fleet.sorties.operations import Operations
from fleet.units.dock_roster import DockRoster
from fleet.units.readiness import Readiness
from fleet.video.aiming import Aiming
from fleet.video.videos import Videos
from planner.airspace import Airspace

Lane = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the parts are wired to."""

    district: District
    airspace: Airspace
    journal: Journal
    bus: Bus
    topics: Topics
    vehicles: Mapping[str, Vehicle]
    gate: Gate
    leases: Leases
    clock: Clock
    records: Path  # directory of the flight records
    schedule: Schedule
    plan: Plan  # of patrols, beside the event loop
    beside: Callable[..., Awaitable[Any]] = asyncio.to_thread  # other work of some length


@dataclass(frozen=True, slots=True)
class Parts:
    """``lanes`` are what runs for ever, by name."""

    docks: DockRoster
    operations: Operations
    rounds: Rounds
    desk: Desk
    broadcast: Broadcast
    videos: Videos
    lanes: dict[str, Lane]


def wired(around: Surroundings, coverage: CoverageWatch, tasks: asyncio.TaskGroup) -> Parts:
    """Nothing runs yet but what ``tasks`` is given later."""
    district, journal, clock = around.district, around.journal, around.clock
    vehicles, bus, topics = around.vehicles, around.bus, around.topics
    docks = DockRoster(
        bus, topics, [site.id for site in district.docks], district.system.dock_lost_s
    )
    readiness = Readiness(district, vehicles, journal)
    airspace = around.airspace
    dispatcher = Dispatcher(
        district, airspace, journal.state, docks, vehicles, readiness, coverage.absence_cost
    )
    broadcast = Broadcast(district, journal, docks, vehicles, readiness, bus, topics, clock)
    operations = Operations(
        district, airspace, journal, dispatcher, vehicles, docks, clock, tasks, around.leases.give
    )
    directing = Directing(district, airspace, journal, dispatcher, vehicles, operations)
    rounds = Rounds(district, around.schedule, journal, operations, docks, coverage, clock)
    sysids = {drone.id: drone.sysid for drone in district.drones}
    videos = Videos(district, vehicles, journal, around.records, bus, topics, clock)
    acts = FleetActs(journal, operations, directing, around.gate, sysids)
    desk = Desk(
        district,
        journal,
        operations,
        directing,
        acts,
        Lending(district, journal, dispatcher, operations, around.leases, airspace),
        Responding(district, journal),
        broadcast.snapshot,
        lambda: coverage.view,
        videos,
        Aiming(vehicles, journal, videos, tasks),
        rounds,
        PatrolReports(district, journal, clock, around.beside),
    )
    lanes: dict[str, Lane] = {
        f"readiness of {drone}": partial(readiness.keep, drone) for drone in vehicles
    }
    lanes["coverage"] = partial(coverage.run, dispatcher.candidates)
    lanes["waiting incidents"] = WaitingLine(journal.state, operations, clock).run
    lanes["patrols"] = rounds.run
    lanes["plans of patrols"] = Daily(
        district, around.schedule, journal, dispatcher, operations, rounds, around.plan, clock
    ).run
    return Parts(docks, operations, rounds, desk, broadcast, videos, lanes)
