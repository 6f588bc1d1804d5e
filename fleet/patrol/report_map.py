"""The map of a patrol report as marks on a sheet, for page and document alike. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple

from fleet import contract as c

Place = tuple[float, float]
Style = Literal["district", "footprint", "way", "seen", "partly", "unseen", "finding"]
COLOURS: dict[Style, str] = {
    "district": "#c3ccd6",
    "footprint": "#9fd8c8",
    "way": "#b98900",
    "seen": "#08634a",
    "partly": "#816004",
    "unseen": "#d50f0e",
    "finding": "#7a2fb0",
}


class Mark(NamedTuple):
    """``points`` are right and down of the sheet's upper left corner; of a dot there is one."""

    form: Literal["polygon", "line", "dot"]
    points: tuple[Place, ...]
    style: Style


class Sheet(NamedTuple):
    width: float
    height: float
    marks: tuple[Mark, ...]


def sheet_of(report: c.PatrolReport, outlines: Iterable[tuple[Place, ...]], width: float) -> Sheet:
    """North up; ``outlines`` are rings of the district's parts."""
    rings = list(outlines)
    lons, lats = zip(*(place for ring in rings for place in ring), strict=True)
    west, north = min(lons), max(lats)
    squeeze = math.cos(math.radians((north + min(lats)) / 2))
    scale = width / ((max(lons) - west) * squeeze)
    height = (north - min(lats)) * scale

    def put(places: Iterable[Any]) -> tuple[Place, ...]:
        return tuple(
            (round((p[0] - west) * squeeze * scale, 1), round((north - p[1]) * scale, 1))
            for p in places
        )

    marks = [Mark("polygon", put(ring), "district") for ring in rings]
    for task in report.tasks:
        if task.footprint is not None:
            outer = (polygon[0] for polygon in task.footprint["coordinates"])
            marks += (Mark("polygon", put(ring), "footprint") for ring in outer)
    marks += (Mark("line", put(each.way), "way") for each in report.flights if each.way)
    for task in report.tasks:
        marks += (Mark(form, put(at), style_of(task)) for form, at in _parts(task.shape))
    marks += (Mark("dot", put([(e.lon, e.lat)]), "finding") for e in report.findings)
    return Sheet(width, round(height, 1), tuple(marks))


def style_of(task: c.ReportedTask) -> Style:
    """By how many of its looks were made."""
    seen = sum(look.seen_at is not None for look in task.looks)
    return "seen" if seen == len(task.looks) else "partly" if seen else "unseen"


def _parts(shape: dict[str, Any]) -> Iterator[tuple[Literal["polygon", "line", "dot"], Any]]:
    if shape["type"] == "Point":
        yield "dot", [shape["coordinates"]]
    elif shape["type"] == "LineString":
        yield "line", shape["coordinates"]
    else:
        yield "polygon", shape["coordinates"][0]
