"""What the controller tells the rest of the system: changes, docks, telemetry, status.

Changes are lossless and in order; of docks and telemetry the newest counts.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from datetime import timedelta

from fleet import contract as c
from fleet.bus import Bus, Topics
from fleet.clock import Clock
from fleet.controller.desk import event_view
from fleet.district.model import District
from fleet.log.events import (
    AlarmAcknowledged,
    AlarmRaised,
    LeaseEnded,
    LeaseGranted,
    LinkChanged,
    Recorded,
)
from fleet.log.journal import Journal
from fleet.mavlink.vehicle import Vehicle
from fleet.units.dock_roster import DockRoster, DockSeen
from fleet.units.readiness import Readiness

STATUS_EVERY_S = 2.0
STATUS_LOOK_S = 0.25  # whether it differs from what was told


class Broadcast:
    """Publishes on the bus what others follow."""

    def __init__(
        self,
        district: District,
        journal: Journal,
        docks: DockRoster,
        vehicles: Mapping[str, Vehicle],
        readiness: Readiness,
        bus: Bus,
        topics: Topics,
        clock: Clock,
    ) -> None:
        self._district, self._journal, self._docks = district, journal, docks
        self._vehicles, self._readiness = vehicles, readiness
        self._bus, self._topics, self._clock = bus, topics, clock
        self._homes = {site.id: site.drone for site in district.docks}
        self._changes: asyncio.Queue[c.Change] = asyncio.Queue()
        self._changed_docks: dict[str, None] = {}  # in the order they changed, each once
        self._dock_stirred = asyncio.Event()
        journal.listen(self._on_fact)
        docks.listen(self._on_dock)

    def snapshot(self) -> c.Snapshot:
        state = self._journal.state
        return c.Snapshot(
            seq=state.seq,
            at=self._clock.now(),
            incidents=tuple(state.incidents.values()),
            sorties=tuple(state.sorties.values()),
            docks=tuple(self._dock_view(seen) for seen in self._docks.all()),
            telemetry=self._frame(),
            alarms=tuple(state.alarms.values()),
        )

    def status(self) -> c.Status:
        docks = [self._dock_view(seen) for seen in self._docks.all()]
        frame = self._frame().drones
        return c.Status(
            at=self._clock.now(),
            serving=True,
            docks_online=sum(view.online for view in docks),
            docks=len(docks),
            drones_connected=sum(drone.connected for drone in frame),
            drones_ready=sum(drone.ready for drone in frame),
            drones=len(frame),
            speedup=self._clock.speedup,
        )

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for lane in (self._tell_changes, self._tell_docks, self._tell_telemetry):
                tasks.create_task(lane(), name=lane.__name__)
            tasks.create_task(self._tell_status(), name="_tell_status")

    async def _tell_changes(self) -> None:
        while True:
            await self._bus.publish(self._topics.change(), await self._changes.get())

    async def _tell_docks(self) -> None:
        while True:
            await self._dock_stirred.wait()
            self._dock_stirred.clear()
            while self._changed_docks:
                dock = next(iter(self._changed_docks))
                del self._changed_docks[dock]
                await self._bus.publish(
                    self._topics.dock_view(), self._dock_view(self._docks[dock])
                )

    async def _tell_telemetry(self) -> None:
        # At speed-up k a console still wants its frames at the wall clock's rate.
        pause_s = self._clock.speedup / self._district.system.telemetry_hz
        while True:
            await self._bus.publish(self._topics.telemetry(), self._frame(), qos=0)
            await asyncio.sleep(pause_s)

    async def _tell_status(self) -> None:
        """When a figure has changed, and often enough that its silence means something."""
        loop = asyncio.get_running_loop()
        # At speed-up k no more work a second of the wall clock.
        pause_s = min(STATUS_LOOK_S * self._clock.speedup, STATUS_EVERY_S)
        told, told_s = None, -math.inf
        while True:
            status = self.status()
            figures = status.model_dump(exclude={"at"})
            if figures != told or loop.time() - told_s >= STATUS_EVERY_S:
                await self._bus.publish(self._topics.controller_status(), status, retain=True)
                told, told_s = figures, loop.time()
            await asyncio.sleep(pause_s)

    def _on_fact(self, recorded: Recorded) -> None:
        state = self._journal.state
        event = event_view(recorded.seq, recorded.at, recorded.cause, recorded.fact)
        incident = state.incidents.get(event.incident) if event.incident else None
        fact = recorded.fact
        sortie = state.sorties.get(event.subject)
        if isinstance(fact, LeaseGranted | LeaseEnded):
            sortie = state.sortie_of_drone(fact.drone)
        alarm = None
        if isinstance(fact, AlarmRaised | AlarmAcknowledged):
            alarm = state.alarms.get(fact.alarm)
        self._changes.put_nowait(
            c.Change(event=event, incident=incident, sortie=sortie, alarm=alarm)
        )
        if sortie is not None:
            self._on_dock(self._docks[sortie.dock])
        if isinstance(fact, LinkChanged) and fact.component in self._homes:
            self._on_dock(self._docks[fact.component])  # one that hangs says nothing

    def _on_dock(self, seen: DockSeen) -> None:
        self._changed_docks[seen.dock] = None
        self._dock_stirred.set()

    def _dock_view(self, seen: DockSeen) -> c.DockView:
        drone = self._homes[seen.dock]
        sortie = self._journal.state.sortie_of_drone(drone)
        now_s = asyncio.get_running_loop().time()
        online = seen.online(now_s, self._district.system.dock_lost_s)
        since = None
        if online and seen.since_s is not None:
            since = self._clock.now() - timedelta(seconds=now_s - seen.since_s)
        return c.DockView(
            dock=seen.dock,
            online=online,
            online_since=since,
            state=seen.state,
            weather=seen.weather,
            drone=drone,
            sortie=sortie.id if sortie else None,
        )

    def _frame(self) -> c.TelemetryFrame:
        return c.TelemetryFrame(
            at=self._clock.now(),
            drones=tuple(self._telemetry(drone, v) for drone, v in self._vehicles.items()),
        )

    def _telemetry(self, drone: str, vehicle: Vehicle) -> c.DroneTelemetry:
        state = vehicle.state
        now_s = asyncio.get_running_loop().time()
        silent_s = now_s - (state.last_heard_s if state.last_heard_s is not None else 0.0)
        connected = (
            state.last_heard_s is not None and silent_s <= self._district.system.drone_lost_s
        )
        why_not = self._readiness.why_not(drone) if connected else "not connected"
        return c.DroneTelemetry(
            drone=drone,
            at=self._clock.now() - timedelta(seconds=silent_s),
            connected=connected,
            ready=why_not is None,
            not_ready=why_not,
            lon=state.lon,
            lat=state.lat,
            alt_amsl_m=state.alt_amsl_m,
            alt_rel_m=state.alt_rel_m,
            heading_deg=state.heading_deg,
            ground_ms=state.ground_ms,
            climb_ms=state.climb_ms,
            roll_deg=state.roll_deg,
            pitch_deg=state.pitch_deg,
            armed=state.armed,
            mode=state.mode,
            battery_pct=state.battery_pct,
            battery_v=state.battery_v,
            satellites=state.satellites,
            statustext=state.statustexts[-1] if state.statustexts else None,
        )
