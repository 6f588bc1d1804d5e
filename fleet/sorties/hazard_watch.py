"""Hazards of one sortie as they come and go: each is recorded once when it comes and once when it
is over."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Final

from fleet.contract import SortieView
from fleet.log.events import Fact, HazardOver, HazardSeen
from fleet.log.journal import Journal
from fleet.mavlink.vehicle import Vehicle
from fleet.sorties.hazards import CALLS_HOME, Circumstances, Hazard, hazards
from fleet.units.dock_roster import DockRoster

OVER_AFTER_S: Final = 10.0  # that it has not been seen: figures swing about their limits


@dataclass(frozen=True, slots=True)
class Limits:
    """Of the drone and its dock."""

    reserve_pct: float
    wind_ms: float


class HazardWatch:
    """Looks when it is asked to; one that begins in flight sees at once what there is."""

    def __init__(
        self, journal: Journal, vehicle: Vehicle, docks: DockRoster, limits: Limits
    ) -> None:
        self._journal, self._vehicle = journal, vehicle
        self._docks, self._limits = docks, limits
        self._seen_s: dict[Hazard, float] = {}  # when last

    def look(self, sortie: SortieView) -> str | None:
        """Records what has changed. Returns, in words, what must bring the drone home."""
        now_s = asyncio.get_running_loop().time()
        there = hazards(self._circumstances(sortie, now_s))
        facts: list[Fact] = [
            HazardSeen(**_of(sortie), hazard=hazard, words=words)
            for hazard, words in there.items()
            if hazard not in self._seen_s
        ]
        self._seen_s |= dict.fromkeys(there, now_s)
        for hazard, seen_s in list(self._seen_s.items()):
            if now_s - seen_s > OVER_AFTER_S:
                del self._seen_s[hazard]
                facts.append(HazardOver(**_of(sortie), hazard=hazard))
        if facts:
            self._journal.record(*facts)
        return next((words for hazard, words in there.items() if hazard in CALLS_HOME), None)

    def _circumstances(self, sortie: SortieView, now_s: float) -> Circumstances:
        dock = self._docks[sortie.dock]
        return Circumstances(
            state=sortie.state,
            vehicle=self._vehicle.state,
            now_s=now_s,
            heard=self._vehicle.is_heard(now_s),
            reserve_pct=self._limits.reserve_pct,
            wind_ms=dock.weather.wind_ms if dock.weather else None,
            wind_limit_ms=self._limits.wind_ms,
            dock_fault=self._docks.why_blocked(sortie.dock, now_s),
        )


def _of(sortie: SortieView) -> dict[str, Any]:
    return {"sortie": sortie.id, "incident": sortie.incident, "drone": sortie.drone}
