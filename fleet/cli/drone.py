"""`dockfleet drone`: takes drones out of service and puts them back."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from fleet import contract as c
from fleet.cli.asking import ask, print_json
from fleet.cli.options import BROKER, AsJson, BrokerUrl, DistrictId

drone = typer.Typer(help="Take drones out of service, and put them back.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="DRONE")]


@drone.command("take-out")
def take_out(
    id_: Id,
    reason: Annotated[str, typer.Option(help="What is wrong with it.")],
    broker: BrokerUrl = BROKER,
    district: DistrictId = "longgang",
    json: AsJson = False,
) -> None:
    """Send a drone out no more until it is put back."""
    _tell(ask(broker, district, c.TakeOut(drone=id_, reason=reason)), json)


@drone.command("put-back")
def put_back(
    id_: Id,
    reason: Annotated[str, typer.Option(help="What was done.")] = "",
    broker: BrokerUrl = BROKER,
    district: DistrictId = "longgang",
    json: AsJson = False,
) -> None:
    """Let a drone be sent out again."""
    _tell(ask(broker, district, c.PutBack(drone=id_, reason=reason)), json)


def _tell(answer: dict[str, Any], json: bool) -> None:
    if json:
        print_json(answer)
    elif answer["in_service"]:
        typer.echo(f"{answer['drone']} is in service")
    else:
        typer.echo(f"{answer['drone']} is out of service: {answer['reason']}")
