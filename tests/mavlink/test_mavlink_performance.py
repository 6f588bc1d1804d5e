"""How a drone flies, from its own parameters."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleet.district.load import load
from fleet.mavlink.parameters import FIGURES, POLICY, READ
from fleet.mavlink.performance import figures_of, performance_of
from sitl.arducopter.program import DEFAULTS as PARAMETER_FILE
from sitl.builtin import parameters as builtin

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


def test_what_a_drone_has_not_told_is_taken_from_its_model() -> None:
    model = load(Path("configs/longgang")).drone_models["standard"]
    assert performance_of({}, model).airspeed_ms == model.motion.speed_ms
    told = performance_of({"WPNAV_SPEED": 1200.0}, model)
    assert (told.airspeed_ms, told.climb_ms) == (12.0, model.motion.climb_ms)


def test_the_simulated_drones_are_set_as_the_district_says() -> None:
    said = load(Path("configs/longgang")).drone_models["standard"].motion.model_dump()
    lines = [line.split() for line in PARAMETER_FILE.read_text().splitlines()]
    arducopter = {line[0]: float(line[1]) for line in lines if line and line[0][0] != "#"}
    assert figures_of(arducopter) == figures_of(builtin.DEFAULTS) == said


def test_parameter_names_fit_into_a_message() -> None:
    names = [name for group in READ for name in group] + list(POLICY)
    assert all(len(name) <= 16 for name in names)
