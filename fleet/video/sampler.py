"""From what a vehicle tells to samples of what its camera sees: one for each of its positions.

No I/O, no clock: fed with messages and the times they were heard, live or from a record.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from fleet.contract import VideoSample
from fleet.district.model import CameraModel
from fleet.mavlink.camera import CameraState
from fleet.mavlink.codec import MavMessage
from fleet.mavlink.state import VehicleState
from fleet.video.boot_clock import BootClock
from planner.footprint import Lens, Sight, footprint
from planner.model import LonLat

Ground = Callable[[LonLat], float]  # its height above the sea there

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UNKNOWN_HEADING = 65535
OLDEST_S = 5.0  # a message that is older by the vehicle's clock: the clock is not what it was
_DIGITS = 7  # of degrees: a centimetre


@dataclass(frozen=True, slots=True)
class Platform:
    """How the drone itself stands in the air; the heading is its nose's, true."""

    heading_deg: float
    roll_deg: float
    pitch_deg: float


def zoom_of(camera: CameraState, model: CameraModel) -> float:
    """How much longer the focal length is than at the widest: the share that is told goes evenly
    from wide to tele."""
    return 1 + (model.zoom - 1) * (camera.zoom_pct or 0.0) / 100


def lens_of(camera: CameraState, model: CameraModel) -> Lens:
    """The field of view now: of the sensor and focal length that the camera tells, else of those
    that are configured."""
    sensor_mm, focal_mm = camera.sensor_mm, camera.focal_mm
    if sensor_mm is None or focal_mm is None:
        sensor_mm, focal_mm = model.sensor_mm, model.focal_mm
    return Lens.of_sensor(sensor_mm, focal_mm, zoom_of(camera, model))


class Sampler:
    """One drone's."""

    def __init__(self, drone: str, model: CameraModel, ground: Ground) -> None:
        self._drone, self._model, self._ground = drone, model, ground
        self._clock = BootClock()
        self.latency_s: float | None = None

    def take(
        self,
        message: MavMessage,
        state: VehicleState,
        camera: CameraState,
        heard_s: float,
        latency_s: float | None = None,
    ) -> VideoSample | None:
        """The sample of a position, told together with what else is known of the vehicle by now;
        None for every other message, and while nobody knows where the camera looks. ``heard_s`` is
        Unix time, ``latency_s`` how old it was then by the vehicle's own clock, where that is known
        and makes sense: right after it was switched on anew it does not."""
        if message.get_type() != "GLOBAL_POSITION_INT":
            return None
        at_s = self._clock.moment_s(message.time_boot_ms, heard_s)
        if latency_s is not None and 0.0 <= latency_s <= OLDEST_S:
            at_s = heard_s - latency_s
        self.latency_s = round(heard_s - at_s, 4)
        nose_deg = message.hdg / 100 if message.hdg != _UNKNOWN_HEADING else state.heading_deg
        pose = camera.gimbal
        if nose_deg is None or pose is None or (message.lon == 0 and message.lat == 0):
            return None
        platform = Platform(nose_deg, state.roll_deg or 0.0, state.pitch_deg or 0.0)
        sight = Sight(
            message.lon / 1e7,
            message.lat / 1e7,
            message.alt / 1000,
            pose.heading_deg(nose_deg),
            pose.pitch_deg,
            pose.roll_deg,
            lens_of(camera, self._model),
        )
        ground_amsl_m = self._ground(LonLat(sight.lon, sight.lat))
        centre = footprint(sight, ground_amsl_m).centre
        if centre is not None:  # the ground that counts is the one that is looked at
            ground_amsl_m = self._ground(centre)
        zoom = zoom_of(camera, self._model)
        sample = sample_of(self._drone, at_s, platform, sight, ground_amsl_m)
        return sample.model_copy(update={"latency_s": self.latency_s, "zoom": round(zoom, 3)})


def sample_of(
    drone: str, at_s: float, platform: Platform, sight: Sight, ground_amsl_m: float
) -> VideoSample:
    """A sample from what it is made of, live or from a record; ``at_s`` is Unix time."""
    seen = footprint(sight, ground_amsl_m)
    one, two, three, four = (corner and _rounded(corner) for corner in seen.corners)
    return VideoSample(
        drone=drone,
        at=EPOCH + timedelta(microseconds=round(at_s * 1e6)),
        lon=sight.lon,
        lat=sight.lat,
        alt_amsl_m=round(sight.alt_amsl_m, 2),
        heading_deg=round(platform.heading_deg, 3) % 360.0,
        roll_deg=round(platform.roll_deg, 3),
        pitch_deg=round(platform.pitch_deg, 3),
        camera_heading_deg=round(sight.heading_deg, 3) % 360.0,
        camera_pitch_deg=round(sight.pitch_deg, 3),
        camera_roll_deg=round(sight.roll_deg, 3),
        zoom=None,
        across_deg=round(sight.lens.across_deg, 3),
        up_deg=round(sight.lens.up_deg, 3),
        ground_amsl_m=round(ground_amsl_m, 1),
        slant_m=None if seen.slant_m is None else round(seen.slant_m, 1),
        centre=seen.centre and _rounded(seen.centre),
        corners=(one, two, three, four),
        outline=tuple(_rounded(at) for at in seen.outline),
        latency_s=None,
    )


def _rounded(at: LonLat) -> tuple[float, float]:
    return round(at.lon, _DIGITS), round(at.lat, _DIGITS)
