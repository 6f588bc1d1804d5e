"""Mission Planner's telemetry log: each packet as it was on the wire, after 8 bytes of time.

The time is in microseconds since 1970, big-endian. No I/O here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

STAMP_BYTES = 8
SHORTEST = STAMP_BYTES + 8  # a MAVLink 1 packet without payload
LATEST_US = 1 << 53  # the year 2255; what looks later is no time

_MAVLINK_1, _MAVLINK_2 = 0xFE, 0xFD
_AROUND_1, _AROUND_2 = 8, 12  # bytes of header and checksum
_SIGNED, _SIGNATURE = 0x01, 13


class Entry(NamedTuple):
    at_us: int
    packet: bytes

    @property
    def sysid(self) -> int:
        """Who sent it."""
        return self.packet[5] if self.packet[0] == _MAVLINK_2 else self.packet[3]


def entry(at_us: int, packet: bytes) -> bytes:
    """One packet as it is kept."""
    return at_us.to_bytes(STAMP_BYTES, "big") + packet


def entries(log: bytes) -> Iterator[Entry]:
    """All packets of a log up to the first that is not whole."""
    start = 0
    while (end := _end(log, start)) is not None:
        stamp = int.from_bytes(log[start : start + STAMP_BYTES], "big")
        yield Entry(stamp, log[start + STAMP_BYTES : end])
        start = end


def whole_bytes(log: bytes) -> int:
    """How much of a log is whole packets: a process that was killed may have left half of one."""
    start = 0
    while (end := _end(log, start)) is not None:
        start = end
    return start


def _end(log: bytes, start: int) -> int | None:
    """Where the entry that begins at ``start`` ends; None where none is whole."""
    if len(log) - start < SHORTEST:
        return None
    if int.from_bytes(log[start : start + STAMP_BYTES], "big") > LATEST_US:
        return None
    packet = start + STAMP_BYTES
    payload = log[packet + 1]
    if log[packet] == _MAVLINK_2:
        signature = _SIGNATURE if log[packet + 2] & _SIGNED else 0
        end = packet + _AROUND_2 + payload + signature
    elif log[packet] == _MAVLINK_1:
        end = packet + _AROUND_1 + payload
    else:
        return None
    return end if end <= len(log) else None
