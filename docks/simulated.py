"""A simulated dock: the state machine with an MQTT client of its own, as a real dock has.

What its sensors feel comes from the vehicle simulator, which tells on the bus where each vehicle
truly is; what its charger gives the simulator reads from the dock's state.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import math
from typing import Any

from pydantic import TypeAdapter, ValidationError

from docks.contract import (
    ClearFaults,
    CloseCover,
    Cover,
    DockCommand,
    DockState,
    DockWeather,
    OpenCover,
    StartCharge,
    StopCharge,
    VehicleTruth,
)
from docks.machine import CLEAR_M, Dock, DockRefused, Faults, Pad
from docks.site import DockSite
from docks.weather import Weather
from fleet.bus import Bus, BusUnreachable, Message, MqttBus, Reply, Request, Topics, subject
from fleet.clock import Clock

_log = logging.getLogger(__name__)
_COMMAND: TypeAdapter[Any] = TypeAdapter(DockCommand)

ON_PAD_M = 1.5
OVER_PAD_M = 3.0
STATE_EVERY_S = 10.0
WEATHER_EVERY_S = 5.0
FAREWELL_S = 1.0
METRES_A_DEGREE = 111_195.0  # of a great circle on the mean sphere


class SimulatedDock:
    """One dock on the bus. ``run`` serves it until cancelled; what its sensors feel and what is
    broken in it reach it from outside, not over its line."""

    def __init__(
        self, site: DockSite, broker: str, topics: Topics, weather: Weather, clock: Clock
    ) -> None:
        self.id = site.id
        self._site, self._topics, self._weather, self._clock = site, topics, weather, clock
        self._broker = broker
        self._dock = Dock(site.model)
        self._stirred = asyncio.Event()
        self._cut, self._whole = asyncio.Event(), asyncio.Event()  # its line to the broker
        self._whole.set()
        self._near: dict[str, VehicleTruth] = {}  # drones on the pad or in the air over it

    async def run(self, online: asyncio.Event) -> None:
        """Serves the dock, as long as its line is whole; sets ``online`` once it can be
        commanded."""
        while True:
            await self._whole.wait()
            await self._serve_line(online)

    async def _serve_line(self, online: asyncio.Event) -> None:
        topics, id_ = self._topics, self.id
        bus = MqttBus(
            self._broker,
            client=f"dock-{id_}",
            clock=self._clock,
            will=(topics.dock_link(id_), b"offline", True),
            on_connected=lambda: self.birth(bus),
        )
        async with bus:
            try:
                await self.serve(bus, online)
            finally:  # who leaves in order has no last will
                with contextlib.suppress(BusUnreachable, TimeoutError):
                    async with asyncio.timeout(FAREWELL_S * self._clock.speedup):
                        await bus.publish(topics.dock_link(id_), b"offline", retain=True)

    async def serve(self, bus: Bus, online: asyncio.Event) -> None:
        """Serves the dock on a bus, until its line is cut."""
        async with asyncio.TaskGroup() as tasks:
            await bus.serve(self._topics.dock_command(self.id), self._on_command)
            telling = [
                tasks.create_task(self._tell_state(bus), name=f"{self.id} state"),
                tasks.create_task(self._tell_weather(bus), name=f"{self.id} weather"),
            ]
            online.set()
            await self._cut.wait()
            for task in telling:
                task.cancel()

    async def birth(self, bus: Bus) -> None:
        """Says that it is there."""
        await bus.publish(self._topics.dock_link(self.id), b"online", retain=True)
        self._stirred.set()

    def _now_s(self) -> float:
        return asyncio.get_running_loop().time()

    def _become(self, dock: Dock) -> None:
        if dock != self._dock:
            self._dock = dock
            self._stirred.set()

    async def _tell_state(self, bus: Bus) -> None:
        """On every change, and every 10 s; the cover's arrival is a change too."""
        while True:
            self._become(self._dock.tick(self._now_s()))
            self._stirred.clear()
            await bus.publish(self._topics.dock_state(self.id), self._state(), retain=True)
            due_s = self._dock.due_s
            wait_s = STATE_EVERY_S
            if due_s is not None:
                wait_s = min(wait_s, max(0.01, due_s - self._now_s()))
            try:
                async with asyncio.timeout(wait_s):
                    await self._stirred.wait()
            except TimeoutError:
                continue

    def _state(self) -> DockState:
        dock = self._dock
        return DockState(
            dock=self.id,
            at=self._clock.now(),
            cover=dock.cover,
            drone_present=dock.pad.drone is not None,
            drone=dock.pad.drone,
            charger=dock.charger,
            battery_pct=dock.pad.battery_pct,
            charge_w=dock.charge_w,
            faults=dock.fault_words,
            emergency_stop=dock.faults.emergency_stop,
        )

    async def _tell_weather(self, bus: Bus) -> None:
        while True:
            reading = self._weather.wind(self._site.at, self._clock.unix_s())
            conditions = self._weather.conditions
            told = DockWeather(
                dock=self.id,
                at=self._clock.now(),
                wind_ms=reading.wind_ms,
                wind_from_deg=reading.wind_from_deg,
                gust_ms=reading.gust_ms,
                rain_mm_h=conditions.rain_mm_h,
                temperature_c=conditions.temperature_c,
                humidity_pct=conditions.humidity_pct,
            )
            await bus.publish(self._topics.dock_weather(self.id), told, retain=True, qos=0)
            await asyncio.sleep(WEATHER_EVERY_S)

    def senses(self, truth: VehicleTruth) -> None:
        """What the pad's sensors make of where a vehicle is."""
        off_m = _off_m(self._site.at, (truth.lon, truth.lat))
        over = off_m <= OVER_PAD_M and truth.height_m < CLEAR_M
        if off_m <= ON_PAD_M if truth.on_ground else over:
            self._near[truth.drone] = truth
        elif self._near.pop(truth.drone, None) is None:
            return
        self._become(self._dock.feel(self._pad(), self._now_s()))

    def _pad(self) -> Pad:
        standing = next((near for near in self._near.values() if near.on_ground), None)
        heights_m = [near.height_m for near in self._near.values() if not near.on_ground]
        return Pad(
            drone=standing.drone if standing else None,
            battery_pct=standing.battery_pct if standing else None,
            above_m=min(heights_m, default=None),
        )

    def breaks(self, fault: str) -> None:
        """For tests and drills: cover_stuck, charger, emergency_stop, offline or none."""
        if fault == "offline":
            self._whole.clear()
            self._cut.set()
        else:
            self._cut.clear()
            self._whole.set()
        self._become(
            self._dock.breaks(
                Faults(
                    cover=fault == "cover_stuck",
                    charger=fault == "charger",
                    emergency_stop=fault == "emergency_stop",
                )
            )
        )

    async def _on_command(self, request: Request) -> Reply:
        try:
            command = _COMMAND.validate_python(request.body)
            await self._do(command)
        except ValidationError as error:
            reason = f"not a dock command: {error.errors()[0]['msg']}"
            return Reply(id=request.id, ok=False, code="invalid", reason=reason)
        except DockRefused as refusal:
            reason = f"{self.id}: {refusal}"
            return Reply(id=request.id, ok=False, code="conflict", reason=reason)
        return Reply(id=request.id, ok=True)

    async def _do(self, command: Any) -> None:
        match command:
            case OpenCover():
                self._become(self._dock.open(self._now_s()))
                await self._cover(Cover.OPEN)
            case CloseCover():
                self._become(self._dock.close(self._now_s()))
                await self._cover(Cover.CLOSED)
            case StartCharge():
                self._become(self._dock.charge(command.to_pct))
            case StopCharge():
                self._become(self._dock.stop_charge())
            case ClearFaults():
                self._become(self._dock.clear_faults(self._now_s()))

    async def _cover(self, wanted: Cover) -> None:
        """Until the cover is where it was sent, or went elsewhere."""
        moving = Cover.OPENING if wanted is Cover.OPEN else Cover.CLOSING
        while self._dock.cover is moving:
            due_s = self._dock.due_s
            assert due_s is not None
            await asyncio.sleep(max(0.01, due_s - self._now_s()))
            self._become(self._dock.tick(self._now_s()))
        if self._dock.cover is not wanted:
            raise DockRefused(f"the cover did not get {wanted}: it is {self._dock.cover}")


