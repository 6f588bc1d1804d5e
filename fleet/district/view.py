"""The district as the rest of the system gets it, for a map."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fleet.contract import (
    CheckItemView,
    ContactView,
    DistrictView,
    KindView,
    NameView,
    ResponsePlanView,
)
from fleet.district.model import District, DockModel, Name, ResponsePlan


def district_view(district: District) -> DistrictView:
    return DistrictView(
        id=district.id,
        name=_name(district.name),
        schematic=district.schematic,
        area_km2=district.area_km2,
        timezone=district.timezone,
        window_s=district.flight.window_s,
        kinds=tuple(
            KindView(
                id=k.id, name=_name(k.name), category=k.category, level=k.level, dispatch=k.dispatch
            )
            for k in district.kinds
        ),
        contacts=tuple(
            ContactView(id=each.id, name=_name(each.name), phone=each.phone)
            for each in district.contacts
        ),
        plans=tuple(map(_plan, district.plans)),
        subdistricts=_collection(
            _feature(
                "MultiPolygon",
                s.polygons,
                code=s.code,
                **_names(s.name),
                area_km2=s.area_km2,
                communities=s.communities,
            )
            for s in district.subdistricts
        ),
        communities=_collection(
            _feature("Point", c.at, name=c.name, subdistrict=c.subdistrict)
            for c in district.communities
        ),
        docks=_collection(
            _feature(
                "Point",
                d.at,
                id=d.id,
                **_names(d.name),
                drone=d.drone,
                subdistrict=d.subdistrict,
                alt_amsl_m=d.alt_amsl_m,
                **_limits(district.dock_models[d.model]),
            )
            for d in district.docks
        ),
        volumes=_collection(
            _feature(
                "Polygon",
                v.polygon,
                id=v.id,
                **_names(v.name),
                kind=v.kind,
                reason=v.reason,
                buffer_m=v.buffer_m,
            )
            for v in district.volumes
        ),
        rally_points=_collection(
            _feature(
                "Point",
                r.at,
                id=r.id,
                **_names(r.name),
                subdistrict=r.subdistrict,
                alt_amsl_m=r.alt_amsl_m,
            )
            for r in district.rally_points
        ),
    )


def _collection(features: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def _feature(shape: str, coordinates: Any, /, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": shape, "coordinates": _lists(coordinates)},
        "properties": properties,
    }


def _lists(value: Any) -> Any:
    """Nested lists, so that the view is equal to itself after a trip as JSON."""
    return [_lists(each) for each in value] if isinstance(value, tuple) else value


def _limits(model: DockModel) -> dict[str, float]:
    low_c, high_c = model.temperature_c
    return {
        "wind_limit_ms": model.wind_limit_ms,
        "rain_limit_mm_h": model.rain_limit_mm_h,
        "temperature_min_c": low_c,
        "temperature_max_c": high_c,
    }


def _plan(plan: ResponsePlan) -> ResponsePlanView:
    def text(said: Name | None) -> NameView | None:
        return None if said is None else _name(said)

    return ResponsePlanView(
        id=plan.id,
        name=_name(plan.name),
        brief=text(plan.brief),
        calls=plan.calls,
        camera=text(plan.camera),
        second_drone=text(plan.second_drone),
        checklist=tuple(CheckItemView(id=i.id, text=_name(i.text)) for i in plan.checklist),
    )


def _name(name: Name) -> NameView:
    return NameView(zh=name.zh, en=name.en)


def _names(name: Name) -> dict[str, str]:
    return {"name_zh": name.zh, "name_en": name.en}
