"""The dispatch choice: every dock ranked, every refusal with its reason."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from planner.airspace import Airspace, build
from planner.checks import QuestionInvalid
from planner.dispatch import choose
from planner.homeward import way_home
from planner.model import Decision, LonLat, Picture, Reason, Task, Veto, Wind
from planner.places import nearest_legal
from tests.planner.worlds import (
    LAUNCH,
    PERFORMANCE,
    box,
    candidate,
    degrees,
    length_m,
    metres,
    picture,
    random_free,
    random_rings,
    task,
    volume,
)

SEEDS = st.integers(0, 10_000_000)
WINDS = st.builds(Wind, st.floats(0, 20), st.floats(0, 360))
AWAY = Reason(Veto.DRONE_AWAY, text="U02 is on a sortie")

WALL = volume("N1", box(400, -200, 100, 400))
DOCKS = {"D01": degrees(0, 0), "D02": degrees(0, 150), "D03": degrees(900, 0)}
SPACE = build([WALL], DOCKS)


def random_picture(seed: int, wind: Wind, docks: int = 6) -> tuple[Airspace, Picture]:
    rng = random.Random(seed)
    rings = random_rings(rng)
    sites = {f"D{n:02d}": degrees(*random_free(rng, rings)) for n in range(1, docks + 1)}
    airspace = build([volume(f"N{i}", ring) for i, ring in enumerate(rings)], sites)
    at = degrees(rng.uniform(0, 1200), rng.uniform(0, 1200))  # may lie inside a volume
    asked = picture(sites, at, wind)
    candidates = tuple(
        replace(
            each,
            energy_wh=rng.choice((35.0, 60.0, 150.0)),
            vetoes=(AWAY,) if rng.random() < 0.2 else (),
            wind=Wind(wind.speed_ms * rng.uniform(0.5, 1.0), wind.from_deg),
        )
        for each in asked.candidates
    )
    return airspace, replace(asked, candidates=candidates)


@settings(max_examples=30)
@given(seed=SEEDS, wind=WINDS)
def test_all_docks_are_ranked_feasible_ones_first_by_eta(seed: int, wind: Wind) -> None:
    airspace, asked = random_picture(seed, wind)
    decision = choose(airspace, asked)
    assert sorted(each.dock for each in decision.ranking) == sorted(airspace.docks)
    feasible = [each for each in decision.ranking if each.feasible]
    assert list(decision.ranking[: len(feasible)]) == feasible
    keys = [(each.eta_s, each.dock) for each in feasible]
    assert keys == sorted(keys)
    assert decision.best == (feasible[0] if feasible else None)
    assert decision.airspace_id == airspace.id


@settings(max_examples=30)
@given(seed=SEEDS, wind=WINDS)
def test_whoever_is_ruled_out_has_a_reason_in_words_and_nobody_else(seed: int, wind: Wind) -> None:
    for each in choose(*random_picture(seed, wind)).ranking:
        assert each.feasible == (each.reasons == ())
        assert all(reason.text for reason in each.reasons)


@settings(max_examples=30)
@given(seed=SEEDS, wind=WINDS)
def test_the_eta_is_the_sum_of_its_parts_and_the_window_follows_from_it(
    seed: int, wind: Wind
) -> None:
    _, asked = found = random_picture(seed, wind)
    for each in choose(*found).ranking:
        if each.parts is None:
            assert each.eta_s is None
            assert each.route is None
            assert not each.in_window
            continue
        parts = each.parts
        assert each.eta_s == parts.launch_s + parts.climb_s + parts.cruise_s + parts.descent_s
        assert min(parts.launch_s, parts.climb_s, parts.cruise_s, parts.descent_s) >= 0
        assert each.in_window == (each.eta_s <= asked.task.window_s)


@settings(max_examples=30)
@given(seed=SEEDS, wind=WINDS)
def test_the_same_inputs_give_the_same_decision_to_the_last_bit(seed: int, wind: Wind) -> None:
    pictures, decisions = TypeAdapter(Picture), TypeAdapter(Decision)
    airspace, asked = random_picture(seed, wind)
    first = choose(airspace, asked)
    again, _ = random_picture(seed, wind)
    read_back = pictures.validate_json(pictures.dump_json(asked))
    assert read_back == asked
    choose(again, replace(asked, task=task(degrees(1100, 1100))))  # what was asked before
    second = choose(again, read_back)
    assert decisions.dump_json(second) == decisions.dump_json(first)
    assert decisions.validate_json(decisions.dump_json(first)) == first


def test_of_two_equal_docks_the_one_with_the_lower_id_leads() -> None:
    twins = {"D02": degrees(0, 100), "D01": degrees(0, 100)}
    ranking = choose(build([], twins), picture(twins, degrees(500, 100))).ranking
    assert [each.dock for each in ranking] == ["D01", "D02"]


def drawn(costs: dict[str, float], at: LonLat) -> list[str]:
    """The ranking in an empty sky when the docks' absence costs so much coverage."""
    docks = {"D01": degrees(0, 0), "D02": degrees(0, 40), "D03": degrees(0, 400)}
    asked = picture(docks, at)
    candidates = tuple(
        replace(each, absence_cost=costs.get(each.dock, 0.0)) for each in asked.candidates
    )
    ranking = choose(build([], docks), replace(asked, candidates=candidates)).ranking
    return [offer.dock for offer in ranking]