def _off_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    north_m = (b[1] - a[1]) * METRES_A_DEGREE
    east_m = (b[0] - a[0]) * METRES_A_DEGREE * math.cos(math.radians(a[1]))
    return math.hypot(east_m, north_m)


class World:
    """What happens around the docks of one process, told on the bus by the vehicle simulator and
    by whoever breaks things: {"fault": NAME} for one dock."""

    def __init__(self, docks: list[SimulatedDock], topics: Topics) -> None:
        self._docks, self._topics = {dock.id: dock for dock in docks}, topics

    async def watch(self, bus: Bus) -> None:
        await bus.subscribe(self._topics.vehicle_truth("+"), self._on_truth)
        await bus.subscribe(self._topics.of("sim", "+", "fault"), self._on_fault)

    async def _on_truth(self, message: Message) -> None:
        truth = VehicleTruth.model_validate_json(message.payload)
        for dock in self._docks.values():
            dock.senses(truth)

    async def _on_fault(self, message: Message) -> None:
        _, id_, _ = subject(message.topic)
        if id_ in self._docks:
            self._docks[id_].breaks(json.loads(message.payload).get("fault"))


async def simulate(
    sites: list[DockSite],
    broker: str,
    topics: Topics,
    weather: Weather,
    clock: Clock,
    ready: asyncio.Event,
) -> None:
    """Runs the docks until cancelled; sets ``ready`` when all are online."""
    docks = [SimulatedDock(site, broker, topics, weather, clock) for site in sites]
    online = [asyncio.Event() for _ in sites]
    around = MqttBus(broker, client=f"around-{sites[0].id}", clock=clock)
    async with around, asyncio.TaskGroup() as tasks:
        await World(docks, topics).watch(around)
        for dock, event in zip(docks, online, strict=True):
            tasks.create_task(dock.run(event), name=dock.id)
        for event in online:
            await event.wait()
        ready.set()
