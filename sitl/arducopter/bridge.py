"""The physical side of ArduPilot SITL: reads where each vehicle truly is, charges its battery and
blows its wind, and is its marker sensor, over a second MAVLink channel that the controller knows
nothing of."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from docks.contract import VehicleTruth
from sitl.craft import CraftSpec
from sitl.marker import HZ as MARKER_HZ
from sitl.marker import LOOKED_FOR_WITHIN_M, LonLat, Pose, sighting

_log = logging.getLogger(__name__)

OUR_SYSID = 245  # neither a vehicle's nor a ground station's
TRUTH_HZ = 2.0
ASK_AGAIN_S = 5.0
CHARGE_STEP_PCT = 1.0  # vehicles report whole percents: charge in such steps, or none would show
FULL_V = 25.2  # as copter.parm has it
# percent and share of the full voltage, of a pack at rest: points of SITL's own table
_RESTING = (2, 8, 19, 31, 50, 81, 100), (0.713, 0.758, 0.810, 0.849, 0.897, 0.955, 1.0)
_WANTED = (
    mavlink.MAVLINK_MSG_ID_GLOBAL_POSITION_INT,
    mavlink.MAVLINK_MSG_ID_EXTENDED_SYS_STATE,
    mavlink.MAVLINK_MSG_ID_SYS_STATUS,
    mavlink.MAVLINK_MSG_ID_SIM_STATE,
)


@dataclass(slots=True)
class _Vehicle:
    craft: CraftSpec
    battery_wh: float
    decoder: Any
    address: tuple[str, int] | None = None
    lon: float | None = None
    lat: float | None = None
    height_m: float = 0.0
    on_ground: bool | None = None
    battery_pct: float | None = None
    boot_s: float = 0.0
    charge_w: float = 0.0
    owed_pct: float = 0.0
    pack_v: float = 0.0
    asked_s: float = field(default=-math.inf)
    told_s: float = field(default=-math.inf)
    looks: bool = False  # for a marker below it
    looked_s: float = field(default=-math.inf)

    def truth(self) -> VehicleTruth | None:
        if self.lon is None or self.lat is None or self.on_ground is None:
            return None
        if self.battery_pct is None:
            return None
        return VehicleTruth(
            drone=self.craft.drone,
            lon=self.lon,
            lat=self.lat,
            height_m=self.height_m,
            on_ground=self.on_ground,
            battery_pct=self.battery_pct,
        )


class Bridge(asyncio.DatagramProtocol):
    """One UDP socket that all `arducopter` processes of the fleet call."""

    def __init__(self, fleet: Iterable[tuple[CraftSpec, float]]) -> None:
        """``fleet`` holds each craft with its battery's energy in Wh."""
        self._vehicles = {
            craft.sysid: _Vehicle(craft, battery_wh, _decoder()) for craft, battery_wh in fleet
        }
        self._by_drone = {v.craft.drone: v for v in self._vehicles.values()}
        self._encoder = mavlink.MAVLink(None, OUR_SYSID, mavlink.MAV_COMP_ID_ONBOARD_COMPUTER)
        self._sensors = {
            sysid: mavlink.MAVLink(None, sysid, mavlink.MAV_COMP_ID_ONBOARD_COMPUTER)
            for sysid in self._vehicles
        }
        self._markers: Collection[LonLat] = ()
        self._listeners: list[Callable[[VehicleTruth], None]] = []
        self._stirred = asyncio.Event()
        self._transport: asyncio.DatagramTransport

    async def open(self, host: str = "127.0.0.1") -> str:
        """Binds a free port; the HOST:PORT to call."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(host, 0))
        return f"{host}:{self._transport.get_extra_info('sockname')[1]}"

    def close(self) -> None:
        self._transport.close()

    def listen(self, listener: Callable[[VehicleTruth], None]) -> None:
        self._listeners.append(listener)

    def silent(self) -> list[str]:
        """The drones that have not told where they are."""
        return [drone for drone, vehicle in self._by_drone.items() if vehicle.truth() is None]

    async def until_heard(self) -> None:
        """Until every vehicle has told where it is."""
        while self.silent():
            self._stirred.clear()
            await self._stirred.wait()

    def flown_s(self) -> float:
        """Simulated seconds since their start, of the slowest vehicle."""
        return min(vehicle.boot_s for vehicle in self._vehicles.values())

    def charge(self, drone: str, watts: float) -> None:
        """The power that flows into the drone's battery from now on."""
        if drone in self._by_drone:
            self._by_drone[drone].charge_w = watts

    def set_wind(self, drone: str, speed_ms: float, from_deg: float) -> None:
        for name, value in ((b"SIM_WIND_SPD", speed_ms), (b"SIM_WIND_DIR", from_deg)):
            self._set(self._by_drone[drone], name, value)

    def set_charge(self, drone: str, pct: float) -> None:
        """What is in the drone's battery, at once. Its monitor only counts what is used; what the
        simulated pack holds follows from the voltage that it is set to, when that changes."""
        vehicle = self._by_drone[drone]
        self._command(vehicle, mavlink.MAV_CMD_BATTERY_RESET, 1, pct)
        pack_v = FULL_V * float(np.interp(pct, *_RESTING))
        vehicle.pack_v = pack_v if pack_v != vehicle.pack_v else pack_v - 0.01
        self._set(vehicle, b"SIM_BATT_VOLTAGE", vehicle.pack_v)

    def mark(self, pads: Collection[LonLat]) -> None:
        """The pads whose markers can be seen from above, from now on."""
        self._markers = pads

    async def run(self) -> None:
        """Keeps the streams asked for and the batteries charging, until cancelled."""
        loop = asyncio.get_running_loop()
        before_s = loop.time()
        while True:
            await asyncio.sleep(1.0)
            now_s = loop.time()
            for vehicle in self._vehicles.values():
                self._charge(vehicle, now_s - before_s)
            before_s = now_s

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        sysid = data[5] if len(data) > 5 and data[0] == 0xFD else None
        vehicle = self._vehicles.get(sysid) if sysid is not None else None
        if vehicle is None:
            return
        vehicle.address = addr
        for message in vehicle.decoder.parse_buffer(data) or ():
            self._take(vehicle, message)
        now_s = asyncio.get_running_loop().time()
        if now_s - max(vehicle.asked_s, vehicle.told_s) > ASK_AGAIN_S:
            vehicle.asked_s = now_s
            self._ask(vehicle)

    def _take(self, vehicle: _Vehicle, message: Any) -> None:
        before = vehicle.on_ground
        match message.get_type():
            case "GLOBAL_POSITION_INT":
                vehicle.height_m = message.relative_alt / 1000
                vehicle.boot_s = message.time_boot_ms / 1000
                vehicle.told_s = asyncio.get_running_loop().time()
                self._look_often(vehicle)
            case "SIM_STATE":
                vehicle.lon, vehicle.lat = message.lon_int / 1e7, message.lat_int / 1e7
                self._look_down(vehicle, message)
            case "EXTENDED_SYS_STATE":
                vehicle.on_ground = message.landed_state == mavlink.MAV_LANDED_STATE_ON_GROUND
            case "SYS_STATUS" if message.battery_remaining >= 0:
                vehicle.battery_pct = float(message.battery_remaining)
            case _:
                return
        truth = vehicle.truth()
        told = message.get_type() == "GLOBAL_POSITION_INT" or vehicle.on_ground != before
        if truth is not None and told:
            self._stirred.set()
            for listener in self._listeners:
                listener(truth)

    def _look_often(self, vehicle: _Vehicle) -> None:
        """A drone that comes down looks for a marker; what it needs for that is much to read."""
        looks = not vehicle.on_ground and vehicle.height_m <= LOOKED_FOR_WITHIN_M
        now_s = asyncio.get_running_loop().time()
        if looks == vehicle.looks and now_s - vehicle.looked_s <= ASK_AGAIN_S:
            return
        vehicle.looks, vehicle.looked_s = looks, now_s
        interval_us = 1e6 / (MARKER_HZ if looks else TRUTH_HZ)
        wanted = mavlink.MAVLINK_MSG_ID_SIM_STATE
        self._command(vehicle, mavlink.MAV_CMD_SET_MESSAGE_INTERVAL, wanted, interval_us)

    def _look_down(self, vehicle: _Vehicle, m: Any) -> None:
        if not (vehicle.looks and self._markers and vehicle.lon and vehicle.lat):
            return
        pose = Pose((vehicle.lon, vehicle.lat), vehicle.height_m, m.roll, m.pitch, m.yaw)
        seen = sighting(self._markers, pose, int(asyncio.get_running_loop().time() * 1e6))
        if seen is not None and vehicle.address is not None:
            data = seen.pack(self._sensors[vehicle.craft.sysid])
            self._transport.sendto(data, vehicle.address)

    def _ask(self, vehicle: _Vehicle) -> None:
        for message_id in _WANTED:
            self._command(vehicle, mavlink.MAV_CMD_SET_MESSAGE_INTERVAL, message_id, 1e6 / TRUTH_HZ)

    def _charge(self, vehicle: _Vehicle, passed_s: float) -> None:
        if vehicle.charge_w <= 0 or vehicle.battery_pct is None or not vehicle.on_ground:
            vehicle.owed_pct = 0.0
            return
        vehicle.owed_pct += vehicle.charge_w * passed_s / 36 / vehicle.battery_wh
        if vehicle.owed_pct >= CHARGE_STEP_PCT:
            # a little more than whole, so that rounding down does not take the step back
            charged_pct = min(100.0, vehicle.battery_pct + vehicle.owed_pct + 0.01)
            vehicle.owed_pct = 0.0
            self.set_charge(vehicle.craft.drone, charged_pct)

    def _command(self, vehicle: _Vehicle, command: int, one: float, two: float) -> None:
        self._send(
            vehicle,
            mavlink.MAVLink_command_long_message(
                vehicle.craft.sysid, 1, command, 0, one, two, 0, 0, 0, 0, 0
            ),
        )

    def _set(self, vehicle: _Vehicle, name: bytes, value: float) -> None:
        self._send(
            vehicle,
            mavlink.MAVLink_param_set_message(
                vehicle.craft.sysid, 1, name, value, mavlink.MAV_PARAM_TYPE_REAL32
            ),
        )

    def _send(self, vehicle: _Vehicle, message: Any) -> None:
        if vehicle.address is not None:
            self._transport.sendto(message.pack(self._encoder), vehicle.address)


def _decoder() -> Any:
    decoder = mavlink.MAVLink(None)
    decoder.robust_parsing = True
    return decoder
