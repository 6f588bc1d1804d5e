"""Coming down: when a drone waits before its pad, breaks its descent off and goes around, tries
again, or goes elsewhere.

Pure. What cannot be known otherwise is asked again: a wait is over when its reason is, and only
where that lasts does time or energy decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

HOLD_AT_M: Final = 80.0  # from the pad: where it cannot come down, it waits here
GO_AROUND_M: Final = 30.0  # above the pad: lower it is coming down, and up to here it climbs again
COMMITTED_M: Final = 3.0  # lower than this it lands, gust or not
TRIES: Final = 3  # descents on one pad; gusts do not keep it from the last, nor after that
LASTS_S: Final = 60.0  # a reason that has held for so long is taken to last
AGAIN_S: Final = 10.0  # until it is asked again where else it could go


class Act(StrEnum):
    WAIT = "wait"  # where it is
    GO_AROUND = "go_around"  # up, and wait there
    GO_ON = "go_on"
    GO_ELSEWHERE = "go_elsewhere"


@dataclass(frozen=True, slots=True)
class Approaching:
    """What is known at one instant. ``shut`` is why the pad cannot take it, ``gusts`` why it should
    not come down on it now; None where nothing is against it."""

    now_s: float
    to_pad_m: float | None
    height_m: float | None  # above the pad it took off from
    shut: str | None
    gusts: str | None
    uses_reserve: bool  # it has not the energy to wait much longer


@dataclass(slots=True)
class Approach:
    """On one pad: what has been tried there."""

    descents: int = 0  # that were broken off
    waits_s: float | None = None  # since when it does
    _asked_s: float = 0.0  # when it last was to go elsewhere

    def due(self, at: Approaching) -> tuple[Act, str] | None:
        """What to do now, with the reason in words; None to let it go on as it does."""
        return self._coming(at) if self.waits_s is None else self._waiting(at, self.waits_s)

    def _coming(self, at: Approaching) -> tuple[Act, str] | None:
        if at.to_pad_m is None or at.to_pad_m > HOLD_AT_M:
            return None
        height_m = GO_AROUND_M if at.height_m is None else at.height_m
        comes_down = height_m < GO_AROUND_M
        against = at.shut
        may_be_last = self.descents >= TRIES - 1
        if against is None and comes_down and height_m > COMMITTED_M and not may_be_last:
            against = at.gusts
        if against is None:
            return None
        self.waits_s = self._asked_s = at.now_s
        self.descents += comes_down
        return (Act.GO_AROUND if comes_down else Act.WAIT), against

    def _waiting(self, at: Approaching, since_s: float) -> tuple[Act, str] | None:
        lasts = at.now_s - since_s >= LASTS_S
        if at.shut is None and (lasts or at.gusts is None):
            self.waits_s = None
            return Act.GO_ON, at.gusts or "nothing is against it"
        if at.shut is None or not (lasts or at.uses_reserve or self.descents >= TRIES):
            return None
        if self._asked_s > since_s and at.now_s - self._asked_s < AGAIN_S:
            return None
        self._asked_s = at.now_s
        return Act.GO_ELSEWHERE, at.shut
