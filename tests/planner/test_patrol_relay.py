"""Hand-overs of a line: as good as any, every slot flown once, no drone twice."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from planner.patrol.relay import relay

Floats = NDArray[np.float64]


@st.composite
def lines(draw: st.DrawFn) -> Floats:
    """Of up to five drones and six slots; some segments are out of reach."""
    drones, slots = draw(st.integers(1, 5)), draw(st.integers(1, 6))
    away_s = np.full((drones, slots + 1, slots + 1), np.inf)
    for drone in range(drones):
        for begin, end in combinations(range(slots + 1), 2):
            if draw(st.integers(0, 4)):
                away_s[drone, begin, end] = draw(st.integers(1, 50))
    return away_s


def by_hand(away_s: Floats, most: int) -> float:
    """The least that the slowest drone can take, trying all."""
    drones, ends, _ = away_s.shape
    least = np.inf
    for count in range(1, min(most, drones, ends - 1) + 1):
        for who in combinations(range(drones), count):
            for cuts in combinations(range(1, ends - 1), count - 1):
                bounds = (0, *cuts, ends - 1)
                taken = (away_s[d, bounds[n], bounds[n + 1]] for n, d in enumerate(who))
                least = min(least, max(taken))
    return float(least)


@given(lines(), st.integers(1, 4))
def test_no_hand_overs_let_the_relay_fly_again_sooner(away_s: Floats, most: int) -> None:
    found = relay(away_s, most)
    if found is None:
        assert by_hand(away_s, most) == np.inf
        return
    assert len(found) <= most
    assert [each.begin for each in found] == [0, *(each.end for each in found[:-1])]
    assert found[-1].end == away_s.shape[2] - 1
    assert len({each.drone for each in found}) == len(found)
    assert max(away_s[each] for each in found) == by_hand(away_s, most)