def test_of_docks_as_soon_there_the_one_that_is_least_missed_goes() -> None:
    near = degrees(0, -600)
    assert drawn({}, near) == ["D01", "D02", "D03"]
    assert drawn({"D01": 0.02, "D02": 0.01}, near) == ["D02", "D01", "D03"]
    assert drawn({"D01": 0.02, "D02": 0.02}, near) == ["D01", "D02", "D03"]


def test_a_dock_that_is_later_does_not_go_first_for_coverage_nor_when_time_has_run_out() -> None:
    assert drawn({"D01": 0.5, "D02": 0.5, "D03": 0.0}, degrees(0, -600))[0] != "D03"
    assert drawn({"D01": 0.5}, degrees(0, -6000))[0] == "D01"


def test_without_what_the_task_needs_a_drone_is_ruled_out_and_told_what_it_lacks() -> None:
    asked = picture(DOCKS, degrees(0, 300))
    wanted = replace(asked.task, needs=("thermal", "speaker"))
    equipped = replace(asked.candidates[1], payloads=("speaker", "thermal", "zoom"))
    half = replace(asked.candidates[0], payloads=("thermal",))
    decision = choose(SPACE, Picture((half, equipped), wanted))
    assert decision.best is not None
    assert decision.best.dock == "D02"
    reason = decision.ranking[1].reasons[0]
    assert (reason.veto, reason.text) == (Veto.PAYLOAD, "U01 carries no speaker")


def test_an_arrival_is_as_likely_as_many_launches_and_winds_drawn_say() -> None:
    asked = picture({"D01": degrees(0, 0)}, degrees(0, 3000), Wind(5.0, 0.0))
    launch = replace(LAUNCH, spread_s=4.0)
    uncertain = replace(asked.candidates[0], launch=launch, wind_spread_ms=1.0)
    sure = choose(SPACE, asked).ranking[0].eta_s
    assert sure is not None
    for margin_s in (-30.0, -5.0, 10.0, 30.0):
        task_ = replace(asked.task, window_s=sure + margin_s)
        said = choose(SPACE, Picture((uncertain,), task_)).ranking[0].on_time
        assert said == pytest.approx(drawn_share(asked, task_), abs=0.06)


def drawn_share(asked: Picture, task_: Task) -> float:
    rng, sure, draws = random.Random(3), asked.candidates[0], 400
    in_time = 0
    for _ in range(draws):
        wind = Wind(rng.gauss(5.0, 1.0), 0.0)
        late_s = rng.gauss(0.0, 4.0)
        offer = choose(SPACE, Picture((replace(sure, wind=wind),), task_)).ranking[0]
        assert offer.eta_s is not None
        in_time += offer.eta_s + late_s <= task_.window_s
    return in_time / draws


def test_with_nothing_uncertain_an_arrival_is_sure_or_impossible() -> None:
    ranking = choose(SPACE, picture(DOCKS, degrees(0, 2500))).ranking
    assert [offer.on_time for offer in ranking] == [float(offer.in_window) for offer in ranking]


def test_the_dock_that_is_nearer_on_the_map_may_be_the_slower_one() -> None:
    at = degrees(520, 0)
    assert choose(SPACE, picture(DOCKS, at)).ranking[0].dock == "D03"
    strong = Wind(12, 270)  # against whoever comes from the east
    sites = {"D01": degrees(-600, 0), "D03": degrees(500, 0)}
    ranking = choose(build([], sites), picture(sites, degrees(0, 0), strong)).ranking
    assert [each.dock for each in ranking] == ["D01", "D03"]


