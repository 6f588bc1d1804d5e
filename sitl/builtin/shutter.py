"""A builtin vehicle's shutter: pictures when told, and one every so many metres, each told of by
CAMERA_FEEDBACK, as ArduCopter's AP_Camera does."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from sitl.builtin.helm import METRES_A_DEGREE


class Pose(NamedTuple):
    """Where a vehicle is and how it lies; degrees."""

    lon: float
    lat: float
    alt_amsl_m: float
    alt_rel_m: float
    roll_deg: float
    pitch_deg: float
    heading_deg: float


class Shutter:
    """``pose`` tells where the vehicle is now, ``send`` puts a message on its wire."""

    def __init__(self, pose: Callable[[], Pose], send: Callable[[Any], None]) -> None:
        self._pose, self._send = pose, send
        self._step_m = 0.0
        self._last: Pose | None = None  # where the distance is counted from
        self._before: Pose | None = None  # where it was at the tick before
        self._taken = 0

    def command(self, m: Any) -> int | None:
        """The result of a command or an item for the shutter; None for all others. ArduCopter
        takes series by time too, which is not offered."""
        match m.command:
            case mavlink.MAV_CMD_IMAGE_START_CAPTURE:
                if m.param3 > 1 or (m.param3 == 0 and m.param2 > 0):
                    return int(mavlink.MAV_RESULT_UNSUPPORTED)
                self.take()
            case mavlink.MAV_CMD_DO_DIGICAM_CONTROL:
                if _shoots(m):
                    self.take()
            case mavlink.MAV_CMD_DO_SET_CAM_TRIGG_DIST:
                if not math.isfinite(m.param1):
                    return int(mavlink.MAV_RESULT_DENIED)
                self._step_m, self._last, self._before = max(m.param1, 0.0), None, None
                if m.param3 == 1:
                    self.take()
            case _:
                return None
        return int(mavlink.MAV_RESULT_ACCEPTED)

    def tick(self) -> None:
        """Takes a picture if the last is far enough away. ArduCopter looks twice as often as this
        is called, so half way since the last time is looked at too."""
        if self._step_m <= 0:
            return
        here = self._pose()
        self._last = self._last or here
        for at in (_half_way(self._before or here, here), here):
            if _away_m(self._last, at) >= self._step_m:
                self.take(at)
                break
        self._before = here

    def take(self, at: Pose | None = None) -> None:
        """Here, or where it was a moment ago."""
        at = self._last = at or self._pose()
        self._taken += 1
        self._send(
            mavlink.MAVLink_camera_feedback_message(
                *(0, 0, 0, self._taken, round(at.lat * 1e7), round(at.lon * 1e7)),
                *(at.alt_amsl_m, at.alt_rel_m, at.roll_deg, at.pitch_deg, at.heading_deg),
                *(0.0, mavlink.CAMERA_FEEDBACK_PHOTO, self._taken),
            )
        )


def _shoots(m: Any) -> bool:
    """The shooting command is the fifth parameter, which integer messages carry as x."""
    return bool((m.param5 if m.get_type() == "COMMAND_LONG" else m.x) == 1)


def _half_way(a: Pose, b: Pose) -> Pose:
    """Between two places; the rest is as it is at the second."""
    return b._replace(
        lon=(a.lon + b.lon) / 2,
        lat=(a.lat + b.lat) / 2,
        alt_amsl_m=(a.alt_amsl_m + b.alt_amsl_m) / 2,
        alt_rel_m=(a.alt_rel_m + b.alt_rel_m) / 2,
    )


def _away_m(a: Pose, b: Pose) -> float:
    east_m = (b.lon - a.lon) * METRES_A_DEGREE * math.cos(math.radians(a.lat))
    return math.hypot(east_m, (b.lat - a.lat) * METRES_A_DEGREE)
