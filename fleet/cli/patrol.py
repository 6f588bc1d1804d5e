"""`dockfleet patrol`: plan a day's patrols, check a plan, write its missions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fleet.cli.asking import print_json
from fleet.cli.options import AsJson, wind_of
from fleet.cli.patrol_flying import fly, pause, report, resume, schedule, status
from fleet.cli.patrol_import import import_
from fleet.cli.patrol_relay import relay
from fleet.cli.patrol_told import floor_words, print_plan
from fleet.patrol.plan_file import read_plan
from fleet.process import Refusal, end_with

DEFAULT = Path("configs/longgang")
ITERATIONS, MOST_ITERATIONS = 1500, 1_000_000
WRITTEN = (".plan", ".waypoints")

InDistrict = Annotated[
    Path, typer.Option("--in", help="The district.", envvar="DOCKFLEET_DISTRICT")
]

patrol = typer.Typer(
    help="Plan patrols, check plans, write missions, fly them.", no_args_is_help=True
)
patrol.command("relay")(relay)
patrol.command("import")(import_)
patrol.command("fly")(fly)
patrol.command("status")(status)
patrol.command("schedule")(schedule)
patrol.command("pause")(pause)
patrol.command("resume")(resume)
patrol.command("report")(report)


@patrol.command("plan")
def plan(
    file: Annotated[Path, typer.Argument(help="The patrol file, e.g. daily.yaml.")],
    district_dir: InDistrict = DEFAULT,
    wind: Annotated[
        str | None, typer.Option(help="The wind to plan for, SPEED@FROM, e.g. 5@60.")
    ] = None,
    wind_by_hour: Annotated[
        Path | None,
        typer.Option(help='A forecast instead: a YAML file of times and winds, "07:00": 5@60.'),
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=1, help="Seconds that may be searched at the most.")
    ] = 20.0,
    iterations: Annotated[
        int, typer.Option(min=1, help="Steps of the search; it ends after so many.")
    ] = ITERATIONS,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same plan.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Write the plan to this file.")] = None,
    json: AsJson = False,
) -> None:
    """Plan who flies what when, with every drone charged on its pad: all tasks are served, or
    listed with the reason; exit 1 when none is served."""
    from rich.console import Console

    from fleet.district.load import load_or_refuse
    from fleet.patrol.floor import floor_of
    from fleet.patrol.load import load_patrol
    from fleet.patrol.load_schedule import load_schedule
    from fleet.patrol.planning import plan_patrol
    from fleet.patrol.schedule import quiet_kept
    from fleet.patrol.winds import Winds, read_winds
    from planner.airspace import AirspaceInvalid
    from planner.model import Wind
    from planner.patrol.search import Search

    if out is not None and not out.parent.is_dir():
        end_with(f"{out} cannot be written: there is no directory {out.parent}")
    if wind is not None and wind_by_hour is not None:
        end_with("give --wind or --wind-by-hour, not both", 2)
    blowing: Wind | Winds = Wind(*wind_of(wind)) if wind is not None else Wind()
    district = load_or_refuse(district_dir)
    try:
        if wind_by_hour is not None:
            blowing = read_winds(wind_by_hour)
        schedule = load_schedule(district_dir, district).file
        tasks = quiet_kept(load_patrol(file), schedule, district)
        with Console(stderr=True).status("where each task is looked at from") as status:

            def tell(done: int, best_wh: float | None) -> None:
                found = "no routes yet" if best_wh is None else f"{best_wh:.0f} Wh"
                status.update(f"{done} of {iterations} steps, {found}")

            planned = plan_patrol(district, tasks, blowing, Search(seed, iterations, seconds, tell))
            status.update("what is covered meanwhile")
            left = floor_of(planned, district, schedule.gates.least_coverage)
            planned = planned.model_copy(update={"floor": left})
        if out is not None:
            out.write_text(planned.model_dump_json(indent=1) + "\n", encoding="utf-8")
    except (Refusal, AirspaceInvalid) as refusal:
        end_with(str(refusal))
    except OSError as error:
        end_with(f"{out} cannot be written ({error.strerror})")
    if json:
        print_json(planned.model_dump(mode="json"))
    else:
        print_plan(planned)
    if not planned.sorties:
        raise typer.Exit(1)


@patrol.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="A plan, as `patrol plan --out` writes it.")],
    district_dir: InDistrict = DEFAULT,
    json: AsJson = False,
) -> None:
    """Check a plan's energy, hours, heights, no-fly volumes, ways down and coverage without the
    planner; exit 1 when anything does not hold. Where it would leave less 5-minute coverage than
    the schedule wants is told too; flights wait then."""
    from fleet.district.load import load_or_refuse
    from fleet.patrol.check import disturbances, plan_violations
    from fleet.patrol.floor import floor_of
    from fleet.patrol.load_schedule import load_schedule

    planned, district = read_plan(file), load_or_refuse(district_dir)
    try:
        schedule = load_schedule(district_dir, district).file
    except Refusal as refusal:
        end_with(str(refusal))
    found = [*plan_violations(planned, district), *disturbances(planned, schedule, district)]
    floor = floor_of(planned, district, schedule.gates.least_coverage)
    if json:
        told = {"violations": found, "floor": floor.model_dump(mode="json")}
        print_json({"sorties": len(planned.sorties), **told})
    else:
        for each in found:
            typer.echo(f"violation: {each}")
        for line in floor_words(floor):
            typer.echo(line)
        typer.echo(f"{len(found)} violation(s) in {file}")
    if found:
        raise typer.Exit(1)


@patrol.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="A plan, as `patrol plan --out` writes it.")],
    sortie: Annotated[str, typer.Option(help="Which flight of it, e.g. S001.")],
    to: Annotated[Path, typer.Option(help="FILE.plan or FILE.waypoints.")],
    district_dir: InDistrict = DEFAULT,
    json: AsJson = False,
) -> None:
    """Write one flight as a mission for ground stations: QGroundControl's .plan, or .waypoints."""
    from fleet.district.load import load_or_refuse
    from fleet.formats.plan_file import PlanFile
    from fleet.formats.qgc_plan import plan_text
    from fleet.formats.waypoints import waypoint_text
    from fleet.patrol.mission import patrol_mission
    from fleet.units.fence import fenced_file

    if to.suffix not in WRITTEN:
        end_with(f"--to must end in {', '.join(WRITTEN)}, not {to.name!r}", 2)
    planned, district = read_plan(file), load_or_refuse(district_dir)
    flight = next((each for each in planned.sorties if each.id == sortie), None)
    if flight is None:
        end_with(f"there is no flight {sortie} in {file}; it holds {len(planned.sorties)}")
    docks = {site.id: site for site in district.docks}
    if unknown := {flight.dock, flight.lands_at} - set(docks):
        end_with(f"{sortie} uses {', '.join(sorted(unknown))}, which {district.id} does not have")
    items = patrol_mission(flight, docks[flight.dock], docks[flight.lands_at]).items
    mission = fenced_file(PlanFile(items), district)
    text = plan_text(mission) if to.suffix == ".plan" else waypoint_text(mission)
    try:
        to.write_text(text, encoding="utf-8")
    except OSError as error:
        end_with(f"{to} cannot be written ({error.strerror})")
    if json:
        print_json({"file": str(to), "sortie": sortie, "dock": flight.dock, "items": len(items)})
    else:
        typer.echo(f"{to}: {len(items)} items, from {flight.dock} to {flight.lands_at}")


