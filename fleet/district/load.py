"""Reads a district's directory, with every fault of every file told at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from fleet.district.check import violations
from fleet.district.document import Fault, read_document
from fleet.district.files import (
    FILES,
    CommunitiesFile,
    DistrictFile,
    DocksFile,
    DronesFile,
    IncidentsFile,
    RallyFile,
    ResponseFile,
    SubdistrictsFile,
    VolumesFile,
)
from fleet.district.model import District
from fleet.district.terrain import TERRAIN, TerrainInvalid, read_terrain
from fleet.process import Refusal, end_with
from planner.terrain import Terrain


class ConfigInvalid(Refusal):
    """A district's directory that cannot be read, with all faults found in it."""

    def __init__(self, directory: Path, faults: tuple[Fault, ...]) -> None:
        self.directory, self.faults = directory, faults
        super().__init__(_told(directory, [str(fault) for fault in faults]))


def load(path: Path) -> District:
    """The district in a directory; whether its parts fit each other is ``check``'s to say.

    Raises:
        ConfigInvalid: naming file, line and key of every fault.
    """
    if not path.is_dir():
        what = "a file" if path.exists() else "no such directory"
        expected = f"a directory with {', '.join(FILES)}"
        raise ConfigInvalid(path, (Fault(str(path), None, "", what, expected),))
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, model in FILES.items():
        values[name], found = read_document(path / name, model)
        faults += found
    terrain = None
    try:
        if (path / TERRAIN).exists():
            terrain = read_terrain(path / TERRAIN)
    except TerrainInvalid as invalid:
        faults.append(invalid.fault)
    if faults:
        raise ConfigInvalid(path, tuple(faults))
    return _district(values, terrain)


def load_or_refuse(path: Path) -> District:
    """The district, checked; ends the program with every fault where there are any."""
    try:
        district = load(path)
    except ConfigInvalid as invalid:
        end_with(str(invalid))
    if found := violations(district):
        end_with(_told(path, found))
    return district


def _district(values: dict[str, Any], terrain: Terrain | None) -> District:
    head = cast(DistrictFile, values["district.yaml"])
    docks = cast(DocksFile, values["docks.yaml"])
    drones = cast(DronesFile, values["drones.yaml"])
    subdistricts = cast(SubdistrictsFile, values["subdistricts.geojson"])
    response = cast(ResponseFile, values["response.yaml"])
    volumes = cast(VolumesFile, values["volumes.geojson"])
    return District(
        id=head.id,
        name=head.name,
        schematic=head.schematic,
        area_km2=head.area_km2,
        timezone=head.timezone,
        subdistricts=tuple(feature.value() for feature in subdistricts.features),
        communities=cast(CommunitiesFile, values["communities.yaml"]).communities,
        docks=docks.docks,
        dock_models=docks.models,
        drones=drones.drones,
        drone_models=drones.models,
        volumes=tuple(feature.value() for feature in volumes.features),
        terrain=terrain,
        rally_points=cast(RallyFile, values["rally.yaml"]).rally_points,
        kinds=cast(IncidentsFile, values["incidents.yaml"]).kinds,
        contacts=response.contacts,
        plans=response.plans,
        flight=head.flight,
        system=head.system,
    )


def _told(directory: Path, faults: list[str]) -> str:
    if len(faults) == 1:
        return f"{directory}: {faults[0]}"
    return f"{directory} has {len(faults)} faults:\n" + "\n".join(f"  {fault}" for fault in faults)
