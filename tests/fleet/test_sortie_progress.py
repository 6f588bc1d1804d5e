"""What moves a sortie: only what vehicle and dock have said."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.contract import SortieState as S
from fleet.sorties.sortie import SORTIE, Plan, Seen, distance_m, due
from fleet.sorties.sortie import SortieTrigger as T

PLAN = Plan(scene_alt_amsl_m=110, arrive_radius_m=15, turn_back_wh=60, lost_after_s=30)
FLYING = Seen(
    heard_s_ago=0.2,
    armed=True,
    on_ground=False,
    height_m=100,
    alt_amsl_m=150,
    to_scene_m=1500,
    to_pad_m=500,
    in_dock=False,
    energy_wh=120,
    mode="AUTO",
)
PARKED = replace(FLYING, armed=False, on_ground=True, height_m=0, to_pad_m=0.2, in_dock=True)


def trigger(state, seen):
    following = due(state, seen, PLAN)
    return following[0] if following else None


def test_take_off_counts_once_the_armed_drone_is_clear_of_the_pad():
    assert trigger(S.LAUNCHING, replace(FLYING, height_m=1)) is None
    assert trigger(S.LAUNCHING, replace(FLYING, height_m=3)) is T.TOOK_OFF
    assert trigger(S.LAUNCHING, replace(FLYING, height_m=3, armed=False)) is None


def test_arrival_needs_both_place_and_height():
    over = replace(FLYING, to_scene_m=10)
    assert trigger(S.EN_ROUTE, over) is None
    assert trigger(S.EN_ROUTE, replace(over, alt_amsl_m=112)) is T.ARRIVED


@pytest.mark.parametrize("state", [S.EN_ROUTE, S.ON_SCENE])
def test_it_turns_back_when_the_way_home_needs_what_is_left(state):
    assert trigger(state, FLYING) is None
    assert trigger(state, replace(FLYING, energy_wh=60)) is T.TURN_BACK


@pytest.mark.parametrize("state", [S.EN_ROUTE, S.ON_SCENE])
def test_a_drone_that_its_autopilot_brings_home_is_returning(state):
    assert trigger(state, replace(FLYING, mode="RTL")) is T.TURN_BACK
    assert trigger(state, replace(PARKED, in_dock=False)) is T.TURN_BACK


@pytest.mark.parametrize("state", [S.EN_ROUTE, S.ON_SCENE, S.RETURNING, S.LANDING])
def test_silence_in_flight_is_a_loss(state):
    assert trigger(state, replace(FLYING, heard_s_ago=31, to_pad_m=900)) is T.LOSE


def test_a_drone_down_away_from_its_pad_is_lost():
    assert trigger(S.RETURNING, replace(PARKED, in_dock=False, to_pad_m=400)) is T.LOSE


def test_a_drone_that_its_autopilot_has_landed_at_a_rally_point_is_down_not_lost():
    there = replace(PARKED, in_dock=False, to_pad_m=400, to_rally_m=2)
    assert trigger(S.RETURNING, there) is T.DOWN
    assert trigger(S.LOST, there) is T.DOWN
    assert trigger(S.LOST, replace(there, heard_s_ago=40)) is None
    assert trigger(S.RETURNING, replace(there, to_rally_m=30)) is T.LOSE
    assert trigger(S.RETURNING, replace(there, armed=True, on_ground=False)) is None


def test_a_lost_drone_that_is_heard_in_the_air_returns():
    assert trigger(S.LOST, FLYING) is T.HEARD_AGAIN
    assert trigger(S.LOST, replace(FLYING, heard_s_ago=40)) is None


def test_a_lost_drone_that_its_dock_feels_has_docked():
    assert trigger(S.LOST, replace(PARKED, heard_s_ago=40)) is T.DOCK_CLOSED


def test_it_is_docked_only_with_the_cover_closed_and_rotors_off():
    assert trigger(S.LANDING, PARKED) is T.DOCK_CLOSED
    assert trigger(S.LANDING, replace(PARKED, in_dock=False)) is None
    assert trigger(S.LANDING, replace(PARKED, armed=True)) is None


numbers = st.one_of(st.none(), st.floats(0, 10_000))


@given(
    st.sampled_from(S),
    st.builds(
        Seen,
        heard_s_ago=st.floats(0, 1000),
        armed=st.booleans(),
        on_ground=st.one_of(st.none(), st.booleans()),
        height_m=numbers,
        alt_amsl_m=numbers,
        to_scene_m=numbers,
        to_pad_m=numbers,
        to_rally_m=numbers,
        in_dock=st.booleans(),
        energy_wh=numbers,
        mode=st.sampled_from([None, "AUTO", "GUIDED", "RTL", "LAND"]),
    ),
)
def test_whatever_is_seen_leads_only_along_the_table_and_says_why(state, seen):
    following = due(state, seen, PLAN)
    if following is not None:
        SORTIE.advance(state, following[0])
        assert following[1]


@given(
    st.floats(114.0, 114.4), st.floats(22.5, 22.9), st.floats(-0.03, 0.03), st.floats(-0.03, 0.03)
)
def test_distance_agrees_with_the_ellipsoid_to_half_a_percent(lon, lat, east, north):
    from pyproj import Geod

    exact_m = Geod(ellps="WGS84").inv(lon, lat, lon + east, lat + north)[2]
    assert distance_m((lon, lat), (lon + east, lat + north)) == pytest.approx(
        exact_m, rel=0.006, abs=0.01
    )


@pytest.mark.parametrize("state", [S.HELD, S.DIRECTED])
def test_what_a_person_directs_turns_back_for_its_autopilot_and_its_energy(state):
    assert trigger(state, FLYING) is None
    assert trigger(state, replace(FLYING, mode="RTL")) is T.TURN_BACK
    assert trigger(state, replace(FLYING, mode="RTL", being_told=True)) is None
    assert trigger(state, replace(FLYING, energy_wh=40)) is T.TURN_BACK


@given(st.floats(0, 200))
def test_a_hold_may_use_half_of_the_reserve_beside_the_way_home(energy_wh):
    plan = replace(PLAN, reserve_wh=30)
    following = due(S.HELD, replace(FLYING, energy_wh=energy_wh), plan)
    assert (following is not None) == (energy_wh <= 60 - 15)


def test_what_a_person_directs_never_arrives_by_itself():
    over = replace(FLYING, to_scene_m=0, alt_amsl_m=110)
    assert trigger(S.HELD, over) is None
    assert trigger(S.DIRECTED, over) is None


def test_brought_down_where_a_person_wants_it_is_no_loss():
    assert trigger(S.LANDING_OUT, replace(FLYING, mode="LAND")) is None
    assert trigger(S.LANDING_OUT, replace(PARKED, to_pad_m=400, in_dock=False)) is T.DOWN
    assert trigger(S.LANDING_OUT, replace(FLYING, heard_s_ago=31)) is T.LOSE
    assert trigger(S.GROUNDED, replace(PARKED, heard_s_ago=9000, in_dock=False)) is None
    assert trigger(S.GROUNDED, PARKED) is T.DOCK_CLOSED