@patrol.command("solve")
def solve(
    file: Annotated[Path, typer.Argument(help="An instance in VRPLIB's format.")],
    rounding: Annotated[
        str, typer.Option(help="How costs are rounded: exact, round, trunc or dimacs.")
    ] = "exact",
    best: Annotated[
        float | None, typer.Option(min=0, help="The best known cost, to tell the gap to.")
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=1, help="Seconds that may be searched at the most.")
    ] = 120.0,
    iterations: Annotated[
        int, typer.Option(min=1, help="Steps of the search; it ends after so many.")
    ] = MOST_ITERATIONS,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same search.")] = 1,
    json: AsJson = False,
) -> None:
    """Solve a published routing instance with the search that plans patrols."""
    from rich.console import Console

    from fleet.patrol.vrplib import ROUNDINGS, solve_file
    from planner.patrol.search import Search

    if rounding not in ROUNDINGS:
        end_with(f"--rounding must be one of {', '.join(ROUNDINGS)}, not {rounding!r}", 2)
    with Console(stderr=True).status(f"reading {file}") as status:

        def tell(done: int, cost: float | None) -> None:
            status.update(f"{done} steps, {'no routes yet' if cost is None else f'{cost:.1f}'}")

        try:
            found = solve_file(file, rounding, Search(seed, iterations, seconds, tell))
        except Refusal as refusal:
            end_with(str(refusal))
    gap = None if not best else found.cost / best - 1
    if json:
        routes = [{"depot": depot, "clients": list(clients)} for depot, clients in found.routes]
        told = {"cost": found.cost, "best_known": best, "gap": gap, "seed": seed}
        print_json({**told, "iterations": found.iterations, "routes": routes})
        return
    for number, (depot, clients) in enumerate(found.routes, start=1):
        typer.echo(f"Route #{number} (depot {depot}): {' '.join(map(str, clients))}")
    against = "" if gap is None else f", {100 * gap:.2f} % over the best known"
    typer.echo(f"Cost {found.cost:.3f}{against} ({found.iterations} steps, seed {seed})")
