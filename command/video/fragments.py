"""Fragmented MP4 as ffmpeg writes it, taken apart: the beginning that every player needs, then
fragments with their times, and whether a player may begin with them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MOST_BYTES: Final = 32_000_000  # a box larger than any picture's: it is not what it should be
_NOT_SYNC: Final = 0x10000  # of a sample's flags
_INSIDE: Final = frozenset({b"moov", b"trak", b"mdia", b"moof", b"traf"})


class NotMp4(Exception):
    """What comes is no fragmented MP4."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """``at_s`` is its time in the stream; ``independent``: it begins with a key frame."""

    data: bytes
    at_s: float
    independent: bool


class Splitter:
    """Bytes in, fragments out; ``beginning`` once it is whole."""

    def __init__(self) -> None:
        self._rest = b""
        self._head = b""
        self._moof = b""
        self._scale = 0
        self.beginning: bytes | None = None

    def feed(self, data: bytes) -> Iterator[Fragment]:
        """The fragments that ``data`` completes.

        Raises:
            NotMp4: if it is none.
        """
        self._rest += data
        while len(self._rest) >= 8:
            size = int.from_bytes(self._rest[:4], "big")
            if not 8 <= size <= MOST_BYTES:
                raise NotMp4(f"a box of {size} bytes")
            if len(self._rest) < size:
                return
            box, self._rest = self._rest[:size], self._rest[size:]
            if (fragment := self._take(box)) is not None:
                yield fragment

    def _take(self, box: bytes) -> Fragment | None:
        kind = box[4:8]
        if kind in (b"ftyp", b"moov"):
            self._head += box
            if kind == b"moov":
                self.beginning, self._scale = self._head, _time_scale(box)
        elif kind == b"moof":
            self._moof = box
        elif kind == b"mdat" and self._moof and self._scale:
            moof, self._moof = self._moof, b""
            return Fragment(moof + box, _time(moof) / self._scale, _is_independent(moof))
        return None


def _boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, beginning and end of the contents of each box, those inside others too."""
    while at + 8 <= end:
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if not 8 <= size <= end - at:
            raise NotMp4("a box that goes beyond the one it is in")
        yield kind, at + 8, at + size
        if kind in _INSIDE:
            yield from _boxes(data, at + 8, at + size)
        at += size


def _contents(data: bytes, wanted: bytes) -> bytes:
    for kind, begins, ends in _boxes(data, 0, len(data)):
        if kind == wanted:
            return data[begins:ends]
    return b""


def _time_scale(moov: bytes) -> int:
    """Ticks a second, of the first track."""
    mdhd = _contents(moov, b"mdhd")
    at = 20 if mdhd[:1] == b"\1" else 12
    scale = int.from_bytes(mdhd[at : at + 4], "big")
    if scale == 0:
        raise NotMp4("a track without a time scale")
    return scale


def _time(moof: bytes) -> int:
    tfdt = _contents(moof, b"tfdt")
    return int.from_bytes(tfdt[4:12] if tfdt[:1] == b"\1" else tfdt[4:8], "big")


def _is_independent(moof: bytes) -> bool:
    """By the flags of its first sample, which may stand in three places."""
    run = _contents(moof, b"trun")
    flags, at = int.from_bytes(run[1:4], "big"), 8 + (4 if run[3:4] and run[3] & 1 else 0)
    if flags & 0x4:
        return not int.from_bytes(run[at : at + 4], "big") & _NOT_SYNC
    if flags & 0x400:
        at += 4 * bool(flags & 0x100) + 4 * bool(flags & 0x200)
        return not int.from_bytes(run[at : at + 4], "big") & _NOT_SYNC
    head = _contents(moof, b"tfhd")
    flags, at = int.from_bytes(head[1:4], "big"), 8
    at += 8 * bool(flags & 0x1) + 4 * bool(flags & 0x2) + 4 * bool(flags & 0x8)
    at += 4 * bool(flags & 0x10)
    if flags & 0x20:
        return not int.from_bytes(head[at : at + 4], "big") & _NOT_SYNC
    return False
