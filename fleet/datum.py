"""Positions between WGS-84 and the two shifted datums of Chinese maps.

GCJ-02 is what Amap and Tencent show, BD-09 what Baidu shows. Inside the system everything is
WGS-84; these are for its edges. The shift is the widely known one on the Krasovsky ellipsoid;
outside the box around China it is nothing. Degrees, longitude first.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import StrEnum
from math import cos, pi, sin, sqrt

_A_M = 6378245.0
_EE = 0.00669342162296594323
_X_PI = pi * 3000.0 / 180.0
_BD_LON, _BD_LAT = 0.0065, 0.006
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
_SETTLED_DEG = 1e-12
_ROUNDS = 30


class Datum(StrEnum):
    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


def to_wgs84(lon: float, lat: float, datum: Datum) -> tuple[float, float]:
    """The WGS-84 position of one given in ``datum``."""
    match datum:
        case Datum.WGS84:
            return lon, lat
        case Datum.GCJ02:
            return gcj02_to_wgs84(lon, lat)
        case Datum.BD09:
            return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def from_wgs84(lon: float, lat: float, datum: Datum) -> tuple[float, float]:
    """The position in ``datum`` of one given in WGS-84."""
    match datum:
        case Datum.WGS84:
            return lon, lat
        case Datum.GCJ02:
            return wgs84_to_gcj02(lon, lat)
        case Datum.BD09:
            return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def wgs84_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    if not _is_shifted(lon, lat):
        return lon, lat
    east, north = _offset(lon, lat)
    return lon + east, lat + north


def gcj02_to_wgs84(lon: float, lat: float) -> tuple[float, float]:
    """By fixed-point iteration: a single step would be off by about a metre."""
    if not _is_shifted(lon, lat):
        return lon, lat
    return _inverse(wgs84_to_gcj02, lon, lat)


def gcj02_to_bd09(lon: float, lat: float) -> tuple[float, float]:
    radius = math.hypot(lon, lat) + 0.00002 * sin(lat * _X_PI)
    angle = math.atan2(lat, lon) + 0.000003 * cos(lon * _X_PI)
    return radius * cos(angle) + _BD_LON, radius * sin(angle) + _BD_LAT


def bd09_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    return _inverse(gcj02_to_bd09, lon, lat)


def _inverse(
    forward: Callable[[float, float], tuple[float, float]], lon: float, lat: float
) -> tuple[float, float]:
    x, y = lon, lat
    for _ in range(_ROUNDS):
        at_lon, at_lat = forward(x, y)
        x, y = x + lon - at_lon, y + lat - at_lat
        if abs(lon - at_lon) < _SETTLED_DEG and abs(lat - at_lat) < _SETTLED_DEG:
            break
    return x, y


def _is_shifted(lon: float, lat: float) -> bool:
    return _WEST <= lon <= _EAST and _SOUTH <= lat <= _NORTH


def _offset(lon: float, lat: float) -> tuple[float, float]:
    """Degrees east and north by which GCJ-02 differs at a WGS-84 position."""
    x, y = lon - 105.0, lat - 35.0
    root = sqrt(abs(x))
    common = (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    north_m += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    north_m += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    east_m += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    east_m += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    phi = lat / 180.0 * pi
    magic = 1.0 - _EE * sin(phi) ** 2
    meridian_m = _A_M * (1.0 - _EE) / (magic * sqrt(magic))
    parallel_m = _A_M / sqrt(magic) * cos(phi)
    return east_m * 180.0 / (parallel_m * pi), north_m * 180.0 / (meridian_m * pi)
