"""Time synchronisation: how a vehicle's clock, which counts since its start, stands to ours.

https://mavlink.io/en/services/timesync.html
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Final

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.codec import MavMessage

FIRST_S, EVERY_S = 1.0, 10.0  # between two questions: at first, and later
KEPT: Final = 8  # answers: clocks drift, and of these the quickest counts
OPEN: Final = 8  # questions whose answer may still come
STEP_S: Final = 1.0  # a clock that is off by more than this has begun anew
NS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """``zero_s`` is the moment of ours at which the vehicle's clock stood at nought, right to
    within ``error_s``, half of the way there and back."""

    zero_s: float
    error_s: float

    def moment_s(self, boot_ms: int) -> float:
        """Our time of a time stamp of the vehicle's."""
        return self.zero_s + boot_ms / 1000


class TimeSync:
    """An exchange that never ends: asks now and then, and answers when the vehicle asks. The answer
    that came back quickest is the one that can be least wrong."""

    what = "time synchronisation"
    hears = frozenset({mavlink.MAVLINK_MSG_ID_TIMESYNC})
    within_s = math.inf
    finished = False

    def __init__(self) -> None:
        self.due_s = math.inf
        self._asked_s: dict[int, float] = {}  # what was sent -> when
        self._answers: deque[ClockOffset] = deque(maxlen=KEPT)

    @property
    def offset(self) -> ClockOffset | None:
        """None until it has answered."""
        return min(self._answers, key=lambda answer: answer.error_s, default=None)

    def begin(self, now_s: float) -> list[MavMessage]:
        return self.tick(now_s)

    def tick(self, now_s: float) -> list[MavMessage]:
        self.due_s = now_s + (EVERY_S if len(self._answers) == KEPT else FIRST_S)
        if len(self._asked_s) >= OPEN:
            del self._asked_s[next(iter(self._asked_s))]
        stamp = round(now_s * NS)
        self._asked_s[stamp] = now_s
        return [mavlink.MAVLink_timesync_message(0, stamp)]

    def take(self, message: MavMessage, now_s: float) -> list[MavMessage]:
        if message.get_type() != "TIMESYNC":
            return []
        if message.tc1 == 0:
            return [mavlink.MAVLink_timesync_message(round(now_s * NS), message.ts1)]
        asked_s = self._asked_s.pop(message.ts1, None)
        if asked_s is not None:
            self._note((asked_s + now_s) / 2 - message.tc1 / NS, (now_s - asked_s) / 2)
        return []

    def _note(self, zero_s: float, error_s: float) -> None:
        before = self.offset
        if before is not None and abs(zero_s - before.zero_s) > STEP_S + error_s + before.error_s:
            self._answers.clear()
        self._answers.append(ClockOffset(zero_s, error_s))

    def result(self) -> None:
        """It has none."""