def test_a_dock_ruled_out_before_still_shows_what_it_would_have_done() -> None:
    asked = picture(DOCKS, degrees(0, 50))
    first, *rest = asked.candidates
    asked = replace(asked, candidates=(replace(first, vetoes=(AWAY,)), *rest))
    ranking = choose(SPACE, asked).ranking
    (out,) = (each for each in ranking if each.dock == "D01")
    assert not out.feasible
    assert out.reasons == (AWAY,)
    assert out.eta_s is not None
    assert out.route is not None
    assert ranking[-1] is out


def test_a_place_inside_a_volume_rules_out_every_dock_and_names_the_nearest_legal_one() -> None:
    decision = choose(SPACE, picture(DOCKS, degrees(420, 0)))
    assert decision.best is None
    for each in decision.ranking:
        (reason,) = each.reasons
        assert reason.veto is Veto.NO_PATH
        assert "N1 (volume N1)" in reason.text
        assert "20 m away" in reason.text or "21 m away" in reason.text


def test_the_nearest_legal_place_is_on_the_near_side_of_the_volume() -> None:
    legal, off_m = nearest_legal(SPACE, degrees(420, 0))
    assert off_m == pytest.approx(20, abs=1.5)
    assert metres(legal) == pytest.approx((400, 0), abs=1.5)
    outside = degrees(380, 0)
    assert nearest_legal(SPACE, outside) == (outside, 0.0)


def test_a_place_walled_in_has_no_way() -> None:
    ring = volume("N2", box(0, 0, 400, 400), list(reversed(box(100, 100, 200, 200))))
    sites = {"D01": degrees(-100, 0)}
    (only,) = choose(build([ring], sites), picture(sites, degrees(200, 200))).ranking
    assert [reason.veto for reason in only.reasons] == [Veto.NO_PATH]
    assert only.eta_s is None


def test_too_strong_a_headwind_is_the_reason_named() -> None:
    sites = {"D01": degrees(0, 0)}
    asked = picture(sites, degrees(1000, 0), Wind(18, 90))
    (only,) = choose(build([], sites), asked).ranking
    (reason,) = only.reasons
    assert reason.veto is Veto.HEADWIND
    assert reason.value == 18
    assert reason.limit is not None
    assert "18.0 m/s" in reason.text


def test_the_route_climbs_to_cruise_height_goes_down_at_the_scene_and_ends_over_the_pad() -> None:
    at = degrees(700, 0)
    (best, *_) = choose(SPACE, picture({"D01": DOCKS["D01"]}, at)).ranking
    route = best.route
    assert route is not None
    assert route.cruise_alt_amsl_m == 160.0  # 100 m above the dock at 60 m, the higher ground
    *legs, down = route.out
    assert {point.alt_amsl_m for point in legs} == {160.0}
    assert LonLat(legs[-1].lon, legs[-1].lat) == at
    assert LonLat(down.lon, down.lat) == at
    assert down.alt_amsl_m == 110.0  # 60 m above the ground at 50 m
    assert all(0 < point.speed_ms <= 20 for point in legs)
    assert {point.alt_amsl_m for point in route.back} == {160.0}
    assert LonLat(route.back[-1].lon, route.back[-1].lat) == DOCKS["D01"]
    assert route.out_m == pytest.approx(
        length_m([metres(DOCKS["D01"]), *(metres(point) for point in legs)]), abs=1e-6
    )


def test_from_anywhere_in_the_air_there_is_a_way_home_around_the_volumes() -> None:
    at = degrees(700, 0)
    home = way_home(SPACE, candidate("D01", DOCKS["D01"]), at, 160.0)
    assert home is not None
    planned = choose(SPACE, picture({"D01": DOCKS["D01"]}, at)).ranking[0].route
    assert planned is not None
    assert home.back == planned.back[1:]
    assert home.back_s == planned.back_s
    assert home.out == ()


@settings(max_examples=30)
@given(seed=SEEDS, speed_ms=st.floats(0.5, 12))
def test_with_the_wind_a_dock_is_never_later_than_against_it(seed: int, speed_ms: float) -> None:
    rng = random.Random(seed)
    sites = {"D01": degrees(0, 0)}
    airspace = build([], sites)
    at = degrees(rng.uniform(200, 3000), 0)
    with_it = choose(airspace, picture(sites, at, Wind(speed_ms, 270))).ranking[0]
    against = choose(airspace, picture(sites, at, Wind(speed_ms, 90))).ranking[0]
    assert with_it.eta_s is not None
    assert against.eta_s is None or with_it.eta_s <= against.eta_s


