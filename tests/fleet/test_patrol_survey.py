"""Where the camera goes for a task, beside the no-fly volumes of Longgang."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from fleet.dispatch.forecast import candidates_at_rest
from fleet.district.load import load
from fleet.district.model import Name
from fleet.patrol.file import Area, Camera, Line, Point, Task
from fleet.patrol.survey import LONGEST_PART_S, Flyer, Survey, Unreachable, survey
from fleet.units.fence import airspace_of
from planner.frame import to_degrees, to_metres
from planner.model import Wind
from planner.patrol.sweep import strips

LONGGANG = load(Path("configs/longgang"))
AIRSPACE = airspace_of(LONGGANG)
FLYER = Flyer(candidates_at_rest(LONGGANG)[0].performance, Wind(5, 60))
CAMERA = Camera(across_deg=72, along_deg=58)
COMMON = {"id": "T1", "name": Name(zh="试", en="trial"), "kind": "trial", "camera": "wide"}
VOLUME = LONGGANG.volumes[3]
CLOSED_M = shapely.Polygon(to_metres(np.array(VOLUME.polygon[0]))).buffer(VOLUME.buffer_m)


def degrees(points_m: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    return tuple((lon, lat) for lon, lat in to_degrees(np.array(points_m)).tolist())


def surveyed(task: Task) -> Survey:
    return survey(task, CAMERA, AIRSPACE, FLYER)


def flies_clear(found: Survey) -> bool:
    closed = AIRSPACE.obstacles.buffer(-0.01)
    return not any(shapely.LineString(part).intersects(closed) for part in found.parts)


@pytest.mark.parametrize("number", range(len(LONGGANG.volumes)))
def test_an_area_around_a_no_fly_volume_is_seen_but_for_the_volume(number: int) -> None:
    volume = LONGGANG.volumes[number]
    about = shapely.Polygon(to_metres(np.array(volume.polygon[0]))).buffer(volume.buffer_m + 200)
    box = shapely.box(*about.bounds)
    ring = degrees(shapely.get_coordinates(box).tolist())
    found = surveyed(
        Area(**COMMON, height_m=110, speed_ms=10, side_overlap=0.5, polygon=(ring,))  # type: ignore[arg-type]
    )
    assert found.swath is not None
    clear = box.difference(AIRSPACE.obstacles.buffer(1.0, join_style="mitre"))
    assert clear.intersection(strips(found.parts, found.swath)).area >= 0.995 * clear.area
    assert flies_clear(found)


def test_a_line_through_a_no_fly_volume_is_flown_in_parts_on_either_side_of_it() -> None:
    west, south, east, north = CLOSED_M.bounds
    middle = (south + north) / 2
    path = degrees([(west - 400, middle), (east + 400, middle)])
    found = surveyed(Line(**COMMON, height_m=90, speed_ms=10, path=path))  # type: ignore[arg-type]
    assert len(found.parts) >= 2
    assert 0 < found.clear_share < 1
    assert flies_clear(found)


def test_a_long_line_is_flown_in_parts_short_enough_for_one_flight() -> None:
    path = ((114.232, 22.756), (114.262, 22.776), (114.232, 22.757), (114.262, 22.777))
    found = surveyed(Line(**COMMON, height_m=90, speed_ms=5, path=path))  # type: ignore[arg-type]
    lengths = [shapely.LineString(part).length for part in found.parts]
    assert len(found.parts) > 1
    assert max(lengths) <= 5 * LONGEST_PART_S + 1e-6


def test_a_point_in_a_no_fly_volume_is_looked_at_from_beside_it_if_that_is_near_enough() -> None:
    inside = CLOSED_M.representative_point()
    at = degrees([(inside.x, inside.y)])[0]
    away_m = AIRSPACE.obstacles.boundary.distance(inside)
    like = {**COMMON, "height_m": 80, "dwell_s": 30, "at": at}
    with pytest.raises(Unreachable, match=VOLUME.id):
        surveyed(Point(**like, stand_off_m=away_m / 2))  # type: ignore[arg-type]
    [stand] = surveyed(Point(**like, stand_off_m=away_m + 2)).parts  # type: ignore[arg-type]
    assert not AIRSPACE.forbids(stand)
