"""Among many volumes, with holes, touching, and from corners, ways are those of a brute force
search over all pairs of corners; and what is left out of the search changes no decision."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import shapely
from extremitypathfinder import PolygonEnvironment
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import planner.dispatch
import planner.paths
import planner.visibility
from planner.airspace import Airspace, AirspaceInvalid, build
from planner.dispatch import choose
from planner.model import Alternative, LonLat, Veto, Wind
from planner.visibility import GRAZE_M, edges_of, polygons_of, sees, sees_from
from tests.planner.worlds import (
    CALM,
    CELL_M,
    ORIGIN,
    PERFORMANCE,
    Point,
    box,
    degrees,
    metres,
    picture,
    plain_length_m,
    plain_time_s,
    plain_wind_s,
    random_free,
    random_ring,
    random_rings,
    told,
    volume,
)

SEEDS = st.integers(0, 10_000_000)
WINDS = st.builds(
    Wind, st.integers(0, 28).map(lambda n: n / 2), st.integers(0, 35).map((10.0).__mul__)
)
COLUMNS = 5


def offer(airspace: Airspace, dock: LonLat, at: LonLat, wind: Wind = CALM) -> Alternative:
    return choose(airspace, picture({"D01": dock}, at, wind)).ranking[0]


def obstacles_of(airspace: Airspace) -> list[shapely.Polygon]:
    """What the planner goes around, around the worlds' origin."""
    moved = shapely.transform(airspace.obstacles, lambda xy: xy - ORIGIN)
    return polygons_of(moved)


def crowd(rng: random.Random) -> tuple[list[list[Point]], Airspace, LonLat, LonLat]:
    rings = random_rings(rng, COLUMNS)
    dock, at = (degrees(*random_free(rng, rings, COLUMNS)) for _ in range(2))
    volumes = [volume(f"N{i}", ring) for i, ring in enumerate(rings)]
    return rings, build(volumes, {"D01": dock}), dock, at


@settings(max_examples=15)
@given(seed=SEEDS)
def test_among_many_volumes_the_way_is_that_of_brute_force_and_of_extremitypathfinder(
    seed: int,
) -> None:
    rings, airspace, dock, at = crowd(random.Random(seed))
    route = offer(airspace, dock, at).route
    assert route is not None
    solids = [shapely.Polygon(told(ring)) for ring in rings]
    expected_m = plain_length_m(solids, metres(dock), metres(at))
    assert route.out_m == pytest.approx(expected_m, abs=1e-6)
    theirs, reach = PolygonEnvironment(), (COLUMNS + 1) * CELL_M
    holes = [list(shapely.geometry.polygon.orient(s, -1).exterior.coords[:-1]) for s in solids]
    theirs.store([(-reach, -reach), (reach, -reach), (reach, reach), (-reach, reach)], holes)
    _, their_m = theirs.find_shortest_path(metres(dock), metres(at))
    assert route.out_m == pytest.approx(their_m, abs=1e-6)


@settings(max_examples=15)
@given(seed=SEEDS, wind=WINDS)
def test_among_many_volumes_and_in_wind_no_way_is_faster(seed: int, wind: Wind) -> None:
    rings, airspace, dock, at = crowd(random.Random(seed))
    solids = [shapely.Polygon(told(ring)) for ring in rings]
    expected_s = plain_time_s(solids, metres(dock), metres(at), wind)
    route = offer(airspace, dock, at, wind).route
    if expected_s is None or route is None:
        assert route is None
        return
    way = [metres(dock), *(metres(point) for point in route.out[:-1])]
    legs_s = [plain_wind_s(wind, a, b) for a, b in pairwise(way)]
    assert sum(s for s in legs_s if s is not None) == pytest.approx(expected_s, abs=1e-6)