def test_a_drone_that_strayed_into_a_volume_leaves_it_straight_on_its_way_home() -> None:
    home = way_home(SPACE, candidate("D01", DOCKS["D01"]), degrees(420, 10), 160.0)
    assert home is not None
    assert LonLat(home.back[-1].lon, home.back[-1].lat) == DOCKS["D01"]
    assert home.back_m == pytest.approx(420.1, abs=0.5)  # out by the near side, and straight on


@pytest.mark.parametrize(
    ("sick", "veto"),
    [
        ({"wind": Wind(math.nan, 90)}, Veto.WIND),
        ({"wind": Wind(3, math.inf)}, Veto.WIND),
        ({"wind": Wind(-3, 90)}, Veto.WIND),
        ({"wind": Wind(1e6, 90)}, Veto.WIND),
        ({"energy_wh": math.nan}, Veto.BATTERY),
        ({"alt_amsl_m": math.nan}, Veto.DRONE_NOT_READY),
        ({"performance": replace(PERFORMANCE, jerk_ms3=0.0)}, Veto.DRONE_NOT_READY),
        ({"performance": replace(PERFORMANCE, airspeed_ms=math.nan)}, Veto.DRONE_NOT_READY),
        ({"launch": replace(LAUNCH, cover_s=math.nan)}, Veto.DRONE_NOT_READY),
    ],
    ids=str,
)
def test_figures_that_make_no_sense_rule_out_the_one_dock_and_no_other(
    sick: dict[str, object], veto: Veto
) -> None:
    asked = picture(DOCKS, degrees(0, 60))
    first, *rest = asked.candidates
    ranking = choose(SPACE, replace(asked, candidates=(replace(first, **sick), *rest))).ranking
    assert [each.dock for each in ranking if each.feasible] == ["D02", "D03"]
    (reason,) = ranking[-1].reasons
    assert reason.veto is veto
    TypeAdapter(Reason).validate_json(TypeAdapter(Reason).dump_json(reason))  # no NaN in it


@pytest.mark.parametrize("at", [LonLat(math.nan, 22.7), LonLat(114.2, math.inf), LonLat(22, 114)])
def test_a_place_that_is_none_on_earth_is_refused(at: LonLat) -> None:
    with pytest.raises(QuestionInvalid, match="expected longitude, latitude"):
        choose(SPACE, picture(DOCKS, at))
    with pytest.raises(QuestionInvalid, match="expected longitude, latitude"):
        nearest_legal(SPACE, at)
    with pytest.raises(QuestionInvalid, match="expected longitude, latitude"):
        way_home(SPACE, candidate("D01", DOCKS["D01"]), at, 160.0)


def test_a_drone_comes_home_even_when_its_dock_measures_no_sensible_wind() -> None:
    blind = candidate("D01", DOCKS["D01"], Wind(math.nan, 0))
    assert way_home(SPACE, blind, degrees(700, 0), 160.0) == way_home(
        SPACE, candidate("D01", DOCKS["D01"]), degrees(700, 0), 160.0
    )


@settings(max_examples=30)
@given(seed=SEEDS)
def test_the_nearest_legal_place_may_be_flown_to(seed: int) -> None:
    rng = random.Random(seed)
    rings = random_rings(rng)
    airspace = build([volume(f"N{i}", r) for i, r in enumerate(rings)], {"D01": degrees(-9, -9)})
    legal, off_m = nearest_legal(airspace, degrees(rng.uniform(0, 1200), rng.uniform(0, 1200)))
    assert nearest_legal(airspace, legal) == (legal, 0.0)
    assert off_m <= 200  # half of the widest obstacle
    assert choose(airspace, picture({"D01": degrees(-9, -9)}, legal)).best is not None


@pytest.mark.parametrize("wind", [Wind(), Wind(3, 90), Wind(18, 90)])
def test_a_place_walled_in_is_not_blamed_on_the_wind(wind: Wind) -> None:
    ring = volume("N2", box(0, 0, 400, 400), list(reversed(box(100, 100, 200, 200))))
    sites = {"D01": degrees(-100, 0)}
    (only,) = choose(build([ring], sites), picture(sites, degrees(200, 200), wind)).ranking
    assert [reason.veto for reason in only.reasons] == [Veto.NO_PATH]


def test_a_way_that_can_be_flown_only_there_is_refused_for_the_way_back() -> None:
    sites = {"D01": degrees(0, 0)}
    asked = picture(sites, degrees(1000, 0), Wind(14.5, 270))
    (only,) = choose(build([], sites), asked).ranking
    (reason,) = only.reasons
    assert reason.veto is Veto.HEADWIND
    assert "the way back" in reason.text
