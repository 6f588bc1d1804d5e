"""`dockfleet siting`: where docks should stand, proven, and how the configured ones compare."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fleet.cli.asking import print_json
from fleet.cli.options import AsJson, wind_of
from fleet.process import Refusal, end_with

if TYPE_CHECKING:
    from fleet.coverage.siting import Sites
    from fleet.district.model import District, DockSite
    from planner.model import Wind
    from planner.siting import Siting

DEFAULT = Path("configs/longgang")
DIRECTIONS = 8


def siting(
    district_dir: Annotated[
        Path, typer.Argument(help="The district's configuration.", envvar="DOCKFLEET_DISTRICT")
    ] = DEFAULT,
    docks: Annotated[int, typer.Option(min=1, help="How many docks to site.")] = 25,
    wind: Annotated[
        list[str] | None,
        typer.Option(help="A wind to site for, SPEED@FROM; of several each counts alike."),
    ] = None,
    all_winds: Annotated[
        float | None,
        typer.Option(help=f"Site for calm and so many m/s from each of {DIRECTIONS} directions."),
    ] = None,
    en_route: Annotated[
        float | None,
        typer.Option(help="Seconds from order to cruise, for what the docks' models give."),
    ] = None,
    one_out: Annotated[
        bool, typer.Option("--one-out", help="Let the mean with one dock out count.")
    ] = False,
    roofs_every: Annotated[
        float | None,
        typer.Option(min=300, help="Metres between further roofs, all over ground that is level."),
    ] = None,
    within: Annotated[float, typer.Option(min=1, help="Seconds that may be searched.")] = 120.0,
    json: AsJson = False,
) -> None:
    """Site docks on community roofs and those of the configured docks so that most area is reached
    in time, at least one in every subdistrict. Exact: the bound that no sites exceed is told."""
    from rich.console import Console

    from fleet.coverage.siting import community_roofs, lattice_roofs, sites_of
    from fleet.district.load import load_or_refuse
    from planner.airspace import AirspaceInvalid
    from planner.siting import SitingImpossible

    district, winds = load_or_refuse(district_dir), _winds(wind or [], all_winds)
    try:
        with Console(stderr=True).status("what each roof would reach"):
            roofs = [*district.docks, *community_roofs(district)]
            if roofs_every is not None:
                roofs += lattice_roofs(district, roofs_every)
            sites = sites_of(district, roofs, winds, en_route)
        with Console(stderr=True).status(f"{docks} of {len(roofs)} roofs"):
            best = sites.best(docks, one_out, within, range(len(district.docks)))
    except (Refusal, AirspaceInvalid, SitingImpossible) as refusal:
        end_with(str(refusal))
    found = _found(district, sites, best, winds, one_out)
    if json:
        print_json(found)
    else:
        _print(found, district)


def _winds(asked: list[str], all_winds: float | None) -> list[Wind]:
    from planner.model import Wind

    if all_winds is not None and asked:
        end_with("--wind and --all-winds cannot both be given: leave one out", 2)
    if all_winds is not None:
        turns = [f"{all_winds}@{360 / DIRECTIONS * turn}" for turn in range(DIRECTIONS)]
        return [Wind(), *(Wind(*wind_of(each)) for each in turns)]
    return [Wind(*wind_of(each)) for each in asked] or [Wind()]


def _found(
    district: District, sites: Sites, best: Siting, winds: list[Wind], one_out: bool
) -> dict[str, Any]:
    configured = range(len(district.docks))
    chosen = [sites.roofs[row] for row in best.sites]
    return {
        "winds": [{"speed_ms": wind.speed_ms, "from_deg": wind.from_deg} for wind in winds],
        "measure": "mean share with one dock out" if one_out else "share",
        "docks": len(best.sites),
        "roofs": len(sites.roofs),
        "share": best.share,
        "bound": best.bound,
        "gap": best.gap,
        "proven": best.proven,
        "configured_share": sites.share(configured, one_out),
        "farthest": _farthest(district, chosen),
        "configured_farthest": _farthest(district, district.docks),
        "sites": [_site(sites.roofs[row], row in configured) for row in best.sites],
    }


def _farthest(district: District, docks: Sequence[DockSite]) -> dict[str, float]:
    from fleet.coverage.siting import farthest_m

    nearest_m, second_m = farthest_m(district, docks)
    return {"nearest_dock_m": nearest_m, "second_dock_m": second_m}


def _site(roof: DockSite, configured: bool) -> dict[str, Any]:
    return {
        "at": list(roof.at),
        "alt_amsl_m": roof.alt_amsl_m,
        "name": roof.name.zh,
        "subdistrict": roof.subdistrict,
        "dock": roof.id if configured else None,  # that stands there already
    }


def _print(found: dict[str, Any], district: District) -> None:
    names = {each.code: each.name.en for each in district.subdistricts}
    percent = {key: 100 * found[key] for key in ("share", "bound", "gap", "configured_share")}
    rows = [
        (f"{found['docks']} of {found['roofs']} roofs, {found['measure']}", percent["share"]),
        ("no sites exceed" + ("" if found["proven"] else " (not proven to be met)"),
         percent["bound"]),
        ("gap", percent["gap"]),
        ("the configured docks", percent["configured_share"]),
    ]  # fmt: skip
    for label, figure in rows:
        typer.echo(f"{label:<48} {figure:.2f} %")
    for whose in ("farthest", "configured_farthest"):
        nearest_km, second_km = (metres / 1000 for metres in found[whose].values())
        label = "of the configured docks" if whose.startswith("conf") else "of these sites"
        typer.echo(
            f"{label:<48} {nearest_km:.2f} km to the nearest from the farthest place, "
            f"{second_km:.2f} km to the second nearest"
        )
    for site in found["sites"]:
        lon, lat = site["at"]
        there = f", {site['dock']} stands there" if site["dock"] else ""
        typer.echo(f"  {lon:.5f},{lat:.5f}  {site['name']}, {names[site['subdistrict']]}{there}")
