"""Which points see each other past polygons: exact but for a tenth of a millimetre.

The polygons are drawn in by ``GRAZE_M`` before segments are tested against their edges, so that
touching a corner or running along an edge is allowed and crossing the inside is not.

One eye looks at all others at once: these are put in the order of their direction, in which an edge
hides a run of neighbours, and the edges are taken nearest first, so that few are left to be tested
against the many edges far away. Few of both are tested each against each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from planner.frame import Points

GRAZE_M = 1e-4
FIRST_EDGES = 16  # tested at once; of those farther away four times as many, again and again
AT_ONCE = 10_000  # pairs of ways and edges, that are not worth sorting
SLOP = 1e-9  # of directions, in quarter turns: rounding must not leave an edge untested
ASKEW_M = 1e-3  # a line this near to a corner's neighbour counts as touching; ten times the graze

Edges = NDArray[np.float64]  # shape (n, 4): x1, y1, x2, y2
Floats = NDArray[np.float64]
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


@dataclass(frozen=True, slots=True)
class Corners:
    """Corners of obstacles, with the way from each to its neighbours on the ring."""

    at_m: Points
    before: Points
    after: Points

    def touched(self, eye: Points) -> Booleans:
        """Which corners the straight line from an eye, shape (2,), touches without entering the
        obstacle there, before the corner or beyond it."""
        return _touches(self.at_m - eye, self.before, self.after)

    def touch(self, corner: int) -> Booleans:
        """Which corners the line through one of them touches, and it touches that one too."""
        ways = self.at_m - self.at_m[corner]
        here = _touches(ways, self.before[corner], self.after[corner])
        return here & _touches(ways, self.before, self.after)


def corners_of(obstacles: BaseGeometry) -> Corners:
    """The corners that a shortest path can turn at: those where the obstacle juts out."""
    rows = [np.empty((0, 6))]
    for polygon in polygons_of(obstacles):
        polygon = shapely.geometry.polygon.orient(polygon)
        for ring in (polygon.exterior, *polygon.interiors):
            xy = np.asarray(ring.coords)[:-1]
            before, after = np.roll(xy, 1, axis=0) - xy, np.roll(xy, -1, axis=0) - xy
            # with the inside to the left of every ring, a left turn juts out
            rows.append(np.hstack((xy, before, after))[_cross(after, before) > 0])
    found = np.vstack(rows)
    return Corners(found[:, :2], found[:, 2:4], found[:, 4:])


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
    seen = np.ones(len(others), dtype=np.bool_)
    starts, ends = edges[:, :2] - eye, edges[:, 2:] - eye
    facing = _cross(starts, ends) <= 0
    starts, ends = starts[facing], ends[facing]
    if len(starts) * len(others) <= AT_ONCE:
        return ~_crossed(others - eye, starts, ends)
    near_m = (_lengths(starts) + _lengths(ends) - _lengths(ends - starts)) / 2  # or farther
    nearest_first = np.argsort(near_m)
    starts, ends, near_m = starts[nearest_first], ends[nearest_first], near_m[nearest_first]
    ways = others - eye
    turns, far_m = _turns(ways), _lengths(ways)
    in_doubt = np.argsort(turns)
    first, count = 0, FIRST_EDGES
    while first < len(starts) and len(in_doubt):
        these = slice(first, first + count)
        hidden = _hidden(ways[in_doubt], turns[in_doubt], starts[these], ends[these])
        seen[in_doubt[hidden]] = False
        in_doubt = in_doubt[~hidden]
        first, count = first + count, count * 4
        if first < len(starts):
            in_doubt = in_doubt[far_m[in_doubt] > near_m[first]]
    return seen


def _crossed(ways: Points, starts: Points, ends: Points) -> Booleans:
    """As ``_hidden``, of all ways and edges: where these are few, it takes less than to sort."""
    to_x, to_y = ways[:, :1], ways[:, 1:]
    (start_x, start_y), (end_x, end_y) = starts.T, ends.T
    ahead = (to_x * start_y > to_y * start_x) & (to_x * end_y <= to_y * end_x)
    way, edge = np.nonzero(ahead)
    end, start, to = ends[edge], starts[edge], ways[way]
    crossed = np.zeros(len(ways), dtype=np.bool_)
    crossed[way[_cross(end - start, to - start) > 0]] = True
    return crossed


def _hidden(ways: Points, turns: Floats, starts: Points, ends: Points) -> Booleans:
    """Which of the ways, sorted by direction, cross one of the edges from right to left. All are
    seen from the eye, from where the edges run clockwise."""
    round_twice = np.concatenate((turns, turns + 4))
    from_turn, to_turn = _turns(ends) - SLOP, _turns(starts) + SLOP
    from_turn[from_turn < -1] += 4
    to_turn[to_turn < from_turn] += 4
    first = np.searchsorted(round_twice, from_turn)
    counts = np.searchsorted(round_twice, to_turn, side="right") - first
    edge = np.repeat(np.arange(len(starts)), counts)
    way = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts - first, counts)
    way %= len(ways)
    to, start, end = ways[way], starts[edge], ends[edge]
    between = (_cross(to, start) > 0) != (_cross(to, end) > 0)
    beyond = _cross(end - start, to - start) > 0
    hidden = np.zeros(len(ways), dtype=np.bool_)
    hidden[way[between & beyond]] = True
    return hidden


def _touches(ways: Points, before: Points, after: Points) -> Booleans:
    """Whether the line along each way through a corner leaves both its neighbours on one side."""
    side_before, side_after = _cross(ways, before), _cross(ways, after)
    askew = ASKEW_M * _lengths(ways)
    apart = (np.minimum(side_before, side_after) < -askew) & (
        np.maximum(side_before, side_after) > askew
    )
    touches: Booleans = ~apart
    return touches


def _turns(ways: Points) -> Floats:
    """The direction of each way as a number that grows with its angle, four for a full turn, from
    -1 (south) to 3; 0 for a way of no length."""
    reach = np.abs(ways[:, 0]) + np.abs(ways[:, 1])
    north = np.divide(ways[:, 1], reach, out=np.zeros(len(ways)), where=reach > 0)
    return np.where(ways[:, 0] < 0, 2 - north, north)


def _lengths(ways: Points) -> Floats:
    lengths: Floats = np.hypot(ways[:, 0], ways[:, 1])
    return lengths


def _cross(a: Points, b: Points) -> Floats:
    crossed: Floats = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    return crossed
