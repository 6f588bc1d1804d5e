"""Divides an outline among groups of seed points, each with its share of the area (a power
diagram). Lengths are metres."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from scipy.spatial import cKDTree
from shapely.geometry import Polygon, box

CELL_M = 60.0  # of the raster on which the shares are calibrated


def power_diagram(seeds: list[np.ndarray], areas: list[float], outline: Polygon) -> list[Any]:
    """One region a group of seeds: where its nearest seed, less the group's weight, wins. The
    weights (square metres) give the regions their shares of the outline."""
    weights = _calibrated_weights(seeds, areas, outline)
    points = [
        (x, y, w, owner)
        for owner, (group, w) in enumerate(zip(seeds, weights, strict=True))
        for x, y in group
    ]
    frame = list(box(*outline.buffer(1000).bounds).exterior.coords)[:-1]
    regions: list[list[Polygon]] = [[] for _ in seeds]
    for point in points:
        cell = _power_cell(point, points, frame)
        if len(cell) >= 3:
            regions[point[3]].append(Polygon(cell))
    return [shapely.union_all(cells).intersection(outline) for cells in regions]


def _calibrated_weights(
    seeds: list[np.ndarray], areas: list[float], outline: Polygon
) -> np.ndarray:
    cells = raster(outline, CELL_M)
    near2 = np.stack([cKDTree(group).query(cells)[0] ** 2 for group in seeds])
    share = np.array(areas) / sum(areas)
    weights = np.zeros(len(seeds))
    for step in range(4000):
        owner = np.argmin(near2 - weights[:, None], axis=0)
        short = share - np.bincount(owner, minlength=len(seeds)) / len(cells)
        if np.abs(short / share).max() < 5e-4:
            break
        weights += short * outline.area * (0.12 if step < 300 else 0.03)
    return weights


def _power_cell(
    own: tuple[float, ...], points: list[Any], frame: list[tuple[float, float]]
) -> list[tuple[float, float]]:
    """Cuts the frame by the half-plane that each other point leaves to this one."""
    x0, y0, w0, _ = own
    cell = frame
    for x1, y1, w1, _ in points:
        a, b = 2 * (x1 - x0), 2 * (y1 - y0)
        if a == 0 and b == 0:
            continue
        c = x1**2 + y1**2 - w1 - (x0**2 + y0**2 - w0)
        cell = _cut(cell, a, b, c)
        if not cell:
            return []
    return cell


def _cut(
    ring: list[tuple[float, float]], a: float, b: float, c: float
) -> list[tuple[float, float]]:
    """The part of a convex ring where a x + b y <= c."""
    kept: list[tuple[float, float]] = []
    for (x0, y0), (x1, y1) in zip(ring, ring[1:] + ring[:1], strict=True):
        d0, d1 = a * x0 + b * y0 - c, a * x1 + b * y1 - c
        if d0 <= 0:
            kept.append((x0, y0))
        if d0 * d1 < 0:
            t = d0 / (d0 - d1)
            kept.append((x0 + t * (x1 - x0), y0 + t * (y1 - y0)))
    return kept


def raster(area: Any, step_m: float) -> np.ndarray:
    west, south, east, north = area.bounds
    xs, ys = np.meshgrid(
        np.arange(west + step_m / 2, east, step_m), np.arange(south + step_m / 2, north, step_m)
    )
    inside = shapely.contains_xy(area, xs, ys)
    return np.column_stack((xs[inside], ys[inside]))
