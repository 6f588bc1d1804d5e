"""The fence every drone carries, and the airspace the planner plans in: one made from the other.

The autopilot turns back at the fence; the planner keeps ``KEEP_INSIDE_M`` inside it and out of the
buffered no-fly volumes, so that a flight as planned never touches it.
"""

from __future__ import annotations

import shapely
from pyproj import Transformer
from shapely.geometry import MultiPolygon, Polygon

from fleet.district.model import District
from fleet.district.shapes import volume_m
from fleet.mavlink.mission_items import Fence
from fleet.process import Refusal
from planner.airspace import Airspace, build
from planner.levels import CEILING_M
from planner.model import Landing, LonLat, Volume
from planner.relief import Relief

KEEP_INSIDE_M = 30.0
OUTSIDE_M = 20_000.0  # how far the no-fly volume around the district reaches
MOST_POINTS = 64  # ArduCopter keeps 560 bytes of fence: some 66 points of a dozen polygons
FEWEST_OUTLINE_POINTS = 12

_TO_DEG = Transformer.from_crs("EPSG:4547", "EPSG:4326", always_xy=True)


def district_fence(district: District) -> Fence:
    """The district with its margin to stay in, the no-fly volumes to stay out of.

    Raises:
        Refusal: if the volumes leave too few points for the outline.
    """
    return Fence(
        inclusions=(_ring(_fence_m(district)),),
        exclusions=tuple(_ring(volume_m(volume)) for volume in district.volumes),
    )


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
    most = MOST_POINTS - corners
    if most < FEWEST_OUTLINE_POINTS:
        raise Refusal(
            f"the no-fly volumes have {corners} corners; a drone's fence holds {MOST_POINTS} "
            f"points, and {FEWEST_OUTLINE_POINTS} of them are for the district's outline"
        )
    margin_m = district.flight.fence_margin_m
    outline = _largest(
        shapely.union_all(district.shapes.tiles_m).buffer(margin_m, join_style="mitre")
    )
    tolerance_m = 5.0
    fence = outline
    while len(fence.exterior.coords) - 1 > most:
        fence = _largest(outline.buffer(tolerance_m).simplify(tolerance_m))
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
