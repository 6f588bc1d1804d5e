"""The program `dockfleet`: a thin root that loads a room's commands only when they are used, so
that `dockfleet --help` is instant. No room is imported here."""

from __future__ import annotations

import importlib
import importlib.metadata
import logging
import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

# noun -> (where its command is, what the help says)
COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("fleet.cli.up:up", "Start the whole system and print the console's address."),
    "check": ("fleet.cli.district:check", "Check a district's configuration and print its totals."),
    "boundaries": (
        "fleet.cli.district:boundaries",
        "Put official boundaries in place of the drawn ones.",
    ),
    "terrain": ("fleet.cli.terrain:terrain", "Put a surveyed elevation model in place."),
    "incident": ("fleet.cli.incident:incident", "Report, show, dispatch and close incidents."),
    "sortie": ("fleet.cli.sortie:sortie", "Recall, hold and direct drones that are out."),
    "lease": ("fleet.cli.lease:lease", "Lend drones to other ground stations; take them back."),
    "gateway": ("fleet.cli.lease:gateway", "Say where each drone is offered to ground stations."),
    "drone": ("fleet.cli.drone:drone", "Take drones out of service, and put them back."),
    "script": ("fleet.cli.script:script", "Fly a drone by a DroneKit script, with a lease."),
    "link": ("fleet.cli.link:link", "Give a drone the key that its link is signed with."),
    "status": ("fleet.cli.processes:status", "Say how far the running system is from ready."),
    "plan": ("fleet.cli.plan:plan", "Rank all docks for a place, without recording anything."),
    "decision": ("fleet.cli.decision:decision", "Explain decisions, and recompute them."),
    "mission": (
        "fleet.cli.mission:mission",
        "Write missions for other ground stations; check theirs.",
    ),
    "coverage": (
        "fleet.cli.coverage:coverage",
        "Say what part of the district is reached in time.",
    ),
    "flight": ("fleet.cli.flight:flight", "List flight records, and tell what a flight was."),
    "siting": ("fleet.cli.siting:siting", "Say where docks should stand, and prove it."),
    "patrol": ("fleet.cli.patrol:patrol", "Plan patrols, check plans, write missions."),
    "capture": ("fleet.cli.capture:capture", "Plan panoramas and pictures for 3D models."),
    "broker": ("fleet.cli.processes:broker", "Run the embedded MQTT broker."),
    "controller": ("fleet.cli.processes:controller", "Run the fleet controller."),
    "docks": ("docks.cli:docks", "Run simulated docks."),
    "console": ("command.cli:console", "Run the command console."),
    "user": ("command.cli_people:user", "Add people to the console, reset passwords."),
    "audit": ("command.cli_people:audit", "Show who did what at the console; check the record."),
    "sitl": ("sitl.cli:sitl", "Fly simulated vehicles: ArduPilot SITL or the builtin one."),
    "sim": ("sitl.cli:sim", "Run the whole stack headless through a set of incidents."),
}


class _Rooms(TyperGroup):
    """A group whose commands are imported when they are called, not when they are listed."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: Any = getattr(importlib.import_module(module), name)
        if not isinstance(command, typer.Typer):
            single = typer.Typer(add_completion=False, rich_markup_mode=None)
            single.command()(command)
            command = single
        return typer.main.get_command(command)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(noun, text) for noun, (_, text) in COMMANDS.items()])


app = typer.Typer(
    cls=_Rooms,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
)


@app.callback()
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Command system for a district's drone docks."""
    if version:
        typer.echo(importlib.metadata.version("dockfleet"))
        raise typer.Exit


def main() -> None:
    logging.basicConfig(
        stream=sys.stderr,
        level=os.environ.get("DOCKFLEET_LOG", "INFO"),
        format="%(asctime)s %(levelname)-7s %(name)s: %(message)s",
    )
    app(prog_name="dockfleet")
