"""How often a vehicle tells what: set, and each read back by name.

An acknowledgement names the kind of command only, not the message that it was about. On a wire that
doubles, the second answer to one of several passes for that of the next, and a stream that nobody
set is waited for without end.

https://mavlink.io/en/messages/common.html#MAV_CMD_GET_MESSAGE_INTERVAL
"""

from __future__ import annotations

from collections.abc import Mapping

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.address import VehicleAddress
from fleet.mavlink.codec import MavMessage
from fleet.mavlink.exchange import Retried, VehicleRefused

PAUSE_S = 0.7
TRIES = 16
EQUAL_WITHIN = 0.02  # autopilots keep whole milliseconds
_UNKNOWN = 0  # the interval that is told of a message that the vehicle does not have


class SetIntervals(Retried[bool]):
    """Sets how often messages are told, all at once; ``wanted_us`` by message id."""

    hears = frozenset({mavlink.MAVLINK_MSG_ID_MESSAGE_INTERVAL})

    def __init__(self, address: VehicleAddress, wanted_us: Mapping[int, float]) -> None:
        super().__init__(PAUSE_S, TRIES)
        self.what = "setting how often it tells"
        self._address = address
        self._open = dict(wanted_us)
        if not self._open:
            self._succeed(True)

    def _ask(self) -> list[MavMessage]:
        self.what = "setting how often it tells " + ", ".join(map(_name, self._open))
        return [
            message
            for message_id, interval_us in self._open.items()
            for message in (
                self._command(mavlink.MAV_CMD_SET_MESSAGE_INTERVAL, message_id, interval_us),
                self._command(mavlink.MAV_CMD_GET_MESSAGE_INTERVAL, message_id),
            )
        ]

    def _command(self, command: int, *parameters: float) -> MavMessage:
        padded = (*parameters, *(0.0,) * (7 - len(parameters)))
        address = self._address
        return mavlink.MAVLink_command_long_message(
            address.sysid, address.compid, command, 0, *padded
        )

    def take(self, message: MavMessage, now_s: float) -> list[MavMessage]:
        if message.get_type() != "MESSAGE_INTERVAL":
            return []
        wanted_us = self._open.get(message.message_id)
        if wanted_us is None:
            return []
        told_us = message.interval_us
        if told_us == _UNKNOWN:
            self._fail(VehicleRefused(f"it does not tell {_name(message.message_id)}"))
        elif abs(told_us - wanted_us) > EQUAL_WITHIN * wanted_us:
            self._grounds = (
                f"{wanted_us / 1e6:g} s apart were asked for, it keeps {told_us / 1e6:g}"
            )
        else:
            del self._open[message.message_id]
            self._grounds = None
            self._progress(now_s)
            if not self._open:
                self._succeed(True)
        return []


def _name(message_id: int) -> str:
    known = mavlink.mavlink_map.get(message_id)
    return str(known.msgname) if known is not None else f"message {message_id}"
