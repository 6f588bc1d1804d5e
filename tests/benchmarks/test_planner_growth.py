"""How the planner grows with docks and with corners of no-fly volumes: a table, and a plot in
artifacts/.

As in the product there is ground under the ways, by which heights are chosen, and a rally point
for every dock, with which two ways down are proved of the first of each ranking.

Each district is planned in by a process of its own, forked from this one, so that its memory is
that of this test run and of one district. Objects made before the questions are kept from the
garbage collector, as they would cost pauses that are not the planner's.
"""

from __future__ import annotations

import gc
import math
import multiprocessing
import random
import resource
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest
import shapely

from planner.airspace import build
from planner.dispatch import choose
from planner.frame import to_degrees
from planner.levels import CEILING_M
from planner.model import Landing, LonLat, Volume, Wind
from planner.relief import Relief
from planner.terrain import Terrain
from tests.planner.worlds import ORIGIN, PERFORMANCE, picture

DOCKS = (25, 100, 400, 1000)
CORNERS = (500, 2000, 10_000)
WIDTH_M, HEIGHT_M = 30_000.0, 22_000.0
SIDES, LARGEST_M = 8, 300.0
CELL_M, HILLS_M, CLEAR_M = 250.0, 40.0, 80.0
WIND, NEXT_WIND = Wind(6.0, 40.0), Wind(4.0, 200.0)
PLACES = 200
GOAL_P99_MS, GOAL_BUILD_S, GOAL_MB = 30.0, 60.0, 1000.0
PLOT = Path("artifacts/planner_growth.png")

Ring = list[tuple[float, float]]


@dataclass(frozen=True)
class Figures:
    docks: int
    corners: int
    ways: int
    build_s: float
    trees_s: float  # to grow those of all docks and rally points in one wind, and to decide once
    p50_ms: float
    p99_ms: float
    fresh_ms: float  # one decision in a wind not met before
    peak_mb: float


def test_growth_with_docks_and_corners(capsys: pytest.CaptureFixture[str]) -> None:
    table = []
    with capsys.disabled():
        print(
            f"\n{'docks':>6} {'corners':>8} {'ways':>8} {'build s':>8} {'trees s':>8} "
            f"{'p50 ms':>8} {'p99 ms':>8} {'fresh ms':>9} {'peak MB':>8}"
        )
        for corners in CORNERS:
            for docks in DOCKS:
                with multiprocessing.get_context("fork").Pool(1) as process:
                    row = process.apply(measured, (docks, corners))
                table.append(row)
                print(
                    f"{row.docks:6} {row.corners:8} {row.ways:8} {row.build_s:8.2f} "
                    f"{row.trees_s:8.2f} {row.p50_ms:8.2f} {row.p99_ms:8.2f} "
                    f"{row.fresh_ms:9.1f} {row.peak_mb:8.0f}",
                    flush=True,
                )
        _tell_goals(table[-1])
    _plot(table)
    assert PLOT.stat().st_size > 0


def _tell_goals(last: Figures) -> None:
    goals = (
        (f"p99 {GOAL_P99_MS:g} ms", last.p99_ms <= GOAL_P99_MS),
        (f"build {GOAL_BUILD_S:g} s", last.build_s <= GOAL_BUILD_S),
        (f"memory {GOAL_MB:g} MB", last.peak_mb <= GOAL_MB),
    )
    for goal, met in goals:
        print(f"{last.docks} docks, {last.corners} corners, {goal}: {'met' if met else 'missed'}")


