"""The console's views as GeoJSON (RFC 7946): WGS-84, longitude first, heights above sea level as
the third coordinate. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from fleet.contract import DistrictView, DockView, DroneTelemetry, IncidentView, SortieView

MEDIA_TYPE = "application/geo+json"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "features"],
    "properties": {
        "type": {"const": "FeatureCollection"},
        "features": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "id", "geometry", "properties"],
                "properties": {
                    "type": {"const": "Feature"},
                    "id": {"type": "string"},
                    "geometry": {"anyOf": [{"type": "object"}, {"type": "null"}]},
                    "properties": {"type": "object"},
                },
            },
        },
    },
}

Feature = dict[str, Any]


def collection(features: Iterable[Feature]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def incidents(views: Iterable[IncidentView]) -> dict[str, Any]:
    return collection(
        _feature(view.id, _point(view.lon, view.lat), view, {"lon", "lat", "parts", "decision"})
        for view in views
    )


def sorties(views: Iterable[SortieView], district: DistrictView) -> dict[str, Any]:
    """The ways out, each from its dock to the scene; without a shape where none is known."""
    sites = _sites(district)
    return collection(_feature(view.id, _way(view, sites), view, {"path"}) for view in views)


def docks(views: Iterable[DockView], district: DistrictView) -> dict[str, Any]:
    """What the district tells of each dock, and what it is like now."""
    known = {view.dock: view for view in views}
    features = []
    for site in district.docks["features"]:
        about = site["properties"]
        lon, lat = site["geometry"]["coordinates"][:2]
        view = known.get(about["id"])
        now = {} if view is None else view.model_dump(mode="json", exclude={"dock", "drone"})
        features.append(
            _plain(about["id"], _point(lon, lat, about.get("alt_amsl_m")), {**about, **now})
        )
    return collection(features)


def drones(views: Iterable[DroneTelemetry]) -> dict[str, Any]:
    """Where each drone was last heard; without a place for those that told none."""
    return collection(
        _feature(view.drone, _place_of(view), view, {"lon", "lat", "alt_amsl_m"}) for view in views
    )


def _feature(
    id_: str, geometry: dict[str, Any] | None, view: BaseModel, without: set[str]
) -> Feature:
    return _plain(id_, geometry, view.model_dump(mode="json", exclude=without))


def _plain(id_: str, geometry: dict[str, Any] | None, properties: dict[str, Any]) -> Feature:
    return {"type": "Feature", "id": id_, "geometry": geometry, "properties": properties}


def _point(lon: float, lat: float, alt_amsl_m: float | None = None) -> dict[str, Any]:
    at = [lon, lat] if alt_amsl_m is None else [lon, lat, alt_amsl_m]
    return {"type": "Point", "coordinates": at}


def _place_of(view: DroneTelemetry) -> dict[str, Any] | None:
    if view.lon is None or view.lat is None:
        return None
    return _point(view.lon, view.lat, view.alt_amsl_m)


def _way(view: SortieView, sites: Mapping[str, list[float]]) -> dict[str, Any] | None:
    start = [sites[view.dock]] if view.dock in sites else []
    points = [*start, *(list(point) for point in view.path)]
    if not view.path or len(points) < 2:
        return None
    return {"type": "LineString", "coordinates": points}


def _sites(district: DistrictView) -> dict[str, list[float]]:
    return {
        site["properties"]["id"]: [
            *site["geometry"]["coordinates"][:2],
            site["properties"]["alt_amsl_m"],
        ]
        for site in district.docks["features"]
    }
