"""Puts on record which officer has the control of a drone, and to whom it is handed over."""

from __future__ import annotations

from typing import Any

from fleet import contract as c
from fleet.log.events import ControlGivenUp, ControlOffered, ControlTaken
from fleet.log.journal import Journal
from fleet.people.control import why_not_offer, why_not_release, why_not_take
from fleet.sorties.refused import Refused


class Handing:
    """Answers what is asked about the control of drones by people."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def take(self, ask: c.TakeControl, cause: str) -> c.SortieView:
        """
        Raises:
            Refused: if another has it and neither offers it nor is overruled.
        """
        sortie = self._sortie(ask.sortie)
        _need(why_not_take(sortie, ask.by, ask.over))
        before = sortie.control.holder if sortie.control else None
        if before == ask.by:
            return sortie
        fact = ControlTaken(**_of(sortie), by=ask.by, before=before)
        self._journal.record(fact, cause=cause)
        return self._sortie(ask.sortie)

    def offer(self, ask: c.OfferControl, cause: str) -> c.SortieView:
        """
        Raises:
            Refused: if whoever offers it has it not.
        """
        sortie = self._sortie(ask.sortie)
        _need(why_not_offer(sortie, ask.by, ask.to))
        if sortie.control is not None and sortie.control.offered_to != ask.to:
            self._journal.record(ControlOffered(**_of(sortie), by=ask.by, to=ask.to), cause=cause)
        return self._sortie(ask.sortie)

    def give_up(self, ask: c.GiveUpControl, cause: str) -> c.SortieView:
        """
        Raises:
            Refused: if another has it.
        """
        sortie = self._sortie(ask.sortie)
        _need(why_not_release(sortie, ask.by, ask.over))
        if sortie.control is not None:
            self._journal.record(ControlGivenUp(**_of(sortie), by=ask.by), cause=cause)
        return self._sortie(ask.sortie)

    def _sortie(self, sortie: str) -> c.SortieView:
        try:
            return self._journal.state.sorties[sortie]
        except KeyError:
            raise Refused("not_found", f"there is no sortie {sortie}") from None


def _need(why_not: str | None) -> None:
    if why_not is not None:
        raise Refused("conflict", why_not)


def _of(sortie: c.SortieView) -> dict[str, Any]:
    return {"sortie": sortie.id, "incident": sortie.incident, "drone": sortie.drone}
