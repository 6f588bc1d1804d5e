"""The district itself, retained on the bus."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from fleet.contract.base import Model


class NameView(Model):
    zh: str
    en: str


class KindView(Model):
    id: str
    name: NameView
    category: str
    level: int
    dispatch: str


class ContactView(Model):
    id: str
    name: NameView
    phone: str


class CheckItemView(Model):
    id: str
    text: NameView


class ResponsePlanView(Model):
    """What is to be done at an incident that names this plan; plans of one incident add up."""

    id: str
    name: NameView
    brief: NameView | None
    calls: tuple[str, ...]  # ids of contacts, the first to be called first
    camera: NameView | None
    second_drone: NameView | None
    checklist: tuple[CheckItemView, ...]


class DistrictView(Model):
    """The district for a map. The collections are GeoJSON FeatureCollections in WGS-84:
    subdistricts (code, name_zh, name_en, area_km2, communities), communities (name, subdistrict),
    docks (id, name_zh, name_en, drone, subdistrict, alt_amsl_m, and the limits of its weather:
    wind_limit_ms, rain_limit_mm_h, temperature_min_c, temperature_max_c), volumes (id, name_zh,
    name_en, kind, buffer_m), rally_points (id, name_zh, name_en, subdistrict, alt_amsl_m)."""

    id: str
    name: NameView
    schematic: bool
    area_km2: float
    timezone: str
    window_s: float
    kinds: tuple[KindView, ...]
    subdistricts: dict[str, Any]
    communities: dict[str, Any]
    docks: dict[str, Any]
    volumes: dict[str, Any]
    contacts: tuple[ContactView, ...] = ()
    plans: tuple[ResponsePlanView, ...] = ()
    rally_points: dict[str, Any] = Field(default={"type": "FeatureCollection", "features": []})