@settings(max_examples=25)
@given(seed=SEEDS)
def test_in_the_courtyard_of_a_volume_the_way_is_that_of_brute_force(seed: int) -> None:
    rng = random.Random(seed)
    court = random_ring(rng, 600, 600, 550)
    pillars = [random_ring(rng, x, y, 60) for x in (450, 750) for y in (450, 750)]
    yard = shapely.Polygon(court).difference(
        shapely.union_all([shapely.Polygon(pillar) for pillar in pillars])
    )
    assume(isinstance(yard, shapely.Polygon) and yard.buffer(-1).area > 5_000)
    dock, at = (_within(rng, yard.buffer(-1)) for _ in range(2))
    volumes = [volume("N0", box(-200, -200, 1600, 1600), court)]
    volumes += [volume(f"N{i}", pillar) for i, pillar in enumerate(pillars, 1)]
    try:
        airspace = build(volumes, {"D01": dock})
    except AirspaceInvalid:  # in a corner too narrow to fly
        return
    solids = obstacles_of(airspace)
    route = offer(airspace, dock, at).route
    if route is None:
        return
    expected_m = plain_length_m(solids, metres(dock), metres(at))
    assert route.out_m == pytest.approx(expected_m, abs=1e-6)


def _within(rng: random.Random, area: shapely.Geometry) -> LonLat:
    west, south, east, north = area.bounds
    while True:
        at = rng.uniform(west, east), rng.uniform(south, north)
        if area.contains(shapely.Point(at)):
            return degrees(*at)


@settings(max_examples=25)
@given(seed=SEEDS)
def test_among_touching_and_overlapping_volumes_the_way_is_that_of_brute_force(seed: int) -> None:
    rng = random.Random(seed)
    cells = [(x, y) for x in range(5) for y in range(5) if rng.random() < 0.4]
    rings = [
        box(100 * x, 100 * y, rng.choice((100, 130)), rng.choice((100, 130))) for x, y in cells
    ]
    assume(rings)
    dock, at = (degrees(*_clear(rng, rings)) for _ in range(2))
    try:
        airspace = build([volume(f"N{i}", ring) for i, ring in enumerate(rings)], {"D01": dock})
    except AirspaceInvalid:  # in a gap too narrow to fly
        return
    route = offer(airspace, dock, at).route
    if route is None:
        return
    expected_m = plain_length_m(obstacles_of(airspace), metres(dock), metres(at))
    assert route.out_m == pytest.approx(expected_m, abs=1e-6)


def _clear(rng: random.Random, rings: list[list[Point]]) -> Point:
    solid = shapely.union_all([shapely.Polygon(ring) for ring in rings]).buffer(3.0)
    while True:
        at = rng.uniform(-100, 700), rng.uniform(-100, 700)
        if not solid.intersects(shapely.Point(at)):
            return at


@settings(max_examples=25)
@given(seed=SEEDS, wind=WINDS)
def test_between_corners_of_volumes_the_way_is_that_of_brute_force(seed: int, wind: Wind) -> None:
    rng = random.Random(seed)
    rings = random_rings(rng)
    assume(len(rings) >= 2)
    dock, at = (degrees(*rng.choice(ring)) for ring in rng.sample(rings, 2))
    try:
        airspace = build([volume(f"N{i}", ring) for i, ring in enumerate(rings)], {"D01": dock})
    except AirspaceInvalid:  # rounding has put the corner inside
        return
    found = offer(airspace, dock, at, wind)
    if any(reason.veto is Veto.NO_PATH for reason in found.reasons):
        return
    solids = [shapely.Polygon(told(ring)) for ring in rings]
    expected_s = plain_time_s(solids, metres(dock), metres(at), wind)
    assert (found.route is None) == (expected_s is None)
    if found.route is not None:
        way = [metres(dock), *(metres(point) for point in found.route.out[:-1])]
        legs_s = [plain_wind_s(wind, a, b) for a, b in pairwise(way)]
        assert sum(s for s in legs_s if s is not None) == pytest.approx(expected_s, abs=1e-6)


