"""What is to be taken pictures of, and the pictures: a panorama from a place, a model of an area.

Positions are WGS-84, heights above mean sea level.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import numpy as np
from shapely import Polygon

from fleet.district.model import District
from fleet.formats.check import CEILING_M
from fleet.process import Refusal
from planner.capture.crosshatch import Completeness, Overlap, Pass, completeness, crosshatch
from planner.capture.panorama import Panorama, panorama
from planner.capture.view import CaptureImpossible, Optics
from planner.footprint import Lens
from planner.frame import to_degrees, to_metres
from planner.model import LonLat, Performance
from planner.patrol.legs import Heights
from planner.ramps import rest_to_rest_s

TURN_DEG_S, TURN_MORE_S = 45.0, 2.0  # slower than autopilots turn, and until the picture is still
STILL_S, STOP_S = 5.0, 1.0  # before the first picture of a pass, and after the last
LEAST_APART_S = 1.0  # from picture to picture


class Picture(NamedTuple):
    lon: float
    lat: float
    alt_amsl_m: float
    heading_deg: float
    pitch_deg: float


class Ground(NamedTuple):
    """Of all that is taken pictures of."""

    lowest_m: float
    highest_m: float


@dataclass(frozen=True, slots=True)
class PanoramaSubject:
    at: LonLat
    alt_amsl_m: float
    ground: Ground
    found: Panorama
    below_m: float  # one pixel on the ground straight below
    at_100_m: float  # one pixel on what is 100 m away

    @property
    def begins(self) -> LonLat:
        return self.at

    @property
    def ends(self) -> LonLat:
        return self.at

    @property
    def pictures(self) -> tuple[Picture, ...]:
        return tuple(
            Picture(*self.at, self.alt_amsl_m, shot.heading_deg, shot.pitch_deg)
            for shot in self.found.shots
        )

    def holds_s(self) -> Iterator[float]:
        """Whole seconds before each picture, for the drone to turn and the camera to come to
        rest."""
        before = self.found.shots[0].heading_deg + 180.0  # at the worst
        for shot in self.found.shots:
            turn_deg = abs(math.remainder(shot.heading_deg - before, 360.0))
            yield float(math.ceil(turn_deg / TURN_DEG_S + TURN_MORE_S))
            before = shot.heading_deg

    def times_s(self, performance: Performance) -> tuple[float, float]:
        """Standing, and on the way."""
        return sum(self.holds_s()), 0.0


@dataclass(frozen=True, slots=True)
class ModelSubject:
    """``passes`` are in metres, as ``planner.frame`` has them."""

    alt_amsl_m: float
    ground: Ground
    passes: tuple[Pass, ...]
    speed_ms: float
    complete: Completeness
    finest_m: float  # one pixel: straight down on the highest, if any picture looks so
    coarsest_m: float  # in the middle of the flattest picture, on the lowest ground

    @property
    def begins(self) -> LonLat:
        return _degrees(self.passes[0].start_m)

    @property
    def ends(self) -> LonLat:
        return _degrees(self.passes[-1].end_m)

    @property
    def pictures(self) -> tuple[Picture, ...]:
        shots = [shot for each in self.passes for shot in each.shots(self.alt_amsl_m)]
        at = to_degrees(np.array([shot.at_m[:2] for shot in shots])).tolist()
        return tuple(
            Picture(lon, lat, self.alt_amsl_m, shot.heading_deg, shot.pitch_deg)
            for (lon, lat), shot in zip(at, shots, strict=True)
        )

    def times_s(self, performance: Performance) -> tuple[float, float]:
        """Standing, and on the way; from pass to pass it stops, for the pictures to be where they
        were planned."""
        legs = [(each.start_m, each.end_m) for each in self.passes]
        legs += [(one.end_m, following.start_m) for one, following in pairwise(self.passes)]
        p = performance
        flown_s = math.fsum(
            rest_to_rest_s(math.dist(*leg), self.speed_ms, p.accel_ms2, p.jerk_ms3) for leg in legs
        )
        return len(self.passes) * (STILL_S + STOP_S), flown_s


Subject: TypeAlias = PanoramaSubject | ModelSubject


def optics_of(district: District, drone_model: str) -> Optics:
    """What the camera of a model of drone sees.

    Raises:
        Refusal: if the district does not say.
    """
    camera = district.drone_models[drone_model].camera
    if camera is None or camera.picture_px is None:
        what = "no camera" if camera is None else "no picture_px of the camera"
        raise Refusal(f"drones.yaml has {what} for {drone_model}: nothing can be planned with it")
    return Optics(Lens.of_sensor(camera.sensor_mm, camera.focal_mm), camera.picture_px[0])


def panorama_of(
    district: District, optics: Optics, at: LonLat, height_m: float, overlap: float, top_deg: float
) -> PanoramaSubject:
    """Raises Refusal for what cannot be taken."""
    ground_m = float(district.grounds_amsl_m(np.array([at]))[0])
    try:
        found = panorama(optics, overlap, top_deg)
    except CaptureImpossible as impossible:
        raise Refusal(str(impossible)) from None
    return PanoramaSubject(
        at,
        ground_m + height_m,
        Ground(ground_m, ground_m),
        found,
        optics.sampling_m(height_m),
        optics.sampling_m(100.0),
    )


@dataclass(frozen=True, slots=True)
class ModelWish:
    """How an area is to be modelled. ``objects_m`` is how high what stands there is."""

    height_m: float
    objects_m: float
    pitches_deg: tuple[float, ...]
    overlap: Overlap
    speed_ms: float


def model_of(
    district: District, optics: Optics, corners: Sequence[LonLat], wish: ModelWish
) -> ModelSubject:
    """Raises Refusal for what cannot be modelled."""
    area = Polygon(to_metres(np.array(corners, dtype=np.float64)))
    grounds = district.grounds_amsl_m(np.array(corners, dtype=np.float64))
    ground = Ground(float(grounds.min()), float(grounds.max()))
    heights = Heights(wish.height_m, district.flight.scene_height_m, CEILING_M)
    lowest, highest = np.array(ground.lowest_m), np.array(ground.highest_m)
    alt_m = float(heights.level(lowest, highest, wish.height_m))
    top_m = ground.highest_m + wish.objects_m
    try:
        passes = crosshatch(area, optics, alt_m - top_m, wish.pitches_deg, wish.overlap)
    except CaptureImpossible as impossible:
        raise Refusal(str(impossible)) from None
    levels = (ground.lowest_m, top_m)
    flattest, steepest = max(wish.pitches_deg), min(wish.pitches_deg)
    return ModelSubject(
        alt_m,
        ground,
        tuple(passes),
        min([wish.speed_ms, *(each.step_m / LEAST_APART_S for each in passes)]),
        completeness(area, passes, optics, alt_m, levels),
        optics.sampling_m((alt_m - top_m) / math.sin(math.radians(-steepest))),
        optics.sampling_m((alt_m - ground.lowest_m) / math.sin(math.radians(-flattest))),
    )


def _degrees(at_m: tuple[float, float]) -> LonLat:
    return LonLat(*to_degrees(np.array([at_m])).tolist()[0])
