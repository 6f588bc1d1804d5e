"""Who goes where when several incidents are open. Those that need a drone are decided together with
the slighter ones whose drone has not reached them yet; what was decided so is kept with each
decision, so that it can be explained and recomputed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter

from fleet.clock import Clock
from fleet.contract import ClaimView, SortieState, SortieView, TogetherView
from fleet.dispatch.dispatcher import Choice
from fleet.log.state import FleetState
from fleet.sorties.sortie import ON_ITS_PAD
from planner.assign import Bid, Claim, assign, bids_of, first_come, objective
from planner.model import Alternative

_CLAIMS = TypeAdapter(tuple[Claim, ...])

_MAY_LOSE: Final = ON_ITS_PAD | {SortieState.EN_ROUTE}  # what is armed may lift off at any moment

# an incident, docks that are not to go, docks whose drones may be taken from their incidents
Consider = Callable[[str, frozenset[str], frozenset[str]], Choice]


@dataclass(frozen=True, slots=True)
class Move:
    """A drone that is to go to an incident."""

    incident: str
    choice: Choice
    offer: Alternative


@dataclass(frozen=True, slots=True)
class Plan:
    """What was decided: of each incident that needs a drone the choice, and who moves, gravest
    first, so that a drone is taken before its incident gets another."""

    choices: Mapping[str, Choice]
    moves: tuple[Move, ...]


class Together:
    """``recalled``: sorties that a person has called home."""

    def __init__(
        self, state: FleetState, consider: Consider, clock: Clock, recalled: set[str]
    ) -> None:
        self._state, self._consider, self._clock = state, consider, clock
        self._recalled = recalled

    def plan(self, needy: Mapping[str, frozenset[str]]) -> Plan:
        """For incidents that need a drone, each with docks that are not to go to it."""
        rivals = self.may_lose(needy)
        choices = {each: self._choice(each, without, rivals) for each, without in needy.items()}
        held = {sortie.drone for sortie in rivals}
        owners: dict[str, SortieView] = {}
        if any(_wants(choice, held) for choice in choices.values()):
            owners = {str(sortie.incident): sortie for sortie in rivals}
        for incident, sortie in owners.items():
            without = self._state.tried(incident) - {sortie.dock}
            choices[incident] = self._choice(incident, without, rivals)
        claims = [self._claim(each, choices[each], owners.get(each)) for each in choices]
        given = assign(claims)
        if len(claims) > 1:
            told = _told(claims, given, choices)
            choices = {each: replace(choice, together=told) for each, choice in choices.items()}
        moves = [
            Move(claim.incident, choices[claim.incident], _offer(choices[claim.incident], bid))
            for claim in sorted(claims, key=lambda claim: claim.level)
            if (bid := given.get(claim.incident)) is not None and bid != claim.has
        ]
        return Plan({each: choices[each] for each in needy}, tuple(moves))

    def may_lose(self, incidents: Iterable[str]) -> list[SortieView]:
        """Sorties by rule whose drone may be taken for the gravest of the incidents: those to
        slighter ones, each with no other drone, that have not been reached."""
        gravest = min((self._state.incidents[each].level for each in incidents), default=0)
        return [
            sortie
            for sortie in self._state.active()
            if sortie.state in _MAY_LOSE
            and sortie.incident is not None
            and self._state.incidents[sortie.incident].level > gravest
            and self._state.incidents[sortie.incident].on_scene_at is None
            and len(self._state.attending(sortie.incident)) == 1
            and not self._state.plans[sortie.id].by_officer
            and sortie.id not in self._recalled
        ]

    def _choice(
        self, incident: str, without: frozenset[str], rivals: Iterable[SortieView]
    ) -> Choice:
        level = self._state.incidents[incident].level
        divert = frozenset(
            sortie.dock
            for sortie in rivals
            if sortie.incident is not None and self._state.incidents[sortie.incident].level > level
        )
        return self._consider(incident, without, divert)

    def _claim(self, incident: str, choice: Choice, sortie: SortieView | None) -> Claim:
        view = self._state.incidents[incident]
        has = None
        if sortie is not None:
            has = Bid(sortie.drone, max(0.0, (sortie.eta_s or 0.0) - self._s(sortie.requested_at)))
        return Claim(
            incident=incident,
            level=view.level,
            bids=bids_of(choice.decision),
            window_s=view.window_s,
            passed_s=self._s(view.reported_at),
            has=has,
        )

    def _s(self, since: datetime) -> float:
        return max(0.0, (self._clock.now() - since).total_seconds())


def _wants(choice: Choice, held: set[str]) -> bool:
    best = choice.decision.best
    return best is not None and best.drone in held


def _offer(choice: Choice, bid: Bid) -> Alternative:
    return next(offer for offer in choice.decision.ranking if offer.drone == bid.drone)


def _told(
    claims: list[Claim], given: Mapping[str, Bid], choices: Mapping[str, Choice]
) -> dict[str, Any]:
    """The inputs and the outcome, as the log keeps them."""
    return {
        "claims": _CLAIMS.dump_python(tuple(claims), mode="json"),
        "decisions": {incident: choice.id for incident, choice in choices.items()},
        "given": {incident: bid.drone for incident, bid in given.items()},
    }


def claims_of(told: Mapping[str, Any]) -> tuple[Claim, ...]:
    return _CLAIMS.validate_python(told["claims"], strict=False)


def together_view(told: Mapping[str, Any] | None) -> TogetherView | None:
    """For who asks why."""
    if told is None:
        return None
    claims = claims_of(told)
    given = {claim.incident: bid for claim in claims if (bid := _given(claim, told)) is not None}
    return TogetherView(
        claims=tuple(_claim_view(claim, given.get(claim.incident)) for claim in claims),
        weighted_s=objective(claims, given),
        first_come_s=objective(claims, first_come(claims)),
    )


def _claim_view(claim: Claim, bid: Bid | None) -> ClaimView:
    return ClaimView(
        incident=claim.incident,
        level=claim.level,
        had=claim.has and claim.has.drone,
        had_eta_s=claim.has and claim.has.eta_s,
        gets=bid and bid.drone,
        eta_s=bid and bid.eta_s,
    )


def _given(claim: Claim, told: Mapping[str, Any]) -> Bid | None:
    drone = told["given"].get(claim.incident)
    bids = claim.bids if claim.has is None else (claim.has, *claim.bids)
    return next((bid for bid in bids if bid.drone == drone), None)


def assigned_again(told: Mapping[str, Any]) -> dict[str, str]:
    """Which drone each incident is to have, by the planner of today."""
    return {incident: bid.drone for incident, bid in assign(claims_of(told)).items()}


def bids_told(told: Mapping[str, Any], incident: str) -> tuple[Bid, ...]:
    """What the incident was offered."""
    return next(claim.bids for claim in claims_of(told) if claim.incident == incident)
