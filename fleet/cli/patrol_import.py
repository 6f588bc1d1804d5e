"""`dockfleet patrol import`: a ground station's mission, to be flown as a patrol."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fleet.cli.asking import print_json
from fleet.cli.options import AsJson
from fleet.process import Refusal, end_with

DEFAULT = Path("configs/longgang")
READ = (".plan", ".waypoints", ".txt")


def import_(
    file: Annotated[Path, typer.Argument(help="FILE.plan or FILE.waypoints.")],
    out: Annotated[Path, typer.Option(help="The patrol file to write, e.g. theirs.yaml.")],
    district_dir: Annotated[
        Path, typer.Option("--in", help="The district.", envvar="DOCKFLEET_DISTRICT")
    ] = DEFAULT,
    json: AsJson = False,
) -> None:
    """Make a patrol file of a ground station's mission: its ways become lines, the places where it
    stays points. Refused as a whole where `mission check` finds a violation; take-off, landing and
    the ways between are planned anew by `patrol plan`."""
    import yaml

    from fleet.cli.mission import read_file
    from fleet.district.load import load_or_refuse
    from fleet.formats.check import mission_violations
    from fleet.patrol.imported import imported

    if file.suffix not in READ:
        end_with(f"FILE must end in {', '.join(READ)}, not {file.name!r}", 2)
    district = load_or_refuse(district_dir)
    try:
        mission = read_file(file)
        if found := mission_violations(mission, district):
            end_with(f"{file} may not be flown here: {'; '.join(found)}")
        patrol = imported(mission, file.stem, district)
        told = patrol.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        out.write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), encoding="utf-8")
    except Refusal as refusal:
        end_with(str(refusal))
    except OSError as error:
        end_with(f"{out} cannot be written ({error.strerror})")
    counts = {"file": str(out), "lines": len(patrol.lines), "points": len(patrol.points)}
    if json:
        print_json(counts)
        return
    typer.echo(f"{out}: {counts['lines']} line(s), {counts['points']} point(s)")
    typer.echo(f"plan it with: dockfleet patrol plan {out} --out day.json")
