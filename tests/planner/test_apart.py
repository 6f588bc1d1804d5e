"""Flights that are released together never come too near each other, whatever happens within what
is not known of them."""

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from planner.apart import (
    HORIZONTAL_M,
    VERTICAL_M,
    Conflict,
    Resolution,
    _least_m,
    at_heights,
    conflicts,
    layers,
    nearest,
    resolve,
    resolve_detour,
    resolve_home,
)
from planner.frame import to_metres
from planner.model import Landing, LonLat
from planner.tubes import (
    Tube,
    circling,
    coming_down,
    homeward_from,
    on_its_own,
    outward_from,
    returning_straight,
    whole,
)
from tests.planner.flown import CRUISE_M, flight, fly, is_in, nearest_m, place_at, seen_at

LAYERS = layers(CRUISE_M, CRUISE_M - 30, CRUISE_M + 20)

places = st.tuples(st.floats(0, 1500), st.floats(0, 1500))
seeds = st.randoms(use_true_random=False)


@st.composite
def flights(draw, id_="A"):
    pad, *way, scene = sorted(
        draw(st.lists(places, min_size=2, max_size=4))
    )  # never crosses itself
    assume(np.hypot(*np.subtract(pad, scene)) > 200)
    return flight(
        id_, pad, *way, scene,
        back=tuple(draw(st.lists(places, max_size=1))),
        lift_off_s=draw(st.floats(0, 120)),
        cruise_m=CRUISE_M + draw(st.sampled_from([0.0, 4.0, 20.0])),
        speed_ms=draw(st.floats(8, 16)),
    )  # fmt: skip


def everywhere(flown, since_s=None):
    begin = flown[0][0] if since_s is None else since_s
    moments = np.linspace(begin, flown[-1][0], 200)
    return zip(moments.tolist(), place_at(flown, moments), strict=True)


@given(flights(), seeds)
@settings(max_examples=60)
def test_a_flight_stays_in_its_tube_whatever_happens_within_what_is_not_known(one, rng):
    flown = fly(one, rng)
    tube = whole(one)
    assert all(is_in(tube, *there) for there in everywhere(flown))


@given(flights(), seeds, st.floats(0, 1))
@settings(max_examples=60)
def test_a_flight_that_was_seen_on_its_way_stays_in_what_is_left_of_its_tube(one, rng, share):
    flown = fly(one, rng)
    arrived_s = flown[2 + len(one.route.out)][0]
    seen = seen_at(flown, flown[0][0] + share * (arrived_s - flown[0][0]))
    tube = outward_from(one, seen)
    assert all(is_in(tube, *there) for there in everywhere(flown, seen.at_s))


def legs(rng, count):
    """Legs of all kinds: standing, upright, level and askew."""
    ends = rng.uniform(0, 100, (count, 2, 3)) * [1, 1, 0.4]
    kind = rng.integers(0, 4, count)
    ends[kind == 0, 1] = ends[kind == 0, 0]
    ends[kind == 1, 1, :2] = ends[kind == 1, 0, :2]
    ends[kind == 2, :, 2] = 20.0
    early = rng.uniform(0, 100, (count, 1)) + np.array([0, 1]) * rng.uniform(0, 50, (count, 1))
    late = early + rng.uniform(0, 20, (count, 2)) + [0, 10]
    return Tube("", ends, early, late)


def on_a_grid(a, b, i, steps=101):
    """The least distance of two legs, tried out."""
    shares = np.meshgrid(*[np.linspace(0, 1, steps)] * 2, indexing="ij")

    def along(values, share):
        return values[0] + (values[1] - values[0]) * share

    at_a, at_b = (
        along(tube.ends_m[i], share[..., None])
        for tube, share in zip((a, b), shares, strict=True)
    )  # fmt: skip
    together = (along(a.earliest_s[i], shares[0]) <= along(b.latest_s[i], shares[1])) & (
        along(b.earliest_s[i], shares[1]) <= along(a.latest_s[i], shares[0])
    )
    together &= np.abs(at_a[..., 2] - at_b[..., 2]) < VERTICAL_M
    off = np.hypot(*(at_a - at_b)[..., :2].transpose(2, 0, 1))[together]
    return off.min() if off.size else np.inf


def test_of_two_legs_the_least_distance_is_exact():
    rng = np.random.default_rng(5)
    a, b = legs(rng, 600), legs(rng, 600)
    exact = _least_m(a, b)
    tried = np.array([on_a_grid(a, b, i) for i in range(600)])
    assert 200 < np.isfinite(exact).sum() < 500
    assert (exact <= tried + 1e-6).all()
    found = np.isfinite(tried)
    assert (tried[found] - exact[found]).max() < 2.0  # a step of the grid
    assert (np.isfinite(exact) != found).sum() <= 3  # less than a step of the grid


