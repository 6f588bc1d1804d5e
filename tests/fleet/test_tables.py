"""The state tables of incident and sortie."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.contract import IncidentState, SortieState
from fleet.dispatch.incident import INCIDENT, IncidentTrigger
from fleet.machine import IllegalTransition, Table
from fleet.sorties.sortie import SORTIE, SortieTrigger

TABLES = [
    (INCIDENT, IncidentState, IncidentState.REPORTED),
    (SORTIE, SortieState, SortieState.REQUESTED),
]


@pytest.mark.parametrize(("table", "states", "first"), TABLES)
def test_every_state_can_be_reached_from_the_first(table, states, first):
    reached, frontier = {first}, [first]
    while frontier:
        state = frontier.pop()
        for trigger in table.triggers(state):
            after = table.advance(state, trigger)
            if after not in reached:
                reached.add(after)
                frontier.append(after)
    assert reached == set(states)


@pytest.mark.parametrize(("table", "states", "first"), TABLES)
def test_from_every_state_some_final_state_can_be_reached(table, states, first):
    leads_out = set(table.final)
    while True:
        more = {
            s for s in states if any(table.advance(s, t) in leads_out for t in table.triggers(s))
        }
        if more <= leads_out:
            break
        leads_out |= more
    assert leads_out == set(states)


def test_only_closing_ends_an_incident_and_a_sortie_ends_with_its_drone_or_hands_it_on():
    assert INCIDENT.final == {IncidentState.CLOSED}
    assert SORTIE.final == {
        SortieState.DOCKED,
        SortieState.ABORTED,
        SortieState.WRITTEN_OFF,
        SortieState.DIVERTED,
    }


@given(st.sampled_from(SortieState), st.sampled_from(SortieTrigger))
def test_an_unknown_trigger_is_refused_naming_what_is_allowed(state, trigger):
    if trigger in SORTIE.triggers(state):
        assert SORTIE.advance(state, trigger) in SortieState
        return
    with pytest.raises(IllegalTransition) as refusal:
        SORTIE.advance(state, trigger)
    for allowed in SORTIE.triggers(state):
        assert allowed in str(refusal.value)


def test_a_drone_in_the_air_is_never_aborted():
    in_the_air = {SortieState.EN_ROUTE, SortieState.ON_SCENE, SortieState.RETURNING}
    for state in in_the_air:
        assert SortieTrigger.ABORT not in SORTIE.triggers(state)


def test_a_table_knows_its_final_states():
    table = Table("it", {(IncidentState.REPORTED, IncidentTrigger.CLOSE): IncidentState.CLOSED})
    assert table.final == {IncidentState.CLOSED}
