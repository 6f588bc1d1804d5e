"""Parameters: read by any of their names, set only when told back."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.mavlink.exchange import VehicleRefused, VehicleSilent
from fleet.mavlink.params import ReadParameters, SetParameters, same_float32
from tests.mavlink.mavlink_stage import ADDRESS, CopterSide, Wire, run, value

NAMES = [f"P{i}" for i in range(12)]


def test_parameters_are_read_many_at_once() -> None:
    read = ReadParameters(ADDRESS, [(name,) for name in NAMES])
    took_s = run(read, CopterSide({name: i * 1.5 for i, name in enumerate(NAMES)}), Wire())
    assert read.result() == {name: i * 1.5 for i, name in enumerate(NAMES)}
    assert took_s < 0.1  # one round trip, not twelve


def test_of_two_names_the_one_that_the_vehicle_knows_is_enough() -> None:
    read = ReadParameters(ADDRESS, [("WPNAV_SPEED", "WP_SPD"), ("WPNAV_ACCEL", "WP_ACC")])
    run(read, CopterSide({"WPNAV_SPEED": 1500.0, "WP_ACC": 2.5}), Wire())
    assert read.result() == {"WPNAV_SPEED": 1500.0, "WP_ACC": 2.5}


def test_a_parameter_that_the_vehicle_does_not_have_is_named() -> None:
    read = ReadParameters(ADDRESS, [("WPNAV_SPEED",), ("NO_SUCH",)])
    run(read, CopterSide({"WPNAV_SPEED": 1500.0}), Wire())
    with pytest.raises(VehicleSilent, match="reading NO_SUCH: no answer"):
        read.result()


def test_only_what_was_not_told_is_asked_again() -> None:
    read = ReadParameters(ADDRESS, [("A",), ("B",)])
    read.begin(0.0)
    read.take(value("A", 1.0), 0.1)
    assert [m.param_id for m in read.tick(read.due_s)] == ["B"]


def test_parameters_are_set_and_told_back() -> None:
    copter = CopterSide({"FENCE_TYPE": 7.0, "FS_GCS_ENABLE": 0.0})
    setting = SetParameters(ADDRESS, {"FENCE_TYPE": 4, "FS_GCS_ENABLE": 1})
    run(setting, copter, Wire())
    assert setting.result() == {"FENCE_TYPE": 4, "FS_GCS_ENABLE": 1}
    assert copter.parameters == {"FENCE_TYPE": 4.0, "FS_GCS_ENABLE": 1.0}


def test_a_value_that_the_vehicle_does_not_keep_is_a_refusal_with_both_values() -> None:
    setting = SetParameters(ADDRESS, {"FENCE_TYPE": 4})
    setting.begin(0.0)
    while not setting.finished:
        setting.take(value("FENCE_TYPE", 7.0), setting.due_s - 0.1)
        setting.tick(setting.due_s)
    with pytest.raises(VehicleRefused, match="asked for 4, the vehicle keeps 7"):
        setting.result()


def test_an_old_value_that_comes_late_does_not_end_the_setting() -> None:
    setting = SetParameters(ADDRESS, {"FENCE_TYPE": 4})
    setting.begin(0.0)
    setting.take(value("FENCE_TYPE", 7.0), 0.1)
    assert not setting.finished
    setting.take(value("FENCE_TYPE", 4.0), 0.2)
    assert setting.result() == {"FENCE_TYPE": 4}


def test_nothing_to_read_or_to_set_is_done_at_once() -> None:
    assert ReadParameters(ADDRESS, []).result() == {}
    assert SetParameters(ADDRESS, {}).result() == {}


@given(st.integers(0, 100_000))
def test_parameters_pass_a_wire_that_loses_repeats_and_reorders(seed: int) -> None:
    wire = Wire(seed, loss=0.3, repeats=0.3, delay_s=(0.01, 0.5))
    copter = CopterSide(dict.fromkeys(NAMES, 0.0))
    wanted = {name: float(i) + 0.1 for i, name in enumerate(NAMES)}
    setting = SetParameters(ADDRESS, wanted)
    run(setting, copter, wire)
    assert setting.result() == wanted
    assert all(same_float32(copter.parameters[name], wanted[name]) for name in NAMES)
    read = ReadParameters(ADDRESS, [(name,) for name in NAMES])
    run(read, copter, wire)
    assert all(same_float32(read.result()[name], wanted[name]) for name in NAMES)


@given(st.floats(width=32, allow_nan=False))
def test_what_a_32_bit_float_holds_is_the_same(number: float) -> None:
    assert same_float32(number, number)


def test_what_is_no_number_is_never_the_same() -> None:
    assert not same_float32(math.nan, math.nan)
    assert same_float32(0.1, 0.10000000149011612)
    assert not same_float32(0.1, 0.100001)


@given(st.lists(st.tuples(st.sampled_from(["A", "B", "C", ""]), st.floats(width=32)), max_size=30))
def test_no_answers_break_reading_or_setting(answers: list[tuple[str, float]]) -> None:
    for exchange in (
        ReadParameters(ADDRESS, [("A",), ("B", "C")]),
        SetParameters(ADDRESS, {"A": 1.5, "B": 2}),
    ):
        exchange.begin(0.0)
        for i, (name, number) in enumerate(answers):
            exchange.take(value(name, number), i * 0.1)
        for _ in range(20):
            exchange.tick(exchange.due_s)
        assert exchange.finished
