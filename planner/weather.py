"""The wind between the stations that measure it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from planner.checks import wind_is_sound
from planner.frame import Points
from planner.model import Candidate, Reason, Veto, Wind

ASSUMED_MS: Final = 8.0  # exceeded in one hour of thirteen at 100 m (Weibull, k 2, mean 4.4 m/s)
NEAR_M: Final = 1000.0  # nearer than this a station is not believed more for being nearer still

Floats = NDArray[np.float64]


class Stations:
    """Where wind is measured, ``places_m`` (n, 2)."""

    def __init__(self, places_m: Points) -> None:
        self._places_m = places_m

    def winds_at(self, at_m: Points, measured: Sequence[Wind | None]) -> list[Wind] | None:
        """The wind at each of the places (m, 2) from what the stations measure now: the mean of
        their vectors, weighted by the inverse square of the distance (Shepard 1968). A station
        that tells nothing, or nonsense, is left out; None if there is no other."""
        told = [n for n, wind in enumerate(measured) if wind is not None and wind_is_sound(wind)]
        if not told:
            return None
        vectors = np.array([wind.towards_ms for n in told if (wind := measured[n]) is not None])
        off = at_m[:, None, :] - self._places_m[None, told, :]
        weights = 1.0 / (off[..., 0] ** 2 + off[..., 1] ** 2 + NEAR_M**2)
        blowing = weights @ vectors / weights.sum(axis=1)[:, None]
        return [_wind(east, north) for east, north in blowing.tolist()]


def assumed(from_m: Points, to_m: Points) -> list[Wind]:
    """Where no station measures: a strong wind, against each drone on its way from one place to the
    other."""
    east_m, north_m = (to_m - from_m).T
    from_deg = np.degrees(np.arctan2(east_m, north_m)) % 360.0
    return [Wind(ASSUMED_MS, deg % 360.0) for deg in from_deg.tolist()]


def unmeasured(candidate: Candidate) -> tuple[Reason, ...]:
    """That its wind is assumed. It rules nobody out."""
    if candidate.wind_measured:
        return ()
    wind = candidate.wind
    text = (
        f"no station measures the wind; reckoned with {wind.speed_ms:.0f} m/s from "
        f"{wind.from_deg:.0f} degrees, against it on its way out"
    )
    return (Reason(Veto.WIND_ASSUMED, wind.speed_ms, None, text),)


def _wind(east_ms: float, north_ms: float) -> Wind:
    """Of the vector the air moves along."""
    speed_ms = math.hypot(east_ms, north_ms)
    if speed_ms < 1e-9:
        return Wind()
    from_deg = math.degrees(math.atan2(-east_ms, -north_ms)) % 360.0
    return Wind(speed_ms, from_deg % 360.0)  # just below 0 is rounded to 360 the first time
