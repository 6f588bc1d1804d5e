"""What a drone's sensor sees of the marker on a pad."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitl.marker import SEEN_ASIDE, Pose, from_body, sighting, to_body

PAD = (114.24, 22.72)
LEAN = st.floats(-0.5, 0.5)
WAY = st.floats(-20.0, 20.0)


def pose(height_m: float, north_m: float = 0.0, **leans: float) -> Pose:
    angles = {"roll_rad": 0.0, "pitch_rad": 0.0, "yaw_rad": 0.0} | leans
    return Pose((PAD[0], PAD[1] + north_m / 111_319.49), height_m, **angles)


@given(st.tuples(WAY, WAY, WAY), LEAN, LEAN, st.floats(-4.0, 4.0))
def test_a_direction_comes_back_from_the_body_as_it_went_in(
    ned: tuple[float, float, float], roll: float, pitch: float, yaw: float
) -> None:
    assert from_body(to_body(ned, roll, pitch, yaw), roll, pitch, yaw) == pytest.approx(ned)


def test_a_marker_behind_a_drone_that_points_north_is_behind_it() -> None:
    seen = sighting([PAD], pose(10.0, north_m=2.0), 0)
    assert seen is not None
    assert (seen.x, seen.y, seen.z) == pytest.approx((-2.0, 0.0, 10.0), abs=1e-3)
    assert seen.distance == pytest.approx(math.hypot(2, 10), abs=1e-3)


def test_a_marker_below_a_drone_with_its_nose_up_is_seen_ahead() -> None:
    seen = sighting([PAD], pose(10.0, pitch_rad=0.2), 0)
    assert seen is not None
    assert seen.x == pytest.approx(-10.0 * math.sin(0.2), abs=1e-3)


def test_a_marker_is_not_seen_from_far_up_nor_from_the_side_nor_where_there_is_none() -> None:
    assert sighting([PAD], pose(15.1), 0) is None
    assert sighting([PAD], pose(10.0, north_m=10.0 * SEEN_ASIDE + 0.1), 0) is None
    assert sighting([], pose(10.0), 0) is None


def test_of_two_markers_the_nearer_is_told() -> None:
    other = (PAD[0], PAD[1] + 4.0 / 111_319.49)
    seen = sighting([other, PAD], pose(10.0, north_m=1.0), 0)
    assert seen is not None
    assert seen.x == pytest.approx(-1.0, abs=1e-3)
