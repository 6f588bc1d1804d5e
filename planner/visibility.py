"""Which points see each other past polygons: exact but for a tenth of a millimetre.

The polygons are drawn in by ``GRAZE_M`` before segments are tested against their edges, so that
touching a corner or running along an edge is allowed and crossing the inside is not.

One eye looks at all others at once: these are put in the order of their direction, in which an edge
hides a run of neighbours, and the edges are taken nearest first, so that few are left to be tested
against the many edges far away. Few of both are tested each against each.

Within this module points and ways are columns, shape (2, n), for numpy is several times as fast on
rows of numbers that lie side by side in memory.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from planner.frame import Points

GRAZE_M = 1e-4
FIRST_EDGES = 32  # tested at once; of those farther away four times as many, again and again
AT_ONCE = 10_000  # pairs of ways and edges, that are not worth sorting
SLOP = 1e-9  # of directions, in quarter turns: rounding must not leave an edge untested
ASKEW_M = 1e-3  # a line this near to a corner's neighbour counts as touching; ten times the graze

Edges = NDArray[np.float64]  # shape (4, n): x1, y1, x2, y2
Columns = NDArray[np.float64]  # shape (2, n): east, north
Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


def edges_of(obstacles: BaseGeometry) -> Edges:
    """The edges of the obstacles, drawn in, the inside to the left of each."""
    drawn_in = obstacles.buffer(-GRAZE_M, join_style="mitre", mitre_limit=50.0)
    found = [np.empty((4, 0))]
    for polygon in map(shapely.geometry.polygon.orient, polygons_of(drawn_in)):
        for ring in (polygon.exterior, *polygon.interiors):
            xy = np.asarray(ring.coords).T
            found.append(np.vstack((xy[:, :-1], xy[:, 1:])))
    return np.hstack(found)


@dataclass(frozen=True, slots=True)
class Corners:
    """Corners of obstacles, with the way from each to its neighbours on the ring."""

    at: Columns
    before: Columns
    after: Columns

    @property
    def at_m(self) -> Points:
        return self.at.T

    def touched(self, eye: Points) -> Booleans:
        """Which corners the straight line from an eye, shape (2,), touches without entering the
        obstacle there, before the corner or beyond it."""
        return _touches(self.at - eye[:, None], self.before, self.after)

    def touch(self, corner: int) -> Booleans:
        """Which corners the line through one of them touches, and it touches that one too."""
        ways = self.at - self.at[:, corner, None]
        here = _touches(ways, self.before[:, corner], self.after[:, corner])
        return here & _touches(ways, self.before, self.after)


def corners_of(obstacles: BaseGeometry) -> Corners:
    """The corners that a shortest path can turn at: those where the obstacle juts out."""
    found = [np.empty((6, 0))]
    for polygon in polygons_of(obstacles):
        polygon = shapely.geometry.polygon.orient(polygon)
        for ring in (polygon.exterior, *polygon.interiors):
            xy = np.asarray(ring.coords)[:-1].T
            before, after = np.roll(xy, 1, axis=1) - xy, np.roll(xy, -1, axis=1) - xy
            # with the inside to the left of every ring, a left turn juts out
            found.append(np.vstack((xy, before, after))[:, _cross(after, before) > 0])
    at, before, after = np.hstack(found).reshape(3, 2, -1)
    return Corners(at, before, after)


def polygons_of(shape: BaseGeometry) -> list[shapely.Polygon]:
    return [part for part in shapely.get_parts(shape) if isinstance(part, shapely.Polygon)]


def sees(eyes: Points, others: Points, edges: Edges) -> Booleans:
    """Whether each of ``eyes`` (n) sees each of ``others`` (m): shape (n, m). Both are outside the
    polygons. It takes as many sweeps as the fewer of them are."""
    if len(eyes) > len(others):
        return sees(others, eyes, edges).T
    seen = np.empty((len(eyes), len(others)), dtype=np.bool_)
    for row, eye in zip(seen, eyes, strict=True):
        row[:] = sees_from(eye, others, edges)
    return seen


def sees_from(eye: Points, others: Points, edges: Edges) -> Booleans:
    """``sees`` for one eye, shape (2,). From outside a line of sight can only enter where it
    crosses an edge from its right to its left: the half of the edges that face away is left out.
    So an eye inside a polygon sees out of it."""
    ends = edges - np.concatenate((eye, eye))[:, None]  # as seen from the eye, of each edge
    ends = ends.take(np.flatnonzero(_cross(ends[:2], ends[2:]) <= 0), axis=1)
    ways = np.ascontiguousarray(others.T) - eye[:, None]
    if ends.shape[1] * len(others) <= AT_ONCE:
        return ~_crossed(ways, ends)
    near_m = (_lengths(ends[:2] + ends[2:]) - _lengths(ends[2:] - ends[:2])) / 2  # or farther
    nearest_first = np.argsort(near_m)
    ends, near_m = ends.take(nearest_first, axis=1), near_m[nearest_first]
    turns, far_m = _turns(ways), _lengths(ways)
    seen = np.ones(len(others), dtype=np.bool_)
    in_doubt = np.argsort(turns)
    first, count = 0, FIRST_EDGES
    while first < len(near_m) and len(in_doubt):
        some = ends[:, first : first + count]
        hidden = _hidden(ways.take(in_doubt, axis=1), turns[in_doubt], some)
        seen[in_doubt[hidden]] = False
        in_doubt = in_doubt[~hidden]
        first, count = first + count, count * 4
        if first < len(near_m):
            in_doubt = in_doubt[far_m[in_doubt] > near_m[first]]
    return seen


def _crossed(ways: Columns, ends: Edges) -> Booleans:
    """As ``_hidden``, of all ways and edges: where these are few, it takes less than to sort."""
    to_x, to_y = ways
    start_x, start_y, end_x, end_y = ends[:, :, None]
    ahead = to_x * start_y > to_y * start_x
    ahead &= to_x * end_y <= to_y * end_x
    edge, way = ahead.nonzero()
    end_points, to = ends.take(edge, axis=1), ways.take(way, axis=1)
    start, end = end_points[:2], end_points[2:]
    crossed = np.zeros(ways.shape[1], dtype=np.bool_)
    crossed[way[_cross(end - start, to - start) > 0]] = True
    return crossed


def _hidden(ways: Columns, turns: Floats, ends: Edges) -> Booleans:
    """Which of the ways, sorted by direction, cross one of the edges from right to left. All are
    seen from the eye, from where the edges run clockwise."""
    round_twice = np.concatenate((turns, turns + 4))
    from_turn, to_turn = _turns(ends[2:]) - SLOP, _turns(ends[:2]) + SLOP
    from_turn[from_turn < -1] += 4
    to_turn[to_turn < from_turn] += 4
    first = np.searchsorted(round_twice, from_turn)
    counts = np.searchsorted(round_twice, to_turn, side="right") - first
    edge = np.repeat(np.arange(ends.shape[1]), counts)
    way = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts - first, counts)
    way %= len(turns)
    to, end_points = ways.take(way, axis=1), ends.take(edge, axis=1)
    start, end = end_points[:2], end_points[2:]
    between = (_cross(to, start) > 0) != (_cross(to, end) > 0)
    beyond = _cross(end - start, to - start) > 0
    hidden = np.zeros(len(turns), dtype=np.bool_)
    hidden[way[between & beyond]] = True
    return hidden


def _touches(ways: Columns, before: Columns, after: Columns) -> Booleans:
    """Whether the line along each way through a corner leaves both its neighbours on one side."""
    side_before, side_after = _cross(ways, before), _cross(ways, after)
    askew = ASKEW_M * _lengths(ways)
    apart = (np.minimum(side_before, side_after) < -askew) & (
        np.maximum(side_before, side_after) > askew
    )
    touches: Booleans = ~apart
    return touches


def _turns(ways: Columns) -> Floats:
    """The direction of each way as a number that grows with its angle, four for a full turn, from
    -1 (south) to 3; 0 for a way of no length."""
    east, north = ways
    reach = np.abs(east) + np.abs(north)
    turned = np.divide(north, reach, out=np.zeros(len(reach)), where=reach > 0)
    return np.where(east < 0, 2 - turned, turned)


def _lengths(ways: Columns) -> Floats:
    east, north = ways
    lengths: Floats = np.sqrt(east * east + north * north)  # a fifth of the time of np.hypot
    return lengths


def _cross(a: Columns, b: Columns) -> Floats:
    crossed: Floats = a[0] * b[1] - a[1] * b[0]
    return crossed
