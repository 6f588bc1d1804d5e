"""An exchange with a vehicle: something asked, retried until it is answered or given up.

Exchanges do no I/O and read no clock: they are fed messages and times, and say what to send.
"""

from __future__ import annotations

import math
from typing import Generic, Protocol, TypeVar

from fleet.mavlink.codec import MavMessage

R_co = TypeVar("R_co", covariant=True)
R = TypeVar("R")


class VehicleFault(Exception):
    """A vehicle did not do what it was asked."""


class VehicleSilent(VehicleFault):
    """It did not answer in time."""


class VehicleRefused(VehicleFault):
    """It answered, and said no."""


class Exchange(Protocol[R_co]):
    """What runs between a request and its result."""

    @property
    def what(self) -> str:
        """In words, for whoever reads why it failed."""
        ...

    @property
    def hears(self) -> frozenset[int]:
        """The kinds of messages that ``take`` makes anything of; it may not be given others."""
        ...

    @property
    def within_s(self) -> float:
        """How long it may take in all."""
        ...

    @property
    def finished(self) -> bool: ...

    @property
    def due_s(self) -> float:
        """When ``tick`` wants to be called next."""
        ...

    def begin(self, now_s: float) -> list[MavMessage]: ...

    def take(self, message: MavMessage, now_s: float) -> list[MavMessage]: ...

    def tick(self, now_s: float) -> list[MavMessage]: ...

    def result(self) -> R_co:
        """Raises VehicleFault if it failed."""
        ...


class Retried(Generic[R]):
    """Base of exchanges: asks again after each ``pause_s`` of silence, gives up after ``tries`` in
    a row, and after ``within_s`` in any case, whatever a vehicle may keep saying.

    A subclass says what to send in ``_ask`` and calls ``_succeed``, ``_fail`` or ``_progress``
    (which counts as a sign of life) from ``take``. ``_grounds`` is what it has heard against, to
    be told when it gives up.
    """

    what: str = "the exchange"
    hears: frozenset[int] = frozenset()

    def __init__(self, pause_s: float, tries: int, within_s: float = 120.0) -> None:
        self._pause_s, self._tries_left = pause_s, tries
        self._tries = tries
        self.within_s, self._deadline_s = within_s, math.inf
        self._grounds: str | None = None
        self._outcome: R | None = None
        self._fault: VehicleFault | None = None
        self.due_s = math.inf

    @property
    def finished(self) -> bool:
        return self._outcome is not None or self._fault is not None

    def result(self) -> R:
        if self._fault is not None:
            raise self._fault
        assert self._outcome is not None
        return self._outcome

    def begin(self, now_s: float) -> list[MavMessage]:
        self._deadline_s = now_s + self.within_s
        return self.tick(now_s)

    def tick(self, now_s: float) -> list[MavMessage]:
        if self.finished:
            return []
        if now_s >= self._deadline_s:
            self._give_up(f"not done within {self.within_s:.0f} s")
            return []
        if self._tries_left == 0:
            self._give_up(f"no answer within {self._pause_s * self._tries:.0f} s")
            return []
        self._tries_left -= 1
        self.due_s = min(now_s + self._pause_s, self._deadline_s)
        return self._ask()

    def _ask(self) -> list[MavMessage]:
        raise NotImplementedError

    def _progress(self, now_s: float, pause_s: float | None = None) -> None:
        self._tries_left = self._tries
        self.due_s = min(now_s + (pause_s or self._pause_s), self._deadline_s)

    def _succeed(self, outcome: R) -> None:
        self._outcome = outcome

    def _fail(self, fault: VehicleFault) -> None:
        self._fault = fault

    def _give_up(self, silence: str) -> None:
        if self._grounds is not None:
            self._fail(VehicleRefused(f"{self.what}: {self._grounds}"))
        else:
            self._fail(VehicleSilent(f"{self.what}: {silence}"))
