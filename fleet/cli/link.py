"""`dockfleet link`: the key that a drone's MAVLink packets are signed with."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from fleet.cli.asking import print_json
from fleet.cli.options import AsJson, MavlinkKey
from fleet.clock import Clock
from fleet.mavlink.reactor import Reactor
from fleet.mavlink.signing import Signing, key_of
from fleet.mavlink.vehicle import VehicleFault
from fleet.process import Refusal, end_with

HEARD_WITHIN_S = 15.0

link = typer.Typer(help="Keys of drones' links.", no_args_is_help=True)


@link.callback()
def _nouns() -> None:
    """Keys of drones' links."""


@link.command("sign")
def sign(
    sysid: Annotated[int, typer.Option(min=1, max=250, help="The drone's system id.")],
    line: Annotated[
        str,
        typer.Option(
            help="The cable it is on: serial:///dev/ttyACM0?baud=115200, or tcp://HOST:PORT."
        ),
    ],
    mavlink_key: MavlinkKey = None,
    json: AsJson = False,
) -> None:
    """Give a drone on a cable the key that its packets, and ours to it, are signed with.

    The key travels in plain: never over a radio. From then on the drone heeds only who has it, but
    on its USB port.
    """
    if not mavlink_key:
        end_with("there is no key; set DOCKFLEET_MAVLINK_KEY to the words it is made of", 2)
    clock = Clock()

    async def whole() -> None:
        async with (
            Reactor("udp://127.0.0.1:0", {sysid: [line]}, [sysid], 5.0) as reactor,
            asyncio.timeout(HEARD_WITHIN_S),
        ):
            vehicle = reactor.vehicle(sysid)
            await vehicle.connected()
            await vehicle.set_up_signing(Signing(key_of(mavlink_key), clock.unix_s))

    try:
        clock.run(whole())
    except (VehicleFault, Refusal) as refusal:
        end_with(str(refusal))
    except TimeoutError:
        end_with(
            f"no drone with system id {sysid} is heard on {line}; is it powered, and the line free?"
        )
    if json:
        print_json({"sysid": sysid, "signs": True})
    else:
        typer.echo(f"system {sysid} signs with the key, and heeds only who has it")
