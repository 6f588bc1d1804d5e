"""A panorama: what its pictures show of all directions, whatever the camera."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.capture.panorama import directions, panorama
from planner.capture.view import CaptureImpossible, Optics, Shot, in_view
from planner.footprint import Lens, Sight, footprint
from planner.frame import to_metres

WIDE = Optics(Lens(69.6, 42.7), 1280)


@settings(max_examples=40)
@given(
    across_deg=st.floats(30, 110),
    up_deg=st.floats(20, 65),
    overlap=st.floats(0.2, 0.7),
    top_deg=st.floats(-20, 25),
)
def test_a_panorama_leaves_nothing_out(
    across_deg: float, up_deg: float, overlap: float, top_deg: float
) -> None:
    if across_deg < up_deg:
        across_deg, up_deg = up_deg, across_deg
    found = panorama(Optics(Lens(across_deg, up_deg), 1000), overlap, top_deg)
    assert found.seen_share == 1.0
    assert found.twice_share > overlap


def test_more_overlap_takes_more_pictures_and_shows_more_twice() -> None:
    little, much = panorama(WIDE, 0.2, 0.0), panorama(WIDE, 0.6, 0.0)
    assert len(little.shots) < len(much.shots)
    assert little.twice_share < much.twice_share


def test_it_goes_round_in_rings_from_above_and_ends_straight_down() -> None:
    shots = panorama(WIDE, 0.3, 10.0).shots
    pitches = [shot.pitch_deg for shot in shots]
    assert pitches == sorted(pitches, reverse=True)
    assert pitches[-1] == -90
    assert pitches.count(-90) == 1
    headings = [shot.heading_deg for shot in shots if shot.pitch_deg == pitches[0]]
    assert np.ptp(np.diff(headings)) < 1e-9


@pytest.mark.parametrize(
    ("overlap", "top_deg", "words"),
    [(0.05, 0, "overlap by 0.1 to 0.8, not 0.05"), (0.3, 80, "to 56 degrees above the horizon")],
)
def test_what_cannot_be_taken_is_refused(overlap: float, top_deg: float, words: str) -> None:
    with pytest.raises(CaptureImpossible, match=words):
        panorama(WIDE, overlap, top_deg)


@pytest.mark.parametrize("heading_deg", [0.0, 77.0, 200.0])
@pytest.mark.parametrize("pitch_deg", [-90.0, -60.0, -35.0])
def test_in_the_picture_is_what_the_footprint_outlines(
    heading_deg: float, pitch_deg: float
) -> None:
    """Two ways to reckon the same: this one by projection, that one by rays."""
    lon, lat, up_m = 114.0, 22.7, 80.0  # on the central meridian grid north is true north
    base = to_metres(np.array([(lon, lat)]))[0]
    sight = Sight(lon, lat, up_m, heading_deg, pitch_deg, 0.0, WIDE.lens)
    outline = to_metres(np.array(footprint(sight, 0.0).outline)) - base
    middle = outline.mean(axis=0)
    shot = Shot((0.0, 0.0, up_m), heading_deg, pitch_deg)
    for share, inside in ((0.98, True), (1.02, False)):
        places = middle + (outline - middle) * share
        seen = in_view([shot], WIDE.lens, np.column_stack((places, np.zeros(len(places)))))
        assert seen.all() if inside else not seen.any()


def test_the_directions_are_evenly_spread() -> None:
    found = directions(0.0)
    assert np.linalg.norm(found, axis=1) == pytest.approx(1.0)
    below_30 = np.mean(found[:, 2] < -math.sin(math.radians(30)))
    assert below_30 == pytest.approx(0.5, abs=0.01)
