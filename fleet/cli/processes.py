"""`dockfleet controller`, `broker` and `status`: the controller's room as processes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fleet import contract as c
from fleet.cli.asking import ask, print_json
from fleet.cli.options import BROKER, AsJson, BrokerUrl, DistrictDir, DistrictId, MavlinkKey
from fleet.process import Refusal, end_with, serve


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
    from fleet.controller.process import Addresses, run_controller
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
