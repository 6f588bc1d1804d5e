"""`dockfleet coverage`: what part of the district is reached in time. Of the fleet as it is where
a controller answers; else, and for a wind or docks to try out, of the fleet at rest."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fleet.cli.asking import answer, print_json
from fleet.cli.options import BROKER, AsJson, DistrictId, wind_of
from fleet.process import Refusal, end_with

if TYPE_CHECKING:
    from fleet.contract import CoverageView
    from fleet.district.model import District
    from planner.airspace import Airspace
    from planner.model import Candidate, Wind

DEFAULT = Path("configs/longgang")
DRAWN = ("region", "gaps")  # for pictures and maps; REST tells them too
DIRECTIONS = 16  # that a worst wind is looked for from
COARSE_M = 250.0  # between the places it is looked for by


def coverage(
    district_dir: Annotated[
        Path, typer.Argument(help="The district's configuration.", envvar="DOCKFLEET_DISTRICT")
    ] = DEFAULT,
    wind: Annotated[
        str | None, typer.Option(help="A wind to try, SPEED@FROM, e.g. 8@270; the fleet at rest.")
    ] = None,
    worst_wind: Annotated[
        float | None,
        typer.Option(help="A wind of so many m/s, from where it leaves least; the fleet at rest."),
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option(help="A dock to do without; the fleet at rest.")
    ] = None,
    en_route: Annotated[
        float | None,
        typer.Option(help="Seconds from order to cruise, for what the docks' models give."),
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw it into this PNG file.")] = None,
    broker: Annotated[
        str | None,
        typer.Option(envvar="DOCKFLEET_BROKER", help=f"The MQTT broker's address. [{BROKER}]"),
    ] = None,
    district: DistrictId = "longgang",
    json: AsJson = False,
) -> None:
    """Say what part of the district is reached in time, and what is lost without docks."""
    from fleet.district.load import load_or_refuse

    configured, found = load_or_refuse(district_dir), None
    if wind is None and worst_wind is None and en_route is None and not without:
        found = _now(broker, district)
    if found is None:
        found = _at_rest(configured, wind, worst_wind, without or [], en_route)
    if plot is not None:
        _draw(plot, configured, found)
    if json:
        print_json({key: value for key, value in found.items() if key not in DRAWN})
    else:
        _print(found, {each.code: each.name.en for each in configured.subdistricts})


def _now(broker: str | None, district: str) -> dict[str, Any] | None:
    """Of the fleet as it is; None where no broker was named and none answers."""
    from fleet import contract as c
    from fleet.bus import BusUnreachable, RequestFailed

    try:
        return {"fleet": "as it is", **answer(broker or BROKER, district, c.GetCoverage())}
    except BusUnreachable as unreachable:
        if broker is None:
            return None
        end_with(str(unreachable))
    except (RequestFailed, Refusal) as refusal:
        end_with(str(refusal))


def _at_rest(
    district: District,
    wind: str | None,
    worst_wind: float | None,
    without: list[str],
    en_route_s: float | None,
) -> dict[str, Any]:
    from fleet.dispatch.forecast import candidates_at_rest, launched_in
    from fleet.units.fence import airspace_of
    from planner.airspace import AirspaceInvalid

    winds = _winds(wind, worst_wind)
    available = _available(district, without)
    try:
        candidates = candidates_at_rest(district)
        if en_route_s is not None:
            candidates = tuple(launched_in(en_route_s, each, district) for each in candidates)
        airspace = airspace_of(district)
    except (Refusal, AirspaceInvalid) as refusal:
        end_with(str(refusal))
    blowing, grounded, view = _least(district, airspace, candidates, available, winds)
    return {
        "fleet": "at rest",
        "wind": {"speed_ms": blowing.speed_ms, "from_deg": blowing.from_deg},
        "without": sorted(without),
        "ruled_out": {each.dock: each.vetoes[0].text for each in grounded},
        "en_route_s": en_route_s,
        **view.model_dump(mode="json"),
    }


def _winds(wind: str | None, worst_wind: float | None) -> list[Wind]:
    from planner.model import Wind

    if wind is not None and worst_wind is not None:
        end_with("--wind and --worst-wind cannot both be given: leave one out", 2)
    if worst_wind is not None:
        step_deg = 360 / DIRECTIONS
        blowing = [wind_of(f"{worst_wind}@{turn * step_deg}") for turn in range(DIRECTIONS)]
        return [Wind(*each) for each in blowing]
    return [Wind(*wind_of(wind))] if wind is not None else [Wind()]


def _available(district: District, without: list[str]) -> list[str]:
    docks = [site.id for site in district.docks]
    if unknown := sorted(set(without) - set(docks)):
        end_with(f"there is no dock {unknown[0]}; the docks are {', '.join(docks)}")
    return [dock for dock in docks if dock not in without]


def _least(
    district: District,
    airspace: Airspace,
    candidates: Sequence[Candidate],
    available: list[str],
    winds: list[Wind],
) -> tuple[Wind, list[Candidate], CoverageView]:
    """The wind of those that leaves least, looked for on a coarse raster; whom it keeps on the
    ground, and what it leaves."""
    from rich.console import Console
    from rich.progress import track

    from fleet.coverage.reached import Cover
    from fleet.dispatch.forecast import blown

    def launching(by: Wind) -> tuple[tuple[Candidate, ...], list[str]]:
        there = blown(by, candidates, district)
        return there, [each.dock for each in there if each.dock in available and not each.vetoes]

    def left_in(by: Wind) -> float:
        there, docks = launching(by)
        return coarse.of(there).share(docks)

    worst = winds[0]
    if len(winds) > 1:
        coarse = Cover(district, airspace, COARSE_M)
        told = track(winds, "winds", console=Console(stderr=True), transient=True)
        left = [left_in(wind) for wind in told]
        worst = winds[left.index(min(left))]
    cover = Cover(district, airspace)
    there, docks = launching(worst)
    return worst, [each for each in there if each.vetoes], cover.view(cover.of(there), docks)


def _draw(plot: Path, district: District, found: dict[str, Any]) -> None:
    from fleet.coverage.plot import draw

    try:
        draw(plot, district, found)
    except (OSError, ValueError) as error:
        end_with(
            f"cannot draw {plot}: {error}; give a file that ends in .png, in a directory "
            "that can be written"
        )


def _print(found: dict[str, Any], names: dict[str, str]) -> None:
    typer.echo(f"the fleet {found['fleet']}{_conditions(found)}")
    for reason in sorted(set(found.get("ruled_out", {}).values())):
        docks = [dock for dock, why in found["ruled_out"].items() if why == reason]
        typer.echo(f"{len(docks)} docks send nobody: {reason}")
    rows = [
        (f"covered in {found['window_s']:.0f} s", _share(found["covered_share"])),
        ("  from right above", _share(found["overhead_share"])),
        ("by two docks or more", _share(found["twice_share"])),
        ("one dock out, the worst", _out(found["n_minus_1_worst"])),
        ("one dock out, on average", _share(found["n_minus_1_mean"])),
        ("two docks out, the worst", _out(found["n_minus_2_worst"])),
        ("mean time on scene", _seconds(found["mean_on_scene_s"])),
        ("of the area in no-fly volumes", _share(found["forbidden_share"])),
        *(
            (f"  {names.get(code, code)}", _share(share))
            for code, share in found["by_subdistrict"].items()
        ),
        ("without one dock", "covered, lost"),
        *(
            (f"  {dock}", f"{_share(share)}, {_share(found['covered_share'] - share)}")
            for dock, share in sorted(found["n_minus_1"].items(), key=lambda each: each[1])
        ),
    ]
    for label, figure in rows:
        typer.echo(f"{label:<32} {figure}")


def _conditions(found: dict[str, Any]) -> str:
    if "wind" not in found:
        return f", {len(found['available'])} docks available"
    speed_ms, from_deg = found["wind"].values()
    blowing = f"a wind of {speed_ms:g} m/s from {from_deg:g} degrees" if speed_ms else "calm"
    without = f", without {', '.join(found['without'])}" if found["without"] else ""
    en_route = f", en route in {found['en_route_s']:g} s" if found["en_route_s"] else ""
    return f", in {blowing}{without}{en_route}"


def _share(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def _out(out: dict[str, Any] | None) -> str:
    return "–" if out is None else f"{_share(out['covered_share'])}, {' and '.join(out['docks'])}"


def _seconds(seconds: float | None) -> str:
    return "–, some places are not reached at all" if seconds is None else f"{seconds:.0f} s"
