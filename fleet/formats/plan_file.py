"""What a ground station's file holds, in our own items, and what is wrong with one that fails."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.district.document import Fault
from fleet.mavlink.mission import MissionItem
from fleet.mavlink.mission_items import ABSOLUTE, RELATIVE, Fence
from fleet.process import Refusal

FLOAT32_MAX = (2 - 2.0**-23) * 2.0**127
HIGHEST_M = 20_000.0
NO_FENCE = Fence((), ())

TERRAIN = mavlink.MAV_FRAME_GLOBAL_TERRAIN_ALT
FRAMES = {
    ABSOLUTE: "above mean sea level",
    mavlink.MAV_FRAME_MISSION: "no position",
    RELATIVE: "above the take-off point",
    mavlink.MAV_FRAME_GLOBAL_INT: "above mean sea level",
    mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT_INT: "above the take-off point",
    TERRAIN: "above the ground",
    mavlink.MAV_FRAME_GLOBAL_TERRAIN_ALT_INT: "above the ground",
}
COMMANDS = mavlink.enums["MAV_CMD"]


class FileUnsound(Refusal):
    """A file that is no mission: one sentence with file, line or key, and what was expected."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(" ".join(str(fault).split()))


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A mission with what goes with it. Item 0 is the home position, as in every upload."""

    mission: tuple[MissionItem, ...]
    fence: Fence = NO_FENCE
    rally: tuple[MissionItem, ...] = ()

    @property
    def home(self) -> MissionItem:
        return self.mission[0]


def home_item(lon: float, lat: float, alt_amsl_m: float) -> MissionItem:
    return MissionItem(mavlink.MAV_CMD_NAV_WAYPOINT, ABSOLUTE, lon, lat, alt_amsl_m)


def rally_item(lon: float, lat: float, alt_rel_m: float) -> MissionItem:
    return MissionItem(mavlink.MAV_CMD_NAV_RALLY_POINT, RELATIVE, lon, lat, alt_rel_m)


def item_fault(item: MissionItem) -> tuple[str, str] | None:
    """What of an item no autopilot can be sent: (what was found, what was expected)."""
    if item.command not in COMMANDS:
        return f"command {item.command}", "the number of a MAVLink command (MAV_CMD)"
    if item.frame not in FRAMES:
        return f"frame {item.frame}", f"one of {', '.join(map(str, sorted(FRAMES)))} (MAV_FRAME)"
    if not abs(item.y) <= 90:
        swapped = "; are latitude and longitude swapped?" if abs(item.y) <= 180 else ""
        return f"latitude {item.y:g}", f"-90 to 90 degrees{swapped}"
    if not abs(item.x) <= 180:
        return f"longitude {item.x:g}", "-180 to 180 degrees"
    if not abs(item.z) <= HIGHEST_M:
        return f"height {item.z:g}", f"metres, at most {HIGHEST_M:.0f}"
    for number, value in enumerate(item.parameters, start=1):
        if not (math.isnan(value) or abs(value) <= FLOAT32_MAX):
            return f"parameter {number} {value:g}", "a number of 32 bits"
    return None
