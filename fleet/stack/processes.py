"""The whole system as processes: broker, docks, vehicles, controller, console."""

from __future__ import annotations

import asyncio
import logging
import random
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from fleet import contract as c
from fleet.bus import Message, MqttBus, Topics
from fleet.clock import Clock
from fleet.process import Refusal
from fleet.stack.children import Child

_log = logging.getLogger(__name__)

READY_WITHIN_S = 60.0
RESTART_PAUSE_S = 1.0
LONGEST_RESTART_PAUSE_S = 30.0
FREE_PORTS = range(20_000, 32_000)  # below those of outgoing connections on Linux, macOS, Windows


@dataclass(frozen=True, slots=True)
class StackSettings:
    """What to start and where. A port of 0 means any free one."""

    district_dir: Path
    district: str
    state_dir: Path
    vehicles: str  # builtin, ardupilot, or none: real drones call in
    console: bool = True
    host: str = "127.0.0.1"
    broker: str | None = None  # None: the embedded one
    broker_port: int = 1883
    console_port: int = 8080
    mavlink_port: int = 14550
    gateway_port: int | None = None  # None: drones are not offered to other ground stations
    arducopter: str | None = None
    only: tuple[str, ...] = ()  # docks to simulate; empty: all
    wind: str | None = None
    seed: int = 1
    patrols: bool = False  # whether rounds start by themselves


@dataclass(frozen=True, slots=True)
class Stack:
    """A running system."""

    broker: str
    console: str | None
    first_sign_in: dict[str, str] | None  # of an administrator, where there was nobody yet
    topics: Topics
    children: tuple[Child, ...]
    clock: Clock
    simulated: int | None  # docks and drones that were started; None: those of the district

    async def watch(self) -> None:
        """Starts again what ends, for ever, with growing pauses."""
        async with asyncio.TaskGroup() as tasks:
            for child in self.children:
                tasks.create_task(_keep(child), name=child.name)

    async def ready(self, within_s: float) -> c.Status | None:
        """Until all docks are online and all drones ready; the newest status, None if none."""
        newest: list[c.Status] = []
        stirred = asyncio.Event()

        async def heard(message: Message) -> None:
            newest[:] = [c.Status.model_validate_json(message.payload)]
            stirred.set()

        async with MqttBus(self.broker, client="up", clock=Clock()) as bus:
            await bus.subscribe(self.topics.controller_status(), heard)
            try:
                async with asyncio.timeout(within_s):
                    while not (newest and self._is_complete(newest[0])):
                        await stirred.wait()
                        stirred.clear()
            except TimeoutError:
                pass
        return newest[0] if newest else None

    def _is_complete(self, status: c.Status) -> bool:
        docks, drones = self.simulated or status.docks, self.simulated or status.drones
        return status.serving and status.docks_online == docks and status.drones_ready == drones


@asynccontextmanager
async def running(settings: StackSettings, clock: Clock) -> AsyncIterator[Stack]:
    """Starts the system, in the order in which the parts need each other; ends all of it.

    Raises:
        Refusal: with the sentence of the first process that cannot start; nothing is left running.
    """
    async with AsyncExitStack() as ending:
        children: list[Child] = []

        async def start(*group: Child) -> None:
            for child in group:
                ending.push_async_callback(child.end)
                children.append(child)
            async with asyncio.TaskGroup() as tasks:
                for child in group:
                    tasks.create_task(child.start(READY_WITHIN_S), name=child.name)

        broker = settings.broker or f"mqtt://{settings.host}:{_port(settings.broker_port)}"
        mavlink_port = _port(settings.mavlink_port)
        make = _Maker(settings, clock, broker, mavlink_port)
        if settings.broker is None:
            await start(make.broker())
        await start(*make.rest())
        console = next((child.ready for child in children if child.name == "console"), {})
        yield Stack(
            broker,
            console.get("address"),
            console.get("first_sign_in"),
            Topics(settings.district),
            tuple(children),
            clock,
            len(settings.only) or None,
        )


@dataclass(frozen=True, slots=True)
class _Maker:
    """The processes with their arguments."""

    settings: StackSettings
    clock: Clock
    broker_url: str
    mavlink_port: int

    def broker(self) -> Child:
        address = urlsplit(self.broker_url)
        return self._child(
            "broker", "broker", "--host", str(address.hostname), "--port", str(address.port)
        )

    def rest(self) -> Iterator[Child]:
        settings, at = self.settings, ("--broker", self.broker_url)
        district, port = str(settings.district_dir), settings.gateway_port
        offered = () if port is None else ("--gateway", f"tcp://{settings.host}:{port}")
        rounds = ("--patrols",) if settings.patrols else ()
        yield self._child(
            "controller",
            *("controller", district, *at, *offered, *rounds),
            *("--log", f"sqlite:///{settings.state_dir}/events.db"),
            *("--mavlink", f"udp://{settings.host}:{self.mavlink_port}"),
        )
        if settings.vehicles != "none":
            only = ("--only", ",".join(settings.only)) if settings.only else ()
            wind = ("--wind", settings.wind) if settings.wind else ()
            seed = ("--seed", str(settings.seed))
            yield self._child("docks", "docks", "simulate", district, *at, *only, *wind, *seed)
            binary = ("--arducopter", settings.arducopter) if settings.arducopter else ()
            yield self._child(
                "vehicles",
                *("sitl", settings.vehicles, district, *at, *only, *binary),
                *("--controller", f"{settings.host}:{self.mavlink_port}"),
                *("--state-dir", str(settings.state_dir / "vehicles")),
            )
        if settings.console:
            chosen = settings.district_dir / "console.yaml"
            yield self._child(
                "console",
                *("console", "--host", settings.host, *at),
                *("--port", str(_port(settings.console_port)), "--district", settings.district),
                *("--people", f"sqlite:///{settings.state_dir}/people.db"),
                *(("--settings", str(chosen)) if chosen.is_file() else ()),
            )

    def _child(self, name: str, *arguments: str) -> Child:
        return Child(
            name,
            arguments,
            self.clock.to_environment(),
            self.settings.state_dir / "log" / f"{name}.log",
        )


async def _keep(child: Child) -> None:
    loop = asyncio.get_running_loop()
    pause_s = RESTART_PAUSE_S
    while True:
        began_s = loop.time()
        code = await child.wait()
        if loop.time() - began_s > LONGEST_RESTART_PAUSE_S:
            pause_s = RESTART_PAUSE_S  # it ran well: what ended it is not what did long ago
        _log.error(
            "%s ended with code %d; starting it again in %.0f s (its log: %s)",
            *(child.name, code, pause_s, child.log),
        )
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, LONGEST_RESTART_PAUSE_S)
        try:
            await child.start(READY_WITHIN_S)
        except Refusal as refusal:  # what it needs may be starting again itself
            _log.error("%s: %s", child.name, refusal)


def _port(wanted: int) -> int:
    """The port wanted, or any that is free now. What the system itself would give out it also gives
    to outgoing connections, of which one could have it before our process listens there."""
    if wanted:
        return wanted
    while True:
        port = random.choice(FREE_PORTS)  # noqa: S311 -- not a secret
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
