"""What befalls one vehicle and what it makes of that: its GPS fails, its motors shake it or lose
thrust, another aircraft comes near. Faults are made by ArduPilot's SIM_ parameters."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from sitl.builtin.helm import Helm, Place

_WARNING = mavlink.MAV_SEVERITY_WARNING
_CRITICAL = mavlink.MAV_SEVERITY_CRITICAL
DRIFTS_S: Final = 6.0  # that ArduCopter's estimator goes on without GPS
FORGOTTEN_S: Final = 10.0  # an aircraft that is not told of again
TOLD_EVERY_S: Final = 1.0
AVOIDS_BY_M: Final = 30.0
SHAKEN: Final = 0.67  # of an amplitude, what ArduCopter makes of it
THRUST_WARNED: Final = 0.9  # a motor weaker than this is compensated to its limit


@dataclass(slots=True)
class _Aircraft:
    id: int
    place: Place
    east_ms: float
    north_ms: float
    heard_s: float


class Mishaps:
    """``say`` takes a severity and a text, ``send`` a message that nobody asked for."""

    def __init__(
        self,
        helm: Helm,
        parameters: Mapping[str, float],
        say: Callable[[int, str], None],
        send: Callable[[Any], None],
    ) -> None:
        self._helm, self._parameters, self._say, self._send = helm, parameters, say, send
        self._fix_s: float | None = None  # when it last had one
        self._failed = self._warned = self._jumped = False
        self._aircraft: _Aircraft | None = None
        self._told_s = -math.inf
        self.avoids: float | None = None  # the height to be at instead, above home

    @property
    def has_fix(self) -> bool:
        return bool(self._parameters["SIM_GPS1_ENABLE"])

    @property
    def knows_where(self) -> bool:
        """Whether its estimator trusts its position."""
        return not self._failed

    @property
    def has_compass(self) -> bool:
        return not all(self._parameters[f"SIM_MAG{n}_FAIL"] for n in (1, 2, 3))

    @property
    def glitches(self) -> bool:
        return self._helm.is_jumping

    def watch_gps(self) -> None:
        """Says when it begins to tell nonsense, and when that is over; what it believed before
        holds meanwhile."""
        if self.glitches != self._jumped:
            self._jumped = self.glitches
            words = "GPS Glitch or Compass error" if self._jumped else "Glitch cleared"
            self._say(_CRITICAL, words)

    @property
    def vibration_ms2(self) -> float:
        told = self._parameters
        if self._helm.on_ground or not told["SIM_VIB_FREQ_X"]:
            return 0.0
        return SHAKEN * float(max(told["SIM_ACC1_RND"], told["SIM_ACC2_RND"]))

    def hear(self, m: Any, now_s: float) -> None:
        """Another aircraft, by its ADS-B."""
        if not self._parameters["ADSB_TYPE"]:
            return
        up_m = m.altitude / 1000 - self._helm.home[2]
        course = math.radians(m.heading / 100)
        speed_ms = m.hor_velocity / 100
        self._aircraft = _Aircraft(
            m.ICAO_address,
            self._helm.metres(m.lon / 1e7, m.lat / 1e7, up_m),
            speed_ms * math.sin(course),
            speed_ms * math.cos(course),
            now_s,
        )

    def watch_position(self, now_s: float) -> bool:
        """Whether it has just lost its position for good."""
        if self.has_fix:
            self._fix_s = now_s
            if self._failed:
                self._failed = False
                self._say(_WARNING, "EKF Failsafe Cleared")
            return False
        since_s = self._fix_s if self._fix_s is not None else now_s
        if self._failed or now_s - since_s < DRIFTS_S:
            return False
        self._failed = True
        return True

    def watch_motors(self) -> None:
        """Says once that a motor has no more thrust to give."""
        told = self._parameters
        weak = bool(told["SIM_ENGINE_FAIL"]) and told["SIM_ENGINE_MUL"] < THRUST_WARNED
        if weak and not self._warned and not self._helm.on_ground:
            self._say(_CRITICAL, "Potential Thrust Loss (1)")
        self._warned = weak

    def watch_aircraft(self, now_s: float) -> None:
        """Whom it must avoid, and telling of whom it may have to."""
        aircraft, told = self._aircraft, self._parameters
        self.avoids = None
        if aircraft is None or not told["AVD_ENABLE"] or self._helm.on_ground:
            return
        if now_s - aircraft.heard_s > FORGOTTEN_S:
            self._aircraft = None
            self._tell(aircraft, mavlink.MAV_COLLISION_THREAT_LEVEL_NONE, 0.0, 0.0, now_s)
            return
        near_m, in_s = self._nearest(aircraft, float(told["AVD_F_TIME"]))
        up_m = aircraft.place[2] - self._helm.place[2]
        high_enough = self._helm.place[2] >= told["AVD_F_ALT_MIN"]
        avoid = near_m < told["AVD_F_DIST_XY"] and abs(up_m) < told["AVD_F_DIST_Z"] and high_enough
        if avoid and told["AVD_F_ACTION"]:
            self.avoids = self._other_height(up_m)
            self._tell(aircraft, mavlink.MAV_COLLISION_THREAT_LEVEL_HIGH, near_m, in_s, now_s)
            return
        near_m, in_s = self._nearest(aircraft, float(told["AVD_W_TIME"]))
        low = near_m < told["AVD_W_DIST_XY"] and bool(told["AVD_W_ACTION"])
        level = mavlink.MAV_COLLISION_THREAT_LEVEL_LOW if low else 0
        self._tell(aircraft, level, near_m, in_s, now_s)

    def _other_height(self, up_m: float) -> float:
        """Down from one that is higher, up from one that is lower."""
        away_m = -AVOIDS_BY_M if up_m >= 0 else AVOIDS_BY_M
        return max(self._helm.place[2] + away_m, float(self._parameters["AVD_F_ALT_MIN"]))

    def _nearest(self, aircraft: _Aircraft, within_s: float) -> tuple[float, float]:
        """How near it comes on its course, and in what time, if we stay."""
        east, north = (aircraft.place[k] - self._helm.place[k] for k in (0, 1))
        square = aircraft.east_ms**2 + aircraft.north_ms**2
        in_s = 0.0
        if square > 0:
            in_s = -(east * aircraft.east_ms + north * aircraft.north_ms) / square
            in_s = min(max(in_s, 0.0), within_s)
        return math.hypot(east + aircraft.east_ms * in_s, north + aircraft.north_ms * in_s), in_s

    def _tell(
        self, aircraft: _Aircraft, level: int, near_m: float, in_s: float, now_s: float
    ) -> None:
        if now_s - self._told_s < TOLD_EVERY_S:
            return
        self._told_s = now_s
        action = int(self._parameters["AVD_F_ACTION"]) if self.avoids is not None else 0
        up_m = abs(aircraft.place[2] - self._helm.place[2])
        self._send(
            mavlink.MAVLink_collision_message(
                mavlink.MAV_COLLISION_SRC_ADSB, aircraft.id, action, level, in_s, up_m, near_m
            )
        )
