"""A builtin vehicle's gimbal and camera, as ArduCopter offers a stabilised three-axis gimbal
(MNT1_TYPE 7) and a camera whose facts are known.

The gimbal turns at a steady rate. Where it is now is worked out when it is told or asked, so that
a camera nobody looks through costs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pymavlink.dialects.v20 import ardupilotmega as mavlink
from pymavlink.quaternion import QuaternionBase

from planner.footprint import Lens

RATE_DEG_S: Final = 90.0
GIMBAL: Final = 1  # device id
_LOCKED = mavlink.GIMBAL_MANAGER_FLAGS_YAW_LOCK
_LEVEL = mavlink.GIMBAL_DEVICE_FLAGS_ROLL_LOCK | mavlink.GIMBAL_DEVICE_FLAGS_PITCH_LOCK
_AXES = (
    mavlink.GIMBAL_MANAGER_CAP_FLAGS_HAS_NEUTRAL
    | mavlink.GIMBAL_MANAGER_CAP_FLAGS_HAS_PITCH_AXIS
    | mavlink.GIMBAL_MANAGER_CAP_FLAGS_HAS_PITCH_LOCK
    | mavlink.GIMBAL_MANAGER_CAP_FLAGS_HAS_YAW_AXIS
    | mavlink.GIMBAL_MANAGER_CAP_FLAGS_HAS_YAW_FOLLOW
    | mavlink.GIMBAL_MANAGER_CAP_FLAGS_HAS_YAW_LOCK
)
_ACCEPTED: Final[int] = mavlink.MAV_RESULT_ACCEPTED
_DENIED: Final[int] = mavlink.MAV_RESULT_DENIED
_FAILED: Final[int] = mavlink.MAV_RESULT_FAILED
_UNSUPPORTED: Final[int] = mavlink.MAV_RESULT_UNSUPPORTED
_WITHIN_A_BYTE = range(-3, 256)


@dataclass(frozen=True, slots=True)
class Optics:
    """What the camera says of itself."""

    sensor_mm: tuple[float, float] = (9.6, 5.4)
    focal_mm: float = 6.9
    zoom: float = 7.0  # tele over wide
    size_px: tuple[int, int] = (1280, 720)
    fps: float = 15.0
    bitrate_bit_s: int = 2_000_000
    uri: str = ""


class Camera:
    """One vehicle's. ``heading_deg`` tells where its nose points."""

    def __init__(
        self,
        parameters: Mapping[str, float],
        heading_deg: Callable[[], float],
        optics: Optics | None = None,
    ) -> None:
        self._parameters, self._heading_deg = parameters, heading_deg
        self.optics = optics or Optics()
        self._from = self._target = (parameters["MNT1_NEUTRAL_Y"], parameters["MNT1_NEUTRAL_Z"])
        self._is_locked = False  # the second angle of the target is true, not from the nose
        self._began_s = 0.0
        self._zoom_pct = 0.0
        self._controlled_by = (0, 0)

    def angles_deg(self, now_s: float) -> tuple[float, float]:
        """Pitch against the horizon, and yaw from the nose."""
        turned_deg = max(0.0, now_s - self._began_s) * RATE_DEG_S
        pitch = _towards(self._from[0], self._target[0], turned_deg)
        yaw = self._target[1]
        if self._is_locked:
            yaw = math.remainder(yaw - self._heading_deg(), 360.0)
        low, high = self._limits("YAW")
        return pitch, _towards(self._from[1], min(max(yaw, low), high), turned_deg)

    # What it is told.

    def command(self, m: Any, now_s: float) -> int | None:
        """The result of a command for gimbal or camera; None for all others."""
        match m.command:
            case mavlink.MAV_CMD_DO_GIMBAL_MANAGER_PITCHYAW:
                return self._point(m, now_s)
            case mavlink.MAV_CMD_DO_GIMBAL_MANAGER_CONFIGURE:
                return self._configure(m)
            case mavlink.MAV_CMD_DO_MOUNT_CONTROL:
                return self._aim(m, now_s)
            case mavlink.MAV_CMD_SET_CAMERA_ZOOM:
                return self._zoom(m)
        return None

    def _point(self, m: Any, now_s: float) -> int:
        """By angles only; turning by rates, which ArduCopter can, is not offered."""
        flags = _flags_of(m)
        if _gimbal_of(m) not in (0, GIMBAL) or flags is None:
            return _FAILED
        if flags & mavlink.GIMBAL_MANAGER_FLAGS_NEUTRAL:
            neutral = self._parameters["MNT1_NEUTRAL_Y"], self._parameters["MNT1_NEUTRAL_Z"]
            self._turn(*neutral, False, now_s)
            return _ACCEPTED
        if not (math.isfinite(m.param1) and math.isfinite(m.param2)):
            return _FAILED
        low, high = self._limits("PITCH")
        self._turn(min(max(m.param1, low), high), m.param2, bool(flags & _LOCKED), now_s)
        return _ACCEPTED

    def _aim(self, m: Any, now_s: float) -> int:
        """By angles from the nose, the older way."""
        if not (math.isfinite(m.param1) and math.isfinite(m.param3)):
            return _FAILED
        low, high = self._limits("PITCH")
        self._turn(min(max(m.param1, low), high), m.param3, False, now_s)
        return _ACCEPTED

    def _turn(self, pitch_deg: float, yaw_deg: float, locked: bool, now_s: float) -> None:
        self._from = self.angles_deg(now_s)
        self._target, self._is_locked, self._began_s = (pitch_deg, yaw_deg), locked, now_s

    def _configure(self, m: Any) -> int:
        one, other = m.param1, m.param2
        if not all(figure in _WITHIN_A_BYTE for figure in (one, other)):
            return _FAILED
        us = (m.get_srcSystem(), m.get_srcComponent())
        if one == -2:
            self._controlled_by = us
        elif one == -3 and self._controlled_by == us:
            self._controlled_by = (0, 0)
        elif one >= 0:
            self._controlled_by = (int(one), max(0, int(other)))
        return _ACCEPTED

    def _zoom(self, m: Any) -> int:
        if m.param1 != mavlink.ZOOM_TYPE_RANGE:
            return _UNSUPPORTED
        if not 0 <= m.param2 <= 100:
            return _DENIED
        self._zoom_pct = float(m.param2)
        return _ACCEPTED

    def _limits(self, axis: str) -> tuple[float, float]:
        return self._parameters[f"MNT1_{axis}_MIN"], self._parameters[f"MNT1_{axis}_MAX"]

    # What it tells.

    def tellers(self, now: Callable[[], tuple[float, int]]) -> dict[int, Callable[[], Any]]:
        """Message id -> what makes the message; ``now`` gives the time and that since boot."""
        return {
            mavlink.MAVLINK_MSG_ID_GIMBAL_DEVICE_ATTITUDE_STATUS: lambda: self._attitude(*now()),
            mavlink.MAVLINK_MSG_ID_GIMBAL_MANAGER_INFORMATION: lambda: self._manager(now()[1]),
            mavlink.MAVLINK_MSG_ID_GIMBAL_MANAGER_STATUS: lambda: self._control(now()[1]),
            mavlink.MAVLINK_MSG_ID_CAMERA_INFORMATION: lambda: self._information(now()[1]),
            mavlink.MAVLINK_MSG_ID_CAMERA_SETTINGS: lambda: self._settings(now()[1]),
            mavlink.MAVLINK_MSG_ID_VIDEO_STREAM_INFORMATION: self._stream,
            mavlink.MAVLINK_MSG_ID_VIDEO_STREAM_STATUS: self._stream_status,
        }

    def _attitude(self, now_s: float, boot_ms: int) -> Any:
        pitch, yaw = self.angles_deg(now_s)
        q = QuaternionBase([0.0, math.radians(pitch), math.radians(yaw)]).q
        flags = _LEVEL | mavlink.GIMBAL_DEVICE_FLAGS_YAW_IN_VEHICLE_FRAME
        if self._is_locked:
            flags |= mavlink.GIMBAL_DEVICE_FLAGS_YAW_LOCK
        unknown = math.nan
        return mavlink.MAVLink_gimbal_device_attitude_status_message(
            0, 0, boot_ms, flags, list(q), unknown, unknown, unknown, 0, unknown, unknown, GIMBAL
        )

    def _manager(self, boot_ms: int) -> Any:
        limits = [math.radians(one) for axis in ("PITCH", "YAW") for one in self._limits(axis)]
        return mavlink.MAVLink_gimbal_manager_information_message(
            boot_ms, _AXES, GIMBAL, 0.0, 0.0, *limits
        )

    def _control(self, boot_ms: int) -> Any:
        flags = mavlink.GIMBAL_MANAGER_FLAGS_ROLL_LOCK | mavlink.GIMBAL_MANAGER_FLAGS_PITCH_LOCK
        flags |= _LOCKED if self._is_locked else 0
        return mavlink.MAVLink_gimbal_manager_status_message(
            boot_ms, flags, GIMBAL, *self._controlled_by, 0, 0
        )

    def _information(self, boot_ms: int) -> Any:
        optics = self.optics
        able = (
            mavlink.CAMERA_CAP_FLAGS_CAPTURE_VIDEO
            | mavlink.CAMERA_CAP_FLAGS_HAS_BASIC_ZOOM
            | mavlink.CAMERA_CAP_FLAGS_HAS_VIDEO_STREAM
        )
        return mavlink.MAVLink_camera_information_message(
            boot_ms, _bytes("dockfleet"), _bytes("builtin camera"), 1,
            optics.focal_mm, *optics.sensor_mm, *optics.size_px, 0, able, 0, b"", GIMBAL,
        )  # fmt: skip

    def _settings(self, boot_ms: int) -> Any:
        video = mavlink.CAMERA_MODE_VIDEO
        return mavlink.MAVLink_camera_settings_message(boot_ms, video, self._zoom_pct, math.nan)

    @property
    def lens(self) -> Lens:
        """As it is zoomed now, evenly from wide to tele."""
        zoom = 1 + (self.optics.zoom - 1) * self._zoom_pct / 100
        return Lens.of_sensor(self.optics.sensor_mm, self.optics.focal_mm, zoom)

    @property
    def _across_deg(self) -> int:
        """In the whole degrees that the message has."""
        return round(self.lens.across_deg)

    @property
    def _flags(self) -> int:
        """A picture that is nowhere to be had does not run."""
        return int(mavlink.VIDEO_STREAM_STATUS_FLAGS_RUNNING) if self.optics.uri else 0

    def _stream(self) -> Any:
        optics = self.optics
        return mavlink.MAVLink_video_stream_information_message(
            1, 1, mavlink.VIDEO_STREAM_TYPE_MPEG_TS, self._flags,
            optics.fps, *optics.size_px, optics.bitrate_bit_s, 0, self._across_deg,
            b"visible", optics.uri.encode(), mavlink.VIDEO_STREAM_ENCODING_H264,
        )  # fmt: skip

    def _stream_status(self) -> Any:
        optics = self.optics
        return mavlink.MAVLink_video_stream_status_message(
            1, self._flags, optics.fps, *optics.size_px, optics.bitrate_bit_s, 0, self._across_deg,
        )  # fmt: skip


def _towards(start: float, end: float, by: float) -> float:
    """From start to end by so many degrees at most."""
    return end if abs(end - start) <= by else start + math.copysign(by, end - start)


def _flags_of(m: Any) -> int | None:
    """COMMAND_LONG has them as a number in param5, COMMAND_INT as an integer in x."""
    flags = m.x if m.get_type() == "COMMAND_INT" else m.param5
    return int(flags) if math.isfinite(flags) and flags >= 0 else None


def _gimbal_of(m: Any) -> float:
    return float(m.z if m.get_type() == "COMMAND_INT" else m.param7)


def _bytes(text: str) -> list[int]:
    return list(text.encode().ljust(32, b"\0"))
