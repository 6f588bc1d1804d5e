"""The height of a flight follows from the ground on its way: against a slow look at every metre."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from planner.airspace import Airspace, build
from planner.detour import Detour, detour
from planner.dispatch import choose
from planner.homeward import way_home
from planner.model import Alternative, Landing, Task, Veto, Waypoint, Wind
from planner.reach import Mission, Reach
from planner.relief import ABOVE_PAD_M, Relief
from planner.terrain import Terrain
from planner.ways_down import ways_down
from tests.planner.worlds import (
    ORIGIN,
    Point,
    box,
    candidate,
    degrees,
    metres,
    picture,
    volume,
)

CELL_M, SIDE = 250.0, 24
CLEAR_M, CEILING_M = 80.0, 120.0
DOCKS = {"D01": degrees(1.3, 2.1), "D02": degrees(2507, 304)}
WALL = volume("N1", box(900, -700, 100, 1400))
MISSION = Mission(height_m=60.0, cruise_height_m=100.0, scene_s=300.0)

heights = st.integers(0, 10_000).map(
    lambda seed: np.random.default_rng(seed).integers(30, 130, (SIDE, SIDE))
)
# never on the border of two cells, where a nanometre decides
places = st.tuples(
    st.integers(-120, 380).map(lambda n: 10 * n + 3.7),
    st.integers(-150, 250).map(lambda n: 10 * n + 3.1),
)


def field(rows: np.ndarray) -> Terrain:
    """Around the small world, which begins 2 km from its corner."""
    west_m, south_m = ORIGIN[0] - 2000, ORIGIN[1] - 2000
    return Terrain(west_m, south_m, CELL_M, tuple(map(tuple, rows.tolist())))


def airspace_over(rows: np.ndarray) -> Airspace:
    return build([WALL], DOCKS, relief=Relief(field(rows), CLEAR_M, CEILING_M))


def cell(terrain: Terrain, point: Point) -> tuple[int, int]:
    """Row from the south, column."""
    x, y = point[0] + ORIGIN[0], point[1] + ORIGIN[1]
    return int((y - terrain.south_m) / CELL_M), int((x - terrain.west_m) / CELL_M)


def ground_under(terrain: Terrain, way: list[Point]) -> list[float]:
    """At every five metres."""
    found = []
    for a, b in pairwise(way):
        steps = max(1, math.ceil(math.dist(a, b) / 5))
        for step in range(steps + 1):
            share = step / steps
            row, column = cell(
                terrain, (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)
            )
            found.append(float(terrain.heights_m[row, column]))
    return found


def flown(offer: Alternative, at: tuple[float, float]) -> list[Point]:
    assert offer.route is not None
    points = [*offer.route.out, *offer.route.back]
    return [metres(at), *(metres(point) for point in points)]


def tasked(at: Point, ground_m: float) -> Task:
    return Task(degrees(*at), ground_m, MISSION.height_m, MISSION.cruise_height_m, MISSION.scene_s)


@settings(max_examples=60)
@given(heights, places)
def test_cruise_clears_all_ground_on_the_way(rows: np.ndarray, at: Point) -> None:
    airspace = airspace_over(rows)
    assert airspace.relief is not None
    for offer in choose(airspace, picture(DOCKS, degrees(*at))).ranking:
        if offer.route is None:
            continue
        ground = ground_under(airspace.relief.terrain, flown(offer, DOCKS[offer.dock]))
        assert offer.route.cruise_alt_amsl_m >= max(ground) + CLEAR_M
        assert offer.route.cruise_alt_amsl_m >= offer.route.least_amsl_m
        assert offer.route.lowest_m == pytest.approx(min(ground), abs=100)


@settings(max_examples=60)
@given(heights, places)
def test_over_the_ceiling_it_flies_only_as_low_as_it_can_and_says_so(
    rows: np.ndarray, at: Point
) -> None:
    airspace = airspace_over(rows)
    for offer in choose(airspace, picture(DOCKS, degrees(*at))).ranking:
        route = offer.route
        if route is None:
            continue
        assert route.lowest_m is not None
        above_m = route.cruise_alt_amsl_m - route.lowest_m
        told = [reason for reason in offer.reasons if reason.veto is Veto.CEILING]
        assert (above_m > CEILING_M) == bool(told)
        assert offer.feasible  # it is told, and rules nobody out
        if told:
            assert route.cruise_alt_amsl_m == route.least_amsl_m
            assert told[0].value == pytest.approx(above_m)


@settings(max_examples=40)
@given(heights, st.lists(places, min_size=1, max_size=4), st.sampled_from([Wind(), Wind(7, 60)]))
def test_coverage_flies_as_high_as_the_choice(
    rows: np.ndarray, found: list[Point], wind: Wind
) -> None:
    airspace = airspace_over(rows)
    assert airspace.relief is not None
    open_ = [at for at in found if not airspace.forbids(_metres(at))]
    assume(open_)
    places_m = np.vstack([_metres(at) for at in open_])
    grounds_m = airspace.relief.terrain.ground_amsl_m(places_m)
    reach = Reach(airspace, places_m, grounds_m, within_m=20_000.0)
    for dock, site in DOCKS.items():
        one = candidate(dock, site, wind)
        etas_s = reach.eta_s(one, MISSION)
        for at, ground_m, eta_s in zip(open_, grounds_m, etas_s, strict=True):
            asked = picture({dock: site}, degrees(*at), wind)
            asked = replace(asked, candidates=(one,), task=tasked(at, float(ground_m)))
            (offer,) = choose(airspace, asked).ranking
            told_s = offer.eta_s if offer.feasible else None
            assert (told_s or math.inf) == pytest.approx(eta_s, abs=0.02)  # cube roots of nothing


def _metres(at: Point) -> np.ndarray:
    return np.array([[at[0] + ORIGIN[0], at[1] + ORIGIN[1]]])


def ridge(height_m: int) -> Airspace:
    """A ridge across the way from D01 to the east, between 1.25 and 1.5 km, on ground of 50 m."""
    rows = np.full((SIDE, SIDE), 50)
    rows[:, 13] = height_m
    return build([], DOCKS, relief=Relief(field(rows), CLEAR_M, CEILING_M))


def over(airspace: Airspace) -> Alternative:
    return choose(airspace, picture({"D01": DOCKS["D01"]}, degrees(2600, 0))).ranking[0]


def test_on_even_ground_the_height_is_the_one_configured() -> None:
    offer = over(ridge(50))
    assert offer.route is not None
    assert offer.route.cruise_alt_amsl_m == 160.0  # 100 m above the pad, at 60 m
    assert offer.reasons == ()


def test_over_a_ridge_it_flies_as_high_as_that_asks_for_and_takes_the_time() -> None:
    low, high = over(ridge(50)), over(ridge(150))
    assert low.route is not None
    assert high.route is not None
    assert high.route.cruise_alt_amsl_m == 150.0 + CLEAR_M
    assert (high.eta_s or 0) - (low.eta_s or 0) > 70 / 6
    assert (high.energy_wh or 0) > (low.energy_wh or 0)
    (reason,) = high.reasons
    assert (reason.veto, reason.value, reason.limit) == (Veto.CEILING, 180.0, 120.0)


def test_over_lower_ground_it_comes_down_to_the_ceiling() -> None:
    rows = np.full((SIDE, SIDE), 50)
    rows[:, 13] = 30
    offer = over(build([], DOCKS, relief=Relief(field(rows), CLEAR_M, CEILING_M)))
    assert offer.route is not None
    assert offer.route.cruise_alt_amsl_m == 30.0 + CEILING_M


def test_it_never_cruises_beneath_its_own_pad() -> None:
    roof = replace(candidate("D01", DOCKS["D01"]), alt_amsl_m=180.0)
    asked = replace(picture(DOCKS, degrees(2600, 0)), candidates=(roof,))
    (offer,) = choose(ridge(50), asked).ranking
    assert offer.route is not None
    assert offer.route.cruise_alt_amsl_m == 180.0 + ABOVE_PAD_M


def test_the_way_home_and_a_way_told_in_the_air_clear_the_ridge_too() -> None:
    airspace, one = ridge(150), candidate("D01", DOCKS["D01"])
    home = way_home(airspace, one, degrees(2600, 0), 160.0)
    assert home is not None
    assert home.cruise_alt_amsl_m == 150.0 + CLEAR_M
    assert {point.alt_amsl_m for point in home.back} == {150.0 + CLEAR_M}
    start = Waypoint(*degrees(200, 0), 160.0, 0.0)
    found = detour(airspace, one, start, tasked((2600, 0), 50.0))
    assert isinstance(found, Detour)
    assert found.route.cruise_alt_amsl_m == 150.0 + CLEAR_M
    beyond = way_home(airspace, one, degrees(600, 0), 160.0)
    assert beyond is not None
    assert beyond.cruise_alt_amsl_m == 160.0


def test_a_landing_behind_a_ridge_takes_the_climb_over_it() -> None:
    meadow = Landing("R01", degrees(2600, 800), 40.0)
    needs_wh = []
    for height_m in (50, 150):
        rows = np.full((SIDE, SIDE), 50)
        rows[:, 13] = height_m
        airspace = build([], DOCKS, [meadow], Relief(field(rows), CLEAR_M, CEILING_M))
        asked = picture({"D01": DOCKS["D01"]}, degrees(600, 0))
        (offer,) = choose(airspace, asked).ranking
        assert offer.route is not None
        found = ways_down(airspace, asked.candidates[0], asked.task, offer.route)
        needs_wh += [way.needs_wh for way in found.moments[0].ways if way.place == "R01"]
    assert needs_wh[1] > needs_wh[0] + 0.5


def test_another_ground_is_another_airspace() -> None:
    assert ridge(50).id != ridge(150).id
    assert ridge(50).id == ridge(50).id
