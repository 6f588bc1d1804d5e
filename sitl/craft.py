"""A simulated drone as it is configured, whichever way it flies."""

from __future__ import annotations

from dataclasses import dataclass

from fleet.district.model import District, DroneModel
from fleet.process import Refusal


@dataclass(frozen=True, slots=True)
class CraftSpec:
    """Where one drone stands, and the system id it answers to."""

    drone: str
    dock: str
    sysid: int
    lon: float
    lat: float
    alt_amsl_m: float
    heading_deg: float = 0.0


def specs_of(district: District, only: tuple[str, ...]) -> tuple[list[CraftSpec], list[DroneModel]]:
    """The drones of the docks in ``only``, or of all docks, each on its pad.

    Raises:
        Refusal: if ``only`` names a dock that is not configured, or a drone is not marked as
            simulated: simulation never speaks for a real vehicle.
    """
    drones = {drone.id: drone for drone in district.drones}
    known = {site.id for site in district.docks}
    if unknown := [dock for dock in only if dock not in known]:
        raise Refusal(f"--only names docks that are not configured: {', '.join(unknown)}")
    specs, models = [], []
    for site in district.docks:
        if only and site.id not in only:
            continue
        drone = drones[site.drone]
        if not drone.simulated:
            raise Refusal(f"{drone.id} is not marked as simulated; it is not flown by simulation")
        lon, lat = site.at
        specs.append(CraftSpec(drone.id, site.id, drone.sysid, lon, lat, site.alt_amsl_m))
        models.append(district.drone_models[drone.model])
    return specs, models
