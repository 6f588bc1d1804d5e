"""Paths are exact for the polygons given, and fly through none of them."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
import shapely
from extremitypathfinder import PolygonEnvironment
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.airspace import AirspaceInvalid, build
from planner.dispatch import choose
from planner.model import Alternative, LonLat, Veto, Wind
from planner.places import nearest_legal
from tests.planner.worlds import (
    CALM,
    CELL_M,
    box,
    degrees,
    flown_points,
    length_m,
    metres,
    picture,
    plain_length_m,
    plain_time_s,
    plain_wind_s,
    random_free,
    random_rings,
    told,
    volume,
)

SEEDS = st.integers(0, 10_000_000)
# of the steps that the planner rounds wind to, so that its choice of way is the exact one
WINDS = st.builds(
    Wind, st.integers(0, 28).map(lambda n: n / 2), st.integers(0, 35).map((10.0).__mul__)
)


class World:
    def __init__(self, seed: int) -> None:
        rng = random.Random(seed)
        rings = random_rings(rng)
        self.solids = [shapely.Polygon(told(ring)) for ring in rings]
        self.dock = degrees(*random_free(rng, rings))
        self.at = degrees(*random_free(rng, rings))
        volumes = [volume(f"N{i}", ring) for i, ring in enumerate(rings)]
        self.airspace = build(volumes, {"D01": self.dock})

    def offer(self, wind: Wind = CALM) -> Alternative:
        return choose(self.airspace, picture({"D01": self.dock}, self.at, wind)).ranking[0]


@settings(max_examples=40)
@given(seed=SEEDS)
def test_in_calm_the_way_is_as_long_as_that_of_a_brute_force_search(seed: int) -> None:
    world = World(seed)
    route = world.offer().route
    assert route is not None
    expected_m = plain_length_m(world.solids, metres(world.dock), metres(world.at))
    assert route.out_m == pytest.approx(expected_m, abs=1e-6)
    assert route.back_m == pytest.approx(expected_m, abs=1e-6)


@settings(max_examples=30)
@given(seed=SEEDS)
def test_in_calm_the_way_is_as_long_as_that_of_extremitypathfinder(seed: int) -> None:
    world = World(seed)
    reach = 4 * CELL_M
    theirs = PolygonEnvironment()
    holes = [
        list(shapely.geometry.polygon.orient(s, -1).exterior.coords[:-1]) for s in world.solids
    ]
    theirs.store([(-reach, -reach), (reach, -reach), (reach, reach), (-reach, reach)], holes)
    _, expected_m = theirs.find_shortest_path(metres(world.dock), metres(world.at))
    route = world.offer().route
    assert route is not None
    assert route.out_m == pytest.approx(expected_m, abs=1e-6)


@settings(max_examples=40)
@given(seed=SEEDS, wind=WINDS)
def test_in_wind_no_way_is_faster_than_the_one_chosen(seed: int, wind: Wind) -> None:
    world = World(seed)
    dock, at = metres(world.dock), metres(world.at)
    offer = world.offer(wind)
    expected = [plain_time_s(world.solids, a, b, wind) for a, b in ((dock, at), (at, dock))]
    if None in expected:
        assert offer.route is None
        return
    assert offer.route is not None
    ways = (
        flown_points(world.dock, offer.route.out[:-1]),
        flown_points(world.at, offer.route.back[1:]),
    )
    for way, fastest_s in zip(ways, expected, strict=True):
        legs = [plain_wind_s(wind, a, b) for a, b in pairwise(way)]
        assert sum(s for s in legs if s is not None) == pytest.approx(fastest_s, abs=1e-6)


@settings(max_examples=40)
@given(seed=SEEDS, wind=WINDS)
def test_no_way_leads_through_the_inside_of_a_volume(seed: int, wind: Wind) -> None:
    world = World(seed)
    route = world.offer(wind).route
    if route is None:
        return
    solid = shapely.union_all([s.buffer(-2e-4, join_style="mitre") for s in world.solids])
    for way in (
        flown_points(world.dock, route.out[:-1]),
        flown_points(world.at, route.back[1:]),
    ):
        assert not shapely.LineString(way).intersects(solid)


@settings(max_examples=20)
@given(seed=SEEDS)
def test_a_buffered_volume_is_kept_clear_of_by_its_buffer(seed: int) -> None:
    rng = random.Random(seed)
    rings = [box(400, 400, 300, 200), box(900, 300, 60, 500)]
    airspace = build(
        [volume(f"N{i}", ring, buffer_m=50) for i, ring in enumerate(rings)],
        {"D01": degrees(0, 0)},
    )
    solids = [shapely.Polygon(told(ring)) for ring in rings]
    at = random_free(rng, [list(s.buffer(75).exterior.coords) for s in solids], columns=4)
    route = choose(airspace, picture({"D01": degrees(0, 0)}, degrees(*at))).ranking[0].route
    assert route is not None
    way = shapely.LineString(flown_points(degrees(0, 0), route.out[:-1]))
    assert all(way.distance(solid) >= 50 - 1e-3 for solid in solids)


def test_a_way_may_touch_a_corner_and_run_along_an_edge() -> None:
    wall = volume("N1", box(100, 0, 100, 100))
    dock, beyond = degrees(0, 100), degrees(300, 100)  # in line with the upper edge
    airspace = build([wall], {"D01": dock})
    route = choose(airspace, picture({"D01": dock}, beyond)).ranking[0].route
    assert route is not None
    assert route.out_m == pytest.approx(length_m([metres(dock), metres(beyond)]), abs=1e-3)


def test_overlapping_volumes_act_as_one() -> None:
    volumes = [volume("N1", box(100, 0, 100, 100)), volume("N2", box(150, 50, 100, 100))]
    dock, at = degrees(0, 60), degrees(400, 60)
    route = choose(build(volumes, {"D01": dock}), picture({"D01": dock}, at)).ranking[0].route
    assert route is not None
    one = shapely.union_all(
        [
            shapely.Polygon(told(box(100, 0, 100, 100))),
            shapely.Polygon(told(box(150, 50, 100, 100))),
        ]
    )
    expected_m = plain_length_m([one], metres(dock), metres(at))
    assert route.out_m == pytest.approx(expected_m, abs=1e-6)


def test_inside_a_fence_the_way_stays_inside() -> None:
    fence = volume("out", box(-5000, -5000, 11_000, 11_000), _ell())
    dock, at = degrees(50, 950), degrees(950, 50)  # the ell's two ends
    route = choose(build([fence], {"D01": dock}), picture({"D01": dock}, at)).ranking[0].route
    assert route is not None
    way = shapely.LineString(flown_points(dock, route.out[:-1]))
    assert shapely.Polygon(told(_ell())).buffer(1e-3).contains(way)
    assert len(route.out) == 3  # around the one inner corner, over the scene, down


def test_the_readable_graph_holds_docks_corners_and_the_ways_between_them() -> None:
    dock = degrees(0, 50)
    graph = build([volume("N1", box(100, 0, 100, 100))], {"D01": dock}).graph()
    assert "D01" in graph
    assert graph.number_of_nodes() == 5
    assert graph.degree("D01") == 2  # it sees the two near corners
    assert LonLat(graph.nodes["D01"]["lon"], graph.nodes["D01"]["lat"]) == dock
    lengths = sorted(way_m for *_, way_m in graph.edges(data="way_m"))
    assert lengths == pytest.approx([100, 100, 100, 100, 111.80339887, 111.80339887], rel=1e-4)


def _ell() -> list[tuple[float, float]]:
    return [(0, 0), (1000, 0), (1000, 100), (100, 100), (100, 1000), (0, 1000)]


@settings(max_examples=40)
@given(seed=SEEDS)
def test_between_volumes_that_share_a_border_there_is_no_way(seed: int) -> None:
    rng = random.Random(seed)
    x, slope, gap = rng.uniform(200, 600), rng.uniform(-0.2, 0.2), rng.choice((0.0, 0.01, 1.5, 1.9))
    y = 1000 * slope
    lower = [(x, -2000), (x + 300, -2000), (x + 300, y), (x, y)]
    upper = [
        (x - 50, y + gap),
        (x + 137, y + gap),
        (x + 351, y + gap),
        (x + 351, 2500),
        (x - 50, 2500),
    ]
    dock, at = degrees(0, 0), degrees(1500, 0)
    airspace = build([volume("N1", lower), volume("N2", upper)], {"D01": dock})
    route = choose(airspace, picture({"D01": dock}, at)).ranking[0].route
    assert route is not None
    assert route.out_m > 4000  # all the way around


def test_a_passage_wide_enough_to_fly_stays_open() -> None:
    dock, at = degrees(0, 0), degrees(1500, 0)
    volumes = [volume("N1", box(300, -2000, 300, 2000)), volume("N2", box(300, 2.5, 300, 2000))]
    route = choose(build(volumes, {"D01": dock}), picture({"D01": dock}, at)).ranking[0].route
    assert route is not None
    assert route.out_m < 1502


def test_a_place_that_volumes_enclose_is_forbidden_and_so_is_standing_between_them() -> None:
    frame = [box(0, 0, 300, 50), box(0, 50, 50, 200), box(250, 50, 50, 200), box(0, 250, 300, 50)]
    volumes = [volume(f"N{i}", ring) for i, ring in enumerate(frame)]
    dock = degrees(-100, 0)
    airspace = build(volumes, {"D01": dock})
    (only,) = choose(airspace, picture({"D01": dock}, degrees(150, 150))).ranking
    assert [reason.veto for reason in only.reasons] == [Veto.NO_PATH]
    assert "enclosed" in only.reasons[0].text
    legal, off_m = nearest_legal(airspace, degrees(150, 140))
    assert off_m == pytest.approx(141, abs=1)
    assert choose(airspace, picture({"D01": dock}, legal)).best is not None
    inside = {"D01": degrees(150, 150)}
    (only,) = choose(build(volumes, inside), picture(inside, degrees(100, 100))).ranking
    assert only.feasible
    slot = [volume("N1", box(0, 0, 100, 300)), volume("N2", box(101, 0, 100, 300))]
    with pytest.raises(AirspaceInvalid, match="D01 stands in a gap"):
        build(slot, {"D01": degrees(100.5, 150)})
