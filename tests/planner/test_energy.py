"""Energy of a flight out, over the scene, and home."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.airspace import build
from planner.dispatch import choose
from planner.energy import scene_wh, way_back_wh
from planner.model import Alternative, Veto, Wind
from tests.planner.worlds import CALM, PERFORMANCE, candidate, degrees, picture, task

DOCKS = {"D01": degrees(0, 0)}
OPEN = build([], DOCKS)


def offer(
    way_m: float,
    wind: Wind = CALM,
    scene_s: float = 300.0,
    energy_wh: float = 150.0,
) -> Alternative:
    asked = picture(DOCKS, degrees(way_m, 0), wind, scene_s)
    (only,) = asked.candidates
    asked = replace(asked, candidates=(replace(only, energy_wh=energy_wh),))
    return choose(OPEN, asked).ranking[0]


def energy_wh(alternative: Alternative) -> float:
    assert alternative.energy_wh is not None
    return alternative.energy_wh


@given(way_m=st.floats(1, 8000), more_m=st.floats(1, 2000))
def test_farther_takes_more_energy(way_m: float, more_m: float) -> None:
    assert energy_wh(offer(way_m + more_m)) > energy_wh(offer(way_m))


@given(scene_s=st.floats(0, 1500), more_s=st.floats(1, 600))
def test_longer_on_scene_takes_more_energy_by_what_hovering_takes(
    scene_s: float, more_s: float
) -> None:
    more_wh = energy_wh(offer(2000, scene_s=scene_s + more_s))
    more_wh -= energy_wh(offer(2000, scene_s=scene_s))
    assert more_wh == pytest.approx(more_s * PERFORMANCE.hover_w / 3600, rel=1e-6)


@given(speed_ms=st.floats(0, 11), stronger_ms=st.floats(0.5, 3), from_deg=st.floats(0, 360))
def test_out_and_back_take_more_energy_in_stronger_wind(
    speed_ms: float, stronger_ms: float, from_deg: float
) -> None:
    weak = energy_wh(offer(3000, Wind(speed_ms, from_deg)))
    strong = energy_wh(offer(3000, Wind(speed_ms + stronger_ms, from_deg)))
    assert strong >= weak


def test_a_flight_that_would_eat_into_the_reserve_is_vetoed_with_the_figures() -> None:
    full = offer(3000)
    assert full.feasible
    assert full.energy_left_wh == pytest.approx(150 - energy_wh(full))
    poor = offer(3000, energy_wh=energy_wh(full) + 29.0)  # the reserve is 20 % of 150 Wh
    assert not poor.feasible
    (reason,) = poor.reasons
    assert reason.veto is Veto.BATTERY
    assert reason.value == pytest.approx(29.0)
    assert reason.limit == pytest.approx(30.0)
    assert "29 Wh" in reason.text
    assert "30 Wh" in reason.text
    assert offer(3000, energy_wh=energy_wh(full) + 31.0).feasible


def test_the_way_back_alone_takes_less_than_the_whole_flight() -> None:
    whole = offer(3000)
    assert whole.route is not None
    only = candidate("D01", DOCKS["D01"])
    back_wh = way_back_wh(only, task(degrees(3000, 0)), whole.route)
    assert 0 < back_wh < energy_wh(whole) - scene_wh(PERFORMANCE, 300)


def test_climbing_takes_more_power_than_hovering() -> None:
    assert PERFORMANCE.climb_w > PERFORMANCE.hover_w
    assert replace(PERFORMANCE, climb_ms=1e-9).climb_w == pytest.approx(PERFORMANCE.hover_w)
