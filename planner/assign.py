"""Several incidents at once: who goes where.

The objective: the sum over all incidents of the level's weight times the seconds until a drone is
over it is least. A drone after the window counts ``LATE_S`` more, nobody at all ``NOBODY_S``. So a
grave incident may get the drone that a slight one would have got, if that one does not lose more
by it. Solved exactly, as an assignment problem.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from planner.model import Alternative, Decision

WEIGHTS: Mapping[int, float] = {1: 8.0, 2: 4.0, 3: 2.0, 4: 1.0}  # by level, 1 is the gravest
LATE_S = 600.0
NOBODY_S = 7200.0


@dataclass(frozen=True, slots=True)
class Claim:
    """An incident that waits, and what each dock could do for it."""

    incident: str
    level: int
    decision: Decision


def assign(claims: Sequence[Claim]) -> dict[str, Alternative]:
    """The offer that each incident is to take up, by incident; those for whom nobody is left are
    missing. No drone is given twice. Among equal sums the order of claims and docks decides."""
    offers = [
        {offer.drone: offer for offer in claim.decision.ranking if offer.feasible}
        for claim in claims
    ]
    drones = sorted({drone for each in offers for drone in each})
    nobody = len(claims)  # columns in which an incident gets nobody
    costs = np.empty((len(claims), len(drones) + nobody))
    for row, (claim, each) in enumerate(zip(claims, offers, strict=True)):
        weight = WEIGHTS[claim.level]
        costs[row] = weight * NOBODY_S
        for column, drone in enumerate(drones):
            costs[row, column] = weight * cost_s(each.get(drone))
    rows, columns = linear_sum_assignment(costs)
    return {
        claims[row].incident: offers[row][drones[column]]
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        if column < len(drones) and drones[column] in offers[row]
    }


def cost_s(offer: Alternative | None) -> float:
    """Seconds that count against an incident that gets this offer, or nobody."""
    if offer is None or offer.eta_s is None:
        return NOBODY_S
    return min(offer.eta_s + (0.0 if offer.in_window else LATE_S), NOBODY_S - 1.0)
