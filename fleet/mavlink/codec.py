"""Bytes to MAVLink messages and back. No sockets, no clock; garbage is counted, never raised."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from functools import cached_property
from typing import Any, Final, NamedTuple, TypeAlias

from fastcrc.crc16 import mcrf4xx
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.signing import Signing

MavMessage: TypeAlias = Any  # pymavlink's generated classes carry no types

OUR_SYSID = 255  # the ground station that autopilots take for their own by default
OUR_COMPID = mavlink.MAV_COMP_ID_MISSIONPLANNER
GUEST_SYSID = 254  # other ground stations, whose requests we pass on; each a component of its own
MOST_UNFINISHED: Final = 280  # bytes: the longest MAVLink 2 frame, signed
_V1, _V2 = 0xFE, 0xFD
_MARKER: Final = re.compile(b"[\xfd\xfe]")
_SIGNED: Final = 1  # incompatibility flag
_SIGNATURE: Final = 13  # bytes
_LEAST: Final = 3  # bytes of a frame that tell how long it is


class _Kind(NamedTuple):
    """What is needed to check a message of one kind, and to read it."""

    extra: bytes  # one byte that its checksum goes over, after the frame's
    size: int  # of the whole payload
    unpack: Callable[[bytes], tuple[Any, ...]]
    names: list[str]  # of the fields as they come on the wire
    plain: type[Any] | None  # what is made of them; None where some are texts or arrays


def _kind(message: Any) -> _Kind:
    plain = not any(message.array_lengths) and "char" not in message.fieldtypes
    return _Kind(
        bytes([message.crc_extra]),
        message.unpacker.size,
        message.unpacker.unpack,
        message.ordered_fieldnames,
        _plain(message) if plain else None,
    )


def _plain(message: Any) -> type[Any]:
    """The same class for messages that only hold their fields and their packet: what else
    pymavlink keeps in each is the same for all, or found in the packet when it is asked for."""
    shared = {
        "_type": message.msgname,
        "_fieldnames": message.fieldnames,
        "_signed": False,
        "_link_id": None,
        "_instances": None,
        "_instance_field": message.instance_field,
        "_instance_offset": message.instance_offset,
        "_header": cached_property(lambda m: _header(m._msgbuf)),
        "_payload": cached_property(lambda m: m._msgbuf[6 : _end(m._msgbuf)]),
        "_crc": cached_property(lambda m: int.from_bytes(_crc(m._msgbuf), "little")),
    }
    return type(message.__name__, (message,), shared)


def _header(packet: bytes) -> Any:
    if packet[0] == _V2:
        number = int.from_bytes(packet[7:10], "little")
        return mavlink.MAVLink_header(number, packet[2], packet[3], packet[1], *packet[4:7])
    return mavlink.MAVLink_header(packet[5], 0, 0, packet[1], *packet[2:5])


def _end(packet: bytes) -> int:
    """Where the payload ends and the checksum begins."""
    return packet[1] + (10 if packet[0] == _V2 else 6)


def _crc(packet: bytes) -> bytes:
    return packet[_end(packet) : _end(packet) + 2]


_KINDS: Final = {number: _kind(message) for number, message in mavlink.mavlink_map.items()}
_slowly: Final = mavlink.MAVLink(None).decode  # keeps nothing between two calls


class Frame:
    """A packet whose checksum is good; its message is read when it is first asked for."""

    __slots__ = ("_kind", "_message", "compid", "id", "packet", "sysid")

    def __init__(self, packet: bytes, id_: int, sysid: int, compid: int, kind: _Kind) -> None:
        self.packet, self.id, self.sysid, self.compid = packet, id_, sysid, compid
        self._kind = kind
        self._message: MavMessage = None

    @property
    def message(self) -> MavMessage:
        if self._message is None:
            self._message = _read(self.packet, self._kind)
        return self._message


def _read(packet: bytes, kind: _Kind) -> MavMessage:
    """What pymavlink makes of it, in a fraction of the time where no field needs a second look."""
    if kind.plain is None:
        return _slowly(bytearray(packet))
    start = 10 if packet[0] == _V2 else 6
    payload = packet[start : start + packet[1]]
    if len(payload) != kind.size:
        payload = payload[: kind.size].ljust(kind.size, b"\0")
    message = object.__new__(kind.plain)
    fields = message.__dict__
    fields.update(zip(kind.names, kind.unpack(payload), strict=True))
    fields["_msgbuf"] = packet
    return message


def _frame(packet: bytes) -> Frame | None:
    """None if the packet is broken, or of a kind that nobody has described."""
    if packet[0] == _V2:
        if packet[2] & ~_SIGNED:
            return None
        end, sysid, compid = packet[1] + 10, packet[5], packet[6]
        number = packet[7] | packet[8] << 8 | packet[9] << 16
    else:
        end, sysid, compid, number = packet[1] + 6, packet[3], packet[4], packet[5]
    kind = _KINDS.get(number)
    if kind is None or mcrf4xx(packet[1:end] + kind.extra) != packet[end] | packet[end + 1] << 8:
        return None
    return Frame(packet, number, sysid, compid, kind)


class Decoder:
    """The messages of one remote end; fragments join, what is broken is skipped. Of what came
    before no more is kept than the beginning of one frame."""

    def __init__(self) -> None:
        self._rest = b""
        self.broken = 0

    def feed(self, data: bytes) -> list[MavMessage]:
        """The whole messages that ``data`` completes."""
        return [frame.message for frame in self.frames(data)]

    def frames(self, data: bytes) -> list[Frame]:
        """The same, not yet read."""
        if self._rest:
            data = self._rest + data
        whole, at, end = list[Frame](), 0, len(data)
        while at < end:
            marker = data[at]
            if marker not in (_V2, _V1):
                self.broken += 1
                found = _MARKER.search(data, at)
                at = found.start() if found else end
                continue
            if end - at < _LEAST:
                break
            size = data[at + 1] + (12 if marker == _V2 else 8)
            if marker == _V2 and data[at + 2] & _SIGNED:
                size += _SIGNATURE
            if size > end - at:
                break
            frame = _frame(data[at : at + size])
            at += size
            if frame is None:
                self.broken += 1
            else:
                whole.append(frame)
        self._rest = data[at:]
        return whole

    @property
    def held(self) -> int:
        """Bytes that wait for the rest of their frame."""
        return len(self._rest)


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
