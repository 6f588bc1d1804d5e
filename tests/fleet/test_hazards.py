"""What counts as a hazard, and for whom."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.contract import SortieState as S
from fleet.mavlink.state import Aircraft, VehicleState
from fleet.sorties.hazards import Circumstances, Hazard, hazards
from fleet.sorties.sortie import ENDED

WELL = VehicleState(
    last_heard_s=100.0, armed=True, on_ground=False, battery_pct=70.0, gps_fix=6,
    position_trusted=True, vibration_ms2=12.0,
)  # fmt: skip
CALM = Circumstances(S.EN_ROUTE, WELL, 100.0, True, 20.0, 5.0, 12.0, None)
AIRCRAFT = Aircraft(0x781234, 97.0, True, 120.0, 12.0)


def seen(**told):
    return hazards(replace(CALM, vehicle=replace(WELL, **told)))


def test_a_drone_that_is_well_is_in_no_danger():
    assert hazards(CALM) == {}


@pytest.mark.parametrize(
    ("told", "hazard", "words"),
    [
        ({"battery_pct": 8.0}, Hazard.BATTERY_LOW, "battery at 8 %, limit 8 %"),
        ({"battery_pct": 4.0}, Hazard.BATTERY_CRITICAL, "battery at 4 %, limit 4 %"),
        ({"gps_fix": 1}, Hazard.POSITION_LOST, "no GPS fix"),
        ({"position_trusted": False}, Hazard.POSITION_LOST, "its estimator does not trust"),
        ({"outside_fence": True}, Hazard.OUTSIDE_FENCE, "outside its fence"),
        ({"vibration_ms2": 61.0}, Hazard.MOTORS, "vibration of 61 m/s², limit 60 m/s²"),
        ({"motor_warning": "Potential Thrust Loss (3)"}, Hazard.MOTORS, "Potential Thrust Loss"),
        ({"aircraft": AIRCRAFT}, Hazard.AIRCRAFT, "aircraft 781234 passes within 120 m"),
    ],
)
def test_each_is_told_with_the_figure_that_decides(told, hazard, words):
    assert words in seen(**told)[hazard]


def test_link_wind_and_dock_are_seen_by_the_controller():
    at = replace(CALM, heard=False, wind_ms=12.1, dock_fault="the dock's cover is stuck")
    assert set(hazards(at)) == {Hazard.LINK_LOST, Hazard.WIND, Hazard.DOCK_BLOCKED}


def test_an_aircraft_that_is_not_told_of_any_more_has_gone():
    assert hazards(replace(CALM, vehicle=replace(WELL, aircraft=AIRCRAFT), now_s=103.0)) == {}


@pytest.mark.parametrize("state", [*sorted(ENDED), S.REQUESTED, S.PREPARING, S.GROUNDED])
def test_a_drone_that_is_not_out_is_in_no_danger(state):
    assert hazards(replace(CALM, state=state, heard=False)) == {}


def test_a_lent_drone_is_watched_too_once_it_flies():
    lent = replace(CALM, state=S.LENT, heard=False)
    assert set(hazards(lent)) == {Hazard.LINK_LOST}
    assert hazards(replace(lent, vehicle=replace(WELL, on_ground=True))) == {}


@given(st.floats(0, 100), st.floats(0, 100))
def test_less_in_the_battery_is_never_less_of_a_hazard(less, more):
    less, more = sorted((less, more))
    assert set(seen(battery_pct=more)) <= set(seen(battery_pct=less))
