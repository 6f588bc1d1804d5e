"""A vehicle's clock in our time: when it counts milliseconds since it was switched on, which moment
is that for us? No I/O, no clock."""

from __future__ import annotations

import math
from typing import Final

WINDOW_S: Final = 60.0  # clocks drift: what was the quickest a minute or two ago is forgotten
BACK_MS: Final = 1000  # a count that falls by more than a late message's has begun anew


class BootClock:
    """Takes the quickest message for one that took no time. So the moment it gives is late by what
    the quickest took, and every other by no more."""

    def __init__(self) -> None:
        self._last_ms: int | None = None
        self._now_s = self._before_s = math.inf  # least of this window and of the one before
        self._window_ends_s = -math.inf

    def moment_s(self, boot_ms: int, heard_s: float) -> float:
        """When the vehicle's clock stood at ``boot_ms``, by a message heard at ``heard_s``; never
        later than that."""
        if self._last_ms is not None and self._last_ms - boot_ms > BACK_MS:
            self._now_s = self._before_s = math.inf  # it was switched on again
        self._last_ms = boot_ms
        if heard_s >= self._window_ends_s:
            self._before_s, self._now_s = self._now_s, math.inf
            self._window_ends_s = heard_s + WINDOW_S
        self._now_s = min(self._now_s, heard_s - boot_ms / 1000)
        return boot_ms / 1000 + min(self._now_s, self._before_s)
