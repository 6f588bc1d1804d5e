"""Simulated weather: alike at neighbours, slowly wandering, the same for the same seed."""

from __future__ import annotations

from statistics import mean

from hypothesis import given
from hypothesis import strategies as st

from docks.contract import DockWeather
from docks.weather import Conditions, Weather
from fleet.clock import Clock

LON, LAT = st.floats(114.0, 114.6), st.floats(22.5, 22.9)
TIME = st.floats(1.7e9, 1.9e9)


@given(LON, LAT, TIME, st.integers(0, 99))
def test_one_seed_gives_one_weather(lon: float, lat: float, now_s: float, seed: int) -> None:
    conditions = Conditions(wind_ms=5, wind_from_deg=60)
    one, two = (Weather(conditions, seed).wind((lon, lat), now_s) for _ in range(2))
    assert one == two


@given(LON, LAT, TIME)
def test_calm_is_calm_everywhere(lon: float, lat: float, now_s: float) -> None:
    reading = Weather(Conditions(), 1).wind((lon, lat), now_s)
    assert (reading.wind_ms, reading.gust_ms, reading.wind_from_deg) == (0, 0, 0)


@given(LON, LAT, TIME, st.floats(0, 40), st.floats(0, 360), st.integers(0, 99))
def test_every_reading_is_one_that_a_dock_may_report(
    lon: float, lat: float, now_s: float, wind_ms: float, from_deg: float, seed: int
) -> None:
    reading = Weather(Conditions(wind_ms, from_deg), seed).wind((lon, lat), now_s)
    DockWeather(
        dock="D01",
        at=Clock(epoch_s=0).now(),
        wind_ms=reading.wind_ms,
        wind_from_deg=reading.wind_from_deg,
        gust_ms=reading.gust_ms,
        rain_mm_h=0,
        temperature_c=24,
        humidity_pct=70,
    )
    assert reading.gust_ms >= reading.wind_ms


@given(LON, LAT, TIME, st.integers(0, 99))
def test_neighbours_and_the_next_second_have_nearly_the_same_wind(
    lon: float, lat: float, now_s: float, seed: int
) -> None:
    weather = Weather(Conditions(wind_ms=8, wind_from_deg=180), seed)
    here = weather.wind((lon, lat), now_s)
    for there in (weather.wind((lon + 0.0005, lat), now_s), weather.wind((lon, lat), now_s + 1)):
        assert abs(there.wind_ms - here.wind_ms) < 0.5
        assert abs(there.wind_from_deg - here.wind_from_deg) < 5


def test_the_wind_wanders_around_what_was_asked_for() -> None:
    weather = Weather(Conditions(wind_ms=8, wind_from_deg=180), 3)
    readings = [weather.wind((114.2, 22.7), 1.8e9 + 60 * n) for n in range(2000)]
    assert abs(mean(r.wind_ms for r in readings) - 8) < 0.4
    assert abs(mean(r.wind_from_deg for r in readings) - 180) < 6
    assert max(r.wind_ms for r in readings) - min(r.wind_ms for r in readings) > 1
