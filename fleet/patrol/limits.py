"""What a plan of patrols is limited to: what is left to see, who is free when, closed times."""

from __future__ import annotations

import math
from collections.abc import Container, Iterator

from pydantic import BaseModel, ConfigDict

from fleet.patrol.file import PatrolFile, seconds_of

Hours = tuple[float, float]  # seconds since midnight


class Limits(BaseModel):
    """None is no limit. ``visits`` tells the task of each visit to plan for, ``ready_s`` from when
    on each drone that is free may be ordered; no patrol is out in the ``closed`` times.
    ``flown_wh`` is what drones have flown in the ``days`` before, for a fair share."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    visits: dict[str, str] | None = None
    ready_s: dict[str, float] | None = None
    after_s: float = -math.inf
    closed: tuple[Hours, ...] = ()
    flown_wh: dict[str, float] = {}
    days: int = 0

    def wants_task(self, task: str) -> bool:
        return self.visits is None or task in self.visits.values()

    def wants_visit(self, visit: str) -> bool:
        return self.visits is None or visit in self.visits

    def without_visits(self, over: Container[str]) -> Limits:
        """The same for fewer visits."""
        left = {v: task for v, task in (self.visits or {}).items() if v not in over}
        return self.model_copy(update={"visits": left})

    def ready_of(self, drone: str) -> float:
        own_s = -math.inf if self.ready_s is None else self.ready_s[drone]
        return max(own_s, self.after_s)

    def open_times(self, patrol: PatrolFile) -> Iterator[Hours]:
        """The patrol's hours but the closed times, in their order."""
        yield from without([seconds_of(patrol.hours)], self.closed)


def without(hours: list[Hours], closed: tuple[Hours, ...]) -> list[Hours]:
    """What is left of some hours, in their order."""
    for shut_s, opens_s in sorted(closed):
        left = []
        for begin_s, end_s in hours:
            before, after = (begin_s, min(end_s, shut_s)), (max(begin_s, opens_s), end_s)
            left += [each for each in (before, after) if each[0] < each[1]]
        hours = left
    return hours
