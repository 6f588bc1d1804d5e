"""The least energy that any routes could need which serve the same visits.

The assignment relaxation: every served visit is left once and reached once, every flight leaves and
reaches a pad. Forgetting that the ways must join to flights of limited energy leaves an assignment
problem, which is solved exactly; so no routes need less.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Floats = NDArray[np.float64]

_NEVER_WH = 1e6


def least_energy(
    wh: Floats, pads: int, look_visits: Sequence[int], served: Collection[int]
) -> float:
    """``wh`` between stops, the first ``pads`` of which are pads, the rest looks, of which those of
    the ``served`` visits count: of each visit the cheapest way in and the cheapest way out."""
    visits = sorted(served)
    if not visits:
        return 0.0
    rows = [
        [pads + look for look, visit in enumerate(look_visits) if visit == wanted]
        for wanted in visits
    ]
    finite = np.where(np.isfinite(wh), wh, _NEVER_WH)
    n = len(visits)
    from_pad = np.array([finite[:pads, row].min() for row in rows])
    to_pad = np.array([finite[row, :pads].min() for row in rows])
    between = np.full((n, n), _NEVER_WH)
    for i, row in enumerate(rows):
        for j, column in enumerate(rows):
            if i != j:
                between[i, j] = finite[np.ix_(row, column)].min()
    costs = np.zeros((2 * n, 2 * n))  # of n possible flights, those not made cost nothing
    costs[:n, :n], costs[:n, n:], costs[n:, :n] = between, to_pad[:, None], from_pad[None, :]
    out, into = linear_sum_assignment(costs)
    return float(costs[out, into].sum())
