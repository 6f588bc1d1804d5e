"""The polygons a vehicle was given to stay in and keep out of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import shapely
from pymavlink.dialects.v20 import ardupilotmega as mavlink


class Fence:
    """Built from fence items; rebuilt only when they are others."""

    def __init__(self) -> None:
        self._items: Sequence[Any] | None = None
        self._inside: list[shapely.Polygon] = []
        self._outside: list[shapely.Polygon] = []

    def load(self, items: Sequence[Any]) -> None:
        if items is self._items:
            return
        self._items = items
        self._inside, self._outside = [], []
        inclusion = mavlink.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_INCLUSION
        seq = 0
        while seq < len(items):
            corners = int(items[seq].param1)
            ring = [(item.y / 1e7, item.x / 1e7) for item in items[seq : seq + corners]]
            polygon = shapely.Polygon(ring)
            shapely.prepare(polygon)
            kept = self._inside if items[seq].command == inclusion else self._outside
            kept.append(polygon)
            seq += max(corners, 1)

    def allows(self, lon: float, lat: float) -> bool:
        """Inside all inclusions and outside all exclusions."""
        return all(shapely.contains_xy(polygon, lon, lat) for polygon in self._inside) and not any(
            shapely.contains_xy(polygon, lon, lat) for polygon in self._outside
        )
