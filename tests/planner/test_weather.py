"""The wind between stations: theirs where they agree, in between where they differ."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.model import Wind
from planner.weather import ASSUMED_MS, Stations, assumed

PLACES_M = np.array([[0.0, 0.0], [8000.0, 0.0], [0.0, 6000.0]])
STATIONS = Stations(PLACES_M)
WINDS = st.builds(Wind, st.floats(0, 20), st.floats(0, 359))
SPOTS = st.tuples(st.floats(-5000, 12000), st.floats(-5000, 12000))


def at(spot: tuple[float, float], *measured: Wind | None) -> Wind:
    winds = STATIONS.winds_at(np.array([spot]), measured)
    assert winds is not None
    return winds[0]


@given(wind=WINDS, spot=SPOTS)
def test_where_all_stations_agree_the_wind_is_theirs(wind: Wind, spot: tuple[float, float]) -> None:
    found = at(spot, wind, wind, wind)
    assert found.towards_ms == pytest.approx(wind.towards_ms, abs=1e-9)
    assert 0 <= found.from_deg < 360


@given(winds=st.tuples(WINDS, WINDS, WINDS), spot=SPOTS)
def test_it_is_never_stronger_than_the_strongest_measured(
    winds: tuple[Wind, Wind, Wind], spot: tuple[float, float]
) -> None:
    assert at(spot, *winds).speed_ms <= max(wind.speed_ms for wind in winds) + 1e-9


def test_at_a_station_its_own_counts_most_and_half_way_both_count_alike() -> None:
    north, south = Wind(6.0, 0.0), Wind(6.0, 180.0)
    assert at((0.0, 0.0), north, south, None).speed_ms > 5.5
    assert at((4000.0, 0.0), north, south, None).speed_ms == pytest.approx(0.0, abs=1e-9)


def test_a_station_that_tells_nothing_or_nonsense_is_left_out() -> None:
    east = Wind(5.0, 90.0)
    for dumb in (None, Wind(math.nan, 0.0), Wind(900.0, 10.0)):
        found = at((0.0, 0.0), dumb, east, dumb)
        assert found.towards_ms == pytest.approx(east.towards_ms)


def test_without_any_station_there_is_no_wind_to_tell_and_one_against_the_drone_is_assumed() -> (
    None
):
    assert STATIONS.winds_at(np.array([[0.0, 0.0]]), (None, Wind(math.nan, 0.0), None)) is None
    dock_m, place_m = np.array([[1000.0, 0.0]]), np.array([[4000.0, 0.0]])
    (wind,) = assumed(dock_m, place_m)
    assert wind == Wind(ASSUMED_MS, 90.0)  # it flies east, into an east wind
    assert wind.towards_ms == pytest.approx((-ASSUMED_MS, 0.0), abs=1e-9)
