"""`dockfleet mission`: a sortie's mission, or one planned for a place, as a file for another ground
station or for looking at; and what a ground station's file would do in the district."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from fleet.cli.asking import ask, print_json
from fleet.cli.options import BROKER, AsJson, BrokerUrl, DistrictDir, DistrictId, place
from fleet.process import Refusal, end_with

if TYPE_CHECKING:
    from fleet.district.model import District
    from fleet.formats.plan_file import PlanFile
    from planner.model import Route

DEFAULT = Path("configs/longgang")
WRITTEN = (".plan", ".waypoints", ".kmz")
READ = (".plan", ".waypoints", ".txt")
LARGEST_BYTES = 4_000_000

mission = typer.Typer(help="Missions to and from other ground stations.", no_args_is_help=True)


class _Flight(NamedTuple):
    """A mission to be written: where it starts, its way, and when it lifted off if it has."""

    name: str
    dock: str
    route: Route
    stay_s: float
    lifts_off: datetime | None


@mission.command("export")
def export(
    to: Annotated[Path, typer.Option(help="FILE.plan, FILE.waypoints or FILE.kmz.")],
    sortie: Annotated[str | None, typer.Option(help="The mission of this sortie.")] = None,
    at: Annotated[
        str | None, typer.Option(help="LON,LAT: plan one, with the fleet at rest.")
    ] = None,
    dock: Annotated[str | None, typer.Option(help="From this dock; none: the best one's.")] = None,
    kind: Annotated[str, typer.Option(help="Kind of incident, with --at.")] = "fire",
    log: Annotated[
        str | None,
        typer.Option(help="Read the sortie from this event log, not from a running controller."),
    ] = None,
    district_dir: DistrictDir = DEFAULT,
    broker: BrokerUrl = BROKER,
    district: DistrictId = "longgang",
    json: AsJson = False,
) -> None:
    """Write a mission to a file: QGroundControl's .plan, .waypoints (QGC WPL 110), or .kmz."""
    from fleet.district.load import load_or_refuse

    if to.suffix not in WRITTEN:
        end_with(f"--to must end in {', '.join(WRITTEN)}, not {to.name!r}", 2)
    if (sortie is None) == (at is None):
        end_with("say either --sortie ID or --at LON,LAT", 2)
    configured = load_or_refuse(district_dir)
    if sortie is not None:
        flight = _flown(sortie, _requested(sortie, log, broker, district), configured)
    else:
        flight = _planned(configured, place(at or ""), dock, kind)
    plan = _plan_file(flight, configured)
    try:
        to.write_bytes(_content(to.suffix, plan, flight, configured))
    except OSError as error:
        end_with(f"{to} cannot be written ({error.strerror})")
    told = {"file": str(to), "mission": flight.name, "dock": flight.dock, **_totals(plan)}
    if json:
        print_json(told)
        return
    typer.echo(f"{to}: {told['items']} items, {told['distance_m']:.0f} m, from {flight.dock}")
    if to.suffix == ".waypoints":
        typer.echo("this format holds no fence; a .plan does")


@mission.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="FILE.plan or FILE.waypoints.")],
    district_dir: Annotated[
        Path, typer.Option("--in", help="The district.", envvar="DOCKFLEET_DISTRICT")
    ] = DEFAULT,
    json: AsJson = False,
) -> None:
    """Print what a file's mission amounts to and every violation; exit 1 when there are any."""
    from fleet.district.load import load_or_refuse
    from fleet.formats.check import mission_violations

    if file.suffix not in READ:
        end_with(f"FILE must end in {', '.join(READ)}, not {file.name!r}", 2)
    try:
        plan = read_file(file)
        found = mission_violations(plan, load_or_refuse(district_dir))
    except Refusal as refusal:
        end_with(str(refusal))
    if json:
        print_json({**_totals(plan), "violations": found})
    else:
        for key, value in _totals(plan).items():
            typer.echo(f"{key}: {round(value, 1) if isinstance(value, float) else value}")
        for each in found:
            typer.echo(f"violation: {each}")
        typer.echo(f"{len(found)} violation(s) in {file}")
    if found:
        raise typer.Exit(1)


