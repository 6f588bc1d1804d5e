"""How long a decision takes: the district as shipped, and a drawn one of 25 docks, 12 volumes and
about 140 nodes."""

from __future__ import annotations

import contextlib
import gc
import math
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from fleet.dispatch.forecast import candidates_at_rest, task_for
from fleet.district.load import load
from fleet.district.model import District
from fleet.district.place import PlaceRefused, locate
from fleet.units.fence import airspace_of
from planner.airspace import Airspace, AirspaceInvalid, build
from planner.dispatch import choose
from planner.frame import to_metres
from planner.model import Landing, LonLat, Picture, Volume, Wind
from planner.relief import Relief
from planner.terrain import Terrain
from tests.planner.worlds import picture

WEST, SOUTH, EAST, NORTH = 114.05, 22.6, 114.35, 22.8
PLACES = 400
LONGGANG = Path(__file__).parents[2] / "configs" / "longgang"


def octagon(number: int, lon: float, lat: float, reach_deg: float) -> Volume:
    turns = [2 * math.pi * k / 8 for k in range(8)]
    ring = tuple(
        LonLat(lon + reach_deg * math.cos(t), lat + reach_deg * math.sin(t)) for t in turns
    )
    return Volume(f"N{number:02d}", f"volume {number}", (ring,), 50.0)


def anywhere(rng: random.Random) -> LonLat:
    return LonLat(rng.uniform(WEST, EAST), rng.uniform(SOUTH, NORTH))


def a_district(docks: int = 25, volumes: int = 12) -> tuple[list[Volume], dict[str, LonLat]]:
    rng = random.Random(1)
    forbidden = [octagon(n, *anywhere(rng), 0.003) for n in range(volumes)]
    sites: dict[str, LonLat] = {}
    while len(sites) < docks:
        at = anywhere(rng)
        try:
            build(forbidden, {"D01": at})
        except AirspaceInvalid:
            continue
        sites[f"D{len(sites) + 1:02d}"] = at
    return forbidden, sites


def places_to_land(volumes: list[Volume], count: int = 22) -> list[Landing]:
    rng, found = random.Random(4), list[Landing]()
    while len(found) < count:
        landing = Landing(f"R{len(found) + 1:02d}", anywhere(rng), 50.0)
        try:
            build(volumes, {"D01": landing.at})
        except AirspaceInvalid:
            continue
        found.append(landing)
    return found


def hilly_ground(sites: dict[str, LonLat], cell_m: float = 250.0) -> Terrain:
    ends_m = to_metres(np.array([(WEST, SOUTH), (EAST, NORTH), *sites.values()]))
    west_m, south_m = (ends_m.min(axis=0) - 3000).tolist()
    columns, rows = np.ceil((ends_m.max(axis=0) + 3000 - (west_m, south_m)) / cell_m).astype(int)
    heights = np.random.default_rng(6).integers(30, 90, (rows, columns)).tolist()
    return Terrain(west_m, south_m, cell_m, tuple(map(tuple, heights)))


@pytest.fixture(scope="module")
def district() -> tuple[Airspace, dict[str, LonLat]]:
    """As shipped: each decision chooses its flights' heights over hilly ground, and proves that the
    first drone has two ways down."""
    volumes, sites = a_district()
    relief = Relief(hilly_ground(sites), 80.0, 120.0)
    return build(volumes, sites, places_to_land(volumes), relief), sites


def tell(name: str, benchmark: BenchmarkFixture) -> None:
    took_ms = np.array(benchmark.stats.stats.data) * 1000
    p50, p99 = np.percentile(took_ms, (50, 99))
    print(f"\n{name}: p50 {p50:.2f} ms, p99 {p99:.2f} ms, worst {took_ms.max():.2f} ms")


@pytest.fixture(scope="module")
def longgang() -> tuple[District, Airspace]:
    found = load(LONGGANG)
    airspace = airspace_of(found)
    gc.freeze()  # as the controller does
    return found, airspace


def places_in(district: District, rng: random.Random) -> list[LonLat]:
    found: list[LonLat] = []
    while len(found) < PLACES:
        at = LonLat(rng.uniform(114.05, 114.45), rng.uniform(22.58, 22.82))
        with contextlib.suppress(PlaceRefused):
            locate(district, *at)
            found.append(at)
    return found


@pytest.mark.parametrize("wind", [Wind(), Wind(6.3, 40)], ids=["calm", "6 m/s"])
def test_decision_over_the_districts_25_docks_with_trees_at_hand(
    benchmark: BenchmarkFixture, longgang: tuple[District, Airspace], wind: Wind
) -> None:
    district, airspace = longgang
    docks = tuple(replace(dock, wind=wind) for dock in candidates_at_rest(district))
    pictures = [
        Picture(docks, task_for(district, at, 300.0))
        for at in places_in(district, random.Random(2))
    ]
    choose(airspace, pictures[0])
    asked = iter(pictures * 5)
    benchmark.pedantic(
        choose, setup=lambda: ((airspace, next(asked)), {}), rounds=5 * PLACES, warmup_rounds=0
    )
    tell(f"decision, 25 docks, {len(airspace.nodes)} nodes", benchmark)


def test_decision_in_a_wind_not_met_before(
    benchmark: BenchmarkFixture, district: tuple[Airspace, dict[str, LonLat]]
) -> None:
    airspace, sites = district
    rng = random.Random(3)
    winds = [Wind(n / 2, d * 10.0) for n in range(1, 24) for d in range(36)]
    asked = iter([picture(sites, anywhere(rng), wind) for wind in rng.sample(winds, 200)])
    benchmark.pedantic(
        choose, setup=lambda: ((airspace, next(asked)), {}), rounds=200, warmup_rounds=0
    )
    tell("decision, 25 fresh trees", benchmark)


def test_airspace_is_built(benchmark: BenchmarkFixture) -> None:
    volumes, sites = a_district()
    benchmark.pedantic(build, args=(volumes, sites), rounds=20)
    tell("airspace", benchmark)
