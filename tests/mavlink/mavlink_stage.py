"""The vehicle's side of the protocols as ArduCopter keeps it, and a wire that loses, repeats and
delays, in a time of its own: exchanges are tried on these without sockets and without waiting."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.address import VehicleAddress

SYSID = 7
ADDRESS = VehicleAddress(SYSID)
US = (255, 190)
ASK_AGAIN_S = 1.0  # MissionItemProtocol::update
GIVE_UP_S = 8.0


def ack(command: int, result: int = mavlink.MAV_RESULT_ACCEPTED) -> Any:
    return mavlink.MAVLink_command_ack_message(command, result)


def value(name: str, number: float, kind: int = mavlink.MAV_PARAM_TYPE_REAL32) -> Any:
    return mavlink.MAVLink_param_value_message(name.encode(), number, kind, 1, 0)


@dataclass
class CopterSide:
    """Keeps plans and parameters, acknowledges commands; each executed command is counted."""

    parameters: dict[str, float] = field(default_factory=dict)
    plans: dict[int, list[Any]] = field(default_factory=lambda: {0: [], 1: [], 2: []})
    executed: list[Any] = field(default_factory=list)
    intervals_us: dict[int, float] = field(default_factory=dict)
    unknown: frozenset[int] = frozenset()  # messages that it does not have
    beginnings: int = 0
    _type: int | None = None
    _count: int = 0
    _coming: list[Any] = field(default_factory=list)
    _asked_s: float = 0.0
    _heard_s: float = 0.0

    def take(self, m: Any, now_s: float) -> list[Any]:
        assert (m.target_system, m.target_component) == (SYSID, 1)
        kind = m.get_type()
        if kind == "PARAM_REQUEST_READ":
            return self._tell(m.param_id)
        if kind == "PARAM_SET" and m.param_id in self.parameters:
            self.parameters[m.param_id] = m.param_value
            return self._tell(m.param_id)
        if kind in ("COMMAND_LONG", "COMMAND_INT"):
            self.executed.append(m)
            return self._interval(m)
        if kind.startswith("MISSION_"):
            return self._plan(kind, m, now_s)
        return []

    def tick(self, now_s: float) -> list[Any]:
        if self._type is None:
            return []
        if now_s - self._heard_s > GIVE_UP_S:
            given_up, self._type = self._type, None
            return [self._result(given_up, mavlink.MAV_MISSION_OPERATION_CANCELLED)]
        return [self._ask(now_s)] if now_s - self._asked_s > ASK_AGAIN_S else []

    def _tell(self, name: str) -> list[Any]:
        return [value(name, self.parameters[name])] if name in self.parameters else []

    def _interval(self, m: Any) -> list[Any]:
        """One acknowledgement is as good as another: it does not say of which message it is."""
        message_id, told_us = int(m.param1), -1
        if m.command == mavlink.MAV_CMD_SET_MESSAGE_INTERVAL and message_id not in self.unknown:
            self.intervals_us[message_id] = m.param2
        if m.command != mavlink.MAV_CMD_GET_MESSAGE_INTERVAL:
            return [ack(m.command)]
        if message_id in self.unknown:
            told_us = 0
        elif message_id in self.intervals_us:
            told_us = int(self.intervals_us[message_id] / 1000) * 1000
        return [mavlink.MAVLink_message_interval_message(message_id, told_us), ack(m.command)]

    def _plan(self, kind: str, m: Any, now_s: float) -> list[Any]:
        match kind:
            case "MISSION_COUNT":
                return self._begin(m, now_s)
            case "MISSION_ITEM_INT":
                return self._item(m, now_s)
            case "MISSION_REQUEST_LIST" if self._type is None:
                count = len(self.plans[m.mission_type])
                return [mavlink.MAVLink_mission_count_message(*US, count, m.mission_type)]
            case "MISSION_REQUEST_INT" if self._type is None:
                return self._told(m)
            case "MISSION_REQUEST_LIST" | "MISSION_REQUEST_INT":
                return [self._result(m.mission_type, mavlink.MAV_MISSION_DENIED)]
        return []

    def _begin(self, m: Any, now_s: float) -> list[Any]:
        self.beginnings += 1
        if m.count == 0:
            self.plans[m.mission_type] = []
            return [self._result(m.mission_type, mavlink.MAV_MISSION_ACCEPTED)]
        self._type, self._count, self._coming = m.mission_type, m.count, []
        self._heard_s = now_s
        return [self._ask(now_s)]

    def _item(self, m: Any, now_s: float) -> list[Any]:
        if self._type is None:
            return [self._result(m.mission_type, mavlink.MAV_MISSION_ERROR)]
        if m.seq != len(self._coming):
            return [self._result(self._type, mavlink.MAV_MISSION_INVALID_SEQUENCE)]
        self._coming.append(m)
        self._heard_s = now_s
        if len(self._coming) < self._count:
            return [self._ask(now_s)]
        done, self._type = self._type, None
        self.plans[done] = self._coming
        return [self._result(done, mavlink.MAV_MISSION_ACCEPTED)]

    def _told(self, m: Any) -> list[Any]:
        if m.seq >= len(self.plans[m.mission_type]):
            return [self._result(m.mission_type, mavlink.MAV_MISSION_INVALID_SEQUENCE)]
        return [self.plans[m.mission_type][m.seq]]

    def _ask(self, now_s: float) -> Any:
        self._asked_s = now_s
        seq = len(self._coming)
        return mavlink.MAVLink_mission_request_message(*US, seq, self._type)

    def _result(self, plan_type: int, result: int) -> Any:
        return mavlink.MAVLink_mission_ack_message(*US, result, plan_type)


@dataclass(frozen=True)
class Wire:
    """What a wire does to each message that is put on it."""

    seed: int = 0
    loss: float = 0.0
    repeats: float = 0.0
    delay_s: tuple[float, float] = (0.01, 0.01)  # a spread reorders


def run(exchange: Any, copter: CopterSide, wire: Wire, within_s: float = 600.0) -> float:
    """Runs an exchange to its end on this wire; the seconds it took, of its own time."""
    chance = random.Random(wire.seed)
    order = itertools.count()
    under_way: list[tuple[float, int, Callable[[Any, float], list[Any]], Any]] = []

    def put(messages: list[Any], to: Callable[[Any, float], list[Any]], now_s: float) -> None:
        for message in messages:
            copies = (chance.random() >= wire.loss) + (chance.random() < wire.repeats)
            for _ in range(copies):
                at_s = now_s + chance.uniform(*wire.delay_s)
                heapq.heappush(under_way, (at_s, next(order), to, message))

    now_s = 0.0
    next_s = 0.0
    put(exchange.begin(now_s), copter.take, now_s)
    while not exchange.finished and now_s < within_s:
        wake_s = under_way[0][0] if under_way else now_s + 60.0
        now_s = max(now_s, min(wake_s, exchange.due_s, next_s))
        if now_s >= next_s:
            next_s = now_s + 0.1
            put(copter.tick(now_s), exchange.take, now_s)
        if now_s >= exchange.due_s:
            put(exchange.tick(now_s), copter.take, now_s)
        while under_way and under_way[0][0] <= now_s and not exchange.finished:
            _, _, to, message = heapq.heappop(under_way)
            back = exchange.take if to == copter.take else copter.take
            put(to(message, now_s), back, now_s)
    assert exchange.finished, f"not finished after {within_s} s"
    return now_s
