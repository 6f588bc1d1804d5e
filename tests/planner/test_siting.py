"""Siting: the best choice of sites, proven, against trying all of them out."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.siting import Problem, SitingImpossible, best_sites, objective, relaxed

CANDIDATES, PLACES = 9, 40
PART = [0, 0, 0, 1, 1, 1, 2, 2, 2]


def world(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    covers = rng.random((CANDIDATES, PLACES)) < 0.25
    area_m2 = rng.uniform(0, 10, PLACES) * (rng.random(PLACES) < 0.9)
    return covers, area_m2


@given(seed=st.integers(0, 10**6), docks=st.integers(3, 5), one_out=st.booleans())
@settings(max_examples=40)
def test_no_choice_of_all_is_better(seed: int, docks: int, one_out: bool) -> None:
    covers, area_m2 = world(seed)
    found = best_sites(covers, area_m2, docks, PART, one_out)
    choices = [
        choice
        for choice in itertools.combinations(range(CANDIDATES), docks)
        if {PART[row] for row in choice} == {0, 1, 2}
    ]
    best = max(objective(covers[list(choice)], area_m2, one_out) for choice in choices)
    assert found.sites in choices
    assert found.share == pytest.approx(best, abs=1e-9)
    assert found.bound == pytest.approx(best, abs=1e-6)
    assert found.proven


@given(seed=st.integers(0, 10**6), docks=st.integers(3, 5), one_out=st.booleans())
@settings(max_examples=30)
def test_sites_in_parts_are_no_worse_than_whole_ones_and_lean_to_a_choice(
    seed: int, docks: int, one_out: bool
) -> None:
    covers, area_m2 = world(seed)
    relaxation = relaxed(Problem(covers, area_m2, docks, PART, one_out), within_s=60.0)
    assert relaxation is not None
    best = best_sites(covers, area_m2, docks, PART, one_out)
    assert best.share - 1e-6 <= relaxation.bound <= 1 + 1e-6
    assert relaxation.chosen.sum() == pytest.approx(docks)
    leant = relaxation.leaned_to(docks, PART)
    assert len(set(leant)) == docks
    assert {PART[row] for row in leant} == {0, 1, 2}


@given(seed=st.integers(0, 10**6), docks=st.integers(2, 9))
@settings(max_examples=30)
def test_with_one_out_counts_the_mean_over_each_dock_left_out(seed: int, docks: int) -> None:
    covers, area_m2 = world(seed)
    chosen = covers[:docks]
    each = [objective(np.delete(chosen, row, axis=0), area_m2) for row in range(docks)]
    assert objective(chosen, area_m2, one_out=True) == pytest.approx(np.mean(each))


@pytest.mark.parametrize("docks", [2, 10])
def test_too_few_docks_for_the_parts_or_more_than_candidates_are_refused(docks: int) -> None:
    with pytest.raises(SitingImpossible, match=r"at least 3.*at most 9"):
        best_sites(*world(1), docks, PART)


@pytest.mark.parametrize("one_out", [False, True])
def test_what_could_not_be_proven_in_time_is_as_good_as_exchanges_make_it(one_out: bool) -> None:
    """Of many candidates nothing is proven in a moment; the start is made better until no exchange
    of one site helps, and every part keeps one."""
    rng = np.random.default_rng(5)
    covers, area_m2 = rng.random((60, 400)) < 0.08, rng.uniform(0, 10, 400)
    part = [row % 3 for row in range(60)]
    start = [0, 1, 2, 3, 4, 5, 6, 7]
    found = best_sites(covers, area_m2, 8, part, one_out, within_s=0.05, start=start)
    assert not found.proven
    assert {part[row] for row in found.sites} == {0, 1, 2}
    assert objective(covers[start], area_m2, one_out) < found.share <= found.bound
    for out, into in itertools.product(found.sites, range(60)):
        other = sorted({*found.sites, into} - {out})
        if len(other) == 8 and {part[row] for row in other} == {0, 1, 2}:
            assert objective(covers[other], area_m2, one_out) <= found.share + 1e-5
