"""How often each console wants something that comes faster than it needs it."""

from __future__ import annotations

import threading


class Paces:
    """For any number of threads. Times are real seconds of any clock that does not go back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rates_hz: dict[str, float] = {}
        self._due_s: dict[str, float] = {}

    def set(self, console: str, rate_hz: float) -> None:
        """From now on, or at another rate."""
        with self._lock:
            self._rates_hz[console] = rate_hz
            self._due_s.pop(console, None)

    def drop(self, console: str) -> None:
        with self._lock:
            self._rates_hz.pop(console, None)
            self._due_s.pop(console, None)

    def __contains__(self, console: str) -> bool:
        return console in self._rates_hz

    def fastest_hz(self) -> float | None:
        """The greatest rate that anybody asked for; None where nobody did."""
        with self._lock:
            return max(self._rates_hz.values(), default=None)

    def early(self, now_s: float) -> list[str]:
        """The consoles for which one now would come too early; for all others it counts as sent."""
        with self._lock:
            early = []
            for console, rate_hz in self._rates_hz.items():
                interval_s, due_s = 1 / rate_hz, self._due_s.get(console, now_s)
                if now_s < due_s - interval_s / 2:
                    early.append(console)
                else:
                    self._due_s[console] = max(due_s + interval_s, now_s + interval_s / 2)
            return early
