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
    east, north = _transformer(GEOGRAPHIC, PROJECTED).transform(lon_lat[:, 0], lon_lat[:, 1])
    return np.column_stack((east, north))


def to_degrees(east_north: Points) -> Points:
    """(east, north) rows to (lon, lat) rows."""
    lon, lat = _transformer(PROJECTED, GEOGRAPHIC).transform(east_north[:, 0], east_north[:, 1])
    return np.column_stack((lon, lat))
