"""What a lease lets its holder do: fly the drone, and nothing that outlasts the lease.

Parameters, fence, mission (the way back is in it), home and logs stay the controller's, so that a
drone taken back in mid-air is still the one that was verified before its take-off. Whatever is not
listed here is refused.
"""

from __future__ import annotations

from typing import Final

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.codec import MavMessage
from fleet.mavlink.effect import changes
from fleet.mavlink.state import MODE_NUMBERS

# Modes that hold the drone in the air or bring it down by themselves; others need sticks.
MODES: Final = {name: MODE_NUMBERS[name] for name in ("GUIDED", "AUTO", "BRAKE", "RTL", "LAND")}

COMMANDS: Final = frozenset(
    {
        mavlink.MAV_CMD_NAV_TAKEOFF,
        mavlink.MAV_CMD_NAV_LAND,
        mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH,
        mavlink.MAV_CMD_NAV_LOITER_UNLIM,
        mavlink.MAV_CMD_COMPONENT_ARM_DISARM,
        mavlink.MAV_CMD_MISSION_START,
        mavlink.MAV_CMD_DO_SET_MISSION_CURRENT,
        mavlink.MAV_CMD_DO_SET_MODE,
        mavlink.MAV_CMD_DO_REPOSITION,
        mavlink.MAV_CMD_DO_CHANGE_SPEED,
        mavlink.MAV_CMD_DO_PAUSE_CONTINUE,
        mavlink.MAV_CMD_CONDITION_YAW,
        mavlink.MAV_CMD_DO_SET_ROI,
        mavlink.MAV_CMD_DO_SET_ROI_LOCATION,
        mavlink.MAV_CMD_DO_SET_ROI_NONE,
        mavlink.MAV_CMD_DO_MOUNT_CONTROL,
        mavlink.MAV_CMD_DO_GIMBAL_MANAGER_CONFIGURE,
        mavlink.MAV_CMD_DO_GIMBAL_MANAGER_PITCHYAW,
        mavlink.MAV_CMD_SET_CAMERA_ZOOM,
    }
)
MESSAGES: Final = frozenset(
    {
        "SET_MODE",
        "MISSION_SET_CURRENT",
        "SET_POSITION_TARGET_LOCAL_NED",
        "SET_POSITION_TARGET_GLOBAL_INT",
    }
)
_ITEMS: Final = ("MISSION_ITEM", "MISSION_ITEM_INT")
FLY_THERE: Final = 2  # ``current`` of an item that is no part of a mission: DroneKit's simple_goto


def beyond_a_lease(message: MavMessage) -> str | None:
    """Why no lease gives leave for this message, in words; None where one does."""
    kind = message.get_type()
    if not changes(message) or (kind in MESSAGES and kind != "SET_MODE"):
        return None
    if kind == "SET_MODE":
        return _mode(message.custom_mode)
    if kind in _ITEMS and message.current == FLY_THERE:
        return None
    if kind not in ("COMMAND_LONG", "COMMAND_INT"):
        return f"no lease is for {kind}"
    if message.command not in COMMANDS:
        return f"no lease is for command {message.command}"
    if message.command == mavlink.MAV_CMD_DO_SET_MODE:
        return _mode(message.param2)
    if message.command == mavlink.MAV_CMD_COMPONENT_ARM_DISARM and message.param2 != 0:
        return "no lease is for arming or stopping by force"
    return None


def _mode(number: float) -> str | None:
    if number in MODES.values():
        return None
    return f"no lease is for mode {number:g}, only {', '.join(MODES)}"
