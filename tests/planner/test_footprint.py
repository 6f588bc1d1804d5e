"""What a camera sees of the ground, against what geometry says it must."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pyproj import Geod
from shapely import Point, Polygon

from planner.footprint import Footprint, Lens, Sight, footprint, towards

GEOD = Geod(ellps="WGS84")
LON, LAT, GROUND_M = 114.24, 22.72, 45.0
WIDE = Lens(70.0, 43.0)

headings = st.floats(0, 359.99)
heights = st.floats(5, 500)
lenses = st.builds(Lens, st.floats(2, 100), st.floats(2, 80))


def sight(
    pitch_deg: float = -90.0,
    heading_deg: float = 0.0,
    height_m: float = 100.0,
    roll_deg: float = 0.0,
    lens: Lens = WIDE,
) -> Sight:
    return Sight(LON, LAT, GROUND_M + height_m, heading_deg, pitch_deg, roll_deg, lens)


def metres(at: tuple[float, float]) -> tuple[float, float]:
    """East and north of the point below the camera."""
    azimuth, _, away_m = GEOD.inv(LON, LAT, *at)
    turned = math.radians(azimuth)
    return away_m * math.sin(turned), away_m * math.cos(turned)


def seen(print_: Footprint) -> list[tuple[float, float]]:
    return [metres(corner) for corner in print_.corners if corner is not None]


def test_straight_down_it_is_a_rectangle_around_the_point_below() -> None:
    found = footprint(sight(), GROUND_M)
    half_across = 100 * math.tan(math.radians(35))
    half_up = 100 * math.tan(math.radians(21.5))
    assert found.centre is not None
    assert metres(found.centre) == pytest.approx((0, 0), abs=0.01)
    for corner, expected in zip(
        seen(found),
        [(-half_across, half_up), (half_across, half_up), (half_across, -half_up)],
        strict=False,
    ):
        assert corner == pytest.approx(expected, abs=0.01)
    assert found.slant_m == pytest.approx(100)


def test_what_is_up_in_the_picture_lies_ahead() -> None:
    found = footprint(sight(heading_deg=90.0), GROUND_M)
    upper_left, upper_right, _, _ = seen(found)
    assert upper_left[0] > 0  # east is ahead
    assert upper_left[1] > 0 > upper_right[1]  # north is on the left


@given(st.floats(-89, -1), headings, heights)
def test_the_centre_lies_where_heading_and_pitch_point(
    pitch_deg: float, heading_deg: float, height_m: float
) -> None:
    away_m = height_m / math.tan(math.radians(-pitch_deg))
    assume(away_m < 3000)
    found = footprint(sight(pitch_deg, heading_deg, height_m), GROUND_M)
    assert found.centre is not None
    azimuth, _, distance_m = GEOD.inv(LON, LAT, *found.centre)
    assert distance_m == pytest.approx(away_m, rel=1e-6, abs=0.01)
    if distance_m > 1:
        assert math.cos(math.radians(azimuth - heading_deg)) == pytest.approx(1, abs=1e-6)
    assert found.slant_m == pytest.approx(height_m / math.sin(math.radians(-pitch_deg)))


@given(st.floats(-90, -20), headings, heights, lenses, st.floats(-30, 30))
def test_who_looks_from_the_camera_to_a_corner_looks_at_the_edge_of_the_lens(
    pitch_deg: float, heading_deg: float, height_m: float, lens: Lens, roll_deg: float
) -> None:
    at = sight(pitch_deg, heading_deg, height_m, roll_deg, lens)
    found = footprint(at, GROUND_M)
    assume(found.is_whole)
    across = math.tan(math.radians(lens.across_deg) / 2)
    up = math.tan(math.radians(lens.up_deg) / 2)
    off_axis = math.atan(math.hypot(across, up))
    axis = _direction(heading_deg, pitch_deg)
    for east, north in seen(found):
        away = (east, north, -height_m)
        cosine = sum(a * b for a, b in zip(axis, away, strict=True)) / math.hypot(*away)
        assert math.acos(min(1.0, cosine)) == pytest.approx(off_axis, abs=1e-4)


@given(st.floats(-90, 40), headings, heights, lenses, st.floats(-180, 180))
def test_the_outline_is_convex_holds_the_centre_and_ends_within_reach(
    pitch_deg: float, heading_deg: float, height_m: float, lens: Lens, roll_deg: float
) -> None:
    found = footprint(sight(pitch_deg, heading_deg, height_m, roll_deg, lens), GROUND_M, 5000.0)
    if not found.outline:
        assert not found.is_whole
        return
    ring = [metres(at) for at in found.outline]
    assert all(math.hypot(*at) <= 5000 * math.sqrt(2) + 1 for at in ring)
    if len(ring) < 3:
        return
    shape = Polygon(ring)
    assume(shape.area > 1)
    assert shape.convex_hull.area == pytest.approx(shape.area, rel=1e-3)
    if found.centre is not None:
        assert shape.distance(Point(metres(found.centre))) < 0.01 * max(height_m, 100)
    for corner in seen(found):
        assert shape.distance(Point(corner)) < 0.05


@given(headings, heights, lenses, st.floats(-180, 180))
def test_a_camera_that_looks_up_sees_no_ground(
    heading_deg: float, height_m: float, lens: Lens, roll_deg: float
) -> None:
    half = math.hypot(lens.across_deg, lens.up_deg) / 2
    assume(half < 85)
    found = footprint(sight(half + 1, heading_deg, height_m, roll_deg, lens), GROUND_M)
    assert (found.corners, found.centre, found.outline) == ((None,) * 4, None, ())


def test_a_picture_with_the_horizon_in_it_has_its_lower_corners_and_an_outline_cut_off_ahead() -> (
    None
):
    found = footprint(sight(-10.0), GROUND_M, 2000.0)
    assert [corner is None for corner in found.corners] == [True, True, False, False]
    assert not found.is_whole
    farthest_m = max(metres(at)[1] for at in found.outline)
    assert farthest_m == pytest.approx(2000, rel=1e-3)
    assert max(abs(metres(at)[0]) for at in found.outline) <= 2001


def test_a_drone_on_the_ground_sees_nothing_that_could_be_told() -> None:
    assert footprint(sight(height_m=0.2), GROUND_M).outline == ()
    assert footprint(sight(height_m=-10.0), GROUND_M).outline == ()


@given(heights, st.floats(1, 20))
def test_zooming_in_by_a_factor_shrinks_what_is_straight_below_by_it(
    height_m: float, zoom: float
) -> None:
    wide = footprint(sight(height_m=height_m), GROUND_M)
    near = footprint(sight(height_m=height_m, lens=WIDE.zoomed(zoom)), GROUND_M)
    for one, other in zip(seen(wide), seen(near), strict=True):
        assert other == pytest.approx((one[0] / zoom, one[1] / zoom), rel=1e-4, abs=0.01)


def test_the_field_of_view_is_that_of_the_sensor_behind_the_lens() -> None:
    # a full frame behind 24 mm: 73.7 by 53.1 degrees, as every table of lenses has it
    lens = Lens.of_sensor((36.0, 24.0), 24.0)
    assert (lens.across_deg, lens.up_deg) == pytest.approx((73.74, 53.13), abs=0.01)
    assert Lens.of_sensor((36.0, 24.0), 24.0, 2.0).across_deg == pytest.approx(
        lens.zoomed(2.0).across_deg
    )


@given(st.floats(-89, -1), headings, heights)
def test_looking_towards_the_centre_is_looking_where_the_camera_looks(
    pitch_deg: float, heading_deg: float, height_m: float
) -> None:
    at = sight(pitch_deg, heading_deg, height_m)
    centre = footprint(at, GROUND_M).centre
    assume(centre is not None)
    assert centre is not None
    heading, pitch = towards((LON, LAT, at.alt_amsl_m), (*centre, GROUND_M))
    assert pitch == pytest.approx(pitch_deg, abs=0.01)
    if pitch_deg > -88:
        assert math.cos(math.radians(heading - heading_deg)) == pytest.approx(1, abs=1e-5)


def _direction(heading_deg: float, pitch_deg: float) -> tuple[float, float, float]:
    heading, pitch = math.radians(heading_deg), math.radians(pitch_deg)
    flat = math.cos(pitch)
    return flat * math.sin(heading), flat * math.cos(heading), math.sin(pitch)
