"""Bytes to MAVLink messages and back. No sockets, no clock; garbage is counted, never raised."""

from __future__ import annotations

from typing import Any, TypeAlias

from pymavlink.dialects.v20 import ardupilotmega as mavlink

MavMessage: TypeAlias = Any  # pymavlink's generated classes carry no types

OUR_SYSID = 255  # the ground station that autopilots take for their own by default
OUR_COMPID = mavlink.MAV_COMP_ID_MISSIONPLANNER


class Decoder:
    """The messages of one remote end; fragments join, what is broken is skipped."""

    def __init__(self) -> None:
        self._codec = mavlink.MAVLink(None)
        self._codec.robust_parsing = True
        self.broken = 0

    def feed(self, data: bytes) -> list[MavMessage]:
        """The whole messages that ``data`` completes."""
        whole = []
        for message in self._codec.parse_buffer(data) or ():
            if message.get_msgId() < 0:
                self.broken += 1
            else:
                whole.append(message)
        return whole


class Encoder:
    """Messages to bytes, as from one ground station with one sequence."""

    def __init__(self, sysid: int = OUR_SYSID, compid: int = OUR_COMPID) -> None:
        self._codec = mavlink.MAVLink(None, sysid, compid)

    def encode(self, message: MavMessage) -> bytes:
        data: bytes = message.pack(self._codec)
        self._codec.seq = (self._codec.seq + 1) % 256
        return data
