"""`dockfleet plan`: what could be at a place, how soon, and why not the others. Of the fleet as it
is where a controller answers; else, and for a wind or docks to try out, of the fleet at rest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fleet.cli.asking import answer, print_json
from fleet.cli.options import BROKER, AsJson, DistrictId, place, wind_of
from fleet.process import Refusal, end_with

if TYPE_CHECKING:
    from fleet.district.model import District
    from planner.model import Picture, Wind

DEFAULT = Path("configs/longgang")
HEADINGS = ("dock", "drone", "ETA", "launch", "climb", "cruise", "descent", "left", "")
PARTS = ("launch_s", "climb_s", "cruise_s", "descent_s")
ROW = "{:<5} {:<6} {:>6} {:>7} {:>6} {:>7} {:>8} {:>7}  {}"


def plan(
    at: Annotated[str, typer.Option(help="LON,LAT in WGS-84.")],
    district_dir: Annotated[
        Path, typer.Argument(help="The district's configuration.", envvar="DOCKFLEET_DISTRICT")
    ] = DEFAULT,
    kind: Annotated[str, typer.Option(help="Kind of incident.")] = "fire",
    wind: Annotated[
        str | None, typer.Option(help="A wind to try, SPEED@FROM, e.g. 8@270; the fleet at rest.")
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option(help="A dock to do without; the fleet at rest.")
    ] = None,
    broker: Annotated[
        str | None,
        typer.Option(envvar="DOCKFLEET_BROKER", help=f"The MQTT broker's address. [{BROKER}]"),
    ] = None,
    district: DistrictId = "longgang",
    json: AsJson = False,
) -> None:
    """Rank all docks for a place; nothing is recorded."""
    lon, lat = place(at)
    found = None
    if wind is None and not without:
        found = now(broker, district, lon, lat, kind)
    found = found or at_rest(district_dir, lon, lat, kind, wind, without or [])
    if json:
        print_json(found)
    else:
        _print_table(found)
    if _is_too_far(found["vantage"]):
        raise typer.Exit(1)


def now(
    broker: str | None, district: str, lon: float, lat: float, kind: str
) -> dict[str, Any] | None:
    """The ranking of the fleet as it is; None where no broker was named and none answers."""
    from fleet import contract as c
    from fleet.bus import BusUnreachable, RequestFailed

    try:
        found = answer(broker or BROKER, district, c.PlanFor(lon=lon, lat=lat, kind=kind))
    except BusUnreachable as unreachable:
        if broker is None:
            return None
        end_with(str(unreachable))
    except (RequestFailed, Refusal) as refusal:
        end_with(str(refusal))
    ranking = [_told(offer, found["window_s"]) for offer in found["ranking"]]
    return {
        "fleet": "as it is",
        "at": [lon, lat],
        "vantage": found["vantage"],
        "kind": kind,
        "ranking": ranking,
    }


def at_rest(
    district_dir: Path, lon: float, lat: float, kind: str, wind: str | None, without: list[str]
) -> dict[str, Any]:
    """The ranking with every drone on its pad and charged; ends the program where there is none.
    ``vantage`` tells from where a place is seen that may not be flown over."""
    from fleet.dispatch.dispatcher import alternative_view
    from fleet.dispatch.vantage import flown_to, vantage_of
    from fleet.district.load import load_or_refuse
    from fleet.district.place import locate
    from fleet.units.fence import airspace_of
    from planner.airspace import AirspaceInvalid
    from planner.dispatch import choose
    from planner.model import LonLat, Wind

    blowing = Wind(*wind_of(wind)) if wind is not None else Wind()
    configured = load_or_refuse(district_dir)
    at = LonLat(lon, lat)
    try:
        locate(configured, lon, lat)
        airspace = airspace_of(configured)
        vantage = vantage_of(airspace, at)
        picture = _tried(configured, flown_to(at, vantage), kind, blowing, without)
    except (Refusal, AirspaceInvalid) as refusal:
        end_with(str(refusal))
    views = [alternative_view(each) for each in choose(airspace, picture).ranking]
    window_s = configured.flight.window_s
    return {
        "fleet": "at rest",
        "at": [lon, lat],
        "vantage": vantage and vantage.model_dump(mode="json"),
        "kind": kind,
        "wind": {"speed_ms": blowing.speed_ms, "from_deg": blowing.from_deg},
        "without": sorted(without),
        "ranking": [_told(view.model_dump(mode="json"), window_s) for view in views],
    }


def _tried(
    district: District, at: tuple[float, float], kind: str, wind: Wind, without: list[str]
) -> Picture:
    """The fleet at rest in that wind, without those docks."""
    from fleet.dispatch.forecast import blown, picture_at_rest
    from planner.model import LonLat, Reason, Veto

    kinds, docks = ({each.id for each in of} for of in (district.kinds, district.docks))
    if kind not in kinds:
        raise Refusal(f"unknown kind of incident {kind!r}; known are {', '.join(sorted(kinds))}")
    if unknown := sorted(set(without) - docks):
        raise Refusal(f"there is no dock {unknown[0]}; the docks are {', '.join(sorted(docks))}")
    out = (Reason(Veto.DOCK_OFFLINE, text="taken out of this plan with --without"),)
    picture = picture_at_rest(district, LonLat(*at), kind)
    candidates = tuple(
        replace(each, vetoes=(*out, *each.vetoes)) if each.dock in without else each
        for each in blown(wind, picture.candidates, district)
    )
    return replace(picture, candidates=candidates)


def _told(offer: dict[str, Any], window_s: float) -> dict[str, Any]:
    """The offer, with what it has left of the window (negative where it comes later), and with its
    reasons in one sentence too: why the drone may not go, or, as ``remark``, what is to be known of
    its flight if it may."""
    told = "; ".join(reason["text"] or reason["veto"] for reason in offer["reasons"]) or None
    may_go, eta_s = offer["feasible"], offer["eta_s"]
    return {
        **offer,
        "margin_s": None if eta_s is None else window_s - eta_s,
        "reason": None if may_go else told,
        "remark": told if may_go else None,
    }


def _is_too_far(vantage: dict[str, Any] | None) -> bool:
    return vantage is not None and not vantage["used"]


def _print_table(found: dict[str, Any]) -> None:
    from fleet.contract import VantageView
    from fleet.dispatch.vantage import seen_from

    typer.echo(f"the fleet {found['fleet']}{_conditions(found)}")
    if found["vantage"] is not None:
        typer.echo(seen_from(VantageView.model_validate(found["vantage"])))
    if _is_too_far(found["vantage"]):
        typer.echo(f"nobody can be sent: {found['ranking'][0]['reason']}")
        return
    typer.echo(ROW.format(*HEADINGS).rstrip())
    for offer in found["ranking"]:
        typer.echo(_row(offer).rstrip())


def _conditions(found: dict[str, Any]) -> str:
    if "wind" not in found:
        return ""
    speed_ms, from_deg = found["wind"].values()
    blowing = f"a wind of {speed_ms:g} m/s from {from_deg:g} degrees" if speed_ms else "calm"
    without = f", without {', '.join(found['without'])}" if found["without"] else ""
    return f", in {blowing}{without}"


def _row(offer: dict[str, Any]) -> str:
    told = offer["reason"] or offer["remark"]
    reason = told or ("" if offer["in_window"] else "after the window")
    if offer["eta_s"] is None:
        return ROW.format(offer["dock"], offer["drone"], *("–",) * 6, reason)
    parts = (f"{offer['parts'][part]:.0f} s" for part in PARTS)
    left = f"{offer['energy_left_wh']:.0f} Wh"
    return ROW.format(offer["dock"], offer["drone"], _clock(offer["eta_s"]), *parts, left, reason)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
