"""Asking a vehicle for one message: it tells it, or says that it has no such thing."""

from __future__ import annotations

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.address import VehicleAddress
from fleet.mavlink.codec import MavMessage
from fleet.mavlink.exchange import Retried

PAUSE_S = 1.0
TRIES = 4
NOES = 2
ASK = mavlink.MAV_CMD_REQUEST_MESSAGE


class AskMessage(Retried[bool]):
    """True once the message has come; False once the vehicle has refused it, or has said yes and
    sends nothing, as ArduPilot does for a device that is not there. That it must do twice: an
    answer does not say to what, and the first may be a second one to what was asked before."""

    def __init__(self, address: VehicleAddress, message_id: int) -> None:
        super().__init__(PAUSE_S, TRIES)
        self._address, self._message_id = address, message_id
        self.what = f"asking for message {message_id}"
        self._agreed, self._noes = False, 0
        self.hears = frozenset({message_id, mavlink.MAVLINK_MSG_ID_COMMAND_ACK})

    def tick(self, now_s: float) -> list[MavMessage]:
        if self._agreed and not self.finished:
            self._agreed = False
            self._count_no()
        return super().tick(now_s)

    def _count_no(self) -> None:
        self._noes += 1
        if self._noes == NOES:
            self._succeed(False)

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
                self._count_no()
                return [] if self.finished else self._ask()
        return []
