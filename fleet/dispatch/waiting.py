"""Incidents for which nobody could be sent: they wait, and go together when drones come free."""

from __future__ import annotations

import asyncio

from fleet.clock import Clock
from fleet.log.state import FleetState
from fleet.sorties.operations import Operations
from fleet.sorties.picking import MOST_TRIES

LOOK_EVERY_S = 2.0


class WaitingLine:
    """Looks again and again whether somebody can go to those that wait, and who to which."""

    def __init__(self, state: FleetState, operations: Operations, clock: Clock) -> None:
        self._state, self._operations = state, operations
        self._pause_s = LOOK_EVERY_S * clock.speedup

    async def run(self) -> None:
        """Begins once the drones are known, so that none is sent before a nearer one is heard."""
        await self._operations.settled()
        while True:
            await asyncio.sleep(self._pause_s)
            self.serve()

    def serve(self) -> None:
        """Sends whom it is best to send to all that wait together."""
        waiting, together = self._waiting(), self._operations.together
        if not waiting:
            return
        if not (self._operations.is_anybody_free() or together.may_lose(waiting)):
            return  # in a storm that keeps all docks shut many may wait
        self._operations.carry_out(
            together.plan({each: self._state.tried(each) for each in waiting})
        )

    def _waiting(self) -> list[str]:
        """In the order in which they were reported."""
        return [
            incident
            for incident in sorted(self._state.waiting)
            if len(self._state.tried(incident)) < MOST_TRIES
            and not self._operations.is_out_of_reach(incident)
        ]
