"""How long it takes to see whether a flight is apart from 24 others, and to find a way out."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import cycle

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from planner.apart import Conflict, Resolution, conflicts, layers, resolve
from planner.dispatch import choose
from planner.model import LonLat
from planner.tubes import Flight, Tube, whole
from tests.benchmarks.test_planner_bench import a_district, anywhere, build, tell
from tests.planner.worlds import LAUNCH, PERFORMANCE, picture

ACTIVE = 24


@pytest.fixture(scope="module")
def flights() -> dict[str, list[Flight]]:
    """By dock, to places for which it is the best."""
    volumes, sites = a_district()
    airspace = build(volumes, sites)
    rng, found = random.Random(6), dict[str, list[Flight]]()
    while len(found) < len(sites) or len(found["D25"]) < 20:
        asked = picture(sites, anywhere(rng))
        best = choose(airspace, asked).best
        if best is None or best.route is None:
            continue
        candidate = next(each for each in asked.candidates if each.dock == best.dock)
        lift_off_s = rng.uniform(0, 120) + LAUNCH.total_s
        at, alt_amsl_m = LonLat(*candidate.at), candidate.alt_amsl_m
        flight = Flight(best.drone, at, alt_amsl_m, PERFORMANCE, best.route, lift_off_s, 3000.0)
        found.setdefault(best.dock, []).append(flight)
    return found


def released(flights: dict[str, list[Flight]]) -> list[Tube]:
    """One of every dock but the last, each kept apart from those before it."""
    tubes: list[Tube] = []
    for dock in sorted(flights)[:ACTIVE]:
        flight = flights[dock][0]
        found = resolve(flight, tubes, heights(flight))
        assert isinstance(found, Resolution)
        later = flight.lift_off_s + found.delay_s
        tubes.append(whole(replace(flight, route=found.route, lift_off_s=later)))
    return tubes


def heights(flight: Flight) -> tuple[float, ...]:
    cruise = flight.route.cruise_alt_amsl_m
    return layers(cruise, cruise - 30, cruise + 20)


def test_a_flight_is_checked_against_24_others(
    benchmark: BenchmarkFixture, flights: dict[str, list[Flight]]
) -> None:
    tubes = released(flights)
    asked = cycle([whole(flight) for flight in flights["D25"]])
    benchmark.pedantic(conflicts, setup=lambda: ((next(asked), tubes), {}), rounds=500)
    tell(f"check against {len(tubes)} flights", benchmark)


def test_a_flight_is_released_beside_24_others(
    benchmark: BenchmarkFixture, flights: dict[str, list[Flight]]
) -> None:
    tubes = released(flights)
    asked = cycle(flights["D25"])

    def ask() -> tuple[tuple[Flight, list[Tube], tuple[float, ...]], dict[str, object]]:
        flight = next(asked)
        return (flight, tubes, heights(flight)), {}

    benchmark.pedantic(resolve, setup=ask, rounds=500)
    tell(f"release beside {len(tubes)} flights", benchmark)


def test_that_nothing_resolves_a_conflict_is_found(
    benchmark: BenchmarkFixture, flights: dict[str, list[Flight]]
) -> None:
    """The worst case, two flights of the same way: all heights and delays are tried."""
    tubes, flight = released(flights), flights["D25"][0]
    above = [whole(replace(flight, id=f"{n}")) for n in range(2)]
    found = benchmark.pedantic(resolve, args=(flight, [*tubes, *above], heights(flight)), rounds=50)
    assert isinstance(found, Conflict)
    tell(f"refusal beside {len(tubes) + 2} flights", benchmark)
