"""What a camera sees of the ground: four corners, the middle, and the outline of it on the map.

The ground is level, at the height that is known there; the Earth's curve is left out (2 m over the
5 km that are looked at most). Where the picture reaches to the horizon or beyond, its outline ends
``farthest_m`` from the point below the camera, straight ahead and to the sides.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeAlias

from pyproj import Geod

from planner.model import LonLat

FARTHEST_M: Final = 5000.0
LOWEST_M: Final = 0.5  # nearer to the ground there is nothing to be told

_Ray: TypeAlias = tuple[float, float, float]  # ahead, to the right, down; of any length


@dataclass(frozen=True, slots=True)
class Lens:
    """A field of view, from edge to edge."""

    across_deg: float
    up_deg: float

    @classmethod
    def of_sensor(cls, sensor_mm: tuple[float, float], focal_mm: float, zoom: float = 1.0) -> Lens:
        """A pinhole's: twice the angle whose tangent is half the sensor over the focal length."""
        across, up = (2 * math.degrees(math.atan(mm / 2 / focal_mm / zoom)) for mm in sensor_mm)
        return cls(across, up)

    def zoomed(self, zoom: float) -> Lens:
        """The same with the focal length so many times longer."""
        return Lens(_narrowed(self.across_deg, zoom), _narrowed(self.up_deg, zoom))


@dataclass(frozen=True, slots=True)
class Sight:
    """A camera in the air: where it is and looks. ``heading_deg`` is true, ``pitch_deg`` -90
    straight down, ``roll_deg`` clockwise as seen from behind the camera."""

    lon: float
    lat: float
    alt_amsl_m: float
    heading_deg: float
    pitch_deg: float
    roll_deg: float
    lens: Lens


@dataclass(frozen=True, slots=True)
class Footprint:
    """``corners``: of the picture's upper left, upper right, lower right, lower left; None where
    the picture shows no ground nearer than ``farthest_m``. ``outline``: the ground in the picture,
    closed by going on to its first point; empty if there is none."""

    corners: tuple[LonLat | None, LonLat | None, LonLat | None, LonLat | None]
    centre: LonLat | None
    slant_m: float | None  # from the camera to the centre
    outline: tuple[LonLat, ...]

    @property
    def is_whole(self) -> bool:
        """Whether all of the picture shows ground."""
        return None not in self.corners


def footprint(sight: Sight, ground_amsl_m: float, farthest_m: float = FARTHEST_M) -> Footprint:
    """The ground that is in the picture."""
    height_m = sight.alt_amsl_m - ground_amsl_m
    if height_m < LOWEST_M:
        return Footprint((None, None, None, None), None, None, ())
    rays = _corner_rays(sight)
    axis = _ray(sight, 0.0, 0.0)
    reach = farthest_m / height_m  # in heights above the ground
    corners = [_ground(sight, ray, height_m) if _reaches(ray, reach) else None for ray in rays]
    centre = _ground(sight, axis, height_m) if _reaches(axis, reach) else None
    return Footprint(
        (corners[0], corners[1], corners[2], corners[3]),
        centre,
        height_m / axis[2] if centre is not None else None,
        tuple(_ground(sight, ray, height_m) for ray in _clipped(rays, reach)),
    )


def towards(
    eye: tuple[float, float, float], target: tuple[float, float, float]
) -> tuple[float, float]:
    """True heading and pitch, in degrees, from one (lon, lat, alt_amsl_m) to another."""
    heading_deg, _, away_m = _geod().inv(eye[0], eye[1], target[0], target[1])
    return heading_deg % 360.0, math.degrees(math.atan2(target[2] - eye[2], away_m))


def _narrowed(angle_deg: float, zoom: float) -> float:
    return 2 * math.degrees(math.atan(math.tan(math.radians(angle_deg) / 2) / zoom))


def _corner_rays(sight: Sight) -> list[_Ray]:
    right = math.tan(math.radians(sight.lens.across_deg) / 2)
    up = math.tan(math.radians(sight.lens.up_deg) / 2)
    return [_ray(sight, x, y) for x, y in ((-right, up), (right, up), (right, -up), (-right, -up))]


def _ray(sight: Sight, right: float, up: float) -> _Ray:
    """From a point of the picture, in focal lengths from its middle: rolled, then pitched. The
    heading is left for ``_ground``. The middle's has length one."""
    roll, pitch = math.radians(sight.roll_deg), math.radians(sight.pitch_deg)
    right, up = (
        right * math.cos(roll) + up * math.sin(roll),
        up * math.cos(roll) - right * math.sin(roll),
    )
    ahead = math.cos(pitch) - up * math.sin(pitch)
    return ahead, right, -(math.sin(pitch) + up * math.cos(pitch))


def _reaches(ray: _Ray, reach: float) -> bool:
    ahead, right, down = ray
    return down > 0 and max(abs(ahead), abs(right)) <= reach * down


def _clipped(rays: Sequence[_Ray], reach: float) -> list[_Ray]:
    """The cone between the rays, as far as it meets the ground within the square around the point
    below: Sutherland and Hodgman's way, in directions instead of points, so that what is above the
    horizon needs no special case."""
    cone = list(rays)
    for ahead, right in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        inside = [reach * ray[2] - ahead * ray[0] - right * ray[1] for ray in cone]
        kept: list[_Ray] = []
        for i, ray in enumerate(cone):
            before, here = inside[i - 1], inside[i]
            if (before < 0) != (here < 0):
                kept.append(_between(cone[i - 1], ray, before / (before - here)))
            if here >= 0:
                kept.append(ray)
        cone = kept
    return [ray for ray in cone if ray[2] > 0]


def _between(one: _Ray, other: _Ray, share: float) -> _Ray:
    a, r, d = (x + (y - x) * share for x, y in zip(one, other, strict=True))
    return a, r, d


def _ground(sight: Sight, ray: _Ray, height_m: float) -> LonLat:
    ahead, right, down = ray
    away_m = height_m * math.hypot(ahead, right) / down
    azimuth_deg = sight.heading_deg + math.degrees(math.atan2(right, ahead))
    lon, lat, _ = _geod().fwd(sight.lon, sight.lat, azimuth_deg, away_m)
    return LonLat(lon, lat)


@cache
def _geod() -> Geod:
    return Geod(ellps="WGS84")
