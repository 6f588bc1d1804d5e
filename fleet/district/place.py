"""Which subdistrict a reported place is in, or why it is no place of this district."""

from __future__ import annotations

import math

from fleet.datum import Datum, to_wgs84
from fleet.district.model import District, Subdistrict
from fleet.district.shapes import Shapes
from fleet.process import Refusal

# Boundaries imported from elsewhere may leave slivers between subdistricts; a place in one, or a
# step outside the edge, belongs to the nearest.
SLIVER_M = 1.0
_SHIFTED = {Datum.GCJ02: "GCJ-02 (Amap, Tencent)", Datum.BD09: "BD-09 (Baidu)"}


class PlaceRefused(Refusal):
    """A position that is no place of the district, with the likely mistake named."""

    def __init__(self, lon: float, lat: float, sentence: str) -> None:
        self.lon, self.lat = lon, lat
        super().__init__(sentence)


def locate(district: District, lon: float, lat: float) -> Subdistrict:
    """The subdistrict at a WGS-84 position.

    Raises:
        PlaceRefused: outside the district; latitude and longitude swapped and another datum are
            recognised where they would bring the place inside.
    """
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise PlaceRefused(lon, lat, f"a place needs two finite numbers, not {lon:g}, {lat:g}")
    shapes = district.shapes
    if abs(lon) <= 180 and abs(lat) <= 90:
        found = shapes.holder(lon, lat)
        if found is not None:
            return found
        nearest, away_m = shapes.nearest(lon, lat)
        if away_m <= SLIVER_M:
            return nearest
        raise PlaceRefused(lon, lat, _outside(district, lon, lat, nearest, away_m))
    raise PlaceRefused(
        lon,
        lat,
        _swapped(district, lon, lat)
        or f"{lon:g}, {lat:g} is no place on Earth: longitude is within 180, latitude within 90",
    )


def _outside(
    district: District, lon: float, lat: float, nearest: Subdistrict, away_m: float
) -> str:
    return (
        _swapped(district, lon, lat)
        or _shifted(district.shapes, lon, lat, away_m)
        or f"{_at(lon, lat)} is {_far(away_m)} outside {_both(district)}; "
        f"nearest is {_both(nearest)}"
    )


def _swapped(district: District, lon: float, lat: float) -> str | None:
    if abs(lat) > 180 or abs(lon) > 90:
        return None
    inside = district.shapes.holder(lat, lon)
    if inside is None:
        return None
    return (
        f"latitude and longitude are swapped: longitude comes first, and {_at(lat, lon)} "
        f"is in {_both(inside)}"
    )


def _shifted(shapes: Shapes, lon: float, lat: float, away_m: float) -> str | None:
    """Told only where another datum would bring the place inside."""
    readings = []
    for datum, name in _SHIFTED.items():
        meant_lon, meant_lat = to_wgs84(lon, lat, datum)
        inside = shapes.holder(meant_lon, meant_lat)
        if inside is not None:
            readings.append(
                f"as {name} it is WGS-84 {_at(meant_lon, meant_lat)} in {_both(inside)}"
            )
    if not readings:
        return None
    return (
        f"{_at(lon, lat)} is {_far(away_m)} outside the district if it is WGS-84, "
        f"but {' and '.join(readings)}: give it with its datum, or in WGS-84"
    )


def _at(lon: float, lat: float) -> str:
    return f"{round(lon, 6):.10g}, {round(lat, 6):.10g}"


def _far(away_m: float) -> str:
    return f"{away_m:.0f} m" if away_m < 1000 else f"{away_m / 1000:.1f} km"


def _both(named: District | Subdistrict) -> str:
    return f"{named.name.zh} ({named.name.en})"
