"""`dockfleet patrol relay`: one line flown all at once by several drones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fleet.cli.asking import print_json
from fleet.cli.options import AsJson, wind_of
from fleet.cli.patrol_told import print_plan
from fleet.process import Refusal, end_with

if TYPE_CHECKING:
    from fleet.patrol.file import PatrolFile

DEFAULT = Path("configs/longgang")


def relay(
    file: Annotated[Path, typer.Argument(help="The patrol file, e.g. daily.yaml.")],
    task: Annotated[str, typer.Option(help="The line of it, by id, name or kind, e.g. L01.")],
    drones: Annotated[int, typer.Option(min=1, max=25, help="So many at the most.")] = 3,
    district_dir: Annotated[
        Path, typer.Option("--in", help="The district.", envvar="DOCKFLEET_DISTRICT")
    ] = DEFAULT,
    wind: Annotated[
        str | None, typer.Option(help="The wind to plan for, SPEED@FROM, e.g. 5@60.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the plan to this file.")] = None,
    json: AsJson = False,
) -> None:
    """Plan one line as a relay: each drone flies a segment, all missions are in the drones before
    the first takes off, and the plan tells how long no place of the line goes unseen. `patrol fly`
    flies it; exit 1 when so few drones cannot."""
    from fleet.district.load import load_or_refuse
    from fleet.patrol.load import load_patrol
    from fleet.patrol.load_schedule import load_schedule
    from fleet.patrol.planning import plan_patrol
    from fleet.patrol.schedule import quiet_kept
    from planner.airspace import AirspaceInvalid
    from planner.model import Wind
    from planner.patrol.search import Search

    blowing = Wind(*wind_of(wind)) if wind is not None else Wind()
    district = load_or_refuse(district_dir)
    try:
        schedule = load_schedule(district_dir, district).file
        only = _only(quiet_kept(load_patrol(file), schedule, district), task, drones)
        planned = plan_patrol(district, only, blowing, Search(1, 1, 1.0, lambda *_: None))
        if out is not None:
            out.write_text(planned.model_dump_json(indent=1) + "\n", encoding="utf-8")
    except (Refusal, AirspaceInvalid) as refusal:
        end_with(str(refusal))
    except OSError as error:
        end_with(f"{out} cannot be written ({error.strerror})")
    print_json(planned.model_dump(mode="json")) if json else print_plan(planned)
    if not planned.sorties:
        raise typer.Exit(1)


def _only(patrol: PatrolFile, task: str, drones: int) -> PatrolFile:
    """The patrol with that line alone."""
    found = [
        line
        for line in patrol.lines
        if task.lower() in (line.id.lower(), line.kind.lower(), line.name.en.lower(), line.name.zh)
    ]
    if len(found) != 1:
        lines = ", ".join(f"{line.id} ({line.name.en})" for line in found or patrol.lines)
        raise Refusal(f"--task must name one line, not {task!r}; one of {lines or 'none'}")
    line = found[0].model_copy(update={"relay": drones})
    return patrol.model_copy(
        update={"communities": None, "points": (), "areas": (), "lines": (line,)}
    )
