"""What the marker sensor on board tells of the pad below, and how long that holds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from sitl.builtin.body import Bodies
from sitl.marker import from_body

BY_MAVLINK: Final = 1  # PLND_TYPE: a companion computer tells
OLD_S: Final = 1.0  # what was seen longer ago is not steered by


class Target:
    """The pad as it was last seen by one vehicle; not by GPS, so its error does not count."""

    def __init__(self, i: int, bodies: Bodies, parameters: Mapping[str, float]) -> None:
        self._i, self._bodies, self._parameters = i, bodies, parameters
        self._at: tuple[float, float] | None = None  # east, north of where it stood at first
        self._seen_s = -math.inf

    def see(self, m: Any, now_s: float) -> None:
        """Takes a LANDING_TARGET; only a position in the body's frame is understood."""
        if not m.position_valid or m.frame != mavlink.MAV_FRAME_BODY_FRD:
            return
        if not all(map(math.isfinite, (m.x, m.y, m.z))):
            return
        roll, pitch = self._bodies.lean_rad(self._i)
        yaw = math.radians(float(self._bodies.heading_deg[self._i]))
        north, east, _ = from_body((m.x, m.y, m.z), roll, pitch, yaw)
        here_east, here_north, _ = self._bodies.position[self._i].tolist()
        self._at, self._seen_s = (here_east + east, here_north + north), now_s

    def place(self, now_s: float) -> tuple[float, float] | None:
        """Where to come down; None if it is not in sight, or the vehicle is not set up for it."""
        told = self._parameters
        is_on = told["PLND_ENABLED"] and int(told["PLND_TYPE"]) == BY_MAVLINK
        return self._at if is_on and now_s - self._seen_s <= OLD_S else None
