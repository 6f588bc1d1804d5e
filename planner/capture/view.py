"""What is in the picture of a camera in the air, and how much of it one pixel shows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.footprint import Lens

Floats = NDArray[np.float64]


class CaptureImpossible(Exception):
    """Pictures that cannot be taken so; the text says why, and what could be."""


@dataclass(frozen=True, slots=True)
class Optics:
    """A field of view, how many pixels it is wide, and what the gimbal can be tilted to."""

    lens: Lens
    across_px: int
    lowest_deg: float = -90.0
    highest_deg: float = 35.0

    def sampling_m(self, away_m: float) -> float:
        """What one pixel in the middle of the picture shows of what is so far away."""
        return 2 * away_m * math.tan(math.radians(self.lens.across_deg) / 2) / self.across_px


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: from where (east, north, up in metres), and where the camera looks."""

    at_m: tuple[float, float, float]
    heading_deg: float
    pitch_deg: float


def in_view(shots: Sequence[Shot], lens: Lens, points_m: Floats) -> NDArray[np.bool_]:
    """A row for each shot, a column for each point (east, north, up): whether it is in the picture.
    The camera is level, as a gimbal keeps it; nothing hides anything."""
    most_x = math.tan(math.radians(lens.across_deg) / 2)
    most_y = math.tan(math.radians(lens.up_deg) / 2)
    rows = []
    for shot in shots:
        heading, pitch = math.radians(shot.heading_deg), math.radians(shot.pitch_deg)
        axes = _axes(heading, pitch)
        x, y, depth = axes @ (points_m - np.array(shot.at_m)).T
        edge = 1 + 1e-9  # what lies on it counts, whatever rounding does
        seen = (depth > 0) & (np.abs(x) <= most_x * depth * edge)
        rows.append(seen & (np.abs(y) <= most_y * depth * edge))
    return np.array(rows, dtype=np.bool_).reshape(len(shots), len(points_m))


def _axes(heading: float, pitch: float) -> Floats:
    """Rows: to the right, up in the picture, into it."""
    sin_h, cos_h = math.sin(heading), math.cos(heading)
    sin_p, cos_p = math.sin(pitch), math.cos(pitch)
    return np.array(
        [
            (cos_h, -sin_h, 0.0),
            (-sin_h * sin_p, -cos_h * sin_p, cos_p),
            (sin_h * cos_p, cos_h * cos_p, sin_p),
        ]
    )
