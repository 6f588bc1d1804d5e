"""The controller process: wires log, bus, MAVLink and planner together and keeps them running."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fleet import contract as c
from fleet.bus import BusUnreachable, MqttBus, Topics
from fleet.clock import Clock
from fleet.controller.broadcast import Broadcast
from fleet.controller.supervise import supervise
from fleet.controller.wiring import Surroundings, wired
from fleet.coverage.watch import CoverageWatch
from fleet.dispatch.decisions import adopt
from fleet.district.model import District
from fleet.district.view import district_view
from fleet.lending.leases import Leases
from fleet.log.events import ComponentFailed, LinkChanged
from fleet.log.gate_log import record_fail_over, record_news
from fleet.log.journal import Journal
from fleet.log.store import EventLog
from fleet.mavlink.gateway import Gateway
from fleet.mavlink.reactor import Reactor
from fleet.mavlink.signing import Signing, key_of
from fleet.patrol.beside import Beside
from fleet.patrol.schedule import NOTHING, Schedule
from fleet.people.alarm_watch import AlarmWatch
from fleet.process import Refusal, announce_ready
from fleet.record.dataflash import FlightLogs
from fleet.record.keeper import FlightRecords
from fleet.units.fence import airspace_of
from fleet.units.identity import identities
from fleet.video.cameras import Cameras
from planner.airspace import Airspace

_log = logging.getLogger(__name__)

FAREWELL_S = 1.0  # of the wall clock, for the last word to the broker


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the controller finds the rest of the system."""

    broker: str
    log: str
    mavlink: str
    records: Path  # directory of the flight records
    gateway: str | None = None  # where other ground stations find the drones; None: nowhere
    mavlink_key: str | None = None  # words that packets are signed with; None: they are not


async def run_controller(
    district: District, addresses: Addresses, clock: Clock, schedule: Schedule = NOTHING
) -> None:
    """Runs until cancelled.

    Raises:
        Refusal: if broker, event log or MAVLink port cannot be had.
    """
    airspace = airspace_of(district)
    topics = Topics(district.id)
    will = (topics.controller_status(), _gone(district, clock), True)
    with EventLog(addresses.log) as log:
        journal = Journal(log, clock)
        sysids = {drone.id: drone.sysid for drone in district.drones}
        names = {sysid: drone for drone, sysid in sysids.items()}
        records = FlightRecords(addresses.records, sysids, journal, clock)
        adopt(airspace, journal)
        gc.freeze()  # what is loaded stays: to look through it all takes 50 ms, at any time
        try:
            bus = MqttBus(
                addresses.broker,
                client="controller",
                clock=clock,
                will=will,
                # a broker that was started anew has forgotten what it was told to retain
                on_connected=lambda: bus.publish(
                    topics.controller_district(), district_view(district), retain=True
                ),
            )
            async with (
                bus,
                Reactor(
                    listen=addresses.mavlink,
                    links={d.sysid: d.links for d in district.drones},
                    vehicles=[d.sysid for d in district.drones],
                    lost_s=district.system.drone_lost_s,
                    tell=partial(record_news, journal, names),
                    tell_fail_over=partial(record_fail_over, journal, names),
                    record=records.keep,
                    signing=_signing(addresses.mavlink_key, clock),
                ) as reactor,
                _offered(addresses.gateway, sysids, reactor) as gateway,
            ):
                leases = Leases(journal, reactor.gate, gateway, sysids)
                try:
                    await _serve(
                        district,
                        airspace,
                        journal,
                        bus,
                        topics,
                        reactor,
                        leases,
                        records,
                        clock,
                        schedule,
                    )
                finally:  # who leaves in order has no last will
                    with contextlib.suppress(BusUnreachable, TimeoutError):
                        async with asyncio.timeout(FAREWELL_S * clock.speedup):
                            await bus.publish(*will)
        except BusUnreachable as error:
            raise Refusal(str(error)) from None


async def _serve(
    district: District,
    airspace: Airspace,
    journal: Journal,
    bus: MqttBus,
    topics: Topics,
    reactor: Reactor,
    leases: Leases,
    records: FlightRecords,
    clock: Clock,
    schedule: Schedule,
) -> None:
    vehicles = {drone.id: reactor.vehicle(drone.sysid) for drone in district.drones}
    coverage = CoverageWatch(district, airspace, bus, topics, clock)
    around = Surroundings(
        district=district,
        airspace=airspace,
        journal=journal,
        bus=bus,
        topics=topics,
        vehicles=vehicles,
        gate=reactor.gate,
        leases=leases,
        clock=clock,
        records=records.directory,
        schedule=schedule,
        plan=Beside(district).plan,
    )
    async with asyncio.TaskGroup() as tasks:
        parts = wired(around, coverage, tasks)
        FlightLogs(records.directory, vehicles, journal, tasks)
        parts.videos.attend(reactor.watch)
        await parts.docks.start()

        def failed(component: str, error: str) -> None:
            journal.record(ComponentFailed(component=component, error=error))

        lanes = parts.lanes | {
            "broadcast": parts.broadcast.run,
            "flight records": records.run,
            "video metadata": parts.videos.run,
            "video records": parts.videos.records.run,
            "alarm watch": AlarmWatch(journal, vehicles).run,
            "link watch": partial(_watch, parts.broadcast, journal),
        }
        cameras = Cameras(vehicles, parts.videos.watched_hz)
        lanes |= {f"camera of {drone}": partial(cameras.keep, drone) for drone in vehicles}
        lanes |= {f"clock of {drone}": vehicle.keep_time for drone, vehicle in vehicles.items()}
        lanes |= {
            f"remote identification of {drone}": partial(
                vehicles[drone].identify, who, clock.unix_s
            )
            for drone, who in identities(district).items()
        }
        for name, lane in lanes.items():
            tasks.create_task(supervise(name, lane, failed))
        tasks.create_task(parts.operations.settle(), name="settle")
        leases.end_old()
        parts.operations.take_up()
        await bus.serve(topics.controller_request(), parts.desk.answer)
        announce_ready("controller", district=district.id, mavlink=reactor.address)


def _signing(words: str | None, clock: Clock) -> Signing | None:
    return Signing(key_of(words), clock.unix_s) if words else None


def _offered(
    url: str | None, sysids: Mapping[str, int], reactor: Reactor
) -> AbstractAsyncContextManager[Gateway | None]:
    """The drones, for other ground stations to watch, where that is wanted."""
    if url is None:
        return contextlib.nullcontext()
    return Gateway(url, sysids, reactor.watch, reactor.gate)


async def _watch(broadcast: Broadcast, journal: Journal) -> None:
    """Records docks and drones that come and go."""
    known: dict[str, bool] = {}
    while True:
        snapshot = broadcast.snapshot()
        now = {view.dock: view.online for view in snapshot.docks}
        now |= {drone.drone: drone.connected for drone in snapshot.telemetry.drones}
        facts = [
            LinkChanged(component=component, online=online)
            for component, online in now.items()
            if known.get(component, False) != online
        ]
        if facts:
            journal.record(*facts)
        known = now
        await asyncio.sleep(1.0)


def _gone(district: District, clock: Clock) -> bytes:
    """The status that the broker publishes for us when we die."""
    status = c.Status(
        at=clock.now(),
        serving=False,
        docks_online=0,
        docks=len(district.docks),
        drones_connected=0,
        drones_ready=0,
        drones=len(district.drones),
        speedup=clock.speedup,
    )
    return status.model_dump_json().encode()
