"""Motion of all vehicles as sums of S-curves.

A change of course lets the old leg brake while the new one gets going from where the old one would
stop: so ArduCopter flies its corners. Each vehicle has a few such curves under way at a time; all
of all vehicles are evaluated together.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sitl.builtin import curve

Floats = NDArray[np.float64]

SLOTS = 4  # curves under way in a plane or in height, at a time
FLAT, HIGH = slice(0, SLOTS), slice(SLOTS, 2 * SLOTS)
_TIME, _WAY, _SPEED, _ACCEL, _JERK = range(5)
_STATES = curve.PHASES + 1


class Motion:
    """``n`` points: position, velocity and acceleration, rows of east, north, up in metres."""

    def __init__(self, n: int) -> None:
        self.position = np.zeros((n, 3))
        self.velocity = np.zeros((n, 3))
        self.acceleration = np.zeros((n, 3))
        self._base = np.zeros((n, 3))
        self._along = np.zeros((n, 2 * SLOTS, 3))
        self._clock_s = np.zeros((n, 2 * SLOTS))
        self._end_s = np.zeros((n, 2 * SLOTS))
        self._phases = np.zeros((n, 2 * SLOTS, _STATES, 5))
        self._phases[:, :, 1:, _TIME] = np.inf

    def step(self, dt_s: float) -> None:
        """Moves all points on."""
        self._clock_s += dt_s
        np.minimum(self._clock_s, self._end_s, out=self._clock_s)
        index = (self._clock_s[..., None] >= self._phases[..., _TIME]).sum(axis=-1) - 1
        now = np.take_along_axis(self._phases, index[..., None, None], axis=2)[:, :, 0]
        t = self._clock_s - now[..., _TIME]
        speed, accel, jerk = now[..., _SPEED], now[..., _ACCEL], now[..., _JERK]
        way = now[..., _WAY] + t * (speed + t * (accel / 2 + t * jerk / 6))
        self.position = self._base + np.einsum("nk,nkd->nd", way, self._along)
        self.velocity = np.einsum("nk,nkd->nd", speed + t * (accel + t * jerk / 2), self._along)
        self.acceleration = np.einsum("nk,nkd->nd", accel + t * jerk, self._along)

    def left_s(self, i: int, group: slice) -> float:
        """Until one point's curves of a group have ended."""
        return float((self._end_s[i, group] - self._clock_s[i, group]).max())

    def stop(self, i: int, group: slice, accel: float, jerk: float) -> Floats:
        """Brakes what is under way; where it will have come to rest."""
        for slot in range(group.start, group.stop):
            left_s = self._end_s[i, slot] - self._clock_s[i, slot]
            if left_s <= 0:
                self._clear(i, slot)
                continue
            way, speed, accel_now = self._at(i, slot)
            self._base[i] += self._along[i, slot] * way
            self._put(i, slot, curve.to_rest(speed, accel_now, accel, jerk), speed, accel_now)
        return self._rest(i, group)

    def _rest(self, i: int, group: slice) -> Floats:
        """Where a point comes to rest when all its curves of a group have ended."""
        axes = slice(2, 3) if group is HIGH else slice(0, 2)
        rest: Floats = self._base[i].copy()
        for slot in range(group.start, group.stop):
            rest += self._along[i, slot] * self._end_m(i, slot)
        return rest[axes]

    def go(
        self, i: int, group: slice, goal: Floats, speed_ms: float, accel: float, jerk: float
    ) -> None:
        """Brakes what is under way and sets out for a goal: (east, north) or (up,)."""
        self.stop(i, group, accel, jerk)
        slot = self._free(i, group, accel, jerk)
        off = goal - self._rest(i, group)
        way_m = float(np.linalg.norm(off))
        if way_m < 1e-6:
            return
        self._along[i, slot] = 0.0
        self._along[i, slot, slice(2, 3) if group is HIGH else slice(0, 2)] = off / way_m
        self._put(i, slot, curve.from_rest_to_rest(way_m, speed_ms, accel, jerk), 0.0, 0.0)

    def place(self, i: int, position: Floats) -> None:
        """Puts a point somewhere, at rest."""
        for slot in range(2 * SLOTS):
            self._along[i, slot] = 0.0
            self._clear(i, slot)
        self._base[i] = self.position[i] = position
        self.velocity[i] = self.acceleration[i] = 0.0

    def _free(self, i: int, group: slice, accel: float, jerk: float) -> int:
        """An unused slot. Where none is, all that brake become one that brakes as fast: only
        their accelerations are forgotten."""
        for slot in range(group.start, group.stop):
            if self._end_s[i, slot] == 0:
                return slot
        velocity = np.zeros(3)
        for slot in range(group.start, group.stop):
            way, speed, _ = self._at(i, slot)
            self._base[i] += self._along[i, slot] * way
            velocity += self._along[i, slot] * speed
            self._along[i, slot] = 0.0
            self._clear(i, slot)
        speed_ms = float(np.linalg.norm(velocity))
        if speed_ms > 0:
            self._along[i, group.start] = velocity / speed_ms
            profile = curve.to_rest(speed_ms, 0.0, accel, jerk)
            self._put(i, group.start, profile, speed_ms, 0.0)
        return int(group.start) + 1

    def _at(self, i: int, slot: int) -> tuple[float, float, float]:
        clock_s = self._clock_s[i, slot]
        index = int((clock_s >= self._phases[i, slot, :, _TIME]).sum()) - 1
        began_s, way, speed, accel, jerk = self._phases[i, slot, index].tolist()
        t = float(clock_s) - began_s
        return (
            way + t * (speed + t * (accel / 2 + t * jerk / 6)),
            speed + t * (accel + t * jerk / 2),
            accel + t * jerk,
        )

    def _end_m(self, i: int, slot: int) -> float:
        ends = self._phases[i, slot, :, _TIME]
        last = int(np.isfinite(ends).sum()) - 1
        return float(self._phases[i, slot, last, _WAY])

    def _clear(self, i: int, slot: int) -> None:
        """Folds what a curve has covered into the base."""
        self._base[i] += self._along[i, slot] * self._end_m(i, slot)
        self._put(i, slot, [], 0.0, 0.0)

    def _put(
        self, i: int, slot: int, profile: curve.Profile, speed_ms: float, accel_now: float
    ) -> None:
        found = curve.states(profile, speed_ms, accel_now)
        phases = self._phases[i, slot]
        phases[:] = 0.0
        phases[:, _TIME] = np.inf
        phases[: len(found)] = found
        self._clock_s[i, slot] = 0.0
        self._end_s[i, slot] = found[-1][0]
