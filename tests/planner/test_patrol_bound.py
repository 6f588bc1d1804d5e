"""The bound of patrols: below every routes there are, and near the best."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.patrol.bound import Known, least_energy


def best_wh(wh: np.ndarray, pads: int, visits: int, usable_wh: float) -> float:
    """By trying: every way to part the visits in flights, every order, every pad."""
    flights: dict[frozenset[int], float] = {}
    for count in range(1, visits + 1):
        for order in itertools.permutations(range(pads, pads + visits), count):
            for pad in range(pads):
                stops = (pad, *order, pad)
                cost = sum(float(wh[a, b]) for a, b in itertools.pairwise(stops))
                key = frozenset(order)
                if cost <= usable_wh and cost < flights.get(key, np.inf):
                    flights[key] = cost
    best = {frozenset[int](): 0.0}
    for done in sorted(map(frozenset, _subsets(range(pads, pads + visits))), key=len):
        for flown, cost in flights.items():
            if flown <= done and done - flown in best:
                total = best[done - flown] + cost
                best[done] = min(best.get(done, np.inf), total)
    return best.get(frozenset(range(pads, pads + visits)), np.inf)


def _subsets(of: range) -> itertools.chain[tuple[int, ...]]:
    return itertools.chain.from_iterable(
        itertools.combinations(of, count) for count in range(len(of) + 1)
    )


@given(st.integers(0, 10_000), st.integers(1, 3), st.integers(1, 5), st.floats(0, 8))
@settings(max_examples=60)
def test_no_routes_need_less_than_the_bound(
    seed: int, pads: int, visits: int, wind_ms: float
) -> None:
    draw = np.random.default_rng(seed)
    at = draw.uniform(0, 1000, (pads + visits, 2))
    ways = at[None, :] - at[:, None]
    wh = np.hypot(ways[..., 0], ways[..., 1]) * 0.01 - 0.0005 * wind_ms * ways[..., 0]
    wh[pads:] += draw.uniform(0, 3, visits)[:, None]  # the looks, as they are left
    least = best_wh(wh, pads, visits, 25.0)
    if not np.isfinite(least):
        return
    known = Known(wh=least, usable_wh=25.0, round_trips=True)
    found = least_energy(wh, pads, range(visits), range(visits), known)
    assert 0.0 < found <= least + 1e-9


def test_the_bound_is_met_where_there_is_one_visit() -> None:
    wh = np.array([[0.0, 2.0], [3.0, 0.0]])
    known = Known(wh=5.0, usable_wh=10.0, round_trips=True)
    assert least_energy(wh, 1, [0], {0}, known) == 5.0
    assert least_energy(wh, 1, [0], set(), known) == 0.0
