"""The vehicle's side of the mission protocol: missions, fences and rally points received and told.

https://mavlink.io/en/services/mission.html
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from pymavlink.dialects.v20 import ardupilotmega as mavlink

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
        reception = self._reception
        if reception is None or reception.sender != sender:
            return []
        if message.mission_type != reception.plan_type or message.seq != len(reception.items):
            return []
        reception.items.append(message)
        reception.heard_s = now_s
        if len(reception.items) < reception.count:
            return [self._ask(reception, now_s)]
        self._reception = None
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


def _ack(target: tuple[int, int], result: int, plan_type: int) -> Any:
    return mavlink.MAVLink_mission_ack_message(*target, result, plan_type)
