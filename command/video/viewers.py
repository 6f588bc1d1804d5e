"""Which console watches which drone's camera, and how fast. For any number of threads."""

from __future__ import annotations

import threading
from typing import Final

MOST_WATCHED: Final = 64  # drones by one console: more than a wall can show


class TooMany(Exception):
    """The console watches as many drones as it may."""


class Viewers:
    """Times are real seconds of any clock that does not go back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rates_hz: dict[str, dict[str, float]] = {}  # drone -> console -> rate
        self._due_s: dict[tuple[str, str], float] = {}  # drone, console

    def watch(self, console: str, drone: str, rate_hz: float) -> None:
        """From now on, or at another rate.

        Raises:
            TooMany: if the console watches too many others.
        """
        with self._lock:
            watched = sum(console in consoles for consoles in self._rates_hz.values())
            consoles = self._rates_hz.setdefault(drone, {})
            if console not in consoles and watched >= MOST_WATCHED:
                raise TooMany(f"a console watches {MOST_WATCHED} drones at most")
            consoles[console] = rate_hz
            self._due_s.pop((drone, console), None)

    def unwatch(self, console: str, drone: str) -> None:
        with self._lock:
            self._forget(console, drone)

    def leave(self, console: str) -> None:
        """The console has gone."""
        with self._lock:
            for drone in list(self._rates_hz):
                self._forget(console, drone)

    def _forget(self, console: str, drone: str) -> None:
        consoles = self._rates_hz.get(drone, {})
        consoles.pop(console, None)
        self._due_s.pop((drone, console), None)
        if not consoles:
            self._rates_hz.pop(drone, None)

    def rates_hz(self) -> dict[str, float]:
        """Each watched drone with the fastest rate that anybody asked for."""
        with self._lock:
            return {drone: max(told.values()) for drone, told in self._rates_hz.items()}

    def not_due(self, drone: str, now_s: float) -> list[str]:
        """The consoles in the drone's room for which a sample now would come too early; for all
        others it counts as sent."""
        with self._lock:
            early = []
            for console, rate_hz in self._rates_hz.get(drone, {}).items():
                interval_s, due_s = 1 / rate_hz, self._due_s.get((drone, console), now_s)
                if now_s < due_s - interval_s / 2:
                    early.append(console)
                else:
                    self._due_s[drone, console] = max(due_s + interval_s, now_s + interval_s / 2)
            return early
