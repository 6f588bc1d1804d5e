"""The gate: no command without the lease, none after its deadline, none twice."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.address import VehicleAddress
from fleet.mavlink.command import Command
from fleet.mavlink.confirmation import VALID_S, FleetAct, NotConfirmed
from fleet.mavlink.effect import ASKING, ASKING_COMMANDS, REPEATABLE, changes
from fleet.mavlink.gate import (
    Gate,
    GateNews,
    GateReason,
    GateRefused,
    LeaseGiven,
    LeaseOver,
    Passage,
    PassageRefused,
    Warrant,
)
from fleet.mavlink.lease import CONTROLLER, LeaseRefused
from tests.mavlink.mavlink_stage import ADDRESS, SYSID, ack

RTL = mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH
REBOOT = mavlink.MAV_CMD_PREFLIGHT_REBOOT_SHUTDOWN
SENDERS = [CONTROLLER, "qgc", "script"]


class Watched:
    """A gate, with what passed and what it told."""

    def __init__(self) -> None:
        self.passed: list[Any] = []
        self.news: list[GateNews] = []
        self.gate = Gate(lambda _, message: self.passed.append(message), self.news.append)

    def admit(self, warrant: Warrant, now_s: float, within_s: float = 60.0) -> Passage:
        return self.gate.admit(ADDRESS, warrant, "a test", within_s, now_s)


def command(kind: int = RTL, to: int = SYSID) -> Any:
    return mavlink.MAVLink_command_long_message(to, 1, kind, 0, *[0.0] * 7)


def read() -> Any:
    return mavlink.MAVLink_param_request_read_message(SYSID, 1, b"X", -1)


def refused(watched: Watched, passage: Passage, message: Any, now_s: float) -> GateReason:
    with pytest.raises(GateRefused) as why:
        watched.gate.send(passage, message, now_s)
    assert watched.news[-1] == why.value.refusal
    return why.value.refusal.reason


def test_the_controllers_command_passes_and_nothing_is_told() -> None:
    watched = Watched()
    watched.gate.send(watched.admit(Warrant(), 0.0), command(), 1.0)
    assert len(watched.passed) == 1
    assert watched.news == []


def test_what_is_for_another_vehicle_does_not_pass() -> None:
    watched = Watched()
    passage = watched.admit(Warrant(), 0.0)
    assert refused(watched, passage, command(to=0), 1.0) is GateReason.WRONG_TARGET
    assert refused(watched, passage, command(to=8), 1.0) is GateReason.WRONG_TARGET
    assert watched.passed == []


def test_without_the_lease_a_vehicle_may_be_asked_but_not_commanded() -> None:
    watched = Watched()
    passage = watched.admit(Warrant("qgc"), 0.0)
    watched.gate.send(passage, read(), 1.0)
    watched.gate.send(passage, command(mavlink.MAV_CMD_REQUEST_MESSAGE), 1.0)
    assert refused(watched, passage, command(), 1.0) is GateReason.NO_LEASE
    assert len(watched.passed) == 2


def test_the_controller_does_not_command_what_it_has_lent() -> None:
    watched = Watched()
    watched.gate.grant(ADDRESS, "qgc", "officer", 60.0, 0.0)
    passage = watched.admit(Warrant(), 1.0)
    with pytest.raises(GateRefused, match="qgc holds the drone's lease, not controller"):
        watched.gate.send(passage, command(), 1.0)
    watched.gate.send(watched.admit(Warrant("qgc"), 1.0), command(), 1.0)


@pytest.mark.parametrize("again", [False, True])
def test_an_order_ends_with_the_lease_it_was_begun_under(again: bool) -> None:
    watched = Watched()
    watched.gate.grant(ADDRESS, "qgc", "officer", 60.0, 0.0)
    passage = watched.admit(Warrant("qgc"), 1.0)
    watched.gate.take_back(ADDRESS, "officer", 2.0)
    if again:
        watched.gate.grant(ADDRESS, "qgc", "officer", 60.0, 3.0)
    assert refused(watched, passage, command(), 4.0) is GateReason.LEASE_ENDED


def test_leases_given_taken_back_and_run_out_are_told() -> None:
    watched = Watched()
    watched.gate.grant(ADDRESS, "qgc", "officer", 60.0, 0.0)
    watched.gate.take_back(ADDRESS, "chief", 1.0)
    watched.gate.grant(ADDRESS, "script", "officer", 60.0, 2.0)
    watched.gate.expire(70.0)
    watched.gate.expire(71.0)
    assert [
        (type(n), n.lease.holder, n.by)
        for n in watched.news
        if isinstance(n, LeaseGiven | LeaseOver)
    ] == [
        (LeaseGiven, "qgc", "officer"),
        (LeaseOver, "qgc", "chief"),
        (LeaseGiven, "script", "officer"),
        (LeaseOver, "script", None),
    ]
    assert watched.gate.lease(SYSID, 71.0).holder == CONTROLLER


def test_a_drone_that_is_lent_is_not_lent_to_a_second() -> None:
    watched = Watched()
    watched.gate.grant(ADDRESS, "qgc", "officer", 60.0, 0.0)
    with pytest.raises(LeaseRefused, match="qgc holds the lease for another 50 s"):
        watched.gate.grant(ADDRESS, "script", "officer", 60.0, 10.0)


def test_nothing_passes_after_the_deadline() -> None:
    watched = Watched()
    passage = watched.admit(Warrant(until_s=5.0), 0.0)
    watched.gate.send(passage, command(), 4.9)
    assert refused(watched, passage, command(), 5.0) is GateReason.TOO_LATE
    with pytest.raises(GateRefused, match="its deadline passed"):
        watched.admit(Warrant(until_s=5.0), 6.0)


def test_an_order_has_a_deadline_even_if_nobody_gave_it_one() -> None:
    watched = Watched()
    passage = watched.admit(Warrant(), 0.0, within_s=30.0)
    assert refused(watched, passage, command(), 31.0) is GateReason.TOO_LATE


def test_an_act_on_many_drones_passes_with_its_confirmation_once() -> None:
    watched = Watched()
    act = FleetAct("land all", frozenset({1, 2}), "officer")
    watched.gate.offer(act, "token", 0.0)
    watched.gate.confirm(FleetAct("land all", frozenset({2}), "officer"), "token", 5.0)
    with pytest.raises(GateRefused, match="not known, or was used before"):
        watched.gate.confirm(act, "token", 6.0)


def test_what_was_confirmed_is_leave_for_each_of_its_drones_once_and_for_no_other() -> None:
    watched = Watched()
    act = FleetAct("land all", frozenset({1, 2}), "officer")
    watched.gate.offer(act, "token", 0.0)
    leave = watched.gate.confirm(act, "token", 1.0)
    leave.use(1)
    leave.use(2)
    for sysid in (1, 3):
        with pytest.raises(NotConfirmed, match=f"system {sysid}"):
            leave.use(sysid)


@pytest.mark.parametrize(
    ("act", "after_s", "why"),
    [
        (FleetAct("recall all", frozenset({1}), "officer"), 1.0, "for 'land all'"),
        (FleetAct("land all", frozenset({1}), "somebody"), 1.0, "given to officer"),
        (FleetAct("land all", frozenset({1, 3}), "officer"), 1.0, "not cover system 3"),
        (FleetAct("land all", frozenset({1}), "officer"), VALID_S, "later than 60 s"),
    ],
)
def test_a_confirmation_is_good_for_nothing_else(act: FleetAct, after_s: float, why: str) -> None:
    watched = Watched()
    watched.gate.offer(FleetAct("land all", frozenset({1, 2}), "officer"), "token", 0.0)
    with pytest.raises(GateRefused, match=why) as refusal:
        watched.gate.confirm(act, "token", after_s)
    assert refusal.value.refusal.reason is GateReason.NOT_CONFIRMED
    assert watched.news == [refusal.value.refusal]


def test_whatever_is_not_known_to_be_only_asking_is_a_change() -> None:
    classes = [c for n, c in vars(mavlink).items() if n.startswith("MAVLink_") and "_" in n[8:]]
    asking = {c.msgname for c in classes if hasattr(c, "msgname")} & set(ASKING)
    assert asking == set(ASKING)  # and each is a message there is
    assert changes(mavlink.MAVLink_param_set_message(1, 1, b"X", 0, 9))
    assert changes(mavlink.MAVLink_set_mode_message(1, 1, 4))
    assert changes(mavlink.MAVLink_mission_clear_all_message(1, 1))
    assert not {c for c in ASKING_COMMANDS if c not in REPEATABLE}


class GateMachine(RuleBasedStateMachine):
    """Orders of three senders for one vehicle, leases that come and go, and time that passes."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0
        self.watched = Watched()
        self.open: list[tuple[Passage, float]] = []
        self.sent = 0
        self.refusals = 0

    @initialize()
    def first(self) -> None:
        assert self.watched.gate.lease(SYSID, 0.0).holder == CONTROLLER

    @rule(seconds=st.floats(0.1, 30))
    def wait(self, seconds: float) -> None:
        self.now_s += seconds
        self.watched.gate.expire(self.now_s)

    @rule(holder=st.sampled_from(SENDERS[1:]), for_s=st.floats(1, 60))
    def grant(self, holder: str, for_s: float) -> None:
        if self.watched.gate.lease(SYSID, self.now_s).holder in (CONTROLLER, holder):
            self.watched.gate.grant(ADDRESS, holder, "officer", for_s, self.now_s)

    @precondition(lambda self: self.watched.gate.lease(SYSID, self.now_s).is_granted)
    @rule()
    def take_back(self) -> None:
        self.watched.gate.take_back(ADDRESS, "officer", self.now_s)

    @rule(sender=st.sampled_from(SENDERS), within_s=st.floats(0.5, 60))
    def admit(self, sender: str, within_s: float) -> None:
        passage = self.watched.admit(Warrant(sender), self.now_s, within_s)
        self.open.append((passage, self.now_s + within_s))

    @precondition(lambda self: self.open)
    @rule(data=st.data(), to=st.sampled_from([SYSID, SYSID, SYSID, 0, 8]))
    def send(self, data: st.DataObject, to: int) -> None:
        passage, until_s = data.draw(st.sampled_from(self.open))
        now = self.watched.gate.lease(SYSID, self.now_s)
        may = to == SYSID and now.number == passage.lease.number
        may = may and now.holder == passage.sender and self.now_s < until_s
        try:
            self.watched.gate.send(passage, command(to=to), self.now_s)
        except GateRefused:
            assert not may
            self.refusals += 1
        else:
            assert may
            self.sent += 1

    @invariant()
    def only_what_was_let_through_has_left_and_each_refusal_was_told(self) -> None:
        assert len(self.watched.passed) == self.sent
        told = [n for n in self.watched.news if isinstance(n, PassageRefused)]
        assert len(told) == self.refusals


