"""Which points see each other past polygons: exact but for a tenth of a millimetre.

The polygons are drawn in by ``GRAZE_M`` before segments are tested against their edges, so that
touching a corner or running along an edge is allowed and crossing the inside is not.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from planner.frame import Points

GRAZE_M = 1e-4
CHUNK = 2_000_000  # segment-edge pairs tested at once, to bound memory

Edges = NDArray[np.float64]  # shape (n, 4): x1, y1, x2, y2
Booleans = NDArray[np.bool_]


def edges_of(obstacles: BaseGeometry) -> Edges:
    """The edges of the obstacles, drawn in, the inside to the left of each."""
    drawn_in = obstacles.buffer(-GRAZE_M, join_style="mitre", mitre_limit=50.0)
    rows = []
    for polygon in map(shapely.geometry.polygon.orient, polygons_of(drawn_in)):
        for ring in (polygon.exterior, *polygon.interiors):
            xy = np.asarray(ring.coords)
            rows.append(np.hstack((xy[:-1], xy[1:])))
    return np.vstack(rows) if rows else np.empty((0, 4))


def corners_of(obstacles: BaseGeometry) -> Points:
    """The corners that a shortest path can turn at: those where the obstacle juts out."""
    corners = []
    for polygon in polygons_of(obstacles):
        polygon = shapely.geometry.polygon.orient(polygon)
        for ring in (polygon.exterior, *polygon.interiors):
            xy = np.asarray(ring.coords)[:-1]
            before, after = np.roll(xy, 1, axis=0), np.roll(xy, -1, axis=0)
            # with the inside to the left of every ring, a left turn juts out
            corners.append(xy[_cross(xy - before, after - xy) > 0])
    return np.vstack(corners) if corners else np.empty((0, 2))


def polygons_of(shape: BaseGeometry) -> list[shapely.Polygon]:
    return [part for part in shapely.get_parts(shape) if isinstance(part, shapely.Polygon)]


def sees(eyes: Points, others: Points, edges: Edges) -> Booleans:
    """Whether each of ``eyes`` (n) sees each of ``others`` (m): shape (n, m)."""
    seen = np.ones((len(eyes), len(others)), dtype=np.bool_)
    if len(edges) == 0 or seen.size == 0:
        return seen
    step = max(1, CHUNK // max(1, len(others) * len(edges)))
    for first in range(0, len(eyes), step):
        seen[first : first + step] = ~_any_crossed(eyes[first : first + step], others, edges)
    return seen


def sees_from(eye: Points, others: Points, edges: Edges, others_left: Booleans) -> Booleans:
    """``sees`` for one eye, shape (2,), and others of which it is known on which side of each
    edge they lie (``left_of``). From outside a line of sight can only enter where it crosses an
    edge from its right to its left: the half of the edges that face away is left out. So an eye
    inside a polygon sees out of it."""
    along = edges[:, 2:] - edges[:, :2]
    off = eye - edges[:, :2]
    facing = np.flatnonzero(along[:, 0] * off[:, 1] <= along[:, 1] * off[:, 0])
    if len(facing) == 0:
        return np.ones(len(others), dtype=np.bool_)
    starts, ends = edges[facing, :2] - eye, edges[facing, 2:] - eye
    way = others - eye
    east, north = way[:, 0, None], way[:, 1, None]
    passes_start = east * starts[:, 1] > north * starts[:, 0]
    passes_end = east * ends[:, 1] > north * ends[:, 0]
    blocked = (passes_start != passes_end) & others_left[:, facing]
    seen: Booleans = ~blocked.any(axis=1)
    return seen


def left_of(points: Points, edges: Edges) -> Booleans:
    """Whether each point (row) lies to the left of each edge (column)."""
    left: Booleans = _sides(points, edges[:, :2], edges[:, 2:] - edges[:, :2]) > 0
    return left


def _any_crossed(eyes: Points, others: Points, edges: Edges) -> Booleans:
    """Whether the segment between each pair properly crosses any edge."""
    starts, ends = edges[:, :2], edges[:, 2:]
    along = ends - starts
    # on which side of each edge's line the end points lie: shapes (n, e) and (m, e)
    side_eye = _sides(eyes, starts, along)
    side_other = _sides(others, starts, along)
    apart = (side_eye[:, None, :] > 0) != (side_other[None, :, :] > 0)
    # on which side of the segment's line the edge's ends lie: shape (n, m, e)
    way = others[None, :, :] - eyes[:, None, :]
    to_start = starts[None, :, :] - eyes[:, None, :]
    to_end = ends[None, :, :] - eyes[:, None, :]
    side_start = way[:, :, None, 0] * to_start[:, None, :, 1]
    side_start -= way[:, :, None, 1] * to_start[:, None, :, 0]
    side_end = way[:, :, None, 0] * to_end[:, None, :, 1]
    side_end -= way[:, :, None, 1] * to_end[:, None, :, 0]
    crossed: Booleans = (apart & ((side_start > 0) != (side_end > 0))).any(axis=2)
    return crossed


def _sides(points: Points, starts: Points, along: Points) -> NDArray[np.float64]:
    off = points[:, None, :] - starts[None, :, :]
    sides: NDArray[np.float64] = along[None, :, 0] * off[:, :, 1] - along[None, :, 1] * off[:, :, 0]
    return sides


def _cross(a: Points, b: Points) -> NDArray[np.float64]:
    crossed: NDArray[np.float64] = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return crossed
