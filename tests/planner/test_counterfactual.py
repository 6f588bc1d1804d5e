"""What would have turned a choice: each change that is told does it, and a little less does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from planner.airspace import Airspace, build
from planner.counterfactual import (
    STRONGEST_MS,
    Change,
    Turn,
    mean_wind_ms,
    turns,
    with_charge,
    with_launch,
    with_wind,
    without,
    without_veto,
)
from planner.dispatch import choose
from planner.model import Picture, Reason, Veto, Wind
from tests.planner.test_choice import AWAY, SEEDS, WINDS, random_picture
from tests.planner.worlds import degrees, picture

GUSTS = Reason(Veto.WIND, 14.0, 12.0, "gusts of 14.0 m/s at the dock, limit 12 m/s")
LOW = Reason(Veto.BATTERY, 30.0, 40.0, "battery at 30 %, launch needs 40 %")

NEAR, FAR = degrees(0, 0), degrees(0, 2000)
PLACE = degrees(0, 700)
SITES = {"D01": NEAR, "D02": FAR}
SPACE = build([], SITES)
TENTH = 0.1


def chosen(airspace: Airspace, asked: Picture) -> str | None:
    best = choose(airspace, asked).best
    return best.dock if best else None


def changed(asked: Picture, turn: Turn, first: str | None) -> Callable[[float], Picture]:
    """The picture with the turn's change, by its figure."""
    match turn.change:
        case Change.WIND:
            return lambda figure: with_wind(asked, figure)
        case Change.LAUNCH:
            assert first is not None
            return lambda figure: with_launch(asked, first, figure)
        case Change.OUT:
            assert first is not None
            return lambda _: without(asked, first)
        case Change.CHARGE:
            assert turn.to is not None
            return lambda figure: with_charge(asked, str(turn.to), figure)
        case Change.VETO:
            assert turn.to is not None
            return lambda _: without_veto(asked, str(turn.to), turn.veto)


def beyond(turn: Turn) -> list[float]:
    """The figures just outside of the turn's range that have not passed the figure as it was."""
    assert turn.now is not None
    outside = []
    if turn.least is not None and (turn.change is not Change.WIND or turn.least > turn.now):
        outside.append(max(turn.now, turn.least - TENTH))
    elif turn.least is not None:
        outside.append(turn.least - TENTH)
    if turn.most is not None:
        outside.append(
            min(turn.now, turn.most + TENTH) if turn.most < turn.now else turn.most + TENTH
        )
    return outside


@settings(max_examples=40)
@given(seed=SEEDS, wind=WINDS)
def test_each_change_told_turns_the_choice_and_a_tenth_less_does_not(seed: int, wind: Wind) -> None:
    airspace, asked = random_picture(seed, wind)
    first = chosen(airspace, asked)
    for turn in turns(airspace, asked):
        assert turn.to != first
        apply = changed(asked, turn, first)
        figures = [figure for figure in (turn.least, turn.most) if figure is not None]
        for figure in figures or [0.0]:
            assert chosen(airspace, apply(figure)) == turn.to
        for figure in beyond(turn) if figures else []:
            assert chosen(airspace, apply(figure)) != turn.to


@settings(max_examples=20)
@given(seed=SEEDS, wind=WINDS)
def test_the_same_picture_gives_the_same_turns(seed: int, wind: Wind) -> None:
    airspace, asked = random_picture(seed, wind)
    again, _ = random_picture(seed, wind)
    choose(again, with_launch(asked, "D01", 5.0))  # what was asked before
    assert turns(again, asked) == turns(airspace, asked)


@settings(max_examples=20)
@given(seed=SEEDS, wind=WINDS, tenths=st.integers(0, round(STRONGEST_MS * 10)))
def test_a_dock_that_wins_in_another_wind_is_told(seed: int, wind: Wind, tenths: int) -> None:
    airspace, asked = random_picture(seed, wind)
    assume((mean_wind_ms(asked) or 0) > 1)
    tenths = tenths // 5 * 5  # the winds that are looked at first
    then = chosen(airspace, with_wind(asked, tenths / 10))
    if then != chosen(airspace, asked):
        told = turns(airspace, asked)
        assert any(turn.change is Change.WIND and turn.to == then for turn in told)


def by_change(asked: Picture) -> dict[Change, Turn]:
    return {turn.change: turn for turn in turns(SPACE, asked)}


def test_the_slower_launch_that_costs_the_first_place_is_what_the_second_was_behind() -> None:
    asked = picture(SITES, PLACE)
    first, second = choose(SPACE, asked).ranking
    assert first.eta_s is not None
    assert second.eta_s is not None
    turn = by_change(asked)[Change.LAUNCH]
    assert turn.to == "D02"
    assert turn.least == pytest.approx(second.eta_s - first.eta_s, abs=TENTH)


def test_the_wind_that_helps_the_farther_dock_is_told_with_the_wind_as_it_was() -> None:
    asked = picture(SITES, PLACE, Wind(8.0, 0.0))  # from the north, behind the farther dock
    calm = picture(SITES, PLACE)
    assert (chosen(SPACE, calm), chosen(SPACE, asked)) == ("D01", "D02")
    turn = by_change(asked)[Change.WIND]
    assert (turn.to, turn.now, turn.least) == ("D01", 8.0, None)
    assert turn.most is not None
    assert chosen(SPACE, with_wind(asked, turn.most)) == "D01"
    assert chosen(SPACE, with_wind(asked, turn.most + TENTH)) == "D02"


def test_in_calm_nothing_is_said_of_the_wind() -> None:
    assert Change.WIND not in by_change(picture(SITES, PLACE, Wind(0.3, 90)))


def against_the_first(*vetoes: Reason, energy_wh: float = 150.0) -> Picture:
    asked = picture(SITES, PLACE, Wind(2.0, 90))
    first, second = asked.candidates
    return replace(asked, candidates=(replace(first, vetoes=vetoes, energy_wh=energy_wh), second))


def test_a_veto_that_alone_kept_a_dock_from_going_is_told_by_its_name() -> None:
    turn = by_change(against_the_first(AWAY))[Change.VETO]
    assert (turn.to, turn.veto) == ("D01", Veto.DRONE_AWAY)


def test_of_two_vetoes_neither_is_named_alone() -> None:
    offline = Reason(Veto.DOCK_OFFLINE, 20.0, 10.0, "the dock is offline, silent 20 s")
    turn = by_change(against_the_first(AWAY, offline))[Change.VETO]
    assert (turn.to, turn.veto) == ("D01", None)


def test_a_battery_below_the_launch_limit_is_told_with_the_charge_that_would_do() -> None:
    turn = by_change(against_the_first(LOW, energy_wh=45.0))[Change.CHARGE]
    assert (turn.to, turn.now, turn.least) == ("D01", 45.0, 60.0)  # 40 % of 150 Wh


def test_a_battery_that_no_charge_makes_enough_is_not_told() -> None:
    asked = picture(SITES, PLACE, scene_s=3600)
    assert by_change(asked) == {}


def test_gusts_over_the_limit_weaken_with_the_wind() -> None:
    turn = by_change(against_the_first(GUSTS))[Change.WIND]
    assert turn.to == "D01"
    assert turn.most == pytest.approx(2.0 * 12 / 14, abs=TENTH)


def test_where_nobody_else_can_go_the_absence_of_the_first_leaves_nobody() -> None:
    asked = replace(picture(SITES, PLACE), candidates=picture(SITES, PLACE).candidates[:1])
    assert by_change(asked) == {Change.OUT: Turn(Change.OUT, None)}
