"""What many commands are given, in one way: the options, and the places and winds in them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fleet.process import end_with

BROKER = "mqtt://127.0.0.1:1883"

DistrictDir = Annotated[
    Path,
    typer.Argument(help="The district's configuration.", envvar="DOCKFLEET_DISTRICT"),
]
BrokerUrl = Annotated[
    str, typer.Option("--broker", envvar="DOCKFLEET_BROKER", help="The MQTT broker's address.")
]
DistrictId = Annotated[
    str, typer.Option("--district", envvar="DOCKFLEET_DISTRICT_ID", help="The district's id.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
MavlinkKey = Annotated[
    str | None,
    typer.Option(
        envvar="DOCKFLEET_MAVLINK_KEY",
        help="Words that MAVLink packets are signed with; better given by the environment.",
    ),
]

WORST_WIND_MS = 60.0  # more than any storm in which somebody would ask


def place(text: str) -> tuple[float, float]:
    """The (lon, lat) of ``LON,LAT``; ends with exit code 2 when it is none."""
    lon, _, lat = text.partition(",")
    try:
        return float(lon), float(lat)
    except ValueError:
        pass
    end_with(f"--at must be LON,LAT in degrees, for instance 114.10,22.65, not {text!r}", 2)


def wind_of(text: str) -> tuple[float, float]:
    """The m/s and degrees of ``SPEED@FROM``; ends with exit code 2 when it is no wind."""
    speed, _, from_ = text.partition("@")
    try:
        speed_ms, from_deg = float(speed), float(from_)
    except ValueError:
        end_with(f"--wind must be SPEED@FROM in m/s and degrees, e.g. 5@60, not {text!r}", 2)
    if not 0 <= speed_ms <= WORST_WIND_MS:
        end_with(f"--wind must be from 0 to {WORST_WIND_MS:.0f} m/s, not {speed_ms:g} m/s", 2)
    if not 0 <= from_deg <= 360:
        end_with(f"--wind must come from 0 to 360 degrees, not from {from_deg:g}", 2)
    return speed_ms, from_deg
