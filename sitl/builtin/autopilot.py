"""What one builtin vehicle decides: arming, modes, mission, fence, failsafes, as ArduCopter does.

Moves only its own row of the bodies. Time is an argument; what it says goes to ``say``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import IntEnum
from typing import Any

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from sitl.builtin.body import Bodies
from sitl.builtin.fence import Fence
from sitl.builtin.plans import Plans

LIFT_AFTER_ARMING_S = 4.0  # ArduCopter: 2 s arming delay, half a second of spool-up, throttle ramp
LANDED_FOR_S = 1.0
METRES_A_DEGREE = 111_319.49
TAKEN_OFF_M = 0.5
LEVEL_M = 0.3
TURN_EARLY_S = 0.7  # a waypoint that is flown through is passed this long before it


class Mode(IntEnum):
    STABILIZE = 0
    AUTO = 3
    GUIDED = 4
    LOITER = 5
    RTL = 6
    LAND = 9
    BRAKE = 17


class Autopilot:
    """One vehicle's decisions."""

    def __init__(
        self,
        i: int,
        home: tuple[float, float, float],
        bodies: Bodies,
        plans: Plans,
        parameters: dict[str, float],
        say: Callable[[int, str], None],
        reached: Callable[[int], None],
    ) -> None:
        self._i, self._home, self._bodies = i, home, bodies
        self._plans, self._parameters = plans, parameters
        self._say, self._reached = say, reached
        self.mode = Mode.STABILIZE
        self.armed = False
        self.current = 0  # mission item
        self.failsafe: str | None = None
        self._armed_s = -math.inf
        self._still_s: float | None = None
        self._stage = ""  # of RTL: climb, home, land
        self._mission_version = plans.version
        self._heartbeat_s: float | None = None
        self._speed_asked: float | None = None
        self._waits_for_start = False
        self._guided_climb: float | None = None
        self.fence = Fence()

    # Where it is.

    @property
    def position(self) -> tuple[float, float, float]:
        """Longitude, latitude, height above home."""
        east, north, up = self._bodies.position[self._i].tolist()
        lon, lat, _ = self._home
        per_degree = METRES_A_DEGREE * math.cos(math.radians(lat))
        return lon + east / per_degree, lat + north / METRES_A_DEGREE, up

    @property
    def on_ground(self) -> bool:
        return not bool(self._bodies.flying[self._i])

    def metres(self, lon: float, lat: float, up_m: float) -> tuple[float, float, float]:
        home_lon, home_lat, _ = self._home
        per_degree = METRES_A_DEGREE * math.cos(math.radians(home_lat))
        return (lon - home_lon) * per_degree, (lat - home_lat) * METRES_A_DEGREE, up_m

    # What it is told.

    def heartbeat(self, now_s: float) -> None:
        self._heartbeat_s = now_s
        if self.failsafe == "gcs":
            self.failsafe = None

    def prearm(self) -> str | None:
        """Why it would not arm; None when it would."""
        share, _, _ = self._bodies.battery(self._i)
        if share < 0.1:
            return "Battery 1 low"
        if self._parameters["FENCE_ENABLE"] and not self._fence_holds():
            return "Vehicle outside fence"
        return None

    def arm(self, now_s: float) -> str | None:
        """Arms, or says why not."""
        if self.armed:
            return None
        if refusal := self.prearm():
            return refusal
        if self.mode in (Mode.RTL, Mode.LAND, Mode.BRAKE):
            return f"{self.mode.name.title()} mode not armable"
        if self.mode is Mode.AUTO and not int(self._parameters["AUTO_OPTIONS"]) & 1:
            return "Auto mode not armable"
        if self.mode is Mode.AUTO and len(self._plans.items[0]) < 2:
            return "Missing Takeoff Cmd"
        self.armed, self._armed_s = True, now_s
        self._bodies.spinning[self._i] = True
        self._bodies.goal[self._i] = self._bodies.position[self._i]
        self._waits_for_start = self.mode is Mode.AUTO and not self._takes_off_by_itself()
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
        """Changes the mode, or says why not."""
        try:
            mode = Mode(number)
        except ValueError:
            return f"mode {number} is not known"
        if mode is Mode.AUTO and len(self._plans.items[0]) < 2:
            return "No mission"
        if mode is not self.mode:
            self._enter(mode)
        return None

    def start_mission(self) -> str | None:
        if refusal := self.set_mode(Mode.AUTO):
            return refusal
        self._waits_for_start = False
        return None

    def set_current(self, seq: int) -> bool:
        if not 0 <= seq < len(self._plans.items[0]):
            return False
        self.current = max(seq, 1) if len(self._plans.items[0]) > 1 else 0
        self._begin_item()
        return True

    def take_off(self, height_m: float) -> str | None:
        if not self.armed or self.mode is not Mode.GUIDED:
            return "take-off needs an armed vehicle in GUIDED"
        self._guided_climb = height_m
        return None

    def go_to(self, lon: float, lat: float, height_m: float) -> str | None:
        if self.mode is not Mode.GUIDED or self.on_ground:
            return "going somewhere needs GUIDED, in the air"
        self._go(self.metres(lon, lat, height_m))
        return None

    def change_speed(self, kind: int, speed_ms: float) -> None:
        bodies = self._bodies
        if kind in (0, 1):
            self._speed_asked = speed_ms
            bodies.speed[self._i] = speed_ms
        elif kind == 2:
            bodies.up[self._i] = speed_ms
        elif kind == 3:
            bodies.down[self._i] = speed_ms

    # What it does.

    def tick(self, now_s: float) -> None:
        if not self.armed:
            self._idle()
            return
        if self._mission_version != self._plans.version:
            self._mission_version = self._plans.version
            self.current = min(self.current, len(self._plans.items[0]) - 1)
        self._watch_links(now_s)
        self._watch_battery()
        self._lift(now_s)
        if not self.on_ground:
            self._watch_fence()
            self._fly(now_s)
        elif now_s - self._armed_s > self._parameters["DISARM_DELAY"] and not self._wants_up():
            self._stop()

    def _idle(self) -> None:
        if self._bodies.flying[self._i] or self._bodies.spinning[self._i]:
            self._stop()

    def _wants_up(self) -> bool:
        if self.mode is Mode.AUTO:
            return not self._waits_for_start
        return self.mode is Mode.GUIDED and self._guided_climb is not None

    def _takes_off_by_itself(self) -> bool:
        return bool(int(self._parameters["AUTO_OPTIONS"]) & 2)

    def _lift(self, now_s: float) -> None:
        spun_up = now_s - self._armed_s >= LIFT_AFTER_ARMING_S
        if not (self.on_ground and spun_up and self._wants_up()):
            return
        self._bodies.flying[self._i] = True
        self._still_s = None
        if self.mode is Mode.AUTO:
            self.current = max(self.current, 1)
            self._begin_item()
        elif self._guided_climb is not None:
            self._climb_to(self._guided_climb)
            self._guided_climb = None

    def _fly(self, now_s: float) -> None:
        match self.mode:
            case Mode.AUTO:
                self._fly_item(now_s)
            case Mode.RTL:
                self._fly_home(now_s)
            case Mode.LAND:
                self._descend(now_s)

    def _enter(self, mode: Mode) -> None:
        self.mode = mode
        self._reset_speeds()
        if self.on_ground:
            return
        match mode:
            case Mode.AUTO:
                self.current = max(self.current, 1)
                self._begin_item()
            case Mode.RTL:
                self._stage = "climb"
                self._climb_to(max(self.position[2], self._parameters["RTL_ALT"] / 100))
            case _:
                self._hold()

    def _begin_item(self) -> None:
        """Sets out on the current item; what only changes settings is done and passed."""
        items = self._plans.items[0]
        while 0 < self.current < len(items) and _is_setting(items[self.current]):
            item = items[self.current]
            if item.command == mavlink.MAV_CMD_DO_CHANGE_SPEED:
                self.change_speed(int(item.param1), item.param2)
            self.current += 1
        if self.on_ground or not 0 < self.current < len(items):
            if not self.on_ground and self.current >= len(items):
                self._hold()
            return
        item = items[self.current]
        match item.command:
            case mavlink.MAV_CMD_NAV_TAKEOFF:
                self._climb_to(self._height_of(item))
            case mavlink.MAV_CMD_NAV_WAYPOINT | mavlink.MAV_CMD_NAV_LOITER_UNLIM:
                self._go(self._goal_of(item))
            case mavlink.MAV_CMD_NAV_LAND:
                x, y, _ = self._goal_of(item)
                self._go((x, y, float(self._bodies.position[self._i][2])))
            case mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH:
                self._stage = "climb"
                self._climb_to(max(self.position[2], self._parameters["RTL_ALT"] / 100))

    def _fly_item(self, now_s: float) -> None:
        items = self._plans.items[0]
        if not 0 < self.current < len(items):
            return
        item = items[self.current]
        match item.command:
            case mavlink.MAV_CMD_NAV_TAKEOFF:
                if self._off_m()[1] < TAKEN_OFF_M:
                    self._next()
            case mavlink.MAV_CMD_NAV_WAYPOINT:
                if self._at_waypoint():
                    self._next()
            case mavlink.MAV_CMD_NAV_LAND:
                if self._off_m()[0] < LEVEL_M or self._stage == "land":
                    self._stage = "land"
                    self._descend(now_s)
            case mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH:
                self._fly_home(now_s)

    def _at_waypoint(self) -> bool:
        """Within the radius; where the flight goes on, a little earlier, which cuts the corner."""
        flat_m, high_m = self._off_m()
        radius_m = self._parameters["WPNAV_RADIUS"] / 100
        if self._goes_on():
            speed_ms = float(math.hypot(*self._bodies.velocity[self._i][:2]))
            radius_m = max(radius_m, speed_ms * TURN_EARLY_S)
            return flat_m <= radius_m and high_m <= radius_m
        return flat_m <= radius_m / 2 and high_m <= LEVEL_M + 0.2

    def _goes_on(self) -> bool:
        """Whether the next leg goes on horizontally, not straight up or down or nowhere."""
        items = self._plans.items[0]
        following = [i for i in items[self.current + 1 :] if not _is_setting(i)][:1]
        if not following or following[0].command != mavlink.MAV_CMD_NAV_WAYPOINT:
            return False
        here, there = self._goal_of(items[self.current]), self._goal_of(following[0])
        return math.dist(here[:2], there[:2]) > 1.0 and abs(here[2] - there[2]) < 1.0

    def _next(self) -> None:
        self._reached(self.current)
        self._stage = ""
        self.current += 1
        self._begin_item()

    def _fly_home(self, now_s: float) -> None:
        flat_m, high_m = self._off_m()
        if self._stage == "climb" and high_m < TAKEN_OFF_M:
            self._stage = "home"
            self._go((0.0, 0.0, float(self._bodies.goal[self._i][2])))
        elif self._stage == "home" and flat_m < LEVEL_M:
            self._stage = "land"
        elif self._stage == "land":
            self._descend(now_s)

    def _descend(self, now_s: float) -> None:
        """Fast to LAND_ALT_LOW, slow below it, off when it stands."""
        bodies, i = self._bodies, self._i
        low = bodies.position[i][2] <= self._parameters["LAND_ALT_LOW"] / 100
        bodies.down[i] = self._parameters["LAND_SPEED" if low else "LAND_SPEED_HIGH"] / 100
        bodies.goal[i][2] = -5.0  # the ground stops it, as the ground does
        if bodies.position[i][2] > 0.0:
            self._still_s = None
        elif self._still_s is None:
            self._still_s = now_s
        elif now_s - self._still_s >= LANDED_FOR_S:
            self._stop()

    def _stop(self) -> None:
        bodies, i = self._bodies, self._i
        bodies.flying[i] = bodies.spinning[i] = False
        bodies.goal[i] = bodies.position[i]
        if self.armed:
            self._say(mavlink.MAV_SEVERITY_INFO, "Disarming motors")
        self.armed = False
        self._stage = ""
        self._guided_climb = None
        self.current = min(1, len(self._plans.items[0]) - 1)
        self._reset_speeds()

    def _reset_speeds(self) -> None:
        bodies, i, told = self._bodies, self._i, self._parameters
        bodies.speed[i] = self._speed_asked or told["WPNAV_SPEED"] / 100
        if self.mode is not Mode.AUTO:
            self._speed_asked = None
            bodies.speed[i] = told["WPNAV_SPEED"] / 100
        bodies.up[i], bodies.down[i] = told["WPNAV_SPEED_UP"] / 100, told["WPNAV_SPEED_DN"] / 100
        bodies.accel[i], bodies.accel_z[i] = told["WPNAV_ACCEL"] / 100, told["WPNAV_ACCEL_Z"] / 100
        bodies.jerk[i] = told["WPNAV_JERK"]

    def _hold(self) -> None:
        """Stops where braking ends, not where it begins."""
        bodies, i = self._bodies, self._i
        velocity = bodies.velocity[i]
        speed_ms = float(math.hypot(velocity[0], velocity[1]))
        ahead_s = speed_ms / bodies.accel[i] / 2 + 0.5
        bodies.goal[i] = bodies.position[i] + velocity * ahead_s
        bodies.goal[i][2] = max(bodies.goal[i][2], 0.0)

    def _climb_to(self, height_m: float) -> None:
        bodies, i = self._bodies, self._i
        self._hold()
        bodies.goal[i][2] = height_m

    def _go(self, goal: tuple[float, float, float]) -> None:
        self._reset_speeds()
        self._bodies.goal[self._i] = goal

    def _off_m(self) -> tuple[float, float]:
        off = (self._bodies.goal[self._i] - self._bodies.position[self._i]).tolist()
        return math.hypot(off[0], off[1]), abs(off[2])

    def _goal_of(self, item: Any) -> tuple[float, float, float]:
        lon, lat = item.y / 1e7, item.x / 1e7
        if lon == 0 and lat == 0:
            lon, lat, _ = self.position
        return self.metres(lon, lat, self._height_of(item))

    def _height_of(self, item: Any) -> float:
        absolute = item.frame in (mavlink.MAV_FRAME_GLOBAL, mavlink.MAV_FRAME_GLOBAL_INT)
        return float(item.z) - (self._home[2] if absolute else 0.0)

    # What it watches.

    def _watch_links(self, now_s: float) -> None:
        if not self._parameters["FS_GCS_ENABLE"] or self._heartbeat_s is None:
            return
        silent_s = now_s - self._heartbeat_s
        if silent_s > self._parameters["FS_GCS_TIMEOUT"] and self.failsafe is None:
            self.failsafe = "gcs"
            self._say(mavlink.MAV_SEVERITY_WARNING, "GCS Failsafe - RTL")
            self._return()

    def _watch_battery(self) -> None:
        share, _, _ = self._bodies.battery(self._i)
        left_mah = share * self._parameters["BATT_CAPACITY"]
        if self.failsafe == "critical":
            return
        if left_mah < self._parameters["BATT_CRT_MAH"] and self._parameters["BATT_FS_CRT_ACT"]:
            self.failsafe = "critical"
            self._say(mavlink.MAV_SEVERITY_CRITICAL, "Battery 1 is critical")
            self._enter(Mode.LAND)
        elif left_mah < self._parameters["BATT_LOW_MAH"] and self.failsafe is None:
            self.failsafe = "battery"
            self._say(mavlink.MAV_SEVERITY_WARNING, "Battery 1 is low")
            if self._parameters["BATT_FS_LOW_ACT"] == 2:
                self._return()

    def _fence_holds(self) -> bool:
        polygons = int(self._parameters["FENCE_TYPE"]) & 4
        if not (polygons and self._parameters["FENCE_ENABLE"]):
            return True
        lon, lat, _ = self.position
        self.fence.load(self._plans.items[1])
        return self.fence.allows(lon, lat)

    def _watch_fence(self) -> None:
        if self.failsafe == "fence":
            if self._fence_holds():
                self.failsafe = None
            return
        if not self._fence_holds():
            self.failsafe = "fence"
            self._say(mavlink.MAV_SEVERITY_WARNING, "Fence Breached")
            if self._parameters["FENCE_ACTION"]:
                self._return()

    def _return(self) -> None:
        if not self.on_ground and self.mode not in (Mode.RTL, Mode.LAND):
            self._enter(Mode.RTL)


def _is_setting(item: Any) -> bool:
    """Commands that are not flown to."""
    return bool(item.command >= mavlink.MAV_CMD_NAV_LAST)
