"""Small worlds to plan in, and a slow, plain planner to compare with.

Worlds are made in metres around ``ORIGIN`` and told to the planner in degrees.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise

import networkx as nx
import shapely
from pyproj import Transformer

from planner.model import (
    Candidate,
    LaunchTimes,
    LonLat,
    Performance,
    Picture,
    Reason,
    Task,
    Volume,
    Wind,
)

ORIGIN = (520_000.0, 2_510_000.0)  # east, north in EPSG:4547
CELL_M = 400.0
CALM = Wind()

_TO_DEG = Transformer.from_crs("EPSG:4547", "EPSG:4326", always_xy=True)
_TO_M = Transformer.from_crs("EPSG:4326", "EPSG:4547", always_xy=True)

Point = tuple[float, float]

PERFORMANCE = Performance(
    airspeed_ms=15.0,
    max_ground_ms=20.0,
    climb_ms=6.0,
    descent_ms=4.0,
    accel_ms2=3.0,
    climb_accel_ms2=2.0,
    jerk_ms3=3.0,
    hover_w=190.0,
    cruise_w=165.0,
    battery_wh=150.0,
    reserve_share=0.2,
)
LAUNCH = LaunchTimes(cover_s=10.0, upload_s=3.0, checks_s=2.0, spin_up_s=4.0)


def degrees(x: float, y: float) -> LonLat:
    return LonLat(*_TO_DEG.transform(ORIGIN[0] + x, ORIGIN[1] + y))


def metres(at: Sequence[float]) -> Point:
    east, north = _TO_M.transform(at[0], at[1])
    return east - ORIGIN[0], north - ORIGIN[1]


def volume(
    id_: str, ring: Iterable[Point], *holes: Iterable[Point], buffer_m: float = 0.0
) -> Volume:
    rings = tuple(tuple(degrees(*point) for point in each) for each in (ring, *holes))
    return Volume(id_, f"volume {id_}", rings, buffer_m)


def box(x: float, y: float, width: float, height: float) -> list[Point]:
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]


def random_ring(rng: random.Random, x: float, y: float, reach: float) -> list[Point]:
    """A ring around a middle, convex or not, that never crosses itself."""
    corners = rng.randint(3, 8)
    step = 2 * math.pi / corners
    turns = [step * (i + rng.uniform(0.1, 0.9)) for i in range(corners)]
    return [
        (x + r * math.cos(turn), y + r * math.sin(turn))
        for turn in turns
        for r in (rng.uniform(0.35, 1.0) * reach,)
    ]


def random_rings(rng: random.Random, columns: int = 3) -> list[list[Point]]:
    """Up to one obstacle a cell, so that none overlap."""
    return [
        random_ring(rng, CELL_M * (i + 0.5), CELL_M * (j + 0.5), 0.47 * CELL_M)
        for i in range(columns)
        for j in range(columns)
        if rng.random() < 0.8
    ]


def random_free(rng: random.Random, rings: Iterable[list[Point]], columns: int = 3) -> Point:
    """A place that is at least a metre off all obstacles."""
    solid = shapely.union_all([shapely.Polygon(ring) for ring in rings]).buffer(1.0)
    while True:
        at = (rng.uniform(0, CELL_M * columns), rng.uniform(0, CELL_M * columns))
        if not solid.intersects(shapely.Point(at)):
            return at


def candidate(
    dock: str,
    at: LonLat,
    wind: Wind = CALM,
    energy_wh: float = 150.0,
    vetoes: tuple[Reason, ...] = (),
    performance: Performance = PERFORMANCE,
) -> Candidate:
    return Candidate(
        dock, dock.replace("D", "U"), at, 60.0, performance, LAUNCH, energy_wh, wind, vetoes
    )


def task(at: LonLat, scene_s: float = 300.0) -> Task:
    return Task(at, ground_amsl_m=50.0, height_m=60.0, cruise_height_m=100.0, scene_s=scene_s)


def picture(
    docks: dict[str, LonLat],
    at: LonLat,
    wind: Wind = CALM,
    scene_s: float = 300.0,
) -> Picture:
    return Picture(
        tuple(candidate(dock, where, wind) for dock, where in docks.items()), task(at, scene_s)
    )


def told(polygon: Iterable[Point]) -> list[Point]:
    """A ring as the planner gets it: through degrees and back."""
    return [metres(degrees(*point)) for point in polygon]


def plain_graph(solids: Sequence[shapely.Polygon], ends: Sequence[Point]) -> nx.DiGraph:
    """Every pair of corners and ends that sees each other, tested one by one with shapely."""
    inside = shapely.union_all([solid.buffer(-1e-6, join_style="mitre") for solid in solids])
    shapely.prepare(inside)
    rings = [ring for solid in solids for ring in (solid.exterior, *solid.interiors)]
    corners = [point for ring in rings for point in ring.coords[:-1]]
    graph = nx.DiGraph()
    graph.add_nodes_from(ends)
    pairs = list(combinations([*ends, *corners], 2))
    for (a, b), hidden in zip(
        pairs, shapely.intersects(inside, shapely.linestrings(pairs)), strict=True
    ):
        if not hidden:
            graph.add_edge(a, b, way_m=math.dist(a, b))
            graph.add_edge(b, a, way_m=math.dist(a, b))
    return graph


def plain_length_m(solids: Sequence[shapely.Polygon], start: Point, end: Point) -> float:
    return float(nx.dijkstra_path_length(plain_graph(solids, (start, end)), start, end, "way_m"))


def plain_wind_s(wind: Wind, start: Point, end: Point) -> float | None:
    """Time of a straight way by the law of sines of the wind triangle; None if not flyable."""
    way_m = math.dist(start, end)
    course = math.atan2(end[0] - start[0], end[1] - start[1])
    off = math.radians(wind.from_deg) - course
    drift = wind.speed_ms * math.sin(off) / PERFORMANCE.airspeed_ms
    if abs(drift) > 1:
        return None
    held = PERFORMANCE.airspeed_ms * math.cos(math.asin(drift)) - wind.speed_ms * math.cos(off)
    speed = min(held, PERFORMANCE.max_ground_ms)
    return way_m / speed if speed >= 1.0 else None


def plain_time_s(
    solids: Sequence[shapely.Polygon], start: Point, end: Point, wind: Wind
) -> float | None:
    """Fastest time at cruise from start to end; None if it cannot be flown."""
    graph = plain_graph(solids, (start, end))
    for a, b in list(graph.edges):
        seconds = plain_wind_s(wind, a, b)
        if seconds is None:
            graph.remove_edge(a, b)
        else:
            graph.edges[a, b]["s"] = seconds
    if not nx.has_path(graph, start, end):
        return None
    return float(nx.dijkstra_path_length(graph, start, end, "s"))


def flown_points(start: LonLat, waypoints: Iterable[Sequence[float]]) -> list[Point]:
    return [metres(start), *(metres(point) for point in waypoints)]


def length_m(points: Sequence[Point]) -> float:
    return math.fsum(math.dist(a, b) for a, b in pairwise(points))
