"""What the photos of a plan show of its lines and areas, and where it flies that it may not; in an
equidistant projection about each, not the planner's."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from fleet.district.model import District
from fleet.patrol.book import part_of
from fleet.patrol.file import Area, Line, Task
from fleet.patrol.plan import PatrolPlan, Stage
from fleet.units.fence import outline

TOUCH_M = 1.0  # so deep a way may run in the edge of a no-fly volume: rounding
KEEP_OUT_M = 2.0  # of no-fly volumes, in which nobody asks to be shown what is there


def trespasses(plan: PatrolPlan, district: District) -> Iterator[str]:
    """Ways and looks that cross a no-fly volume or leave the district's fence."""
    here = Local(*district.docks[0].at)
    closed = {each.id: here.volume(each.polygon, each.buffer_m) for each in district.volumes}
    inside = here.volume((outline(district),), 0.0)
    docks = {site.id: site.at for site in district.docks}
    for volume in closed.values():
        shapely.prepare(volume)
    for sortie in plan.sorties:
        points = [docks[sortie.dock]] if sortie.dock in docks else []
        points += [(p[0], p[1]) for stage in sortie.stages for p in stage.points]
        way = here.line(points)
        for name, volume in closed.items():
            if way.intersects(volume) and way.intersects(volume.buffer(-TOUCH_M)):
                yield f"{sortie.id}: it flies through {name}"
        if not inside.covers(way):
            yield f"{sortie.id}: it leaves the district's fence"


def seen_shares(
    plan: PatrolPlan, tasks: dict[str, Task], district: District
) -> Iterator[tuple[str, float]]:
    """Of each line and area that is looked at in full, how much of what may be flown over is seen
    at the asked overlap."""
    told = partly_seen(plan)
    looks: dict[str, list[Stage]] = defaultdict(list)
    for stage in (stage for each in plan.sorties for stage in each.stages):
        if stage.task:
            looks[stage.task].append(stage)
    for task in tasks.values():
        if task.id in told or not isinstance(task, Line | Area):
            continue
        here = Local(*(task.path[0] if isinstance(task, Line) else task.polygon[0][0]))
        asked: BaseGeometry = (
            here.line(task.path) if isinstance(task, Line) else here.volume(task.polygon, 0.0)
        )
        for each in district.volumes:
            asked = asked.difference(here.volume(each.polygon, each.buffer_m + KEEP_OUT_M))
        asked = asked.intersection(here.district(district))
        camera = plan.patrol.cameras[task.camera]
        across_m = 2 * task.height_m * math.tan(math.radians(camera.across_deg / 2))
        if isinstance(task, Area):
            across_m *= 1 - task.side_overlap
        seen = _seen(here, looks[task.id], across_m)
        whole = asked.length if isinstance(task, Line) else asked.area
        if whole == 0:
            continue  # none of it may be flown over
        part = asked.intersection(seen)
        yield task.id, (part.length if isinstance(task, Line) else part.area) / whole


def partly_seen(plan: PatrolPlan) -> set[str]:
    """Tasks of which all, or some part at all its hours, is listed as not served."""
    flown = {
        part_of(str(stage.task), str(stage.visit))
        for each in plan.sorties
        for stage in each.stages
        if stage.what == "look"
    }
    return {
        one.task
        for one in plan.unserved
        if one.visit is None or part_of(one.task, one.visit) not in flown
    }


def _seen(here: Local, stages: Iterable[Stage], across_m: float) -> BaseGeometry:
    strips = []
    for stage in stages:
        points = [here.point(p[0], p[1]) for p in stage.points]
        for (x, y), (to_x, to_y) in pairwise(points):
            length_m = math.hypot(to_x - x, to_y - y)
            if length_m == 0:
                continue
            ahead = (stage.photo_step_m or 0.0) / 2 / length_m
            dx, dy = (to_x - x) * ahead, (to_y - y) * ahead
            line = shapely.LineString([(x - dx, y - dy), (to_x + dx, to_y + dy)])
            strips.append(line.buffer(across_m / 2, cap_style="flat"))
    return shapely.union_all(strips)


class Local:
    """Metres east and north of one place."""

    def __init__(self, lon: float, lat: float) -> None:
        about = f"+proj=aeqd +lat_0={lat} +lon_0={lon} +datum=WGS84 +units=m"
        self._to_m = Transformer.from_crs("EPSG:4326", about, always_xy=True)

    def point(self, lon: float, lat: float) -> tuple[float, float]:
        x, y = self._to_m.transform(lon, lat)
        return x, y

    def line(self, lon_lats: Iterable[tuple[float, float]]) -> shapely.LineString:
        return shapely.LineString([self.point(*each) for each in lon_lats])

    def volume(
        self, rings: tuple[tuple[tuple[float, float], ...], ...], buffer_m: float
    ) -> BaseGeometry:
        outside, *holes = ([self.point(*each) for each in ring] for ring in rings)
        return shapely.Polygon(outside, holes).buffer(buffer_m)

    def district(self, district: District) -> BaseGeometry:
        tiles = [
            self.volume(polygon, 0.01)  # neighbours' edges are one
            for each in district.subdistricts
            for polygon in each.polygons
        ]
        return shapely.union_all(tiles)
