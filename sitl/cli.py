"""Commands of the simulator's room."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from fleet.district.load import load_or_refuse
from fleet.process import end_with, serve
from sitl.cli_day import run_day
from sitl.fly import Flying, fly_arducopter, fly_builtin

sitl = typer.Typer(help="Fly simulated vehicles.", no_args_is_help=True)

DistrictDir = Annotated[
    Path, typer.Argument(help="The district's configuration.", envvar="DOCKFLEET_DISTRICT")
]
Broker = Annotated[str, typer.Option(envvar="DOCKFLEET_BROKER", help="The MQTT broker's address.")]
Controller = Annotated[str, typer.Option(help="HOST:PORT that the vehicles call by UDP.")]
Only = Annotated[str, typer.Option(help="Only the drones of these docks, e.g. D01,D02.")]
StateDir = Annotated[Path, typer.Option(help="Where the vehicles keep their files.")]
ArducopterPath = Annotated[
    str | None, typer.Option(envvar="ARDUCOPTER", help="The arducopter SITL program.")
]

DISTRICT = Path("configs/longgang")
BROKER = "mqtt://127.0.0.1:1883"
CONTROLLER = "127.0.0.1:14550"


@sitl.command()
def builtin(
    district_dir: DistrictDir = DISTRICT,
    broker: Broker = BROKER,
    controller: Controller = CONTROLLER,
    only: Only = "",
    state_dir: StateDir = Path("var/vehicles"),
) -> None:
    """Fly the builtin vehicle, until told to stop."""
    flying = _flying(district_dir, broker, controller, only, state_dir, None)
    serve(lambda clock: fly_builtin(flying, clock))


@sitl.command()
def ardupilot(
    district_dir: DistrictDir = DISTRICT,
    broker: Broker = BROKER,
    controller: Controller = CONTROLLER,
    only: Only = "",
    state_dir: StateDir = Path("var/vehicles"),
    arducopter: ArducopterPath = None,
) -> None:
    """Fly real ArduPilot SITL, one process a drone, until told to stop."""
    flying = _flying(district_dir, broker, controller, only, state_dir, arducopter)
    serve(lambda clock: fly_arducopter(flying, clock))


def sim(
    district_dir: DistrictDir = DISTRICT,
    vehicles: Annotated[str, typer.Option(help="builtin or ardupilot.")] = "builtin",
    incidents: Annotated[
        int | None, typer.Option(min=0, max=1000, help="How many; 5, or 40 in a day.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of incidents and weather.")] = 1,
    speedup: Annotated[float, typer.Option(min=0.1, max=100)] = 10.0,
    wind: Annotated[str | None, typer.Option(help="Mean wind, SPEED@FROM, e.g. 5@60.")] = None,
    arducopter: ArducopterPath = None,
    all_docks: Annotated[bool, typer.Option(help="Start all docks, not only the needed.")] = False,
    state_dir: Annotated[
        Path | None,
        typer.Option(help="Event log and logs; var/sim-VEHICLES-SEED, made anew, where not given."),
    ] = None,
    day: Annotated[
        bool, typer.Option("--day", help="A day with patrols, in one process on virtual time.")
    ] = False,
    hours: Annotated[str, typer.Option(help="Of the day.")] = "06:30-19:30",
    plot: Annotated[Path | None, typer.Option(help="Draw the day into this PNG file.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Run the whole stack, headless, through incidents drawn by seed.

    Exit code 0 only if every incident was reached and every drone is docked again; with --day, if
    every incident was reached and no part of the controller failed.
    """
    if day:
        if vehicles != "builtin":
            end_with("--day flies builtin vehicles; leave --vehicles out", 2)
        run_day(district_dir, incidents, seed, speedup, hours, wind, plot, state_dir, json)
        return
    from sitl import sim as run

    if vehicles not in ("builtin", "ardupilot"):
        end_with(f"--vehicles must be builtin or ardupilot, not {vehicles!r}", 2)
    district = load_or_refuse(district_dir)
    terminal = Console(stderr=True)
    with terminal.status("starting the stack"):
        report = run.execute(
            district,
            run.Settings(
                district_dir=district_dir,
                vehicles=vehicles,
                incidents=5 if incidents is None else max(1, incidents),
                seed=seed,
                speedup=speedup,
                wind=wind,
                arducopter=arducopter,
                all_docks=all_docks,
                state_dir=_state_dir(state_dir, Path("var") / f"sim-{vehicles}-{seed}"),
            ),
            lambda text: terminal.print(text, highlight=False),
        )
    if json:
        typer.echo(report.model_dump_json(indent=2))
    else:
        _tell(report)
    raise typer.Exit(0 if report.ok else 1)


def _state_dir(given: Path | None, usual: Path) -> Path:
    """An earlier run's event log would be gone on with: its incidents are not of this run."""
    if given is None:
        shutil.rmtree(usual, ignore_errors=True)
        return usual
    if (given / "events.db").exists():
        end_with(f"{given} holds the event log of an earlier run; give --state-dir another", 2)
    return given


def _tell(report: object) -> None:
    from sitl.sim import Report

    assert isinstance(report, Report)
    for number, outcome in enumerate(report.incidents, 1):
        eta = "–" if outcome.eta_s is None else f"{outcome.eta_s:.0f}"
        there = "–" if outcome.on_scene_s is None else f"{outcome.on_scene_s:.0f}"
        typer.echo(
            f"{number}  {outcome.kind}  {outcome.dock or '–'}  predicted {eta} s  flown {there} s  "
            f"{'docked' if outcome.docked else 'not docked'}"
        )
    pace = f"{report.speedup_achieved:.1f}" if report.speedup_achieved else "unknown"
    typer.echo(
        f"{report.reached} of {len(report.incidents)} reached, {report.docked} docked; "
        f"speed-up {report.speedup:g} asked, {pace} achieved"
    )


def _flying(
    district_dir: Path,
    broker: str,
    controller: str,
    only: str,
    state_dir: Path,
    arducopter: str | None,
) -> Flying:
    host, _, port = controller.rpartition(":")
    if not host or not port.isdigit():
        end_with(f"--controller must be HOST:PORT, not {controller!r}", 2)
    return Flying(
        district=load_or_refuse(district_dir),
        only=tuple(only.split(",")) if only else (),
        broker=broker,
        controller=(host, int(port)),
        state_dir=state_dir,
        arducopter=arducopter,
    )
