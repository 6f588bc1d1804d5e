"""`dockfleet incident`: report, show, dispatch and close incidents."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from fleet import contract as c
from fleet.cli.asking import ask, print_json, tell_sortie
from fleet.cli.options import BROKER, AsJson, BrokerUrl, DistrictId, place
from fleet.datum import Datum, to_wgs84
from fleet.process import end_with

incident = typer.Typer(help="Report, show, dispatch and close incidents.", no_args_is_help=True)


@incident.command("report")
def report(
    at: Annotated[str, typer.Option(help="LON,LAT, in WGS-84 unless --datum says otherwise.")],
    kind: Annotated[str, typer.Option(help="What happened, e.g. fire.")],
    datum: Annotated[Datum, typer.Option(help="What the place is given in.")] = Datum.WGS84,
    level: Annotated[int | None, typer.Option(min=1, max=4, help="1 is the gravest.")] = None,
    note: Annotated[str, typer.Option(help="In the caller's words.")] = "",
    dispatch: Annotated[
        str, typer.Option(help="rule, now, or confirm: wait for the officer.")
    ] = "rule",
    broker: BrokerUrl = BROKER,
    district: DistrictId = "longgang",
    json: AsJson = False,
) -> None:
    """Report an incident; by rule a drone is sent at once."""
    lon, lat = to_wgs84(*place(at), datum)
    body = c.ReportIncident(
        lon=lon, lat=lat, kind=kind, level=level, note=note, source="cli", dispatch=_mode(dispatch)
    )
    _tell_incident(ask(broker, district, body), json)


@incident.command("show")
def show(
    id_: Annotated[str, typer.Argument(metavar="ID")],
    broker: BrokerUrl = BROKER,
    district: DistrictId = "longgang",
    json: AsJson = False,
) -> None:
    """Show an incident with its decision."""
    _tell_incident(ask(broker, district, c.ShowIncident(incident=id_)), json)


@incident.command("list")
def list_(
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
    broker: BrokerUrl = BROKER,
    district: DistrictId = "longgang",
    json: AsJson = False,
) -> None:
    """List incidents, newest first."""
    answer = ask(broker, district, c.ListIncidents(limit=limit))
    if json:
        print_json(answer)
        return
    for view in answer["incidents"]:
        _tell_incident(view, False)


@incident.command("dispatch")
def dispatch_(
    id_: Annotated[str, typer.Argument(metavar="ID")],
    dock: Annotated[str | None, typer.Option(help="This dock's drone, not the best.")] = None,
    divert: Annotated[
        bool, typer.Option(help="That drone also if it is out for another incident.")
    ] = False,
    broker: BrokerUrl = BROKER,
    district: DistrictId = "longgang",
    json: AsJson = False,
) -> None:
    """Send a drone to a reported incident."""
    tell_sortie(ask(broker, district, c.Dispatch(incident=id_, dock=dock, divert=divert)), json)


@incident.command("close")
def close(
    id_: Annotated[str, typer.Argument(metavar="ID")],
    note: Annotated[str, typer.Option()] = "",
    broker: BrokerUrl = BROKER,
    district: DistrictId = "longgang",
    json: AsJson = False,
) -> None:
    """Close an incident whose drones have gone."""
    _tell_incident(ask(broker, district, c.CloseIncident(incident=id_, note=note)), json)


def _mode(text: str) -> Any:
    if text not in ("rule", "now", "confirm"):
        end_with(f"--dispatch must be rule, now or confirm, not {text!r}", 2)
    return text


def _tell_incident(view: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(view)
        return
    sent = (
        f"{view['drone']} from {view['dock']}, ETA {view['eta_s']:.0f} s" if view["dock"] else "–"
    )
    there = f", on scene after {view['on_scene_s']:.0f} s" if view["on_scene_s"] else ""
    typer.echo(f"{view['id']}  {view['kind']}  {view['state']}  {sent}{there}")
