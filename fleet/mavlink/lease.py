"""Who may command which drone: the lease book, a pure state machine.

The controller holds every drone's lease unless the duty officer has granted it to somebody, for a
time. What changes hands gets a new number, so that what was admitted under an earlier lease can be
told from what the present one allows, even if both are the same holder's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

CONTROLLER: Final = "controller"
LONGEST_S: Final = 4 * 3600.0  # a grant that nobody remembers ends by itself


class LeaseRefused(Exception):
    """A grant that cannot be given, or a lease that cannot be taken back; the text says why."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The sole right to command one drone. ``until_s`` is loop time, ``label`` what people call the
    holder."""

    sysid: int
    holder: str
    number: int
    until_s: float = math.inf
    label: str = ""

    @property
    def is_granted(self) -> bool:
        return self.holder != CONTROLLER

    @property
    def shown(self) -> str:
        """Whose it is, for people."""
        return f"{self.label} ({self.holder})" if self.label else self.holder


@dataclass(frozen=True, slots=True)
class LeaseBook:
    """All leases; each act returns the book after it. ``now_s`` never goes back between calls."""

    _entries: Mapping[int, Lease] = field(default_factory=dict)  # of drones that changed hands

    def current(self, sysid: int, now_s: float) -> Lease:
        """The drone's lease at this moment."""
        lease = self._entries.get(sysid) or Lease(sysid, CONTROLLER, 0)
        return _returned(lease) if now_s >= lease.until_s else lease

    def grant(
        self, sysid: int, holder: str, now_s: float, for_s: float, label: str = ""
    ) -> LeaseBook:
        """Gives the drone to ``holder``; to the one who has it already, more time.

        Raises:
            LeaseRefused: if another holds it, or the name or the time is none that can be given.
        """
        if not holder.strip() or holder == CONTROLLER:
            raise LeaseRefused(f"a lease is granted to a ground station by name, not to {holder!r}")
        if not 0 < for_s <= LONGEST_S:
            raise LeaseRefused(f"a lease lasts up to {LONGEST_S:.0f} s, not {for_s:g} s")
        lease = self.current(sysid, now_s)
        if lease.is_granted and lease.holder != holder:
            raise LeaseRefused(
                f"{lease.shown} holds the lease for another {lease.until_s - now_s:.0f} s; "
                "take it back first"
            )
        number = lease.number if lease.is_granted else lease.number + 1
        return self._with(Lease(sysid, holder, number, now_s + for_s, label))

    def take_back(self, sysid: int, now_s: float) -> LeaseBook:
        """Returns the drone to the controller at once.

        Raises:
            LeaseRefused: if the controller has it.
        """
        lease = self.current(sysid, now_s)
        if not lease.is_granted:
            raise LeaseRefused("the controller holds the lease; there is nothing to take back")
        return self._with(_returned(lease))

    def expire(self, now_s: float) -> tuple[LeaseBook, tuple[Lease, ...]]:
        """The book without what has run out, and the leases that ended by it."""
        ended = tuple(lease for lease in self._entries.values() if now_s >= lease.until_s)
        book = self
        for lease in ended:
            book = book._with(_returned(lease))
        return book, ended

    def _with(self, lease: Lease) -> LeaseBook:
        return replace(self, _entries={**self._entries, lease.sysid: lease})


def _returned(lease: Lease) -> Lease:
    return Lease(lease.sysid, CONTROLLER, lease.number + 1)
