"""Who the drones are and who operates them, for their remote identification."""

from __future__ import annotations

from fleet.district.model import District
from fleet.mavlink.drone_id import DroneIdentity


def identities(district: District) -> dict[str, DroneIdentity]:
    """By drone; of those that have a serial number, where an operator is configured."""
    told = district.system.remote_id
    if told is None:
        return {}
    lon, lat = told.operator_at
    return {
        drone.id: DroneIdentity(
            drone.serial, told.operator_id, told.description, lon, lat, told.operator_alt_hae_m
        )
        for drone in district.drones
        if drone.serial is not None
    }
