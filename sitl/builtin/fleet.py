"""All builtin vehicles in one process: bodies stepped together, each with a socket of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from docks.contract import VehicleTruth
from fleet.contract import VideoSample
from fleet.district.model import DroneModel
from sitl.builtin.body import Bodies
from sitl.builtin.craft import Craft
from sitl.craft import CraftSpec
from sitl.marker import LOOKED_FOR_WITHIN_M, LonLat, Pose, sighting

_log = logging.getLogger(__name__)

STEP_S = 0.04
MOST_STEPS = 5  # caught up at once; the wires must be read in between
IDLE_EVERY = 5  # steps between two looks of a parked vehicle
TRUTH_S = 0.5
LOOKED_EVERY = 3  # steps between two looks for a marker on the ground


class BuiltinFleet:
    """The vehicles, their clock and their wires."""

    def __init__(
        self,
        specs: Sequence[CraftSpec],
        models: Sequence[DroneModel],
        step_s: float = STEP_S,
        seldomer: float = 1.0,
    ) -> None:
        """``seldomer``: so many times as seldom as asked a vehicle tells how it is."""
        self._specs, self._step_s = tuple(specs), step_s
        self.bodies = Bodies(
            np.array([model.battery_wh for model in models]),
            np.array([model.hover_w for model in models]),
            np.array([model.cruise_w for model in models]),
        )
        self._wires: list[_Wire] = []
        self.crafts: list[Craft] = []
        self._charge_w = np.zeros(len(specs))
        self._listeners: list[Callable[[VehicleTruth], None]] = []
        self._markers: Collection[LonLat] = ()
        self._told_s = [-np.inf] * len(specs)
        self._stood = [True] * len(specs)
        self._index = {spec.drone: i for i, spec in enumerate(specs)}
        for i, spec in enumerate(specs):
            wire = _Wire()
            home = (spec.lon, spec.lat, spec.alt_amsl_m)
            craft = Craft(i, spec.sysid, home, self.bodies, wire.send, seldomer)
            wire.receive = craft.receive
            self._wires.append(wire)
            self.crafts.append(craft)
        self.stepped_s = 0.0
        self._steps = 0
        self.missed_s = 0.0

    def listen(self, listener: Callable[[VehicleTruth], None]) -> None:
        self._listeners.append(listener)

    def charge(self, drone: str, watts: float) -> None:
        """The power that flows into the drone's battery from now on."""
        if drone in self._index:
            self._charge_w[self._index[drone]] = watts

    def set_wind(self, drone: str, speed_ms: float, from_deg: float) -> None:
        to_rad = np.radians(from_deg + 180.0)
        east_ms, north_ms = speed_ms * np.sin(to_rad), speed_ms * np.cos(to_rad)
        self.bodies.blow(self._index[drone], float(east_ms), float(north_ms))

    def mark(self, pads: Collection[LonLat]) -> None:
        """The pads whose markers can be seen from above, from now on."""
        self._markers = pads

    def show(self, uri: Callable[[str], str]) -> None:
        """Has each vehicle tell where its picture is."""
        for spec, craft in zip(self._specs, self.crafts, strict=True):
            craft.camera.optics = replace(craft.camera.optics, uri=uri(spec.drone))

    def see(self, drone: str) -> VideoSample:
        """What the drone's camera sees at this moment, in truth."""
        return self.crafts[self._index[drone]].see(drone, asyncio.get_running_loop().time())

    async def run(self, controller: tuple[str, int]) -> None:
        """Flies until cancelled, in step with the loop's time."""
        loop = asyncio.get_running_loop()
        for wire in self._wires:
            await loop.create_datagram_endpoint(partial(_same, wire), remote_addr=controller)
        try:
            await self.fly()
        finally:
            for wire in self._wires:
                wire.close()

    def attach(self, drone: str, transport: Any) -> Callable[[bytes, float], None]:
        """Gives a vehicle another wire than a socket; returns what takes what is sent to it."""
        wire = self._wires[self._index[drone]]
        wire.connection_made(transport)
        return wire.receive

    async def fly(self) -> None:
        """Steps until cancelled, in step with the loop's time."""
        loop, step_s = asyncio.get_running_loop(), self._step_s
        next_s = loop.time()
        while True:
            now_s = loop.time()
            behind = int((now_s - next_s) / step_s)
            if behind > MOST_STEPS:
                self.missed_s += (behind - MOST_STEPS) * step_s
                next_s += (behind - MOST_STEPS) * step_s
            while next_s <= now_s:
                self.step(next_s)
                next_s += step_s
            await asyncio.sleep(next_s - loop.time())

    def step(self, now_s: float) -> None:
        """One step of all bodies, then of all autopilots."""
        if self.bodies.spinning.any():
            self.bodies.step(self._step_s)
        else:
            self.bodies.rest(self._step_s)
        self.stepped_s += self._step_s
        self._steps += 1
        charging = np.nonzero(self._charge_w)[0]
        for i in charging:
            if not self.bodies.spinning[i]:
                self.bodies.charge(int(i), float(self._charge_w[i]), self._step_s)
        look_at_all = self._steps % IDLE_EVERY == 0
        for i, craft in enumerate(self.crafts):
            if look_at_all or self.bodies.spinning[i]:
                craft.tick(now_s)
        if self._markers and self._steps % LOOKED_EVERY == 0:
            for i in np.nonzero(self.bodies.flying)[0]:
                self._look_down(int(i), now_s)
        if look_at_all and self._listeners:
            self._tell_truths(now_s)

    def _look_down(self, i: int, now_s: float) -> None:
        """The marker sensor on board: tells its autopilot what it sees."""
        craft = self.crafts[i]
        lon, lat, up_m = craft.autopilot.helm.truth
        if up_m > LOOKED_FOR_WITHIN_M:
            return
        yaw = np.radians(self.bodies.heading_deg[i])
        pose = Pose((lon, lat), up_m, *self.bodies.lean_rad(i), float(yaw))
        if (seen := sighting(self._markers, pose, int(now_s * 1e6))) is not None:
            craft.autopilot.helm.target.see(seen, now_s)

    def _tell_truths(self, now_s: float) -> None:
        for i, craft in enumerate(self.crafts):
            stands = craft.autopilot.on_ground
            if stands == self._stood[i] and now_s - self._told_s[i] < TRUTH_S:
                continue
            self._stood[i], self._told_s[i] = stands, now_s
            lon, lat, up_m = craft.autopilot.helm.truth
            truth = VehicleTruth(
                drone=self._specs[i].drone,
                lon=lon,
                lat=lat,
                height_m=up_m,
                on_ground=stands,
                battery_pct=self.bodies.battery(i)[0] * 100,
            )
            for listener in self._listeners:
                listener(truth)


def _same(wire: _Wire) -> _Wire:
    return wire


class _Wire(asyncio.DatagramProtocol):
    """One vehicle's socket, calling the controller."""

    receive: Callable[[bytes, float], None]

    def __init__(self) -> None:
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self.receive(data, asyncio.get_running_loop().time())

    def error_received(self, exc: Exception) -> None:
        """The controller is not there, or is starting again: keep calling."""

    def send(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.sendto(data)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
