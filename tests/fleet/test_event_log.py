"""The event log and the fold over it."""

from datetime import UTC, datetime, timedelta

import pytest

from fleet.clock import Clock
from fleet.contract import IncidentState, LaunchParts, SortieState
from fleet.log import events
from fleet.log.journal import Journal
from fleet.log.state import FleetState
from fleet.log.store import EventLog
from fleet.process import Refusal
from fleet.sorties.sortie import SortieTrigger as T

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
PARTS = LaunchParts(launch_s=30, climb_s=20, cruise_s=100, descent_s=10)


def reported(incident="I1"):
    return events.IncidentReported(
        incident=incident, kind="fire", level=3, lon=114.1, lat=22.65, subdistrict="440307014",
        note="smoke", source="officer", window_s=300,
    )  # fmt: skip


def requested(sortie="S1", incident="I1", dock="D01"):
    return events.SortieRequested(
        sortie=sortie, incident=incident, decision="C1", dock=dock, drone="U" + dock[1:],
        eta_s=160, parts=PARTS, turn_back_wh=50,
        route={"out": [[114.1, 22.6, 150, 15]], "back": []},
    )  # fmt: skip


def advanced(trigger, state, sortie="S1"):
    return events.SortieAdvanced(
        sortie=sortie, incident="I1", trigger=trigger, state=state, reason="seen"
    )


OUT = [
    advanced(T.PREPARE, SortieState.PREPARING),
    advanced(T.PREPARED, SortieState.LAUNCHING),
    advanced(T.TOOK_OFF, SortieState.EN_ROUTE),
    advanced(T.ARRIVED, SortieState.ON_SCENE),
]
HOME = [
    advanced(T.RECALL, SortieState.RETURNING),
    advanced(T.OVER_PAD, SortieState.LANDING),
    advanced(T.DOCK_CLOSED, SortieState.DOCKED),
]


def fold(facts):
    state = FleetState()
    for second, fact in enumerate(facts):
        at = NOON + timedelta(seconds=second)
        state.apply(events.Recorded(seq=second + 1, at=at, cause=None, fact=fact))
    return state


def test_an_incident_follows_its_sortie_there_and_back():
    assert fold([reported()]).incidents["I1"].state is IncidentState.REPORTED
    assert fold([reported(), requested()]).incidents["I1"].state is IncidentState.DISPATCHED
    there = fold([reported(), requested(), *OUT]).incidents["I1"]
    assert there.state is IncidentState.ON_SCENE
    assert there.on_scene_s == 5
    home = fold([reported(), requested(), *OUT, *HOME])
    assert home.incidents["I1"].state is IncidentState.ATTENDED
    assert home.sorties["S1"].state is SortieState.DOCKED
    assert home.active() == []


def test_a_sortie_aborted_before_arrival_leaves_the_incident_unserved():
    facts = [reported(), requested(), OUT[0], advanced(T.ABORT, SortieState.ABORTED)]
    assert fold(facts).incidents["I1"].state is IncidentState.UNSERVED


def test_a_second_drone_keeps_the_incident_served_when_the_first_fails():
    facts = [reported(), requested(), OUT[0], requested("S2", dock="D02")]
    facts.append(advanced(T.ABORT, SortieState.ABORTED))
    state = fold(facts)
    assert state.incidents["I1"].state is IncidentState.DISPATCHED
    assert state.incidents["I1"].dock == "D02"


def test_replaying_the_log_gives_the_same_state(tmp_path):
    url = f"sqlite:///{tmp_path}/events.db"
    with EventLog(url) as log:
        journal = Journal(log, Clock())
        journal.record(reported(), cause="R1")
        journal.record(requested())
        for fact in (*OUT, *HOME):
            journal.record(fact)
        lived = journal.state
    with EventLog(url) as log:
        assert Journal(log, Clock()).state == lived


def test_events_read_back_equal_in_order_with_their_cause(tmp_path):
    with EventLog(f"sqlite:///{tmp_path}/events.db") as log:
        log.append(NOON, [reported(), requested()], "R1")
        log.append(NOON, [reported("I2")], None)
        everything = list(log.read())
        assert [r.fact for r in everything] == [reported(), requested(), reported("I2")]
        assert [r.seq for r in everything] == [1, 2, 3]
        assert everything[0].at == NOON
        assert everything[0].cause == "R1"
        assert [r.seq for r in log.read(incident="I1")] == [1, 2]
        assert [r.seq for r in log.read(after=1, limit=1)] == [2]


def test_a_transaction_that_fails_leaves_nothing(tmp_path):
    with EventLog(f"sqlite:///{tmp_path}/events.db") as log:
        unserialisable = reported().model_copy(update={"note": object()})
        with pytest.raises(Exception, match="serialize"):
            log.append(NOON, [reported(), unserialisable], None)
        assert list(log.read()) == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("nonsense", "is no database URL; expected for instance sqlite:///"),
        ("sqlite:////proc/nowhere/events.db", "cannot be created"),
    ],
)
def test_a_log_that_cannot_be_opened_is_refused_in_one_sentence(url, expected):
    with pytest.raises(Refusal, match=expected):
        EventLog(url)
