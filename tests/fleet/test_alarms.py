"""What an autopilot says that a person must have read: told once, until somebody has."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fleet import contract as c
from fleet.clock import Clock
from fleet.log.events import AlarmAcknowledged
from fleet.log.journal import Journal
from fleet.log.store import EventLog
from fleet.mavlink.state import VehicleState, with_text
from fleet.people.alarm_watch import AlarmWatch, acknowledge
from fleet.people.alarms import KEPT, is_alarming, said_since
from fleet.sorties.refused import Refused


class Saying:
    """A drone as far as it speaks."""

    def __init__(self) -> None:
        self.state = VehicleState()

    def say(self, *texts: str) -> None:
        for text in texts:
            self.state = with_text(self.state, text, 0.0)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with EventLog(f"sqlite:///{tmp_path}/events.db") as log:
        yield Journal(log, Clock())


@pytest.fixture
def drone() -> Saying:
    return Saying()


@pytest.fixture
def watch(journal: Journal, drone: Saying) -> AlarmWatch:
    vehicles: Any = {"U01": drone}
    return AlarmWatch(journal, vehicles)


def unread(journal: Journal) -> list[str]:
    return [a.text for a in journal.state.alarms.values() if a.acknowledged_by is None]


def read(journal: Journal, by: str = "li") -> c.AlarmView:
    newest = list(journal.state.alarms)[-1]
    return acknowledge(journal, c.AcknowledgeAlarm(alarm=newest, by=by), "A" * 26)


@pytest.mark.parametrize(
    ("text", "alarms"),
    [
        ("Battery 1 is low 21.50V used 4100 mAh", True),
        ("Crash: Disarming: AngErr=45>30, Accel=0.3<3.0", True),
        ("EKF variance", True),
        ("GPS Glitch or Compass error", True),
        ("Potential Thrust Loss (3)", True),
        ("Radio Failsafe", True),
        ("PreArm: GPS 1 failing configuration checks", False),
        ("Arm: Battery 1 below minimum arming voltage", False),
        ("Mission: 3 WP", False),
        ("Follow the slow drone", False),
    ],
)
def test_words_of_what_is_amiss_alarm_and_checks_before_arming_do_not(
    text: str, alarms: bool
) -> None:
    assert is_alarming(text) is alarms


@pytest.mark.parametrize(
    ("before", "now", "new"),
    [
        ((), ("a", "b"), ("a", "b")),
        (("a", "b"), ("a", "b"), ()),
        (("a", "b"), ("b", "c"), ("c",)),
        (("a", "a"), ("a", "a", "a"), ("a",)),
        (("a", "b"), ("c", "d"), ("c", "d")),
    ],
)
def test_what_was_said_since_is_the_end_that_is_new(
    before: tuple[str, ...], now: tuple[str, ...], new: tuple[str, ...]
) -> None:
    assert said_since(before, now) == new


def test_it_alarms_once_until_it_is_read_and_again_when_it_is_said_anew(
    journal: Journal, watch: AlarmWatch, drone: Saying
) -> None:
    drone.say("GPS Glitch", "Mission: 3 WP", "GPS Glitch")
    watch.look()
    drone.say("GPS Glitch")
    watch.look()
    assert unread(journal) == ["GPS Glitch"]
    assert read(journal).acknowledged_by == "li"
    watch.look()
    assert unread(journal) == []
    drone.say("GPS Glitch")
    watch.look()
    assert unread(journal) == ["GPS Glitch"]


def test_the_first_who_read_it_stands_in_the_record(
    journal: Journal, watch: AlarmWatch, drone: Saying
) -> None:
    drone.say("EKF variance")
    watch.look()
    assert read(journal, "li") == read(journal, "wang")
    facts = [r.fact for r in journal.log.read() if isinstance(r.fact, AlarmAcknowledged)]
    assert [(fact.by, fact.drone, fact.text) for fact in facts] == [("li", "U01", "EKF variance")]
    assert Journal(journal.log, Clock()).state.alarms == journal.state.alarms


def test_an_alarm_that_is_not_there_is_refused(journal: Journal) -> None:
    with pytest.raises(Refused, match="there is no alarm nothing"):
        acknowledge(journal, c.AcknowledgeAlarm(alarm="nothing"), "A" * 26)


def test_only_so_many_that_were_read_are_kept_and_all_that_were_not(
    journal: Journal, watch: AlarmWatch, drone: Saying
) -> None:
    drone.say("Crash: Disarming")
    watch.look()
    for number in range(KEPT + 5):
        drone.say(f"EKF variance {number}")
        watch.look()
        read(journal)
    assert unread(journal) == ["Crash: Disarming"]
    assert len(journal.state.alarms) == KEPT + 1
