"""Puts official boundaries of the subdistricts in the place of the drawn ones.

The trap: the district's code 440307 legally contains Dapeng New District, so published files hold
three subdistricts and detached south-eastern parts that are not of this district. They are left
out, and named.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import shapely
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from shapely import MultiPolygon, Polygon

from fleet.datum import Datum, to_wgs84
from fleet.district.check import AREA_TOLERANCE, polygon_fault, tiling_violations
from fleet.district.model import District, Ring, Subdistrict
from fleet.district.shapes import area_km2, metres, tile_of
from fleet.process import Refusal

DAPENG_NAMES = ("葵涌", "大鹏", "南澳")
DAPENG_CODES = ("440307009", "440307010", "440307011")
CODE_FIELDS = ("code", "adcode", "street_code", "gb", "id")
NAME_FIELDS = ("name_zh", "name", "NAME", "名称", "name:zh")
# The areas in the configuration are rounded, and some are shares of what is left: a polygon that
# is off by more than this is another place's.
AREA_FACTOR = 2.0
DETACHED_M = 100.0
DECIMALS = 6  # about 0.1 m; neighbours' equal vertices stay equal


class BoundariesRefused(Refusal):
    """Boundaries that cannot take the place of those in use; nothing was changed."""

    def __init__(self, source: Path, reasons: list[str]) -> None:
        self.reasons = reasons
        told = "; ".join(reasons)
        super().__init__(f"{source} was not imported, nothing is changed: {told}")


@dataclass(frozen=True)
class Imported:
    """New subdistricts, and what of the file was left out and why."""

    subdistricts: tuple[Subdistrict, ...]
    left_out: tuple[str, ...]
    area_km2: float


class _Geometry(BaseModel):
    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)
    type: str
    coordinates: list[Any]


class _Feature(BaseModel):
    model_config = ConfigDict(extra="ignore")
    properties: dict[str, Any] | None = None
    geometry: _Geometry


class _Collection(BaseModel):
    model_config = ConfigDict(extra="ignore")
    features: list[_Feature] = Field(min_length=1)


@dataclass
class _Sorting:
    """Polygons by subdistrict code while a file is being gone through."""

    found: dict[str, list[tuple[Ring, ...]]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


def official_boundaries(
    source: Path, district: District, datum: Datum, name_field: str | None = None
) -> Imported:
    """The subdistricts with the polygons of a GeoJSON file, each found by code or Chinese name.

    Raises:
        BoundariesRefused: if the file does not hold every subdistrict once, or what it holds does
            not tile a district of the published area.
    """
    features = _read(source)
    sorting = _Sorting()
    for number, feature in enumerate(features):
        _sort(sorting, number, feature, district, datum, name_field)
    for subdistrict in district.subdistricts:
        if subdistrict.code not in sorting.found:
            sorting.reasons.append(f"no polygon for {subdistrict.name.zh} ({subdistrict.code})")
    if sorting.reasons:
        raise BoundariesRefused(source, sorting.reasons)
    _drop_detached(sorting, district)
    subdistricts = tuple(_replaced(s, sorting.found[s.code]) for s in district.subdistricts)
    if reasons := [*_mismatches(district, subdistricts)]:
        raise BoundariesRefused(source, reasons)
    total = sum(s.area_km2 for s in subdistricts)
    return Imported(subdistricts, tuple(sorting.left_out), total)


def _read(source: Path) -> list[_Feature]:
    try:
        return _Collection.model_validate(
            json.loads(source.read_text(encoding="utf-8-sig"))
        ).features
    except OSError as error:
        raise BoundariesRefused(source, [f"it cannot be read ({error.strerror})"]) from None
    except UnicodeDecodeError:
        raise BoundariesRefused(source, ["it is not UTF-8 text"]) from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BoundariesRefused(source, [f"it is not JSON ({where}: {error.msg})"]) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        told = f"it is not a GeoJSON FeatureCollection of polygons ({where}: {first['msg']})"
        raise BoundariesRefused(source, [told]) from None


def _sort(
    sorting: _Sorting,
    number: int,
    feature: _Feature,
    district: District,
    datum: Datum,
    name_field: str | None,
) -> None:
    properties = feature.properties or {}
    name = _name(properties, name_field)
    code = _code(properties)
    label = f"feature {number} ({name or code or 'nameless'})"
    if code in DAPENG_CODES or any(name.startswith(known) for known in DAPENG_NAMES):
        sorting.left_out.append(f"{label}: belongs to Dapeng New District")
        return
    of = _matching(district, code, name)
    if of is None:
        sorting.left_out.append(f"{label}: none of the {len(district.subdistricts)} subdistricts")
    elif of.code in sorting.found:
        sorting.reasons.append(f"{label} is a second polygon for {of.name.zh}")
    else:
        try:
            polygons = _polygons(feature.geometry, datum)
        except (TypeError, ValueError, IndexError) as error:
            sorting.reasons.append(f"{label} has no polygon of longitude, latitude ({error})")
            return
        sorting.found[of.code] = polygons
        if fault := polygon_fault(tuple(polygons)):
            sorting.reasons.append(f"{label} {fault}")


def _name(properties: dict[str, Any], name_field: str | None) -> str:
    for key in (name_field,) if name_field else NAME_FIELDS:
        if isinstance(properties.get(key), str):
            return str(properties[key]).strip()
    return ""


def _code(properties: dict[str, Any]) -> str:
    """The nine-digit code; twelve-digit statistics codes and 156-prefixed ones are cut to it."""
    for key in CODE_FIELDS:
        digits = re.sub(r"\D", "", str(properties.get(key, "")))
        digits = digits.removeprefix("156") if len(digits) == 12 else digits
        if len(digits) == 9 or (len(digits) == 12 and digits.endswith("000")):
            return digits[:9]
    return ""


def _matching(district: District, code: str, name: str) -> Subdistrict | None:
    """By code; by name where the code is missing or of another list."""
    for subdistrict in district.subdistricts:
        if code == subdistrict.code:
            return subdistrict
    bare = _bare(name)
    for subdistrict in district.subdistricts:
        if bare and bare == _bare(subdistrict.name.zh):
            return subdistrict
    return None


def _bare(name: str) -> str:
    return name.removeprefix("龙岗区").removesuffix("办事处").removesuffix("街道")


def _polygons(geometry: _Geometry, datum: Datum) -> list[tuple[Ring, ...]]:
    match geometry.type:
        case "Polygon":
            drawn = [geometry.coordinates]
        case "MultiPolygon":
            drawn = geometry.coordinates
        case _:
            raise ValueError(f"geometry of type {geometry.type}")
    return [tuple(_ring(ring, datum) for ring in rings) for rings in drawn]


def _ring(positions: Iterable[Any], datum: Datum) -> Ring:
    ring: list[tuple[float, float]] = []
    for position in positions:
        lon, lat = float(position[0]), float(position[1])
        if abs(lon) > 180 or abs(lat) > 90:
            raise ValueError(f"{lon:g}, {lat:g} is no position; longitude comes first")
        lon, lat = to_wgs84(lon, lat, datum)
        ring.append((round(lon, DECIMALS), round(lat, DECIMALS)))
    return tuple(ring)


def _drop_detached(sorting: _Sorting, district: District) -> None:
    """Keeps the largest connected part of all polygons together and leaves out what lies apart."""
    near = shapely.union_all(
        [
            metres(Polygon(rings[0])).buffer(DETACHED_M / 2)
            for polygons in sorting.found.values()
            for rings in polygons
        ]
    )
    main = max(shapely.get_parts(near), key=lambda part: part.area)
    names = {s.code: s.name.zh for s in district.subdistricts}
    for code, polygons in sorting.found.items():
        apart = [rings for rings in polygons if not main.intersects(metres(Polygon(rings[0])))]
        if apart:
            size = area_km2(MultiPolygon([Polygon(rings[0], rings[1:]) for rings in apart]))
            sorting.left_out.append(
                f"{len(apart)} part(s) of {names[code]}, {size:.2f} km2: detached from the district"
            )
            sorting.found[code] = [rings for rings in polygons if rings not in apart]


def _replaced(subdistrict: Subdistrict, polygons: list[tuple[Ring, ...]]) -> Subdistrict:
    drawn = subdistrict.model_copy(update={"polygons": tuple(polygons)})
    return drawn.model_copy(update={"area_km2": round(area_km2(tile_of(drawn)), 3)})


def _mismatches(district: District, new: tuple[Subdistrict, ...]) -> Iterator[str]:
    for before, after in zip(district.subdistricts, new, strict=True):
        if not 1 / AREA_FACTOR <= after.area_km2 / before.area_km2 <= AREA_FACTOR:
            yield (
                f"{after.name.zh} measures {after.area_km2:.2f} km2 where {before.area_km2:.2f} "
                "km2 is published"
            )
    total = sum(s.area_km2 for s in new)
    if abs(total / district.area_km2 - 1) > AREA_TOLERANCE:
        yield (
            f"together {total:.2f} km2, expected {district.area_km2:.2f} km2 within 1 % "
            "(440307 contains Dapeng New District; it must be left out)"
        )
    yield from (each.removeprefix("subdistricts.geojson: ") for each in tiling_violations(new))
