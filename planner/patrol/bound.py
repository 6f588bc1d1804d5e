"""The least energy that any routes could need which serve the same visits.

Take the last way of every flight, the one back to a pad, out of any routes: what is left is a tree
that joins all visits to the pads. So the routes need at least what the least such tree needs, and
as many of the cheapest ways back as there must be flights. Prices on visits, which change the sum
of no routes as every visit is reached once and left once, lift that bound towards the truth (Held
and Karp, The traveling-salesman problem and minimum spanning trees: part II, 1971).

Ways there and back differ by wind and height. What of that is a difference of potentials cancels on
a way that ends where it began, and is taken out first; of the rest the cheaper direction counts.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import minimum_spanning_tree

Floats = NDArray[np.float64]

_NEVER_WH = 1e5
ROUNDS = 200
PATIENCE = 15  # rounds without a better bound until the steps are halved


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the routes that the bound is for."""

    wh: float  # of the best found: how far there is to go
    usable_wh: float  # of one flight, at the most
    round_trips: bool  # every flight lands where it started


def least_energy(
    wh: Floats, pads: int, look_visits: Sequence[int], served: Collection[int], known: Known
) -> float:
    """``wh`` between stops, the first ``pads`` of which are pads, the rest looks, of which those of
    the ``served`` visits count."""
    if not served:
        return 0.0
    between, out, back = _symmetric(_by_visit(wh, pads, look_visits, sorted(served)), pads, known)
    prices = np.zeros(len(between))
    best_wh, step, since = 0.0, 1.0, 0
    for _ in range(ROUNDS):
        bound_wh, degrees = _tree(between, out, back, prices, best_wh / known.usable_wh)
        since += 1
        if bound_wh > best_wh:
            best_wh, since = bound_wh, 0
        if since >= PATIENCE:
            step, since = step / 2.0, 0
        off = degrees - 2.0
        if not off.any():
            break
        ahead_wh = max(known.wh - bound_wh, 1e-3 * known.wh)
        prices += step * ahead_wh / float(off @ off) * off
    return best_wh


def _by_visit(wh: Floats, pads: int, look_visits: Sequence[int], visits: Sequence[int]) -> Floats:
    """Between pads and visits: of a visit the cheapest of its looks counts on either side."""
    finite = np.where(np.isfinite(wh), wh, _NEVER_WH)
    columns = [np.array([pad]) for pad in range(pads)]
    number_of = np.asarray(look_visits)
    columns += [pads + np.flatnonzero(number_of == visit) for visit in visits]
    into = np.column_stack([finite[:, column].min(axis=1) for column in columns])
    return np.vstack([into[row].min(axis=0) for row in columns])


def _symmetric(wh: Floats, pads: int, known: Known) -> tuple[Floats, Floats, Floats]:
    """Energies between visits either way, from the pads, and back to them."""
    half = (wh - wh.T) / 2.0
    potential = half[pads:, pads:].mean(axis=0)
    at_pads = (potential - half[:pads, pads:]).mean(axis=1)
    if not known.round_trips:
        at_pads[:] = at_pads.mean()
    potential = np.concatenate((at_pads, potential))
    level = wh + potential[:, None] - potential[None, :]
    between = level[pads:, pads:]
    return (
        np.minimum(between, between.T),
        level[:pads, pads:].min(axis=0),
        level[pads:, :pads].min(axis=1),
    )


def _tree(
    between: Floats, out: Floats, back: Floats, prices: Floats, flights: float
) -> tuple[float, Floats]:
    """The bound with these prices, and how often each visit is reached or left in it. There are at
    least so many ``flights``."""
    n = len(prices)
    costs = np.full((n + 1, n + 1), 0.0)
    costs[1:, 1:] = between + prices[:, None] + prices[None, :]
    costs[0, 1:] = out + prices
    lift = 1.0 - min(0.0, float(costs.min()))  # a tree has n ways, whatever they cost
    tree = minimum_spanning_tree(np.triu(costs + lift, 1)).tocoo()
    degrees = np.bincount(np.concatenate((tree.row, tree.col)), minlength=n + 1)[1:]
    ways_back = back + prices
    order = np.argsort(ways_back, kind="stable")
    count = max(1, math.ceil(flights - 1e-9), int((ways_back < 0).sum()))
    chosen = order[:count]
    found: Floats = degrees.astype(np.float64)
    found[chosen] += 1.0
    total = float(tree.data.sum()) - n * lift + float(ways_back[chosen].sum())
    return total - 2.0 * float(prices.sum()), found
