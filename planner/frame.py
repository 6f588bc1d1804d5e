"""Degrees to metres and back: CGCS2000 3-degree Gauss-Krueger, central meridian 114 E."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

Points = NDArray[np.float64]  # shape (n, 2)

GEOGRAPHIC, PROJECTED = "EPSG:4326", "EPSG:4547"


@cache
def _transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def to_metres(lon_lat: Points) -> Points:
    """(lon, lat) rows to (east, north) rows."""
    return _transformed(lon_lat, _transformer(GEOGRAPHIC, PROJECTED))


def to_degrees(east_north: Points) -> Points:
    """(east, north) rows to (lon, lat) rows."""
    return _transformed(east_north, _transformer(PROJECTED, GEOGRAPHIC))


def _transformed(points: Points, transformer: Transformer) -> Points:
    if len(points) == 1:  # pyproj takes an array of one for a number, which numpy will not allow
        return np.array([transformer.transform(*points[0].tolist())])
    return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))
