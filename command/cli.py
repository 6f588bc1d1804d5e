"""`dockfleet console`."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fleet.clock import Clock
from fleet.process import Refusal, announce_ready, serve

if TYPE_CHECKING:
    from command.shelf import Shelf

PEOPLE = "sqlite:///var/longgang/people.db"

PeopleUrl = Annotated[
    str,
    typer.Option("--people", envvar="DOCKFLEET_PEOPLE_URL", help="Database URL of the people."),
]

console = typer.Typer(add_completion=False)


@console.command()
def run(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8080,
    broker: Annotated[
        str, typer.Option(envvar="DOCKFLEET_BROKER", help="mqtt://host:port of the broker.")
    ] = "mqtt://127.0.0.1:1883",
    district: Annotated[str, typer.Option(help="Id of the district.")] = "longgang",
    people: PeopleUrl = PEOPLE,
    settings: Annotated[
        Path | None, typer.Option(help="console.yaml: the two-person rule, webhooks, map.")
    ] = None,
    serializer: Annotated[
        str, typer.Option(help="json; or msgpack, for programs: our own page reads json.")
    ] = "json",
    redis: Annotated[
        str | None,
        typer.Option(
            envvar="DOCKFLEET_REDIS_URL",
            help="redis://host:port that several consoles of one district share; none: one alone.",
        ),
    ] = None,
) -> None:
    """Run the command console until it is told to stop."""

    async def main(clock: Clock) -> None:
        from command.console import running_console
        from command.people.house import open_people
        from command.people.roster import first_administrator
        from command.settings import USUAL, Serializer, read_settings
        from command.shelf import OwnShelf
        from command.webserver import listen
        from fleet.bus import BusUnreachable, MqttBus, Topics

        if serializer not in tuple(Serializer):
            raise Refusal(f"--serializer must be json or msgpack, not {serializer!r}")
        chosen = read_settings(settings) if settings else USUAL
        house = open_people(people, clock.wall_now)
        listener = listen(host, port)
        try:
            with closing(_shared(redis, district) if redis else OwnShelf()) as shelf:
                async with (
                    MqttBus(url=broker, client="console", clock=clock) as bus,
                    running_console(
                        bus,
                        Topics(district),
                        clock,
                        listener,
                        house,
                        settings=chosen,
                        environment=os.environ,
                        shelf=shelf,
                        serializer=Serializer(serializer),
                    ) as ended,
                ):
                    shown = f"[{host}]" if ":" in host else host
                    first = first_administrator(house.roster)
                    announce_ready(
                        "console",
                        address=f"http://{shown}:{listener.getsockname()[1]}",
                        first_sign_in=dict(zip(("name", "password"), first, strict=True))
                        if first
                        else None,
                    )
                    await ended
        except BusUnreachable as error:
            raise Refusal(str(error)) from None

    serve(main)


def _shared(url: str, district: str) -> Shelf:
    from command.redis_shelf import RedisShelf

    return RedisShelf(url, district)
