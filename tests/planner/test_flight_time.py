"""The wind triangle, and legs flown with limited acceleration and jerk."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from planner.flight import (
    SLOWEST_MS,
    climb_s,
    cruise_s,
    ground_speed,
    ground_speeds,
    rest_to_rest_s,
    speed_up_s,
    wind_vector,
)
from planner.model import Performance, Wind
from tests.planner.worlds import PERFORMANCE

UNCAPPED = replace(PERFORMANCE, max_ground_ms=100.0)
WINDS = st.builds(Wind, st.floats(0, 25), st.floats(0, 360))
TRACKS = st.floats(0, 2 * math.pi).map(lambda a: (1000 * math.sin(a), 1000 * math.cos(a)))
WAYS_M = st.floats(0.01, 20_000)
SPEEDS_MS = st.floats(0.5, 25)
ACCELS = st.floats(0.3, 5)
JERKS = st.floats(0.3, 20)


def fly_numerically(way_m: float, p: Performance, speed_ms: float) -> float:
    """Time from standstill to standstill by small steps: jerk up, hold, jerk down, cruise,
    and the same in mirror image."""
    accel, jerk = p.accel_ms2, p.jerk_ms3

    def ramp(top_ms: float) -> tuple[float, float]:
        reach = min(accel, math.sqrt(top_ms * jerk))
        phases = (
            (reach / jerk, jerk),
            (max(0.0, top_ms / reach - reach / jerk), 0.0),
            (reach / jerk, -jerk),
        )
        t = a = v = s = 0.0
        for lasts, j in phases:
            steps = 400
            dt = lasts / steps
            for _ in range(steps):
                s += v * dt + a * dt**2 / 2 + j * dt**3 / 6
                v += a * dt + j * dt**2 / 2
                a += j * dt
            t += lasts
        return t, s

    low, high = 0.0, speed_ms
    if 2 * ramp(speed_ms)[1] > way_m:
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if 2 * ramp(middle)[1] < way_m else (low, middle)
    t, s = ramp(high)
    return 2 * t + max(0.0, way_m - 2 * s) / high


@given(wind=WINDS, track=TRACKS)
def test_ground_velocity_less_the_wind_is_the_airspeed(
    wind: Wind, track: tuple[float, float]
) -> None:
    speed_ms = ground_speed(*track, UNCAPPED, wind)
    assume(speed_ms is not None)
    assert speed_ms is not None
    through = np.array(track) / np.hypot(*track) * speed_ms - np.array(wind_vector(wind))
    assert np.hypot(*through) == pytest.approx(UNCAPPED.airspeed_ms, rel=1e-9)


@given(wind=WINDS, track=TRACKS)
def test_a_headwind_is_never_faster_than_a_tailwind(wind: Wind, track: tuple[float, float]) -> None:
    tail_deg = math.degrees(math.atan2(*track)) + 180
    with_ms = ground_speed(*track, PERFORMANCE, Wind(wind.speed_ms, tail_deg))
    against_ms = ground_speed(*track, PERFORMANCE, Wind(wind.speed_ms, tail_deg + 180))
    some_ms = ground_speed(*track, PERFORMANCE, wind)
    assert with_ms is not None
    assert (against_ms or 0) <= with_ms + 1e-9
    assert (against_ms or 0) - 1e-9 <= (some_ms or math.inf)  # a crosswind may be too strong
    assert (some_ms or 0) <= with_ms + 1e-9


@given(wind=WINDS, track=TRACKS)
def test_one_track_and_many_tracks_give_the_same_speed(
    wind: Wind, track: tuple[float, float]
) -> None:
    one = ground_speed(*track, PERFORMANCE, wind)
    (many,) = ground_speeds(np.array([track]), PERFORMANCE, wind)
    if one is None:
        assert math.isnan(many) or many == pytest.approx(SLOWEST_MS, abs=1e-6)
    else:
        assert many == pytest.approx(one, rel=1e-12) or one == pytest.approx(SLOWEST_MS, abs=1e-6)


def test_wind_is_told_by_where_it_comes_from() -> None:
    assert wind_vector(Wind(10, 270)) == pytest.approx((10, 0), abs=1e-9)
    assert ground_speed(1, 0, PERFORMANCE, Wind(4, 270)) == pytest.approx(19)
    assert ground_speed(1, 0, PERFORMANCE, Wind(4, 90)) == pytest.approx(11)
    assert ground_speed(0, 1, PERFORMANCE, Wind(9, 90)) == pytest.approx(12)


def test_the_greatest_ground_speed_is_not_exceeded() -> None:
    assert ground_speed(1, 0, PERFORMANCE, Wind(12, 270)) == 20.0


@pytest.mark.parametrize("wind", [Wind(14.5, 90), Wind(16, 90), Wind(15.5, 0), Wind(40, 10)])
def test_against_too_strong_a_wind_a_leg_cannot_be_flown(wind: Wind) -> None:
    assert ground_speed(1, 0, PERFORMANCE, wind) is None
    assert math.isnan(ground_speeds(np.array([[1.0, 0.0]]), PERFORMANCE, wind)[0])


@settings(max_examples=30, deadline=None)
@given(way_m=st.floats(0.5, 5000), speed_ms=SPEEDS_MS, accel=ACCELS, jerk=JERKS)
def test_a_leg_takes_as_long_as_step_by_step(
    way_m: float, speed_ms: float, accel: float, jerk: float
) -> None:
    p = replace(PERFORMANCE, accel_ms2=accel, jerk_ms3=jerk)
    assert rest_to_rest_s(way_m, speed_ms, accel, jerk) == pytest.approx(
        fly_numerically(way_m, p, speed_ms), rel=1e-6
    )


@given(way_m=WAYS_M, more_m=st.floats(0, 500), speed_ms=SPEEDS_MS, accel=ACCELS, jerk=JERKS)
def test_a_longer_leg_never_takes_less_time(
    way_m: float, more_m: float, speed_ms: float, accel: float, jerk: float
) -> None:
    shorter_s = rest_to_rest_s(way_m, speed_ms, accel, jerk)
    assert rest_to_rest_s(way_m + more_m, speed_ms, accel, jerk) >= shorter_s - 1e-9
    assert shorter_s >= way_m / speed_ms


@given(way_m=WAYS_M, speed_ms=SPEEDS_MS, faster=st.floats(1, 2), accel=ACCELS, jerk=JERKS)
def test_a_faster_leg_never_takes_more_time(
    way_m: float, speed_ms: float, faster: float, accel: float, jerk: float
) -> None:
    slow_s = rest_to_rest_s(way_m, speed_ms, accel, jerk)
    assert rest_to_rest_s(way_m, speed_ms * faster, accel, jerk) <= slow_s * (1 + 1e-9)


def test_no_way_takes_no_time() -> None:
    assert rest_to_rest_s(0, 15, 3, 3) == 0
    assert climb_s(0, PERFORMANCE) == 0
    assert cruise_s([], [], PERFORMANCE) == 0


def test_a_way_of_one_leg_takes_what_the_leg_takes() -> None:
    ramp_s = speed_up_s(15, 3, 3)
    assert ramp_s == pytest.approx(6)  # 5 s of acceleration and 1 s to build it up and take it off
    assert cruise_s([3000], [15], PERFORMANCE) == pytest.approx(3000 / 15 + ramp_s)


def test_climbing_and_descending_take_the_time_of_their_own_speeds() -> None:
    assert climb_s(120, PERFORMANCE) == pytest.approx(120 / 6 + 6 / 2 + 2 / 3)
    assert climb_s(-120, PERFORMANCE) == pytest.approx(120 / 4 + 4 / 2 + 2 / 3)
