"""The bodies of all builtin vehicles: position, velocity, attitude and battery in numpy arrays.

Each body goes for its goal with acceleration and jerk limited as ArduCopter's position controller
limits them, holding ground speed against the wind as long as its airspeed allows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

GRAVITY_MS2 = 9.81
FOLLOW_S = 0.25  # how quickly velocity follows what is wanted
GOAL_GAIN = 1.2  # 1/s: near the goal speed falls in proportion to the distance left
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
    each one's home."""

    def __init__(self, battery_wh: Floats, hover_w: Floats, cruise_w: Floats) -> None:
        n = len(battery_wh)
        self.position = np.zeros((n, 3))
        self.velocity = np.zeros((n, 3))
        self.acceleration = np.zeros((n, 3))
        self.heading_deg = np.zeros(n)
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

    def step(self, dt_s: float) -> None:
        """Moves all bodies on by ``dt_s``."""
        wanted = self._wanted_velocity()
        ask = (wanted - self.velocity) / FOLLOW_S
        ask[:, :2] = _limited(ask[:, :2], self.accel)
        ask[:, 2] = np.clip(ask[:, 2], -self.accel_z, self.accel_z)
        change = np.clip(
            ask - self.acceleration, -self.jerk[:, None] * dt_s, self.jerk[:, None] * dt_s
        )
        # close to the goal the controller may stop harder than it sets off
        near = np.linalg.norm(self.goal - self.position, axis=1) < 3.0
        self.acceleration = np.where(near[:, None], ask, self.acceleration + change)
        self.acceleration[~self.flying] = 0.0
        self.velocity += self.acceleration * dt_s
        self.velocity[~self.flying] = 0.0
        self.position += self.velocity * dt_s
        on_ground = self.position[:, 2] <= 0.0
        self.position[on_ground, 2] = 0.0
        self.velocity[on_ground, 2] = np.maximum(self.velocity[on_ground, 2], 0.0)
        self._turn(dt_s)
        self._drain(dt_s)

    def rest(self, dt_s: float) -> None:
        """``step`` for when all are parked with their rotors off."""
        self.power_w[:] = IDLE_W
        self.energy_wh = np.maximum(0.0, self.energy_wh - IDLE_W * dt_s / 3600.0)

    def _wanted_velocity(self) -> Floats:
        """Towards the goal, no faster than allowed and than can be stopped in the way left."""
        off = self.goal - self.position
        flat_m = np.hypot(off[:, 0], off[:, 1])
        flat_ms = np.minimum(self.speed, _stoppable(flat_m, self.accel))
        with np.errstate(invalid="ignore", divide="ignore"):
            unit = np.where(flat_m[:, None] > 1e-6, off[:, :2] / flat_m[:, None], 0.0)
        wanted = np.empty_like(off)
        wanted[:, :2] = self._within_airspeed(unit * flat_ms[:, None])
        allowed = np.where(off[:, 2] > 0, self.up, self.down)
        climb_ms = np.minimum(allowed, _stoppable(np.abs(off[:, 2]), self.accel_z))
        wanted[:, 2] = np.sign(off[:, 2]) * climb_ms
        return wanted

    def _within_airspeed(self, ground: Floats) -> Floats:
        """What the airframe can hold against the wind."""
        air = ground - self.wind[:, :2]
        return (
            _limited(air, np.full(len(air), AIRSPEED_MAX_MS))
            + self.wind[:, :2] * (self.flying[:, None])
        )

    def _turn(self, dt_s: float) -> None:
        """Nose into the direction of travel."""
        moving = np.hypot(self.velocity[:, 0], self.velocity[:, 1]) > 1.0
        course = np.degrees(np.arctan2(self.velocity[:, 0], self.velocity[:, 1]))
        off = (course - self.heading_deg + 180.0) % 360.0 - 180.0
        turn = np.clip(off, -YAW_RATE_DEG_S * dt_s, YAW_RATE_DEG_S * dt_s)
        self.heading_deg = np.where(moving, self.heading_deg + turn, self.heading_deg) % 360.0

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


def _limited(vectors: Floats, most: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1)
    over = np.maximum(lengths / np.maximum(most, 1e-9), 1.0)
    shorter: Floats = vectors / over[:, None]
    return shorter


def _stoppable(way_m: Floats, accel: Floats) -> Floats:
    """The speed that a given deceleration stops within the way left; linear close to the goal, so
    that it is reached without overshoot."""
    brake = 0.8 * accel  # jerk takes its share
    linear_m = brake / GOAL_GAIN**2
    far = np.sqrt(np.maximum(2.0 * brake * (way_m - linear_m / 2.0), 0.0))
    speed: Floats = np.where(way_m < linear_m, GOAL_GAIN * way_m, far)
    return speed
