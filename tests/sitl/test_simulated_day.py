"""A simulated day, in its short form: patrols and incidents, counted; the same for a seed."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from fleet.district.model import District
from fleet.patrol.schedule import Schedule
from fleet.patrol.schedule_file import Gates, Round, ScheduleFile
from fleet.program import app
from sitl.day import DAY, DayReport, DaySettings, execute
from sitl.day_plot import draw_day
from tests.sitl.house_stage import LONGGANG, patrol_of, points_about, small_district

HOURS = (6.95 * 3600, 7.4 * 3600)


@pytest.fixture(scope="module")
def district() -> District:
    return small_district("D01", "D02", "D03", "D04")


def day_of(district: District, seed: int) -> DayReport:
    points = (*points_about(district, "D01", 3), *points_about(district, "D03", 2))
    daily = Round(id="daily", file="p.yaml", rrule="FREQ=DAILY", starts=DAY)
    file = ScheduleFile(gates=Gates(least_coverage=0.02), rounds=(daily,))
    settings = DaySettings(
        district_dir=LONGGANG,
        schedule=Schedule(file, {"p.yaml": patrol_of(points, "07:00-07:25")}),
        incidents=3,
        seed=seed,
        speedup=1e6,
        hours=HOURS,
        wind_ms=2.0,
        wind_from_deg=60.0,
    )
    return execute(district, settings, lambda _: None)


@pytest.fixture(scope="module")
def report(district: District) -> DayReport:
    return day_of(district, 3)


def test_patrols_and_incidents_of_a_day_are_counted(report: DayReport) -> None:
    assert report.incidents == len(report.outcomes) == 3
    assert report.in_window <= report.reached <= report.incidents
    assert report.patrol_visits == 5
    assert report.patrol_seen > 0
    assert report.patrol_seen + len(report.patrol_missed) + report.patrol_open == 5
    assert report.patrol_flights >= 1
    assert not report.faults


def test_what_is_below_the_floor_is_told_as_it_was(report: DayReport) -> None:
    lengths = (
        report.below_floor_by_patrols_s,
        report.below_floor_on_patrol_s,
        report.below_floor_s,
        (HOURS[1] - HOURS[0]) + 60,
    )
    assert list(lengths) == sorted(lengths)
    sampled = [s for s in report.samples if (s.covered_share or 0.0) < report.least_coverage]
    assert (report.below_floor_s > 0) >= bool(sampled)
    assert report.below_floor_by_patrols_s <= 120  # they are called home


def test_each_pre_emption_is_of_a_patrol_that_had_something_left(report: DayReport) -> None:
    taken = [each for each in report.outcomes if each.preempted is not None]
    assert report.preemptions == len(taken)
    assert report.preemptions + report.called_home <= report.patrol_flights


def test_the_coverage_is_told_over_time(report: DayReport) -> None:
    moments = [sample.at_s for sample in report.samples]
    assert moments == sorted(moments)
    assert moments[-1] - moments[0] > 0.9 * (HOURS[1] - HOURS[0])
    assert any(sample.on_patrol for sample in report.samples)
    assert report.coverage_min is not None


def test_a_seed_gives_the_same_day(district: District, report: DayReport) -> None:
    again = day_of(district, 3)
    assert again.digest == report.digest
    assert again.outcomes == report.outcomes


def test_a_day_is_drawn(report: DayReport, tmp_path: Path) -> None:
    draw_day(report, tmp_path / "day.png")
    assert (tmp_path / "day.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--hours", "19:00-07:00"], "--hours"),
        (["--vehicles", "ardupilot"], "--day flies builtin"),
    ],
)
def test_a_day_that_cannot_be_run_as_asked_is_wrong_usage(options: list[str], word: str) -> None:
    told = CliRunner().invoke(app, ["sim", str(LONGGANG), "--day", *options])
    assert told.exit_code == 2
    assert word in told.output
