"""The vehicle's side of the mission protocol: missions, fences and rally points received and told.

https://mavlink.io/en/services/mission.html
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from pymavlink.dialects.v20 import ardupilotmega as mavlink

_FLOWN = {
    mavlink.MAV_CMD_NAV_WAYPOINT,
    mavlink.MAV_CMD_NAV_LOITER_UNLIM,
    mavlink.MAV_CMD_NAV_LOITER_TIME,
    mavlink.MAV_CMD_NAV_LOITER_TURNS,
    mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH,
    mavlink.MAV_CMD_NAV_LAND,
    mavlink.MAV_CMD_NAV_TAKEOFF,
    mavlink.MAV_CMD_CONDITION_YAW,
    mavlink.MAV_CMD_DO_CHANGE_SPEED,
    mavlink.MAV_CMD_DO_SET_ROI,
    mavlink.MAV_CMD_DO_SET_ROI_LOCATION,
    mavlink.MAV_CMD_DO_SET_ROI_NONE,
    mavlink.MAV_CMD_DO_MOUNT_CONTROL,
    mavlink.MAV_CMD_DO_DIGICAM_CONTROL,
    mavlink.MAV_CMD_DO_SET_CAM_TRIGG_DIST,
    mavlink.MAV_CMD_IMAGE_START_CAPTURE,
}
_KNOWN = {
    mavlink.MAV_MISSION_TYPE_MISSION: _FLOWN,
    mavlink.MAV_MISSION_TYPE_FENCE: {
        mavlink.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_INCLUSION,
        mavlink.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_EXCLUSION,
    },
    mavlink.MAV_MISSION_TYPE_RALLY: {mavlink.MAV_CMD_NAV_RALLY_POINT},
}
ASK_AGAIN_S = 1.0
GIVE_UP_S = 8.0


@dataclass(slots=True)
class _Reception:
    """An upload under way."""

    plan_type: int
    count: int
    sender: tuple[int, int]
    items: list[Any] = field(default_factory=list)
    asked_s: float = -math.inf
    heard_s: float = 0.0


class Plans:
    """The three plans of one vehicle, and the transfer that is under way."""

    def __init__(self, home: Any) -> None:
        self.items: dict[int, list[Any]] = {0: [home], 1: [], 2: []}
        self._reception: _Reception | None = None
        self.version = 0  # counts accepted missions

    def take(self, message: Any, now_s: float) -> list[Any]:
        """What to answer to a message of the protocol."""
        sender = (message.get_srcSystem(), message.get_srcComponent())
        if message.mission_type not in self.items:
            return [_ack(sender, mavlink.MAV_MISSION_UNSUPPORTED, message.mission_type)]
        match message.get_type():
            case "MISSION_COUNT":
                return self._begin(message, sender, now_s)
            case "MISSION_ITEM_INT":
                return self._receive(message, sender, now_s)
            case "MISSION_REQUEST_LIST":
                count = len(self.items[message.mission_type])
                return [mavlink.MAVLink_mission_count_message(*sender, count, message.mission_type)]
            case "MISSION_REQUEST_INT":
                return self._tell(message, sender)
            case "MISSION_CLEAR_ALL":
                self._accept(message.mission_type, [])
                return [_ack(sender, mavlink.MAV_MISSION_ACCEPTED, message.mission_type)]
        return []

    def tick(self, now_s: float) -> list[Any]:
        """Asks again for an item that did not come; gives up on a sender that went silent."""
        reception = self._reception
        if reception is None or now_s - reception.asked_s < ASK_AGAIN_S:
            return []
        if now_s - reception.heard_s > GIVE_UP_S:
            self._reception = None
            cancelled = mavlink.MAV_MISSION_OPERATION_CANCELLED
            return [_ack(reception.sender, cancelled, reception.plan_type)]
        return [self._ask(reception, now_s)]

    def _begin(self, message: Any, sender: tuple[int, int], now_s: float) -> list[Any]:
        if message.count == 0:
            self._accept(message.mission_type, [])
            return [_ack(sender, mavlink.MAV_MISSION_ACCEPTED, message.mission_type)]
        reception = _Reception(message.mission_type, message.count, sender, heard_s=now_s)
        self._reception = reception
        return [self._ask(reception, now_s)]

    def _receive(self, message: Any, sender: tuple[int, int], now_s: float) -> list[Any]:
        """As ArduCopter, it answers also what it does not wait for: who missed the end of an upload
        learns from that that it is over."""
        reception = self._reception
        if reception is None or (message.mission_type, sender) != (
            reception.plan_type,
            reception.sender,
        ):
            return [_ack(sender, mavlink.MAV_MISSION_ERROR, message.mission_type)]
        if message.seq != len(reception.items):
            return [_ack(sender, mavlink.MAV_MISSION_INVALID_SEQUENCE, message.mission_type)]
        first = reception.plan_type == mavlink.MAV_MISSION_TYPE_MISSION and message.seq == 0
        if message.command not in _KNOWN[reception.plan_type] and not first:
            self._reception = None
            return [_ack(sender, mavlink.MAV_MISSION_UNSUPPORTED, reception.plan_type)]
        if not all(map(math.isfinite, (message.param1, message.param2, message.z))):
            self._reception = None
            return [_ack(sender, mavlink.MAV_MISSION_INVALID, reception.plan_type)]
        reception.items.append(message)
        reception.heard_s = now_s
        if len(reception.items) < reception.count:
            return [self._ask(reception, now_s)]
        self._reception = None
        is_fence = reception.plan_type == mavlink.MAV_MISSION_TYPE_FENCE
        if is_fence and not _are_polygons(reception.items):
            return [_ack(sender, mavlink.MAV_MISSION_INVALID, reception.plan_type)]
        self._accept(reception.plan_type, reception.items)
        return [_ack(sender, mavlink.MAV_MISSION_ACCEPTED, reception.plan_type)]

    def _ask(self, reception: _Reception, now_s: float) -> Any:
        reception.asked_s = now_s
        return mavlink.MAVLink_mission_request_int_message(
            *reception.sender, len(reception.items), reception.plan_type
        )

    def _accept(self, plan_type: int, items: list[Any]) -> None:
        if plan_type == mavlink.MAV_MISSION_TYPE_MISSION:
            self.version += 1
            items = [self.items[plan_type][0], *items[1:]]  # item 0 is home, kept by the vehicle
        self.items[plan_type] = items

    def _tell(self, message: Any, sender: tuple[int, int]) -> list[Any]:
        items = self.items[message.mission_type]
        if message.seq >= len(items):
            invalid = mavlink.MAV_MISSION_INVALID_SEQUENCE
            return [_ack(sender, invalid, message.mission_type)]
        item = items[message.seq]
        return [
            mavlink.MAVLink_mission_item_int_message(
                *sender,
                message.seq,
                item.frame,
                item.command,
                0,
                1,
                item.param1,
                item.param2,
                item.param3,
                item.param4,
                item.x,
                item.y,
                item.z,
                message.mission_type,
            )
        ]


def _are_polygons(items: list[Any]) -> bool:
    """Whether each polygon has the corners that it says, at least three."""
    seq = 0
    while seq < len(items):
        corners = int(items[seq].param1)
        ring = items[seq : seq + corners]
        kinds = {(item.command, item.param1) for item in ring}
        if corners < 3 or len(ring) < corners or len(kinds) > 1:
            return False
        seq += corners
    return True


def _ack(target: tuple[int, int], result: int, plan_type: int) -> Any:
    return mavlink.MAVLink_mission_ack_message(*target, result, plan_type)
