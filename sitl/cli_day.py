"""`dockfleet sim --day`: a simulated day from the command line."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console

from fleet.district.load import load_or_refuse
from fleet.process import Refusal, end_with

if TYPE_CHECKING:
    from sitl.day import DayReport

INCIDENTS = 40
MISSED_SHOWN = 10


def run_day(
    district_dir: Path,
    incidents: int | None,
    seed: int,
    speedup: float,
    hours: str,
    wind: str | None,
    plot: Path | None,
    state_dir: Path | None,
    json: bool,
) -> None:
    """Runs it, tells it, and ends with 1 if an incident was not reached or a part failed."""
    from fleet.cli.options import wind_of
    from fleet.patrol.load_schedule import load_schedule
    from sitl.day import DaySettings, execute

    logging.getLogger().setLevel(logging.WARNING)  # all is in the report, and in the event log
    blowing = wind_of(wind) if wind is not None else (3.0, 60.0)
    district = load_or_refuse(district_dir)
    terminal = Console(stderr=True)
    try:
        settings = DaySettings(
            district_dir=district_dir,
            schedule=load_schedule(district_dir, district),
            incidents=INCIDENTS if incidents is None else incidents,
            seed=seed,
            speedup=speedup,
            hours=_hours(hours),
            wind_ms=blowing[0],
            wind_from_deg=blowing[1],
            log="sqlite://" if state_dir is None else f"sqlite:///{state_dir}/events.db",
        )
        report = execute(district, settings, lambda text: terminal.print(text, highlight=False))
    except Refusal as refusal:
        end_with(str(refusal))
    if plot is not None:
        _draw(report, plot)
    if json:
        typer.echo(report.model_dump_json(indent=2))
    else:
        _tell(report)
    raise typer.Exit(0 if report.reached == report.incidents and not report.faults else 1)


def _hours(text: str) -> tuple[float, float]:
    from pydantic import TypeAdapter, ValidationError

    from fleet.patrol.file import Hours, seconds_of

    try:
        return seconds_of(TypeAdapter[str](Hours).validate_python(text))
    except (ValidationError, ValueError):
        end_with(f"--hours must be of one day, e.g. 06:30-19:30, not {text!r}", 2)


def _draw(report: DayReport, plot: Path) -> None:
    from sitl.day_plot import draw_day

    try:
        draw_day(report, plot)
    except OSError as error:
        end_with(f"{plot} cannot be written ({error.strerror})")


def _tell(report: DayReport) -> None:
    share = "–" if report.in_window_share is None else f"{100 * report.in_window_share:.1f} %"
    typer.echo(
        f"{report.incidents} incidents, {report.reached} reached, {share} in five minutes "
        f"(median {report.median_on_scene_s or 0:.0f} s)"
    )
    typer.echo(
        f"{report.patrol_seen} of {report.patrol_visits} patrol visits seen in "
        f"{report.patrol_flights} flights, {report.patrol_open} open, {report.replans} planned anew"
    )
    for visit, why in list(report.patrol_missed.items())[:MISSED_SHOWN]:
        typer.echo(f"  missed {visit}: {why}")
    typer.echo(
        f"{report.preemptions} pre-emptions, {report.called_home} patrols called home; "
        f"{report.below_floor_s:.0f} s below the floor of {100 * report.least_coverage:.0f} %, "
        f"{report.below_floor_on_patrol_s:.0f} s of it with patrols out, "
        f"{report.below_floor_by_patrols_s:.0f} s because of them"
    )
    if report.coverage_mean is not None and report.coverage_min is not None:
        typer.echo(
            f"5-minute coverage {100 * report.coverage_mean:.1f} % on average, "
            f"{100 * report.coverage_min:.1f} % at the least"
        )
    typer.echo(
        f"speed-up {report.speedup:g} asked, {report.speedup_achieved:g} achieved; "
        f"seed {report.seed}, digest {report.digest}"
    )
