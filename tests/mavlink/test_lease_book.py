"""The lease book: one holder of a drone at a time, and everything else is the controller's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from fleet.mavlink.lease import CONTROLLER, LONGEST_S, LeaseBook, LeaseRefused

HOLDERS = st.sampled_from(["qgc", "mission planner", "script"])
SYSIDS = st.integers(1, 3)


class LeaseBookMachine(RuleBasedStateMachine):
    """Grants, takes back and waits at random, beside a plain account of who should hold what."""

    def __init__(self) -> None:
        super().__init__()
        self.book, self.now_s = LeaseBook(), 0.0
        self.held: dict[int, tuple[str, float]] = {}  # the account: holder, until
        self.numbers: dict[int, list[tuple[int, str]]] = {sysid: [] for sysid in range(1, 4)}

    def _holder(self, sysid: int) -> str:
        holder, until_s = self.held.get(sysid, (CONTROLLER, float("inf")))
        return holder if self.now_s < until_s else CONTROLLER

    @rule(sysid=SYSIDS, holder=HOLDERS, for_s=st.floats(1, 100))
    def grant(self, sysid: int, holder: str, for_s: float) -> None:
        if self._holder(sysid) in (CONTROLLER, holder):
            self.book = self.book.grant(sysid, holder, self.now_s, for_s)
            self.held[sysid] = (holder, self.now_s + for_s)
        else:
            with pytest.raises(LeaseRefused, match="take it back first"):
                self.book.grant(sysid, holder, self.now_s, for_s)

    @rule(sysid=SYSIDS)
    def take_back(self, sysid: int) -> None:
        if self._holder(sysid) == CONTROLLER:
            with pytest.raises(LeaseRefused, match="nothing to take back"):
                self.book.take_back(sysid, self.now_s)
        else:
            self.book = self.book.take_back(sysid, self.now_s)
            del self.held[sysid]

    @rule(seconds=st.floats(0, 60))
    def wait(self, seconds: float) -> None:
        self.now_s += seconds

    @rule()
    def expire(self) -> None:
        before = {sysid: self.book.current(sysid, self.now_s) for sysid in range(1, 4)}
        self.book, ended = self.book.expire(self.now_s)
        assert all(lease.is_granted and lease.until_s <= self.now_s for lease in ended)
        assert {sysid: self.book.current(sysid, self.now_s) for sysid in range(1, 4)} == before
        assert self.book.expire(self.now_s) == (self.book, ())

    @invariant()
    def each_drone_has_the_holder_it_should_have(self) -> None:
        for sysid in range(1, 4):
            assert self.book.current(sysid, self.now_s).holder == self._holder(sysid)

    @invariant()
    def a_number_is_never_that_of_two_holders_and_never_falls(self) -> None:
        for sysid, known in self.numbers.items():
            lease = self.book.current(sysid, self.now_s)
            if not known or known[-1] != (lease.number, lease.holder):
                assert all(lease.number > number for number, _ in known)
                known.append((lease.number, lease.holder))


TestLeaseBook = LeaseBookMachine.TestCase


def test_a_lease_that_ran_out_is_the_controllers_at_that_very_moment() -> None:
    book = LeaseBook().grant(7, "qgc", now_s=10.0, for_s=5.0)
    assert book.current(7, 14.999).holder == "qgc"
    assert book.current(7, 15.0).holder == CONTROLLER


def test_more_time_for_the_same_holder_is_the_same_lease() -> None:
    first = LeaseBook().grant(7, "qgc", 0.0, 5.0)
    longer = first.grant(7, "qgc", 4.0, 60.0)
    assert longer.current(7, 4.0).number == first.current(7, 4.0).number
    assert longer.current(7, 30.0).holder == "qgc"


@given(st.one_of(st.floats(max_value=0), st.floats(min_value=LONGEST_S + 1), st.just(float("nan"))))
def test_a_lease_without_an_end_or_a_beginning_is_not_given(for_s: float) -> None:
    with pytest.raises(LeaseRefused, match="a lease lasts up to"):
        LeaseBook().grant(7, "qgc", 0.0, for_s)


@pytest.mark.parametrize("holder", [CONTROLLER, "", "  "])
def test_a_lease_is_granted_by_name_and_not_to_the_controller(holder: str) -> None:
    with pytest.raises(LeaseRefused, match="to a ground station by name"):
        LeaseBook().grant(7, holder, 0.0, 60.0)
