"""The airspace as a visibility graph: straight ways between docks and the corners of the buffered
no-fly volumes. Shortest paths among polygons turn only at such corners (Lozano-Perez and Wesley,
1979), and touch the obstacle at each, so that of the ways between corners only those that touch
at both ends count (the reduced graph; Latombe, Robot Motion Planning, 1991, 4.1). In wind both
hold as well, for a way around is never faster than the straight one as long as that can be flown.
So the graph is exact for the polygons given.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from planner.frame import Points, to_degrees, to_metres
from planner.model import Landing, LonLat, Performance, Volume, Wind
from planner.relief import Relief
from planner.trees import Indices, Tree, Trees
from planner.visibility import Corners, Edges, corners_of, edges_of, sees, sees_from
from planner.volumes import joined, without_pockets

if TYPE_CHECKING:
    import networkx


WAYS_AT_ONCE = 10_000  # that the ground under is looked at; a few megabytes
STAND_OFF_M = 1.0  # from a no-fly volume, of the nearest place offered instead


class AirspaceInvalid(Exception):
    """The volumes or docks make no airspace; the text names which and why."""


@dataclass
class Airspace:
    """Nodes are the docks, in the order of ``docks``, the landings, then the corners."""

    id: str
    volumes: tuple[Volume, ...]  # as given; with the docks, all that this is built from
    docks: tuple[str, ...]
    landings: tuple[Landing, ...]  # other places where flights may end
    relief: Relief | None  # None: heights are told by the task alone
    nodes_m: Points
    nodes: tuple[LonLat, ...]
    obstacles: BaseGeometry
    corners: Corners
    edges: Edges
    ways: Indices  # rows of two nodes that see each other, the second a corner
    points: tuple[tuple[float, float], ...]  # nodes_m, as plain numbers
    _trees: Trees
    _shapes: Mapping[str, BaseGeometry]
    _numbers: Mapping[str, int]
    _seen: dict[int, NDArray[np.int64]] = field(default_factory=dict)

    @property
    def first_corner(self) -> int:
        return len(self.docks) + len(self.landings)

    @cached_property
    def numbers(self) -> Mapping[LonLat, int]:
        """Nodes by their positions."""
        return {at: number for number, at in enumerate(self.nodes)}

    def graph(self) -> networkx.Graph[str]:
        """The readable model: nodes by dock id or corner number, edges with ``way_m``."""
        import networkx  # here: the hot path does without, and it takes its time to load

        graph: networkx.Graph[str] = networkx.Graph()
        names = self.node_names()
        for name, at in zip(names, self.nodes, strict=True):
            graph.add_node(name, lon=at.lon, lat=at.lat)
        docks_m = self.nodes_m[: len(self.docks)]
        between_docks = np.argwhere(np.triu(sees(docks_m, docks_m, self.edges), 1))
        for i, j in np.vstack((self.ways, between_docks)).tolist():
            way_m = float(np.hypot(*(self.nodes_m[i] - self.nodes_m[j])))
            graph.add_edge(names[i], names[j], way_m=way_m)
        return graph

    def node_names(self) -> list[str]:
        corners = len(self.nodes) - self.first_corner
        places = (*self.docks, *(landing.id for landing in self.landings))
        return [*places, *(f"corner {number}" for number in range(corners))]

    def index_of(self, dock: str) -> int:
        """Of a dock or a landing. Raises AirspaceInvalid for one that this airspace was not built
        with."""
        try:
            return self._numbers[dock]
        except KeyError:
            text = f"dock {dock} is not one of this airspace's {len(self.docks)}"
            raise AirspaceInvalid(text) from None

    def forbids(self, at_m: Points) -> bool:
        """Whether a place lies inside a no-fly volume or outside the fence."""
        return bool(shapely.contains_xy(self.obstacles, at_m[0, 0], at_m[0, 1]))

    def volume_at(self, at_m: Points) -> str | None:
        """The name of the volume that a place lies in; None for one enclosed by several."""
        inside = shapely.contains_xy(list(self._shapes.values()), at_m[0, 0], at_m[0, 1])
        return next((name for name, true in zip(self._shapes, inside, strict=True) if true), None)

    def nearest_clear(self, at_m: Points) -> Points:
        """The nearest place to one inside an obstacle that is ``STAND_OFF_M`` outside of all."""
        to = shapely.shortest_line(shapely.Point(at_m[0]), self._clear).coords[-1]
        return np.array([to], dtype=np.float64)

    @cached_property
    def _clear(self) -> BaseGeometry:
        return self.obstacles.buffer(STAND_OFF_M, join_style="mitre").boundary

    def seen_from(self, at_m: Points) -> NDArray[np.int64]:
        """The nodes that a place sees, but for the corners that no shortest path from there turns
        at, as it does not touch the obstacle."""
        eye, first = at_m[0], self.first_corner
        touched = np.flatnonzero(self.corners.touched(eye)) + first
        nodes = np.concatenate((np.arange(first), touched))
        nodes_m = self.nodes_m.take(nodes, axis=0)
        seen: NDArray[np.int64] = nodes[sees_from(eye, nodes_m, self.edges)]
        return seen

    def seen_from_node(self, node: int) -> NDArray[np.int64]:
        """The nodes that a node sees, itself among them; looked for once."""
        seen = self._seen.get(node)
        if seen is None:
            seen = self._seen[node] = self.seen_from(self.nodes_m[node : node + 1])
        return seen

    def span_of_nodes(self, nodes: Sequence[int]) -> tuple[float, float]:
        """The highest ground near a way over nodes and the lowest under it, where there is a
        relief."""
        spans, highest_m, lowest_m = self.spans, -math.inf, math.inf
        for a, b in pairwise(nodes):
            high_m, low_m = spans[(a, b) if a < b else (b, a)]
            highest_m, lowest_m = max(highest_m, high_m), min(lowest_m, low_m)
        return highest_m, lowest_m

    @cached_property
    def spans(self) -> Mapping[tuple[int, int], tuple[float, float]]:
        """The highest ground near each of the ways, and the lowest under it: many are looked at in
        one go, for one by one takes a hundred times as long."""
        assert self.relief is not None
        found: dict[tuple[int, int], tuple[float, float]] = {}
        for first in range(0, len(self.ways), WAYS_AT_ONCE):
            pairs = np.sort(self.ways[first : first + WAYS_AT_ONCE], axis=1)
            starts_m, ends_m = self.nodes_m[pairs[:, 0]], self.nodes_m[pairs[:, 1]]
            highest_m, lowest_m = self.relief.spans(starts_m, ends_m)
            told = zip(highest_m.tolist(), lowest_m.tolist(), strict=True)
            found.update(((a, b), span) for (a, b), span in zip(pairs.tolist(), told, strict=True))
        return found

    def tree(
        self, dock: int, performance: Performance, wind: Wind, within_s: float = math.inf
    ) -> Tree:
        """The fastest ways of a dock, or landing, in this wind, at least as far as ``within_s``;
        kept for the next question."""
        return self._trees.tree(dock, performance, wind, within_s)


def build(
    volumes: Iterable[Volume],
    docks: Mapping[str, LonLat],
    landings: Iterable[Landing] = (),
    relief: Relief | None = None,
) -> Airspace:
    """Compiles the airspace. Overlapping volumes act as one.

    Raises:
        AirspaceInvalid: if a volume crosses itself or holds no area, a position is no number, a
            dock or landing lies inside a volume, or there is no dock.
    """
    volumes, landings = tuple(volumes), tuple(landings)
    if not docks:
        raise AirspaceInvalid("an airspace needs at least one dock to start from")
    ends = {**docks, **{landing.id: landing.at for landing in landings}}
    if len(ends) < len(docks) + len(landings):
        raise AirspaceInvalid("two docks or landings of an airspace go by the same id")
    for dock, at in ends.items():
        if not (math.isfinite(at[0]) and math.isfinite(at[1])):
            raise AirspaceInvalid(f"{_kind(dock, docks)} is at {at}, which is no position")
    shapes = {f"{volume.id} ({volume.name})": _shape(volume) for volume in volumes}
    ends_m = to_metres(np.array([tuple(at) for at in ends.values()], dtype=np.float64))
    inside = shapely.STRtree(list(shapes.values())).query(shapely.points(ends_m), "within")
    for end, shape in inside.T.tolist():
        who, name = _kind(tuple(ends)[end], docks), tuple(shapes)[shape]
        raise AirspaceInvalid(f"{who} stands inside the no-fly volume {name}")
    obstacles = without_pockets(joined(shapes.values()), ends_m[: len(docks)])
    for end, at_m in zip(ends, ends_m, strict=True):
        if shapely.contains_xy(obstacles, *at_m):
            raise AirspaceInvalid(f"{_kind(end, docks)} stands in a gap between no-fly volumes")
    corners = corners_of(obstacles)
    nodes_m = np.vstack((ends_m, corners.at_m))
    edges = edges_of(obstacles)
    ways = _ways(ends_m, corners, edges)
    shapely.prepare(obstacles)
    nodes = (*ends.values(), *to_degrees(corners.at_m).tolist())
    return Airspace(
        id=_hash(volumes, docks, landings, relief),
        volumes=volumes,
        docks=tuple(docks),
        landings=landings,
        relief=relief,
        nodes_m=nodes_m,
        nodes=tuple(LonLat(*at) for at in nodes),
        obstacles=obstacles,
        corners=corners,
        edges=edges,
        ways=ways,
        points=tuple((x, y) for x, y in nodes_m.tolist()),
        _trees=Trees(nodes_m, len(ends), ways),
        _shapes=shapes,
        _numbers={end: number for number, end in enumerate(ends)},
    )


def _kind(end: str, docks: Mapping[str, LonLat]) -> str:
    return f"dock {end}" if end in docks else f"landing place {end}"


def _ways(ends_m: Points, corners: Corners, edges: Edges) -> Indices:
    """The ways that a shortest path can be made of, but for those to a place."""
    rows = []
    for end, at_m in enumerate(ends_m):
        to = np.flatnonzero(corners.touched(at_m))
        to = to[sees_from(at_m, corners.at_m[to], edges)]
        rows.append(np.column_stack((np.full(len(to), end), to + len(ends_m))))
    for corner, at_m in enumerate(corners.at_m):
        to = np.flatnonzero(corners.touch(corner))
        to = to[to > corner]
        to = to[sees_from(at_m, corners.at_m[to], edges)]
        rows.append(np.column_stack((np.full(len(to), corner), to)) + len(ends_m))
    return np.vstack(rows).astype(np.int32)


def _shape(volume: Volume) -> BaseGeometry:
    where = f"no-fly volume {volume.id} ({volume.name})"
    rings = []
    for ring in volume.rings:
        lon_lat = np.array([tuple(point) for point in ring], dtype=np.float64)
        if lon_lat.ndim != 2 or len(lon_lat) < 3 or not np.isfinite(lon_lat).all():
            raise AirspaceInvalid(f"{where}: a ring needs at least three positions in degrees")
        rings.append(to_metres(lon_lat))
    shape = shapely.Polygon(rings[0], rings[1:])
    if not shape.is_valid:
        raise AirspaceInvalid(f"{where}: {shapely.is_valid_reason(shape)}")
    if shape.area == 0:
        raise AirspaceInvalid(f"{where} holds no area")
    if volume.buffer_m == 0:
        return shape
    return shape.buffer(volume.buffer_m, join_style="mitre", mitre_limit=2.0)


def _hash(
    volumes: Iterable[Volume],
    docks: Mapping[str, LonLat],
    landings: tuple[Landing, ...],
    relief: Relief | None,
) -> str:
    """The same for the same volumes, docks, landings and relief, on every machine."""
    built_from: tuple[object, ...] = (
        [(v.id, v.rings, v.buffer_m) for v in volumes],
        [(dock, tuple(at)) for dock, at in docks.items()],
    )
    if landings:
        built_from += ([(each.id, tuple(each.at), each.alt_amsl_m) for each in landings],)
    if relief is not None:
        built_from += (relief,)
    text = repr(built_from)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
