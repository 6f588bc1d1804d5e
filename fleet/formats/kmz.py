"""A mission for looking at in Google Earth and its like: a KMZ, which is a zip of one KML document.

Heights are above mean sea level, the no-fly volumes stand from the ground to the ceiling.
https://developers.google.com/kml/documentation/kmlreference
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from xml.etree import ElementTree as Xml

from fleet.district.model import DockSite, Volume
from fleet.formats.check import CEILING_M
from fleet.formats.plan_file import PlanFile
from fleet.formats.track import TrackPoint, track

NAMESPACE = "http://www.opengis.net/kml/2.2"
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # a zip's first day: equal missions make equal files

# Colours are alpha, blue, green, red.
_STYLES = {
    "path": ("ff00a5ff", "6000a5ff"),
    "volume": ("ff0000ff", "400000ff"),
    "fence": ("ff00c800", "00000000"),
}

_Ring = Iterable[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is shown around a mission."""

    docks: tuple[DockSite, ...] = ()
    volumes: tuple[Volume, ...] = ()


def kmz(
    plan: PlanFile,
    name: str,
    around: Surroundings,
    passing_s: Sequence[float],
    lifts_off: datetime | None,
) -> bytes:
    """``passing_s`` are the seconds from lifting off to each point of the plan's track; with
    ``lifts_off`` the points have their time of day too."""
    kml = Xml.Element("kml", xmlns=NAMESPACE)
    document = _put(kml, "Document", name=name)
    for style, colours in _STYLES.items():
        _style(document, style, *colours)
    points = track(plan)
    _path(document, name, points, plan.home.z)
    passed = _put(document, "Folder", name="times from lift-off")
    for point, after_s in zip(points, passing_s, strict=True):
        _passed(passed, point, plan.home.z, after_s, lifts_off)
    _surroundings(document, plan, around)
    return _zipped(Xml.tostring(kml, encoding="utf-8", xml_declaration=True))


def _path(
    document: Xml.Element, name: str, points: tuple[TrackPoint, ...], home_amsl_m: float
) -> None:
    placemark = _put(document, "Placemark", name=f"way of {name}", styleUrl="#path")
    _put(
        placemark,
        "LineString",
        extrude="1",
        altitudeMode="absolute",
        coordinates=" ".join(_place(point, home_amsl_m) for point in points),
    )


def _passed(
    folder: Xml.Element,
    point: TrackPoint,
    home_amsl_m: float,
    after_s: float,
    lifts_off: datetime | None,
) -> None:
    minutes, seconds = divmod(round(after_s), 60)
    label = "take-off point" if point.seq == 0 else point.word
    placemark = _put(folder, "Placemark", name=f"T+{minutes}:{seconds:02d} {label}")
    if lifts_off is not None:
        when = (lifts_off + timedelta(seconds=after_s)).isoformat(timespec="seconds")
        _put(placemark, "TimeStamp", when=when)
    _put(placemark, "Point", altitudeMode="absolute", coordinates=_place(point, home_amsl_m))


def _surroundings(document: Xml.Element, plan: PlanFile, around: Surroundings) -> None:
    volumes = _put(document, "Folder", name="no-fly volumes")
    for volume in around.volumes:
        label = f"{volume.name.zh} {volume.name.en}"
        _area(volumes, label, "volume", volume.polygon, CEILING_M)
    fence = _put(document, "Folder", name="fence")
    for ring in plan.fence.inclusions:
        _area(fence, "stay in", "fence", (ring,), 0.0)
    docks = _put(document, "Folder", name="docks")
    for dock in around.docks:
        placemark = _put(docks, "Placemark", name=f"{dock.id} {dock.name.zh} {dock.name.en}")
        _put(placemark, "Point", coordinates=f"{dock.at[0]!r},{dock.at[1]!r},0")


def _area(folder: Xml.Element, label: str, style: str, rings: Iterable[_Ring], up_m: float) -> None:
    placemark = _put(folder, "Placemark", name=label, styleUrl=f"#{style}")
    mode = "relativeToGround" if up_m else "clampToGround"
    polygon = _put(placemark, "Polygon", extrude=str(int(up_m > 0)), altitudeMode=mode)
    for number, ring in enumerate(rings):
        corners = list(ring)
        closed = corners if corners[0] == corners[-1] else [*corners, corners[0]]
        text = " ".join(f"{lon!r},{lat!r},{up_m:g}" for lon, lat in closed)
        boundary = _put(polygon, "innerBoundaryIs" if number else "outerBoundaryIs")
        _put(boundary, "LinearRing", coordinates=text)


def _place(point: TrackPoint, home_amsl_m: float) -> str:
    """A height above the ground is shown above the take-off point: that ground is not known."""
    above_m = point.height_m if point.above_take_off_m is None else point.above_take_off_m
    return f"{point.lon!r},{point.lat!r},{home_amsl_m + above_m:.2f}"


def _style(document: Xml.Element, style: str, line: str, fill: str) -> None:
    element = _put(document, "Style")
    element.set("id", style)
    _put(element, "LineStyle", color=line, width="3")
    _put(element, "PolyStyle", color=fill)


def _put(parent: Xml.Element, tag: str, **children: str) -> Xml.Element:
    element = Xml.SubElement(parent, tag)
    for name, text in children.items():
        Xml.SubElement(element, name).text = text
    return element


def _zipped(kml: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("doc.kml", LONG_AGO), kml, zipfile.ZIP_DEFLATED)
    return target.getvalue()
