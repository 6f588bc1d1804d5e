"""Simulated weather: a wind that is alike at neighbouring docks and wanders slowly, with gusts.

Smooth noise of a few waves across the district; seeded, and a function of time alone, so that two
runs of one seed have the same weather.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field

WAVES = 4
WAVE_M = (4_000.0, 15_000.0)  # wave lengths across the district
WAVE_S = (240.0, 1_800.0)  # and in time
SPREAD = 0.15  # of the mean speed, and of a radian of direction
DEGREE_M = 111_000.0


@dataclass(frozen=True, slots=True)
class Conditions:
    """The weather as asked for; the wind is the mean over the district."""

    wind_ms: float = 0.0
    wind_from_deg: float = 0.0
    gust_factor: float = 1.3
    rain_mm_h: float = 0.0
    temperature_c: float = 24.0
    humidity_pct: float = 70.0


@dataclass(frozen=True, slots=True)
class Reading:
    wind_ms: float
    wind_from_deg: float
    gust_ms: float


@dataclass(frozen=True)
class Weather:
    """The weather over the district from one seed."""

    conditions: Conditions
    seed: int
    _waves: tuple[tuple[float, ...], ...] = field(init=False)

    def __post_init__(self) -> None:
        chance = random.Random(f"{self.seed}:weather")  # noqa: S311 -- a simulation's chance
        waves = []
        for _ in range(2 * WAVES):
            bearing = chance.uniform(0, 2 * math.pi)
            per_m = 2 * math.pi / chance.uniform(*WAVE_M)
            waves.append(
                (
                    per_m * math.sin(bearing),
                    per_m * math.cos(bearing),
                    2 * math.pi / chance.uniform(*WAVE_S),
                    chance.uniform(0, 2 * math.pi),
                )
            )
        object.__setattr__(self, "_waves", tuple(waves))

    def wind(self, at: tuple[float, float], now_s: float) -> Reading:
        """The wind at (lon, lat); calm stays calm."""
        base = self.conditions
        faster = 1 + SPREAD * self._noise(at, now_s, 0)
        turned_deg = math.degrees(SPREAD * self._noise(at, now_s, WAVES)) if base.wind_ms else 0.0
        speed_ms = base.wind_ms * max(0.0, faster)
        return Reading(
            wind_ms=speed_ms,
            wind_from_deg=(base.wind_from_deg + turned_deg) % 360.0 % 360.0,
            gust_ms=speed_ms * base.gust_factor,
        )

    def _noise(self, at: tuple[float, float], now_s: float, first: int) -> float:
        """Between about -1 and 1."""
        east_m = at[0] * DEGREE_M * math.cos(math.radians(at[1]))
        north_m = at[1] * DEGREE_M
        waves = self._waves[first : first + WAVES]
        return sum(math.sin(x * east_m + y * north_m + t * now_s + p) for x, y, t, p in waves) / 2
