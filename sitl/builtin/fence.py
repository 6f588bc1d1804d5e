"""The polygons a vehicle was given to stay in and keep out of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import shapely
from pymavlink.dialects.v20 import ardupilotmega as mavlink
from shapely.geometry.base import BaseGeometry


class Fence:
    """Built from fence items; rebuilt only when they are others."""

    def __init__(self) -> None:
        self._items: Sequence[Any] | None = None
        self._region: BaseGeometry | None = None  # None: everywhere
        self._asked: tuple[tuple[float, float], bool] | None = None  # a parked vehicle stays put

    def load(self, items: Sequence[Any]) -> None:
        if items is self._items:
            return
        self._items, self._asked = items, None
        inside: list[BaseGeometry] = []
        outside: list[BaseGeometry] = []
        inclusion = mavlink.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_INCLUSION
        seq = 0
        while seq < len(items):
            corners = int(items[seq].param1)
            ring = [(item.y / 1e7, item.x / 1e7) for item in items[seq : seq + corners]]
            kept = inside if items[seq].command == inclusion else outside
            kept.append(shapely.Polygon(ring))
            seq += max(corners, 1)
        self._region = _region(inside, outside)

    def allows(self, lon: float, lat: float) -> bool:
        """Inside all inclusions and outside all exclusions."""
        if self._region is None:
            return True
        if self._asked is None or self._asked[0] != (lon, lat):
            self._asked = (lon, lat), bool(shapely.contains_xy(self._region, lon, lat))
        return self._asked[1]


def _region(inside: list[BaseGeometry], outside: list[BaseGeometry]) -> BaseGeometry | None:
    if not inside and not outside:
        return None
    everywhere = shapely.box(-180.0, -90.0, 180.0, 90.0)
    region = shapely.intersection_all([everywhere, *inside])
    region = shapely.difference(region, shapely.union_all(outside))
    shapely.prepare(region)
    return region
