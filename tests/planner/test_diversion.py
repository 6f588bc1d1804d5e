"""Drones in the air compete with those in their docks."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.airspace import build
from planner.dispatch import WORKED_OUT, choose
from planner.model import LaunchTimes, Picture, Reason, Veto, Waypoint, Wind
from tests.planner.worlds import (
    box,
    candidate,
    degrees,
    flown_points,
    length_m,
    metres,
    picture,
    plain_length_m,
    random_free,
    random_rings,
    task,
    told,
    volume,
)

DOCKS = {"D01": degrees(0, 0), "D02": degrees(3000, 0)}
SPACE = build((), DOCKS)
TOLD = LaunchTimes(cover_s=0.0, upload_s=4.0, checks_s=0.0, spin_up_s=0.0)
CRUISE_M = 160.0


def above(x: float, y: float, alt_amsl_m: float = CRUISE_M) -> Waypoint:
    return Waypoint(*degrees(x, y), alt_amsl_m, 0.0)


def out_at(start: Waypoint, energy_wh: float = 150.0, *vetoes: Reason) -> Picture:
    """D02's drone is in the air, D01's in its dock; the place is 600 m from D01."""
    flying = replace(
        candidate("D02", DOCKS["D02"], energy_wh=energy_wh),
        airborne=start,
        launch=TOLD,
        vetoes=vetoes,
    )
    return Picture((candidate("D01", DOCKS["D01"]), flying), task(degrees(600, 0), scene_s=60))


def test_a_drone_in_the_air_goes_when_it_is_there_sooner() -> None:
    best = choose(SPACE, out_at(above(700, 0))).best
    assert best is not None
    assert (best.dock, best.airborne) == ("D02", True)
    assert best.parts is not None
    assert best.parts.launch_s == TOLD.total_s
    assert best.parts.climb_s == 0.0
    assert best.eta_s == pytest.approx(best.parts.total_s)


def test_one_that_is_farther_than_the_launch_is_long_stays_at_its_task() -> None:
    decision = choose(SPACE, out_at(above(2900, 0)))
    assert decision.best is not None
    assert decision.best.dock == "D01"
    assert decision.ranking[1].feasible


def test_one_without_the_energy_for_it_is_ruled_out_with_the_figures() -> None:
    decision = choose(SPACE, out_at(above(700, 0), 45.0))
    (reason,) = decision.ranking[1].reasons
    assert reason.veto is Veto.BATTERY
    assert reason.value is not None
    assert reason.limit is not None
    assert reason.value < reason.limit


def test_what_speaks_against_a_drone_in_the_air_rules_it_out_like_any_other() -> None:
    lent = Reason(Veto.DRONE_AWAY, text="it is lent")
    offer = choose(SPACE, out_at(above(700, 0), 150.0, lent)).ranking[1]
    assert (offer.feasible, offer.reasons) == (False, (lent,))
    assert offer.eta_s is not None  # so that a person can see what it could do


def test_one_inside_a_no_fly_volume_is_not_diverted() -> None:
    space = build([volume("N1", box(650, -100, 100, 200))], DOCKS)
    offer = choose(space, out_at(above(700, 0))).ranking[1]
    assert [reason.veto for reason in offer.reasons] == [Veto.NO_PATH]


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000_000))
def test_its_way_is_the_shortest_from_where_it_is(seed: int) -> None:
    rng = random.Random(seed)
    rings = random_rings(rng)
    dock, start, goal = (random_free(rng, rings) for _ in range(3))
    volumes = [volume(f"N{i}", ring) for i, ring in enumerate(rings)]
    space = build(volumes, {"D01": degrees(*dock)})
    flying = replace(candidate("D01", degrees(*dock)), airborne=above(*start), launch=TOLD)
    (offer,) = choose(space, Picture((flying,), task(degrees(*goal), scene_s=0))).ranking
    if offer.route is None:
        return  # enclosed
    solids = [shapely.Polygon(told(ring)) for ring in rings]
    points = flown_points(degrees(*start), offer.route.out)
    shortest_m = plain_length_m(solids, points[0], metres(degrees(*goal)))
    assert length_m(points) == pytest.approx(shortest_m, abs=0.05)


@settings(max_examples=10)
@given(seed=st.integers(0, 10_000_000))
def test_among_many_none_in_the_air_is_left_out_that_would_be_first(seed: int) -> None:
    rng = random.Random(seed)
    count = 2 * WORKED_OUT
    sites = {f"D{n:03d}": degrees(rng.uniform(0, 9000), rng.uniform(0, 9000)) for n in range(count)}
    space = build((), sites)
    asked = picture(sites, degrees(600, 600), Wind(rng.uniform(0, 8), rng.uniform(0, 360)))
    flying = tuple(
        replace(each, airborne=above(rng.uniform(0, 9000), rng.uniform(0, 9000)), launch=TOLD)
        if rng.random() < 0.2
        else each
        for each in asked.candidates
    )
    best = choose(space, replace(asked, candidates=flying)).best
    alone = [
        choose(space, replace(asked, candidates=(each,))).ranking[0].eta_s or 1e9 for each in flying
    ]
    assert best is not None
    assert best.eta_s == min(alone)
