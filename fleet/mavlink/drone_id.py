"""Open Drone ID: what a ground station must tell a drone of itself and of who operates it, for the
drone's transmitter to tell everybody around it.

https://mavlink.io/en/services/opendroneid.html; the rates are those of ASTM F3411: a second for
what may change, three seconds for what stays.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.address import VehicleAddress
from fleet.mavlink.codec import MavMessage

SYSTEM_EVERY_S: Final = 1.0
STATIC_EVERY: Final = 3  # so many of those
EPOCH_UNIX_S: Final = 1_546_300_800  # 2019-01-01, from which the standard counts
UNKNOWN_M: Final = -1000.0
_ANY: Final = [0] * 20


@dataclass(frozen=True, slots=True)
class DroneIdentity:
    """Of one drone. ``serial`` is its number by ANSI/CTA-2063-A; the place is that of who operates
    it, its height above the ellipsoid."""

    serial: str
    operator_id: str
    description: str
    lon: float
    lat: float
    alt_hae_m: float | None


class Identify:
    """An exchange that never ends and is never answered. ``unix_s`` tells the time of day."""

    what = "remote identification"
    hears: frozenset[int] = frozenset()
    within_s = math.inf
    finished = False

    def __init__(
        self, address: VehicleAddress, identity: DroneIdentity, unix_s: Callable[[], float]
    ) -> None:
        self._address, self._identity, self._unix_s = address, identity, unix_s
        self._told = 0
        self.due_s = math.inf

    def begin(self, now_s: float) -> list[MavMessage]:
        return self.tick(now_s)

    def tick(self, now_s: float) -> list[MavMessage]:
        self.due_s = now_s + SYSTEM_EVERY_S
        messages = [self._system()]
        if self._told % STATIC_EVERY == 0:
            messages += self._static()
        self._told += 1
        return messages

    def take(self, message: MavMessage, now_s: float) -> list[MavMessage]:
        return []

    def result(self) -> None:
        """It has none."""

    def _system(self) -> MavMessage:
        one, told = self._identity, self._unix_s() - EPOCH_UNIX_S
        height_m = UNKNOWN_M if one.alt_hae_m is None else one.alt_hae_m
        only_this_drone, no_area = (1, 0), (UNKNOWN_M, UNKNOWN_M)
        undeclared = (0, 0)  # category and class: those of the European Union
        return mavlink.MAVLink_open_drone_id_system_message(
            *(self._address.sysid, self._address.compid, _ANY),
            mavlink.MAV_ODID_OPERATOR_LOCATION_TYPE_FIXED,
            mavlink.MAV_ODID_CLASSIFICATION_TYPE_UNDECLARED,
            *(round(one.lat * 1e7), round(one.lon * 1e7)),
            *(*only_this_drone, *no_area, *undeclared),
            *(height_m, max(0, int(told))),
        )

    def _static(self) -> list[MavMessage]:
        one, to = self._identity, (self._address.sysid, self._address.compid, _ANY)
        return [
            mavlink.MAVLink_open_drone_id_basic_id_message(
                *to,
                mavlink.MAV_ODID_ID_TYPE_SERIAL_NUMBER,
                mavlink.MAV_ODID_UA_TYPE_HELICOPTER_OR_MULTIROTOR,
                list(_bytes(one.serial, 20)),
            ),
            mavlink.MAVLink_open_drone_id_operator_id_message(
                *to, mavlink.MAV_ODID_OPERATOR_ID_TYPE_CAA, _bytes(one.operator_id, 20)
            ),
            mavlink.MAVLink_open_drone_id_self_id_message(
                *to, mavlink.MAV_ODID_DESC_TYPE_TEXT, _bytes(one.description, 23)
            ),
        ]


def _bytes(text: str, size: int) -> bytes:
    return text.encode("ascii").ljust(size, b"\0")
