"""Acts on many drones at once are asked for twice: the first time gives a token that names the act
and its drones, the second brings the token back. Pure: the token is made by the caller.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

VALID_S: Final = 60.0  # long enough to read what will happen, too short to be found lying about


@dataclass(frozen=True, slots=True)
class FleetAct:
    """What is done to which drones, asked for by whom."""

    what: str
    drones: frozenset[int]  # system ids
    by: str


class NotConfirmed(Exception):
    """A drone was about to be told what was confirmed for others: an error in our code."""


class ConfirmedAct:
    """Leave to carry out an act on many drones. The gate alone gives it (a test sees to that), each
    drone is told under it once."""

    def __init__(self, act: FleetAct) -> None:
        self._left = set(act.drones)

    def use(self, sysid: int) -> None:
        """Spends the leave for this drone.

        Raises:
            NotConfirmed: if there is none, or no more.
        """
        if sysid not in self._left:
            raise NotConfirmed(f"no leave is left to tell system {sysid} what was confirmed")
        self._left.remove(sysid)


class Confirmations:
    """The tokens that are out. Each is good for one act, once."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[FleetAct, float]] = {}

    def offer(self, act: FleetAct, token: str, now_s: float) -> float:
        """Makes ``token`` good for the act; returns until when."""
        self._open = {k: v for k, v in self._open.items() if v[1] > now_s}
        self._open[token] = (act, now_s + VALID_S)
        return now_s + VALID_S

    def use(self, act: FleetAct, token: str, now_s: float) -> str | None:
        """Spends the token; why it is not good for this act, or None when it is."""
        offered, until_s = self._open.get(token, (None, 0.0))
        if offered is None:
            return "this confirmation is not known, or was used before; ask anew"
        if now_s >= until_s:
            return f"the confirmation came later than {VALID_S:.0f} s; ask anew"
        if (offered.what, offered.by) != (act.what, act.by):
            return f"it was given to {offered.by} for '{offered.what}'; ask anew"
        if added := act.drones - offered.drones:
            return f"it does not cover {_named(added)}, under way since; ask anew"
        del self._open[token]
        return None


def _named(drones: Iterable[int]) -> str:
    return ", ".join(f"system {sysid}" for sysid in sorted(drones))
