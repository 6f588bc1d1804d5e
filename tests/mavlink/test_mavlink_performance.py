"""How a drone flies, from its own parameters."""

from __future__ import annotations

import pytest

from fleet.mavlink.parameters import FIGURES, POLICY, READ
from fleet.mavlink.performance import figures_of

CENTIMETRES = {
    "WPNAV_SPEED": 1500.0,
    "WPNAV_ACCEL": 300.0,
    "WPNAV_JERK": 3.0,
    "WPNAV_SPEED_UP": 600.0,
    "WPNAV_SPEED_DN": 400.0,
    "WPNAV_ACCEL_Z": 200.0,
    "WPNAV_RADIUS": 300.0,
}
METRES = {
    "WP_SPD": 15.0,
    "WP_ACC": 3.0,
    "WP_JERK": 3.0,
    "WP_SPD_UP": 6.0,
    "WP_SPD_DN": 4.0,
    "WP_ACC_Z": 2.0,
    "WP_RADIUS_M": 3.0,
}


def test_old_names_in_centimetres_and_new_names_in_metres_tell_the_same() -> None:
    assert figures_of(CENTIMETRES) == pytest.approx(figures_of(METRES))
    assert figures_of(METRES)["speed_ms"] == 15.0


def test_every_figure_is_read_by_all_its_names() -> None:
    assert {name for group in READ for name in group} == {*CENTIMETRES, *METRES}
    assert len(READ) == len(FIGURES)


def test_until_a_drone_has_told_it_flies_as_the_autopilot_does_by_default() -> None:
    assert figures_of({})["speed_ms"] == 10.0
    assert figures_of({"WPNAV_SPEED": 1200.0})["speed_ms"] == 12.0


def test_parameter_names_fit_into_a_message() -> None:
    names = [name for group in READ for name in group] + list(POLICY)
    assert all(len(name) <= 16 for name in names)
