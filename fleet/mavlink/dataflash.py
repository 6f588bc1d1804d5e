"""The log download protocol: the newest DataFlash log of a vehicle, whole, gaps asked for again.

A log is asked for in pieces with a pause after each, so that the whole fleet's telemetry does not
wait for it. A vehicle that is armed does not answer. ArduPilot numbers its logs from 1, the newest
last, and does not hear a request while it still answers another one.
https://mavlink.io/en/messages/common.html#LOG_REQUEST_LIST
"""

from __future__ import annotations

from dataclasses import dataclass

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.address import VehicleAddress
from fleet.mavlink.codec import MavMessage
from fleet.mavlink.exchange import Retried, VehicleRefused

PAUSE_S = 1.0
TRIES = 15
LIST_WITHIN_S, BASE_WITHIN_S = 60.0, 60.0
SLOWEST_BYTES_S = 2000.0  # a link that carries less takes too long for a log
CHUNK = 90  # bytes of a LOG_DATA message
PIECE = 50 * CHUNK
PIECE_EACH_S = 0.1
LARGEST_BYTES = 256_000_000  # of a log, which is held in memory
ALL = 0xFFFF


class NoLog(VehicleRefused):
    """The vehicle keeps no log, or an empty one."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    id: int
    size: int  # bytes


class NewestLog(Retried[LogEntry]):
    """Which log is the newest; one that grows is taken at the size it has now."""

    what = "log list"
    hears = frozenset({mavlink.MAVLINK_MSG_ID_LOG_ENTRY})

    def __init__(self, address: VehicleAddress) -> None:
        super().__init__(PAUSE_S, TRIES, LIST_WITHIN_S)
        self._address = address
        self._newest = 0  # its id, once any entry has told

    def _ask(self) -> list[MavMessage]:
        first, last = (self._newest, self._newest) if self._newest else (0, ALL)
        return [
            mavlink.MAVLink_log_request_list_message(
                self._address.sysid, self._address.compid, first, last
            )
        ]

    def take(self, message: MavMessage, now_s: float) -> list[MavMessage]:
        if self.finished or message.get_type() != "LOG_ENTRY":
            return []
        self._progress(now_s)
        self._newest = message.num_logs
        if message.num_logs == 0 or (message.id == message.num_logs and message.size == 0):
            self._fail(NoLog(f"{self.what}: the vehicle keeps no log"))
        elif message.id == message.num_logs and message.size > LARGEST_BYTES:
            size, most = message.size, LARGEST_BYTES
            self._fail(VehicleRefused(f"{self.what}: the log has {size} bytes, more than {most}"))
        elif message.id == message.num_logs:
            self._succeed(LogEntry(message.id, message.size))
        return []


class FetchLog(Retried[bytes]):
    """The bytes of one log, which must not be empty."""

    what = "log download"
    hears = frozenset({mavlink.MAVLINK_MSG_ID_LOG_DATA})

    def __init__(self, address: VehicleAddress, entry: LogEntry) -> None:
        within_s = BASE_WITHIN_S + entry.size / SLOWEST_BYTES_S
        super().__init__(PAUSE_S, TRIES, within_s)
        self._address, self._entry = address, entry
        self._log = bytearray(entry.size)
        self._start = 0  # of the piece that is being fetched
        self._missing = self._chunks()
        self._last = 0  # chunk of what was asked for

    def _chunks(self) -> set[int]:
        return set(range(self._start, min(self._start + PIECE, self._entry.size), CHUNK))

    def _ask(self) -> list[MavMessage]:
        """The first gap of the piece."""
        first = self._last = min(self._missing)
        while self._last + CHUNK in self._missing:
            self._last += CHUNK
        count = min(self._last + CHUNK, self._entry.size) - first
        return [
            mavlink.MAVLink_log_request_data_message(
                self._address.sysid, self._address.compid, self._entry.id, first, count
            )
        ]

    def take(self, message: MavMessage, now_s: float) -> list[MavMessage]:
        if self.finished or message.get_type() != "LOG_DATA" or message.id != self._entry.id:
            return []
        if message.ofs not in self._missing:
            return []
        start, size = message.ofs, min(CHUNK, self._entry.size - message.ofs)
        if message.count < size:
            ends, whole = start + message.count, self._entry.size
            self._fail(VehicleRefused(f"{self.what}: the log ends at byte {ends} of {whole}"))
            return []
        self._log[start : start + size] = bytes(message.data[:size])
        self._missing.remove(start)
        self._progress(now_s)
        if not self._missing:
            self._finish_piece(now_s)
        elif start == self._last:
            return self._ask()  # what is missing now was lost
        return []

    def _finish_piece(self, now_s: float) -> None:
        self._start += PIECE
        self._missing = self._chunks()
        if self._missing:
            self._progress(now_s, PIECE_EACH_S)
        else:
            self._succeed(bytes(self._log))


class EndLogTransfer(Retried[bool]):
    """Tells the vehicle that nobody waits for its logs any more; it does not answer that."""

    what = "end of the log download"

    def __init__(self, address: VehicleAddress) -> None:
        super().__init__(0.0, 2, 1.0)
        self._address, self._told = address, False

    def _ask(self) -> list[MavMessage]:
        if self._told:
            self._succeed(True)
            return []
        self._told = True
        return [mavlink.MAVLink_log_request_end_message(self._address.sysid, self._address.compid)]

    def take(self, message: MavMessage, now_s: float) -> list[MavMessage]:
        return []
