"""The airspace as a visibility graph: straight ways between docks and the corners of the buffered
no-fly volumes. Shortest paths among polygons turn only at such corners (Lozano-Perez and Wesley,
1979), so the graph is exact for the polygons given.
"""

from __future__ import annotations

import hashlib
import math
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from shapely.geometry.base import BaseGeometry

from planner.flight import ground_speeds
from planner.frame import Points, to_degrees, to_metres
from planner.model import LonLat, Performance, Volume, Wind
from planner.visibility import Edges, corners_of, edges_of, left_of, sees, sees_from
from planner.volumes import joined, without_pockets

if TYPE_CHECKING:
    import networkx

TREES_KEPT = 4000
WIND_STEP_MS = 0.5  # paths are chosen for the wind rounded so; their times are of the exact wind
WIND_STEP_DEG = 10.0

Floats = NDArray[np.float64]


class AirspaceInvalid(Exception):
    """The volumes or docks make no airspace; the text names which and why."""


@dataclass(frozen=True, slots=True)
class Tree:
    """Fastest ways between one dock and every node. ``out_s`` from the dock, ``back_s`` to it;
    the predecessors lead back to the dock along either."""

    out_s: Floats
    out_from: NDArray[np.int32]
    back_s: Floats
    back_to: NDArray[np.int32]


@dataclass
class Airspace:
    """Nodes are the docks, in the order of ``docks``, then the corners."""

    id: str
    docks: tuple[str, ...]
    nodes_m: Points
    nodes: tuple[LonLat, ...]
    obstacles: BaseGeometry
    edges: Edges
    visible: NDArray[np.bool_]
    left: NDArray[np.bool_]  # which node (row) lies to the left of which edge
    points: tuple[tuple[float, float], ...]  # nodes_m, as plain numbers
    _trees: OrderedDict[tuple[object, ...], Tree] = field(default_factory=OrderedDict)
    _names: Mapping[str, BaseGeometry] = field(default_factory=dict)

    def graph(self) -> networkx.Graph[str]:
        """The readable model: nodes by dock id or corner number, edges with ``way_m``."""
        import networkx  # here: the hot path does without, and it takes its time to load

        graph: networkx.Graph[str] = networkx.Graph()
        names = self.node_names()
        for name, at in zip(names, self.nodes, strict=True):
            graph.add_node(name, lon=at.lon, lat=at.lat)
        for i, j in zip(*np.nonzero(np.triu(self.visible, 1)), strict=True):
            way_m = float(np.hypot(*(self.nodes_m[i] - self.nodes_m[j])))
            graph.add_edge(names[i], names[j], way_m=way_m)
        return graph

    def node_names(self) -> list[str]:
        corners = len(self.nodes) - len(self.docks)
        return [*self.docks, *(f"corner {number}" for number in range(corners))]

    def index_of(self, dock: str) -> int:
        """Raises AirspaceInvalid for a dock that this airspace was not built with."""
        if dock not in self.docks:
            raise AirspaceInvalid(f"dock {dock} is not one of this airspace's {len(self.docks)}")
        return self.docks.index(dock)

    def forbids(self, at_m: Points) -> bool:
        """Whether a place lies inside a no-fly volume or outside the fence."""
        return bool(shapely.contains_xy(self.obstacles, at_m[0, 0], at_m[0, 1]))

    def volume_at(self, at_m: Points) -> str | None:
        """The name of the volume that a place lies in; None for one enclosed by several."""
        point = shapely.Point(at_m[0])
        return next((name for name, shape in self._names.items() if shape.contains(point)), None)

    def seen_from(self, at_m: Points) -> NDArray[np.bool_]:
        """Which nodes a place sees."""
        return sees_from(at_m[0], self.nodes_m, self.edges, self.left)

    def tree(self, dock: str, performance: Performance, wind: Wind) -> Tree:
        """The dock's fastest ways in this wind; kept for the next question."""
        wind = rounded(wind)
        key = (dock, performance.airspeed_ms, performance.max_ground_ms, wind)
        if key in self._trees:
            self._trees.move_to_end(key)
            return self._trees[key]
        tree = self._grow(self.index_of(dock), performance, wind)
        self._trees[key] = tree
        while len(self._trees) > TREES_KEPT:
            self._trees.popitem(last=False)
        return tree

    def _grow(self, dock: int, performance: Performance, wind: Wind) -> Tree:
        times = self._times(performance, wind)
        out_s, out_from = dijkstra(times, indices=dock, return_predecessors=True)
        back_s, back_to = dijkstra(times.T.tocsr(), indices=dock, return_predecessors=True)
        return Tree(out_s, out_from, back_s, back_to)

    def _times(self, performance: Performance, wind: Wind) -> csr_array:
        """Seconds from node to node at cruise; against too strong a wind there is no way."""
        i, j = np.nonzero(self.visible)
        tracks = self.nodes_m[j] - self.nodes_m[i]
        lengths = np.hypot(tracks[:, 0], tracks[:, 1])
        seconds = lengths / ground_speeds(tracks, performance, wind)
        flyable = np.isfinite(seconds) & (lengths > 0)
        n = len(self.nodes_m)
        return csr_array((seconds[flyable], (i[flyable], j[flyable])), shape=(n, n))


