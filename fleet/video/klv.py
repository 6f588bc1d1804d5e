"""Samples as MISB ST 0601 has them: the UAS Datalink Local Set in KLV (SMPTE 336M), and back.

Tags and mappings are those of ST 0601; the camera's angles are relative to the drone (tags 18 to
20), so they are turned from what is level and true, and back. What a tag cannot hold is left out.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fleet.contract import VideoSample
from fleet.video.sampler import EPOCH, Platform, sample_of
from planner.footprint import Lens, Sight

KEY: Final = bytes.fromhex("060E2B34020B01010E01030101000000")
LOCAL_SET_VERSION: Final = 17  # ST 0601.17

_CHECKSUM, _TIME, _MISSION, _VERSION = 1, 2, 3, 65
_DESIGNATION, _SOURCE, _COORDINATES = 10, 11, 12
_HEADING, _PITCH, _ROLL = 5, 90, 91
_SENSOR_LAT, _SENSOR_LON, _SENSOR_ALT = 13, 14, 15
_ACROSS, _UP = 16, 17
_AZIMUTH, _ELEVATION, _TURN, _SLANT = 18, 19, 20, 21
_CENTRE_LAT, _CENTRE_LON, _CENTRE_ALT = 23, 24, 25
_CORNERS = ((82, 83), (84, 85), (86, 87), (88, 89))  # latitude and longitude, as ours from the left

Rotation = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Mapped:
    """A figure between two limits as an integer; a signed one leaves its least value for 'none'."""

    size: int
    low: float
    high: float

    @property
    def _steps(self) -> int:
        bits = 8 * self.size
        steps: int = (1 << bits) - (2 if self.low == -self.high else 1)
        return steps

    def octets(self, figure: float) -> bytes:
        limited = min(max(figure, self.low), self.high)
        if self.low == -self.high:
            raw = round(limited * self._steps / (self.high - self.low))
            return raw.to_bytes(self.size, "big", signed=True)
        raw = round((limited - self.low) * self._steps / (self.high - self.low))
        return raw.to_bytes(self.size, "big")

    def figure(self, data: bytes) -> float:
        scale = (self.high - self.low) / self._steps
        if self.low == -self.high:
            return int.from_bytes(data, "big", signed=True) * scale
        return self.low + int.from_bytes(data, "big") * scale


_LAT, _LON = _Mapped(4, -90, 90), _Mapped(4, -180, 180)
_HEIGHT, _VIEW = _Mapped(2, -900, 19000), _Mapped(2, 0, 180)
_TAGS: Final[Mapping[int, _Mapped]] = {
    _HEADING: _Mapped(2, 0, 360),
    _SENSOR_LAT: _LAT,
    _SENSOR_LON: _LON,
    _SENSOR_ALT: _HEIGHT,
    _ACROSS: _VIEW,
    _UP: _VIEW,
    _AZIMUTH: _Mapped(4, 0, 360),
    _ELEVATION: _Mapped(4, -180, 180),
    _TURN: _Mapped(4, 0, 360),
    _SLANT: _Mapped(4, 0, 5_000_000),
    _CENTRE_LAT: _LAT,
    _CENTRE_LON: _LON,
    _CENTRE_ALT: _HEIGHT,
    **{tag: mapped for pair in _CORNERS for tag, mapped in zip(pair, (_LAT, _LON), strict=True)},
    _PITCH: _Mapped(4, -90, 90),
    _ROLL: _Mapped(4, -90, 90),
}


def packet(sample: VideoSample, mission: str = "") -> bytes:
    """One sample as a local set with its key, length and checksum."""
    items = [(_TIME, _microseconds(sample).to_bytes(8, "big"))]
    if mission:
        items.append((_MISSION, mission.encode()))
    figures = _figures(sample)
    items += [(tag, _TAGS[tag].octets(figure)) for tag, figure in sorted(figures.items())]
    items += [
        (_DESIGNATION, sample.drone.encode()),
        (_SOURCE, b"EO"),
        (_COORDINATES, b"Geodetic WGS84"),
        (_VERSION, bytes([LOCAL_SET_VERSION])),
    ]
    body = b"".join(_item(tag, value) for tag, value in items)
    whole = KEY + _length(len(body) + 4) + body + bytes([_CHECKSUM, 2])
    return whole + checksum(whole).to_bytes(2, "big")


def checksum(data: bytes) -> int:
    """The sum of all 16-bit words, the last one filled up with zero, modulo 65536."""
    padded = data + b"\0" * (len(data) % 2)
    words: tuple[int, ...] = struct.unpack(f">{len(padded) // 2}H", padded)
    return sum(words) & 0xFFFF


def samples(data: bytes) -> Iterator[VideoSample]:
    """The samples in a stream of packets. What is broken or of others is passed over."""
    start = data.find(KEY)
    while start >= 0:
        end = _end_of(data, start)
        sample = _sample(data[start:end]) if end is not None else None
        if sample is not None:
            yield sample
        start = data.find(KEY, end if sample is not None and end else start + 1)


def _figures(sample: VideoSample) -> dict[int, float]:
    turn, elevation, azimuth = _relative(sample)
    figures = {
        _HEADING: sample.heading_deg,
        _PITCH: sample.pitch_deg,
        _ROLL: sample.roll_deg,
        _SENSOR_LAT: sample.lat,
        _SENSOR_LON: sample.lon,
        _SENSOR_ALT: sample.alt_amsl_m,
        _ACROSS: sample.across_deg,
        _UP: sample.up_deg,
        _AZIMUTH: azimuth % 360.0,
        _ELEVATION: elevation,
        _TURN: turn % 360.0,
        _CENTRE_ALT: sample.ground_amsl_m,
    }
    if sample.slant_m is not None:
        figures[_SLANT] = sample.slant_m
    if sample.centre is not None:
        figures[_CENTRE_LON], figures[_CENTRE_LAT] = sample.centre
    for (lat, lon), corner in zip(_CORNERS, sample.corners, strict=True):
        if corner is not None:
            figures[lon], figures[lat] = corner
    return figures


def _microseconds(sample: VideoSample) -> int:
    return (sample.at - EPOCH) // timedelta(microseconds=1)


def _item(tag: int, value: bytes) -> bytes:
    return bytes([tag]) + _length(len(value)) + value


def _length(size: int) -> bytes:
    """BER: up to 127 in a byte, above with a byte that says how many follow."""
    if size < 128:
        return bytes([size])
    told = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(told)]) + told


# Reading.


def _read_length(data: bytes, at: int) -> tuple[int, int] | None:
    """The length told there, and where what it is of begins."""
    if at >= len(data):
        return None
    first = data[at]
    if first < 128:
        return first, at + 1
    end = at + 1 + (first & 0x7F)
    if not 0 < first & 0x7F <= 4 or end > len(data):
        return None
    return int.from_bytes(data[at + 1 : end], "big"), end


def _end_of(data: bytes, start: int) -> int | None:
    told = _read_length(data, start + len(KEY))
    if told is None:
        return None
    size, begins = told
    return begins + size if begins + size <= len(data) else None


def _sample(whole: bytes) -> VideoSample | None:
    """The sample in one packet; None for one that is broken or lacks what a sample must have."""
    if len(whole) < len(KEY) + 5 or int.from_bytes(whole[-2:], "big") != checksum(whole[:-2]):
        return None
    found = _items(whole)
    needed = (*_TAGS.keys() - _optional(), _TIME, _DESIGNATION)
    if found is None or any(tag not in found for tag in needed):
        return None
    if any(tag in found and len(found[tag]) != mapped.size for tag, mapped in _TAGS.items()):
        return None
    of = {tag: mapped.figure(found[tag]) for tag, mapped in _TAGS.items() if tag in found}
    platform = Platform(of[_HEADING], of[_ROLL], of[_PITCH])
    heading, pitch, roll = _absolute(platform, of[_AZIMUTH], of[_ELEVATION], of[_TURN])
    lens = Lens(of[_ACROSS], of[_UP])
    at = (of[_SENSOR_LON], of[_SENSOR_LAT], of[_SENSOR_ALT])
    sight = Sight(*at, heading, pitch, roll, lens)
    drone = found[_DESIGNATION].decode("utf-8", "replace")
    at_s = int.from_bytes(found[_TIME], "big") / 1e6
    return sample_of(drone, at_s, platform, sight, of[_CENTRE_ALT])


def _optional() -> set[int]:
    corners = {tag for pair in _CORNERS for tag in pair}
    return corners | {_SLANT, _CENTRE_LAT, _CENTRE_LON}


def _items(whole: bytes) -> dict[int, bytes] | None:
    told = _read_length(whole, len(KEY))
    if told is None:
        return None
    found: dict[int, bytes] = {}
    at = told[1]
    while at < len(whole):
        tag, inner = whole[at], _read_length(whole, at + 1)
        if inner is None or tag >= 128 or inner[1] + inner[0] > len(whole):
            return None
        found[tag] = whole[inner[1] : inner[1] + inner[0]]
        at = inner[1] + inner[0]
    return found


# Between what is level and true, and what is relative to the drone.


def _relative(sample: VideoSample) -> tuple[float, float, float]:
    """The camera's roll, elevation and azimuth as seen from the drone's own axes."""
    drone = _rotation(sample.roll_deg, sample.pitch_deg, sample.heading_deg)
    camera = _rotation(sample.camera_roll_deg, sample.camera_pitch_deg, sample.camera_heading_deg)
    return _angles(drone.T @ camera)


def _absolute(
    platform: Platform, azimuth: float, elevation: float, turn: float
) -> tuple[float, float, float]:
    """The camera's true heading, pitch and roll."""
    drone = _rotation(platform.roll_deg, platform.pitch_deg, platform.heading_deg)
    roll, pitch, heading = _angles(drone @ _rotation(turn, elevation, azimuth))
    return heading % 360.0, pitch, roll


def _rotation(roll_deg: float, pitch_deg: float, yaw_deg: float) -> Rotation:
    """Yaw, then pitch, then roll, in axes ahead, right and down."""
    (sr, sp, sy), (cr, cp, cy) = (
        [trig(math.radians(angle)) for angle in (roll_deg, pitch_deg, yaw_deg)]
        for trig in (math.sin, math.cos)
    )
    return np.array(
        [
            [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
            [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
            [-sp, cp * sr, cp * cr],
        ]
    )


def _angles(rotation: Rotation) -> tuple[float, float, float]:
    """Roll, pitch, yaw; straight up or down all turning is yaw."""
    level = math.hypot(rotation[0, 0], rotation[1, 0])
    pitch = math.atan2(-rotation[2, 0], level)
    if level < 1e-7:
        roll, yaw = 0.0, math.atan2(-rotation[0, 1], rotation[1, 1])
    else:
        roll = math.atan2(rotation[2, 1], rotation[2, 2])
        yaw = math.atan2(rotation[1, 0], rotation[0, 0])
    return math.degrees(roll), math.degrees(pitch), math.degrees(yaw)
