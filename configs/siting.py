"""Where docks go so that the farthest place is as near as may be (the k-centre problem)."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from scipy.spatial import cKDTree

STARTS = 40
KICKS = 400
NEAR_M = 2500.0  # how far from the middle of its places a dock is looked for


def dock_sites(
    places: np.ndarray, candidates: np.ndarray, tiles: list[Any], count: int
) -> np.ndarray:
    """Lloyd's method from many starts, then kicks to the best; every tile gets a dock. Equal
    arguments give equal sites."""
    owner = np.stack([shapely.contains_xy(tile, *candidates.T) for tile in tiles]).argmax(axis=0)

    def farthest_m(chosen: np.ndarray) -> float:
        if len(set(owner[chosen])) < len(tiles):
            return np.inf
        return float(cKDTree(candidates[chosen]).query(places)[0].max())

    starts = [
        _settled(_random(seed, candidates, count), places, candidates) for seed in range(STARTS)
    ]
    best = min(starts, key=farthest_m)
    for seed in range(KICKS):
        trial = _settled(_kicked(seed, best, places, candidates), places, candidates)
        if farthest_m(trial) < farthest_m(best):
            best = trial
    if not np.isfinite(farthest_m(best)):
        raise SystemExit("no start gave every subdistrict a dock: raise STARTS")
    print(f"farthest place {farthest_m(best):.0f} m from a dock")  # noqa: T201
    return candidates[best]


def _random(seed: int, candidates: np.ndarray, count: int) -> np.ndarray:
    return np.random.default_rng(seed).choice(len(candidates), count, replace=False)


def _kicked(
    seed: int, chosen: np.ndarray, places: np.ndarray, candidates: np.ndarray
) -> np.ndarray:
    """The docks around the place worst off, each thrown up to 2.5 km aside."""
    rng = np.random.default_rng(10_000 + seed)
    away, _ = cKDTree(candidates[chosen]).query(places)
    middle = places[np.argmax(away)]
    reach_m = rng.uniform(4000, 12000)
    thrown = np.hypot(*(candidates[chosen] - middle).T) < reach_m
    goal = candidates[chosen] + rng.normal(0, 1200, (len(chosen), 2)) * thrown[:, None]
    return cKDTree(candidates).query(goal)[1]


def _settled(chosen: np.ndarray, places: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    for _ in range(80):
        nearest = cKDTree(candidates[chosen]).query(places)[1]
        moved = np.array(
            [_centre_of(places[nearest == i], candidates, own) for i, own in enumerate(chosen)]
        )
        if np.array_equal(moved, chosen):
            break
        chosen = moved
    return chosen


def _centre_of(cluster: np.ndarray, candidates: np.ndarray, now: int) -> int:
    """The candidate whose farthest place of the cluster is nearest."""
    if len(cluster) < 3:
        return now
    hull = shapely.get_coordinates(shapely.convex_hull(shapely.multipoints(cluster)))
    near = np.flatnonzero(np.hypot(*(candidates - cluster.mean(axis=0)).T) < NEAR_M)
    if not len(near):
        return now
    reach = np.hypot(
        candidates[near, 0, None] - hull[None, :, 0], candidates[near, 1, None] - hull[None, :, 1]
    )
    return int(near[np.argmin(reach.max(axis=1))])
