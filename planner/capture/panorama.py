"""A panorama from one place: all the way round, in rings from above the horizon to straight down.

Rings lie one below the other at even steps in pitch, none wider than the picture is high less the
overlap. In each ring the drone turns at even steps, as many as its upper edge asks for, for there
pictures cover the least of the way round. The last picture looks straight down and closes what the
lowest ring leaves open. Lower edges bend up beside their middle: where little overlap leaves gaps
there, a ring more closes them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from planner.capture.view import CaptureImpossible, Floats, Optics, Shot, in_view

LEAST_OVERLAP, MOST_OVERLAP = 0.1, 0.8
STRAIGHT_DOWN_DEG: Final = -90.0
MOST_RINGS_MORE: Final = 3
DIRECTIONS: Final = 6000  # some 2.6 degrees apart
_ORIGIN = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Panorama:
    """``seen_share`` is how much of all directions from straight down to ``top_deg`` above the
    horizon is in a picture, ``twice_share`` how much is in two, which joining them needs."""

    shots: tuple[Shot, ...]
    top_deg: float
    seen_share: float
    twice_share: float


def panorama(
    optics: Optics, overlap: float, top_deg: float, first_heading_deg: float = 0.0
) -> Panorama:
    """The shots in the order in which they are taken, each turned to from the one before.

    Raises:
        CaptureImpossible: for an overlap or a height above the horizon that cannot be.
    """
    if not LEAST_OVERLAP <= overlap <= MOST_OVERLAP:
        raise CaptureImpossible(
            f"pictures of a panorama overlap by {LEAST_OVERLAP:g} to {MOST_OVERLAP:g}, "
            f"not {overlap:g}"
        )
    for more in range(MOST_RINGS_MORE + 1):
        shots = [
            Shot(_ORIGIN, (first_heading_deg + 360.0 * number / count) % 360.0, pitch_deg)
            for pitch_deg, count in _rings(optics, overlap, top_deg, more)
            for number in range(count)
        ]
        seen = in_view(shots, optics.lens, directions(top_deg)).sum(axis=0)
        if seen.all():
            break
    return Panorama(tuple(shots), top_deg, float(np.mean(seen >= 1)), float(np.mean(seen >= 2)))


def _rings(optics: Optics, overlap: float, top_deg: float, more: int) -> list[tuple[float, int]]:
    """Pitch and number of pictures of each, from above; the last looks straight down."""
    up_deg = optics.lens.up_deg
    if not STRAIGHT_DOWN_DEG + up_deg < top_deg < optics.highest_deg + up_deg / 2:
        raise CaptureImpossible(
            f"a panorama reaches from {STRAIGHT_DOWN_DEG + up_deg:.0f} to "
            f"{optics.highest_deg + up_deg / 2:.0f} degrees above the horizon with this camera and "
            f"gimbal, not to {top_deg:g}"
        )
    highest_deg, count = _highest(optics, overlap, top_deg)
    below_deg = highest_deg - STRAIGHT_DOWN_DEG
    steps = max(1, math.ceil(below_deg / (up_deg * (1 - overlap)) - 1e-9)) + more
    rings = [(highest_deg, count)]
    for number in range(1, steps):
        pitch_deg = highest_deg - below_deg * number / steps
        rings.append((pitch_deg, _around(optics, overlap, pitch_deg)))
    return [*rings, (STRAIGHT_DOWN_DEG, 1)]


def _highest(optics: Optics, overlap: float, top_deg: float) -> tuple[float, int]:
    """Of the first ring: so high that between two pictures, where its upper edge is nearest to the
    horizon, it still reaches the top. Half a step aside an upper edge of elevation e reaches
    atan(tan e cos a)."""
    up_deg, count = optics.lens.up_deg, 3
    while True:
        aside = math.cos(math.pi / count) if top_deg > 0 else 1.0
        edge_deg = math.degrees(math.atan(math.tan(math.radians(top_deg)) / aside))
        pitch_deg = min(edge_deg - up_deg / 2, optics.highest_deg)
        if (least := _around(optics, overlap, pitch_deg)) <= count:
            return pitch_deg, count
        count = least


def _around(optics: Optics, overlap: float, pitch_deg: float) -> int:
    """Pictures for a ring: where one covers least of the way round, two overlap as asked."""
    pitch, half_up = math.radians(pitch_deg), math.radians(optics.lens.up_deg) / 2
    aside = math.tan(math.radians(optics.lens.across_deg) / 2)
    ahead = math.cos(pitch) + math.tan(half_up) * abs(math.sin(pitch))
    across_deg = 2 * math.degrees(math.atan2(aside, ahead))
    return math.ceil(360.0 / (across_deg * (1 - overlap)) - 1e-9)


def directions(top_deg: float) -> Floats:
    """Evenly spread from straight down to the height above the horizon: Fibonacci's lattice."""
    numbers = np.arange(DIRECTIONS) + 0.5
    up = -1.0 + (math.sin(math.radians(top_deg)) + 1.0) * numbers / DIRECTIONS
    turn = numbers * math.pi * (3.0 - math.sqrt(5.0))
    flat = np.sqrt(1.0 - up**2)
    return np.column_stack((flat * np.sin(turn), flat * np.cos(turn), up))