@given(flights("A"), flights("B"))
@settings(max_examples=60)
def test_whether_two_flights_conflict_does_not_depend_on_which_is_asked(one, other):
    a, b = whole(one), whole(other)
    assert nearest(a, [b])[0] == pytest.approx(nearest(b, [a])[0], abs=1e-4)


@given(flights("A"), flights("B"), seeds)
@settings(max_examples=120)
def test_two_flights_released_together_never_come_too_near(one, other, rng):
    resolved = resolve(other, [whole(one)], LAYERS)
    if isinstance(resolved, Conflict):
        assert resolved.flight == "A"
        return
    released = replace(other, route=resolved.route, lift_off_s=other.lift_off_s + resolved.delay_s)
    assert conflicts(whole(released), [whole(one)]) == ()
    for _ in range(3):
        assert nearest_m(fly(one, rng), fly(released, rng), VERTICAL_M - 1e-3) >= HORIZONTAL_M - 0.1


@given(st.lists(flights("A"), min_size=2, max_size=5), flights("B"))
@settings(max_examples=25)
def test_the_same_question_gets_the_same_answer(active, new):
    tubes = [whole(replace(one, id=f"A{i}")) for i, one in enumerate(active)]
    assert resolve(new, tubes, LAYERS) == resolve(new, tubes, LAYERS)
    assert nearest(whole(new), tubes) == [nearest(whole(new), [tube])[0] for tube in tubes]


CROSSING = flight("A", (0, 500), (1000, 500))
NEW = flight("B", (500, 0), (500, 1000))


def test_ways_that_do_not_meet_are_flown_as_planned():
    far = flight("B", (0, 800), (1000, 800))
    assert resolve(far, [whole(CROSSING)], LAYERS) == Resolution(far.route, 0.0, ())


def test_ways_that_cross_are_flown_at_different_heights():
    resolved = resolve(NEW, [whole(CROSSING)], LAYERS)
    assert resolved.avoids == ("A",)
    assert resolved.delay_s == 0
    assert abs(resolved.route.cruise_alt_amsl_m - CRUISE_M) == VERTICAL_M
    assert resolved.route.out[-1] == NEW.route.out[-1]  # the view is as wanted


def test_two_drones_over_one_scene_have_a_height_each():
    second = flight("B", (1000, 1500), (1000, 500))
    resolved = resolve(second, [whole(CROSSING)], LAYERS)
    assert resolved.route.out[-1].alt_amsl_m == CRUISE_M + VERTICAL_M
    assert resolved.route.cruise_alt_amsl_m == CRUISE_M + VERTICAL_M


def test_where_no_height_is_left_it_starts_when_the_other_has_passed():
    seen = seen_at([(0.0, (900.0, 500.0, CRUISE_M))], 0.0)
    passing = homeward_from(CROSSING, CROSSING.route.back, seen)
    soon = replace(NEW, lift_off_s=0.0)
    resolved = resolve(soon, [passing], [CRUISE_M])
    assert resolved.delay_s > 0
    assert resolved.route == NEW.route


def test_what_nothing_resolves_names_the_flight_in_the_way():
    hopeless = resolve(NEW, [whole(CROSSING)], [CRUISE_M])
    assert hopeless == Conflict("A", pytest.approx(0.0, abs=1e-6))


def test_layers_stay_between_the_lowest_and_the_ceiling():
    assert layers(100, 70, 120) == (70, 85, 100, 115)
    assert layers(100, 100, 110) == (100,)


def test_a_way_home_planned_anew_is_flown_at_a_free_height():
    seen = seen_at([(0.0, (500.0, 300.0, CRUISE_M))], 0.0)
    way = replace(NEW.route, out=(), back=NEW.route.back[-1:])
    assert resolve_home(NEW, way, seen, [whole(CROSSING)], LAYERS) == Resolution(way, 0.0, ())
    north = seen_at([(0.0, (500.0, 900.0, CRUISE_M + 15))], 0.0)
    resolved = resolve_home(NEW, way, north, [whole(CROSSING)], LAYERS)
    assert resolved.avoids == ("A",)
    assert resolved.route.cruise_alt_amsl_m == CRUISE_M + VERTICAL_M
    assert conflicts(homeward_from(NEW, resolved.route.back, north, resolved.delay_s), []) == ()