def measured(docks: int, corners: int) -> Figures:
    rng = random.Random(docks + corners)
    rings = scattered(rng, corners)
    solid = shapely.union_all([shapely.Polygon(ring).buffer(3.0) for ring in rings])
    shapely.prepare(solid)
    volumes = [
        Volume(f"N{n}", f"volume {n}", (tuple(LonLat(*p) for p in _degrees(ring)),))
        for n, ring in enumerate(rings)
    ]
    sites = {f"D{n:04d}": anywhere(rng, solid) for n in range(docks)}
    landings = [Landing(f"R{n:04d}", anywhere(rng, solid), 0.0) for n in range(docks)]
    relief = Relief(rolling(), CLEAR_M, CEILING_M)
    pictures = [picture(sites, anywhere(rng, solid), WIND) for _ in range(PLACES)]
    began_s = perf_counter()
    airspace = build(volumes, sites, landings, relief)
    built_s = perf_counter()
    for end in range(airspace.first_corner):
        airspace.tree(end, PERFORMANCE, WIND)
    choose(airspace, pictures[0])  # as a controller does before it is asked
    grown_s = perf_counter()
    gc.collect()
    gc.freeze()
    took_ms = []
    for each in pictures:
        asked_s = perf_counter()
        choose(airspace, each)
        took_ms.append((perf_counter() - asked_s) * 1000)
    fresh_ms = []
    for turn in range(5):
        wind = Wind(NEXT_WIND.speed_ms, NEXT_WIND.from_deg + 20.0 * turn)
        fresh = picture(sites, anywhere(rng, solid), wind)
        asked_s = perf_counter()
        choose(airspace, fresh)
        fresh_ms.append((perf_counter() - asked_s) * 1000)
    return Figures(
        docks=docks,
        corners=corners,
        ways=len(airspace.ways),
        build_s=built_s - began_s,
        trees_s=grown_s - built_s,
        p50_ms=float(np.percentile(took_ms, 50)),
        p99_ms=float(np.percentile(took_ms, 99)),
        fresh_ms=float(np.median(fresh_ms)),
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def scattered(rng: random.Random, corners: int) -> list[Ring]:
    """Volumes of eight corners, one a cell of a grid, so that none overlap."""
    count = corners // SIDES
    columns = math.ceil(math.sqrt(count * WIDTH_M / HEIGHT_M))
    cells = (WIDTH_M / columns, HEIGHT_M / math.ceil(count / columns))
    rings = []
    for number in range(count):
        reach = min(LARGEST_M, 0.45 * min(cells)) * rng.uniform(0.4, 0.75)
        middle = [
            cell * (at + 0.5) + rng.uniform(-1, 1) * (cell / 2 - reach - 2)
            for cell, at in zip(cells, (number % columns, number // columns), strict=True)
        ]
        rings.append(_octagon(rng, middle[0], middle[1], reach))
    return rings


def _octagon(rng: random.Random, x: float, y: float, reach: float) -> Ring:
    turned = rng.uniform(0, math.tau)
    return [
        (
            ORIGIN[0] + x + reach * far * math.cos(turned + math.tau * side / SIDES),
            ORIGIN[1] + y + reach * far * math.sin(turned + math.tau * side / SIDES),
        )
        for side in range(SIDES)
        for far in (rng.uniform(0.7, 1.0),)
    ]


def rolling() -> Terrain:
    """Ground with hills and valleys some kilometres apart."""
    x, y = np.meshgrid(np.arange(0, WIDTH_M, CELL_M), np.arange(0, HEIGHT_M, CELL_M))
    heights_m = HILLS_M * (1 + np.sin(x / 700) * np.cos(y / 900))
    rows = tuple(tuple(row) for row in heights_m.tolist())
    return Terrain(ORIGIN[0], ORIGIN[1], CELL_M, rows)


def anywhere(rng: random.Random, solid: shapely.Geometry) -> LonLat:
    while True:
        at = ORIGIN[0] + rng.uniform(0, WIDTH_M), ORIGIN[1] + rng.uniform(0, HEIGHT_M)
        if not shapely.contains_xy(solid, *at):
            return LonLat(*_degrees([at])[0])


def _degrees(ring: Ring) -> list[tuple[float, float]]:
    return [(lon, lat) for lon, lat in to_degrees(np.array(ring)).tolist()]


def _plot(table: list[Figures]) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4), layout="constrained")
    panels = figure.subplots(1, 3)
    titles = (
        ("p99_ms", "decision, p99, ms", GOAL_P99_MS),
        ("build_s", "build, s", GOAL_BUILD_S),
        ("peak_mb", "memory, peak, MB", GOAL_MB),
    )
    for panel, (figure_name, title, goal) in zip(panels, titles, strict=True):
        for corners in CORNERS:
            rows = [row for row in table if row.corners == corners]
            panel.plot(
                [row.docks for row in rows],
                [getattr(row, figure_name) for row in rows],
                marker="o",
                label=f"{corners} corners",
            )
        panel.axhline(goal, color="grey", linestyle="--", label="goal")
        panel.set(title=title, xlabel="docks", xscale="log", yscale="log")
    panels[0].legend()
    PLOT.parent.mkdir(exist_ok=True)
    figure.savefig(PLOT, dpi=120)
