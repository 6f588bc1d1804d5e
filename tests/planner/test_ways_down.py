"""Two ways down: what the proof tells of a flight, against a slow and plain one."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from itertools import pairwise

import networkx as nx
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from planner.airspace import Airspace, AirspaceInvalid, build
from planner.dispatch import choose
from planner.energy import home_wh
from planner.flight import cruise_s
from planner.model import (
    Alternative,
    Candidate,
    Landing,
    LaunchTimes,
    LonLat,
    Picture,
    Reason,
    Veto,
    Waypoint,
    WaysDown,
    Wind,
)
from planner.ways_down import HIGHER_M, second_way_wh, ways_down, ways_down_along
from tests.planner.worlds import (
    CALM,
    PERFORMANCE,
    Point,
    box,
    degrees,
    metres,
    picture,
    plain_graph,
    plain_wind_s,
    random_free,
    random_rings,
    told,
    volume,
)

SEEDS = st.integers(0, 10_000_000)
WINDS = st.builds(
    Wind, st.integers(0, 20).map(lambda n: n / 2), st.integers(0, 35).map((10.0).__mul__)
)

DOCKS = {"D01": degrees(0, 0), "D02": degrees(5000, 0)}
MEADOW = Landing("R01", degrees(2000, 100), 40.0)


def random_flight(seed: int, wind: Wind) -> tuple[Airspace, Candidate, Picture, Alternative, list]:
    """The flight of the first dock in a small world with three landing places."""
    rng = random.Random(seed)
    rings = random_rings(rng)
    sites = {f"D{n:02d}": degrees(*random_free(rng, rings)) for n in (1, 2)}
    landings = [
        Landing(f"R{n:02d}", degrees(*random_free(rng, rings)), rng.uniform(0.0, 80.0))
        for n in (1, 2, 3)
    ]
    airspace = build([volume(f"N{i}", ring) for i, ring in enumerate(rings)], sites, landings)
    asked = picture(sites, degrees(*random_free(rng, rings)), wind, scene_s=60.0)
    only = replace(asked, candidates=asked.candidates[:1])
    (offer,) = choose(airspace, only).ranking
    solids = [shapely.Polygon(told(ring)) for ring in rings]
    return airspace, only.candidates[0], only, offer, solids


def plain_needs_wh(
    solids: list[shapely.Polygon], here: Point, there: Point, wind: Wind, down_m: float
) -> float | None:
    """At cruise height, over the fastest of all ways between corners."""
    if math.dist(here, there) < 1e-3:
        return home_wh(PERFORMANCE, 0.0, down_m, 0.0)
    graph = plain_graph(solids, (here, there))
    for a, b in list(graph.edges):
        seconds = plain_wind_s(wind, a, b)
        if seconds is None:
            graph.remove_edge(a, b)
        else:
            graph.edges[a, b]["s"] = seconds
    if not nx.has_path(graph, here, there):
        return None
    way = nx.dijkstra_path(graph, here, there, "s")
    speeds_ms = [math.dist(a, b) / graph.edges[a, b]["s"] for a, b in pairwise(way)]
    return home_wh(PERFORMANCE, 0.0, down_m, cruise_s(way, speeds_ms, PERFORMANCE))


@settings(max_examples=40)
@given(SEEDS, WINDS)
def test_at_each_point_the_two_best_are_those_of_a_plain_search(seed: int, wind: Wind) -> None:
    airspace, candidate, asked, offer, solids = random_flight(seed, wind)
    assume(offer.route is not None)
    assert offer.route is not None
    found = ways_down(airspace, candidate, asked.task, offer.route, step_m=400.0)
    cruise_m = offer.route.cruise_alt_amsl_m
    places = {candidate.dock: (candidate.at, candidate.alt_amsl_m)}
    places |= {
        each.id: (each.at, each.alt_amsl_m)
        for each in airspace.landings
        if each.alt_amsl_m <= candidate.alt_amsl_m + HIGHER_M
    }
    for moment in found.moments:
        if moment.alt_amsl_m < cruise_m:
            continue  # over the scene, where it must climb first
        here = metres((moment.lon, moment.lat))
        plain = {
            place: wh
            for place, (at, ground_m) in places.items()
            if (wh := plain_needs_wh(solids, here, metres(at), wind, cruise_m - ground_m))
        }
        best = sorted(plain.values())[:2]
        assert [way.needs_wh for way in moment.ways] == pytest.approx(best, abs=2e-3)
        for way in moment.ways:
            assert way.needs_wh == pytest.approx(plain[way.place], abs=2e-3)
            left_wh = moment.energy_wh - way.needs_wh - 30.0  # a fifth of 150 Wh
            assert way.margin_wh == pytest.approx(left_wh)


@settings(max_examples=40)
@given(SEEDS, WINDS)
def test_points_in_between_change_nothing_at_the_points_of_the_route(seed: int, wind: Wind) -> None:
    airspace, candidate, asked, offer, _ = random_flight(seed, wind)
    assume(offer.route is not None)
    assert offer.route is not None
    coarse = ways_down(airspace, candidate, asked.task, offer.route)
    fine = ways_down(airspace, candidate, asked.task, offer.route, step_m=100.0)
    assert set(coarse.moments) <= set(fine.moments)
    at_s = [moment.at_s for moment in fine.moments]
    assert at_s == sorted(at_s)
    energies = [moment.energy_wh for moment in fine.moments]
    assert energies == sorted(energies, reverse=True)


@settings(max_examples=60)
@given(SEEDS, WINDS)
def test_its_own_dock_at_the_last_point_leaves_what_the_choice_tells(seed: int, wind: Wind) -> None:
    airspace, candidate, asked, offer, _ = random_flight(seed, wind)
    assume(offer.route is not None)
    assert offer.route is not None
    last = ways_down(airspace, candidate, asked.task, offer.route).moments[-1]
    own = next(way for way in last.ways if way.place == candidate.dock)
    assert own.margin_wh + 30.0 == pytest.approx(offer.energy_left_wh)


def proved(energy_wh: float, landings: list[Landing], wind: Wind = CALM) -> Alternative:
    """The flight of D01 to a place 3 km east, the first of what is chosen."""
    airspace = build([], DOCKS, landings)
    asked = picture({"D01": DOCKS["D01"]}, degrees(3000, 0), wind)
    (only,) = asked.candidates
    asked = replace(asked, candidates=(replace(only, energy_wh=energy_wh),))
    return choose(airspace, asked).ranking[0]


def proof(offer: Alternative) -> WaysDown:
    assert offer.ways_down is not None
    return offer.ways_down


def test_the_decision_tells_the_places_from_the_dock_out_and_home() -> None:
    found = proof(proved(150.0, [MEADOW]))
    assert found.holds
    assert found.places == ("D01", "R01")
    first, arrived, left, last = found.moments
    assert [way.place for way in first.ways] == ["D01", "R01"]
    assert [way.place for way in left.ways] == ["R01", "D01"]
    assert (arrived.lon, arrived.lat) == (left.lon, left.lat)
    assert (first.lon, first.lat) == (last.lon, last.lat)
    assert found.weakest == last


def test_from_below_cruise_height_the_climb_is_reckoned() -> None:
    _, arrived, left, _ = proof(proved(150.0, [MEADOW])).moments
    assert left.alt_amsl_m < arrived.alt_amsl_m
    assert left.ways[0].needs_wh > arrived.ways[0].needs_wh


def test_a_flight_that_has_one_way_down_is_told_so_with_the_figures() -> None:
    far = Landing("R01", degrees(14_000, 0), 40.0)
    offer = proved(80.0, [far])
    assert offer.feasible  # there is nobody better
    assert not proof(offer).holds
    (reason,) = offer.reasons
    assert reason.veto is Veto.ONE_WAY_DOWN
    assert reason.value is not None
    assert reason.value < 0
    assert "R01" in reason.text


def test_a_place_that_is_upwind_in_too_strong_a_wind_cannot_be_reached_at_all() -> None:
    upwind = Landing("R01", degrees(9000, 0), 40.0)
    airspace = build([], DOCKS, [upwind])
    asked = picture({"D01": DOCKS["D01"]}, degrees(0, 1000), Wind(14.5, 90.0), scene_s=10.0)
    first = choose(airspace, asked).ranking[0]
    assert first.feasible
    assert {way.place for moment in proof(first).moments for way in moment.ways} == {"D01"}
    (reason,) = first.reasons
    assert reason.value is None
    assert "no second landing place" in reason.text


def test_a_place_shut_in_by_no_fly_volumes_makes_no_airspace() -> None:
    rings = [box(7000, -1000, 2000, 100), box(7000, 900, 2000, 100)]
    rings += [box(7000, -1000, 100, 2000), box(8900, -1000, 100, 2000)]
    walls = [volume(f"N{number}", ring) for number, ring in enumerate(rings)]
    with pytest.raises(AirspaceInvalid, match="landing place R01 stands in a gap"):
        build(walls, DOCKS, [Landing("R01", degrees(8000, 0), 40.0)])


def test_one_with_two_ways_down_goes_before_a_faster_one_with_one() -> None:
    far = Landing("R01", degrees(5000, 2000), 40.0)  # near D02
    airspace = build([], DOCKS, [far])
    asked = picture(DOCKS, degrees(2300, 0))
    near, farther = asked.candidates
    asked = replace(asked, candidates=(replace(near, energy_wh=69.0), farther))
    ranking = choose(airspace, asked).ranking
    assert [offer.dock for offer in ranking] == ["D02", "D01"]
    assert [offer.feasible for offer in ranking] == [True, True]
    first, second = ranking
    assert proof(first).holds
    assert not proof(second).holds
    assert (first.eta_s or 0) > (second.eta_s or 0)
    assert [reason.veto for reason in second.reasons] == [Veto.ONE_WAY_DOWN]


def test_an_airspace_without_landings_asks_for_no_proof() -> None:
    assert choose(build([], DOCKS), picture(DOCKS, degrees(2000, 0))).ranking[0].ways_down is None


def test_landings_are_no_place_to_fly_over() -> None:
    """They are ends of ways: that one lies on a way changes nothing in it."""
    wall = volume("N1", box(1000, -500, 100, 1000))
    at = degrees(2000, 0)
    (before,) = choose(
        build([wall], {"D01": DOCKS["D01"]}), picture({"D01": DOCKS["D01"]}, at)
    ).ranking
    landing = Landing("R01", degrees(1000, 501), 40.0)
    airspace = build([wall], {"D01": DOCKS["D01"]}, [landing])
    (after,) = choose(airspace, picture({"D01": DOCKS["D01"]}, at)).ranking
    assert after.route == before.route


def test_a_place_much_higher_than_its_dock_is_none_for_it() -> None:
    level, hill = replace(MEADOW, alt_amsl_m=64.0), replace(MEADOW, alt_amsl_m=66.0)
    assert proof(proved(150.0, [level])).holds  # the dock is 60 m above the sea
    assert proof(proved(150.0, [hill])).places == ("D01",)


def test_two_places_of_one_name_make_no_airspace() -> None:
    with pytest.raises(AirspaceInvalid, match="same id"):
        build([], DOCKS, [replace(MEADOW, id="D01")])


def test_of_a_drone_in_the_air_it_begins_where_that_is() -> None:
    airspace = build([], DOCKS, [MEADOW])
    asked = picture({"D01": DOCKS["D01"]}, degrees(3000, 0))
    told_s = LaunchTimes(cover_s=0.0, upload_s=6.0, checks_s=0.0, spin_up_s=0.0)
    start = Waypoint(*degrees(1000, 500), 120.0, 0.0)
    flying = replace(asked.candidates[0], airborne=start, launch=told_s)
    offer = choose(airspace, replace(asked, candidates=(flying,))).ranking[0]
    found = proof(offer)
    first, last = found.moments[0], found.moments[-1]
    assert (first.lon, first.lat) == start[:2]
    assert first.alt_amsl_m == pytest.approx(160.0)  # it climbs before it goes
    own = next(way for way in last.ways if way.place == "D01")
    assert own.margin_wh + 30.0 == pytest.approx(offer.energy_left_wh)


def test_a_free_dock_counts_where_landings_do_not_suffice() -> None:
    far = Landing("R01", degrees(20_000, 0), 40.0)
    airspace = build([], DOCKS, [far])
    asked = picture(DOCKS, degrees(3000, 0))
    near, other = (replace(each, energy_wh=95.0) for each in asked.candidates)
    away = replace(other, vetoes=(Reason(Veto.DRONE_AWAY, text="it is out"),))
    asked = replace(asked, candidates=(near, away))
    assert not proof(choose(airspace, asked).ranking[0]).holds
    offer = choose(airspace, replace(asked, free_docks=("D02",))).ranking[0]
    assert offer.reasons == ()
    assert proof(offer).holds
    assert proof(offer).places == ("D01", "D02")


def test_a_free_dock_is_not_named_where_landings_suffice() -> None:
    airspace = build([], DOCKS, [MEADOW])
    asked = replace(picture(DOCKS, degrees(3000, 0)), free_docks=("D01", "D02"))
    plain = choose(airspace, replace(asked, free_docks=()))
    assert choose(airspace, asked) == plain


def test_a_flight_over_places_is_proved_as_one_there_and_back() -> None:
    """At the same points it needs the same; it is reckoned to stop at each, so it has used more."""
    airspace = build([], DOCKS, [MEADOW])
    asked = picture({"D01": DOCKS["D01"]}, degrees(3000, 0))
    (candidate,), task = asked.candidates, asked.task
    offer = choose(airspace, asked).ranking[0]
    assert offer.route is not None
    cruise_m, (out, scene) = offer.route.cruise_alt_amsl_m, offer.route.out[-2:]
    up = Waypoint(*candidate.at, cruise_m, 0.0)
    hops = [(up, 0.0), (out, 0.0), (scene, task.scene_s), (out._replace(speed_ms=0.0), 0.0)]
    hops += [(place, 0.0) for place in offer.route.back[1:]]
    along = ways_down_along(airspace, candidate, hops, cruise_m)
    there = proof(offer)
    assert along.holds
    assert along.places == there.places
    own = next(way for way in along.moments[-1].ways if way.place == "D01")
    assert own.margin_wh + 30.0 == pytest.approx(offer.energy_left_wh, abs=0.1)
    assert along.moments[-1].at_s == pytest.approx(there.moments[-1].at_s, abs=0.1)


def test_the_second_way_down_from_anywhere_is_the_second_of_the_proof() -> None:
    airspace = build([], DOCKS, [MEADOW])
    (candidate,) = picture({"D01": DOCKS["D01"]}, degrees(3000, 0)).candidates
    at = LonLat(*degrees(2500, 0))
    to_dock = second_way_wh(airspace, candidate, at, 160.0, 160.0)
    (moment,) = ways_down_along(
        airspace, candidate, [(Waypoint(*at, 160.0, 10.0), 0.0)], 160.0
    ).moments
    assert [way.place for way in moment.ways] == ["R01", "D01"]
    assert to_dock == moment.ways[1].needs_wh
    assert second_way_wh(build([], DOCKS), candidate, at, 160.0, 160.0) is None
