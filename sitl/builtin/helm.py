"""One vehicle's helm: going somewhere, stopping, coming down, coming home."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

from sitl.builtin import curve
from sitl.builtin.body import Bodies
from sitl.builtin.target import Target

SLOWEST_CMS, LEAST_CMSS, LEAST_JERK = 20.0, 50.0, 1.0  # parameters below these count as these
METRES_A_DEGREE = 111_319.49
BELIEVED_M = 25.0  # a jump of its GPS that ArduCopter's estimator takes for one of its own
LANDED_FOR_S = 1.0
STRAIGHT_ON = 0.05  # a bend smaller than this is none
AIMS_WITHIN_M, AIMS_MS = 0.05, 1.0  # at a marker below
GROUND_M = -5.0  # what is aimed at on landing; the ground stops it, as the ground does

Position = tuple[float, float, float]  # longitude, latitude, height above home
Place = tuple[float, float, float]  # east, north, up of where it stood at first, in metres


class Helm:
    """Moves only its own row of the bodies, as its parameters say."""

    def __init__(
        self,
        i: int,
        origin: Place,
        bodies: Bodies,
        parameters: Mapping[str, float],
        rally: Callable[[], Iterable[Position]] = tuple,
    ) -> None:
        """``origin`` is longitude, latitude, height above the sea of where it stands at first;
        ``rally`` tells the places where it may land instead of home."""
        self._i, self._origin, self._bodies = i, origin, bodies
        self._parameters, self._rally = parameters, rally
        self.target = Target(i, bodies, parameters)
        self._home = (0.0, 0.0)  # east, north of the origin
        self._asked_ms: float | None = None
        self._sinks = ""  # fast, slow
        self._still_s: float | None = None
        self._stage = ""  # of the way home: climb, home, wait, land
        self._return_to = (0.0, 0.0)  # home, or a rally point
        self._over_home_s = 0.0

    # Where it is, and where its GPS has it. All ground is as high as where it stood at first.

    @property
    def place(self) -> Place:
        east, north, up = self._bodies.position[self._i].tolist()
        return east, north, up

    @property
    def position(self) -> Place:
        """Longitude, latitude, height above home, as it believes."""
        east, north, up = self.place
        return (*self._degrees(east, north), up)

    @property
    def truth(self) -> Position:
        """The same as it is."""
        (lon, lat, up), (off_lon, off_lat) = self.position, self._wrong
        return lon - off_lon, lat - off_lat, up

    @property
    def _wrong(self) -> tuple[float, float]:
        """Degrees of longitude and latitude by which its GPS is wrong, and it believes it."""
        if self.is_jumping:
            return 0.0, 0.0
        return self._parameters["SIM_GPS1_GLTCH_Y"], self._parameters["SIM_GPS1_GLTCH_X"]

    @property
    def is_jumping(self) -> bool:
        """Whether its GPS tells a place that it cannot have come to."""
        told = self._parameters
        off_deg = math.hypot(told["SIM_GPS1_GLTCH_X"], told["SIM_GPS1_GLTCH_Y"])
        return off_deg * METRES_A_DEGREE > BELIEVED_M

    @property
    def home(self) -> Place:
        """Longitude, latitude, height above the sea."""
        return (*self._degrees(*self._home), self._origin[2])

    @property
    def on_ground(self) -> bool:
        return not bool(self._bodies.flying[self._i])

    def _degrees(self, east: float, north: float) -> tuple[float, float]:
        (lon, lat, _), (off_lon, off_lat) = self._origin, self._wrong
        per_degree = METRES_A_DEGREE * math.cos(math.radians(lat))
        lon, lat = lon + off_lon, lat + off_lat
        return lon + east / per_degree, lat + north / METRES_A_DEGREE

    def metres(self, lon: float, lat: float, up_m: float) -> Place:
        (lon_0, lat_0, _), (off_lon, off_lat) = self._origin, self._wrong
        per_degree = METRES_A_DEGREE * math.cos(math.radians(lat_0))
        lon, lat = lon - off_lon, lat - off_lat
        return (lon - lon_0) * per_degree, (lat - lat_0) * METRES_A_DEGREE, up_m

    # What it does.

    def arm(self) -> None:
        """Rotors turn; here is home from now on."""
        self._bodies.spinning[self._i] = True
        self._home = self.place[:2]

    def lift(self) -> None:
        self._bodies.flying[self._i] = True

    def put_down(self) -> None:
        self._bodies.put_down(self._i)
        self.at_ease()

    def at_ease(self) -> None:
        """Forgets what it was doing and the speed it was told: a mode begins afresh."""
        bodies, i, told = self._bodies, self._i, self._parameters
        self._sinks, self._stage, self._still_s, self._asked_ms = "", "", None, None
        bodies.up[i] = max(told["WPNAV_SPEED_UP"], SLOWEST_CMS) / 100
        bodies.down[i] = max(told["WPNAV_SPEED_DN"], SLOWEST_CMS) / 100
        bodies.speed[i] = max(told["WPNAV_SPEED"], SLOWEST_CMS) / 100
        bodies.accel[i] = max(told["WPNAV_ACCEL"], LEAST_CMSS) / 100
        bodies.accel_z[i] = max(told["WPNAV_ACCEL_Z"], LEAST_CMSS) / 100
        bodies.jerk[i] = max(told["WPNAV_JERK"], LEAST_JERK)
        self.face_ahead()

    def face_ahead(self) -> None:
        """The nose goes where the vehicle goes."""
        self._bodies.facing_deg[self._i] = math.nan

    def face(self, angle_deg: float, from_here: bool) -> None:
        """The nose points in a true direction, or so far round from where it points now."""
        base_deg = float(self._bodies.heading_deg[self._i]) if from_here else 0.0
        self._bodies.facing_deg[self._i] = (base_deg + angle_deg) % 360.0

    def change_speed(self, kind: int, speed_ms: float) -> None:
        """Over the ground (0, 1), up (2) or down (3), until the mode changes."""
        bodies, i = self._bodies, self._i
        if speed_ms <= 0:
            return
        if kind in (0, 1):
            self._asked_ms = bodies.speed[i] = speed_ms
        elif kind == 2:
            bodies.up[i] = speed_ms
        elif kind == 3:
            bodies.down[i] = speed_ms
        if not self.on_ground and not self._sinks:
            bodies.go_on(i)

    def go(self, place: Place) -> None:
        self._sinks, self._stage = "", ""
        self._bodies.go(self._i, place)

    def climb_to(self, height_m: float) -> None:
        bodies, i = self._bodies, self._i
        bodies.hold(i)
        up = height_m > self.place[2]
        bodies.climb(i, height_m, float(bodies.up[i] if up else bodies.down[i]))

    def hold(self) -> None:
        self._sinks, self._stage = "", ""
        self._bodies.hold(self._i)

    @property
    def arrived(self) -> bool:
        return self._bodies.flat_left_s(self._i) <= 0 and self._bodies.high_left_s(self._i) <= 0

    def turns_towards(self, following: Place) -> bool:
        """Whether it is time to set out for the goal after this one: ArduCopter does when the
        middle of the turn will be within WPNAV_RADIUS of the corner (SCurve)."""
        bodies, i = self._bodies, self._i
        left_s = bodies.flat_left_s(i)
        if bodies.high_left_s(i) > left_s + 0.5:
            return False
        if left_s <= 0:
            return True
        speed_ms, accel, jerk = (
            float(bodies.speed[i]),
            float(bodies.accel[i]),
            float(bodies.jerk[i]),
        )
        if left_s > curve.ramp_s(speed_ms, accel, jerk):
            return False
        east, north, _ = bodies.velocity[i].tolist()
        goal_east, goal_north, _ = bodies.goal[i].tolist()
        on_east, on_north = following[0] - goal_east, following[1] - goal_north
        now_ms, on_m = math.hypot(east, north), math.hypot(on_east, on_north)
        if now_ms == 0 or on_m == 0:
            return False
        bend = math.hypot(on_east / on_m - east / now_ms, on_north / on_m - north / now_ms)
        off_m = curve.ramp_m(left_s / 2, accel, jerk) * bend
        return bend < STRAIGHT_ON or off_m <= self._parameters["WPNAV_RADIUS"] / 100

    def sink(self, now_s: float) -> bool:
        """Down fast to LAND_ALT_LOW, slow below it, onto the marker if it sees one; True once it
        stands."""
        self._aim(now_s)
        bodies, i, told = self._bodies, self._i, self._parameters
        low_m, slow_ms = told["LAND_ALT_LOW"] / 100, max(told["LAND_SPEED"], SLOWEST_CMS) / 100
        up_m = self.place[2]
        if not self._sinks and up_m > low_m:
            self._sinks = "fast"
            fast_cms = told["LAND_SPEED_HIGH"] or told["WPNAV_SPEED_DN"]
            bodies.climb(i, low_m, max(fast_cms, SLOWEST_CMS) / 100)
        near = up_m <= low_m + 1.0 and -float(bodies.velocity[i][2]) <= slow_ms
        if self._sinks != "slow" and (near or not self._sinks):
            self._sinks = "slow"
            bodies.climb(i, GROUND_M, slow_ms)
        if up_m > 0:
            self._still_s = None
        elif self._still_s is None:
            self._still_s = now_s
        return self._still_s is not None and now_s - self._still_s >= LANDED_FOR_S

    def _aim(self, now_s: float) -> None:
        place, goal = self.target.place(now_s), self._bodies.goal[self._i, :2]
        if place is not None and math.dist(place, goal.tolist()) > AIMS_WITHIN_M:
            self._bodies.aim(self._i, *place, AIMS_MS)

    def begin_return(self) -> None:
        """Up first: to RTL_ALT, less near home by RTL_CONE_SLOPE; never down."""
        told, up_m = self._parameters, self.place[2]
        east, north, least_m = self._return_place()
        self._return_to = (east, north)
        height_m = max(up_m, told["RTL_ALT"] / 100, least_m)
        if (slope := told["RTL_CONE_SLOPE"]) >= 0.5:
            flat_m = math.dist(self.place[:2], self._return_to)
            height_m = min(height_m, max(flat_m * slope, up_m, 2.0))
        self.climb_to(height_m)
        self._stage = "climb"

    def _return_place(self) -> Place:
        """The nearest rally point if it is within RALLY_LIMIT_KM, and nearer than home or home does
        not count; else home."""
        told, here = self._parameters, self.place[:2]
        places = [self.metres(*at) for at in self._rally()]
        nearest = min(places, key=lambda place: math.dist(here, place[:2]), default=None)
        home = (*self._home, 0.0)
        if nearest is None:
            return home
        away_m, limit_m = math.dist(here, nearest[:2]), told["RALLY_LIMIT_KM"] * 1000
        if 0 < limit_m < away_m:
            return home
        if told["RALLY_INCL_HOME"] and away_m >= math.dist(here, self._home):
            return home
        return nearest

    def go_home(self, now_s: float) -> bool:
        """One step of the way home; True once it stands there."""
        if self._stage == "climb" and self.arrived:
            east, north = self._return_to
            self._bodies.go(self._i, (east, north, float(self._bodies.goal[self._i][2])))
            self._stage = "home"
        elif self._stage == "home" and self.arrived:
            self._stage, self._over_home_s = "wait", now_s
        elif self._stage == "wait":
            if now_s - self._over_home_s >= self._parameters["RTL_LOIT_TIME"] / 1000:
                self._stage = "land"
        elif self._stage == "land":
            return self.sink(now_s)
        return False
