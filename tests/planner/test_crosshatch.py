"""Passes for a 3D model: every place from every side, pictures where they belong."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon
from shapely.affinity import rotate

from planner.capture.crosshatch import Overlap, completeness, crosshatch
from planner.capture.view import CaptureImpossible, Optics
from planner.footprint import Lens

OPTICS = Optics(Lens(69.6, 42.7), 1280)
BOTH = (-90.0, -55.0)
BLOCK = shapely.box(0, 0, 80, 50)


@settings(max_examples=15)
@given(
    points=st.lists(
        st.tuples(st.floats(0, 150), st.floats(0, 150)), min_size=3, max_size=7, unique=True
    ),
    above_m=st.floats(30, 100),
    pitch_deg=st.floats(-75, -45),
)
def test_every_place_is_seen_from_every_side(
    points: list[tuple[float, float]], above_m: float, pitch_deg: float
) -> None:
    area = shapely.convex_hull(shapely.MultiPoint(points))
    if area.area < 100 or area.minimum_clearance < 5:
        return
    passes = crosshatch(area, OPTICS, above_m, (-90.0, pitch_deg), Overlap())
    complete = completeness(area, passes, OPTICS, above_m, [0.0])
    assert complete.seen_share == 1.0
    assert complete.modelled_share > 0.99
    assert complete.least_views >= 8


def test_less_overlap_is_told_as_less_complete() -> None:
    for overlap, least in ((Overlap(0.8, 0.7), 0.999), (Overlap(0.5, 0.5), 0.0)):
        passes = crosshatch(BLOCK, OPTICS, 30.0, BOTH, overlap)
        found = completeness(BLOCK, passes, OPTICS, 30.0, [0.0])
        assert found.modelled_share >= least
    assert found.modelled_share < 0.999


def test_the_top_of_what_stands_there_counts_too() -> None:
    passes = crosshatch(BLOCK, OPTICS, 60.0, BOTH, Overlap())
    level = completeness(BLOCK, passes, OPTICS, 60.0, [0.0])
    with_towers = completeness(BLOCK, passes, OPTICS, 60.0, [0.0, 50.0])
    assert with_towers.modelled_share < level.modelled_share


def test_oblique_pictures_are_taken_from_four_sides_and_those_straight_down_one_way() -> None:
    passes = crosshatch(BLOCK, OPTICS, 40.0, BOTH, Overlap())
    headings: dict[float, set[int]] = {pitch: set() for pitch in BOTH}
    for each in passes:
        headings[each.pitch_deg].add(round(each.heading_deg))
    assert headings[-90.0] == {90, 270}
    assert headings[-55.0] == {0, 90, 180, 270}


def test_a_pass_faces_where_it_leads_and_looks_at_the_area() -> None:
    area = rotate(BLOCK, 33.0)
    for each in crosshatch(area, OPTICS, 40.0, BOTH, Overlap()):
        east, north = np.subtract(each.end_m, each.start_m)
        leads_deg = math.degrees(math.atan2(east, north))
        assert math.remainder(leads_deg - each.heading_deg, 360) == pytest.approx(0, abs=1e-6)
        ahead_m = 40.0 / math.tan(math.radians(-each.pitch_deg))
        shots = each.shots(40.0)
        assert len(shots) == each.photos
        for shot in shots:
            heading = math.radians(shot.heading_deg)
            middle = shapely.Point(
                shot.at_m[0] + ahead_m * math.sin(heading),
                shot.at_m[1] + ahead_m * math.cos(heading),
            )
            assert area.distance(middle) < 15.0  # a step beyond it, beside it at the corners


@pytest.mark.parametrize(
    ("area", "pitches", "overlap", "words"),
    [
        (Polygon([(0, 0), (10, 0), (20, 0)]), BOTH, Overlap(), "enclose no ground"),
        (Polygon([(0, 0), (10, 10), (10, 0), (0, 10)]), BOTH, Overlap(), "no ground"),
        (BLOCK, (-10.0,), Overlap(), "from -90 to -26 degrees"),
        (BLOCK, BOTH, Overlap(side=0.2), "0.5 to 0.95 between passes, not 0.2"),
        (BLOCK, BOTH, Overlap(front=0.99), "along a pass, not 0.99"),
        (shapely.box(0, 0, 3000, 3000), BOTH, Overlap(), "more than 3000 pictures"),
    ],
)
def test_what_cannot_be_modelled_is_refused(
    area: Polygon, pitches: tuple[float, ...], overlap: Overlap, words: str
) -> None:
    with pytest.raises(CaptureImpossible, match=words):
        crosshatch(area, OPTICS, 30.0, pitches, overlap)


def test_a_camera_below_the_roofs_is_refused() -> None:
    with pytest.raises(CaptureImpossible, match="-5 m above the highest"):
        crosshatch(BLOCK, OPTICS, -5.0, BOTH, Overlap())
