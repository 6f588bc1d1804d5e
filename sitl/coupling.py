"""What docks and vehicles do to each other in the physical world, carried over the bus: where a
vehicle truly is, the power of the charger it stands on, the wind around it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from docks.contract import DockState, DockWeather, VehicleTruth
from fleet.bus import Bus, Message, Topics
from sitl.craft import CraftSpec


class World(Protocol):
    """Simulated vehicles, whichever way they fly."""

    def listen(self, listener: Callable[[VehicleTruth], None]) -> None: ...

    def charge(self, drone: str, watts: float) -> None: ...

    def set_wind(self, drone: str, speed_ms: float, from_deg: float) -> None: ...


class Coupling:
    """Ties the vehicles to the docks."""

    def __init__(self, world: World, specs: Sequence[CraftSpec], bus: Bus, topics: Topics) -> None:
        self._world, self._bus, self._topics = world, bus, topics
        self._drones = {spec.drone for spec in specs}
        self._at_dock = {spec.dock: spec.drone for spec in specs}
        self._charged_by: dict[str, str] = {}  # drone -> dock
        self._truths: dict[str, VehicleTruth] = {}
        self._stirred = asyncio.Event()
        world.listen(self._note)

    async def run(self) -> None:
        """Tells the docks where the vehicles are, until cancelled."""
        await self._bus.subscribe(self._topics.dock_state("+"), self._on_dock)
        await self._bus.subscribe(self._topics.dock_weather("+"), self._on_weather)
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            while self._truths:
                drone, truth = self._truths.popitem()
                await self._bus.publish(self._topics.vehicle_truth(drone), truth, retain=True)

    def _note(self, truth: VehicleTruth) -> None:
        self._truths[truth.drone] = truth  # of two that wait the newer counts
        self._stirred.set()

    async def _on_dock(self, message: Message) -> None:
        """A charger's power goes into the drone that stands on its contacts."""
        state = DockState.model_validate_json(message.payload)
        for drone, dock in list(self._charged_by.items()):
            if dock == state.dock and (drone != state.drone or state.charge_w == 0):
                del self._charged_by[drone]
                self._world.charge(drone, 0.0)
        if state.drone in self._drones and state.charge_w > 0:
            self._charged_by[state.drone] = state.dock
            self._world.charge(state.drone, state.charge_w)

    async def _on_weather(self, message: Message) -> None:
        """The wind at a dock is that of its drone's flights, as its plan assumes."""
        weather = DockWeather.model_validate_json(message.payload)
        if drone := self._at_dock.get(weather.dock):
            self._world.set_wind(drone, weather.wind_ms, weather.wind_from_deg)
