"""Draws the height field of configs/longgang from the figures in source/terrain.yaml.

Run ``python configs/make_terrain.py`` after changing a figure there; equal figures give equal
files. It writes terrain.asc, schematic (示意). Lengths are metres in EPSG:4547.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from pyproj import Transformer

from fleet.district.terrain import TERRAIN, written
from planner.terrain import Terrain

HERE = Path(__file__).parent / "longgang"
TO_M = Transformer.from_crs(4326, 4547, always_xy=True).transform


def main(into: Path = HERE) -> None:
    plan = yaml.safe_load((HERE / "source" / "terrain.yaml").read_text(encoding="utf-8"))
    cell_m = float(plan["cell_m"])
    west_m, south_m, columns, rows = _frame(plan["margin_m"], cell_m)
    xs = west_m + (np.arange(columns) + 0.5) * cell_m
    ys = south_m + (np.arange(rows) + 0.5) * cell_m
    at_m = np.stack(np.meshgrid(xs, ys[::-1]), axis=-1)
    even_m = _even(at_m, plan["spots"])
    ground_m = np.max([even_m, *(_hill(at_m, even_m, hill) for hill in plan["hills"])], axis=0)
    kept = tuple(tuple(row) for row in np.rint(ground_m).astype(int).tolist())
    (into / TERRAIN).write_text(written(Terrain(west_m, south_m, cell_m, kept)), encoding="utf-8")


def _frame(margin_m: float, cell_m: float) -> tuple[float, float, int, int]:
    """The district and its margin, from a corner in whole cells."""
    told = json.loads((HERE / "subdistricts.geojson").read_text(encoding="utf-8"))
    rings = [_positions(feature["geometry"]["coordinates"]) for feature in told["features"]]
    x, y = TO_M(*np.vstack(rings).T)
    west_m, south_m = (np.floor((v.min() - margin_m) / cell_m) * cell_m for v in (x, y))
    columns, rows = (
        int(np.ceil((v.max() + margin_m - corner_m) / cell_m))
        for v, corner_m in ((x, west_m), (y, south_m))
    )
    return float(west_m), float(south_m), columns, rows


def _positions(coordinates: Any) -> np.ndarray:
    """Of nested rings."""
    if isinstance(coordinates[0][0], float):
        return np.array(coordinates)
    return np.vstack([_positions(each) for each in coordinates])


def _even(at_m: np.ndarray, spots: list[dict[str, Any]]) -> np.ndarray:
    """The ground without hills: between the spots by the inverse square of their distance."""
    sites_m = np.column_stack(TO_M(*np.array([spot["at"] for spot in spots]).T))
    grounds_m = np.array([spot["ground_amsl_m"] for spot in spots])
    squares = ((at_m[:, :, None, :] - sites_m) ** 2).sum(axis=3) + 1.0
    weights = 1.0 / squares
    even_m: np.ndarray = (weights * grounds_m).sum(axis=2) / weights.sum(axis=2)
    return even_m


def _hill(at_m: np.ndarray, even_m: np.ndarray, hill: dict[str, Any]) -> np.ndarray:
    off_m = np.hypot(*np.moveaxis(at_m - np.array(TO_M(*hill["at"])), -1, 0))
    rises_m = hill["top_amsl_m"] - even_m
    ground_m: np.ndarray = even_m + rises_m * np.exp(-((off_m / hill["reach_m"]) ** 2))
    return ground_m


if __name__ == "__main__":
    main()
