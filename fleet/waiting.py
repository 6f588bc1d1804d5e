"""Incidents for which nobody could be sent: they wait, and go together when drones come free."""

from __future__ import annotations

import asyncio
import logging

from fleet.clock import Clock
from fleet.dispatcher import Choice
from fleet.operations import MOST_TRIES, Operations, Refused
from fleet.state import FleetState
from planner.assign import Claim, assign

_log = logging.getLogger(__name__)

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
        waiting = self._waiting()
        if not (waiting and self._operations.is_anybody_free()):
            return  # in a storm that keeps all docks shut many may wait
        choices = {incident: self._choice(incident) for incident in waiting}
        claims = [
            Claim(incident, self._state.incidents[incident].level, choice.decision)
            for incident, choice in choices.items()
        ]
        for incident, offer in assign(claims).items():
            try:
                self._operations.take_up_offer(incident, choices[incident], offer)
            except Refused as refused:  # the air is not free
                _log.info("incident %s waits on: %s", incident, refused)

    def _waiting(self) -> list[str]:
        """In the order in which they were reported."""
        return [
            incident
            for incident in sorted(self._state.waiting)
            if len(self._state.tried(incident)) < MOST_TRIES
        ]

    def _choice(self, incident: str) -> Choice:
        return self._operations.consider(incident, self._state.tried(incident))
