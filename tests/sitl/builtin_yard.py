"""A builtin vehicle without sockets: its time is stepped, what it says is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.codec import Decoder, Encoder
from sitl.builtin.body import Bodies
from sitl.builtin.craft import Craft

SYSID = 7
PAD = (114.24, 22.72, 45.0)
STEP_S = 0.04
BATTERY_WH, HOVER_W, CRUISE_W = 150.0, 190.0, 210.0
GUIDED, RTL, LAND = 4, 6, 9


def bodies(n: int = 1) -> Bodies:
    return Bodies(np.full(n, BATTERY_WH), np.full(n, HOVER_W), np.full(n, CRUISE_W))


class Yard:
    """One vehicle on its pad."""

    def __init__(self) -> None:
        self.bodies = bodies()
        self.wire: list[bytes] = []
        self.craft = Craft(0, SYSID, PAD, self.bodies, self.wire.append)
        self.now_s = 0.0
        self._encoder, self._decoder = Encoder(), Decoder()

    def send(self, message: Any) -> list[Any]:
        """Tells it something; what it answers at once."""
        return self.receive(self._encoder.encode(message))

    def receive(self, data: bytes) -> list[Any]:
        before = len(self.wire)
        self.craft.receive(data, self.now_s)
        return self.said(before)

    def command(self, command: int, *parameters: float) -> int:
        seven = (*parameters, *(0.0,) * (7 - len(parameters)))
        answers = self.send(mavlink.MAVLink_command_long_message(SYSID, 1, command, 0, *seven))
        return int(next(m.result for m in answers if m.get_type() == "COMMAND_ACK"))

    def upload(self, plan_type: int, items: list[Any]) -> int:
        """Uploads a plan without loss; the result it ends with."""
        count = mavlink.MAVLink_mission_count_message(SYSID, 1, len(items), plan_type)
        answers = self.send(count)
        for item in items:
            if [m.get_type() for m in answers] == ["MISSION_ACK"]:
                break
            answers = self.send(item)
        return int(answers[-1].type)

    def step(self, seconds: float = STEP_S) -> None:
        for _ in range(round(seconds / STEP_S)):
            self.now_s += STEP_S
            self.bodies.step(STEP_S)
            self.craft.tick(self.now_s)

    def until(self, true: Callable[[], bool], within_s: float = 300.0) -> float:
        """Steps until it holds; the seconds that took."""
        began_s = self.now_s
        while not true():
            assert self.now_s - began_s < within_s, f"not within {within_s} s"
            self.step()
        return self.now_s - began_s

    def said(self, since: int = 0) -> list[Any]:
        return [m for data in self.wire[since:] for m in self._decoder.feed(data)]

    def take_off(self, height_m: float) -> None:
        assert self.command(mavlink.MAV_CMD_DO_SET_MODE, 1, GUIDED) == 0
        assert self.command(mavlink.MAV_CMD_COMPONENT_ARM_DISARM, 1) == 0
        assert self.command(mavlink.MAV_CMD_NAV_TAKEOFF, 0, 0, 0, 0, 0, 0, height_m) == 0
        self.until(lambda: self.up_m > height_m - 0.5)

    @property
    def up_m(self) -> float:
        return float(self.bodies.position[0][2])


def item(
    seq: int, command: int, lon: float, lat: float, up_m: float, plan_type: int = 0, **told: float
) -> Any:
    frame = mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT
    parameters = [told.get(f"param{n}", 0.0) for n in (1, 2, 3, 4)]
    return mavlink.MAVLink_mission_item_int_message(
        *(SYSID, 1, seq, frame, command, 0, 1, *parameters),
        *(round(lat * 1e7), round(lon * 1e7), up_m, plan_type),
    )
