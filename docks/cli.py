"""Commands of the docks' room."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from docks.simulated import simulate as run_docks
from docks.site import DockSite, read_sites
from docks.weather import Conditions, Weather
from fleet.bus import BusUnreachable, Topics
from fleet.clock import Clock
from fleet.process import Refusal, announce_ready, end_with, serve

docks = typer.Typer(help="Run simulated docks.", no_args_is_help=True)


@docks.callback()
def _root() -> None:
    """Run simulated docks."""


@docks.command()
def simulate(
    district_dir: Annotated[
        Path, typer.Argument(help="The district's configuration.", envvar="DOCKFLEET_DISTRICT")
    ] = Path("configs/longgang"),
    broker: Annotated[
        str, typer.Option(envvar="DOCKFLEET_BROKER", help="The MQTT broker's address.")
    ] = "mqtt://127.0.0.1:1883",
    wind: Annotated[str, typer.Option(help="Mean wind, SPEED@FROM, e.g. 5@60.")] = "0@0",
    seed: Annotated[int, typer.Option(help="Of the weather.")] = 1,
    only: Annotated[str, typer.Option(help="Only these docks, e.g. D01,D02.")] = "",
) -> None:
    """Run the district's docks, each as an MQTT client of its own, until told to stop."""
    speed_ms, from_deg = _wind(wind)
    weather = Weather(Conditions(wind_ms=speed_ms, wind_from_deg=from_deg), seed)
    serve(lambda clock: _serve(district_dir, broker, weather, only, clock))


async def _serve(
    district_dir: Path, broker: str, weather: Weather, only: str, clock: Clock
) -> None:
    district, sites = read_sites(district_dir)
    chosen = _chosen(sites, only)
    ready = asyncio.Event()
    try:
        async with asyncio.TaskGroup() as tasks:
            topics = Topics(district)
            tasks.create_task(run_docks(chosen, broker, topics, weather, clock, ready))
            await ready.wait()
            announce_ready("docks", docks=len(chosen))
    except* BusUnreachable as unreachable:
        raise Refusal(str(_innermost(unreachable))) from None


def _innermost(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _chosen(sites: list[DockSite], only: str) -> list[DockSite]:
    if not only:
        return sites
    wanted = only.split(",")
    known = {site.id: site for site in sites}
    if unknown := [id_ for id_ in wanted if id_ not in known]:
        raise Refusal(f"--only names docks that are not configured: {', '.join(unknown)}")
    return [known[id_] for id_ in wanted]


def _wind(text: str) -> tuple[float, float]:
    speed, at, from_ = text.partition("@")
    try:
        speed_ms, from_deg = float(speed), float(from_ if at else 0)
    except ValueError:
        speed_ms = from_deg = float("nan")
    if not (0 <= speed_ms <= 60 and 0 <= from_deg <= 360):
        end_with(f"--wind must be SPEED@FROM in m/s and degrees, e.g. 5@60, not {text!r}", 2)
    return speed_ms, from_deg
