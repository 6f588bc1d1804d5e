"""Acts on all drones that are out: asked for, confirmed at the gate, carried out one by one."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from typing import Final

from fleet import contract as c
from fleet.log.journal import Journal
from fleet.mavlink.confirmation import VALID_S, ConfirmedAct, FleetAct
from fleet.mavlink.gate import Gate, GateRefused
from fleet.sorties.directing import Directing
from fleet.sorties.operations import Operations
from fleet.sorties.refused import Refused
from fleet.sorties.sortie import SORTIE, SortieTrigger

# Whom an act is for: those who can take it. A recall before take-off is an abort.
_TRIGGER: Final = {
    "recall_all": SortieTrigger.RECALL,
    "land_all": SortieTrigger.LAND_NOW,
}


class FleetActs:
    """``sysids`` names the system of each drone, ``gate`` keeps the confirmations."""

    def __init__(
        self,
        journal: Journal,
        operations: Operations,
        directing: Directing,
        gate: Gate,
        sysids: Mapping[str, int],
    ) -> None:
        self._journal, self._operations, self._directing = journal, operations, directing
        self._gate, self._sysids = gate, sysids

    def ask(self, ask: c.RecallAll | c.LandAll, cause: str) -> c.FleetActView:
        """Offers a confirmation, or does what was confirmed.

        Raises:
            Refused: if no drone is out, or the confirmation is not good for this.
        """
        sorties = self._for_whom(ask)
        drones = tuple(sortie.drone for sortie in sorties)
        if not drones:
            raise Refused("conflict", "no drone is out that could be told this")
        act = FleetAct(ask.ask, frozenset(self._sysids[drone] for drone in drones), ask.by)
        now_s = asyncio.get_running_loop().time()
        if ask.confirmation is None:
            token = secrets.token_urlsafe(9)
            self._gate.offer(act, token, now_s)
            return c.FleetActView(
                id=ask.ask, done=False, drones=drones, confirmation=token, valid_s=VALID_S
            )
        try:
            leave = self._gate.confirm(act, ask.confirmation, now_s)
        except GateRefused as refusal:
            raise Refused("conflict", str(refusal)) from None
        refused = {s.drone: why for s in sorties if (why := self._tell(leave, ask, s, cause))}
        told = tuple(drone for drone in drones if drone not in refused)
        return c.FleetActView(id=ask.ask, done=True, drones=told, refused=refused)

    def _for_whom(self, ask: c.RecallAll | c.LandAll) -> list[c.SortieView]:
        trigger = _TRIGGER[ask.ask]
        return [
            sortie
            for sortie in self._journal.state.active()
            if trigger in SORTIE.triggers(sortie.state) and sortie.drone in self._sysids
        ]

    def _tell(
        self,
        leave: ConfirmedAct,
        ask: c.RecallAll | c.LandAll,
        sortie: c.SortieView,
        cause: str,
    ) -> str | None:
        """Why the drone could not be told; None if it was."""
        leave.use(self._sysids[sortie.drone])
        try:
            if isinstance(ask, c.RecallAll):
                self._operations.recall(sortie.id, ask.reason)
            else:
                land = c.LandNow(sortie=sortie.id, reason=ask.reason)
                self._directing.land_now(land, cause)
        except Refused as refusal:
            return str(refusal)
        return None
