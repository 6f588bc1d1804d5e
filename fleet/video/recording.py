"""What the cameras of drones on sorties saw, kept beside the flight records as KLV packets.

A packet that a killed process left half written is passed over by whoever reads.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from fleet.contract import VideoSample, VideoTrack
from fleet.process import Refusal
from fleet.record.files import append, path_of, video_path_of
from fleet.video.klv import packet, samples

_log = logging.getLogger(__name__)

WRITE_S: Final = 1.0
MOST_BUFFERED: Final = 4_000_000  # bytes a sortie, while its disk cannot be written


class VideoRecords:
    """Buffers in the loop, writes in a thread."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._buffers: dict[str, bytearray] = {}  # by sortie
        self._failing: set[str] = set()

    def keep(self, sortie: str, sample: VideoSample) -> None:
        buffer = self._buffers.setdefault(sortie, bytearray())
        if len(buffer) < MOST_BUFFERED:
            buffer += packet(sample, sortie)

    async def run(self) -> None:
        """Writes once a second until cancelled, and once more then."""
        try:
            while True:
                await asyncio.sleep(WRITE_S)
                if taken := self._taken():
                    self._settle(taken, await asyncio.to_thread(self._write, taken))
        finally:
            self._write(self._taken())

    def _taken(self) -> dict[str, bytes]:
        taken = {sortie: bytes(buffer) for sortie, buffer in self._buffers.items()}
        self._buffers = {}
        return taken

    def _write(self, taken: Mapping[str, bytes]) -> dict[str, str]:
        """Appends each; what is in the way, by sortie, where it could not."""
        faults = {}
        for sortie, data in taken.items():
            path = video_path_of(self._directory, sortie)
            try:
                append(path, data, durable=False)
            except OSError as error:
                faults[sortie] = f"{path} cannot be written ({error.strerror})"
        return faults

    def _settle(self, taken: Mapping[str, bytes], faults: Mapping[str, str]) -> None:
        """What could not be written is kept for the next time; that it fails is said once."""
        for sortie, fault in faults.items():
            self._buffers[sortie] = bytearray(taken[sortie]) + self._buffers.get(sortie, b"")
            if sortie not in self._failing:
                _log.error("%s", fault)
        self._failing = set(faults)

    async def track(
        self, sortie: str, after: datetime | None, step_s: float, limit: int
    ) -> VideoTrack:
        """A page of what was recorded.

        Raises:
            Refusal: if there is nothing.
        """
        data = await asyncio.to_thread(read_video, self._directory, sortie)
        return await asyncio.to_thread(track_of, sortie, data, after, step_s, limit)


def read_video(directory: Path, sortie: str) -> bytes:
    """The KLV packets of a sortie.

    Raises:
        Refusal: if there are none.
    """
    path = video_path_of(directory, sortie)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        beside = path_of(directory, sortie).name
        raise Refusal(
            f"there is no video metadata of {sortie} beside {beside}; "
            "either it was no flight, or its gimbal did not tell where it looked"
        ) from None
    except OSError as error:
        raise Refusal(f"{path} cannot be read ({error.strerror})") from None


def track_of(
    sortie: str, data: bytes, after: datetime | None, step_s: float, limit: int
) -> VideoTrack:
    """The samples later than ``after``, at least ``step_s`` apart, up to ``limit``."""
    kept: list[VideoSample] = []
    step, last = timedelta(seconds=step_s), after
    for sample in samples(data):
        if after is not None and sample.at <= after:
            continue
        if kept and last is not None and sample.at - last < step:
            continue
        if len(kept) == limit:
            return VideoTrack(sortie=sortie, samples=tuple(kept), next=kept[-1].at)
        kept.append(sample)
        last = sample.at
    return VideoTrack(sortie=sortie, samples=tuple(kept), next=None)
