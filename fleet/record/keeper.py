"""Keeps the records of the flights under way: buffers in the loop, writes in a thread.

The reactor hands over each packet as it is on the wire; of a drone that is on no sortie it costs a
look into a dictionary. What was said in the last second before a crash is lost, no more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from fleet.clock import Clock
from fleet.contract import SortieView
from fleet.log.events import (
    ComponentFailed,
    LoanRequested,
    Recorded,
    SortieAdvanced,
    SortieRequested,
    SortieStepDone,
)
from fleet.log.journal import Journal
from fleet.record.files import append, mend, path_of
from fleet.record.tlog import entry
from fleet.sorties.sortie import ENDED

WRITE_S = 1.0
DURABLE_EACH = 10  # writes; a crash of the machine, not of the process, loses what is between
MOST_BUFFERED = 16_000_000  # bytes a record, while its disk cannot be written


@dataclass(slots=True)
class _Record:
    sortie: str
    incident: str | None
    path: Path
    buffer: list[bytes] = field(default_factory=list)
    buffered: int = 0  # bytes in it
    packets: int = 0
    dropped: int = 0  # bytes
    ended: bool = False
    failing: bool = False
    is_new: bool = True  # to this process: what another left of it may end in half a packet


class Write(NamedTuple):
    record: _Record
    data: bytes
    last: bool  # the record is closed by it
    durable: bool


class FlightRecords:
    """One record for each sortie from its request to its end, whatever this process misses."""

    def __init__(
        self, directory: Path, sysids: Mapping[str, int], journal: Journal, clock: Clock
    ) -> None:
        self.directory, self._sysids = directory, sysids
        self._journal, self._clock = journal, clock
        self._flying: dict[int, _Record] = {}  # by system id
        self._ended: list[_Record] = []
        self._writes = 0
        journal.listen(self._heed)
        for sortie in journal.state.active():
            self._begin(sortie)

    def keep(self, sysid: int, packet: bytes) -> None:
        """One packet from the vehicle or to it."""
        record = self._flying.get(sysid)
        if record is not None:
            data = entry(int(self._clock.unix_s() * 1e6), packet)
            record.buffer.append(data)
            record.buffered += len(data)
            record.packets += 1

    async def run(self) -> None:
        """Writes once a second until cancelled, and once more then. One thread, so that what was
        said first is written first even when a write is under way at the end."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, "flight records") as writer:
            try:
                while True:
                    await asyncio.sleep(WRITE_S)
                    self._writes += 1
                    if taken := self.taken(durable=self._writes % DURABLE_EACH == 0):
                        faults = await loop.run_in_executor(writer, _written, taken)
                        self._settle(taken, faults)
            finally:
                taken = self.taken(durable=True)
                self._settle(taken, writer.submit(_written, taken).result())

    def _heed(self, recorded: Recorded) -> None:
        match recorded.fact:
            case SortieRequested() | LoanRequested() as fact:
                self._begin(self._journal.state.sorties[fact.sortie])
            case SortieAdvanced() as fact if fact.state in ENDED:
                self._end(fact.sortie)

    def _begin(self, sortie: SortieView) -> None:
        path = path_of(self.directory, sortie.id)
        sysid = self._sysids.get(sortie.drone)
        if sysid is None:  # a log from before the drone was taken out of the district
            return
        if sysid in self._flying:
            self._end(self._flying[sysid].sortie)
        self._flying[sysid] = _Record(sortie.id, sortie.incident, path)

    def _end(self, sortie: str) -> None:
        for sysid, record in list(self._flying.items()):
            if record.sortie == sortie:
                record.ended = True
                self._ended.append(self._flying.pop(sysid))

    def taken(self, durable: bool) -> list[Write]:
        """What is to be written now; the buffers are empty after it."""
        taken = []
        for record in (*self._flying.values(), *self._ended):
            if record.buffer or record.ended:
                data, last = b"".join(record.buffer), record.ended
                taken.append(Write(record, data, last, durable or last))
                record.buffer, record.buffered = [], 0
        return taken

    def _settle(self, taken: list[Write], faults: list[str | None]) -> None:
        """What could not be written is kept for the next time, within limits. A flight is never
        stopped for its record; that it has gaps is told."""
        for write, fault in zip(taken, faults, strict=True):
            record = write.record
            if fault is not None:
                self._keep_back(write, fault)
                continue
            record.is_new = record.failing = False
            if write.last:
                self._ended.remove(record)
                self._close(record)

    def _keep_back(self, write: Write, fault: str) -> None:
        record, size = write.record, len(write.data)
        if record.buffered + size <= MOST_BUFFERED:
            record.buffer.insert(0, write.data)
            record.buffered += size
        else:
            record.dropped += size
        if not record.failing:
            record.failing = True
            component = f"record of sortie {record.sortie}"
            self._journal.record(ComponentFailed(component=component, error=fault))

    def _close(self, record: _Record) -> None:
        lost = f"; {record.dropped} bytes could not be written" if record.dropped else ""
        self._journal.record(
            SortieStepDone(
                sortie=record.sortie,
                incident=record.incident,
                step="flight_recorded",
                detail=f"{record.path.name}, {record.packets} messages{lost}",
            )
        )


def _written(writes: list[Write]) -> list[str | None]:
    """Writes each; what is in the way where it could not."""
    return [_fault_of(write) for write in writes]


def _fault_of(write: Write) -> str | None:
    path = write.record.path
    try:
        if write.record.is_new:
            mend(path)
        append(path, write.data, write.durable)
    except OSError as error:
        return f"{path} cannot be written ({error.strerror}); is the disk full?"
    return None
