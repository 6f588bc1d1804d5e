"""The mission protocol for missions, fences and rally points: upload, download, comparison.

https://mavlink.io/en/services/mission.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.address import VehicleAddress
from fleet.mavlink.codec import MavMessage
from fleet.mavlink.exchange import Retried, VehicleRefused
from fleet.mavlink.params import same_float32

PAUSE_S = 0.8
TRIES = 12


class PlanType(IntEnum):
    MISSION = mavlink.MAV_MISSION_TYPE_MISSION
    FENCE = mavlink.MAV_MISSION_TYPE_FENCE
    RALLY = mavlink.MAV_MISSION_TYPE_RALLY


@dataclass(frozen=True, slots=True)
class MissionItem:
    """One item; ``x`` and ``y`` are longitude and latitude in degrees, ``z`` metres."""

    command: int
    frame: int
    x: float = 0.0
    y: float = 0.0
    z: float = 0.0
    param1: float = 0.0
    param2: float = 0.0
    param3: float = 0.0
    param4: float = 0.0

    def same(self, other: MissionItem, with_height: bool) -> bool:
        """Whether a vehicle that was told this has kept it: positions to 1e-7 degrees."""
        return (
            self.command == other.command
            and _e7(self.x) == _e7(other.x)
            and _e7(self.y) == _e7(other.y)
            and (not with_height or abs(self.z - other.z) <= 0.02)
            and (self.param1 == other.param1 or same_float32(self.param1, other.param1))
        )


def _e7(degrees: float) -> int:
    return round(degrees * 1e7)


_WORDS = {
    mavlink.MAV_MISSION_NO_SPACE: "no space for that many items",
    mavlink.MAV_MISSION_INVALID: "an item is invalid",
    mavlink.MAV_MISSION_UNSUPPORTED: "a command is not supported",
    mavlink.MAV_MISSION_UNSUPPORTED_FRAME: "a frame is not supported",
    mavlink.MAV_MISSION_INVALID_SEQUENCE: "items came out of order",
    mavlink.MAV_MISSION_DENIED: "denied",
    mavlink.MAV_MISSION_OPERATION_CANCELLED: "cancelled",
}


class Upload(Retried[int]):
    """Sends all items of one plan; the result is their number."""

    def __init__(
        self, address: VehicleAddress, plan_type: PlanType, items: Sequence[MissionItem]
    ) -> None:
        super().__init__(PAUSE_S, TRIES)
        self.what = f"{plan_type.name.lower()} upload"
        self._address, self._type, self._items = address, plan_type, list(items)
        self._started = False

    def _ask(self) -> list[MavMessage]:
        """The count starts the upload; later the vehicle asks again by itself for what it lacks,
        and a repeated count makes one that has given up begin anew."""
        return [
            mavlink.MAVLink_mission_count_message(
                self._address.sysid, self._address.compid, len(self._items), int(self._type)
            )
        ]

    def take(self, message: MavMessage, now_s: float) -> list[MavMessage]:
        kind = message.get_type()
        if kind in ("MISSION_REQUEST", "MISSION_REQUEST_INT"):
            if message.mission_type != self._type or message.seq >= len(self._items):
                return []
            self._started = True
            self._progress(now_s)
            return [self._item(message.seq)]
        if kind == "MISSION_ACK" and message.mission_type == self._type:
            self._acknowledged(message.type)
        return []

    def _acknowledged(self, result: int) -> None:
        if result == mavlink.MAV_MISSION_ACCEPTED:
            # an acceptance before the first request is that of an earlier upload, come late
            if self._started or not self._items:
                self._succeed(len(self._items))
        elif result != mavlink.MAV_MISSION_INVALID_SEQUENCE:
            words = _WORDS.get(result, f"refused with result {result}")
            self._fail(VehicleRefused(f"{self.what}: {words}"))

    def _item(self, seq: int) -> MavMessage:
        item = self._items[seq]
        return mavlink.MAVLink_mission_item_int_message(
            self._address.sysid,
            self._address.compid,
            seq,
            item.frame,
            item.command,
            0,
            1,
            item.param1,
            item.param2,
            item.param3,
            item.param4,
            _e7(item.y),
            _e7(item.x),
            item.z,
            int(self._type),
        )


class Download(Retried[list[MissionItem]]):
    """Reads all items of one plan back from the vehicle."""

    def __init__(self, address: VehicleAddress, plan_type: PlanType) -> None:
        super().__init__(PAUSE_S, TRIES)
        self.what = f"{plan_type.name.lower()} read-back"
        self._address, self._type = address, plan_type
        self._count: int | None = None
        self._items: list[MissionItem] = []

    def _ask(self) -> list[MavMessage]:
        target = (self._address.sysid, self._address.compid)
        if self._count is None:
            return [mavlink.MAVLink_mission_request_list_message(*target, int(self._type))]
        return [
            mavlink.MAVLink_mission_request_int_message(*target, len(self._items), int(self._type))
        ]

    def take(self, message: MavMessage, now_s: float) -> list[MavMessage]:
        kind = message.get_type()
        if kind == "MISSION_COUNT" and message.mission_type == self._type and self._count is None:
            self._count = message.count
        elif kind == "MISSION_ITEM_INT" and message.mission_type == self._type:
            if message.seq != len(self._items) or self._count is None:
                return []
            self._items.append(_read(message))
        else:
            return []
        self._progress(now_s)
        if len(self._items) == self._count:
            self._succeed(self._items)
            return [
                mavlink.MAVLink_mission_ack_message(
                    self._address.sysid,
                    self._address.compid,
                    mavlink.MAV_MISSION_ACCEPTED,
                    int(self._type),
                )
            ]
        return self._ask()


def _read(message: MavMessage) -> MissionItem:
    return MissionItem(
        command=message.command,
        frame=message.frame,
        x=message.y / 1e7,
        y=message.x / 1e7,
        z=message.z,
        param1=message.param1,
        param2=message.param2,
        param3=message.param3,
        param4=message.param4,
    )


def difference(
    sent: Sequence[MissionItem], kept: Sequence[MissionItem], plan_type: PlanType
) -> str | None:
    """What the vehicle has kept otherwise than it was sent, in words; None if nothing.

    Item 0 of a mission is the home position, which the vehicle sets itself.
    """
    if len(sent) != len(kept):
        return f"{len(sent)} items were sent, the vehicle has {len(kept)}"
    first = 1 if plan_type is PlanType.MISSION else 0
    for seq in range(first, len(sent)):
        with_height = plan_type is not PlanType.FENCE
        if not sent[seq].same(kept[seq], with_height):
            return f"item {seq} was sent as {sent[seq]}, the vehicle has {kept[seq]}"
    return None
