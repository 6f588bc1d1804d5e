"""`dockfleet up`: the whole system from one command."""

from __future__ import annotations

import asyncio
import json as json_
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from fleet.clock import Clock
from fleet.contract import Status
from fleet.process import announce_ready, end_with, serve
from fleet.stack.processes import Stack, StackSettings, running

SETTLE_WITHIN_S = 60.0
GATEWAY_PORT = 5800  # where drones are offered beside a local controller


def up(
    district_dir: Annotated[
        Path, typer.Argument(help="The district's configuration.", envvar="DOCKFLEET_DISTRICT")
    ] = Path("configs/longgang"),
    vehicles: Annotated[
        str, typer.Option(help="builtin, ardupilot, or none: real docks and drones call in.")
    ] = "builtin",
    broker: Annotated[
        str | None,
        typer.Option(envvar="DOCKFLEET_BROKER", help="An MQTT broker; none: the embedded one."),
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    broker_port: Annotated[int, typer.Option(min=0, max=65535)] = 1883,
    console_port: Annotated[int, typer.Option(min=0, max=65535)] = 8080,
    mavlink_port: Annotated[int, typer.Option(min=0, max=65535)] = 14550,
    gateway_port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help="Offer drone N to ground stations at this port + N; 0: any free ones. Without it, "
            "5800 on loopback, and none elsewhere: the gateway knows no passwords.",
        ),
    ] = None,
    console: Annotated[bool, typer.Option(help="Run the console too.")] = True,
    patrols: Annotated[
        bool, typer.Option("--patrols", help="Fly the rounds of patrols/schedule.yaml.")
    ] = False,
    arducopter: Annotated[
        str | None, typer.Option(envvar="ARDUCOPTER", help="The arducopter SITL program.")
    ] = None,
    wind: Annotated[str | None, typer.Option(help="Simulated wind, SPEED@FROM, e.g. 5@60.")] = None,
    speedup: Annotated[float, typer.Option(min=0.1, max=100, help="Simulated time only.")] = 1.0,
    state_dir: Annotated[Path, typer.Option(help="Event log and logs.")] = Path("var"),
    json: Annotated[bool, typer.Option("--json", help="Print one JSON line when ready.")] = False,
) -> None:
    """Start the whole system and print the console's address; Ctrl-C ends all of it."""
    if vehicles not in ("builtin", "ardupilot", "none"):
        end_with(f"--vehicles must be builtin, ardupilot or none, not {vehicles!r}", 2)
    if vehicles == "none" and speedup != 1:
        end_with("--speedup is for simulation; real drones fly in real time", 2)
    district = _checked(district_dir)
    settings = StackSettings(
        district_dir=district_dir,
        district=district,
        state_dir=state_dir / district,
        vehicles=vehicles,
        console=console,
        host=host,
        broker=broker,
        broker_port=broker_port,
        console_port=console_port,
        mavlink_port=mavlink_port,
        gateway_port=GATEWAY_PORT if gateway_port is None and _is_loopback(host) else gateway_port,
        arducopter=arducopter,
        wind=wind,
        patrols=patrols,
    )
    serve(lambda clock: _run(settings, Clock(speedup), json))


def _is_loopback(host: str) -> bool:
    return host == "localhost" or host.startswith("127.") or host == "::1"


def _checked(district_dir: Path) -> str:
    """The district's id, once its configuration has been found sound; ends the program with every
    fault otherwise. In a process of its own: the checks need libraries that this one, which runs
    for months, does not."""
    check = subprocess.run(
        [sys.executable, "-m", "fleet", "check", str(district_dir), "--json"],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if not check.stdout:
        raise SystemExit(check.returncode)
    totals = json_.loads(check.stdout)
    if totals["violations"]:
        end_with(f"{district_dir} is not sound: " + "; ".join(totals["violations"]))
    return str(totals["district"])


async def _run(settings: StackSettings, clock: Clock, as_json: bool) -> None:
    terminal = Console(stderr=True)
    with terminal.status("starting broker, docks, vehicles, controller and console"):
        async with running(settings, clock) as stack, asyncio.TaskGroup() as tasks:
            tasks.create_task(stack.watch(), name="watch")
            status = await stack.ready(SETTLE_WITHIN_S)
            if as_json:
                announce_ready(
                    "up",
                    console=stack.console,
                    broker=stack.broker,
                    first_sign_in=stack.first_sign_in,
                    **(status.model_dump(mode="json") if status else {}),
                )
            else:
                _tell(settings, stack, status)


def _tell(settings: StackSettings, stack: Stack, status: Status | None) -> None:
    if status is None:
        typer.echo(f"the controller has told nothing for {SETTLE_WITHIN_S:.0f} s; see its log")
    else:
        typer.echo(
            f"docks online {status.docks_online} of {status.docks}, "
            f"drones ready {status.drones_ready} of {status.drones}"
        )
    typer.echo(f"console: {stack.console or 'not started'}")
    if port := settings.gateway_port:
        typer.echo(f"ground stations: drone N at tcp:{settings.host}:{port} + N")
    if first := stack.first_sign_in:
        typer.echo(f"sign in as {first['name']} with the one-time password {first['password']}")
