"""What the gate refuses and whom it lends drones to stands in the event log."""

from functools import partial

import pytest

from fleet.clock import Clock
from fleet.log.events import CommandRefused, LeaseEnded, LeaseGranted, LinkFailedOver
from fleet.log.gate_log import record_fail_over, record_news
from fleet.log.journal import Journal
from fleet.log.store import EventLog
from fleet.mavlink.address import VehicleAddress
from fleet.mavlink.confirmation import FleetAct
from fleet.mavlink.gate import Gate, GateRefused, Warrant
from fleet.mavlink.routes import FailOver
from tests.fleet import flight_stage

ADDRESS = VehicleAddress(7)


@pytest.fixture
def journal(tmp_path):
    with EventLog(f"sqlite:///{tmp_path / 'log.sqlite'}") as log:
        yield Journal(log, Clock())


@pytest.fixture
def gate(journal):
    return Gate(lambda sysid, message: None, partial(record_news, journal, {7: "U07"}))


def facts(journal):
    return [recorded.fact for recorded in journal.log.read()]


def test_a_refused_command_is_recorded_with_its_reason(gate, journal):
    with pytest.raises(GateRefused):
        gate.admit(ADDRESS, Warrant("qgc", until_s=1.0), "DO_SET_MODE", 5.0, now_s=3.0)
    assert facts(journal) == [
        CommandRefused(
            drone="U07",
            sender="qgc",
            what="DO_SET_MODE",
            reason="too_late",
            text="its deadline passed 2.0 s ago",
        )
    ]


def test_an_act_on_many_drones_without_confirmation_is_recorded_for_the_fleet(gate, journal):
    with pytest.raises(GateRefused):
        gate.confirm(FleetAct("land all", frozenset({7}), "officer"), "guessed", 0.0)
    (fact,) = facts(journal)
    assert (fact.subject, fact.sender, fact.reason) == ("fleet", "officer", "not_confirmed")


def test_a_lease_is_in_the_log_from_its_beginning_to_its_end(gate, journal):
    gate.grant(ADDRESS, "qgc", "officer", 60.0, 0.0, "QGC desk 2")
    gate.take_back(ADDRESS, "chief", 5.0, "needed elsewhere")
    gate.grant(ADDRESS, "qgc", "officer", 60.0, 6.0)
    gate.expire(70.0)
    assert facts(journal) == [
        LeaseGranted(drone="U07", holder="qgc", by="officer", for_s=60.0, label="QGC desk 2"),
        LeaseEnded(drone="U07", holder="qgc", by="chief", why="needed elsewhere"),
        LeaseGranted(drone="U07", holder="qgc", by="officer", for_s=60.0),
        LeaseEnded(drone="U07", holder="qgc", by=None),
    ]


def test_a_lease_that_cannot_be_recorded_is_not_given():
    def disk_is_full(news):
        raise OSError(28, "No space left on device")

    gate = Gate(lambda sysid, message: None, disk_is_full)
    with pytest.raises(OSError, match="No space left"):
        gate.grant(ADDRESS, "qgc", "officer", 60.0, 0.0)
    assert gate.lease(7, 1.0).holder == "controller"


def test_a_link_that_takes_over_is_recorded_with_the_sortie_that_the_drone_is_on(journal):
    change = FailOver(1, "udp://127.0.0.1:14550 from 10.1.2.3", "tcp://10.1.2.3:5760", 2.6)
    record_fail_over(journal, {1: "U01"}, change)
    journal.record(flight_stage._reported(), flight_stage._requested())
    record_fail_over(journal, {1: "U01"}, change)
    before, after = (fact for fact in facts(journal) if isinstance(fact, LinkFailedOver))
    assert (before.subject, before.sortie, before.of_incident) == ("U01", None, None)
    assert (after.sortie, after.of_incident) == (flight_stage.SORTIE, flight_stage.INCIDENT)
    assert (after.link, after.before, after.silent_s) == (change.now, change.before, 2.6)
