"""The facts of a drone's picture, from what it tells and what is configured. Pure."""

from __future__ import annotations

from typing import Literal

from fleet.contract import VideoStream
from fleet.district.model import CameraModel
from fleet.mavlink.camera import CameraState


def stream_of(
    drone: str,
    camera: CameraState,
    model: CameraModel | None,
    latency_s: float | None,
    url: str | None = None,
) -> VideoStream:
    """What the vehicle tells counts; where it is silent, what is configured."""
    size = camera.size_px or (model.picture_px if model else None)
    return VideoStream(
        drone=drone,
        state=_state(camera, model),
        told_by=_told_by(camera, model),
        gimbal=camera.gimbal is not None,
        pans=camera.limits is not None and camera.limits.pans,
        tilt_deg=camera.limits.pitch_deg if camera.limits else None,
        camera=camera.name,
        url=camera.stream_uri or url,
        encoding=camera.encoding,
        width_px=size[0] if size else None,
        height_px=size[1] if size else None,
        fps=camera.fps or (model.fps if model else None),
        bitrate_bit_s=camera.bitrate_bit_s,
        zoom_max=model.zoom if model else 1.0,
        latency_s=latency_s,
    )


def _state(
    camera: CameraState, model: CameraModel | None
) -> Literal["running", "stopped", "unknown", "absent"]:
    if camera.running is not None:
        return "running" if camera.running else "stopped"
    return "unknown" if model is not None or camera.gimbal is not None else "absent"


def _told_by(
    camera: CameraState, model: CameraModel | None
) -> Literal["vehicle", "configuration", "nobody"]:
    if camera.running is not None:
        return "vehicle"
    return "configuration" if model is not None else "nobody"
