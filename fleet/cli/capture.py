"""`dockfleet capture`: plan a panorama or the pictures for a 3D model, and write the mission."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fleet.cli.asking import print_json
from fleet.cli.options import AsJson, place, wind_of
from fleet.process import Refusal, end_with

if TYPE_CHECKING:
    from fleet.capture.flight import CaptureFlight
    from fleet.capture.subject import Subject
    from fleet.district.model import District
    from planner.model import LonLat

DEFAULT = Path("configs/longgang")
WRITTEN = (".plan", ".waypoints")
FEWEST_CORNERS = 3
METRES_A_DEGREE = 111_319.49
DOWN_AND_OBLIQUE = [-90.0, -55.0]

At = Annotated[str | None, typer.Option(help="LON,LAT in WGS-84.")]
Dock = Annotated[str | None, typer.Option(help="From this dock; none: the one it takes least.")]
InWind = Annotated[str | None, typer.Option(help="The wind to plan for, SPEED@FROM, e.g. 5@60.")]
To = Annotated[Path | None, typer.Option(help="Write the mission to FILE.plan or FILE.waypoints.")]
InDistrict = Annotated[
    Path, typer.Option("--in", help="The district.", envvar="DOCKFLEET_DISTRICT")
]

capture = typer.Typer(help="Plan panoramas and pictures for 3D models.", no_args_is_help=True)


@capture.command("panorama")
def panorama(
    at: Annotated[str, typer.Option(help="LON,LAT in WGS-84.")],
    height: Annotated[float, typer.Option(min=10, max=120, help="Metres above the ground.")] = 60,
    overlap: Annotated[float, typer.Option(help="Of a picture and the next, 0.1 to 0.8.")] = 0.3,
    top: Annotated[float, typer.Option(help="Degrees above the horizon it reaches to.")] = 10,
    dock: Dock = None,
    wind: InWind = None,
    to: To = None,
    district_dir: InDistrict = DEFAULT,
    json: AsJson = False,
) -> None:
    """All the way round from one place, from above the horizon to straight down."""
    from fleet.capture.subject import optics_of, panorama_of
    from fleet.district.load import load_or_refuse
    from fleet.district.place import locate
    from planner.model import LonLat

    there = LonLat(*place(at))
    _check_file(to)
    district = load_or_refuse(district_dir)
    try:
        locate(district, *there)
        optics = optics_of(district, _drone_model(district, dock))
        subject = panorama_of(district, optics, there, height, overlap, top)
    except Refusal as refusal:
        end_with(str(refusal))
    _tell(district, subject, dock, wind, to, json)


@capture.command("model")
def model(
    corner: Annotated[
        list[str] | None, typer.Option(help="LON,LAT of a corner of the area; three or more.")
    ] = None,
    at: At = None,
    size: Annotated[
        float, typer.Option(min=5, max=2000, help="With --at: the side of a square, metres.")
    ] = 60,
    height: Annotated[float, typer.Option(min=10, max=120, help="Metres above the ground.")] = 80,
    objects: Annotated[
        float, typer.Option(min=0, max=110, help="How high what stands there is, metres.")
    ] = 0,
    pitch: Annotated[
        list[float] | None,
        typer.Option(help="Where the camera looks, degrees; several. [-90 and -55]"),
    ] = None,
    front: Annotated[float, typer.Option(help="Overlap along a pass, 0.5 to 0.95.")] = 0.8,
    side: Annotated[float, typer.Option(help="Overlap between passes, 0.5 to 0.95.")] = 0.7,
    speed: Annotated[float, typer.Option(min=1, max=15, help="Metres a second, at most.")] = 6,
    dock: Dock = None,
    wind: InWind = None,
    to: To = None,
    district_dir: InDistrict = DEFAULT,
    json: AsJson = False,
) -> None:
    """Pictures for a 3D model of an area: straight down, and oblique ones both ways across."""
    from fleet.capture.subject import ModelWish, model_of, optics_of
    from fleet.district.load import load_or_refuse
    from fleet.district.place import locate
    from planner.capture.crosshatch import Overlap

    corners = _corners(corner, at, size)
    _check_file(to)
    wish = ModelWish(height, objects, tuple(pitch or DOWN_AND_OBLIQUE), Overlap(front, side), speed)
    district = load_or_refuse(district_dir)
    try:
        for each in corners:
            locate(district, *each)
        optics = optics_of(district, _drone_model(district, dock))
        subject = model_of(district, optics, corners, wish)
    except Refusal as refusal:
        end_with(str(refusal))
    _tell(district, subject, dock, wind, to, json)


def _corners(corner: list[str] | None, at: str | None, size_m: float) -> list[LonLat]:
    from planner.model import LonLat

    if (corner is None) == (at is None):
        end_with("say either --corner LON,LAT three times or more, or --at LON,LAT", 2)
    if at is None:
        corners = [LonLat(*place(each)) for each in corner or ()]
        if len(corners) < FEWEST_CORNERS:
            end_with(f"an area has {FEWEST_CORNERS} corners at the least, not {len(corners)}", 2)
        return corners
    lon, lat = place(at)
    north = size_m / 2 / METRES_A_DEGREE
    east = north / math.cos(math.radians(lat))
    signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    return [LonLat(lon + x * east, lat + y * north) for x, y in signs]


def _check_file(to: Path | None) -> None:
    if to is not None and to.suffix not in WRITTEN:
        end_with(f"--to must end in {', '.join(WRITTEN)}, not {to.name!r}", 2)


def _drone_model(district: District, dock: str | None) -> str:
    """That of the dock's drone; of the first dock's where there is none of that name."""
    docks = {site.id: site.drone for site in district.docks}
    drone = docks.get(dock or "", docks[min(docks)])
    return next(each.model for each in district.drones if each.id == drone)


def _tell(
    district: District,
    subject: Subject,
    dock: str | None,
    wind: str | None,
    to: Path | None,
    json: bool,
) -> None:
    from fleet.capture.flight import capture_flight
    from fleet.capture.mission import capture_mission
    from fleet.capture.told import lines_of, told_of
    from planner.airspace import AirspaceInvalid
    from planner.model import Wind

    blowing = Wind(*wind_of(wind)) if wind is not None else Wind()
    try:
        flight = capture_flight(district, subject, blowing, dock)
    except (Refusal, AirspaceInvalid) as refusal:
        end_with(str(refusal))
    items = len(capture_mission(flight))
    if to is not None:
        _write(to, flight, district)
    if json:
        told: dict[str, Any] = told_of(flight)
        print_json({**told, "items": items, "file": None if to is None else str(to)})
        return
    for line in lines_of(flight):
        typer.echo(line)
    if to is not None:
        typer.echo(f"{to}: {items} items, from {flight.dock.id} and back")


def _write(to: Path, flight: CaptureFlight, district: District) -> None:
    from fleet.capture.mission import capture_mission
    from fleet.formats.plan_file import PlanFile
    from fleet.formats.qgc_plan import plan_text
    from fleet.formats.waypoints import waypoint_text
    from fleet.units.fence import fenced_file

    mission = fenced_file(PlanFile(capture_mission(flight)), district)
    text = plan_text(mission) if to.suffix == ".plan" else waypoint_text(mission)
    try:
        to.write_text(text, encoding="utf-8")
    except OSError as error:
        end_with(f"{to} cannot be written ({error.strerror})")
