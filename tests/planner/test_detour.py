"""Told to go somewhere else: the way from where the drone is, and whether it can afford it."""

import math
import random

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from planner.airspace import build
from planner.checks import QuestionInvalid
from planner.detour import Detour, against_energy, detour
from planner.model import LonLat, Reason, Veto, Waypoint, Wind
from tests.planner.worlds import (
    CALM,
    box,
    candidate,
    degrees,
    flown_points,
    length_m,
    plain_length_m,
    random_free,
    random_rings,
    task,
    told,
    volume,
)

DOCK = degrees(0, 0)
WALL = volume("V1", box(400, -300, 100, 600))
FREE, WALLED = build((), {"D01": DOCK}), build((WALL,), {"D01": DOCK})
CRUISE_M = 160.0  # 100 m above the dock, which is higher than the ground


def at(x, y, alt_amsl_m=CRUISE_M):
    return Waypoint(*degrees(x, y), alt_amsl_m, 0.0)


def going(airspace, start, x, y, *, energy_wh=150.0, radius_m=0.0, wind=CALM):
    drone = candidate("D01", DOCK, wind=wind, energy_wh=energy_wh)
    return detour(airspace, drone, start, task(degrees(x, y), scene_s=60), radius_m)


def test_with_nothing_in_the_way_it_goes_straight_and_then_down_to_the_places_height():
    found = going(FREE, at(300, 0), 900, 0)
    assert [round(p.alt_amsl_m) for p in found.route.out] == [160, 110]
    assert found.route.out_m == pytest.approx(600, abs=0.1)
    assert found.eta_s == pytest.approx(600 / 15 + 15, abs=10)
    assert LonLat(*found.route.back[-1][:2]) == pytest.approx(DOCK, abs=1e-7)


def test_from_below_it_climbs_to_cruise_height_before_it_goes():
    found = going(FREE, at(300, 0, 110), 900, 0)
    assert found.route.out[0] == at(300, 0)
    assert found.eta_s > going(FREE, at(300, 0), 900, 0).eta_s


def test_it_goes_around_what_is_in_the_way():
    found = going(WALLED, at(300, 0), 600, 0)
    flown = flown_points(degrees(300, 0), found.route.out[:-1])
    wall = shapely.Polygon(box(400, -300, 100, 600)).buffer(-0.1)
    assert not shapely.LineString(flown).intersects(wall)
    assert found.route.out_m == pytest.approx(2 * math.hypot(100, 300) + 100, abs=0.5)


@given(st.integers(0, 10_000))
def test_the_way_is_as_short_as_any_and_touches_no_volume(seed):
    rng = random.Random(seed)
    rings = [told(ring) for ring in random_rings(rng)]
    start, end = random_free(rng, rings), random_free(rng, rings)
    volumes = [volume(f"V{number}", ring) for number, ring in enumerate(rings)]
    found = going(build(volumes, {"D01": degrees(-500, -500)}), at(*start), *end, energy_wh=1e4)
    assert isinstance(found, Detour)
    flown = flown_points(degrees(*start), found.route.out[:-1])
    solids = [shapely.Polygon(ring) for ring in rings]
    assert not shapely.LineString([*flown, flown[-1]]).intersects(
        shapely.union_all([solid.buffer(-0.05) for solid in solids])
    )
    plain_m = plain_length_m(solids, start, end)
    assert length_m(flown) == pytest.approx(plain_m, abs=0.05)


def test_a_place_inside_a_volume_is_refused_with_the_nearest_legal_one():
    found = going(WALLED, at(300, 0), 450, 0)
    assert isinstance(found, Reason)
    assert "inside V1 (volume V1); the nearest place that may be flown to is" in found.text


def test_a_drone_inside_a_volume_is_not_sent_across_it():
    found = going(WALLED, at(450, 0), 900, 0)
    assert isinstance(found, Reason)
    assert "the drone itself is inside V1" in found.text


def test_a_circle_that_would_touch_a_volume_is_refused_with_what_is_free():
    assert isinstance(going(WALLED, at(300, 0), 600, 0, radius_m=90), Detour)
    found = going(WALLED, at(300, 0), 600, 0, radius_m=100)
    assert isinstance(found, Reason)
    assert (found.value, found.limit) == (pytest.approx(95, abs=0.1), 100)


def test_what_would_cost_the_reserve_is_refused_with_the_figures():
    poor = candidate("D01", DOCK, wind=CALM, energy_wh=45)
    found = against_energy(poor, going(FREE, at(300, 0), 3000, 0))
    assert found is not None
    assert found.veto is Veto.BATTERY
    assert found.limit == pytest.approx(30)
    assert found.value < 30


def test_the_way_home_counts_from_the_farther_end():
    out = going(FREE, at(300, 0, 110), 2000, 0)
    back = going(FREE, at(2000, 0, 110), 300, 0)
    assert out.home_wh == pytest.approx(back.home_wh, rel=0.05)


def test_against_too_strong_a_wind_there_is_no_way():
    found = going(FREE, at(300, 0), 900, 0, wind=Wind(20.0, 90.0))
    assert isinstance(found, Reason)
    assert found.veto is Veto.NO_PATH


def test_a_drone_that_is_there_already_stays():
    found = going(FREE, at(300, 0, 110), 300, 0)
    assert isinstance(found, Detour)
    assert found.route.out_m == pytest.approx(0, abs=0.01)


def test_what_is_no_position_is_no_question():
    with pytest.raises(QuestionInvalid):
        going(FREE, Waypoint(math.nan, 22.6, 100.0, 0.0), 300, 0)
