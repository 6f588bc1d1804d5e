"""The dock's state machine: what it does, and what it refuses."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from docks.contract import Charger, Cover
from docks.machine import CLEAR_M, LEAST_SHARE, TAPER_PCT, Dock, DockRefused, Faults, Pad
from docks.site import DockModel

MODEL = DockModel(
    cover_open_s=12,
    cover_close_s=10,
    cover_timeout_s=30,
    charge_w=350,
    wind_limit_ms=12,
    rain_limit_mm_h=4,
    temperature_c=(-25, 45),
)
CLOSED = Dock(MODEL)
OPEN = CLOSED.open(0).tick(12)
STUCK = CLOSED.breaks(Faults(cover=True)).open(0).tick(30)
STOPPED = CLOSED.breaks(Faults(emergency_stop=True))
STANDING = Pad(drone="U01", battery_pct=50)


def hovering(above_m: float) -> Pad:
    return Pad(above_m=above_m)


def test_a_cover_opens_in_the_time_of_its_model() -> None:
    opening = CLOSED.open(100)
    assert (opening.cover, opening.due_s) == (Cover.OPENING, 112)
    assert opening.tick(111.9).cover is Cover.OPENING
    assert opening.tick(112).cover is Cover.OPEN
    assert opening.tick(112).due_s is None


def test_a_cover_closes_in_the_time_of_its_model() -> None:
    closing = OPEN.close(50)
    assert (closing.cover, closing.due_s) == (Cover.CLOSING, 60)
    assert closing.tick(59.9).cover is Cover.CLOSING
    assert closing.tick(60).cover is Cover.CLOSED


@pytest.mark.parametrize(
    ("dock", "act"),
    [(OPEN, "open"), (CLOSED.open(0), "open"), (CLOSED, "close"), (OPEN.close(0), "close")],
)
def test_asking_for_what_is_so_or_on_its_way_changes_nothing(dock: Dock, act: str) -> None:
    assert getattr(dock, act)(5) == dock


def test_a_jammed_cover_is_stuck_after_its_time_and_says_so() -> None:
    moving = CLOSED.breaks(Faults(cover=True)).open(0)
    assert moving.tick(29.9).cover is Cover.OPENING
    assert moving.tick(30).cover is Cover.STUCK
    assert any("stuck" in words for words in STUCK.fault_words)


@pytest.mark.parametrize("act", ["open", "close"])
def test_a_stuck_cover_moves_for_nobody_until_it_is_cleared(act: str) -> None:
    with pytest.raises(DockRefused, match="stuck"):
        getattr(STUCK, act)(40)


@pytest.mark.parametrize("act", ["open", "close"])
def test_under_emergency_stop_the_cover_moves_for_nobody(act: str) -> None:
    with pytest.raises(DockRefused, match="emergency stop"):
        getattr(STOPPED, act)(0)
    with pytest.raises(DockRefused, match="emergency stop"):
        STOPPED.feel(STANDING, 0).charge(95)


def test_an_emergency_stop_stops_cover_and_charger_where_they_are() -> None:
    stopped = CLOSED.open(0).breaks(Faults(emergency_stop=True))
    assert (stopped.cover, stopped.due_s) == (Cover.STUCK, None)
    charging = CLOSED.feel(STANDING, 0).charge(95).breaks(Faults(emergency_stop=True))
    assert charging.charge_w == 0


@pytest.mark.parametrize("above_m", [0.2, 3, CLEAR_M - 0.1])
def test_the_cover_does_not_close_under_a_drone(above_m: float) -> None:
    with pytest.raises(DockRefused, match="above the pad"):
        OPEN.feel(hovering(above_m), 0).close(20)


def test_the_cover_closes_over_a_drone_on_the_pad_and_under_one_well_above() -> None:
    assert OPEN.feel(STANDING, 0).close(20).cover is Cover.CLOSING
    assert OPEN.feel(hovering(CLEAR_M + 1), 0).close(20).cover is Cover.CLOSING


def test_a_closing_cover_opens_again_when_a_drone_comes_in() -> None:
    closing = OPEN.close(20)
    assert closing.feel(hovering(8), 25).cover is Cover.OPENING
    assert closing.feel(hovering(CLEAR_M + 1), 25).cover is Cover.CLOSING


def test_charging_without_a_drone_is_refused() -> None:
    with pytest.raises(DockRefused, match="no drone"):
        CLOSED.charge(95)


def test_charging_with_a_broken_charger_is_refused_and_reported() -> None:
    broken = CLOSED.feel(STANDING, 0).breaks(Faults(charger=True))
    assert broken.charger is Charger.FAULT
    assert any("charger" in words for words in broken.fault_words)
    with pytest.raises(DockRefused, match="charger"):
        broken.charge(95)


def test_charging_ends_when_the_drone_leaves() -> None:
    left = CLOSED.feel(STANDING, 0).charge(95).feel(Pad(), 0)
    assert (left.charger, left.charge_w) == (Charger.IDLE, 0)
    assert left.feel(STANDING, 0).charger is Charger.IDLE


def test_the_charger_is_full_at_what_it_was_asked_for() -> None:
    charging = CLOSED.feel(Pad("U01", 89.9), 0).charge(90)
    assert charging.charger is Charger.CHARGING
    full = charging.feel(Pad("U01", 90), 0)
    assert (full.charger, full.charge_w) == (Charger.FULL, 0)


@given(st.floats(0, TAPER_PCT))
def test_below_80_percent_the_charger_gives_all_it_has(pct: float) -> None:
    assert CLOSED.feel(Pad("U01", pct), 0).charge(100).charge_w == MODEL.charge_w


@given(st.tuples(st.floats(0, 99.9), st.floats(0, 99.9)).map(sorted))
def test_a_fuller_battery_never_takes_more(pcts: list[float]) -> None:
    less, more = (CLOSED.feel(Pad("U01", pct), 0).charge(100).charge_w for pct in pcts)
    assert MODEL.charge_w >= less >= more >= LEAST_SHARE * MODEL.charge_w


def test_somebody_who_mended_a_jam_clears_it_and_the_cover_opens() -> None:
    cleared = STUCK.breaks(Faults()).clear_faults(100)
    assert (cleared.cover, cleared.tick(112).cover) == (Cover.OPENING, Cover.OPEN)
    assert not cleared.fault_words


def test_clearing_faults_does_not_release_a_pressed_emergency_stop() -> None:
    stopped = CLOSED.open(0).breaks(Faults(emergency_stop=True))
    with pytest.raises(DockRefused, match="emergency stop"):
        stopped.clear_faults(5)
    assert stopped.breaks(Faults()).clear_faults(5).cover is Cover.OPENING


def test_clearing_faults_does_not_mend_a_charger_that_is_still_broken() -> None:
    broken = CLOSED.feel(STANDING, 0).breaks(Faults(charger=True)).clear_faults(5)
    assert broken.charger is Charger.FAULT


def test_a_fault_stays_until_somebody_clears_it_though_its_cause_is_gone() -> None:
    mended = CLOSED.feel(STANDING, 0).breaks(Faults(charger=True)).breaks(Faults())
    assert mended.charger is Charger.FAULT
    assert mended.clear_faults(5).charger is Charger.IDLE


def test_a_cover_that_turns_back_needs_as_long_to_open_as_it_had_closed() -> None:
    nearly_closed = OPEN.close(0).tick(9)
    turned = nearly_closed.feel(hovering(8), 9)
    assert turned.due_s == pytest.approx(9 + 0.9 * 12)
    turned = turned.tick(13)
    assert turned.cover is Cover.OPENING, "9 of 10 s closed takes 10.8 of 12 s to open"


def test_what_is_due_has_happened_when_it_is_due() -> None:
    closing = OPEN.close(22.863048471528092)
    assert closing.due_s is not None
    assert closing.tick(closing.due_s).cover is Cover.CLOSED


class DockWalk(RuleBasedStateMachine):
    """Anything that may happen to a dock, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0
        self.dock = CLOSED

    def _try(self, act: object) -> None:
        before = self.dock
        try:
            self.dock = act()  # type: ignore[operator]
        except DockRefused as refusal:
            assert self.dock == before
            assert str(refusal)  # noqa: PT017 -- a refusal is one of two good outcomes

    @rule(passes_s=st.floats(0, 40))
    def time_passes(self, passes_s: float) -> None:
        self.now_s += passes_s
        self.dock = self.dock.tick(self.now_s)

    @rule()
    def asked_to_open(self) -> None:
        self._try(lambda: self.dock.open(self.now_s))

    @rule()
    def asked_to_close(self) -> None:
        above_m = self.dock.pad.above_m
        was = self.dock.cover
        self._try(lambda: self.dock.close(self.now_s))
        if above_m is not None and above_m < CLEAR_M and was is Cover.OPEN:
            assert self.dock.cover is Cover.OPEN

    @rule(to_pct=st.floats(1, 100))
    def asked_to_charge(self, to_pct: float) -> None:
        self._try(lambda: self.dock.charge(to_pct))

    @rule(
        pad=st.one_of(
            st.just(Pad()),
            st.builds(Pad, drone=st.just("U01"), battery_pct=st.floats(0, 100)),
            st.builds(Pad, above_m=st.floats(0, 120)),
        )
    )
    def sensors_feel(self, pad: Pad) -> None:
        self.dock = self.dock.feel(pad, self.now_s)

    @rule(faults=st.builds(Faults, st.booleans(), st.booleans(), st.booleans()))
    def something_breaks_or_is_mended(self, faults: Faults) -> None:
        self.dock = self.dock.breaks(faults)

    @rule()
    def somebody_clears_the_faults(self) -> None:
        self._try(lambda: self.dock.clear_faults(self.now_s))

    @precondition(lambda self: self.dock.due_s is not None)
    @rule()
    def time_passes_to_what_is_due(self) -> None:
        assert self.dock.due_s is not None
        self.now_s = max(self.now_s, self.dock.due_s + 1e-6)
        self.dock = self.dock.tick(self.now_s)
        assert self.dock.cover not in (Cover.OPENING, Cover.CLOSING)

    @invariant()
    def a_cover_moves_exactly_when_something_is_due(self) -> None:
        moves = self.dock.cover in (Cover.OPENING, Cover.CLOSING)
        assert (self.dock.due_s is not None) == moves

    @invariant()
    def power_flows_only_into_a_drone_on_the_contacts(self) -> None:
        watts = self.dock.charge_w
        assert 0 <= watts <= MODEL.charge_w
        if watts:
            assert self.dock.pad.drone is not None
            assert not self.dock.faults.emergency_stop
            assert not self.dock.faults.charger

    @invariant()
    def no_cover_closes_under_a_drone(self) -> None:
        above_m = self.dock.pad.above_m
        if above_m is not None and above_m < CLEAR_M:
            assert self.dock.cover is not Cover.CLOSING

    @invariant()
    def there_is_always_a_way_back_to_an_open_and_to_a_closed_cover(self) -> None:
        for wanted in (Cover.OPEN, Cover.CLOSED):
            mended = self.dock.feel(Pad(), self.now_s).breaks(Faults()).clear_faults(self.now_s)
            settled = mended.tick(self.now_s + 100)
            moved = settled.open(self.now_s) if wanted is Cover.OPEN else settled.close(self.now_s)
            assert moved.tick(self.now_s + 100).cover is wanted


TestDockWalk = DockWalk.TestCase
TestDockWalk.settings = settings(max_examples=60, stateful_step_count=30, derandomize=True)


def test_every_state_of_the_cover_can_be_reached() -> None:
    reached = {dock.cover for dock in (CLOSED, CLOSED.open(0), OPEN, OPEN.close(0), STUCK)}
    assert reached == set(Cover)


def test_every_state_of_the_charger_can_be_reached() -> None:
    here = CLOSED.feel(STANDING, 0)
    docks = (here, here.charge(95), here.charge(40), here.breaks(Faults(charger=True)))
    assert {dock.charger for dock in docks} == set(Charger)
