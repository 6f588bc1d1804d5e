"""`dockfleet script`: DroneKit scripts that fly a drone with a lease."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Annotated

import typer

from fleet import contract as c
from fleet.bus import BusUnreachable, MqttBus, RequestFailed, Topics
from fleet.cli.asking import ANSWER_WITHIN_S, print_json
from fleet.cli.options import BROKER, AsJson, BrokerUrl, DistrictId
from fleet.clock import Clock
from fleet.process import Refusal, end_with

script = typer.Typer(help="Fly drones by DroneKit scripts.", no_args_is_help=True)


@script.callback()
def root() -> None:
    """DroneKit scripts that fly a drone with a lease."""


@script.command("run")
def run(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="The script, in Python.")
    ],
    arguments: Annotated[
        list[str] | None,
        typer.Argument(help="Its own, after --; {address} becomes the drone's address."),
    ] = None,
    drone: Annotated[str, typer.Option(help="The drone, or its dock: D07.")] = "",
    label: Annotated[str, typer.Option("--for", help="What people call it.")] = "",
    minutes: Annotated[float, typer.Option(min=1, max=240, help="Longest it may take.")] = 30,
    broker: BrokerUrl = BROKER,
    district: DistrictId = "longgang",
    json: AsJson = False,
) -> None:
    """Run a DroneKit script with a lease; the drone comes home when it ends.

    The script finds its drone at the address in the variable DOCKFLEET_VEHICLE.
    """
    if not drone:
        end_with("--drone says which drone the script flies", 2)
    if importlib.util.find_spec("dronekit") is None:
        end_with("DroneKit is not installed; pip install 'dockfleet[scripts]'")
    clock = Clock.from_environment(os.environ)
    body = c.GrantLease(drone=drone, label=label or file.name[:40], minutes=minutes, by="cli")

    async def whole() -> tuple[c.SortieView, int | None, str]:
        async with MqttBus(broker, client="cli-script", clock=clock) as bus:
            return await _flown(bus, Topics(district), body, file, arguments or [])

    try:
        view, code, why = clock.run(whole())
    except (BusUnreachable, RequestFailed, Refusal) as refusal:
        end_with(str(refusal))
    if json:
        print_json({"sortie": view.id, "drone": view.drone, "exit": code, "reason": why or None})
    if code is None:
        end_with(f"{why}; the script was ended")
    if code != 0:
        end_with(f"the script ended with code {code}; {view.drone} comes home")
    if not json:
        typer.echo(f"the script has ended; {view.drone} comes home (sortie {view.id})")


async def _flown(
    bus: MqttBus, topics: Topics, body: c.GrantLease, file: Path, arguments: list[str]
) -> tuple[c.SortieView, int | None, str]:
    """The sortie, the script's exit code (None: it was ended), and why it was ended."""
    from fleet.cli.lease import granted
    from fleet.lending.script import line_to, run_script

    async with line_to(await _address(bus, topics, body.drone)) as line:
        view = await granted(bus, topics, body.model_copy(update={"to": line.name}))
        code = await run_script(line, file, arguments)
        return view, code, line.why if code is None else ""


async def _address(bus: MqttBus, topics: Topics, drone: str) -> str:
    """Where the drone is offered.

    Raises:
        Refusal: if it is not.
    """
    answer = await bus.request(topics.controller_request(), c.GetGateway(), ANSWER_WITHIN_S)
    offered = c.GatewayView.model_validate(answer.body).drones
    if not offered:
        raise Refusal("drones are not offered to ground stations; start with --gateway-port")
    for each in offered:
        if drone in (each.drone, each.dock):
            return each.address
    raise Refusal(f"there is no drone {drone}")