@pytest.mark.parametrize("at_once", [0, 10**9], ids=["in order", "each against each"])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=SEEDS)
def test_what_is_seen_is_what_no_polygon_is_in_the_way_of(
    seed: int, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planner.visibility, "AT_ONCE", at_once)
    rng = random.Random(seed)
    rings = random_rings(rng)
    court = shapely.Polygon(box(-50, -50, 1300, 1300), [box(-20, -20, 1240, 1240)])
    solid = shapely.union_all([court, *(shapely.Polygon(ring) for ring in rings)])
    edges = edges_of(solid)
    inside = solid.buffer(-GRAZE_M, join_style="mitre", mitre_limit=50.0)
    corners = [point for ring in rings for point in ring]
    free = [random_free(rng, rings) for _ in range(20)]
    eyes, others = np.array(free[:10] + corners[:10]), np.array(free + corners)
    seen = sees(eyes, others, edges)
    for eye, row in zip(eyes, seen, strict=True):
        lines = shapely.linestrings([(eye, other) for other in others])
        hidden = shapely.relate_pattern(lines, inside, "T********")
        assert (row == ~hidden).all()
        assert (row == sees_from(eye, others, edges)).all()
    assert (sees(others, eyes, edges) == seen.T).all()


@settings(max_examples=25)
@given(seed=SEEDS, wind=WINDS)
def test_a_near_tree_is_the_near_part_of_the_whole_tree(seed: int, wind: Wind) -> None:
    rings, airspace, dock, _ = crowd(random.Random(seed))
    volumes = [volume(f"N{i}", ring) for i, ring in enumerate(rings)]
    near = build(volumes, {"D01": dock}).tree(0, PERFORMANCE, wind, within_s=60.0)
    whole = airspace.tree(0, PERFORMANCE, wind)
    assert (near.within_s, whole.within_s) == (60.0, math.inf)
    for part, all_ in ((near.out_s, whole.out_s), (near.back_s, whole.back_s)):
        assert (part[part <= 60] == all_[all_ <= 60]).all()
        assert np.isinf(part[all_ > 60]).all()


@settings(max_examples=15)
@given(seed=SEEDS, wind=WINDS)
def test_decisions_do_not_depend_on_how_far_trees_are_grown(seed: int, wind: Wind) -> None:
    rng = random.Random(seed)
    rings, _, _, at = crowd(rng)
    docks = {f"D{n:02d}": degrees(*random_free(rng, rings, COLUMNS)) for n in range(1, 6)}
    volumes = [volume(f"N{i}", ring) for i, ring in enumerate(rings)]
    decisions = []
    for reaches in ((math.inf,), (20.0, 60.0, 100.0, math.inf)):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(planner.paths, "REACHES_S", reaches)
            decisions.append(choose(build(volumes, docks), picture(docks, at, wind)))
    assert decisions[0] == decisions[1]


@settings(max_examples=10)
@given(seed=SEEDS, wind=WINDS)
def test_of_very_many_docks_the_first_are_the_same_as_if_all_were_worked_out(
    seed: int, wind: Wind
) -> None:
    rng = random.Random(seed)
    rings = random_rings(rng)
    volumes = [volume(f"N{i}", ring) for i, ring in enumerate(rings)]
    docks = {f"D{n:02d}": degrees(*random_free(rng, rings)) for n in range(1, 31)}
    airspace = build(volumes, docks)
    asked = picture(docks, degrees(*random_free(rng, rings)), wind)
    everyone = choose(airspace, asked)
    hurried = replace(asked, task=replace(asked.task, window_s=1.0))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(planner.dispatch, "WORKED_OUT", 4)
        few = choose(airspace, hurried)
    assert len(few.ranking) == 30
    worked_out = [each for each in few.ranking if each.eta_s is not None]
    if everyone.best is not None:
        assert few.best is not None
        assert (few.best.dock, few.best.eta_s) == (everyone.best.dock, everyone.best.eta_s)
    for left_out in few.ranking:
        if [reason.veto for reason in left_out.reasons] == [Veto.FARTHER]:
            (whole,) = (each for each in everyone.ranking if each.dock == left_out.dock)
            at_least_s = left_out.reasons[0].value
            assert at_least_s is not None
            assert whole.eta_s is None or whole.eta_s >= at_least_s > worked_out[0].eta_s
