"""The fence a drone carries on a flight, and the airspace the planner plans in: one made from the
other.

The autopilot turns back at the fence; the planner keeps ``KEEP_INSIDE_M`` inside it and out of the
buffered no-fly volumes, so that a flight as planned never touches it. An autopilot holds few
points: where they do not do for all no-fly volumes, a flight is given those that are near it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import numpy as np
import shapely
from pyproj import Transformer
from shapely.geometry import MultiPolygon, Polygon

from fleet.district.model import District
from fleet.district.shapes import volume_m
from fleet.formats.plan_file import PlanFile
from fleet.mavlink.mission import MissionItem
from fleet.mavlink.mission_items import Fence, FlightFence, FlightPlan, Position
from fleet.process import Refusal
from planner.airspace import Airspace, build
from planner.frame import to_metres
from planner.levels import CEILING_M
from planner.model import Landing, LonLat, Volume
from planner.relief import Relief

KEEP_INSIDE_M = 30.0
OUTSIDE_M = 20_000.0  # how far the no-fly volume around the district reaches
MOST_POINTS: Final = 64  # ArduCopter keeps 560 bytes of fence: some 66 points of a dozen polygons
OUTLINE_POINTS: Final = 16  # of them are the district's outline's, or more where volumes leave them
NEAR_M: Final = 1_000.0  # of the straight ways between any two places of a flight

_TO_DEG = Transformer.from_crs("EPSG:4547", "EPSG:4326", always_xy=True)


class Fences:
    """The fences of a district's flights: its outline with a margin to stay in, no-fly volumes to
    stay out of.

    Raises:
        Refusal: if a volume has more corners than an autopilot can hold.
    """

    def __init__(self, district: District) -> None:
        self._outline = outline(district)
        self._volumes = [(_ring(shape), shape) for shape in map(volume_m, district.volumes)]
        most = MOST_POINTS - len(self._outline)
        for volume, (ring, _) in zip(district.volumes, self._volumes, strict=True):
            if len(ring) > most:
                raise Refusal(
                    f"the no-fly volume {volume.id} has {len(ring)} corners; beside the "
                    f"district's outline a drone's fence holds {most}"
                )

    def around(self, places: Iterable[Position]) -> FlightFence:
        """Of a flight between these places, by any straight way: an autopilot that returns by
        itself takes one. The nearest volumes first, as many as fit."""
        hull = shapely.convex_hull(shapely.MultiPoint(to_metres(np.array(list(places)))))
        nearest = sorted((shape.distance(hull), i) for i, (_, shape) in enumerate(self._volumes))
        room = MOST_POINTS - len(self._outline)
        carried, near, left_out = list[tuple[Position, ...]](), 0, 0
        for away_m, i in nearest:
            ring, is_near = self._volumes[i][0], away_m <= NEAR_M
            if len(ring) > room:
                left_out += is_near
                continue
            carried.append(ring)
            room -= len(ring)
            near += is_near
        return FlightFence(Fence((self._outline,), tuple(carried)), near, left_out)

    def of(self, plan: FlightPlan) -> FlightPlan:
        """The plan with its fence: around all places that it leads to, and where its drone may
        land instead."""
        return replace(plan, fence=self.around(_places((*plan.items, *(plan.rally or ())))))


def fenced_file(plan: PlanFile, district: District) -> PlanFile:
    """A mission for other ground stations, with the fence that our own drone would fly it in."""
    around = Fences(district).around(_places((*plan.mission, *plan.rally)))
    return replace(plan, fence=around.fence)


def _places(items: Iterable[MissionItem]) -> list[Position]:
    return [(item.x, item.y) for item in items if item.x or item.y]


def outline(district: District) -> tuple[Position, ...]:
    """What every drone stays inside of: the district with its margin."""
    return _ring(_fence_m(district))


def airspace_of(district: District) -> Airspace:
    """The airspace to plan in: all around the district is a no-fly volume too."""
    inside = _fence_m(district).buffer(-KEEP_INSIDE_M, join_style="mitre")
    west, south, east, north = inside.bounds
    around = shapely.box(
        west - OUTSIDE_M, south - OUTSIDE_M, east + OUTSIDE_M, north + OUTSIDE_M
    ).difference(inside)
    outside = Volume("outside", "outside the fence", _rings(around))
    volumes = tuple(
        Volume(
            volume.id,
            volume.name.en,
            tuple(tuple(LonLat(*point) for point in ring) for ring in volume.polygon),
            volume.buffer_m,
        )
        for volume in district.volumes
    )
    docks = {site.id: LonLat(*site.at) for site in district.docks}
    landings = [
        Landing(point.id, LonLat(*point.at), point.alt_amsl_m) for point in district.rally_points
    ]
    terrain, clear_m = district.terrain, district.flight.clear_m
    relief = None if terrain is None else Relief(terrain, clear_m, CEILING_M)
    return build((*volumes, outside), docks, landings, relief)


def _fence_m(district: District) -> Polygon:
    """The district's outline with its margin, in metres, simplified outwards until it is small
    enough for an autopilot."""
    corners = sum(len(set(volume.polygon[0])) for volume in district.volumes)
    most = max(MOST_POINTS - corners, OUTLINE_POINTS)
    margin_m = district.flight.fence_margin_m
    whole = _largest(
        shapely.union_all(district.shapes.tiles_m).buffer(margin_m, join_style="mitre")
    )
    tolerance_m = 5.0
    fence = whole
    while len(fence.exterior.coords) - 1 > most:
        fence = _largest(whole.buffer(tolerance_m).simplify(tolerance_m))
        tolerance_m *= 1.5
    return Polygon(fence.exterior)


def _largest(shape: shapely.Geometry) -> Polygon:
    if isinstance(shape, MultiPolygon):
        return max(shape.geoms, key=lambda polygon: polygon.area)
    assert isinstance(shape, Polygon)
    return shape


def _ring(polygon_m: Polygon) -> tuple[tuple[float, float], ...]:
    """The outside of a polygon as lon, lat, without the repeated last point."""
    return tuple(_TO_DEG.transform(x, y) for x, y in polygon_m.exterior.coords[:-1])


def _rings(polygon_m: shapely.Geometry) -> tuple[tuple[LonLat, ...], ...]:
    assert isinstance(polygon_m, Polygon)
    rings = (polygon_m.exterior, *polygon_m.interiors)
    return tuple(tuple(LonLat(*_TO_DEG.transform(x, y)) for x, y in ring.coords) for ring in rings)
