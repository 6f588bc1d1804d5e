"""S-curves and their sums."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.ramps import rest_to_rest_s
from sitl.builtin import curve
from sitl.builtin.motion import FLAT, HIGH, Motion

ACCEL, JERK, STEP_S = 3.0, 3.0, 0.04
MOST_MS = 22.5


@given(st.floats(0.001, 20_000), st.floats(0.3, 25), st.floats(0.5, 8), st.floats(1, 20))
def test_a_way_from_rest_to_rest_is_as_long_and_takes_as_long_as_planned(
    way_m: float, speed_ms: float, accel: float, jerk: float
) -> None:
    profile = curve.from_rest_to_rest(way_m, speed_ms, accel, jerk)
    assert len(profile) <= curve.PHASES
    assert all(seconds >= -1e-9 for seconds, _ in profile)
    time_s, flown_m, *_ = curve.states(profile)[-1]
    assert flown_m == pytest.approx(way_m, rel=1e-6)
    assert time_s == pytest.approx(rest_to_rest_s(way_m, speed_ms, accel, jerk), rel=1e-6)


@given(st.floats(0, 25), st.floats(0, ACCEL))
def test_braking_ends_at_rest(speed_ms: float, accel_now: float) -> None:
    speed, accel = speed_ms, accel_now
    for seconds, jerk in curve.to_rest(speed_ms, accel_now, ACCEL, JERK):
        speed += accel * seconds + jerk * seconds**2 / 2
        accel += jerk * seconds
    assert (speed, accel) == pytest.approx((0, 0), abs=1e-6)


_TURNS = st.lists(
    st.tuples(st.floats(-300, 300), st.floats(-300, 300), st.floats(0.04, 20)), max_size=12
)


@given(_TURNS)
@settings(max_examples=40)
def test_however_often_its_goal_changes_it_comes_to_rest_at_the_last(
    turns: list[tuple[float, float, float]],
) -> None:
    motion = Motion(1)
    goal = np.zeros(2)
    for east, north, seconds in turns:
        goal = np.array((east, north))
        motion.go(0, FLAT, goal, 15.0, ACCEL, JERK)
        for _ in range(round(seconds / STEP_S)):
            before = motion.position.copy()
            motion.step(STEP_S)
            # the old legs still brake while the new one gets going: more than 15 for a moment
            assert np.linalg.norm(motion.position - before) < MOST_MS * STEP_S
    motion.step(motion.left_s(0, FLAT) + 1.0)
    assert motion.position[0, :2].tolist() == pytest.approx(goal.tolist(), abs=1e-6)
    assert motion.velocity[0].tolist() == pytest.approx([0, 0, 0], abs=1e-9)


def test_a_way_is_never_overshot() -> None:
    motion = Motion(1)
    motion.go(0, HIGH, np.array([12.0]), 6.0, 2.0, JERK)
    highest = 0.0
    while motion.left_s(0, HIGH) > 0:
        motion.step(STEP_S)
        highest = max(highest, float(motion.position[0, 2]))
    assert highest == pytest.approx(12.0, abs=1e-9)


def test_points_do_not_touch_each_other() -> None:
    motion = Motion(3)
    motion.go(1, FLAT, np.array([10.0, 0.0]), 15.0, ACCEL, JERK)
    motion.step(60.0)
    assert motion.position.tolist() == [[0, 0, 0], [10, 0, 0], [0, 0, 0]]
