"""The mission protocol for missions, fences and rally points: upload, download, comparison.

https://mavlink.io/en/services/mission.html
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.address import VehicleAddress
from fleet.mavlink.codec import MavMessage
from fleet.mavlink.exchange import Retried, VehicleRefused
from fleet.mavlink.params import same_float32

PAUSE_S = 0.8
TRIES = 20
NUDGES = 8  # repeats of an item without an answer, after which the upload begins anew
AHEAD = 3  # items sent before they are asked for, once the link has shown that it loses some
BEGINNINGS = 6
BASE_WITHIN_S, ITEM_WITHIN_S = 40.0, 3.0
MOST_ITEMS = 1000  # of a plan that is read back; ArduCopter holds some 700


HEIGHT_KEPT_M = 0.02  # autopilots keep heights in centimetres

# Frames that mean the same: a vehicle may tell either of what it was sent.
_FRAMES = {
    mavlink.MAV_FRAME_GLOBAL_INT: mavlink.MAV_FRAME_GLOBAL,
    mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT_INT: mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT,
    mavlink.MAV_FRAME_GLOBAL_TERRAIN_ALT_INT: mavlink.MAV_FRAME_GLOBAL_TERRAIN_ALT,
}


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

    @property
    def parameters(self) -> tuple[float, float, float, float]:
        return self.param1, self.param2, self.param3, self.param4

    @property
    def is_placed(self) -> bool:
        return self.x != 0 or self.y != 0 or self.z != 0


def _e7(degrees: float) -> int:
    return round(degrees * 1e7)


_WORDS = {
    mavlink.MAV_MISSION_ERROR: "the vehicle reports an error",
    mavlink.MAV_MISSION_NO_SPACE: "no space for that many items",
    mavlink.MAV_MISSION_INVALID: "an item is invalid",
    mavlink.MAV_MISSION_UNSUPPORTED: "a command is not supported",
    mavlink.MAV_MISSION_UNSUPPORTED_FRAME: "a frame is not supported",
    mavlink.MAV_MISSION_INVALID_SEQUENCE: "items came out of order",
    mavlink.MAV_MISSION_DENIED: "denied; somebody else may be uploading",
    mavlink.MAV_MISSION_OPERATION_CANCELLED: "cancelled by the vehicle",
}

# Answers after which the upload is begun again: the vehicle gave up waiting, got an item when it
# was waiting for none, or still serves an upload that was broken off.
_BEGIN_AGAIN = (
    mavlink.MAV_MISSION_OPERATION_CANCELLED,
    mavlink.MAV_MISSION_ERROR,
    mavlink.MAV_MISSION_DENIED,
)


class Upload(Retried[int]):
    """Sends all items of one plan; the result is their number.

    The vehicle asks for the items one by one. A count begins anew, so it is repeated only while
    nothing was asked for; in the middle, the last item asked for and those after it are repeated,
    whichever of request and item was lost.
    """

    hears = frozenset(
        {
            mavlink.MAVLINK_MSG_ID_MISSION_REQUEST,
            mavlink.MAVLINK_MSG_ID_MISSION_REQUEST_INT,
            mavlink.MAVLINK_MSG_ID_MISSION_ACK,
        }
    )

    def __init__(
        self, address: VehicleAddress, plan_type: PlanType, items: Sequence[MissionItem]
    ) -> None:
        super().__init__(PAUSE_S, TRIES, BASE_WITHIN_S + ITEM_WITHIN_S * len(items))
        self.what = f"{plan_type.name.lower()} upload"
        self._address, self._type, self._items = address, plan_type, list(items)
        self._asked: int | None = None  # the item asked for last, since the last beginning
        self._highest = -1  # of the items sent since then
        self._nudges = 0
        self._beginnings = 0
        self._loses = False

    def _ask(self) -> list[MavMessage]:
        if self._asked is None or self._nudges >= NUDGES:
            return self._begin_anew()
        self._nudges += 1
        self._loses = True
        return self._from(self._asked)

    def _from(self, seq: int) -> list[MavMessage]:
        """The item asked for. Where something was lost before, those after it too: what comes out
        of order the vehicle drops, and what comes in order need not be asked for."""
        beyond = min(seq + 1 + (AHEAD if self._loses else 0), len(self._items))
        self._highest = max(self._highest, beyond - 1)
        return [self._item(one) for one in range(seq, beyond)]

    def _begin_anew(self) -> list[MavMessage]:
        self._asked, self._highest, self._nudges = None, -1, 0
        return [
            mavlink.MAVLink_mission_count_message(
                self._address.sysid, self._address.compid, len(self._items), int(self._type)
            )
        ]

    def take(self, message: MavMessage, now_s: float) -> list[MavMessage]:
        kind = message.get_type()
        if self.finished or getattr(message, "mission_type", None) != self._type:
            return []
        if kind in ("MISSION_REQUEST", "MISSION_REQUEST_INT"):
            return self._requested(message.seq, now_s)
        if kind == "MISSION_ACK":
            return self._acknowledged(message.type, now_s)
        return []

    def _requested(self, seq: int, now_s: float) -> list[MavMessage]:
        if seq >= len(self._items):
            return []
        if seq != self._asked:
            self._asked = seq
            self._nudges, self._grounds = 0, None
            self._progress(now_s)
        return self._from(seq)

    def _acknowledged(self, result: int, now_s: float) -> list[MavMessage]:
        all_sent = self._highest == len(self._items) - 1
        if result == mavlink.MAV_MISSION_INVALID_SEQUENCE:
            return []  # it got a repeated item
        if result == mavlink.MAV_MISSION_ACCEPTED:
            # an acceptance before the last item is that of an earlier upload, come late
            if all_sent:
                self._succeed(len(self._items))
        elif result == mavlink.MAV_MISSION_ERROR and all_sent:
            # it waits for none, so it has them all, or gave up: the read-back will show
            self._succeed(len(self._items))
        elif result in _BEGIN_AGAIN:
            self._grounds = _WORDS[result]
            return self._begun_again(now_s)
        else:
            words = _WORDS.get(result, f"refused with result {result}")
            self._fail(VehicleRefused(f"{self.what}: {words}"))
        return []

    def _begun_again(self, now_s: float) -> list[MavMessage]:
        if self._asked is None:
            return []  # the count is repeated by the clock
        if self._beginnings >= BEGINNINGS:
            self._give_up("")
            return []
        self._beginnings += 1
        self.due_s = min(now_s + self._pause_s, self._deadline_s)
        return self._begin_anew()

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

    hears = frozenset(
        {mavlink.MAVLINK_MSG_ID_MISSION_COUNT, mavlink.MAVLINK_MSG_ID_MISSION_ITEM_INT}
    )

    def __init__(self, address: VehicleAddress, plan_type: PlanType) -> None:
        super().__init__(PAUSE_S, TRIES, BASE_WITHIN_S)
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
            if message.count > MOST_ITEMS:
                words = f"the vehicle tells of {message.count} items, more than {MOST_ITEMS}"
                self._fail(VehicleRefused(f"{self.what}: {words}"))
                return []
            self._count = message.count
            self._deadline_s += ITEM_WITHIN_S * message.count
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
        if words := _differs(sent[seq], kept[seq], plan_type):
            return f"item {seq}: {words}"
    return None


def _differs(sent: MissionItem, kept: MissionItem, plan_type: PlanType) -> str | None:
    """Fence points have no height; commands without a place have no frame, though one of their
    figures may travel as a height (the mode of DO_MOUNT_CONTROL)."""
    if sent.command != kept.command:
        return f"command {sent.command} was sent, the vehicle has {kept.command}"
    if (_e7(sent.x), _e7(sent.y)) != (_e7(kept.x), _e7(kept.y)):
        return f"{sent.x:.7f}, {sent.y:.7f} was sent, the vehicle has {kept.x:.7f}, {kept.y:.7f}"
    pairs = zip(sent.parameters, kept.parameters, strict=True)
    for number, (told, has) in enumerate(pairs, start=1):
        if not _same_parameter(number, told, has):
            return f"parameter {number} was sent as {told:g}, the vehicle has {has:g}"
    if plan_type is PlanType.FENCE or not sent.is_placed:
        return None
    same = _FRAMES.get(sent.frame, sent.frame) == _FRAMES.get(kept.frame, kept.frame)
    if not same and sent.frame != mavlink.MAV_FRAME_MISSION:
        return f"frame {sent.frame} was sent, the vehicle has {kept.frame}"
    if not abs(sent.z - kept.z) <= HEIGHT_KEPT_M:
        return f"height {sent.z:.2f} m was sent, the vehicle has {kept.z:.2f} m"
    return None


def _same_parameter(number: int, sent: float, kept: float) -> bool:
    """What was left unset (0, or NaN to some) the vehicle may fill in: ArduCopter tells 1 as
    parameter 4 of a landing. Parameter 1 is never its own: 0 is a value there, no delay."""
    if math.isnan(sent) or sent == 0:
        return number > 1 or math.isnan(kept) or kept == 0
    return same_float32(sent, kept)
