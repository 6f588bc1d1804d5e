"""The remote identification of one vehicle: it takes what its ground station tells, does not arm
without where ArduPilot would not, and its transmitter says whether it has all that it needs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from pymavlink.dialects.v20 import ardupilotmega as mavlink

OLD_S: Final = 3.0
TOLD_EVERY_S: Final = 1.0
ENFORCES: Final = 1  # of DID_OPTIONS: not armed without
KINDS: Final = frozenset(
    {
        "OPEN_DRONE_ID_BASIC_ID",
        "OPEN_DRONE_ID_OPERATOR_ID",
        "OPEN_DRONE_ID_SELF_ID",
        "OPEN_DRONE_ID_SYSTEM",
    }
)


class DroneId:
    """``send`` takes what the transmitter says; it is a component of its own."""

    def __init__(self, parameters: Mapping[str, float], send: Callable[[Any], None]) -> None:
        self._parameters, self._send = parameters, send
        self.told: dict[str, Any] = {}  # the newest of each kind
        self._system_s = self._said_s = -math.inf
        self._now_s = 0.0

    def take(self, m: Any, now_s: float) -> None:
        self.told[m.get_type()] = m
        if m.get_type() == "OPEN_DRONE_ID_SYSTEM":
            self._system_s = now_s

    def tick(self, now_s: float) -> None:
        self._now_s = now_s
        if not self._parameters["DID_ENABLE"] or now_s - self._said_s < TOLD_EVERY_S:
            return
        self._said_s = now_s
        lacks = self._lacks()
        status = mavlink.MAV_ODID_ARM_STATUS_GOOD_TO_ARM
        if lacks is not None:
            status = mavlink.MAV_ODID_ARM_STATUS_PRE_ARM_FAIL_GENERIC
        error = (lacks or "").encode().ljust(50, b"\0")
        self._send(mavlink.MAVLink_open_drone_id_arm_status_message(status, error))

    def prearm(self) -> str | None:
        """Why it would not arm, in ArduPilot's words."""
        told = self._parameters
        if not (told["DID_ENABLE"] and int(told["DID_OPTIONS"]) & ENFORCES):
            return None
        lacks = self._lacks()
        return None if lacks is None else f"OpenDroneID: {lacks}"

    def _lacks(self) -> str | None:
        if "OPEN_DRONE_ID_BASIC_ID" not in self.told:
            return "UA_TYPE required in BasicID"
        system = self.told.get("OPEN_DRONE_ID_SYSTEM")
        if system is None or (system.operator_latitude == system.operator_longitude == 0):
            return "operator location must be set"
        return "SYSTEM not available" if self._now_s - self._system_s > OLD_S else None
