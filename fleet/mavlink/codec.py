"""Bytes to MAVLink messages and back. No sockets, no clock; garbage is counted, never raised."""

from __future__ import annotations

import copy
from typing import Any, TypeAlias

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.signing import Signing

MavMessage: TypeAlias = Any  # pymavlink's generated classes carry no types

OUR_SYSID = 255  # the ground station that autopilots take for their own by default
OUR_COMPID = mavlink.MAV_COMP_ID_MISSIONPLANNER
GUEST_SYSID = 254  # other ground stations, whose requests we pass on; each a component of its own


MOST_UNFINISHED = 280  # bytes: the longest MAVLink 2 frame, signed


class Decoder:
    """The messages of one remote end; fragments join, what is broken is skipped. Of what came
    before no more is kept than the beginning of one frame."""

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
        self._forget_read()
        return whole

    @property
    def unfinished(self) -> int:
        """Bytes that wait for the rest of their frame."""
        left: int = self._codec.buf_len()
        return left

    @property
    def held(self) -> int:
        """Bytes that are kept in memory."""
        return len(self._codec.buf)

    def _forget_read(self) -> None:
        """pymavlink lets go of what it has read only when a frame ends where a piece does, which
        on a stream may never be."""
        codec = self._codec
        if codec.buf_index:
            del codec.buf[: codec.buf_index]
            codec.buf_index = 0


class Encoder:
    """Messages to bytes, as from one ground station with one sequence; signed, where there is a
    key."""

    def __init__(
        self, sysid: int = OUR_SYSID, compid: int = OUR_COMPID, signing: Signing | None = None
    ) -> None:
        self._codec, self._signing = mavlink.MAVLink(None, sysid, compid), signing

    def encode(self, message: MavMessage) -> bytes:
        if self._signing is not None:
            self._signing.sign(self._codec)
        data: bytes = message.pack(self._codec)
        self._codec.seq = (self._codec.seq + 1) % 256
        return data


def from_guest(message: MavMessage, seat: int) -> MavMessage:
    """The message as of the guest on this seat, whatever it calls itself: answers then name the
    seat, and are never taken for answers to us."""
    passed = copy.copy(message)
    passed._header = copy.copy(message.get_header())
    passed._header.srcSystem, passed._header.srcComponent = GUEST_SYSID, seat
    return passed


def retargeted(message: MavMessage, target: tuple[int, int]) -> bytes:
    """The packet of a message that was heard, with another addressee and all else as it was."""
    changed = copy.copy(message)
    changed.target_system, changed.target_component = target
    codec = mavlink.MAVLink(None, message.get_srcSystem(), message.get_srcComponent())
    codec.seq = message.get_seq()
    data: bytes = changed.pack(codec)
    return data
