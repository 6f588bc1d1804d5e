"""A district's geometry, made once: polygons in degrees for asking, in metres for measuring.

Metres are EPSG:4547; areas are geodesic.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import shapely
from pyproj import Geod, Transformer
from shapely import Geometry, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from fleet.district.model import District, Ring, Subdistrict, Volume

_TO_M = Transformer.from_crs("EPSG:4326", "EPSG:4547", always_xy=True)
_WGS84 = Geod(ellps="WGS84")


class Shapes:
    """The subdistricts' tiles and the whole they make. Raises ``shapely.GEOSException`` for a
    polygon that is none; ``fleet.district.check`` tells those beforehand."""

    def __init__(self, district: District) -> None:
        self.subdistricts = district.subdistricts
        self.tiles: list[MultiPolygon] = [tile_of(each) for each in district.subdistricts]
        self.tiles_m: list[MultiPolygon] = [metres(tile) for tile in self.tiles]
        self.whole_m: BaseGeometry = shapely.union_all(self.tiles_m)
        self._asked = np.array(self.tiles)  # asked all in one call
        for shape in (*self.tiles, *self.tiles_m, self.whole_m):
            shapely.prepare(shape)

    def holder(self, lon: float, lat: float) -> Subdistrict | None:
        """The subdistrict at a position; on a shared border the first of the two."""
        at = np.flatnonzero(shapely.intersects_xy(self._asked, lon, lat))
        return self.subdistricts[at[0]] if len(at) else None

    def nearest(self, lon: float, lat: float) -> tuple[Subdistrict, float]:
        """The subdistrict nearest to a position, and how many metres off it is."""
        point = Point(lon, lat)
        lines = shapely.shortest_line(self.tiles, point)
        away = [_WGS84.geometry_length(line) for line in lines]
        at = int(np.argmin(away))
        return self.subdistricts[at], away[at]

    def tile_m(self, code: str) -> MultiPolygon:
        """The tile of a subdistrict, in metres."""
        return next(
            tile
            for tile, each in zip(self.tiles_m, self.subdistricts, strict=True)
            if each.code == code
        )


def tile_of(subdistrict: Subdistrict) -> MultiPolygon:
    return MultiPolygon([_polygon(rings) for rings in subdistrict.polygons])


def volume_m(volume: Volume) -> Polygon:
    """A no-fly volume without its buffer, in metres."""
    return cast(Polygon, metres(_polygon(volume.polygon)))


def metres(shape: Any) -> Any:
    return shapely.transform(shape, _projected, interleaved=False)  # type: ignore[arg-type]


def _projected(lon: Any, lat: Any) -> Any:
    return _TO_M.transform(lon, lat)


def point_m(lon: float, lat: float) -> Point:
    return Point(*_TO_M.transform(lon, lat))


def area_km2(shape: Geometry) -> float:
    """Of a shape in degrees."""
    return float(
        sum(abs(_WGS84.geometry_area_perimeter(part)[0]) for part in shapely.get_parts(shape)) / 1e6
    )


def _polygon(rings: tuple[Ring, ...]) -> Polygon:
    return shapely.orient_polygons(Polygon(rings[0], rings[1:]))
