"""Camera, gimbal and video stream as a vehicle tells of them: a fold over its messages.

MAVLink's camera protocol v2 and gimbal protocol v2, as far as ArduPilot offers them from the
autopilot itself: https://mavlink.io/en/services/camera.html, .../gimbal_v2.html
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.codec import MavMessage

# Asked for once a connection; what a vehicle does not know it refuses.
FACTS: Final = (
    mavlink.MAVLINK_MSG_ID_GIMBAL_MANAGER_INFORMATION,
    mavlink.MAVLINK_MSG_ID_CAMERA_INFORMATION,
    mavlink.MAVLINK_MSG_ID_CAMERA_SETTINGS,
    mavlink.MAVLINK_MSG_ID_VIDEO_STREAM_INFORMATION,
)
# Asked for as streams: message id -> share of the rate of the pose.
STREAMS: Final[dict[int, float]] = {
    mavlink.MAVLINK_MSG_ID_GIMBAL_DEVICE_ATTITUDE_STATUS: 1.0,
    mavlink.MAVLINK_MSG_ID_GIMBAL_MANAGER_STATUS: 0.2,
    mavlink.MAVLINK_MSG_ID_CAMERA_SETTINGS: 0.2,
    mavlink.MAVLINK_MSG_ID_VIDEO_STREAM_STATUS: 0.2,
}

STEEP: Final = 1e-3  # of the axis, level: what floats of 32 bits tell of roll and yaw ends here

_ENCODINGS = {
    mavlink.VIDEO_STREAM_ENCODING_H264: "h264",
    mavlink.VIDEO_STREAM_ENCODING_H265: "h265",
}
_EARTH = mavlink.GIMBAL_DEVICE_FLAGS_YAW_IN_EARTH_FRAME
_VEHICLE = mavlink.GIMBAL_DEVICE_FLAGS_YAW_IN_VEHICLE_FRAME
_LOCKED = mavlink.GIMBAL_DEVICE_FLAGS_YAW_LOCK


@dataclass(frozen=True, slots=True)
class GimbalPose:
    """Roll and pitch against the horizon; ``yaw_deg`` is true where ``yaw_is_true``, else from the
    vehicle's nose."""

    boot_ms: int  # the vehicle's time
    roll_deg: float
    pitch_deg: float
    yaw_deg: float
    yaw_is_true: bool

    def heading_deg(self, vehicle_heading_deg: float) -> float:
        """Where the camera looks, true."""
        return (self.yaw_deg + (0.0 if self.yaw_is_true else vehicle_heading_deg)) % 360.0


@dataclass(frozen=True, slots=True)
class GimbalLimits:
    """What the gimbal manager says it can do."""

    pitch_deg: tuple[float, float]
    yaw_deg: tuple[float, float]
    pans: bool  # by itself; else the drone must turn


@dataclass(frozen=True, slots=True)
class CameraState:
    """The newest of everything; None where the vehicle has not told, or does not know."""

    gimbal: GimbalPose | None = None
    limits: GimbalLimits | None = None
    controlled_by: tuple[int, int] | None = None  # system and component; (0, 0) is nobody
    name: str | None = None  # maker and model
    focal_mm: float | None = None
    sensor_mm: tuple[float, float] | None = None
    zoom_pct: float | None = None  # of the way from wide to tele
    stream_uri: str | None = None
    stream_name: str | None = None
    encoding: str | None = None
    running: bool | None = None
    thermal: bool = False
    fps: float | None = None
    size_px: tuple[int, int] | None = None
    bitrate_bit_s: int | None = None
    across_deg: float | None = None  # horizontal field of view of the stream


def fold_camera(state: CameraState, message: MavMessage) -> CameraState:
    """The state after one message; the same one where it says nothing of a camera."""
    take = _TAKERS.get(message.get_type())
    return take(state, message) if take else state


def _attitude(state: CameraState, m: MavMessage) -> CameraState:
    q = [float(part) for part in m.q]
    if not all(map(math.isfinite, q)) or math.hypot(*q) < 0.5:
        return state
    roll, pitch, yaw = angles_deg(q)
    is_true = bool(m.flags & _EARTH) or (not m.flags & _VEHICLE and bool(m.flags & _LOCKED))
    pose = GimbalPose(m.time_boot_ms, roll, pitch, yaw, is_true)
    return replace(state, gimbal=pose)


