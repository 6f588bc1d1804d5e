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
)
from planner.model import Performance, Wind
from planner.ramps import rest_to_rest_s, speed_up_s
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
    through = np.array(track) / np.hypot(*track) * speed_ms - np.array(wind.towards_ms)
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
    assert Wind(10, 270).towards_ms == pytest.approx((10, 0), abs=1e-9)
    assert ground_speed(1, 0, PERFORMANCE, Wind(4, 270)) == pytest.approx(19)
    assert ground_speed(1, 0, PERFORMANCE, Wind(4, 90)) == pytest.approx(11)
    assert ground_speed(0, 1, PERFORMANCE, Wind(9, 90)) == pytest.approx(12)


def test_the_greatest_ground_speed_is_not_exceeded() -> None:
    assert ground_speed(1, 0, PERFORMANCE, Wind(12, 270)) == 20.0


@pytest.mark.parametrize("wind", [Wind(14.5, 90), Wind(16, 90), Wind(15.5, 0), Wind(40, 10)])
def test_against_too_strong_a_wind_a_leg_cannot_be_flown(wind: Wind) -> None:
    assert ground_speed(1, 0, PERFORMANCE, wind) is None
    assert math.isnan(ground_speeds(np.array([[1.0, 0.0]]), PERFORMANCE, wind)[0])


@settings(max_examples=30)
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
    assert cruise_s([(0, 0)], [], PERFORMANCE) == 0
    assert cruise_s([(0, 0), (0, 0)], [15], PERFORMANCE) == 0


def test_a_way_of_one_leg_takes_what_the_leg_takes() -> None:
    ramp_s = speed_up_s(15, 3, 3)
    assert ramp_s == pytest.approx(6)  # 5 s of acceleration and 1 s to build it up and take it off
    assert cruise_s([(0, 0), (3000, 0)], [15], PERFORMANCE) == pytest.approx(3000 / 15 + ramp_s)


def test_climbing_and_descending_take_the_time_of_their_own_speeds() -> None:
    assert climb_s(120, PERFORMANCE) == pytest.approx(120 / 6 + 6 / 2 + 2 / 3)
    assert climb_s(-120, PERFORMANCE) == pytest.approx(120 / 4 + 4 / 2 + 2 / 3)


@given(way_m=st.floats(10, 5000), share=st.floats(0.1, 0.9), speed_ms=SPEEDS_MS)
def test_a_waypoint_on_a_straight_way_costs_nothing_but_where_ramps_are_cut_short(
    way_m: float, share: float, speed_ms: float
) -> None:
    whole_s = cruise_s([(0, 0), (way_m, 0)], [speed_ms], PERFORMANCE)
    points = [(0.0, 0.0), (way_m * share, 0.0), (way_m, 0.0)]
    parted_s = cruise_s(points, [speed_ms] * 2, PERFORMANCE)
    ramp_m = speed_ms * speed_up_s(speed_ms, PERFORMANCE.accel_ms2, PERFORMANCE.jerk_ms3)
    assert parted_s >= whole_s - 1e-9
    if min(share, 1 - share) * way_m >= ramp_m:
        assert parted_s == pytest.approx(whole_s)


@given(turns=st.tuples(st.floats(0, math.pi), st.floats(0, math.pi)).map(sorted))
def test_the_sharper_the_corner_the_longer_it_takes(turns: list[float]) -> None:
    slight_s, sharp_s = (
        cruise_s(
            [(0, 0), (800, 0), (800 + 800 * math.cos(turn), 800 * math.sin(turn))],
            [15, 15],
            PERFORMANCE,
        )
        for turn in turns
    )
    stop_s = rest_to_rest_s(800, 15, PERFORMANCE.accel_ms2, PERFORMANCE.jerk_ms3)
    straight_s = cruise_s([(0, 0), (1600, 0)], [15], PERFORMANCE)
    assert straight_s - 1e-6 <= slight_s <= sharp_s + 1e-6
    assert sharp_s <= 2 * stop_s


def test_a_way_with_four_corners_takes_as_long_as_arducopter_takes() -> None:
    """ArduCopter 4.7 SITL with WPNAV_SPEED 1500, ACCEL 300, JERK 3, RADIUS 300 flew this way in
    242.3 s."""
    points = [(0, 0), (800, 0), (800, 800), (1600, 800), (1600, 1200), (1200, 800)]
    wide = replace(PERFORMANCE, corner_radius_m=3.0)
    assert cruise_s(points, [15] * 5, wide) == pytest.approx(242.3, rel=0.01)
