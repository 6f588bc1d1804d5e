"""What a dock and the controller say to each other over MQTT.

Topics are in ``fleet.bus.topics``. State and weather are published retained on every change and
at least every 10 s; commands arrive as ``Request`` envelopes whose body is a ``DockCommand``, and
are answered with a ``Reply`` once they are done or refused.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Cover(StrEnum):
    """The dock's cover as its end switches and motor report it."""

    CLOSED = "closed"
    OPENING = "opening"
    OPEN = "open"
    CLOSING = "closing"
    STUCK = "stuck"  # neither end switch closed within the allowed time


class Charger(StrEnum):
    IDLE = "idle"
    CHARGING = "charging"
    FULL = "full"
    FAULT = "fault"


class DockState(_Model):
    """All that a dock knows of itself; the newest replaces all before it."""

    dock: str
    at: datetime
    cover: Cover
    drone_present: bool  # a drone stands on the pad, by the pad's own sensor
    drone: str | None  # whose, by its contacts; None when absent or unreadable
    charger: Charger
    battery_pct: float | None = Field(ge=0, le=100)  # read through the contacts
    charge_w: float = Field(ge=0)
    faults: tuple[str, ...] = ()  # plain sentences an operator can act on
    emergency_stop: bool = False


class DockWeather(_Model):
    """One reading of the dock's weather station, in figures: NaN is none."""

    model_config = ConfigDict(allow_inf_nan=False)

    dock: str
    at: datetime
    wind_ms: float = Field(ge=0)
    wind_from_deg: float = Field(ge=0, lt=360)
    gust_ms: float = Field(ge=0)
    rain_mm_h: float = Field(ge=0)
    temperature_c: float
    humidity_pct: float = Field(ge=0, le=100)


class VehicleTruth(_Model):
    """Simulation only: where a simulated vehicle really is, for a simulated dock's sensors."""

    drone: str
    lon: float
    lat: float
    height_m: float  # above the ground below it
    on_ground: bool
    battery_pct: float = Field(ge=0, le=100)


class OpenCover(_Model):
    """Open for take-off or landing. Done when the 'open' end switch closes."""

    do: Literal["open"] = "open"


class CloseCover(_Model):
    """Close. Refused while a drone is above the pad but not on it."""

    do: Literal["close"] = "close"


class StartCharge(_Model):
    do: Literal["charge"] = "charge"
    to_pct: float = Field(default=95, gt=0, le=100)


class StopCharge(_Model):
    do: Literal["stop_charge"] = "stop_charge"


class ClearFaults(_Model):
    """Try again after somebody looked: clears latched faults whose cause is gone."""

    do: Literal["clear_faults"] = "clear_faults"


DockCommand = Annotated[
    OpenCover | CloseCover | StartCharge | StopCharge | ClearFaults, Field(discriminator="do")
]
