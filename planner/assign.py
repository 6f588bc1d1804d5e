"""Several incidents at once: who goes where.

The objective: the sum over all incidents of the level's weight times the seconds until a drone is
over it is least. A drone after the window counts ``LATE_S`` more, nobody at all ``NOBODY_S``. So a
grave incident may get the drone that a slight one would have got, if that one does not lose more
by it. A drone that stands behind another in the ranking, whatever the reason, counts at least as
much as that one.

A drone that is on its way to an incident is taken from it only for a graver one. Each that is taken
counts ``CHANGE`` more, so that none turns round for less, nor to and fro; and its incident gains
nothing by another drone's being sooner there. Solved exactly, as an assignment problem. To leave
all as it is and to send the new ones in their turn is one of the assignments, so none that is found
is worse (``first_come``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching  # scipy.optimize takes 14 MB

from planner.model import Decision

WEIGHTS: Mapping[int, float] = {1: 8.0, 2: 4.0, 3: 2.0, 4: 1.0}  # by level, 1 is the gravest
LATE_S = 600.0
NOBODY_S = 7200.0
CHANGE = 120.0  # weighted seconds; between neighbours of the slightest levels a minute
_BEHIND_S = 1e-6  # so that of equals the first in the ranking goes


@dataclass(frozen=True, slots=True)
class Bid:
    """A drone that can be over an incident in ``eta_s`` from now."""

    drone: str
    eta_s: float


@dataclass(frozen=True, slots=True)
class Claim:
    """An incident that waits for a drone, and the ``bids`` for it, the best first. ``has`` is the
    drone that is on its way, if one is; ``passed_s`` the seconds since the report."""

    incident: str
    level: int
    bids: tuple[Bid, ...]
    window_s: float = 300.0
    passed_s: float = 0.0
    has: Bid | None = None


def bids_of(decision: Decision) -> tuple[Bid, ...]:
    """What the ranking offers."""
    return tuple(
        Bid(offer.drone, offer.eta_s)
        for offer in decision.ranking
        if offer.feasible and offer.eta_s is not None
    )


def assign(claims: Sequence[Claim]) -> dict[str, Bid]:
    """The drone that each incident is to have, by incident; those for whom nobody is left are
    missing. No drone is given twice. Among equal sums the order of claims and drones decides."""
    bids = [_bids(claim) for claim in claims]
    levels = {claim.has.drone: claim.level for claim in claims if claim.has is not None}
    drones = sorted({drone for each in bids for drone in each})
    nobody = len(claims)  # columns in which an incident gets nobody
    never = (nobody + 1) * max(WEIGHTS.values()) * NOBODY_S
    costs = np.empty((len(claims), len(drones) + nobody))
    for row, (claim, each) in enumerate(zip(claims, bids, strict=True)):
        costs[row] = cost(claim, None) + (CHANGE if claim.has else 0.0)
        for column, drone in enumerate(drones):
            taken = drone in levels and (claim.has is None or drone != claim.has.drone)
            may = drone in each and not (taken and levels[drone] <= claim.level)
            costs[row, column] = _cost_with_change(claim, drone) if may else never
    # to every row the same is added: what costs nothing would be taken for no way at all
    rows, columns = min_weight_full_bipartite_matching(csr_array(costs + 1.0))
    return {
        claims[row].incident: bids[row][drones[column]]
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        if column < len(drones)
    }


def first_come(claims: Sequence[Claim]) -> dict[str, Bid]:
    """Who has a drone keeps it; the others get, in their turn, the best of those left."""
    given = {claim.incident: claim.has for claim in claims if claim.has is not None}
    gone = {bid.drone for bid in given.values()}
    for claim in claims:
        left = [bid for bid in claim.bids if bid.drone not in gone]
        if claim.has is None and left:
            given[claim.incident] = left[0]
            gone.add(left[0].drone)
    return given


def objective(claims: Sequence[Claim], given: Mapping[str, Bid]) -> float:
    """Weighted seconds of all."""
    drones = {incident: bid.drone for incident, bid in given.items()}
    return sum(cost(claim, drones.get(claim.incident)) for claim in claims)


def cost(claim: Claim, drone: str | None) -> float:
    """Weighted seconds that count against an incident that gets this drone, or nobody."""
    return WEIGHTS[claim.level] * _seconds(claim).get(drone, NOBODY_S)


def _cost_with_change(claim: Claim, drone: str) -> float:
    if claim.has is None or claim.has.drone == drone:
        return cost(claim, drone)
    return max(cost(claim, drone), cost(claim, claim.has.drone)) + CHANGE


def _bids(claim: Claim) -> dict[str, Bid]:
    bids = claim.bids if claim.has is None else (claim.has, *claim.bids)
    return {bid.drone: bid for bid in reversed(bids)}


def _seconds(claim: Claim) -> dict[str | None, float]:
    """What each drone counts."""
    seconds: dict[str | None, float] = {}
    before_s = 0.0
    for bid in claim.bids:
        before_s = max(_counted_s(claim, bid), before_s + _BEHIND_S)
        seconds.setdefault(bid.drone, before_s)
    if claim.has is not None:
        seconds[claim.has.drone] = _counted_s(claim, claim.has)
    return seconds


def _counted_s(claim: Claim, bid: Bid) -> float:
    late = claim.passed_s + bid.eta_s > claim.window_s
    return min(bid.eta_s + (LATE_S if late else 0.0), NOBODY_S - 1.0)
