"""When a drone waits, goes around, tries again or goes elsewhere."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from fleet.sorties.approach import (
    COMMITTED_M,
    GO_AROUND_M,
    HOLD_AT_M,
    LASTS_S,
    TRIES,
    Act,
    Approach,
    Approaching,
)

COMING = Approaching(
    now_s=0.0, to_pad_m=0.5, height_m=12.0, shut=None, gusts=None, uses_reserve=False
)
JAMMED = replace(COMING, shut="the cover is not open")
GUSTY = replace(COMING, gusts="gusts of 15.0 m/s")


def act(approach: Approach, at: Approaching) -> Act | None:
    due = approach.due(at)
    return None if due is None else due[0]


def test_a_drone_comes_down_where_nothing_is_against_it() -> None:
    assert Approach().due(COMING) is None


def test_far_from_the_pad_what_is_against_it_does_not_count_yet() -> None:
    assert Approach().due(replace(JAMMED, to_pad_m=HOLD_AT_M + 1)) is None
    assert Approach().due(replace(JAMMED, to_pad_m=None)) is None


def test_at_the_height_of_its_cruise_it_waits_and_lower_it_goes_around() -> None:
    assert act(Approach(), replace(JAMMED, height_m=90.0)) is Act.WAIT
    assert Approach().due(JAMMED) == (Act.GO_AROUND, "the cover is not open")


def test_a_gust_breaks_a_descent_off_but_not_the_last_metres_nor_the_way_there() -> None:
    assert act(Approach(), GUSTY) is Act.GO_AROUND
    assert act(Approach(), replace(GUSTY, height_m=COMMITTED_M - 0.1)) is None
    assert act(Approach(), replace(GUSTY, height_m=GO_AROUND_M + 1)) is None


def test_it_goes_on_as_soon_as_nothing_is_against_it_any_more() -> None:
    approach = Approach()
    approach.due(JAMMED)
    assert act(approach, replace(JAMMED, now_s=5.0)) is None
    assert act(approach, replace(COMING, now_s=6.0)) is Act.GO_ON
    assert act(approach, replace(COMING, now_s=7.0)) is None


def test_in_gusts_that_last_it_tries_so_many_times_and_lands_at_the_last() -> None:
    approach, now_s, acts = Approach(), 0.0, []
    for _ in range(int(TRIES * LASTS_S * 2)):
        acts.append(act(approach, replace(GUSTY, now_s=now_s)))
        now_s += 1.0
    assert [each for each in acts if each] == [Act.GO_AROUND, Act.GO_ON] * (TRIES - 1)
    assert acts[-1] is None  # it comes down


def test_where_the_pad_stays_shut_it_goes_elsewhere_and_asks_again_if_there_is_nowhere() -> None:
    approach = Approach()
    approach.due(JAMMED)
    asked = [
        now_s
        for now_s in range(1, 120)
        if act(approach, replace(JAMMED, now_s=float(now_s))) is Act.GO_ELSEWHERE
    ]
    assert asked[0] == LASTS_S
    assert len(asked) == 6


def test_a_drone_that_uses_its_reserve_does_not_wait_to_go_elsewhere() -> None:
    approach = Approach()
    approach.due(JAMMED)
    low = replace(JAMMED, now_s=1.0, uses_reserve=True)
    assert approach.due(low) == (Act.GO_ELSEWHERE, "the cover is not open")


@given(
    st.lists(
        st.builds(
            Approaching,
            now_s=st.just(0.0),
            to_pad_m=st.one_of(st.none(), st.floats(0, 200)),
            height_m=st.one_of(st.none(), st.floats(-1, 120)),
            shut=st.sampled_from([None, "shut"]),
            gusts=st.sampled_from([None, "gusty"]),
            uses_reserve=st.booleans(),
        ),
        max_size=80,
    )
)
def test_it_never_goes_on_to_a_shut_pad_and_goes_on_only_after_it_was_stopped(
    told: list[Approaching],
) -> None:
    approach, waits = Approach(), False
    for number, each in enumerate(told):
        what = act(approach, replace(each, now_s=float(number)))
        if what is Act.GO_ON:
            assert waits
            assert each.shut is None
            waits = False
        elif what in (Act.WAIT, Act.GO_AROUND):
            assert not waits
            assert each.shut or each.gusts
            waits = True
        elif what is Act.GO_ELSEWHERE:
            assert waits
            assert each.shut
