"""How long a name is locked after wrong passwords; names that nobody has are locked alike, so that
a lock does not tell which exist."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

FAILURES_FREE: Final = 5
LOCKED_FIRST: Final = timedelta(minutes=1)  # doubled by each further failure
LOCKED_LONGEST: Final = timedelta(hours=1)
STRANGERS: Final = 10_000  # names remembered; whoever tries more is stopped by the rate limit


def locked_until(failures: int, now: datetime) -> datetime | None:
    """After so many failures in a row."""
    if failures < FAILURES_FREE:
        return None
    # no more doublings than lead to the longest lock: the number must not grow for ever
    doublings = min(failures - FAILURES_FREE, 10)
    lasts: timedelta = min(LOCKED_FIRST * 2**doublings, LOCKED_LONGEST)
    return now + lasts


class Strangers:
    """The failures of names that nobody has."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[int, datetime | None]] = OrderedDict()

    def locked_until(self, name: str) -> datetime | None:
        return self._known.get(name, (0, None))[1]

    def count_failure(self, name: str, now: datetime) -> None:
        failures = self._known.pop(name, (0, None))[0] + 1
        self._known[name] = failures, locked_until(failures, now)
        if len(self._known) > STRANGERS:
            self._known.popitem(last=False)
