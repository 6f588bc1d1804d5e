"""Heights over uneven ground: clear of it everywhere, under the ceiling wherever that can be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.frame import Points
from planner.patrol.profile import Corridor, Profile, Ways, profile, rises
from planner.terrain import Terrain

CELL_M = 250.0
CORRIDOR = Corridor(least_m=80.0, most_m=120.0)
SLACK_M = 3.0  # between samples a corner of the ground's grid may stand out
ROWS, COLUMNS = 12, 16


def terrain(heights: list[list[int]]) -> Terrain:
    return Terrain(0.0, 0.0, CELL_M, tuple(tuple(row) for row in heights))


def slopes(steepest_m: int) -> st.SearchStrategy[Terrain]:
    """Ground that rises or falls by so much from cell to cell at the most, on either axis."""
    steps = st.integers(-steepest_m // 2, steepest_m // 2)
    rises = st.tuples(
        st.lists(steps, min_size=ROWS, max_size=ROWS),
        st.lists(steps, min_size=COLUMNS, max_size=COLUMNS),
    )
    return rises.map(
        lambda r: terrain((500 + np.cumsum(r[0])[:, None] + np.cumsum(r[1])[None, :]).tolist())
    )


PLACES = st.tuples(st.floats(100, COLUMNS * CELL_M - 100), st.floats(100, ROWS * CELL_M - 100))
WAYS = st.lists(PLACES, min_size=2, max_size=4).map(lambda at: np.array(at, dtype=np.float64))


def above_ground_m(ground: Terrain, way: Profile) -> Points:
    """Every few metres."""
    found = []
    for a, b, alt, to_alt in zip(
        way.points_m, way.points_m[1:], way.alts_amsl_m, way.alts_amsl_m[1:], strict=False
    ):
        share = np.linspace(0, 1, 200)
        at_m = a + (b - a) * share[:, None]
        found.append(alt + (to_alt - alt) * share - ground.ground_amsl_m(at_m))
    return np.concatenate(found)


@given(slopes(30), WAYS, st.floats(400, 900))
def test_over_gentle_slopes_the_ground_is_cleared_and_the_ceiling_kept(
    ground: Terrain, way_m: Points, wanted_m: float
) -> None:
    above_m = above_ground_m(ground, profile(ground, CORRIDOR, way_m, wanted_m))
    assert above_m.min() >= CORRIDOR.least_m - SLACK_M
    assert above_m.max() <= CORRIDOR.most_m + SLACK_M


@given(slopes(400), WAYS)
def test_over_the_steepest_slopes_the_ground_is_cleared_all_the_same(
    ground: Terrain, way_m: Points
) -> None:
    above_m = above_ground_m(ground, profile(ground, CORRIDOR, way_m, 600.0))
    assert above_m.min() >= CORRIDOR.least_m - 12 * SLACK_M


@given(slopes(100), WAYS)
def test_many_ways_at_once_are_told_no_less_climb_than_one_alone_has(
    ground: Terrain, way_m: Points
) -> None:
    begins = np.arange(len(way_m) - 1) == 0
    found = rises(ground, CORRIDOR, Ways(way_m[:-1], way_m[1:], begins), np.array([600.0]))
    alone = profile(ground, CORRIDOR, way_m, 600.0)
    assert found.first_amsl_m[0] == pytest.approx(alone.alts_amsl_m[0])
    assert found.last_amsl_m[0] == pytest.approx(alone.alts_amsl_m[-1])
    assert found.up_m[0] >= alone.up_m - 1e-6
    assert found.down_m[0] >= alone.down_m - 1e-6


def test_over_even_ground_a_way_is_level_at_the_height_wanted_and_has_no_points_but_its_own() -> (
    None
):
    flat = terrain([[50] * COLUMNS] * ROWS)
    way_m = np.array([[100.0, 100.0], [2000.0, 100.0], [2000.0, 1500.0]])
    found = profile(flat, CORRIDOR, way_m, 150.0)
    assert found.points_m.tolist() == way_m.tolist()
    assert found.alts_amsl_m == (150.0,) * 3
    assert found.legs == (0, 1)


def test_a_ridge_is_flown_over_with_few_points() -> None:
    ridge = terrain([[50, 50, 50, 80, 140, 140, 80, 50, 50, 50, 50, 50, 50, 50, 50, 50]] * ROWS)
    found = profile(ridge, CORRIDOR, np.array([[100.0, 900.0], [3900.0, 900.0]]), 150.0)
    assert max(found.alts_amsl_m) >= 140 + CORRIDOR.least_m
    assert len(found.points_m) <= 14  # of 47 samples


def test_a_way_back_is_the_way_there_from_its_end() -> None:
    ridge = terrain([[50, 50, 50, 80, 140, 140, 80, 50, 50, 50, 50, 50, 50, 50, 50, 50]] * ROWS)
    way_m = np.array([[100.0, 900.0], [2000.0, 900.0], [3900.0, 1200.0]])
    there = profile(ridge, CORRIDOR, way_m, 150.0)
    back = there.reversed()
    assert back.up_m == pytest.approx(there.down_m)
    assert back.legs == tuple(1 - leg for leg in there.legs[::-1])
    assert back.reversed().alts_amsl_m == there.alts_amsl_m
