"""What autopilots say that a person must have read. Pure.

ArduPilot's severities do not tell it apart: a battery that is low is a warning, a check before
arming is critical. So its words do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from fleet.contract import AlarmView

KEPT: Final = 100  # of those that are acknowledged
_AMISS: Final = re.compile(
    r"fail|crash|error|\blost\b|\blow\b|critical|emergency|glitch|variance|unhealthy|breach"
    r"|thrust loss|vibration|parachute",
    re.IGNORECASE,
)
# A drone that would not arm is not ready, which is shown as such.
_BEFORE_ARMING: Final = ("PreArm: ", "Arm: ")


def is_alarming(text: str) -> bool:
    """Whether a person must read it, at once and not later."""
    return _AMISS.search(text) is not None and not text.startswith(_BEFORE_ARMING)


def said_since(before: tuple[str, ...], now: tuple[str, ...]) -> tuple[str, ...]:
    """What was said since; both hold only the newest."""
    for kept in range(min(len(before), len(now)), 0, -1):
        if before[-kept:] == now[:kept]:
            return now[kept:]
    return now


def worth_raising(texts: Iterable[str], drone: str, known: Iterable[AlarmView]) -> tuple[str, ...]:
    """Those of a drone's texts that alarm, each once, and not while the same is still unread."""
    unread = {each.text for each in known if each.drone == drone and each.acknowledged_by is None}
    return tuple(dict.fromkeys(t for t in texts if is_alarming(t) and t not in unread))


def without_oldest(alarms: dict[str, AlarmView]) -> dict[str, AlarmView]:
    """All that are unread, and the newest of the others."""
    read = [id_ for id_, each in alarms.items() if each.acknowledged_by is not None]
    gone = set(read[:-KEPT])
    return {id_: each for id_, each in alarms.items() if id_ not in gone} if gone else alarms