def angles_deg(q: Sequence[float]) -> tuple[float, float, float]:
    """Roll, pitch, yaw of an attitude (w, x, y, z). Straight up or down, where roll and yaw turn
    about the same axis, all of it counts as yaw: cameras look down more often than not."""
    size = math.hypot(*q)
    w, x, y, z = (part / size for part in q)
    ahead_north, ahead_east = 1 - 2 * (y * y + z * z), 2 * (x * y + w * z)
    level = math.hypot(ahead_north, ahead_east)
    pitch = math.atan2(2 * (w * y - x * z), level)
    if level < STEEP:
        return (
            0.0,
            math.degrees(pitch),
            math.degrees(math.remainder(2 * math.atan2(z, w), math.tau)),
        )
    roll = math.atan2(2 * (y * z + w * x), 1 - 2 * (x * x + y * y))
    yaw = math.atan2(ahead_east, ahead_north)
    return math.degrees(roll), math.degrees(pitch), math.degrees(yaw)


def _manager(state: CameraState, m: MavMessage) -> CameraState:
    figures = (m.pitch_min, m.pitch_max, m.yaw_min, m.yaw_max)
    if not all(map(math.isfinite, figures)):
        return state
    low, high, left, right = map(math.degrees, figures)
    pans = bool(m.cap_flags & mavlink.GIMBAL_MANAGER_CAP_FLAGS_HAS_YAW_AXIS)
    return replace(state, limits=GimbalLimits((low, high), (left, right), pans))


def _control(state: CameraState, m: MavMessage) -> CameraState:
    return replace(state, controlled_by=(m.primary_control_sysid, m.primary_control_compid))


def _information(state: CameraState, m: MavMessage) -> CameraState:
    name = " ".join(filter(None, (_text(m.vendor_name), _text(m.model_name))))
    across, up = _positive(m.sensor_size_h), _positive(m.sensor_size_v)
    return replace(
        state,
        name=name or None,
        focal_mm=_positive(m.focal_length),
        sensor_mm=(across, up) if across and up else None,
    )


def _settings(state: CameraState, m: MavMessage) -> CameraState:
    told = m.zoomLevel
    return replace(state, zoom_pct=told if 0 <= told <= 100 else None)


def _stream(state: CameraState, m: MavMessage) -> CameraState:
    if m.count == 0 and not _text(m.uri):
        return state  # an autopilot whose camera has none says so with zeros
    return replace(
        _stream_status(state, m),
        stream_uri=_text(m.uri) or None,
        stream_name=_text(m.name) or None,
        encoding=_ENCODINGS.get(m.encoding),
    )


def _stream_status(state: CameraState, m: MavMessage) -> CameraState:
    size = (m.resolution_h, m.resolution_v)
    return replace(
        state,
        running=bool(m.flags & mavlink.VIDEO_STREAM_STATUS_FLAGS_RUNNING),
        thermal=bool(m.flags & mavlink.VIDEO_STREAM_STATUS_FLAGS_THERMAL),
        fps=_positive(m.framerate),
        size_px=size if all(size) else None,
        bitrate_bit_s=m.bitrate or None,
        across_deg=_positive(float(m.hfov)),
    )


def _positive(figure: float) -> float | None:
    """None for what means 'not known': zero, less, or no number."""
    return figure if math.isfinite(figure) and figure > 0 else None


def _text(value: Any) -> str:
    raw = value.encode() if isinstance(value, str) else bytes(value)
    return raw.split(b"\0", 1)[0].decode("utf-8", "replace").strip()


_TAKERS: dict[str, Callable[[CameraState, MavMessage], CameraState]] = {
    "GIMBAL_DEVICE_ATTITUDE_STATUS": _attitude,
    "GIMBAL_MANAGER_INFORMATION": _manager,
    "GIMBAL_MANAGER_STATUS": _control,
    "CAMERA_INFORMATION": _information,
    "CAMERA_SETTINGS": _settings,
    "VIDEO_STREAM_INFORMATION": _stream,
    "VIDEO_STREAM_STATUS": _stream_status,
}
CAMERA_TOLD: Final = frozenset(getattr(mavlink, f"MAVLINK_MSG_ID_{kind}") for kind in _TAKERS)
