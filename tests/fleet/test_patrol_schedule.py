"""On which days and in which hours patrols are flown, and what is wrong with a schedule."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from typer.testing import CliRunner

from fleet.district.load import load
from fleet.district.model import District
from fleet.patrol.calendar import calendar_text
from fleet.patrol.file import PatrolFile
from fleet.patrol.limits import without
from fleet.patrol.load import load_patrol
from fleet.patrol.load_schedule import load_schedule
from fleet.patrol.schedule import Schedule, faults, next_days
from fleet.patrol.schedule_file import ScheduleFile
from fleet.program import app

LONGGANG = Path("configs/longgang")
DAY = date(2026, 11, 23)  # a Monday


@pytest.fixture(scope="module")
def district() -> District:
    return load(LONGGANG)


@pytest.fixture(scope="module")
def patrol() -> PatrolFile:
    return load_patrol(LONGGANG / "patrols" / "daily.yaml")


def schedule_of(patrol: PatrolFile, rrule: str = "FREQ=DAILY", **more: object) -> Schedule:
    on_holidays = more.pop("on_holidays", True)
    round_ = {
        "id": "r",
        "file": "daily.yaml",
        "rrule": rrule,
        "starts": DAY,
        "on_holidays": on_holidays,
    }
    file = ScheduleFile.model_validate({"rounds": [round_], **more})
    return Schedule(file, {"daily.yaml": patrol})


def days_of(schedule: Schedule, most: int = 4) -> list[int]:
    return [day.day for day in next_days(schedule, schedule.file.rounds[0], DAY, most)]


def said(schedule: Schedule, district: District) -> str:
    return "\n".join(str(fault) for fault in faults(schedule, district))


def test_a_round_falls_on_the_days_of_its_rule(patrol: PatrolFile) -> None:
    assert days_of(schedule_of(patrol)) == [23, 24, 25, 26]
    assert days_of(schedule_of(patrol, "FREQ=WEEKLY;BYDAY=TU,FR")) == [24, 27, 1, 4]
    assert days_of(schedule_of(patrol, "FREQ=DAILY;COUNT=2")) == [23, 24]


def test_a_round_may_skip_holidays(patrol: PatrolFile) -> None:
    skipping = schedule_of(patrol, on_holidays=False, holidays=["2026-11-24"])
    assert days_of(skipping, 2) == [23, 25]
    assert days_of(schedule_of(patrol, holidays=["2026-11-24"]), 2) == [23, 24]


@pytest.mark.parametrize(
    ("rrule", "word"),
    [
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "never fires"),
        ("FREQ=DAILY;UNTIL=20200101T000000", "never fires"),
        ("FREQ=HOURLY", "one of DAILY"),
        ("EVERY DAY", "RFC 5545"),
        ("FREQ=SOMETIMES", "RFC 5545"),
    ],
)
def test_a_rule_that_cannot_be_flown_by_is_told(
    rrule: str, word: str, patrol: PatrolFile, district: District
) -> None:
    assert word in said(schedule_of(patrol, rrule), district)


def test_a_rule_that_falls_on_holidays_only_is_told(patrol: PatrolFile, district: District) -> None:
    only = schedule_of(patrol, "FREQ=DAILY;COUNT=1", on_holidays=False, holidays=[str(DAY)])
    assert "holidays only" in said(only, district)


def test_a_round_that_is_blacked_out_altogether_is_told(
    patrol: PatrolFile, district: District
) -> None:
    shut = {
        "begin": "2026-11-22T00:00",
        "end": "2026-11-25T00:00",
        "why": {"zh": "活动", "en": "Event"},
    }
    schedule = schedule_of(patrol, "FREQ=DAILY;COUNT=1", blackouts=[shut])
    assert "blacked out" in said(schedule, district)
    assert schedule.closed(DAY) == ((0.0, 86_400.0),)


def test_near_housing_nothing_is_looked_at_in_quiet_hours(
    patrol: PatrolFile, district: District
) -> None:
    quiet = {"hours": ["12:00-14:00"], "near_m": 0}
    schedule = schedule_of(patrol, quiet=quiet)
    kept = schedule.patrol(schedule.file.rounds[0], district)
    assert kept.communities is not None
    assert kept.communities.windows == ("07:00-12:00", "14:00-19:00")
    assert kept.points == patrol.points
    assert not said(schedule, district)


def test_windows_that_quiet_hours_leave_nothing_of_are_told(
    patrol: PatrolFile, district: District
) -> None:
    quiet = {"hours": ["06:00-20:00"], "near_m": 0}
    assert "within the quiet hours" in said(schedule_of(patrol, quiet=quiet), district)


@given(
    st.lists(st.tuples(st.integers(0, 1440), st.integers(0, 1440)), max_size=5),
    st.integers(0, 1440),
)
def test_what_is_left_of_hours_is_what_is_in_them_and_not_closed(
    closed: list[tuple[int, int]], at: int
) -> None:
    shut = tuple((float(min(each)), float(max(each))) for each in closed)
    left = without([(300.0, 1200.0)], shut)
    moment = at + 0.5
    inside = any(begin < moment < end for begin, end in left)
    is_shut = any(begin < moment < end for begin, end in shut)
    assert inside == (300 < moment < 1200 and not is_shut)
    assert left == sorted(left)


def test_the_district_has_a_schedule_that_holds(district: District) -> None:
    schedule = load_schedule(LONGGANG, district)
    assert schedule.file.rounds
    assert not said(schedule, district)


def test_the_calendar_is_one_that_others_read(patrol: PatrolFile, district: District) -> None:
    schedule = schedule_of(
        patrol,
        "FREQ=WEEKLY;BYDAY=TU;COUNT=3",
        on_holidays=False,
        holidays=["2026-11-24", "2026-11-25", "2026-10-01"],
    )
    text = calendar_text(schedule, [], district, datetime(2026, 11, 1, tzinfo=UTC))
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    begin = event["DTSTART"].dt
    assert (begin.hour, begin.utcoffset().total_seconds()) == (7, 8 * 3600)
    assert (event["DTEND"].dt - begin).total_seconds() == 12 * 3600
    assert event["RRULE"]["FREQ"] == ["WEEKLY"]
    assert begin.date() == date(2026, 11, 24)  # from which the rule counts
    assert [each.dt for each in event["EXDATE"].dts] == [begin]
    assert days_of(schedule) == [1, 8]


def test_the_command_line_tells_the_days_and_the_faults(tmp_path: Path) -> None:
    told = CliRunner().invoke(
        app, ["patrol", "schedule", str(LONGGANG), "--after", "2026-11-23", "--days", "2"]
    )
    assert told.exit_code == 0, told.output
    assert "2026-11-23, 2026-11-24" in told.output


def test_a_schedule_with_faults_is_told_before_anything_flies(tmp_path: Path) -> None:
    copy = tmp_path / "longgang"
    shutil.copytree(LONGGANG, copy)
    path = copy / "patrols" / "schedule.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("FREQ=DAILY", "FREQ=DAILY;COUNT=0"), encoding="utf-8")
    told = CliRunner().invoke(app, ["patrol", "schedule", str(copy)])
    assert told.exit_code == 1
    assert "rounds[0].rrule" in told.output
