"""The height field of a district: its file, and elevation models of others that take its place.

``terrain.asc`` is an ESRI ASCII grid in EPSG:4547 metres, whole metres above the sea. Elevation
models come as such a grid in WGS-84 degrees, or as a tile of SRTM (``N22E114.hgt``: 16-bit
big-endian, rows from north to south, named after its south-west corner).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from fleet.district.document import Fault
from fleet.process import Refusal
from planner.frame import to_degrees
from planner.terrain import Terrain

TERRAIN: Final = "terrain.asc"
LOWEST_M, HIGHEST_M = -500.0, 9000.0
HEAD: Final = ("ncols", "nrows", "xllcorner", "yllcorner", "cellsize", "nodata_value")
_TILE: Final = re.compile(r"([NS])(\d{2})([EW])(\d{3})\.hgt$", re.IGNORECASE)
_TILE_VOID: Final = -32768

Floats = NDArray[np.float64]


class TerrainInvalid(Exception):
    """A file that holds no height field, with its fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass(frozen=True)
class Grid:
    """Heights from north to south; NaN where there is none. Corner and cell are metres or degrees,
    whichever the file is in."""

    west: float
    south: float
    cell: float
    heights_m: Floats

    @property
    def east(self) -> float:
        return self.west + self.cell * self.heights_m.shape[1]

    @property
    def north(self) -> float:
        return self.south + self.cell * self.heights_m.shape[0]


def read_terrain(path: Path) -> Terrain:
    """
    Raises:
        TerrainInvalid: naming file, line and what was expected.
    """
    grid = read_ascii(path)
    if missing := int(np.isnan(grid.heights_m).sum()):
        expected = "a height in each; `dockfleet terrain import` fills a field from another model"
        raise TerrainInvalid(Fault(path.name, None, "", f"{missing} cells without one", expected))
    rows = tuple(tuple(round(height) for height in row) for row in grid.heights_m.tolist())
    return Terrain(grid.west, grid.south, grid.cell, rows)


def written(terrain: Terrain) -> str:
    """The text of ``terrain.asc``."""
    head = (
        *(len(terrain.rows[0]), len(terrain.rows), f"{terrain.west_m:.10g}"),
        *(f"{terrain.south_m:.10g}", f"{terrain.cell_m:g}", -9999),
    )
    lines = [f"{key} {value}" for key, value in zip(HEAD, head, strict=True)]
    lines += [" ".join(map(str, row)) for row in terrain.rows]
    return "\n".join(lines) + "\n"


def read_model(path: Path) -> Grid:
    """An elevation model in degrees: an ASCII grid, or a tile of SRTM.

    Raises:
        TerrainInvalid: if it is neither.
    """
    if path.suffix.lower() == ".hgt":
        return _read_tile(path)
    grid = read_ascii(path)
    if not (-180 <= grid.west < grid.east <= 180 and -90 <= grid.south < grid.north <= 90):
        found = f"corners {grid.west:g}, {grid.south:g} and {grid.east:g}, {grid.north:g}"
        expected = "longitudes and latitudes in degrees (WGS-84)"
        raise TerrainInvalid(Fault(path.name, None, "", found, expected))
    return grid


def sampled(model: Grid, bounds_m: tuple[float, float, float, float], cell_m: float) -> Terrain:
    """The model over west, south, east, north in EPSG:4547, a height for each cell.

    Raises:
        Refusal: if it does not cover them all.
    """
    west_m, south_m = (math.floor(edge_m / cell_m) * cell_m for edge_m in bounds_m[:2])
    columns, rows = (
        math.ceil((bounds_m[2] - west_m) / cell_m),
        math.ceil((bounds_m[3] - south_m) / cell_m),
    )
    xs = west_m + (np.arange(columns) + 0.5) * cell_m
    ys = south_m + (np.arange(rows) + 0.5) * cell_m
    lon, lat = to_degrees(np.stack(np.meshgrid(xs, ys[::-1]), axis=-1).reshape(-1, 2)).T
    where = ((model.north - lat) / model.cell - 0.5, (lon - model.west) / model.cell - 0.5)
    heights_m = map_coordinates(model.heights_m, where, order=1, cval=np.nan)
    missing = float(np.isnan(heights_m).mean())
    if missing > 0:
        raise Refusal(
            f"the model has no height for {missing:.1%} of the district and its surroundings "
            f"({lon.min():.3f} to {lon.max():.3f} E, {lat.min():.3f} to {lat.max():.3f} N)"
        )
    kept = np.rint(heights_m).astype(int).reshape(rows, columns).tolist()
    return Terrain(west_m, south_m, cell_m, tuple(map(tuple, kept)))


