"""Coverage: the ETA that the dispatch choice would give, everywhere, and what its shares mean."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.airspace import Airspace, build
from planner.coverage import Coverage, raster
from planner.dispatch import choose
from planner.frame import to_degrees
from planner.model import Candidate, LonLat, Picture, Wind
from planner.reach import Mission, Reach
from tests.planner.worlds import (
    CELL_M,
    ORIGIN,
    box,
    candidate,
    degrees,
    random_free,
    random_rings,
    task,
    volume,
)

MISSION = Mission(height_m=60.0, cruise_height_m=100.0, scene_s=300.0)
GROUND_M = 50.0
WINDOW_S = 300.0


def eta_by_choice(airspace: Airspace, asked: Candidate, at: LonLat) -> float:
    offer = choose(airspace, Picture((asked,), task(at))).ranking[0]
    return offer.eta_s if offer.feasible and offer.eta_s is not None else np.inf


@settings(max_examples=60)
@given(
    seed=st.integers(0, 10**6),
    speed_ms=st.sampled_from([0.0, 2.3, 6.0, 13.0, 17.0]),
    from_deg=st.floats(0, 360),
    energy_wh=st.sampled_from([150.0, 60.0]),
)
def test_every_place_is_reached_when_the_choice_says(
    seed: int, speed_ms: float, from_deg: float, energy_wh: float
) -> None:
    rng = random.Random(seed)
    rings = random_rings(rng)
    dock = degrees(*random_free(rng, rings))
    airspace = build([volume(f"N{n}", ring) for n, ring in enumerate(rings)], {"D01": dock})
    asked = candidate("D01", dock, Wind(speed_ms, from_deg), energy_wh)
    places = [random_free(rng, rings) for _ in range(12)]
    places_m = np.array(places) + np.array(ORIGIN)
    reach = Reach(airspace, places_m, np.full(12, GROUND_M), within_m=10 * CELL_M)
    found = reach.eta_s(asked, MISSION)
    at = to_degrees(places_m).tolist()
    expected = [eta_by_choice(airspace, asked, LonLat(*each)) for each in at]
    assert found == pytest.approx(expected, abs=1e-4)


def two_parts(airspace: Airspace, step_m: float) -> Coverage:
    """Two squares of a square kilometre, and nobody there yet."""
    parts = {
        name: shapely.box(ORIGIN[0] + x, ORIGIN[1], ORIGIN[0] + x + 1000, ORIGIN[1] + 1000)
        for name, x in (("west", 0), ("east", 1000))
    }
    places = raster(parts, airspace, step_m)
    return Coverage(places, (), np.empty((0, len(places.cells)), np.float32), WINDOW_S)


def reached_in(coverage: Coverage, *eta_s: np.ndarray) -> Coverage:
    docks = tuple(f"D{n + 1:02d}" for n in range(len(eta_s)))
    return Coverage(coverage.raster, docks, np.array(eta_s, dtype=np.float32), WINDOW_S)


@pytest.fixture(scope="module")
def empty() -> Coverage:
    return two_parts(build([], {"D01": degrees(500, 500)}), 50.0)


def test_the_raster_stands_for_the_whole_area_and_each_part(empty: Coverage) -> None:
    areas = [empty.raster.area_m2[empty.raster.part == number].sum() for number in range(2)]
    assert areas == pytest.approx([1e6, 1e6])
    assert empty.share() == 0.0
    assert empty.without_each() == {}
    assert empty.worst_pair_out() is None
    assert empty.mean_on_scene_s() is None


def test_half_reached_is_half_the_area_and_all_of_one_part(empty: Coverage) -> None:
    west = empty.raster.places_m[:, 0] < ORIGIN[0] + 1000
    half = reached_in(empty, np.where(west, 100.0, 400.0))
    assert half.share() == pytest.approx(0.5)
    assert half.by_part() == pytest.approx({"west": 1.0, "east": 0.0})
    assert half.mean_on_scene_s() == pytest.approx(250.0)
    assert half.share([]) == 0.0
    whole = shapely.box(*(np.array(ORIGIN)), ORIGIN[0] + 2000, ORIGIN[1] + 1000)
    region = shapely.intersection(half.region(), whole)
    assert region.area == pytest.approx(1e6, rel=0.05)


@given(seed=st.integers(0, 10**6), docks=st.integers(1, 6))
@settings(max_examples=30)
def test_losing_one_dock_or_two_leaves_what_the_others_reach(seed: int, docks: int) -> None:
    base = two_parts(build([], {"D01": degrees(500, 500)}), 100.0)
    rng = np.random.default_rng(seed)
    eta_s = rng.uniform(0, 700, (docks, len(base.raster.cells)))
    coverage = reached_in(base, *eta_s)

    def left(*out: str) -> float:
        return coverage.share([dock for dock in coverage.docks if dock not in out])

    each = {dock: left(dock) for dock in coverage.docks}
    assert coverage.without_each() == pytest.approx(each)
    pairs = {pair: left(*pair) for pair in itertools.combinations(coverage.docks, 2)}
    worst = coverage.worst_pair_out()
    if docks == 1:
        assert worst is None
    else:
        assert worst is not None
        assert worst[0] in pairs
        assert worst[1] == pytest.approx(pairs[worst[0]]) == pytest.approx(min(pairs.values()))
    twice = (eta_s[:, base.raster.area_m2 > 0] <= WINDOW_S).sum(axis=0) >= 2
    weights = base.raster.area_m2[base.raster.area_m2 > 0]
    assert coverage.twice_share() == pytest.approx(weights[twice].sum() / weights.sum())


def test_a_place_in_a_no_fly_volume_counts_as_its_nearest_legal_one() -> None:
    airspace = build([volume("N1", box(400, 400, 200, 200))], {"D01": degrees(100, 100)})
    coverage = two_parts(airspace, 50.0)
    assert coverage.forbidden_share() == pytest.approx(200 * 200 / 2e6, rel=0.3)
    inside = coverage.raster.forbidden
    assert inside.any()
    assert not any(airspace.forbids(place[None, :]) for place in coverage.raster.places_m)
    off = np.abs(coverage.raster.places_m[inside] - np.array(ORIGIN) - 500)
    assert off.max(axis=1) == pytest.approx(np.full(inside.sum(), 101.0), abs=0.5)


def test_a_place_too_deep_in_a_no_fly_volume_to_be_seen_counts_as_not_reached() -> None:
    airspace = build([volume("N1", box(-800, -800, 1700, 1700))], {"D01": degrees(1500, 500)})
    empty = two_parts(airspace, 50.0)
    everywhere = reached_in(empty, np.full(len(empty.raster.cells), 100.0))
    deep_m2 = 400.0 * 400.0  # what lies more than 500 m inside the edge at 900 m
    assert everywhere.share() == pytest.approx(1 - deep_m2 / 2e6, abs=0.01)
    assert everywhere.overhead_share() == pytest.approx(1 - everywhere.forbidden_share())
    assert everywhere.by_part()["west"] < 1.0 == everywhere.by_part()["east"]
    assert everywhere.without_each() == {"D01": 0.0}


@pytest.mark.parametrize("off_m", [1030, 530])
def test_a_part_smaller_than_a_step_has_a_place_of_its_own(off_m: float) -> None:
    airspace = build([], {"D01": degrees(500, 500)})
    east, north = ORIGIN
    parts = {
        "large": shapely.box(east, north, east + 1000, north + 1000),
        "small": shapely.box(east + off_m, north + 530, east + off_m + 20, north + 550),
    }
    places = raster(parts, airspace, 100.0)
    near = np.hypot(*(places.places_m - (east + off_m + 10, north + 540)).T) < 100
    coverage = Coverage(
        places, ("D01",), np.where(near, 100.0, 900.0)[None, :].astype(np.float32), WINDOW_S
    )
    assert coverage.by_part()["small"] == 1.0
    assert places.area_m2.sum() == pytest.approx(1e6 + 400)


def test_a_place_at_the_very_corner_of_a_volume_is_reached_as_the_choice_says() -> None:
    corner = np.array([[ORIGIN[0] + 600.0, ORIGIN[1] + 600.0]])
    dock = degrees(300, 300)
    airspace = build([volume("N1", box(400, 400, 200, 200))], {"D01": dock})
    place_m = airspace.nodes_m[np.hypot(*(airspace.nodes_m - corner).T).argmin()][None, :]
    asked = candidate("D01", dock, Wind(), 150.0)
    found = Reach(airspace, place_m, np.full(1, GROUND_M), 4000.0).eta_s(asked, MISSION)
    at = LonLat(*to_degrees(place_m)[0].tolist())
    assert found == pytest.approx([eta_by_choice(airspace, asked, at)], abs=0.01)
