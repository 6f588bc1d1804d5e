"""At which corners of a survey a drone stops.

An autopilot that flies through a corner cuts it, and what is photographed by distance behind it
is shifted. Where the way bends no more than ``SHARP_DEG`` that is some centimetres.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from planner.frame import Points

SHARP_DEG: Final = 10.0
STOP_S: Final = 1.0  # a mission's least stay; one without a stay is flown through


def stops(points_m: Points) -> list[int]:
    """The numbers of the points between the first and the last where it stops."""
    legs = np.diff(points_m, axis=0)
    courses = np.degrees(np.arctan2(legs[:, 0], legs[:, 1]))
    bends = np.abs((np.diff(courses) + 180.0) % 360.0 - 180.0)
    return [number for number, bend in enumerate(bends.tolist(), start=1) if bend > SHARP_DEG]
