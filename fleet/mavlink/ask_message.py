"""Asking a vehicle for one message: it tells it, or says that it has no such thing."""

from __future__ import annotations

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.address import VehicleAddress
from fleet.mavlink.codec import MavMessage
from fleet.mavlink.exchange import Retried

PAUSE_S = 1.0
TRIES = 4
ASK = mavlink.MAV_CMD_REQUEST_MESSAGE


class AskMessage(Retried[bool]):
    """True once the message has come; False once the vehicle has refused it, or has said yes and
    sends nothing, as ArduPilot does for a device that is not there."""

    def __init__(self, address: VehicleAddress, message_id: int) -> None:
        super().__init__(PAUSE_S, TRIES)
        self._address, self._message_id = address, message_id
        self.what = f"asking for message {message_id}"
        self._agreed = False
        self.hears = frozenset({message_id, mavlink.MAVLINK_MSG_ID_COMMAND_ACK})

    def tick(self, now_s: float) -> list[MavMessage]:
        if self._agreed and not self.finished:
            self._succeed(False)
            return []
        return super().tick(now_s)

    def _ask(self) -> list[MavMessage]:
        address = self._address
        parameters = (float(self._message_id), *(0.0,) * 6)
        return [
            mavlink.MAVLink_command_long_message(address.sysid, address.compid, ASK, 0, *parameters)
        ]

    def take(self, message: MavMessage, now_s: float) -> list[MavMessage]:
        if message.get_msgId() == self._message_id:
            self._succeed(True)
        elif message.get_type() == "COMMAND_ACK" and message.command == ASK:
            if message.result == mavlink.MAV_RESULT_ACCEPTED:
                self._agreed = True
                self._progress(now_s)
            elif message.result != mavlink.MAV_RESULT_TEMPORARILY_REJECTED:
                self._succeed(False)
        return []
