"""What the drones' cameras send and see."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fleet.contract.base import Model


class VideoStream(Model):
    """What is known of a drone's picture, and how it is now. ``told_by`` says where figures come
    from: the vehicle's own messages, or the district's configuration. None where nobody knows.
    ``latency_s`` is from the moment shown to our hearing of it, counted from the quickest message
    heard from the vehicle."""

    drone: str
    state: Literal["running", "stopped", "unknown", "absent"]
    told_by: Literal["vehicle", "configuration", "nobody"]
    gimbal: bool  # it tells where it looks, and can be pointed
    pans: bool  # by itself, without the drone turning
    tilt_deg: tuple[float, float] | None
    camera: str | None
    url: str | None
    encoding: str | None
    width_px: int | None
    height_px: int | None
    fps: float | None
    bitrate_bit_s: int | None
    zoom_max: float
    latency_s: float | None


class VideoSample(Model):
    """Where a camera was and what it saw at one moment: ``at`` is when the drone was there, as its
    own clock has it, so that picture and sample can be paired. Headings are true, ``pitch_deg`` is
    -90 straight down. ``corners`` are lon, lat of the picture's upper left, upper right, lower
    right, lower left, None where it shows no ground near enough; ``outline`` is the ground in the
    picture, open: its last point is joined to its first. There are none of a drone whose gimbal
    does not tell where it looks."""

    drone: str
    at: datetime
    lon: float
    lat: float
    alt_amsl_m: float
    heading_deg: float  # of the drone's nose
    roll_deg: float
    pitch_deg: float
    camera_heading_deg: float
    camera_pitch_deg: float
    camera_roll_deg: float
    zoom: float | None  # over the widest picture; not kept in records
    across_deg: float  # field of view
    up_deg: float
    ground_amsl_m: float
    slant_m: float | None  # to the centre
    centre: tuple[float, float] | None
    corners: tuple[
        tuple[float, float] | None,
        tuple[float, float] | None,
        tuple[float, float] | None,
        tuple[float, float] | None,
    ]
    outline: tuple[tuple[float, float], ...]
    latency_s: float | None


class VideoStreams(Model):
    streams: tuple[VideoStream, ...]


class VideoTrack(Model):
    """The recorded samples of one sortie, oldest first; ``next`` asks for those after the page."""

    sortie: str
    samples: tuple[VideoSample, ...]
    next: datetime | None
