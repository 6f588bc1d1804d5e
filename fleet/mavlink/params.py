"""The parameter protocol: named parameters read and set, each set read back.

https://mavlink.io/en/services/parameter.html
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Mapping

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.address import VehicleAddress
from fleet.mavlink.codec import MavMessage
from fleet.mavlink.exchange import Retried, VehicleRefused

PAUSE_S = 0.7
TRIES = 16


class ReadParameters(Retried[dict[str, float]]):
    """Reads parameters by name, all at once. Each group holds the names that one figure goes by in
    different firmware versions: the group is read once one of them has been told."""

    hears = frozenset({mavlink.MAVLINK_MSG_ID_PARAM_VALUE})

    def __init__(self, address: VehicleAddress, groups: Iterable[tuple[str, ...]]) -> None:
        super().__init__(PAUSE_S, TRIES)
        self.what = "reading parameters"
        self._address = address
        self._open = [tuple(group) for group in groups]
        self._names = {name for group in self._open for name in group}
        self._read: dict[str, float] = {}
        if not self._open:
            self._succeed({})

    def _ask(self) -> list[MavMessage]:
        self.what = "reading " + ", ".join(group[0] for group in self._open)
        return [
            mavlink.MAVLink_param_request_read_message(
                self._address.sysid, self._address.compid, name.encode(), -1
            )
            for group in self._open
            for name in group
        ]

    def take(self, message: MavMessage, now_s: float) -> list[MavMessage]:
        if message.get_type() != "PARAM_VALUE" or message.param_id not in self._names:
            return []
        self._read[message.param_id] = float(message.param_value)
        self._open = [group for group in self._open if message.param_id not in group]
        self._progress(now_s)
        if not self._open:
            self._succeed(dict(self._read))
        return []


class SetParameters(Retried[dict[str, float]]):
    """Sets parameters and takes each for set only when the vehicle says its new value."""

    hears = frozenset({mavlink.MAVLINK_MSG_ID_PARAM_VALUE})

    def __init__(self, address: VehicleAddress, values: Mapping[str, float]) -> None:
        super().__init__(PAUSE_S, TRIES)
        self.what = "setting parameters"
        self._address = address
        self._open = dict(values)
        self._wanted = dict(values)
        self._wrong: dict[str, float] = {}
        if not self._open:
            self._succeed({})

    def _ask(self) -> list[MavMessage]:
        self.what = "setting " + ", ".join(self._open)
        return [
            mavlink.MAVLink_param_set_message(
                self._address.sysid,
                self._address.compid,
                name.encode(),
                value,
                mavlink.MAV_PARAM_TYPE_REAL32,
            )
            for name, value in self._open.items()
        ]

    def tick(self, now_s: float) -> list[MavMessage]:
        if self._tries_left == 0 and self._wrong:
            name, value = next(iter(self._wrong.items()))
            self._fail(
                VehicleRefused(
                    f"setting {name}: asked for {self._wanted[name]:g}, the vehicle keeps {value:g}"
                )
            )
            return []
        return super().tick(now_s)

    def take(self, message: MavMessage, now_s: float) -> list[MavMessage]:
        if message.get_type() != "PARAM_VALUE" or message.param_id not in self._open:
            return []
        name, value = message.param_id, float(message.param_value)
        if not same_float32(value, self._open[name]):
            self._wrong[name] = value
            return []
        self._wrong.pop(name, None)
        del self._open[name]
        self._progress(now_s)
        if not self._open:
            self._succeed(self._wanted)
        return []


def same_float32(a: float, b: float) -> bool:
    """Whether both are the same number once they have been through a 32-bit float."""
    if math.isnan(a) or math.isnan(b):
        return False
    return _float32(a) == _float32(b)


def _float32(value: float) -> float:
    return float(struct.unpack("<f", struct.pack("<f", value))[0])
