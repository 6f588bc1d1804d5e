"""The program `dockfleet`: a thin root that loads a room's commands only when they are used, so
that `dockfleet --help` is instant. No room is imported here."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from typing import Any

import click

# noun -> (where its click command is, what the help says)
COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("fleet.cli_up:up", "Start the whole system and print the console's address."),
    "check": ("fleet.cli:check", "Check a district's configuration and print its totals."),
    "boundaries": (
        "fleet.cli:boundaries",
        "Put official boundaries in place of the drawn ones.",
    ),
    "incident": ("fleet.cli:incident", "Report, show, dispatch and close incidents."),
    "sortie": ("fleet.cli:sortie", "Recall a drone."),
    "status": ("fleet.cli:status", "Say how far the running system is from ready."),
    "plan": ("fleet.cli:plan", "Rank all docks for a place, without recording anything."),
    "broker": ("fleet.cli:broker", "Run the embedded MQTT broker."),
    "controller": ("fleet.cli:controller", "Run the fleet controller."),
    "docks": ("docks.cli:docks", "Run simulated docks."),
    "console": ("command.cli:console", "Run the command console."),
    "sitl": ("sitl.cli:sitl", "Fly simulated vehicles: ArduPilot SITL or the builtin one."),
    "sim": ("sitl.cli:sim", "Run the whole stack headless through a set of incidents."),
}


class _Rooms(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        import typer

        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: Any = getattr(importlib.import_module(module), name)
        if not isinstance(command, typer.Typer):
            single = typer.Typer(add_completion=False)
            single.command()(command)
            command = single
        return typer.main.get_command(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(noun, text) for noun, (_, text) in COMMANDS.items()])


@click.group(cls=_Rooms, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dockfleet")
def root() -> None:
    """Command system for a district's drone docks."""


def main() -> None:
    logging.basicConfig(
        stream=sys.stderr,
        level=os.environ.get("DOCKFLEET_LOG", "INFO"),
        format="%(asctime)s %(levelname)-7s %(name)s: %(message)s",
    )
    root(prog_name="dockfleet")
