"""The files of a district's directory, each as one model; their JSON Schemas are in
configs/schema."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from fleet.district.model import (
    Community,
    Contact,
    DockModel,
    DockSite,
    Drone,
    DroneModel,
    Flight,
    IncidentKind,
    Name,
    RallyPoint,
    ResponsePlan,
    Ring,
    Subdistrict,
    System,
    Volume,
)


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class DistrictFile(_File):
    id: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")  # part of topics and paths
    name: Name
    schematic: bool
    area_km2: float = Field(gt=0)
    timezone: str
    flight: Flight
    system: System


class DocksFile(_File):
    models: dict[str, DockModel]
    docks: tuple[DockSite, ...] = Field(min_length=1)


class DronesFile(_File):
    models: dict[str, DroneModel]
    drones: tuple[Drone, ...] = Field(min_length=1)


class RallyFile(_File):
    rally_points: tuple[RallyPoint, ...]


class IncidentsFile(_File):
    kinds: tuple[IncidentKind, ...] = Field(min_length=1)


class ResponseFile(_File):
    contacts: tuple[Contact, ...]
    plans: tuple[ResponsePlan, ...]


class CommunitiesFile(_File):
    communities: tuple[Community, ...]


class PolygonGeometry(_File):
    type: Literal["Polygon"]
    coordinates: tuple[Ring, ...] = Field(min_length=1)


class MultiPolygonGeometry(_File):
    type: Literal["MultiPolygon"]
    coordinates: tuple[tuple[Ring, ...], ...] = Field(min_length=1)


class SubdistrictProperties(_File):
    code: str = Field(pattern=r"^\d{9}$")
    name_zh: str
    name_en: str
    area_km2: float = Field(gt=0)
    communities: int = Field(ge=0)


class SubdistrictFeature(_File):
    type: Literal["Feature"]
    properties: SubdistrictProperties
    geometry: Annotated[PolygonGeometry | MultiPolygonGeometry, Field(discriminator="type")]

    def value(self) -> Subdistrict:
        one = self.geometry
        p = self.properties
        return Subdistrict(
            code=p.code,
            name=Name(zh=p.name_zh, en=p.name_en),
            area_km2=p.area_km2,
            communities=p.communities,
            polygons=(one.coordinates,) if isinstance(one, PolygonGeometry) else one.coordinates,
        )


class SubdistrictsFile(_File):
    type: Literal["FeatureCollection"]
    note: str = ""
    features: tuple[SubdistrictFeature, ...] = Field(min_length=1)


class VolumeProperties(_File):
    id: str = Field(min_length=1)
    name_zh: str
    name_en: str
    kind: str
    reason: str  # why it is closed, in words
    buffer_m: float = Field(ge=0)


class VolumeFeature(_File):
    type: Literal["Feature"]
    properties: VolumeProperties
    geometry: PolygonGeometry

    def value(self) -> Volume:
        p = self.properties
        return Volume(
            id=p.id,
            name=Name(zh=p.name_zh, en=p.name_en),
            kind=p.kind,
            buffer_m=p.buffer_m,
            polygon=self.geometry.coordinates,
            reason=p.reason,
        )


class VolumesFile(_File):
    type: Literal["FeatureCollection"]
    note: str = ""
    features: tuple[VolumeFeature, ...]


FILES: dict[str, type[BaseModel]] = {
    "district.yaml": DistrictFile,
    "subdistricts.geojson": SubdistrictsFile,
    "communities.yaml": CommunitiesFile,
    "docks.yaml": DocksFile,
    "drones.yaml": DronesFile,
    "volumes.geojson": VolumesFile,
    "rally.yaml": RallyFile,
    "incidents.yaml": IncidentsFile,
    "response.yaml": ResponseFile,
}