def read_file(path: Path) -> PlanFile:
    """The mission of a ground station's file.

    Raises:
        Refusal: in one sentence, for what is no such file.
    """
    from fleet.formats.qgc_plan import read_plan
    from fleet.formats.waypoints import read_waypoints

    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise Refusal(f"{path} is larger than {LARGEST_BYTES} bytes; it holds no mission")
        text = path.read_bytes().decode()
    except OSError as error:
        raise Refusal(f"{path} cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise Refusal(f"{path} is no text: byte {error.start} is not UTF-8") from None
    read = read_plan if path.suffix == ".plan" else read_waypoints
    return read(path.name, text)


def _requested(sortie: str, log: str | None, broker: str, district: str) -> list[dict[str, Any]]:
    """The sortie's events, oldest first, as the controller tells them or as they are logged."""
    from fleet import contract as c

    if log is not None:
        return _logged(sortie, log)
    page = ask(broker, district, c.ListSorties(before=f"{sortie}~", limit=1))
    if not page["sorties"] or page["sorties"][0]["id"] != sortie:
        end_with(f"there is no sortie {sortie}")
    wanted = c.GetEvents(incident=page["sorties"][0]["incident"], limit=5000)
    events: list[dict[str, Any]] = ask(broker, district, wanted)["events"]
    return [event for event in events if event["subject"] == sortie]


def _logged(sortie: str, url: str) -> list[dict[str, Any]]:
    from fleet.controller.desk import event_view
    from fleet.log.store import EventLog

    try:
        with EventLog(url, create=False) as log:
            found = [event_view(r.seq, r.at, r.cause, r.fact) for r in log.read(subject=sortie)]
    except Refusal as refusal:
        end_with(str(refusal))
    if not found:
        end_with(f"there is no sortie {sortie} in {url}")
    return [event.model_dump(mode="json") for event in found]


def _flown(sortie: str, events: list[dict[str, Any]], district: District) -> _Flight:
    from pydantic import TypeAdapter

    from planner.model import Route

    asked = next((e for e in events if e["kind"] == "SortieRequested"), None)
    if asked is None:
        end_with(f"{sortie} is no sortie")
    lifted = (e["at"] for e in events if e["data"].get("trigger") == "took_off")
    told = asked["data"]
    expected = datetime.fromisoformat(asked["at"]) + timedelta(seconds=told["parts"]["launch_s"])
    lifts_off = next((datetime.fromisoformat(at) for at in lifted), expected)
    if told["dock"] not in {site.id for site in district.docks}:
        end_with(f"the sortie started at {told['dock']}, which is not in {district.id}")
    route = TypeAdapter(Route).validate_python(told["route"])
    return _Flight(f"sortie {sortie}", told["dock"], route, 0.0, lifts_off)


def _planned(district: District, at: tuple[float, float], dock: str | None, kind: str) -> _Flight:
    """As it would be flown with every drone on its pad and charged, in a calm."""
    from fleet.dispatch.forecast import picture_at_rest
    from fleet.district.place import locate
    from fleet.units.fence import airspace_of
    from planner.airspace import AirspaceInvalid
    from planner.dispatch import choose
    from planner.model import LonLat

    stays = {each.id: each.scene_s for each in district.kinds}
    docks = sorted(site.id for site in district.docks)
    if kind not in stays:
        end_with(f"unknown kind of incident {kind!r}; known are {', '.join(sorted(stays))}")
    if dock is not None and dock not in docks:
        end_with(f"there is no dock {dock}; the docks are {', '.join(docks)}")
    try:
        locate(district, *at)
        ranking = choose(
            airspace_of(district), picture_at_rest(district, LonLat(*at), kind)
        ).ranking
    except (Refusal, AirspaceInvalid) as refusal:
        end_with(str(refusal))
    offer = next(each for each in ranking if dock in (None, each.dock))
    if not offer.feasible or offer.route is None:
        reasons = "; ".join(reason.text for reason in offer.reasons)
        end_with(f"no mission can be planned from {offer.dock}: {reasons}")
    name = f"{kind} at {at[0]:.5f},{at[1]:.5f}"
    return _Flight(name, offer.dock, offer.route, stays[kind], None)


def _plan_file(flight: _Flight, district: District) -> PlanFile:
    from fleet.formats.plan_file import PlanFile
    from fleet.mavlink.mission_items import response_plan
    from fleet.units.fence import fenced_file

    site = next(site for site in district.docks if site.id == flight.dock)
    items = response_plan(flight.route, site.at, site.alt_amsl_m).items
    return fenced_file(PlanFile(items), district)


def _content(suffix: str, plan: PlanFile, flight: _Flight, district: District) -> bytes:
    from fleet.formats.kmz import Surroundings, kmz
    from fleet.formats.qgc_plan import plan_text
    from fleet.formats.track import passing_s, track
    from fleet.formats.waypoints import waypoint_text
    from fleet.mavlink.performance import performance_of

    if suffix == ".plan":
        return plan_text(plan).encode()
    if suffix == ".waypoints":
        return waypoint_text(plan).encode()
    drone = next(site.drone for site in district.docks if site.id == flight.dock)
    model = next(each.model for each in district.drones if each.id == drone)
    performance = performance_of({}, district.drone_models[model])
    times = list(passing_s(track(plan), performance, flight.stay_s))
    around = Surroundings(district.docks, district.volumes)
    return kmz(plan, flight.name, around, times, flight.lifts_off)


def _totals(plan: PlanFile) -> dict[str, Any]:
    from fleet.formats.check import totals

    return asdict(totals(plan))
