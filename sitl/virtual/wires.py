"""MAVLink between the controller and the builtin vehicles without sockets: the same bytes, heard in
the loop's next turn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.district.model import District
from fleet.mavlink.address import VehicleAddress
from fleet.mavlink.codec import Decoder, Encoder, MavMessage
from fleet.mavlink.conversation import Conversation
from fleet.mavlink.gate import Gate
from fleet.mavlink.reactor import HEARTBEAT_S
from fleet.mavlink.vehicle import Vehicle
from sitl.builtin.fleet import BuiltinFleet


class Wires:
    """All vehicles, as the controller deals with them."""

    def __init__(self, district: District, world: BuiltinFleet) -> None:
        self.gate = Gate(self._carry, lambda _: None)
        self._encoder = Encoder()
        self._receive: dict[int, Callable[[bytes, float], None]] = {}
        self.vehicles: dict[str, Vehicle] = {}
        for drone in district.drones:
            talk = Conversation(
                VehicleAddress(drone.sysid), self.gate, district.system.drone_lost_s
            )
            self.vehicles[drone.id] = vehicle = Vehicle(talk)
            self._receive[drone.sysid] = world.attach(drone.id, _Ear(vehicle))

    def _carry(self, sysid: int, message: MavMessage) -> None:
        self._later(sysid, self._encoder.encode(message))

    def _later(self, sysid: int, data: bytes) -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon(lambda: self._receive[sysid](data, loop.time()))

    async def beat(self) -> None:
        """A ground station's heartbeat to every vehicle, until cancelled."""
        while True:
            beat = mavlink.MAVLink_heartbeat_message(
                mavlink.MAV_TYPE_GCS, mavlink.MAV_AUTOPILOT_INVALID, 0, 0,
                mavlink.MAV_STATE_ACTIVE, 3,
            )  # fmt: skip
            data = self._encoder.encode(beat)
            for sysid in self._receive:
                self._later(sysid, data)
            await asyncio.sleep(HEARTBEAT_S)


class _Ear:
    """The controller's end of one wire, as a vehicle's transport."""

    def __init__(self, vehicle: Vehicle) -> None:
        self._vehicle, self._decoder = vehicle, Decoder()

    def sendto(self, data: bytes) -> None:
        asyncio.get_running_loop().call_soon(self._hear, data)

    def _hear(self, data: bytes) -> None:
        now_s = asyncio.get_running_loop().time()
        for message in self._decoder.feed(data):
            self._vehicle.heard(message, now_s)

    def close(self) -> Any:
        """There is nothing to close."""