def read_ascii(path: Path) -> Grid:
    """An ESRI ASCII grid, with NaN where it holds none.

    Raises:
        TerrainInvalid: naming the line that is wrong.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TerrainInvalid(Fault(path.name, None, "", f"unreadable: {error}", "text")) from None
    head = dict(_head(path, lines))
    columns, rows = (_whole(path, key, head) for key in ("ncols", "nrows"))
    west, south, cell = (_number(path, key, head) for key in ("xllcorner", "yllcorner", "cellsize"))
    if not cell > 0:
        raise TerrainInvalid(Fault(path.name, None, "cellsize", f"{cell:g}", "more than 0"))
    void = float(head["nodata_value"]) if "nodata_value" in head else math.nan
    body = lines[len(head) :]
    if len(body) != rows:
        raise TerrainInvalid(
            Fault(path.name, None, "", f"{len(body)} rows", f"{rows}, as in nrows")
        )
    heights_m = np.array(
        [_row(path, number, line, columns) for number, line in enumerate(body, len(head) + 1)]
    )
    heights_m[heights_m == void] = np.nan
    wrong = np.argwhere((heights_m < LOWEST_M) | (heights_m > HIGHEST_M))
    for row, column in wrong.tolist():
        found = f"{heights_m[row, column]:g} m in column {column + 1}"
        expected = f"heights from {LOWEST_M:.0f} to {HIGHEST_M:.0f} m"
        raise TerrainInvalid(Fault(path.name, len(head) + row + 1, "", found, expected))
    return Grid(west, south, cell, heights_m)


def _head(path: Path, lines: list[str]) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(lines, 1):
        key, *value = line.split() or [""]
        if key.lower() not in HEAD:
            return
        if len(value) != 1:
            found = f"{line.strip()!r}"
            raise TerrainInvalid(Fault(path.name, number, key, found, "the key and one number"))
        yield key.lower(), value[0]


def _number(path: Path, key: str, head: dict[str, str]) -> float:
    try:
        value = float(head[key])
    except (KeyError, ValueError):
        found = head.get(key, "nothing")
        raise TerrainInvalid(Fault(path.name, None, key, found, "a number")) from None
    if not math.isfinite(value):
        raise TerrainInvalid(Fault(path.name, None, key, head[key], "a finite number"))
    return value


def _whole(path: Path, key: str, head: dict[str, str]) -> int:
    value = _number(path, key, head)
    if value < 1 or value != int(value):
        raise TerrainInvalid(Fault(path.name, None, key, head[key], "a whole number from 1"))
    return int(value)


def _row(path: Path, number: int, line: str, columns: int) -> list[float]:
    try:
        row = [float(value) for value in line.split()]
    except ValueError as error:
        raise TerrainInvalid(Fault(path.name, number, "", str(error), "numbers")) from None
    if len(row) != columns or not all(map(math.isfinite, row)):
        found = f"{len(row)} values"
        raise TerrainInvalid(
            Fault(path.name, number, "", found, f"{columns} finite numbers, as in ncols")
        )
    return row


def _read_tile(path: Path) -> Grid:
    """The samples of a tile lie on its edges, the corner ones on whole degrees."""
    name = _TILE.search(path.name)
    try:
        values = np.fromfile(path, dtype=">i2")
    except OSError as error:
        raise TerrainInvalid(Fault(path.name, None, "", f"unreadable: {error}", "a tile")) from None
    side = math.isqrt(len(values))
    if name is None or side < 2 or side * side != len(values):
        found = f"{len(values)} heights" if name else "that name"
        expected = "a square of heights, named after its south-west corner, e.g. N22E114.hgt"
        raise TerrainInvalid(Fault(path.name, None, "", found, expected))
    lat = int(name[2]) * (1 if name[1] in "Nn" else -1)
    lon = int(name[4]) * (1 if name[3] in "Ee" else -1)
    heights_m = values.astype(np.float64).reshape(side, side)
    heights_m[heights_m == _TILE_VOID] = np.nan
    cell = 1.0 / (side - 1)
    return Grid(lon - cell / 2, lat - cell / 2, cell, heights_m)
