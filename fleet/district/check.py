"""Whether the parts of a district fit each other: every violation as a sentence with its figure."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon
from shapely.validation import explain_validity

from fleet.district.model import District, DockSite, RallyPoint, Ring, Subdistrict
from fleet.district.shapes import area_km2, metres, point_m, tile_of, volume_m
from fleet.district.terrain import TERRAIN
from fleet.people.response import LEVELS, plans_for

AREA_TOLERANCE = 0.01  # of the published figure
TILING_TOLERANCE = 0.001  # of the district's area, overlapping or left out
HEIGHT_TOLERANCE_M = 15.0  # of a height field that knows the ground every 100 m or so
HIGHEST_ROOF_M = 200.0
_ON_EDGE_M = 1.0


def violations(district: District) -> list[str]:
    """Sentences, each beginning with the file to correct; none when all fits."""
    found = [*_identities(district), *_references(district), *_settings(district)]
    broken = [*_broken_polygons(district)]
    if broken:  # what is measured on broken polygons means nothing
        return found + broken
    return [
        *found,
        *tiling_violations(district.subdistricts),
        *_areas(district),
        *_communities(district),
        *_docks(district),
        *_sites(district, "rally.yaml", district.rally_points),
        *_heights(district),
        *_volumes(district),
    ]


def tiling_violations(subdistricts: tuple[Subdistrict, ...]) -> Iterator[str]:
    """Overlaps, gaps and detached parts beyond the tolerance."""
    tiles = [metres(tile_of(each)) for each in subdistricts]
    whole = shapely.union_all(tiles)
    allowed = TILING_TOLERANCE * whole.area
    overlaps = {
        pair: tiles[pair[0]].intersection(tiles[pair[1]]).area
        for pair in itertools.combinations(range(len(tiles)), 2)
    }
    if sum(overlaps.values()) > allowed:
        for (one, other), shared in sorted(overlaps.items(), key=lambda item: -item[1]):
            if shared > allowed / len(tiles):
                yield (
                    f"subdistricts.geojson: {_name(subdistricts[one])} and "
                    f"{_name(subdistricts[other])} overlap by {shared / 1e6:.3f} km2"
                )
    parts = shapely.get_parts(whole)
    gaps = sum(Polygon(hole).area for part in parts for hole in part.interiors)
    if gaps > allowed:
        yield f"subdistricts.geojson: gaps between the subdistricts add up to {gaps / 1e6:.3f} km2"
    detached = whole.area - max(part.area for part in parts)
    if detached > allowed:
        yield (
            f"subdistricts.geojson: {len(parts)} separate parts, {detached / 1e6:.1f} km2 "
            "detached from the largest"
        )


def _identities(district: District) -> Iterator[str]:
    of = {
        ("subdistricts.geojson", "code"): [s.code for s in district.subdistricts],
        ("docks.yaml", "dock"): [d.id for d in district.docks],
        ("docks.yaml", "drone"): [d.drone for d in district.docks],
        ("drones.yaml", "drone"): [d.id for d in district.drones],
        ("drones.yaml", "sysid"): [d.sysid for d in district.drones],
        ("volumes.geojson", "volume"): [v.id for v in district.volumes],
        ("rally.yaml", "rally point"): [r.id for r in district.rally_points],
        ("incidents.yaml", "kind"): [k.id for k in district.kinds],
        ("response.yaml", "contact"): [c.id for c in district.contacts],
        ("response.yaml", "plan"): [p.id for p in district.plans],
        ("response.yaml", "item"): [i.id for p in district.plans for i in p.checklist],
        ("communities.yaml", "community"): [(c.subdistrict, c.name) for c in district.communities],
    }
    for (file, what), values in of.items():
        for value, times in Counter(cast(list[Hashable], values)).items():
            if times > 1:
                shown = value if not isinstance(value, tuple) else " ".join(value)
                yield f"{file}: {what} {shown} is given {times} times, expected once"


def _references(district: District) -> Iterator[str]:
    codes = {s.code for s in district.subdistricts}
    drones = {d.id for d in district.drones}
    homes = {d.drone for d in district.docks}
    for dock in district.docks:
        yield from _unknown("docks.yaml", dock.id, "subdistrict", dock.subdistrict, codes)
        yield from _unknown("docks.yaml", dock.id, "model", dock.model, district.dock_models)
        yield from _unknown("docks.yaml", dock.id, "drone", dock.drone, drones)
    for drone in district.drones:
        yield from _unknown("drones.yaml", drone.id, "model", drone.model, district.drone_models)
        if drone.id not in homes:
            yield f"drones.yaml: {drone.id} has no dock; every drone lives in one"
    for point in district.rally_points:
        yield from _unknown("rally.yaml", point.id, "subdistrict", point.subdistrict, codes)
    for community in district.communities:
        yield from _unknown(
            "communities.yaml", community.name, "subdistrict", community.subdistrict, codes
        )
    yield from _plans(district)


def _plans(district: District) -> Iterator[str]:
    kinds, contacts = {k.id for k in district.kinds}, {c.id for c in district.contacts}
    for plan in district.plans:
        for named in plan.kinds:
            yield from _unknown("response.yaml", plan.id, "kind", named, kinds)
        for call in plan.calls:
            yield from _unknown("response.yaml", plan.id, "call", call, contacts)
    if not district.plans:
        return  # no plans are better than a part of them: nobody expects one then
    for kind in district.kinds:
        missing = [n for n in LEVELS if not plans_for(district.plans, kind.id, n)]
        if missing:
            shown = ", ".join(map(str, missing))
            yield f"response.yaml: no plan fits {kind.id} of level {shown}, expected at least one"


def _unknown(file: str, who: str, what: str, value: str, known: Iterable[str]) -> Iterator[str]:
    if value not in known:
        listed = sorted(known)
        shown = ", ".join(listed[:12]) + (", ..." if len(listed) > 12 else "")
        yield f"{file}: {who} has {what} {value}, expected one of {shown}"


def _settings(district: District) -> Iterator[str]:
    try:
        ZoneInfo(district.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        yield (
            f"district.yaml: timezone {district.timezone!r} is unknown, "
            "expected a name such as Asia/Shanghai"
        )
    for name, model in district.dock_models.items():
        low, high = model.temperature_c
        if low >= high:
            yield (
                f"docks.yaml: model {name} has temperature_c [{low:g}, {high:g}], "
                "expected the lower limit first"
            )


def _broken_polygons(district: District) -> Iterator[str]:
    drawn: list[tuple[str, tuple[tuple[Ring, ...], ...]]] = [
        (f"subdistricts.geojson: {_name(s)}", s.polygons) for s in district.subdistricts
    ]
    drawn += [(f"volumes.geojson: {v.id} {v.name.zh}", (v.polygon,)) for v in district.volumes]
    for who, polygons in drawn:
        if fault := polygon_fault(polygons):
            yield f"{who} {fault}"


def polygon_fault(polygons: tuple[tuple[Ring, ...], ...]) -> str | None:
    """What keeps rings from being a polygon, as the end of a sentence."""
    for ring in itertools.chain.from_iterable(polygons):
        if len(ring) < 4 or ring[0] != ring[-1]:
            return (
                f"has a ring of {len(ring)} positions that is not closed, "
                "expected four or more, the last equal to the first"
            )
    shape = shapely.MultiPolygon([Polygon(rings[0], rings[1:]) for rings in polygons])
    return None if shape.is_valid else f"is not a simple polygon: {explain_validity(shape)}"


def _areas(district: District) -> Iterator[str]:
    total = 0.0
    for subdistrict in district.subdistricts:
        drawn = area_km2(tile_of(subdistrict))
        total += drawn
        if abs(drawn / subdistrict.area_km2 - 1) > AREA_TOLERANCE:
            yield (
                f"subdistricts.geojson: {_name(subdistrict)} is drawn with {drawn:.2f} km2, "
                f"expected {subdistrict.area_km2:.2f} km2 within 1 %"
            )
    if abs(total / district.area_km2 - 1) > AREA_TOLERANCE:
        yield (
            f"subdistricts.geojson: together {total:.2f} km2, "
            f"expected {district.area_km2:.2f} km2 within 1 %"
        )


def _communities(district: District) -> Iterator[str]:
    counted = Counter(community.subdistrict for community in district.communities)
    for subdistrict in district.subdistricts:
        if counted[subdistrict.code] != subdistrict.communities:
            yield (
                f"communities.yaml: {_name(subdistrict)} has {counted[subdistrict.code]} "
                f"communities, expected {subdistrict.communities}"
            )
    tiles = _tiles(district)
    for community in district.communities:
        tile = tiles.get(community.subdistrict)
        away_m = 0.0 if tile is None else tile.distance(point_m(*community.at))
        if away_m > _ON_EDGE_M:
            yield (
                f"communities.yaml: the anchor of {community.name} is {away_m:.0f} m outside its "
                f"subdistrict {community.subdistrict}{_swapped(community.at)}"
            )


def _docks(district: District) -> Iterator[str]:
    yield from _sites(district, "docks.yaml", district.docks)
    served = {dock.subdistrict for dock in district.docks}
    for subdistrict in district.subdistricts:
        if subdistrict.code not in served:
            yield f"docks.yaml: {_name(subdistrict)} has no dock, expected at least one"


def _sites(district: District, file: str, sites: Sequence[DockSite | RallyPoint]) -> Iterator[str]:
    """What keeps drones from landing at places that are not where they should be."""
    tiles = _tiles(district)
    whole = district.shapes.whole_m
    closed = [(v, volume_m(v)) for v in district.volumes]
    for site in sites:
        at, who = point_m(*site.at), f"{file}: {site.id} {site.name.zh}"
        tile = tiles.get(site.subdistrict)
        outside_m = whole.distance(at)
        if outside_m > _ON_EDGE_M:
            yield f"{who} is {outside_m:.0f} m outside the district{_swapped(site.at)}"
        elif tile is not None and (away_m := tile.distance(at)) > _ON_EDGE_M:
            yield f"{who} is {away_m:.0f} m outside its subdistrict {site.subdistrict}"
        for volume, shape in closed:
            clear_m = shape.distance(at)
            if clear_m <= volume.buffer_m:
                yield (
                    f"{who} is {clear_m:.0f} m from no-fly volume {volume.id} {volume.name.zh}, "
                    f"expected more than its buffer of {volume.buffer_m:g} m"
                )


def _heights(district: District) -> Iterator[str]:
    """Pads stand on the ground or on a roof, rally points on the ground."""
    terrain = district.terrain
    if terrain is None:
        return
    field = shapely.box(terrain.west_m, terrain.south_m, terrain.east_m, terrain.north_m)
    if (outside := district.shapes.whole_m.difference(field).area) > 0:
        yield f"{TERRAIN}: {outside / 1e6:.2f} km2 of the district lie outside the height field"
    yield from _standing(district, "docks.yaml", district.docks, HIGHEST_ROOF_M)
    yield from _standing(district, "rally.yaml", district.rally_points, HEIGHT_TOLERANCE_M)


def _standing(
    district: District,
    file: str,
    sites: Sequence[DockSite | RallyPoint],
    highest_m: float,
) -> Iterator[str]:
    if not sites:
        return
    grounds_m = district.grounds_amsl_m(np.array([site.at for site in sites]))
    for site, ground_m in zip(sites, grounds_m.tolist(), strict=True):
        above_m = site.alt_amsl_m - ground_m
        if not -HEIGHT_TOLERANCE_M <= above_m <= highest_m:
            yield (
                f"{file}: {site.id} {site.name.zh} is told to stand {above_m:+.0f} m above the "
                f"ground of {TERRAIN}, expected from {-HEIGHT_TOLERANCE_M:.0f} to {highest_m:.0f} m"
            )


def _volumes(district: District) -> Iterator[str]:
    whole = district.shapes.whole_m
    for volume in district.volumes:
        away_m = whole.distance(volume_m(volume))
        if away_m > volume.buffer_m:
            yield (
                f"volumes.geojson: {volume.id} {volume.name.zh} is {away_m / 1000:.1f} km outside "
                f"the district{_swapped(volume.polygon[0][0])}"
            )


def _tiles(district: District) -> dict[str, MultiPolygon]:
    return {s.code: district.shapes.tile_m(s.code) for s in district.subdistricts}


def _swapped(at: tuple[float, float]) -> str:
    # China is east of 73 E and south of 54 N: the greater number is the longitude
    return "; are longitude and latitude swapped?" if at[0] < at[1] else ""


def _name(subdistrict: Subdistrict) -> str:
    return f"{subdistrict.name.zh} ({subdistrict.code})"
