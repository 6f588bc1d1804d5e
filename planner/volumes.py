"""From no-fly volumes to the obstacles that paths go around."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from planner.frame import Points

NARROWEST_M = 2.0  # through narrower gaps between volumes nobody flies


def joined(shapes: Iterable[BaseGeometry]) -> BaseGeometry:
    """All volumes as one. Overlapping ones are joined, and gaps too narrow to fly are closed:
    volumes that share a border on the map leave one of millimetres, for what is straight in
    degrees is not in metres."""
    shapes = list(shapes)
    geometries = np.array(shapes, dtype=object)
    near = shapely.STRtree(geometries).query(geometries, predicate="dwithin", distance=NARROWEST_M)
    pairs = near.T.tolist()
    bridges = [_bridge(shapes[i], shapes[j]) for i, j in pairs if i < j]
    return shapely.union_all([*shapes, *bridges])


def _bridge(one: BaseGeometry, other: BaseGeometry) -> BaseGeometry:
    """What closes the gap between two volumes, reaching into both. Drawn in again with round
    joins: with sharp ones two that touch at a corner would still do so at a point only."""
    half_m = NARROWEST_M / 2
    closed = _wider(shapely.union(one, other), half_m).buffer(-half_m, quad_segs=2)
    near_both = shapely.intersection(_wider(one, NARROWEST_M), _wider(other, NARROWEST_M))
    return shapely.intersection(closed, near_both)


def _wider(shape: BaseGeometry, by_m: float) -> BaseGeometry:
    return shape.buffer(by_m, join_style="mitre")


def without_pockets(obstacles: BaseGeometry, docks_m: Points) -> BaseGeometry:
    """The obstacles, with what they enclose counted to them where no dock stands in it: it cannot
    be reached, and is no place to offer."""
    filled = []
    for part in shapely.get_parts(obstacles):
        holes = [
            ring
            for ring in part.interiors
            if shapely.intersects_xy(shapely.Polygon(ring), docks_m[:, 0], docks_m[:, 1]).any()
        ]
        filled.append(shapely.Polygon(part.exterior, holes))
    return shapely.union_all(filled)
