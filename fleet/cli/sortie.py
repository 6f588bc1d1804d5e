"""`dockfleet sortie`: what a drone that is out may be told from a terminal."""

from __future__ import annotations

from typing import Annotated

import typer

from fleet import contract as c
from fleet.cli.asking import ask, tell_sortie
from fleet.cli.options import BROKER, AsJson, BrokerUrl, DistrictId, place

sortie = typer.Typer(help="Recall, hold and direct drones that are out.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="ID")]
Reason = Annotated[str, typer.Option()]
Height = Annotated[
    float | None, typer.Option("--height", min=20, max=120, help="Metres above the ground there.")
]
At = Annotated[str, typer.Option(help="LON,LAT in WGS-84.")]


@sortie.command("recall")
def recall(
    id_: Id,
    reason: Reason = "recalled from the command line",
    broker: BrokerUrl = BROKER,
    district: DistrictId = "longgang",
    json: AsJson = False,
) -> None:
    """Bring a sortie's drone home."""
    tell_sortie(ask(broker, district, c.Recall(sortie=id_, reason=reason)), json)


@sortie.command("hold")
def hold(
    id_: Id,
    reason: Reason = "held from the command line",
    broker: BrokerUrl = BROKER,
    district: DistrictId = "longgang",
    json: AsJson = False,
) -> None:
    """Stop a drone where it is, until told otherwise."""
    tell_sortie(ask(broker, district, c.Hold(sortie=id_, reason=reason)), json)


@sortie.command("resume")
def resume(
    id_: Id,
    reason: Reason = "resumed from the command line",
    broker: BrokerUrl = BROKER,
    district: DistrictId = "longgang",
    json: AsJson = False,
) -> None:
    """Let a held drone go on with what it was doing."""
    tell_sortie(ask(broker, district, c.Resume(sortie=id_, reason=reason)), json)


@sortie.command("goto")
def goto(
    id_: Id,
    at: At,
    height_m: Height = None,
    reason: Reason = "directed from the command line",
    broker: BrokerUrl = BROKER,
    district: DistrictId = "longgang",
    json: AsJson = False,
) -> None:
    """Send a drone in the air to a place, to stay over it."""
    lon, lat = place(at)
    body = c.Goto(sortie=id_, lon=lon, lat=lat, height_m=height_m, reason=reason)
    tell_sortie(ask(broker, district, body), json)


@sortie.command("orbit")
def orbit(
    id_: Id,
    at: At,
    radius_m: Annotated[int, typer.Option("--radius", min=15, max=200, help="Metres.")] = 40,
    turns: Annotated[int, typer.Option(min=1, max=100)] = 10,
    height_m: Height = None,
    reason: Reason = "directed from the command line",
    broker: BrokerUrl = BROKER,
    district: DistrictId = "longgang",
    json: AsJson = False,
) -> None:
    """Send a drone in the air to circle a place, clockwise."""
    lon, lat = place(at)
    body = c.Orbit(
        sortie=id_,
        lon=lon,
        lat=lat,
        radius_m=radius_m,
        turns=turns,
        height_m=height_m,
        reason=reason,
    )
    tell_sortie(ask(broker, district, body), json)


@sortie.command("write-off")
def write_off(
    id_: Id,
    reason: Reason = "written off from the command line",
    broker: BrokerUrl = BROKER,
    district: DistrictId = "longgang",
    json: AsJson = False,
) -> None:
    """End the sortie of a drone that is lost, or down away from its dock."""
    tell_sortie(ask(broker, district, c.WriteOff(sortie=id_, reason=reason)), json)


@sortie.command("land-now")
def land_now(
    id_: Id,
    reason: Reason = "brought down from the command line",
    broker: BrokerUrl = BROKER,
    district: DistrictId = "longgang",
    json: AsJson = False,
) -> None:
    """Bring a drone down where it is, whatever is under it."""
    tell_sortie(ask(broker, district, c.LandNow(sortie=id_, reason=reason)), json)
