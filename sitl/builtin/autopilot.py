"""What one builtin vehicle decides: arming, modes, flying, as ArduCopter does.

Time is an argument; what it says goes to ``say``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import IntEnum
from typing import Any

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from sitl.builtin.body import Bodies
from sitl.builtin.drone_id import DroneId
from sitl.builtin.errand import Errand
from sitl.builtin.guards import Act, Guards
from sitl.builtin.helm import Helm, Place
from sitl.builtin.mishaps import Mishaps
from sitl.builtin.plans import Plans

LIFT_AFTER_ARMING_S = 4.0  # ArduCopter: 2 s arming delay, half a second of spool-up, throttle ramp


class Mode(IntEnum):
    """ArduCopter's numbers."""

    STABILIZE = 0
    AUTO = 3
    GUIDED = 4
    LOITER = 5
    RTL = 6
    LAND = 9
    BRAKE = 17
    AVOID_ADSB = 19


# Modes that are flown by position: without one they are left, and not entered.
_POSITIONED = (Mode.AUTO, Mode.GUIDED, Mode.LOITER, Mode.RTL, Mode.BRAKE, Mode.AVOID_ADSB)
_AVOIDS = (Mode.AUTO, Mode.GUIDED, Mode.LOITER)


class Autopilot:
    """One vehicle's decisions."""

    def __init__(
        self,
        i: int,
        origin: Place,
        bodies: Bodies,
        plans: Plans,
        parameters: dict[str, float],
        say: Callable[[int, str], None],
        reached: Callable[[int], None],
        send: Callable[[Any], None],
        transmit: Callable[[Any], None],
        look: Callable[[Any], object],
    ) -> None:
        """``look`` takes the mission's items for gimbal and camera."""
        self._i, self._bodies = i, bodies
        self._parameters, self._say = parameters, say
        self.helm = Helm(i, origin, bodies, parameters, lambda: self.guards.rally_points())
        self.errand = Errand(self.helm, plans, reached, look)
        self.guards = Guards(self.helm, plans, parameters, say)
        self.mishaps = Mishaps(self.helm, parameters, say, send)
        self.drone_id = DroneId(parameters, transmit)
        self.mode = Mode.STABILIZE
        self.armed = False
        self._armed_s = -math.inf
        self._waits_for_start = False
        self._take_off_m: float | None = None
        self._avoided_from: Mode | None = None  # the mode it goes on in after an encounter
        self.helm.at_ease()

    @property
    def position(self) -> Place:
        """Longitude, latitude, height above home."""
        return self.helm.position

    @property
    def on_ground(self) -> bool:
        return self.helm.on_ground

    @property
    def current(self) -> int:
        """The mission item."""
        return self.errand.current

    # What it is told. What it will not do comes back in words.

    def prearm(self) -> str | None:
        """Why it would not arm; None when it would."""
        if not self.mishaps.knows_where:
            return "Need Position Estimate"
        if not self.mishaps.has_compass:
            return "Compass not healthy"
        return self.drone_id.prearm() or self.guards.prearm(self._battery_share())

    def arm(self, now_s: float) -> str | None:
        if self.armed:
            return None
        if refusal := self.prearm():
            return refusal
        if self.mode in (Mode.RTL, Mode.LAND, Mode.BRAKE):
            return f"{self.mode.name} mode not armable"
        if self.mode is Mode.AUTO and not int(self._parameters["AUTO_OPTIONS"]) & 1:
            return "AUTO mode not armable"
        self.armed, self._armed_s = True, now_s
        self.helm.arm()
        self._take_off_m = None
        takes_off_by_itself = int(self._parameters["AUTO_OPTIONS"]) & 2
        self._waits_for_start = self.mode is Mode.AUTO and not takes_off_by_itself
        self._say(mavlink.MAV_SEVERITY_INFO, "Arming motors")
        return None

    def disarm(self, force: bool) -> str | None:
        if not self.armed:
            return None
        if not self.on_ground and not force:
            return "not landed"
        self._stop()
        return None

    def set_mode(self, number: int) -> str | None:
        try:
            mode = Mode(number)
        except ValueError:
            return f"mode {number} is not known"
        if mode is Mode.AVOID_ADSB or (mode in _POSITIONED and not self.mishaps.knows_where):
            return f"Mode change to {mode.name} failed: requires position"
        if mode is Mode.AUTO and self.armed:
            if not self.errand.exists:
                return "Mode change to AUTO failed: no mission"
            if self.on_ground and not self.errand.starts_with_take_off:
                return "Auto: Missing Takeoff Cmd"
        if mode is not self.mode:
            self._enter(mode)
        return None

    def start_mission(self) -> str | None:
        if refusal := self.set_mode(Mode.AUTO):
            return refusal
        self._waits_for_start = False
        return None

    def set_current(self, seq: int) -> bool:
        if not self.errand.set_current(seq):
            return False
        if self.mode is Mode.AUTO and not self.on_ground:
            self.errand.begin()
        return True

    def take_off(self, height_m: float) -> str | None:
        if not self.armed or self.mode is not Mode.GUIDED or not self.on_ground:
            return "take-off needs an armed vehicle in GUIDED, on the ground"
        self._take_off_m = height_m
        return None

    def go_to(self, lon: float, lat: float, height_m: float) -> str | None:
        if self.mode is not Mode.GUIDED or self.on_ground:
            return "going somewhere needs GUIDED, in the air"
        if not self.guards.allows(lon, lat):
            return "Target destination is outside fence"
        self.helm.go(self.helm.metres(lon, lat, height_m))
        return None

    # What it does.

    def tick(self, now_s: float) -> None:
        self.drone_id.tick(now_s)
        lost = self.mishaps.watch_position(now_s)
        if not self.armed:
            return
        self.mishaps.watch_motors()
        self.mishaps.watch_gps()
        if lost and self._parameters["FS_EKF_ACTION"] and self.mode in _POSITIONED:
            self._say(mavlink.MAV_SEVERITY_CRITICAL, "EKF variance")
            self._say(mavlink.MAV_SEVERITY_CRITICAL, "EKF Failsafe: changed to LAND Mode")
            self._enter(Mode.LAND)
        self._avoid(now_s)
        self.errand.keep_up()
        match self.guards.watch(now_s, self._battery_share(), not self.on_ground):
            case Act.LAND if self.mode is not Mode.LAND:
                self._enter(Mode.LAND)
            case Act.RETURN if self.mode not in (Mode.RTL, Mode.LAND):
                self._enter(Mode.RTL)
        if not self.on_ground:
            self._fly(now_s)
        elif self._wants_up():
            self._lift(now_s)
        elif now_s - self._armed_s > self._parameters["DISARM_DELAY"]:
            self._stop()

    def _avoid(self, now_s: float) -> None:
        """Out of another aircraft's way, by height; then on with what it was doing."""
        self.mishaps.watch_aircraft(now_s)
        height_m = self.mishaps.avoids
        if height_m is not None and self.mode in _AVOIDS:
            before = self.mode
            self._enter(Mode.AVOID_ADSB)
            self._avoided_from = before
            self.helm.climb_to(height_m)
        elif height_m is None and self.mode is Mode.AVOID_ADSB:
            self._enter(self._avoided_from or Mode.GUIDED)

    def _wants_up(self) -> bool:
        if self.mode is Mode.AUTO:
            return not self._waits_for_start and self.errand.exists
        return self.mode is Mode.GUIDED and self._take_off_m is not None

    def _lift(self, now_s: float) -> None:
        if now_s - self._armed_s < LIFT_AFTER_ARMING_S:
            return
        self.helm.lift()
        if self.mode is Mode.AUTO:
            self.errand.begin()
        elif self._take_off_m is not None:
            self.helm.climb_to(self._take_off_m)
            self._take_off_m = None

    def _fly(self, now_s: float) -> None:
        landed = False
        match self.mode:
            case Mode.AUTO:
                landed = self.errand.fly(now_s)
            case Mode.RTL:
                landed = self.helm.go_home(now_s)
            case Mode.LAND:
                landed = self.helm.sink(now_s)
        if landed:
            self._stop()

    def _enter(self, mode: Mode) -> None:
        self.mode = mode
        self.helm.at_ease()
        if self.on_ground:
            return
        match mode:
            case Mode.AUTO:
                self.errand.begin()
            case Mode.RTL:
                self.helm.begin_return()
            case _:
                self.helm.hold()

    def _stop(self) -> None:
        if self.armed:
            self._say(mavlink.MAV_SEVERITY_INFO, "Disarming motors")
        self.armed = False
        self._take_off_m = None
        self.helm.put_down()
        self.errand.reset()

    def _battery_share(self) -> float:
        return float(self._bodies.energy_wh[self._i] / self._bodies.battery_wh[self._i])
