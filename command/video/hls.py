"""A live picture as low-latency HLS (RFC 8216 bis): segments that begin with a key frame, made of
parts that are told as they come. Pure: fragments and times in, playlist and bytes out.

No part is hinted at before it is there: nobody knows where a camera puts its next key frame, and a
hint that does not come true is an error in the player's log.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from command.video.fragments import Fragment

SEGMENTS_KEPT: Final = 6
SEGMENTS_WITH_PARTS: Final = 3
PART_S: Final = 0.2  # as ffmpeg is asked to cut
LONGEST_SEGMENT_S: Final = 10.0  # the target duration of a camera with few key frames


@dataclass(slots=True)
class Part:
    data: bytes
    lasts_s: float
    independent: bool


@dataclass(slots=True)
class Segment:
    number: int
    at: datetime  # of its first frame, as far as its arrival tells
    parts: list[Part] = field(default_factory=list)

    @property
    def lasts_s(self) -> float:
        return sum(part.lasts_s for part in self.parts)

    @property
    def data(self) -> bytes:
        return b"".join(part.data for part in self.parts)


class LivePicture:
    """A part's duration is known when the next one comes, and then it is told. Segments are counted
    from ``first`` on; with seconds of the day for it, and none shorter than a second, a picture
    that began anew counts on from a greater number than before."""

    def __init__(self, first: int = 0, shortest_s: float = 1.0) -> None:
        self._shortest_s = shortest_s - PART_S / 10  # key frames come with a little unrest
        self._segments: deque[Segment] = deque(maxlen=SEGMENTS_KEPT + 1)  # the last one is growing
        self._waiting: tuple[Fragment, datetime] | None = None
        self._next = first
        self._longest_part_s, self._longest_s = PART_S, 1.0

    def add(self, fragment: Fragment, arrived: datetime) -> None:
        """The next fragment of the stream."""
        before, self._waiting = self._waiting, (fragment, arrived)
        if before is None:
            return
        part, at = before
        lasts_s = fragment.at_s - part.at_s
        if not 0 < lasts_s <= LONGEST_SEGMENT_S:
            return  # the stream began anew; a player goes on with what follows
        if part.independent and self._is_long_enough():
            self._begin_segment(at)
        if not self._segments:
            return  # nothing can be shown before the first key frame
        self._segments[-1].parts.append(Part(part.data, lasts_s, part.independent))
        self._longest_part_s = max(self._longest_part_s, lasts_s)
        self._longest_s = max(self._longest_s, self._segments[-1].lasts_s)

    def _is_long_enough(self) -> bool:
        return not self._segments or self._segments[-1].lasts_s >= self._shortest_s

    def _begin_segment(self, at: datetime) -> None:
        self._segments.append(Segment(self._next, at))
        self._next += 1

    @property
    def can_play(self) -> bool:
        """Whether a player has something to begin with."""
        return any(segment.parts for segment in self._segments)

    def has(self, number: int, part: int | None) -> bool:
        """Whether the playlist tells this segment whole, or this part of it."""
        if number < self._next - 1:
            return True
        if number > self._next - 1 or part is None or not self._segments:
            return False
        return part < len(self._segments[-1].parts)

    def segment(self, number: int) -> bytes | None:
        """A segment, whole."""
        found = self._find(number)
        return found.data if found is not None and number < self._next - 1 else None

    def part(self, number: int, part: int) -> bytes | None:
        found = self._find(number)
        parts = found.parts if found is not None else []
        return parts[part].data if 0 <= part < len(parts) else None

    def playlist(self) -> str:
        """What there is, in the words of HLS; the addresses are beside the playlist's own."""
        told = list(self._segments)[-SEGMENTS_KEPT:]
        lines = [
            "#EXTM3U",
            "#EXT-X-VERSION:9",
            "#EXT-X-INDEPENDENT-SEGMENTS",
            f"#EXT-X-TARGETDURATION:{max(1, round(self._longest_s))}",
            f"#EXT-X-PART-INF:PART-TARGET={self._longest_part_s:.3f}",
            "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,"
            f"PART-HOLD-BACK={3 * self._longest_part_s:.3f}",
            f"#EXT-X-MEDIA-SEQUENCE:{told[0].number if told else 0}",
            '#EXT-X-MAP:URI="init.mp4"',
        ]
        for segment in told:
            is_growing = segment.number == self._next - 1
            with_parts = segment.number >= self._next - SEGMENTS_WITH_PARTS
            lines += _told(segment, with_parts, is_growing)
        return "\n".join(lines) + "\n"

    def _find(self, number: int) -> Segment | None:
        return next((each for each in self._segments if each.number == number), None)


def _told(segment: Segment, with_parts: bool, is_growing: bool) -> list[str]:
    at = segment.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    lines = [f"#EXT-X-PROGRAM-DATE-TIME:{at}"] if segment.parts else []
    if with_parts:
        for i, part in enumerate(segment.parts):
            independent = ",INDEPENDENT=YES" if part.independent else ""
            uri = f"part-{segment.number}-{i}.m4s"
            lines.append(f'#EXT-X-PART:DURATION={part.lasts_s:.5f},URI="{uri}"{independent}')
    if not is_growing:
        lines += [f"#EXTINF:{segment.lasts_s:.5f},", f"segment-{segment.number}.m4s"]
    return lines
