"""Whom a message is for. There is no broadcast address: a target of 0 reaches every vehicle."""

from __future__ import annotations

from dataclasses import dataclass

AUTOPILOT = 1


@dataclass(frozen=True, slots=True)
class VehicleAddress:
    """Exactly one component of exactly one vehicle."""

    sysid: int
    compid: int = AUTOPILOT

    def __post_init__(self) -> None:
        if not 1 <= self.sysid <= 250:
            raise ValueError(f"a vehicle's system id is 1 to 250, not {self.sysid}")
        if not 1 <= self.compid <= 255:
            raise ValueError(f"a component id is 1 to 255, not {self.compid}")
