"""`dockfleet terrain`: the district's height field, and surveyed models in its place."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fleet.cli.options import AsJson, DistrictDir
from fleet.process import Refusal, end_with

if TYPE_CHECKING:
    from planner.terrain import Terrain

DEFAULT = Path("configs/longgang")
CELL_M = 100.0
MARGIN_M = 3000.0

terrain = typer.Typer(help="Put a surveyed elevation model in place.", no_args_is_help=True)


@terrain.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="ESRI ASCII grid in WGS-84, or an SRTM tile.")
    ],
    into: Annotated[
        Path, typer.Option(help="The district's configuration.", envvar="DOCKFLEET_DISTRICT")
    ] = DEFAULT,
    cell: Annotated[float, typer.Option(min=20, max=1000, help="Of the field, in m.")] = CELL_M,
    json: AsJson = False,
) -> None:
    """Take the ground from an elevation model; the field before is kept as .bak."""
    from fleet.district.check import violations
    from fleet.district.load import load
    from fleet.district.terrain import TERRAIN, TerrainInvalid, read_model, sampled, written

    try:
        west_m, south_m, east_m, north_m = load(into).shapes.whole_m.buffer(MARGIN_M).bounds
        field = sampled(read_model(file), (west_m, south_m, east_m, north_m), cell)
        _replace(into / TERRAIN, written(field))
        remaining = violations(load(into))
    except TerrainInvalid as invalid:
        end_with(str(invalid))
    except Refusal as refusal:
        end_with(str(refusal))
    except OSError as error:
        end_with(f"{into} cannot be written ({error.strerror}); nothing is changed")
    answer = {**_figures(field), "to_correct": remaining}
    if json:
        typer.echo(jsonlib.dumps(answer, ensure_ascii=False))
        return
    typer.echo(
        "{rows} x {columns} heights, {lowest_m} to {highest_m} m above the sea".format(**answer)
    )
    for each in remaining:
        typer.echo(f"to correct before the system starts: {each}")


@terrain.command("show")
def show(
    at: Annotated[str, typer.Option(help="LON,LAT in WGS-84.")],
    district_dir: DistrictDir = DEFAULT,
    json: AsJson = False,
) -> None:
    """Say how high the ground of a place is taken to be."""
    import numpy as np

    from fleet.cli.options import place
    from fleet.district.load import load

    try:
        district = load(district_dir)
    except Refusal as refusal:
        end_with(str(refusal))
    ground_m = float(district.grounds_amsl_m(np.array([place(at)]))[0])
    source = "height field" if district.terrain else "nearest dock"
    if json:
        typer.echo(jsonlib.dumps({"ground_amsl_m": round(ground_m, 1), "source": source}))
    else:
        typer.echo(f"{ground_m:.0f} m above the sea, by the {source}")


def _replace(file: Path, text: str) -> None:
    new = file.with_name(file.name + ".new")
    new.write_text(text, encoding="utf-8")
    if file.exists():
        file.replace(file.with_name(file.name + ".bak"))
    new.replace(file)


def _figures(field: Terrain) -> dict[str, Any]:
    heights = [height for row in field.rows for height in row]
    return {
        "rows": len(field.rows),
        "columns": len(field.rows[0]),
        "cell_m": field.cell_m,
        "lowest_m": min(heights),
        "highest_m": max(heights),
    }