def test_a_drone_diverted_in_the_air_takes_a_free_height_where_it_is():
    seen = seen_at([(0.0, (500.0, 300.0, CRUISE_M))], 0.0)
    there = NEW.route.out[-1]
    way = replace(NEW.route, out=(there._replace(alt_amsl_m=CRUISE_M), there))
    diverted = replace(NEW, route=way)
    assert resolve_detour(diverted, seen, [], LAYERS) == Resolution(way, 0.0, ())
    found = resolve_detour(diverted, seen, [whole(CROSSING)], LAYERS)
    assert found.avoids == ("A",)
    first = found.route.out[0]
    assert (first.lon, first.lat) == (seen.lon, seen.lat)
    assert abs(first.alt_amsl_m - CRUISE_M) >= VERTICAL_M
    flown = outward_from(replace(diverted, route=found.route), seen, from_pad=False)
    assert conflicts(flown, [whole(CROSSING)]) == ()
    assert isinstance(resolve_detour(diverted, seen, [whole(CROSSING)], [CRUISE_M]), Conflict)


def test_what_a_drone_on_its_own_may_do_holds_all_that_it_might():
    flown = fly(CROSSING, random.Random(3))
    seen = seen_at(flown, flown[0][0] + 40.0)
    tube = on_its_own(CROSSING, seen, CRUISE_M, seen.at_s)
    assert all(is_in(tube, *there) for there in everywhere(flown, seen.at_s))
    assert nearest(returning_straight(CROSSING, seen, CRUISE_M), [tube]) == [0.0]
    unseen = on_its_own(CROSSING, None, CRUISE_M, 0.0)
    assert all(is_in(unseen, *there) for there in everywhere(flown, 0.0))


def test_over_the_scene_and_coming_down_a_drone_keeps_its_place():
    seen = seen_at([(0.0, (1000.0, 503.0, 112.0))], 0.0)
    near, far = (flight("B", (1000, 900), (1000, y)) for y in (545, 560))
    there = [outward_from(CROSSING, seen)]
    assert [bool(conflicts(whole(each), there)) for each in (near, far)] == [True, False]
    down = coming_down(CROSSING, seen)
    assert is_in(down, 60.0, np.array([1000.0, 503.0, 80.0]))


def test_a_drone_that_circles_a_place_needs_room_all_around_it():
    seen = seen_at([(0.0, (1000.0, 500.0, 110.0))], 0.0)
    stays = outward_from(CROSSING, seen)
    circles = circling(CROSSING, stays, 100.0, 0.0)
    near, far = (flight("B", (1000, 900), (1000, y), scene_m=110) for y in (645, 660))
    assert not conflicts(whole(near), [stays])
    found = [bool(conflicts(whole(each), [circles])) for each in (near, far)]
    assert found == [True, False]


def test_being_off_the_track_a_little_changes_nothing():
    up = replace(NEW, id="B", route=at_heights(NEW.route, CRUISE_M + 15, 110.0))
    for off in (-6.0, 6.0):
        seen = seen_at([(0.0, (300.0, 500.0 + off, CRUISE_M + off))], 0.0)
        assert conflicts(whole(up), [outward_from(CROSSING, seen)]) == ()


def test_the_same_way_at_other_heights_keeps_its_places_and_speeds():
    route = at_heights(NEW.route, 130.0, 90.0)
    assert [place[:2] for place in route.out] == [place[:2] for place in NEW.route.out]
    assert route.out[-1].alt_amsl_m == 90.0
    assert {place.alt_amsl_m for place in (*route.out[:-1], *route.back)} == {130.0}


def test_what_its_autopilot_brings_to_a_nearer_landing_is_reckoned_on_the_way_there():
    one = flight("A", (0, 0), (1000, 0), back=())
    seen = seen_at(fly(one, random.Random(1)), one.lift_off_s + 60)
    beside = Landing("R01", LonLat(seen.lon, seen.lat + 0.001), one.pad_amsl_m - 3.0)
    home = returning_straight(one, seen, CRUISE_M)
    there = returning_straight(replace(one, landings=(beside,)), seen, CRUISE_M)
    assert tuple(home.ends_m[-1, 1]) == pytest.approx((*_metres(one.pad), one.pad_amsl_m))
    assert tuple(there.ends_m[-1, 1]) == pytest.approx((*_metres(beside.at), beside.alt_amsl_m))
    lost = on_its_own(replace(one, landings=(beside,)), seen, CRUISE_M, seen.at_s)
    ends = [tuple(end) for end in lost.ends_m[:, 1]]
    assert any(end == pytest.approx((*_metres(beside.at), beside.alt_amsl_m)) for end in ends)


def _metres(at: LonLat) -> tuple[float, float]:
    east_m, north_m = to_metres(np.array([at]))[0].tolist()
    return east_m, north_m
