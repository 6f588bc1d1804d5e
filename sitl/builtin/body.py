"""The bodies of all builtin vehicles: motion, attitude and battery in numpy arrays.

Each flies S-curves as ArduCopter does, holding ground speed against the wind as long as its
airspeed allows.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sitl.builtin import curve
from sitl.builtin.motion import FLAT, HIGH, Motion

Floats = NDArray[np.float64]

GRAVITY_MS2 = 9.81
SLOWEST_MS = 0.3  # over the ground, against a wind it can hardly hold
WIND_SHIFT_MS = 0.5  # a change of what the wind allows that is worth a new curve
AIRSPEED_MAX_MS = 21.0
LEAN_AT_RAD = np.radians(17.0)  # at the cruise airspeed of 15 m/s: what drag asks for
LEAN_OF_MS = 15.0
YAW_RATE_DEG_S = 60.0
IDLE_W = 4.0
INDUCED_MS = 5.0
VOLTS_FULL, VOLTS_EMPTY = 25.2, 21.0
SAG_OHM = 0.02


class Bodies:
    """``n`` multicopters. Rows of ``position`` and ``velocity`` are east, north, up in metres from
    where each one stood at first."""

    def __init__(self, battery_wh: Floats, hover_w: Floats, cruise_w: Floats) -> None:
        n = len(battery_wh)
        self._motion = Motion(n)
        self.heading_deg = np.zeros(n)
        self.facing_deg = np.full(n, np.nan)  # where the nose is told to point; NaN: ahead
        self.goal = np.zeros((n, 3))
        self.speed = np.full(n, 15.0)  # wanted over the ground
        self.up, self.down = np.full(n, 6.0), np.full(n, 4.0)
        self.accel, self.accel_z = np.full(n, 3.0), np.full(n, 2.0)
        self.jerk = np.full(n, 3.0)
        self.wind = np.zeros((n, 3))  # where the air goes
        self.flying = np.zeros(n, dtype=np.bool_)
        self.spinning = np.zeros(n, dtype=np.bool_)
        self.battery_wh = battery_wh.astype(np.float64)
        self.energy_wh = self.battery_wh.copy()
        self.power_w = np.full(n, IDLE_W)
        self._hover_w, self._cruise_w = hover_w, cruise_w
        self._flown_ms = np.zeros(n)  # the speed the present leg was planned with

    @property
    def position(self) -> Floats:
        return self._motion.position

    @property
    def velocity(self) -> Floats:
        return self._motion.velocity

    @property
    def acceleration(self) -> Floats:
        return self._motion.acceleration

    def step(self, dt_s: float) -> None:
        """Moves all bodies on by ``dt_s``."""
        if self.flying.any():
            self._motion.step(dt_s)
            for i in np.nonzero(self.flying & (self.position[:, 2] < 0.0))[0]:
                east, north, _ = self.position[i].tolist()
                self._motion.place(int(i), np.array((east, north, 0.0)))
        self._turn(dt_s)
        self._drain(dt_s)

    def rest(self, dt_s: float) -> None:
        """``step`` for when all are parked with their rotors off."""
        self.power_w[:] = IDLE_W
        self.energy_wh = np.maximum(0.0, self.energy_wh - IDLE_W * dt_s / 3600.0)

    # What the autopilots ask for.

    def go(self, i: int, goal: tuple[float, float, float]) -> None:
        """Sets out for a goal, on a straight line: both ways end at the same time."""
        self.goal[i] = goal
        off = self.goal[i] - self.position[i]
        flat_m, high_m = math.hypot(off[0], off[1]), abs(float(off[2]))
        flat_ms = self._attainable(i, float(off[0]), float(off[1]), float(self.speed[i]))
        high_ms = float(self.up[i] if off[2] > 0 else self.down[i])
        self._flown_ms[i] = flat_ms
        if flat_m > 1.0 and high_m > 1.0:
            slower_s = max(flat_m / flat_ms, high_m / high_ms)
            flat_ms, high_ms = flat_m / slower_s, high_m / slower_s
        self._motion.go(i, FLAT, self.goal[i, :2], flat_ms, self.accel[i], self.jerk[i])
        self._motion.go(i, HIGH, self.goal[i, 2:], high_ms, self.accel_z[i], self.jerk[i])

    def climb(self, i: int, height_m: float, speed_ms: float) -> None:
        """Changes height and leaves the rest as it is."""
        self.goal[i, 2] = height_m
        self._motion.go(i, HIGH, self.goal[i, 2:], speed_ms, self.accel_z[i], self.jerk[i])

    def aim(self, i: int, east: float, north: float, speed_ms: float) -> None:
        """Moves over a place and leaves the height as it is."""
        self.goal[i, :2] = (east, north)
        self._motion.go(i, FLAT, self.goal[i, :2], speed_ms, self.accel[i], self.jerk[i])

    def hold(self, i: int) -> None:
        """Stops; where braking ends is the goal."""
        self.goal[i, :2] = self._motion.stop(i, FLAT, self.accel[i], self.jerk[i])
        self.goal[i, 2:] = self._motion.stop(i, HIGH, self.accel_z[i], self.jerk[i])

    def go_on(self, i: int) -> None:
        """Sets out for the same goal again, at what are its speeds now; not where it is about to
        stop there."""
        off = self.goal[i] - self.position[i]
        speed_ms = float(math.hypot(*self.velocity[i, :2]))
        stop_m = speed_ms * curve.ramp_s(speed_ms, self.accel[i], self.jerk[i]) / 2
        if math.hypot(off[0], off[1]) > stop_m + 1.0:
            east, north, up = self.goal[i].tolist()
            self.go(i, (east, north, up))

    def blow(self, i: int, east_ms: float, north_ms: float) -> None:
        """Sets the wind, as where the air goes."""
        self.wind[i] = (east_ms, north_ms, 0.0)
        if not self.flying[i] or self.flat_left_s(i) <= 0:
            return
        off = self.goal[i] - self.position[i]
        allowed_ms = self._attainable(i, float(off[0]), float(off[1]), float(self.speed[i]))
        if abs(allowed_ms - self._flown_ms[i]) > WIND_SHIFT_MS:
            self.go_on(i)

    def flat_left_s(self, i: int) -> float:
        return self._motion.left_s(i, FLAT)

    def high_left_s(self, i: int) -> float:
        return self._motion.left_s(i, HIGH)

    def put_down(self, i: int) -> None:
        """Rotors off: it stands where it is."""
        self.flying[i] = self.spinning[i] = False
        self._motion.place(i, self.position[i].copy())
        self.goal[i] = self.position[i]

    def _attainable(self, i: int, east: float, north: float, speed_ms: float) -> float:
        """What the airframe can hold of a ground speed against the wind, on this course."""
        way = math.hypot(east, north)
        if way == 0:
            return speed_ms
        wind_east, wind_north = float(self.wind[i, 0]), float(self.wind[i, 1])
        along = (wind_east * east + wind_north * north) / way
        across = (wind_east * north - wind_north * east) / way
        held = along + math.sqrt(max(AIRSPEED_MAX_MS**2 - across**2, 0.0))
        return max(min(speed_ms, held), SLOWEST_MS)

    def _turn(self, dt_s: float) -> None:
        """Nose into the direction of travel, or where it is told to point."""
        moving = np.hypot(self.velocity[:, 0], self.velocity[:, 1]) > 1.0
        course = np.degrees(np.arctan2(self.velocity[:, 0], self.velocity[:, 1]))
        told = self.flying & ~np.isnan(self.facing_deg)
        off = (np.where(told, self.facing_deg, course) - self.heading_deg + 180.0) % 360.0 - 180.0
        turn = np.clip(off, -YAW_RATE_DEG_S * dt_s, YAW_RATE_DEG_S * dt_s)
        turned = np.where(moving | told, self.heading_deg + turn, self.heading_deg)
        self.heading_deg = turned % 360.0

    def _drain(self, dt_s: float) -> None:
        """Power between hover and cruise by airspeed, more in a climb (momentum theory)."""
        air_ms = np.linalg.norm((self.velocity - self.wind)[:, :2], axis=1)
        share = np.minimum(air_ms / LEAN_OF_MS, 2.0)
        level_w = self._hover_w + (self._cruise_w - self._hover_w) * np.minimum(share, 1.0)
        level_w = level_w * np.maximum(1.0, share) ** 2
        ratio = np.maximum(self.velocity[:, 2], 0.0) / (2.0 * INDUCED_MS)
        flying_w = level_w * (ratio + np.sqrt(ratio**2 + 1.0))
        spinning_w = np.where(self.spinning, 0.2 * self._hover_w, IDLE_W)
        self.power_w = np.where(self.flying, flying_w, spinning_w)
        self.energy_wh = np.maximum(0.0, self.energy_wh - self.power_w * dt_s / 3600.0)

    def charge(self, i: int, watts: float, dt_s: float) -> None:
        self.energy_wh[i] = min(self.battery_wh[i], self.energy_wh[i] + watts * dt_s / 3600.0)

    def battery(self, i: int) -> tuple[float, float, float]:
        """(share left, volts, amperes) of one vehicle."""
        share = float(self.energy_wh[i] / self.battery_wh[i])
        rest_v = VOLTS_EMPTY + (VOLTS_FULL - VOLTS_EMPTY) * share
        amperes = float(self.power_w[i]) / rest_v
        return share, rest_v - SAG_OHM * amperes, amperes

    def lean_rad(self, i: int) -> tuple[float, float]:
        """(roll, pitch): what acceleration and drag ask for, in the body's frame."""
        if not self.flying[i]:
            return 0.0, 0.0
        air = (self.velocity[i] - self.wind[i])[:2]
        drag = np.tan(LEAN_AT_RAD) * air * np.linalg.norm(air) / LEAN_OF_MS**2
        ask = self.acceleration[i][:2] / GRAVITY_MS2 + drag
        yaw = np.radians(self.heading_deg[i])
        ahead = ask[0] * np.sin(yaw) + ask[1] * np.cos(yaw)
        right = ask[0] * np.cos(yaw) - ask[1] * np.sin(yaw)
        return float(np.arctan(right)), float(-np.arctan(ahead))
