"""The coverage of the fleet as it is, kept up to date and told whenever it changes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fleet import contract as c
from fleet.bus import Bus, Topics
from fleet.clock import Clock
from fleet.coverage.reached import Cover
from fleet.district.model import District
from planner.airspace import Airspace
from planner.checks import fault_of
from planner.coverage import Coverage
from planner.model import Candidate, Reason, Wind
from planner.trees import rounded

STEP_M = 150.0
LOOK_EVERY_S = 0.5  # of the wall clock
ENERGY_STEP = 0.05  # of the battery; that of a flight over the district is not known better

_Row = NDArray[np.float32]


class CoverageWatch:
    """Looks at the docks' candidates again and again; what a change touches is worked out anew,
    beside the event loop. Each drone is taken to fly in the wind over its dock, where a dispatch
    reckons with that half way. Of 150 places one was told otherwise for it, in a wind of 8 m/s that
    varied by 1.5 m/s over the district."""

    def __init__(
        self,
        district: District,
        airspace: Airspace,
        bus: Bus,
        topics: Topics,
        clock: Clock,
        step_m: float = STEP_M,
        look_each_s: float = LOOK_EVERY_S,
        beside: Callable[..., Awaitable[Any]] = asyncio.to_thread,
    ) -> None:
        """``beside`` does a work beside the event loop."""
        self._district, self._airspace = district, airspace
        self._bus, self._topics = bus, topics
        self._pause_s = look_each_s * clock.speedup
        self._step_m, self._beside = step_m, beside
        self._rows: dict[str, tuple[Candidate, _Row]] = {}
        self._costs: dict[str, float] = {}
        self._coverage: Coverage | None = None
        self._known: frozenset[str] = frozenset()
        self.view: c.CoverageView | None = None  # None until it has been worked out once

    async def run(self, candidates: Callable[[], Sequence[Candidate]]) -> None:
        """Until cancelled; ``candidates`` are the docks' drones as they are."""
        cover = await self._beside(Cover, self._district, self._airspace, self._step_m)
        known: list[Candidate] = []
        while True:
            now = [_roughly(candidate) for candidate in candidates()]
            if now != known:
                self.view = await self._beside(self._work_out, cover, now)
                known = now
                await self._bus.publish(self._topics.coverage(), self.view, retain=True)
            await asyncio.sleep(self._pause_s)

    def absence_cost(self, dock: str) -> float:
        """The share of area that is lost while this dock's drone is busy; 0 until it is known."""
        return self._costs.get(dock, 0.0)

    def joint_cost(self, docks: Collection[str]) -> float:
        """The share of area that is lost while all of these docks' drones are busy."""
        if self._coverage is None or self.view is None:
            return 0.0
        left = sorted(set(self.view.available) - set(docks))
        return self.view.covered_share - self._coverage.share(left)

    def share_with(self, docks: Collection[str]) -> float:
        """The share of area covered if these docks were available too; 0 until it is known."""
        if self._coverage is None or self.view is None:
            return 0.0
        more = (dock for dock in docks if dock in self._known)
        return self._coverage.share(sorted({*self.view.available, *more}))

    def _work_out(self, cover: Cover, candidates: list[Candidate]) -> c.CoverageView:
        for candidate in candidates:
            flown = replace(candidate, vetoes=())
            before = self._rows.get(candidate.dock)
            if before is None or before[0] != flown:
                self._rows[candidate.dock] = flown, cover.eta_s(flown)
        docks = [candidate.dock for candidate in candidates]
        coverage = cover.joined(docks, [self._rows[dock][1] for dock in docks])
        available = [candidate.dock for candidate in candidates if not candidate.vetoes]
        self._coverage, self._known = coverage, frozenset(docks)
        whole = coverage.share(available)
        left = coverage.without_each(available)
        self._costs = {dock: whole - share for dock, share in left.items()}
        return cover.view(coverage, available)


def _roughly(candidate: Candidate) -> Candidate:
    """The candidate without the changes that coverage does not notice: of its wind, its battery,
    the figures of its vetoes. One with figures that make no sense does not count."""
    fault = fault_of(candidate)
    if fault is not None:
        return replace(candidate, wind=Wind(), energy_wh=0.0, vetoes=(Reason(fault.veto),))
    step_wh = ENERGY_STEP * candidate.performance.battery_wh
    return replace(
        candidate,
        wind=rounded(candidate.wind),
        energy_wh=candidate.energy_wh // step_wh * step_wh,
        vetoes=tuple(Reason(reason.veto) for reason in candidate.vetoes),
        absence_cost=0.0,  # follows from the coverage itself
    )
