"""Which console watches which drone's camera, and how fast. For any number of threads."""

from __future__ import annotations

import threading
from typing import Final

from command.paces import Paces

MOST_WATCHED: Final = 64  # drones by one console: more than a wall can show


class TooMany(Exception):
    """The console watches as many drones as it may."""


class Viewers:
    """Times are real seconds of any clock that does not go back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._paces: dict[str, Paces] = {}  # by drone

    def watch(self, console: str, drone: str, rate_hz: float) -> None:
        """From now on, or at another rate.

        Raises:
            TooMany: if the console watches too many others.
        """
        with self._lock:
            watched = sum(console in paces for paces in self._paces.values())
            paces = self._paces.setdefault(drone, Paces())
            if console not in paces and watched >= MOST_WATCHED:
                raise TooMany(f"a console watches {MOST_WATCHED} drones at most")
            paces.set(console, rate_hz)

    def unwatch(self, console: str, drone: str) -> None:
        with self._lock:
            self._forget(console, drone)

    def leave(self, console: str) -> None:
        """The console has gone."""
        with self._lock:
            for drone in list(self._paces):
                self._forget(console, drone)

    def _forget(self, console: str, drone: str) -> None:
        paces = self._paces.get(drone)
        if paces is not None:
            paces.drop(console)
            if paces.fastest_hz() is None:
                del self._paces[drone]

    def rates_hz(self) -> dict[str, float]:
        """Each watched drone with the fastest rate that anybody asked for."""
        with self._lock:
            fastest = ((drone, paces.fastest_hz()) for drone, paces in self._paces.items())
            return {drone: rate_hz for drone, rate_hz in fastest if rate_hz is not None}

    def not_due(self, drone: str, now_s: float) -> list[str]:
        """The consoles in the drone's room for which a sample now would come too early; for all
        others it counts as sent."""
        with self._lock:
            paces = self._paces.get(drone)
            return paces.early(now_s) if paces is not None else []
