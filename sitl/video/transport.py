"""Puts KLV metadata into an MPEG transport stream beside its picture (MISB ST 1402, synchronous):
each packet with the very time stamp of the frame it is about.

ffmpeg's own program takes no KLV from outside, so what it has muxed is gone through: the program
map gets one stream more, and packets are put in before the frames. Pure: bytes in, bytes out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

PACKET: Final = 188
CLOCK_HZ: Final = 90_000
KLV_PID: Final = 0x1F1
_SYNC, _PAT, _WRAP = 0x47, 0, 1 << 33
_METADATA_IN_PES, _METADATA_STREAM = 0x15, 0xFC
# registration 'KLVA'; metadata: general, KLVA, service 0; metadata_std: no buffer figures
_DESCRIPTORS: Final = bytes.fromhex(
    "05044B4C5641 26090100FF4B4C5641000F 2709C00000C00000C00000".replace(" ", "")
)

Sample = Callable[[float], bytes]  # KLV for the frame so many seconds after the first


class KlvInserter:
    """For one stream from its beginning; ``every_s`` between two samples, from frame to frame."""

    def __init__(self, sample: Sample, every_s: float) -> None:
        self._sample, self._every = sample, every_s * CLOCK_HZ
        self._rest = b""
        self._map_pid: int | None = None
        self._video_pid: int | None = None
        self._first: int | None = None  # time stamps, in ticks
        self._due = 0.0
        self._counter = self._sequence = 0

    def feed(self, data: bytes) -> bytes:
        """The packets that ``data`` completes, with ours between them."""
        data = self._rest + data
        whole = len(data) - len(data) % PACKET
        self._rest = data[whole:]
        packets = (data[at : at + PACKET] for at in range(0, whole, PACKET))
        return b"".join(out for packet in packets for out in self._passed(packet))

    def _passed(self, packet: bytes) -> Iterator[bytes]:
        pid, starts = int.from_bytes(packet[1:3], "big") & 0x1FFF, bool(packet[1] & 0x40)
        payload = _payload(packet)
        if starts and payload:
            if pid == _PAT:
                self._map_pid = int.from_bytes(payload[1 + 10 : 1 + 12], "big") & 0x1FFF
            elif pid == self._map_pid:
                packet = self._with_klv(packet, payload)
            elif pid == self._video_pid and (ticks := _time_stamp(payload)) is not None:
                yield from self._before_frame(ticks)
        yield packet

    def _with_klv(self, packet: bytes, payload: bytes) -> bytes:
        """The program map with one stream more; it fits into its one packet as before."""
        section = payload[1 + payload[0] :]
        length = int.from_bytes(section[1:3], "big") & 0x0FFF
        body = section[3 : 3 + length - 4]
        self._video_pid = _first_video(body)
        body += bytes([_METADATA_IN_PES]) + (0xE000 | KLV_PID).to_bytes(2, "big")
        body += (0xF000 | len(_DESCRIPTORS)).to_bytes(2, "big") + _DESCRIPTORS
        head = bytes([section[0]]) + (0xB000 | len(body) + 4).to_bytes(2, "big")
        whole = head + body
        whole += crc32(whole).to_bytes(4, "big")
        return packet[:3] + bytes([packet[3] & 0x0F | 0x10]) + (b"\0" + whole).ljust(184, b"\xff")

    def _before_frame(self, ticks: int) -> Iterator[bytes]:
        if self._first is None:
            self._first = ticks
        since = (ticks - self._first) % _WRAP
        if since + 1 < self._due:
            return
        self._due = max(self._due + self._every, since + self._every / 2)
        yield from self._packets(_pes(self._sample(since / CLOCK_HZ), ticks, self._sequence))
        self._sequence = (self._sequence + 1) % 256

    def _packets(self, pes: bytes) -> Iterator[bytes]:
        for at in range(0, len(pes), 184):
            part = pes[at : at + 184]
            first = 0x4000 if at == 0 else 0
            filled, control = part, 0x10
            if len(part) < 184:  # an adaptation field of nothing fills it up
                control, room = 0x30, 184 - len(part) - 1
                filled = bytes([room]) + (b"\0" + b"\xff" * (room - 1) if room else b"") + part
            head = bytes([_SYNC]) + (first | KLV_PID).to_bytes(2, "big")
            yield head + bytes([control | self._counter]) + filled
            self._counter = (self._counter + 1) % 16


def _payload(packet: bytes) -> bytes:
    control = packet[3] >> 4 & 3
    if control == 3:
        return packet[5 + packet[4] :]
    return packet[4:] if control == 1 else b""


def _first_video(body: bytes) -> int | None:
    """Of the map's streams the first with a picture: MPEG-2, H.264 or H.265."""
    at = 9 + (int.from_bytes(body[7:9], "big") & 0x0FFF)
    while at + 5 <= len(body):
        if body[at] in (0x02, 0x1B, 0x24):
            return int.from_bytes(body[at + 1 : at + 3], "big") & 0x1FFF
        at += 5 + (int.from_bytes(body[at + 3 : at + 5], "big") & 0x0FFF)
    return None


def _time_stamp(payload: bytes) -> int | None:
    """When the frame that begins here is shown."""
    if len(payload) < 14 or payload[:3] != b"\0\0\1" or not payload[7] & 0x80:
        return None
    a, b, c, d, e = payload[9:14]
    return (a >> 1 & 7) << 30 | b << 22 | c >> 1 << 15 | d << 7 | e >> 1


def _pes(klv: bytes, ticks: int, sequence: int) -> bytes:
    """One access unit of metadata with the frame's time stamp."""
    unit = bytes([0, sequence, 0xDF]) + len(klv).to_bytes(2, "big") + klv
    stamp = bytes(
        [
            0x21 | (ticks >> 30 & 7) << 1,
            ticks >> 22 & 0xFF,
            ticks >> 14 & 0xFE | 1,
            ticks >> 7 & 0xFF,
            ticks << 1 & 0xFE | 1,
        ]
    )
    head = bytes([0x84, 0x80, len(stamp)]) + stamp
    size = (len(head) + len(unit)).to_bytes(2, "big")
    return b"\0\0\1" + bytes([_METADATA_STREAM]) + size + head + unit


def crc32(data: bytes) -> int:
    """MPEG's: most significant bit first, beginning with ones, not inverted."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1) ^ (0x04C11DB7 if crc & 0x80000000 else 0)
        crc &= 0xFFFFFFFF
    return crc
