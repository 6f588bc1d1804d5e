"""Areas swept to and fro: nothing left out, little flown for nothing, nothing flown through."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
import shapely
import shapely.affinity
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from planner.frame import Points
from planner.patrol.sweep import Swath, SweepImpossible, strips, sweep

SWATH = Swath(across_m=40.0, along_m=30.0)
NARROWEST, LINKS = 3, 2.5  # from so many swaths on at most 1 + 2.5 / width times the bound


def length_m(runs: Sequence[Points]) -> float:
    return float(np.hypot(*np.diff(np.vstack(runs), axis=0).T).sum())


@st.composite
def stars(draw: st.DrawFn) -> shapely.Polygon:
    """Polygons of any shape about a middle, with holes."""
    corners = draw(st.integers(4, 14))
    turns = sorted(
        draw(st.lists(st.floats(0, 6.28), min_size=corners, max_size=corners, unique=True))
    )
    far = draw(st.lists(st.floats(150, 900), min_size=corners, max_size=corners))
    ring = [(r * math.cos(t), r * math.sin(t)) for r, t in zip(far, turns, strict=True)]
    area = shapely.Polygon(ring).buffer(0)
    for _ in range(draw(st.integers(0, 3))):
        x, y, r = draw(st.tuples(st.floats(-400, 400), st.floats(-400, 400), st.floats(20, 150)))
        area = area.difference(shapely.Point(x, y).buffer(r))
    assume(area.area > 1e4)
    return area


@given(stars())
@settings(max_examples=60)
def test_all_of_an_area_is_seen_at_the_asked_overlap(area: BaseGeometry) -> None:
    seen = strips(sweep(area, SWATH, length_m), SWATH)
    assert area.intersection(seen).area >= 0.995 * area.area


@given(st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)), min_size=4, max_size=25))
@settings(max_examples=60)
def test_the_path_over_a_convex_area_is_near_the_least_possible(
    corners: list[tuple[float, float]],
) -> None:
    area = shapely.convex_hull(shapely.MultiPoint(corners))
    wide = _width_m(area) / SWATH.across_m
    assume(wide >= NARROWEST)
    least_m = area.area / SWATH.across_m
    assert length_m(sweep(area, SWATH, length_m)) <= (1 + LINKS / wide) * least_m


def test_the_path_over_wide_convex_areas_is_within_a_tenth_of_the_least_possible() -> None:
    draw = np.random.default_rng(1)
    for _ in range(12):
        hull = shapely.convex_hull(shapely.MultiPoint(draw.uniform(-1e3, 1e3, (12, 2))))
        wider = 25 * SWATH.across_m / _width_m(hull)
        area = shapely.affinity.scale(hull, wider, wider, origin=(0, 0))
        assert length_m(sweep(area, SWATH, length_m)) <= 1.10 * area.area / SWATH.across_m


@given(stars(), st.floats(-300, 300), st.floats(-300, 300))
@settings(max_examples=30)
def test_all_is_seen_beside_what_may_not_be_flown_over_and_no_run_leads_through_it(
    area: BaseGeometry, x: float, y: float
) -> None:
    closed = shapely.box(x - 120, y - 60, x + 120, y + 60)
    clear = area.difference(closed)
    assume(clear.area > 1e4)
    runs = sweep(clear, SWATH, length_m, closed)
    assert clear.intersection(strips(runs, SWATH)).area >= 0.995 * clear.area
    for run in runs:
        assert not shapely.LineString(run).intersects(closed.buffer(-2e-3))


def test_the_direction_is_chosen_by_the_time_that_turns_cost() -> None:
    slab = shapely.box(0, 0, 2000, 200)
    [run] = sweep(slab, SWATH, length_m)
    headings = np.abs(np.diff(run, axis=0))
    assert headings[:, 0].max() > 1900  # along, not across


def test_an_area_of_nothing_is_refused() -> None:
    with pytest.raises(SweepImpossible, match="nothing to sweep"):
        sweep(shapely.Polygon([(0, 0), (10, 0), (20, 0)]), SWATH, length_m)


def _width_m(area: BaseGeometry) -> float:
    """The least: across one of the edges."""
    ring = shapely.get_coordinates(area)
    edges = np.diff(ring, axis=0)
    if area.area < 1.0:
        return 0.0
    across = np.column_stack((-edges[:, 1], edges[:, 0])) / np.hypot(*edges.T)[:, None]
    return float(np.ptp(ring @ across.T, axis=0).min())
