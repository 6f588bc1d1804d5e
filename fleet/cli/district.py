"""`dockfleet check` and `dockfleet boundaries`: a district's directory from a terminal."""

from __future__ import annotations

import json as jsonlib
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from fleet.cli.options import AsJson, DistrictDir
from fleet.datum import Datum
from fleet.district.adopt import adopt
from fleet.district.boundaries import official_boundaries
from fleet.district.check import violations
from fleet.district.load import ConfigInvalid, load
from fleet.district.model import District
from fleet.district.shapes import area_km2, tile_of
from fleet.process import Refusal, end_with

DEFAULT = Path("configs/longgang")

boundaries = typer.Typer(
    help="Put official boundaries in place of the drawn ones.", no_args_is_help=True
)


def check(
    district_dir: DistrictDir = DEFAULT,
    json: AsJson = False,
) -> None:
    """Print a district's totals and every violation; exit 1 when there are any."""
    faults: list[str]
    totals: dict[str, Any]
    try:
        district = load(district_dir)
    except ConfigInvalid as invalid:
        totals, faults = {}, [str(fault) for fault in invalid.faults]
    else:
        faults = violations(district)
        totals = _totals(district)
    if json:
        typer.echo(jsonlib.dumps({**totals, "violations": faults}, ensure_ascii=False))
    else:
        for key, value in totals.items():
            typer.echo(f"{key}: {value}")
        for fault in faults:
            typer.echo(f"violation: {fault}")
        typer.echo(f"{len(faults)} violation(s) in {district_dir}")
    if faults:
        raise typer.Exit(1)


def _totals(district: District) -> dict[str, Any]:
    return {
        "district": district.id,
        "schematic": district.schematic,
        "docks": len(district.docks),
        "subdistricts": len(district.subdistricts),
        "communities": len(district.communities),
        "area_km2": _measured_km2(district),
        "volumes": len(district.volumes),
        "drones": len(district.drones),
        "kinds": len(district.kinds),
    }


def _measured_km2(district: District) -> float | None:
    """None where a polygon is too broken to be measured; ``violations`` tells which."""
    try:
        return round(sum(area_km2(tile_of(s)) for s in district.subdistricts), 2)
    except ValueError:
        return None


@boundaries.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE.geojson", help="Subdistrict polygons.")],
    into: Annotated[
        Path, typer.Option(help="The district's configuration.", envvar="DOCKFLEET_DISTRICT")
    ] = DEFAULT,
    name_field: Annotated[
        str | None, typer.Option(help="Property that holds the Chinese name.")
    ] = None,
    datum: Annotated[Datum, typer.Option(help="Of the file's positions.")] = Datum.WGS84,
    json: AsJson = False,
) -> None:
    """Take official subdistrict polygons; the files before are kept as .bak."""
    try:
        imported = official_boundaries(file, load(into), datum, name_field)
        moved = adopt(imported, file.name, into)
        remaining = violations(load(into))
    except Refusal as refusal:
        end_with(str(refusal))
    except OSError as error:
        end_with(f"{into} cannot be written ({error.strerror}); nothing is changed")
    answer = {
        "subdistricts": len(imported.subdistricts),
        "area_km2": round(imported.area_km2, 2),
        "left_out": imported.left_out,
        "moved": moved,
        "to_correct": remaining,
    }
    if json:
        typer.echo(jsonlib.dumps(answer, ensure_ascii=False))
        return
    typer.echo(f"{answer['subdistricts']} subdistricts imported, {answer['area_km2']} km2")
    for each in imported.left_out:
        typer.echo(f"left out: {each}")
    for each in moved:
        typer.echo(f"moved: {each}")
    for each in remaining:
        typer.echo(f"to correct before the system starts: {each}")


@boundaries.command("show")
def show(
    district_dir: DistrictDir = DEFAULT,
    json: AsJson = False,
) -> None:
    """Say whether the boundaries are drawn or official, and list the subdistricts."""
    try:
        district = load(district_dir)
    except ConfigInvalid as invalid:
        end_with(str(invalid))
    docks = Counter(dock.subdistrict for dock in district.docks)
    rows = [
        {
            "code": s.code,
            "name_zh": s.name.zh,
            "name_en": s.name.en,
            "area_km2": s.area_km2,
            "communities": s.communities,
            "docks": docks[s.code],
        }
        for s in district.subdistricts
    ]
    if json:
        answer = {"district": district.id, "schematic": district.schematic, "subdistricts": rows}
        typer.echo(jsonlib.dumps(answer, ensure_ascii=False))
        return
    kind = "schematic (示意), drawn; not for jurisdiction" if district.schematic else "official"
    typer.echo(f"{district.name.zh} ({district.name.en}): boundaries are {kind}")
    for row in rows:
        typer.echo(
            f"{row['code']} {row['name_zh']} {row['name_en']}: {row['area_km2']} km2, "
            f"{row['communities']} communities, {row['docks']} dock(s)"
        )
