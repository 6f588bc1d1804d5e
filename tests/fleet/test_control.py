"""Which officer directs a drone: taken, handed over, taken over by a commander, given up."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fleet import contract as c
from fleet.clock import Clock
from fleet.log.events import (
    ControlGivenUp,
    ControlOffered,
    ControlTaken,
    IncidentReported,
    SortieAdvanced,
    SortieRequested,
)
from fleet.log.journal import Journal
from fleet.log.store import EventLog
from fleet.people.handing import Handing
from fleet.sorties.refused import Refused
from fleet.sorties.sortie import SORTIE, SortieTrigger

INCIDENT, SORTIE_ID = "I" * 26, "S" * 26
CAUSE = "C" * 26


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with EventLog(f"sqlite:///{tmp_path}/events.db") as log:
        journal = Journal(log, Clock())
        parts = c.LaunchParts(launch_s=1, climb_s=1, cruise_s=1, descent_s=1)
        journal.record(
            IncidentReported(
                incident=INCIDENT, kind="fire", level=2, lon=114.2, lat=22.7, subdistrict=None,
                note="", source="test", window_s=300,
            ),
            SortieRequested(
                sortie=SORTIE_ID, incident=INCIDENT, decision="d", dock="D01", drone="U01",
                eta_s=4, parts=parts, route={"out": []}, turn_back_wh=1,
            ),
        )  # fmt: skip
        yield journal


@pytest.fixture
def handing(journal: Journal) -> Handing:
    return Handing(journal)


def take(by: str, over: bool = False) -> c.TakeControl:
    return c.TakeControl(sortie=SORTIE_ID, by=by, over=over)


def offer(by: str, to: str | None) -> c.OfferControl:
    return c.OfferControl(sortie=SORTIE_ID, to=to, by=by)


def give_up(by: str, over: bool = False) -> c.GiveUpControl:
    return c.GiveUpControl(sortie=SORTIE_ID, by=by, over=over)


def holder(view: c.SortieView) -> str | None:
    return view.control.holder if view.control else None


def end(journal: Journal) -> None:
    state = SORTIE.advance(journal.state.sorties[SORTIE_ID].state, SortieTrigger.ABORT)
    fact = SortieAdvanced(
        sortie=SORTIE_ID, incident=INCIDENT, trigger=SortieTrigger.ABORT, state=state, reason="x"
    )
    journal.record(fact)


def facts(journal: Journal) -> list[str]:
    kinds = (ControlTaken, ControlOffered, ControlGivenUp)
    return [type(r.fact).__name__ for r in journal.log.read() if isinstance(r.fact, kinds)]


def test_nobody_has_it_until_somebody_takes_it_and_taking_it_twice_is_once(
    journal: Journal, handing: Handing
) -> None:
    assert journal.state.sorties[SORTIE_ID].control is None
    for _ in range(2):
        assert holder(handing.take(take("li"), CAUSE)) == "li"
    assert facts(journal) == ["ControlTaken"]


def test_it_is_handed_over_once_the_other_takes_it(journal: Journal, handing: Handing) -> None:
    handing.take(take("li"), CAUSE)
    offered = handing.offer(offer("li", "wang"), CAUSE)
    assert offered.control is not None
    assert (offered.control.holder, offered.control.offered_to) == ("li", "wang")
    with pytest.raises(Refused, match="li has the control of U01"):
        handing.take(take("zhao"), CAUSE)
    taken = handing.take(take("wang"), CAUSE)
    assert taken.control is not None
    assert (taken.control.holder, taken.control.offered_to) == ("wang", None)
    kept = Journal(journal.log, Clock()).state.sorties[SORTIE_ID]
    assert kept.control == taken.control
    last = [r.fact for r in journal.log.read() if isinstance(r.fact, ControlTaken)][-1]
    assert (last.by, last.before) == ("wang", "li")


def test_an_offer_is_the_holders_and_may_be_withdrawn(handing: Handing) -> None:
    with pytest.raises(Refused, match="nobody has the control of U01; take it first"):
        handing.offer(offer("li", "wang"), CAUSE)
    handing.take(take("li"), CAUSE)
    with pytest.raises(Refused, match="li has the control of U01, not wang"):
        handing.offer(offer("wang", "wang"), CAUSE)
    with pytest.raises(Refused, match="li has the control of U01 already"):
        handing.offer(offer("li", "li"), CAUSE)
    handing.offer(offer("li", "wang"), CAUSE)
    handing.offer(offer("li", None), CAUSE)
    with pytest.raises(Refused, match="li has the control"):
        handing.take(take("wang"), CAUSE)


def test_a_commander_takes_it_over_unasked(handing: Handing) -> None:
    handing.take(take("li"), CAUSE)
    assert holder(handing.take(take("chen", over=True), CAUSE)) == "chen"
    with pytest.raises(Refused, match="chen has the control of U01"):
        handing.take(take("li"), CAUSE)


def test_it_is_given_up_by_who_has_it_or_by_a_commander(handing: Handing) -> None:
    handing.take(take("li"), CAUSE)
    with pytest.raises(Refused, match="li has the control of U01, not wang"):
        handing.give_up(give_up("wang"), CAUSE)
    assert holder(handing.give_up(give_up("chen", over=True), CAUSE)) is None
    assert holder(handing.give_up(give_up("wang"), CAUSE)) is None  # there is nothing to give up
    assert holder(handing.take(take("wang"), CAUSE)) == "wang"


def test_it_ends_with_the_sortie(journal: Journal, handing: Handing) -> None:
    handing.take(take("li"), CAUSE)
    end(journal)
    assert journal.state.sorties[SORTIE_ID].control is None
    with pytest.raises(Refused, match="the sortie has ended: aborted"):
        handing.take(take("li"), CAUSE)


def test_of_a_sortie_that_is_not_there_nobody_has_it(handing: Handing) -> None:
    with pytest.raises(Refused, match="there is no sortie nothing"):
        handing.take(c.TakeControl(sortie="nothing"), CAUSE)
