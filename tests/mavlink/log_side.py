"""ArduPilot's side of the log download protocol."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.dataflash import CHUNK
from tests.mavlink.mavlink_stage import SYSID

SENT_EACH_TICK = 40


@dataclass
class LogSide:
    """ArduPilot's side: answers one request after the other, and hears none meanwhile."""

    logs: list[bytes]
    ended: int = 0
    asked: list[Any] = field(default_factory=list)
    _sending: list[Any] = field(default_factory=list)

    def take(self, m: Any, now_s: float) -> list[Any]:
        assert (m.target_system, m.target_component) == (SYSID, 1)
        self.asked.append(m)
        kind = m.get_type()
        if kind == "LOG_REQUEST_END":
            self.ended += 1
            self._sending = []
        elif not self._sending and kind == "LOG_REQUEST_LIST":
            self._sending = self._listed(m.start, m.end)
        elif not self._sending and kind == "LOG_REQUEST_DATA":
            self._sending = self._told(m.id, m.ofs, m.count)
        return []

    def tick(self, now_s: float) -> list[Any]:
        out, self._sending = self._sending[:SENT_EACH_TICK], self._sending[SENT_EACH_TICK:]
        return out

    def _listed(self, start: int, end: int) -> list[Any]:
        count = len(self.logs)
        if not count:
            return [mavlink.MAVLink_log_entry_message(0, 0, 0, 0, 0)]
        last = min(end, count)
        return [
            mavlink.MAVLink_log_entry_message(n, count, last, 0, len(self.logs[n - 1]))
            for n in range(max(start, 1), last + 1)
        ]

    def _told(self, number: int, start: int, count: int) -> list[Any]:
        log = self.logs[number - 1]
        end = min(start + count, len(log))
        chunks = {at: log[at : min(at + CHUNK, end)] for at in range(start, end, CHUNK)}
        return [
            mavlink.MAVLink_log_data_message(number, at, len(data), [*data.ljust(CHUNK, b"\0")])
            for at, data in chunks.items()
        ]
