"""Twenty-five builtin vehicles that call a controller, each telling its position ten times a second
with the moment at which it is sent in place of its height.

    python stamped_drones.py DISTRICT_DIR PORT

The vehicles answer the controller as they always do; only their own positions are left out, for
those are told more seldom while they stand. The drones do not speak at the same moment: they are
spread evenly over a tenth of a second.
"""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from pathlib import Path

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.district.load import load_or_refuse
from fleet.mavlink.codec import Encoder
from sitl.builtin.fleet import BuiltinFleet
from sitl.craft import CraftSpec, specs_of

HZ = 10
UNITS_A_SECOND = 1e4  # of the stamp, which MAVLink carries as millimetres: a tenth of one is lost
_HEADER = 10  # bytes of a MAVLink 2 packet before its payload; the message's id is the last three


def stamp(now_s: float) -> int:
    """Of the machine's monotonic clock, for a field of 31 bits: it begins anew after two days."""
    return int(now_s * UNITS_A_SECOND) % 2**31


def age_s(alt_rel_m: float, now_s: float) -> float:
    """How long ago the stamp was made that a console reads as metres."""
    return ((stamp(now_s) - round(alt_rel_m * 1000)) % 2**31) / UNITS_A_SECOND


class _Wire:
    """A vehicle's socket; passes on all that the vehicle says but its positions."""

    def __init__(self, spec: CraftSpec, controller: tuple[str, int]) -> None:
        self._spec, self._encoder = spec, Encoder(spec.sysid, 1)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.connect(controller)

    def sendto(self, data: bytes) -> None:
        told = int.from_bytes(data[_HEADER - 3 : _HEADER], "little")
        if told != mavlink.MAVLINK_MSG_ID_GLOBAL_POSITION_INT:
            self._send(data)

    def tell_position(self) -> None:
        spec, now_s = self._spec, time.monotonic()
        position = mavlink.MAVLink_global_position_int_message(
            *(int(now_s * 1000) % 2**32, int(spec.lat * 1e7), int(spec.lon * 1e7)),
            *(int(spec.alt_amsl_m * 1000), stamp(now_s), 0, 0, 0, 9000),
        )
        self._send(self._encoder.encode(position))

    def _send(self, data: bytes) -> None:
        try:
            self.socket.send(data)
        except OSError:
            return  # the controller is not there yet

    def close(self) -> None:
        self.socket.close()


async def fly(district_dir: Path, port: int) -> None:
    specs, models = specs_of(load_or_refuse(district_dir), ())
    fleet, loop = BuiltinFleet(specs, models), asyncio.get_running_loop()
    wires = [_Wire(spec, ("127.0.0.1", port)) for spec in specs]
    for spec, wire in zip(specs, wires, strict=True):
        hear = fleet.attach(spec.drone, wire)
        loop.add_reader(wire.socket, _read, wire.socket, hear)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(fleet.fly())
        began_s, told = loop.time(), 0
        while True:
            wires[told % len(wires)].tell_position()
            told += 1
            await asyncio.sleep(began_s + told / (HZ * len(wires)) - loop.time())


def _read(connection: socket.socket, hear: object) -> None:
    try:
        data = connection.recv(2048)
    except OSError:
        return
    hear(data, asyncio.get_running_loop().time())  # type: ignore[operator]


if __name__ == "__main__":
    asyncio.run(fly(Path(sys.argv[1]), int(sys.argv[2])))
