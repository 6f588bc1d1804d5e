"""Where a long line is handed over from drone to drone.

A relay flies a line in one go: each drone a segment of it, each segment beginning where the one
before it ends. How soon the relay can be flown again is how long its slowest drone is away and
charges; that is what is minimised. Drones follow each other along the line as their docks do, so
the best hand-overs are found exactly, by dynamic programming over drones and places of hand-over.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Segment(NamedTuple):
    """A drone's slots of the line: from ``begin`` up to, not including, ``end``."""

    drone: int
    begin: int
    end: int


def relay(away_s: Floats, most: int) -> list[Segment] | None:
    """The segments of at most so many drones; None if they cannot fly the line.

    ``away_s[drone, begin, end]`` is how long a drone flies and charges for these slots, infinite
    where it cannot; drones are in their order along the line.
    """
    ends = away_s.shape[2]
    worst = np.full((most + 1, ends), np.inf)  # [drones used, slots flown]
    worst[0, 0] = 0.0
    ways: dict[tuple[int, int], tuple[Segment, ...]] = {(0, 0): ()}
    for drone, own_s in enumerate(away_s):
        for used in range(most - 1, -1, -1):  # so that a drone flies one segment only
            longest_s = np.maximum(worst[used][:, None], own_s)
            best = longest_s.argmin(axis=0)
            for end in np.flatnonzero(longest_s.min(axis=0) < worst[used + 1]).tolist():
                begin = int(best[end])
                worst[used + 1, end] = longest_s[begin, end]
                ways[used + 1, end] = (*ways[used, begin], Segment(drone, begin, end))
    used = int(worst[:, -1].argmin())
    return list(ways[used, ends - 1]) if np.isfinite(worst[used, -1]) else None
