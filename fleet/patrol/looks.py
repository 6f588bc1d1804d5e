"""What a patrol drone has seen, from the items of its mission that are behind it."""

from __future__ import annotations

from fleet.log.events import PatrolLookDone
from fleet.log.journal import Journal
from fleet.mavlink.state import VehicleState
from fleet.mavlink.vehicle import AUTO
from fleet.patrol.mission import PatrolMission


class LookLog:
    """Records each look of one sortie once it is over."""

    def __init__(self, sortie: str, patrol: str, mission: PatrolMission, journal: Journal) -> None:
        self._sortie, self._patrol = sortie, patrol
        self._mission, self._journal = mission, journal

    def heed(self, state: VehicleState) -> None:
        """Only a drone that flies its mission sees what that is made for."""
        if state.mission_item is None or state.mode != AUTO:
            return
        seen = self._journal.state.patrols.plans[self._patrol].seen
        for look in self._mission.looks:
            if look.last < state.mission_item and look.visit not in seen:
                self._journal.record(
                    PatrolLookDone(
                        sortie=self._sortie,
                        patrol=self._patrol,
                        task=look.task,
                        visit=look.visit,
                    )
                )
