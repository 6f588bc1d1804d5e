"""Commands of the fleet room: run its processes, and work with incidents from a terminal."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel

from fleet import contract as c
from fleet.bus import BusUnreachable, MqttBus, Reply, RequestFailed, Topics
from fleet.clock import Clock
from fleet.datum import Datum, to_wgs84
from fleet.process import Refusal, end_with, serve

BROKER = "mqtt://127.0.0.1:1883"

DistrictDir = Annotated[
    Path,
    typer.Argument(help="The district's configuration.", envvar="DOCKFLEET_DISTRICT"),
]
BrokerUrl = Annotated[
    str, typer.Option("--broker", envvar="DOCKFLEET_BROKER", help="The MQTT broker's address.")
]
DistrictId = Annotated[
    str, typer.Option("--district", envvar="DOCKFLEET_DISTRICT_ID", help="The district's id.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]

ANSWER_WITHIN_S = 10.0
WORST_WIND_MS = 60.0  # more than any storm in which somebody would ask

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


def status(
    broker: BrokerUrl = BROKER, district: DistrictId = "longgang", json: AsJson = False
) -> None:
    """Say how far the running system is from ready."""
    snapshot = ask(broker, district, c.GetSnapshot())
    docks = [view["online"] for view in snapshot["docks"]]
    drones = snapshot["telemetry"]["drones"]
    figures = {
        "docks_online": sum(docks),
        "docks": len(docks),
        "drones_ready": sum(drone["ready"] for drone in drones),
        "drones": len(drones),
        "not_ready": {d["drone"]: d["not_ready"] for d in drones if not d["ready"]},
    }
    if json:
        print_json(figures)
        return
    typer.echo(
        f"docks online {figures['docks_online']} of {figures['docks']}, "
        f"drones ready {figures['drones_ready']} of {figures['drones']}"
    )
    for drone, why in figures["not_ready"].items():
        typer.echo(f"  {drone}: {why}")


MavlinkKey = Annotated[
    str | None,
    typer.Option(
        envvar="DOCKFLEET_MAVLINK_KEY",
        help="Words that MAVLink packets are signed with; better given by the environment.",
    ),
]


def broker(
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 1883,
) -> None:
    """Run the embedded MQTT broker until told to stop."""
    from fleet.bus.broker import serve_broker

    serve(lambda clock: serve_broker(host, port))


def controller(
    district_dir: DistrictDir = Path("configs/longgang"),
    broker: BrokerUrl = BROKER,
    log: Annotated[
        str, typer.Option(envvar="DOCKFLEET_LOG_URL", help="Database URL of the event log.")
    ] = "sqlite:///var/events.db",
    mavlink: Annotated[
        str | None, typer.Option(help="Where drones call, e.g. udp://0.0.0.0:14550.")
    ] = None,
    records: Annotated[
        Path | None, typer.Option(help="Directory of flight records; none: beside the event log.")
    ] = None,
    gateway: Annotated[
        str | None,
        typer.Option(
            help="Where ground stations watch drone N, at PORT + N, e.g. tcp://127.0.0.1:5800."
        ),
    ] = None,
    patrols: Annotated[
        bool, typer.Option("--patrols", help="Fly the rounds of patrols/schedule.yaml.")
    ] = False,
    mavlink_key: MavlinkKey = None,
) -> None:
    """Run the fleet controller until told to stop."""
    from fleet.controller import Addresses, run_controller
    from fleet.district.load import load_or_refuse
    from fleet.patrol.load_schedule import load_schedule
    from fleet.record.files import directory_beside

    district = load_or_refuse(district_dir)
    try:
        schedule = load_schedule(district_dir, district)
        schedule = schedule if patrols else schedule.without_rounds()
    except Refusal as refusal:
        end_with(str(refusal))
    listen = mavlink or district.system.mavlink_listen
    addresses = Addresses(
        broker, log, listen, records or directory_beside(log), gateway, mavlink_key
    )
    serve(lambda clock: run_controller(district, addresses, clock, schedule))


def place(text: str) -> tuple[float, float]:
    """The (lon, lat) of ``LON,LAT``; ends with exit code 2 when it is none."""
    lon, _, lat = text.partition(",")
    try:
        return float(lon), float(lat)
    except ValueError:
        pass
    end_with(f"--at must be LON,LAT in degrees, for instance 114.10,22.65, not {text!r}", 2)


def wind_of(text: str) -> tuple[float, float]:
    """The m/s and degrees of ``SPEED@FROM``; ends with exit code 2 when it is no wind."""
    speed, _, from_ = text.partition("@")
    try:
        speed_ms, from_deg = float(speed), float(from_)
    except ValueError:
        end_with(f"--wind must be SPEED@FROM in m/s and degrees, e.g. 5@60, not {text!r}", 2)
    if not 0 <= speed_ms <= WORST_WIND_MS:
        end_with(f"--wind must be from 0 to {WORST_WIND_MS:.0f} m/s, not {speed_ms:g} m/s", 2)
    if not 0 <= from_deg <= 360:
        end_with(f"--wind must come from 0 to 360 degrees, not from {from_deg:g}", 2)
    return speed_ms, from_deg


def ask(broker: str, district: str, body: BaseModel) -> dict[str, Any]:
    """One question to the running controller; ends the program with its reason if it refuses."""
    try:
        return answer(broker, district, body)
    except (BusUnreachable, RequestFailed, Refusal) as refusal:
        end_with(str(refusal))


def answer(broker: str, district: str, body: BaseModel) -> dict[str, Any]:
    """The running controller's answer.

    Raises:
        BusUnreachable: if no broker answers.
        RequestFailed, Refusal: if the controller does not, or refuses.
    """
    clock = Clock.from_environment(os.environ)

    async def once() -> Reply:
        async with MqttBus(broker, client="cli", clock=clock) as bus:
            return await bus.request(Topics(district).controller_request(), body, ANSWER_WITHIN_S)

    return clock.run(once()).body


def _mode(text: str) -> Any:
    if text not in ("rule", "now", "confirm"):
        end_with(f"--dispatch must be rule, now or confirm, not {text!r}", 2)
    return text


def print_json(value: Any) -> None:
    import json

    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _tell_incident(view: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(view)
        return
    sent = (
        f"{view['drone']} from {view['dock']}, ETA {view['eta_s']:.0f} s" if view["dock"] else "–"
    )
    there = f", on scene after {view['on_scene_s']:.0f} s" if view["on_scene_s"] else ""
    typer.echo(f"{view['id']}  {view['kind']}  {view['state']}  {sent}{there}")


def tell_sortie(view: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(view)
        return
    typer.echo(f"{view['id']}  {view['drone']} from {view['dock']}  {view['state']}")
