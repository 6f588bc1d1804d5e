"""What docks and vehicles do to each other in the physical world, carried over the bus: where a
vehicle truly is, the power of the charger it stands on, the wind around it, the marker that it sees
of an open dock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from docks.contract import Cover, DockState, DockWeather, VehicleTruth
from fleet.bus import Bus, Message, Topics
from fleet.sorties.sortie import distance_m
from sitl.craft import CraftSpec
from sitl.marker import LonLat

NEAR_M = 40.0
SIGN_OF_LIFE_S = 10.0
CHARGE_STEP_PCT = 0.5


class World(Protocol):
    """Simulated vehicles, whichever way they fly."""

    def listen(self, listener: Callable[[VehicleTruth], None]) -> None: ...

    def charge(self, drone: str, watts: float) -> None: ...

    def set_wind(self, drone: str, speed_ms: float, from_deg: float) -> None: ...

    def mark(self, pads: Collection[LonLat]) -> None: ...


class Coupling:
    """Ties the vehicles to the docks."""

    def __init__(self, world: World, specs: Sequence[CraftSpec], bus: Bus, topics: Topics) -> None:
        self._world, self._bus, self._topics = world, bus, topics
        self._drones = {spec.drone for spec in specs}
        self._at_dock = {spec.dock: spec.drone for spec in specs}
        self._charged_by: dict[str, str] = {}  # drone -> dock
        self._pads = {spec.dock: (spec.lon, spec.lat) for spec in specs}
        self._open: set[str] = set()  # docks
        self._truths: dict[str, VehicleTruth] = {}
        self._told: dict[str, tuple[VehicleTruth, float]] = {}
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
                await self._bus.publish(
                    self._topics.vehicle_truth(drone), truth, retain=True, qos=0
                )

    def _note(self, truth: VehicleTruth) -> None:
        """Passes on what a dock's sensors could notice: all that happens near a pad, and of the
        rest a sign of life. Every dock hears every vehicle, so the difference is large."""
        now_s = asyncio.get_running_loop().time()
        before = self._told.get(truth.drone)
        if before is not None and not self._is_news(truth, *before, now_s):
            return
        self._told[truth.drone] = truth, now_s
        self._truths[truth.drone] = truth  # of two that wait the newer counts
        self._stirred.set()

    def _is_news(
        self, truth: VehicleTruth, told: VehicleTruth, told_s: float, now_s: float
    ) -> bool:
        if now_s - told_s >= SIGN_OF_LIFE_S or truth.on_ground != told.on_ground:
            return True
        if truth.on_ground:
            return abs(truth.battery_pct - told.battery_pct) >= CHARGE_STEP_PCT
        return self._near_a_pad(truth) or self._near_a_pad(told)

    def _near_a_pad(self, truth: VehicleTruth) -> bool:
        at = (truth.lon, truth.lat)
        return truth.height_m < NEAR_M and any(
            distance_m(at, pad) < NEAR_M for pad in self._pads.values()
        )

    async def _on_dock(self, message: Message) -> None:
        """A charger's power goes into the drone that stands on its contacts; the marker on a pad is
        seen while its cover is open."""
        state = DockState.model_validate_json(message.payload)
        self._show_marker(state)
        for drone, dock in list(self._charged_by.items()):
            if dock == state.dock and (drone != state.drone or state.charge_w == 0):
                del self._charged_by[drone]
                self._world.charge(drone, 0.0)
        if state.drone in self._drones and state.charge_w > 0:
            self._charged_by[state.drone] = state.dock
            self._world.charge(state.drone, state.charge_w)

    def _show_marker(self, state: DockState) -> None:
        is_open = state.cover is Cover.OPEN and state.dock in self._pads
        if is_open != (state.dock in self._open):
            self._open ^= {state.dock}
            self._world.mark([self._pads[dock] for dock in self._open])

    async def _on_weather(self, message: Message) -> None:
        """The wind at a dock is that of its drone's flights, as its plan assumes."""
        weather = DockWeather.model_validate_json(message.payload)
        if drone := self._at_dock.get(weather.dock):
            self._world.set_wind(drone, weather.wind_ms, weather.wind_from_deg)
