"""Who watches which drone's camera, how fast, until when: pure, time is an argument."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

KEPT_S: Final = 15.0  # watching ends by itself when nobody asks any more


class Watches:
    """A console's wishes are one; the fastest counts."""

    def __init__(self) -> None:
        self._wishes: dict[str, tuple[Mapping[str, float], float]] = {}  # by who asks

    def ask(
        self, who: str, rates_hz: Mapping[str, float], now_s: float, speedup: float = 1.0
    ) -> None:
        """Replaces what ``who`` asked before; at speed-up ``now_s`` runs faster than who asks."""
        self._wishes = {one: wish for one, wish in self._wishes.items() if wish[1] > now_s}
        self._wishes[who] = (dict(rates_hz), now_s + KEPT_S * speedup)

    def rate_hz(self, drone: str, now_s: float) -> float:
        """How fast the drone is watched; 0 for not at all."""
        rates = (
            rates.get(drone, 0.0) for rates, until_s in self._wishes.values() if until_s > now_s
        )
        return max(rates, default=0.0)


class Pace:
    """Lets pass what comes at its time, and no more than so many a second in the long run."""

    def __init__(self) -> None:
        self._due_s = float("-inf")

    def passes(self, rate_hz: float, now_s: float) -> bool:
        """Whether one may pass now. Half an interval early is in time: what comes at the asked rate
        with a little unrest then passes whole."""
        interval_s = 1 / rate_hz
        if now_s < self._due_s - interval_s / 2:
            return False
        self._due_s = max(self._due_s + interval_s, now_s + interval_s / 2)
        return True