TestGate = GateMachine.TestCase


@settings(max_examples=200)
@given(
    kind=st.sampled_from([RTL, REBOOT, mavlink.MAV_CMD_DO_SET_MODE]),
    events=st.lists(
        st.sampled_from(["tick", "ack", "progress", "other ack", "shown"]), max_size=30
    ),
)
def test_nothing_is_repeated_that_was_answered_or_is_not_safe_to_repeat(
    kind: int, events: list[str]
) -> None:
    """Acknowledgements that are lost, doubled and late, in any order."""
    shows = False
    exchange = Command(VehicleAddress(SYSID), kind, shown=lambda: shows)
    sent, done, now_s = list(exchange.begin(0.0)), False, 0.0
    for event in events:
        now_s += 0.3
        match event:
            case "tick":
                now_s = max(now_s, min(exchange.due_s, now_s + 20))
                more = exchange.tick(now_s)
                assert not (more and (done or shows))
                sent += more
            case "ack":
                exchange.take(ack(kind), now_s)
                done = True
            case "progress":
                exchange.take(ack(kind, mavlink.MAV_RESULT_IN_PROGRESS), now_s)
            case "other ack":
                exchange.take(ack(kind + 1), now_s)
            case "shown":
                shows = True
    assert [m.confirmation for m in sent] == list(range(len(sent)))
    if kind == REBOOT:
        assert len(sent) == 1
