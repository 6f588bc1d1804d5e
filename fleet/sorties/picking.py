"""Which drone goes out of a ranking: the best for which there is room in the air."""

from __future__ import annotations

from dataclasses import dataclass

from ulid import ULID

from fleet import contract as c
from fleet.dispatch.dispatcher import Choice
from fleet.log.state import FleetState
from fleet.sorties.landing import proof
from fleet.sorties.refused import Refused
from fleet.sorties.release import Release, Released
from fleet.sorties.sortie import ATTENDING
from planner.airspace import Airspace
from planner.model import Alternative, WaysDown

MOST_TRIES = 3  # docks tried by rule for one incident; then the fault is not in the docks


@dataclass(frozen=True, slots=True)
class Ready:
    """A flight that can be released, and the sortie that its drone leaves for it."""

    sortie: str
    offer: Alternative
    released: Released
    found: WaysDown | None
    before: c.SortieView | None

    def is_as_safe(self, other: Ready) -> bool:
        """Whether it has two ways down if the other has."""
        lacks = self.found is not None and not self.found.holds
        return not lacks or (other.found is not None and not other.found.holds)

    def late(self) -> str:
        """Why it does not go though there is room for it."""
        return (
            f"{self.offer.drone}, kept apart from others, would be there after "
            f"{self.released.parts.total_s:.0f} s"
        )


class Picking:
    """Picks flights that can be released; it records nothing and starts nothing."""

    def __init__(self, airspace: Airspace, state: FleetState, release: Release) -> None:
        self._airspace, self._state, self._release = airspace, state, release

    def soonest(self, choice: Choice, above_ceiling: bool) -> tuple[Ready | None, tuple[str, ...]]:
        """The first of the ranking that has room in the air; where that must wait or climb for it,
        one behind it that is there sooner and as good otherwise. With it why others do not go."""
        best: Ready | None = None
        against: list[str] = []
        for offer in choice.decision.ranking:
            if not offer.feasible or len(against) == MOST_TRIES:
                break
            if self.attended(offer) is not None or not _may_be_sooner(offer, best):
                continue
            try:
                ready = self.ready(choice, offer, above_ceiling)
            except Refused as refused:
                against.append(str(refused))
                continue
            if best is None:
                best = ready
            elif ready.released.parts.total_s < best.released.parts.total_s and ready.is_as_safe(
                best
            ):
                against.append(best.late())
                best = ready
            if best.released.kept_apart is None:
                break
        return best, tuple(against)

    def ready(self, choice: Choice, offer: Alternative, above_ceiling: bool) -> Ready:
        """Raises Refused if the flight cannot be kept apart from those in the air."""
        sortie = str(ULID())
        before = self._state.sortie_of_drone(offer.drone)
        aloft = before if offer.airborne else None
        instead = sortie if before is None else before.id
        released = self._release.out(instead, choice.picture, offer, aloft, above_ceiling)
        if isinstance(released, str):
            raise Refused("conflict", released)
        candidate = next(each for each in choice.picture.candidates if each.dock == offer.dock)
        task, free = choice.picture.task, choice.picture.free_landings
        found = proof(self._airspace, candidate, task, released.route, free)
        return Ready(sortie, offer, released, found, before)

    def attended(self, offer: Alternative) -> c.SortieView | None:
        """The sortie to another incident that its drone is on, and would have to leave."""
        sortie = self._state.sortie_of_drone(offer.drone)
        if sortie is None or sortie.incident is None or sortie.state not in ATTENDING:
            return None
        return sortie


def _may_be_sooner(offer: Alternative, best: Ready | None) -> bool:
    """Whether it may go in the place of one that has to wait."""
    if best is None or offer.eta_s is None:
        return best is None
    known = {reason.veto for reason in best.offer.reasons}
    worse = any(reason.veto not in known for reason in offer.reasons)
    return not worse and offer.eta_s < best.released.parts.total_s


def reasons_of(offer: Alternative) -> str:
    return "; ".join(reason.text for reason in offer.reasons) or "no reason given"


def nobody(choice: Choice) -> str:
    """Why no drone can go: the common reason, or that of each of the nearest docks."""
    ranking = choice.decision.ranking
    if not ranking:
        return "the district has no docks"
    reasons = {reasons_of(offer) for offer in ranking}
    if len(reasons) == 1:
        return f"no dock can send a drone now: {reasons.pop()}"
    each = ", ".join(f"{offer.dock}: {reasons_of(offer)}" for offer in ranking[:3])
    return f"no dock can send a drone now ({each})"
