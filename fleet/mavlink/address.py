"""Whom a message is for. There is no broadcast address: a target of 0 reaches every vehicle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

AUTOPILOT = 1
UNTARGETED = frozenset({"TIMESYNC"})  # has no field for it; only tells and asks the time


class WrongTarget(Exception):
    """A message was about to be sent that is not for exactly this vehicle: an error in our code,
    never one of the vehicle's."""


@dataclass(frozen=True, slots=True)
class VehicleAddress:
    """Exactly one component of exactly one vehicle."""

    sysid: int
    compid: int = AUTOPILOT

    def __post_init__(self) -> None:
        if not 1 <= self.sysid <= 250:
            raise ValueError(f"a vehicle's system id is 1 to 250, not {self.sysid}")
        if not 1 <= self.compid <= 255:
            raise ValueError(f"a component id is 1 to 255, not {self.compid}")

    def check(self, message: Any) -> None:
        """Lets pass only what names this vehicle and nobody else, where it can name one.

        Raises:
            WrongTarget: if the message has no target, or another one.
        """
        if message.get_type() in UNTARGETED:
            return
        target = (
            getattr(message, "target_system", None),
            getattr(message, "target_component", None),
        )
        if target != (self.sysid, self.compid):
            raise WrongTarget(
                f"{message.get_type()} names target {target}, not {(self.sysid, self.compid)}"
            )
