"""`dockfleet patrol fly`, `status`, `report`, `pause`: patrols of the running controller."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from fleet.cli.asking import ask, print_json
from fleet.cli.options import BROKER, AsJson, BrokerUrl, DistrictId

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
    override: Annotated[
        str | None,
        typer.Option(help="Look at housing in the quiet hours too, and say why; kept on record."),
    ] = None,
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
        override=override,
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


def pause(
    reason: Annotated[str, typer.Option(help="Why; told wherever a patrol waits.")] = (
        "paused by the officer"
    ),
    recall: Annotated[bool, typer.Option("--recall", help="Call those home that are out.")] = False,
    broker: BrokerUrl = BROKER,
    district: DistrictId = "longgang",
    json: AsJson = False,
) -> None:
    """Let no patrol start until `patrol resume`."""
    from fleet import contract as c

    view = ask(broker, district, c.PausePatrols(reason=reason, recall=recall))
    print_json(view) if json else typer.echo(f"no patrol starts now: {view['waits']}")


def resume(
    broker: BrokerUrl = BROKER,
    district: DistrictId = "longgang",
    json: AsJson = False,
) -> None:
    """Let patrols start again when they are due."""
    from fleet import contract as c

    view = ask(broker, district, c.ResumePatrols())
    print_json(view) if json else typer.echo(view["waits"] or "patrols start when they are due")


def report(
    of: Annotated[
        str | None, typer.Argument(help="A plan, or PLAN/FLIGHT; without it all of the day.")
    ] = None,
    day: Annotated[
        str | None, typer.Option(help="The day, e.g. 2026-12-24; today without it.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page to this file.")] = None,
    pdf: Annotated[Path | None, typer.Option(help="Write a PDF to this file.")] = None,
    language: Annotated[str, typer.Option(help="zh or en.")] = "zh",
    broker: BrokerUrl = BROKER,
    district: DistrictId = "longgang",
    json: AsJson = False,
) -> None:
    """Tell what patrols were to see, what they saw, what not and why, and what they found."""
    from datetime import date

    from fleet import contract as c
    from fleet.process import end_with

    if language not in ("zh", "en"):
        end_with(f"--language must be zh or en, not {language!r}", 2)
    try:
        about = {"day": None if day is None else date.fromisoformat(day), "of": of}
    except ValueError:
        end_with(f"--day must be a day, e.g. 2026-12-24, not {day!r}", 2)
    view = ask(broker, district, c.GetPatrolReport.model_validate(about))
    for form, file in (("html", html), ("pdf", pdf)):
        if file is not None:
            told = {**about, "form": form, "language": language}
            _keep(ask(broker, district, c.PrintPatrolReport.model_validate(told)), file)
    if json:
        print_json(view)
        return
    found = f"{len(view['findings'])} finding(s)"
    typer.echo(f"{view['day']}: {view['seen']} of {view['visits']} looks, {found}")
    for task in view["tasks"]:
        for look in task["looks"]:
            if look["seen_at"] is None:
                typer.echo(f"not seen: {look['visit']} {task['name']['en']}: {look['why_not']}")


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


def _keep(view: dict[str, Any], file: Path) -> None:
    import base64

    from fleet.process import end_with

    try:
        file.write_bytes(base64.b64decode(view["body"]))
    except OSError as error:
        end_with(f"{file} cannot be written ({error.strerror})")


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
