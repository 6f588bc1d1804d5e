"""Which messages make a vehicle do or keep something, and which only make it tell something.

Whatever is not listed here as asking counts as a change, so that a kind of message nobody thought
of needs a lease.
"""

from __future__ import annotations

from typing import Final

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.codec import MavMessage
from fleet.mavlink.ftp_packet import READING, ftp_opcode

ASKING: Final = {
    "PARAM_REQUEST_READ": "the vehicle tells a parameter and keeps it as it is",
    "PARAM_REQUEST_LIST": "the vehicle tells all of them, as fast as its link bears",
    "MISSION_REQUEST_LIST": "the vehicle tells how many items it has",
    "MISSION_REQUEST_INT": "the vehicle tells one item",
    "MISSION_REQUEST": "the same, as older ground stations ask it",
    "LOG_REQUEST_LIST": "the vehicle tells which logs it has",
    "LOG_REQUEST_DATA": "the vehicle tells a part of a log",
    "LOG_REQUEST_END": "the vehicle stops telling it",
    "TIMESYNC": "the vehicle tells its clock, and is told ours",
    "OPEN_DRONE_ID_BASIC_ID": "tells the drone's transmitter which drone it is",
    "OPEN_DRONE_ID_OPERATOR_ID": "and who operates it, whoever has its lease",
    "OPEN_DRONE_ID_SELF_ID": "and what for",
    "OPEN_DRONE_ID_SYSTEM": "and where from",
    "MISSION_ACK": "ends a read-back; an upload is acknowledged by the vehicle, not by us",
}

ASKING_COMMANDS: Final = {
    mavlink.MAV_CMD_SET_MESSAGE_INTERVAL: "how often the vehicle tells something to who asks",
    mavlink.MAV_CMD_GET_MESSAGE_INTERVAL: "it tells how often that is",
    mavlink.MAV_CMD_REQUEST_MESSAGE: "the vehicle tells something once",
    mavlink.MAV_CMD_REQUEST_PROTOCOL_VERSION: "the same, as older ground stations ask it",
    mavlink.MAV_CMD_REQUEST_AUTOPILOT_CAPABILITIES: "the same",
    mavlink.MAV_CMD_GET_HOME_POSITION: "the same",
}

# Commands that name the state they lead to, not a step towards it: carried out twice, they leave
# what they leave when carried out once. An autopilot need not heed ``confirmation`` (ArduCopter
# does not), so only these are sent again while no answer comes.
REPEATABLE: Final = frozenset(
    {
        *ASKING_COMMANDS,
        mavlink.MAV_CMD_DO_SET_MODE,
        mavlink.MAV_CMD_COMPONENT_ARM_DISARM,
        mavlink.MAV_CMD_MISSION_START,
        mavlink.MAV_CMD_DO_SET_MISSION_CURRENT,
        mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH,
        mavlink.MAV_CMD_DO_CHANGE_SPEED,
        mavlink.MAV_CMD_DO_REPOSITION,
        mavlink.MAV_CMD_BATTERY_RESET,
        mavlink.MAV_CMD_DO_GIMBAL_MANAGER_PITCHYAW,  # with angles, as we send it; rates add up
        mavlink.MAV_CMD_DO_GIMBAL_MANAGER_CONFIGURE,
        mavlink.MAV_CMD_SET_CAMERA_ZOOM,  # to a share of the range, as we send it
    }
)


def changes(message: MavMessage) -> bool:
    """Whether the message makes a vehicle do or keep something."""
    kind = message.get_type()
    if kind in ("COMMAND_LONG", "COMMAND_INT"):
        return message.command not in ASKING_COMMANDS
    if kind == "FILE_TRANSFER_PROTOCOL":  # the same message reads files and writes them
        return ftp_opcode(message) not in READING
    return kind not in ASKING
