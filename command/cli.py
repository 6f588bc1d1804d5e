"""`dockfleet console`."""

from __future__ import annotations

from typing import Annotated

import typer

from fleet.clock import Clock
from fleet.process import Refusal, announce_ready, serve

console = typer.Typer(add_completion=False)


@console.command()
def run(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8080,
    broker: Annotated[
        str, typer.Option(envvar="DOCKFLEET_BROKER", help="mqtt://host:port of the broker.")
    ] = "mqtt://127.0.0.1:1883",
    district: Annotated[str, typer.Option(help="Id of the district.")] = "longgang",
) -> None:
    """Run the command console until it is told to stop."""

    async def main(clock: Clock) -> None:
        from command.console import running_console
        from command.webserver import listen
        from fleet.bus import BusUnreachable, MqttBus, Topics

        listener = listen(host, port)
        try:
            async with (
                MqttBus(url=broker, client="console", clock=clock) as bus,
                running_console(bus, Topics(district), clock, listener) as ended,
            ):
                shown = f"[{host}]" if ":" in host else host
                announce_ready("console", address=f"http://{shown}:{listener.getsockname()[1]}")
                await ended
        except BusUnreachable as error:
            raise Refusal(str(error)) from None

    serve(main)
