"""The vehicles' process: simulated drones in the air and coupled to the docks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from fleet.bus import BusUnreachable, MqttBus, Topics
from fleet.clock import Clock
from fleet.district.model import District
from fleet.process import Refusal, announce_ready
from sitl.arducopter.bridge import Bridge
from sitl.arducopter.launch import Arducopter, launched
from sitl.arducopter.program import command_line, find_arducopter
from sitl.builtin.fleet import BuiltinFleet
from sitl.coupling import Coupling
from sitl.craft import specs_of
from sitl.video.source import PictureSource

_log = logging.getLogger(__name__)

HEARD_WITHIN_S = 45.0  # of the wall clock, from the processes' start to the last one heard
PACE_EVERY_S = 5.0  # of the wall clock


@dataclass(frozen=True, slots=True)
class Flying:
    """What to fly, and whom to call."""

    district: District
    only: tuple[str, ...]
    broker: str
    controller: tuple[str, int]
    state_dir: Path
    arducopter: str | None = None


async def fly_builtin(flying: Flying, clock: Clock) -> None:
    """Runs until cancelled.

    Raises:
        Refusal: if there is nothing to fly or no broker.
    """
    specs, models = specs_of(flying.district, flying.only)
    world = BuiltinFleet(specs, models)
    pictures = PictureSource([spec.drone for spec in specs], world.see, clock)
    topics = Topics(flying.district.id)
    try:
        async with (
            MqttBus(flying.broker, client="vehicles", clock=clock) as bus,
            pictures.serving(),
            asyncio.TaskGroup() as tasks,
        ):
            world.show(pictures.uri)
            tasks.create_task(Coupling(world, specs, bus, topics).run(), name="coupling")
            tasks.create_task(world.run(flying.controller), name="vehicles")
            announce_ready("vehicles", kind="builtin", vehicles=len(specs))
            await _tell_pace(bus, topics, clock, lambda: world.stepped_s)
    except BusUnreachable as error:
        raise Refusal(str(error)) from None


async def fly_arducopter(flying: Flying, clock: Clock) -> None:
    """Runs until cancelled.

    Raises:
        Refusal: if no arducopter is found, or one ends or stays silent at its start.
    """
    program = find_arducopter(flying.arducopter)
    specs, models = specs_of(flying.district, flying.only)
    topics = Topics(flying.district.id)
    async with AsyncExitStack() as stack:
        try:
            bus = await stack.enter_async_context(
                MqttBus(flying.broker, client="vehicles", clock=clock)
            )
        except BusUnreachable as error:
            raise Refusal(str(error)) from None
        bridge = Bridge((spec, model.battery_wh) for spec, model in zip(specs, models, strict=True))
        address = await bridge.open()
        stack.callback(bridge.close)
        host, port = flying.controller
        copters = [
            Arducopter(
                spec.drone,
                command_line(program, spec, f"{host}:{port}", address, clock.speedup),
                flying.state_dir / spec.drone,
            )
            for spec in specs
        ]
        await stack.enter_async_context(launched(copters))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(Coupling(bridge, specs, bus, topics).run(), name="coupling")
            tasks.create_task(bridge.run(), name="bridge")
            await _all_heard(bridge, copters, clock.speedup)
            for copter in copters:
                tasks.create_task(copter.keep(), name=copter.drone)
            announce_ready("vehicles", kind="ardupilot", vehicles=len(specs), program=str(program))
            await _tell_pace(bus, topics, clock, bridge.flown_s)


async def _all_heard(bridge: Bridge, copters: list[Arducopter], speedup: float) -> None:
    """Until every process has told where its vehicle is."""
    async with asyncio.TaskGroup() as watching:
        deaths = [watching.create_task(_death(copter)) for copter in copters]
        try:
            async with asyncio.timeout(HEARD_WITHIN_S * speedup):
                await bridge.until_heard()
        except TimeoutError:
            silent = ", ".join(bridge.silent())
            raise Refusal(
                f"no word from the arducopter of {silent} within {HEARD_WITHIN_S:.0f} s; "
                f"their logs are in {copters[0].directory.parent}"
            ) from None
        for death in deaths:
            death.cancel()


async def _death(copter: Arducopter) -> None:
    code = await copter.ended()
    raise Refusal(
        f"the arducopter of {copter.drone} ended at its start with code {code} "
        f"({copter.last_words()}); its log is {copter.log}"
    )


async def _tell_pace(
    bus: MqttBus, topics: Topics, clock: Clock, flown_s: Callable[[], float]
) -> None:
    """Tells how fast simulated time really passes against the wall clock."""
    loop = asyncio.get_running_loop()
    began_s, began_flown_s = loop.time(), flown_s()
    while True:
        await asyncio.sleep(PACE_EVERY_S * clock.speedup)
        passed_s = (loop.time() - began_s) / clock.speedup
        pace = (flown_s() - began_flown_s) / passed_s
        await bus.publish(topics.of("sim", "vehicles", "pace"), f"{pace:.3f}".encode())