def rounded(wind: Wind) -> Wind:
    """The wind in steps, so that its small changes do not grow all trees anew."""
    speed_ms = round(wind.speed_ms / WIND_STEP_MS) * WIND_STEP_MS
    if speed_ms == 0:
        return Wind()
    return Wind(speed_ms, round(wind.from_deg / WIND_STEP_DEG) * WIND_STEP_DEG % 360.0)


def build(volumes: Iterable[Volume], docks: Mapping[str, LonLat]) -> Airspace:
    """Compiles the airspace. Overlapping volumes act as one.

    Raises:
        AirspaceInvalid: if a volume crosses itself or holds no area, a position is no number, a
            dock lies inside a volume, or there is no dock.
    """
    volumes = tuple(volumes)
    if not docks:
        raise AirspaceInvalid("an airspace needs at least one dock to start from")
    for dock, at in docks.items():
        if not (math.isfinite(at[0]) and math.isfinite(at[1])):
            raise AirspaceInvalid(f"dock {dock} is at {at}, which is no position")
    shapes = {f"{volume.id} ({volume.name})": _shape(volume) for volume in volumes}
    docks_m = to_metres(np.array([tuple(at) for at in docks.values()], dtype=np.float64))
    for dock, at_m in zip(docks, docks_m, strict=True):
        for name, shape in shapes.items():
            if shape.contains(shapely.Point(at_m)):
                raise AirspaceInvalid(f"dock {dock} stands inside the no-fly volume {name}")
    obstacles = without_pockets(joined(shapes.values()), docks_m)
    for dock, at_m in zip(docks, docks_m, strict=True):
        if shapely.contains_xy(obstacles, *at_m):
            raise AirspaceInvalid(f"dock {dock} stands in a gap between no-fly volumes")
    corners_m = corners_of(obstacles)
    nodes_m = np.vstack((docks_m, corners_m))
    edges = edges_of(obstacles)
    visible = sees(nodes_m, nodes_m, edges)
    np.fill_diagonal(visible, False)
    shapely.prepare(obstacles)
    nodes = (*docks.values(), *(LonLat(*at) for at in to_degrees(corners_m).tolist()))
    return Airspace(
        id=_hash(volumes, docks),
        docks=tuple(docks),
        nodes_m=nodes_m,
        nodes=tuple(LonLat(*at) for at in nodes),
        obstacles=obstacles,
        edges=edges,
        visible=visible,
        left=left_of(nodes_m, edges),
        points=tuple((x, y) for x, y in nodes_m.tolist()),
        _names=shapes,
    )


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


def _hash(volumes: Iterable[Volume], docks: Mapping[str, LonLat]) -> str:
    """The same for the same volumes and docks, on every machine."""
    text = repr(
        (
            [(v.id, v.rings, v.buffer_m) for v in volumes],
            [(dock, tuple(at)) for dock, at in docks.items()],
        )
    )
    return hashlib.sha256(text.encode()).hexdigest()[:16]
