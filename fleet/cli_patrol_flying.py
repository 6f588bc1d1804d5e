"""`dockfleet patrol fly` and `status`: patrols of the running controller."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from fleet.cli import BROKER, AsJson, BrokerUrl, DistrictId, ask, print_json

FLIGHT = "{:<5} {:<5} {:>6}–{:<6} {:<9} {:>5}  {}"
TASK = "{:<6} {:<8} {:>9} {:>9}  {}"


def fly(
    file: Annotated[Path, typer.Argument(help="A plan, as `patrol plan --out` writes it.")],
    flight: Annotated[
        list[str] | None, typer.Option(help="Only this flight of it, e.g. S001; may be repeated.")
    ] = None,
    now: Annotated[
        bool, typer.Option("--now", help="Start as soon as may be, not at the planned times.")
    ] = False,
    broker: BrokerUrl = BROKER,
    district: DistrictId = "longgang",
    json: AsJson = False,
) -> None:
    """Have a plan flown by the running controller: each flight starts at its time of today, if
    coverage, weather and drone allow it."""
    from fleet import contract as c
    from fleet.patrol.plan_file import read_plan

    planned = read_plan(file)
    body = c.FlyPatrol(
        name=_name(file),
        plan=planned.model_dump(mode="json"),
        flights=tuple(flight or ()),
        at_once=now,
    )
    view = ask(broker, district, body)
    if json:
        print_json(view)
        return
    typer.echo(f"{view['id']}: {len(view['flights'])} flights, {view['visits']} visits")
    _tell_flights(view)


def status(
    broker: BrokerUrl = BROKER,
    district: DistrictId = "longgang",
    json: AsJson = False,
) -> None:
    """Show the patrols of the day: flights, what has been seen, and how long ago."""
    from fleet import contract as c

    view = ask(broker, district, c.GetPatrols())
    if json:
        print_json(view)
        return
    if view["waits"]:
        typer.echo(f"no patrol starts now: {view['waits']}")
    for patrol in view["patrols"]:
        missed = f", {len(patrol['missed'])} missed" if patrol["missed"] else ""
        typer.echo(f"{patrol['id']}: {patrol['seen']} of {patrol['visits']} visits seen{missed}")
        _tell_flights(patrol)
    if view["tasks"]:
        typer.echo(TASK.format("task", "kind", "last seen", "next", ""))
    for task in view["tasks"]:
        age = "never" if task["age_s"] is None else f"{task['age_s'] / 60:.0f} min"
        typer.echo(
            TASK.format(
                task["task"], task["kind"][:8], age, _clock(task["next_at"]), task["name"]["en"]
            )
        )
    if not view["patrols"]:
        typer.echo("no patrols today")


def schedule(
    district_dir: Annotated[
        Path, typer.Argument(help="The district's configuration.", envvar="DOCKFLEET_DISTRICT")
    ] = Path("configs/longgang"),
    after: Annotated[
        str | None, typer.Option(help="The first day to tell, e.g. 2026-12-24; today without it.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days of each round.")] = 7,
    json: AsJson = False,
) -> None:
    """Check patrols/schedule.yaml, and tell on which days what is flown. A rule that never fires,
    or windows that the quiet hours leave nothing of, are told and end with 1."""
    from datetime import date

    from fleet.clock import Clock
    from fleet.district.load import load_or_refuse
    from fleet.patrol.load_schedule import load_schedule
    from fleet.patrol.schedule import next_days
    from fleet.process import Refusal, end_with

    district = load_or_refuse(district_dir)
    try:
        first = Clock().now().date() if after is None else date.fromisoformat(after)
        found = load_schedule(district_dir, district)
    except ValueError:
        end_with(f"--after must be a day, e.g. 2026-12-24, not {after!r}", 2)
    except Refusal as refusal:
        end_with(str(refusal))
    told = [
        {
            "id": each.id,
            "file": each.file,
            "rrule": each.rrule,
            "days": [str(day) for day in next_days(found, each, first, days)],
        }
        for each in found.file.rounds
    ]
    if json:
        print_json({"gates": found.file.gates.model_dump(), "rounds": told})
        return
    for round_ in told:
        days_ = ", ".join(round_["days"]) or "no day to come"
        typer.echo(f"{round_['id']} ({round_['file']}, {round_['rrule']}): {days_}")
    if not told:
        typer.echo("no rounds are scheduled")


def _tell_flights(patrol: dict[str, Any]) -> None:
    for flight in patrol["flights"]:
        seen = f"{len(flight['seen'])}/{len(flight['visits'])}"
        typer.echo(
            FLIGHT.format(
                flight["id"],
                flight["drone"],
                _clock(flight["ordered_at"]),
                _clock(flight["lands_at"]),
                flight["state"],
                seen,
                flight["reason"] or "",
            )
        )


def _name(file: Path) -> str:
    """What the patrol is called: the file's name, as far as it can stand in an id."""
    kept = "".join(each if each.isascii() and each.isalnum() else "-" for each in file.stem)
    return kept[:60] or "patrol"


def _clock(at: str | None) -> str:
    from datetime import datetime

    return "–" if at is None else f"{datetime.fromisoformat(at):%H:%M}"
