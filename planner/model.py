"""The planner's vocabulary: immutable values in, immutable values out.

Positions are WGS-84 (longitude, latitude) degrees, heights metres above mean sea level unless the
name says otherwise, wind is the direction it blows from in degrees true.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import astuple, dataclass, fields
from enum import StrEnum
from functools import cached_property, partial
from typing import Final, NamedTuple, TypeVar, dataclass_transform

from planner.ramps import speed_up_s

INDUCED_MS: Final = 5.0  # hover induced velocity of multicopters of one to three kilograms

_T = TypeVar("_T")


@dataclass_transform(frozen_default=True)
def value(cls: type[_T]) -> type[_T]:
    """A frozen dataclass, of which only the type checker sees to it that it stays as it is: to see
    to it at run time makes making one three times as slow, and a decision makes a hundred."""
    return dataclass(slots=True, unsafe_hash=True)(cls)


class LonLat(NamedTuple):
    lon: float
    lat: float


class Waypoint(NamedTuple):
    """A point of a path; ``speed_ms`` is the ground speed asked for on the leg that ends here."""

    lon: float
    lat: float
    alt_amsl_m: float
    speed_ms: float


waypoint: Callable[[tuple[float, float, float, float]], Waypoint] = partial(tuple.__new__, Waypoint)
"""A ``Waypoint`` of its figures in half the time, for a decision makes a hundred."""


@dataclass(frozen=True)  # no slots: what is worked out from it is kept with it
class Wind:
    """Horizontal wind: speed, and the direction it comes from."""

    speed_ms: float = 0.0
    from_deg: float = 0.0

    @cached_property
    def towards_ms(self) -> tuple[float, float]:
        """Where the air goes: east, north."""
        to_rad = math.radians(self.from_deg + 180.0)
        return self.speed_ms * math.sin(to_rad), self.speed_ms * math.cos(to_rad)


@dataclass(frozen=True, slots=True)
class Volume:
    """A no-fly volume: rings of (lon, lat), the first the outside, the rest holes."""

    id: str
    name: str
    rings: tuple[tuple[LonLat, ...], ...]
    buffer_m: float = 0.0


@dataclass(frozen=True)
class Performance:
    """How a drone flies. The speeds and accelerations are read from the vehicle's parameters."""

    airspeed_ms: float  # cruise, through the air
    max_ground_ms: float
    climb_ms: float
    descent_ms: float
    accel_ms2: float  # horizontal
    climb_accel_ms2: float
    jerk_ms3: float
    hover_w: float  # electrical power at hover
    cruise_w: float  # electrical power at airspeed_ms
    battery_wh: float
    reserve_share: float  # of battery_wh, never planned away
    corner_radius_m: float = 2.0  # how near to a waypoint a turn passes; ArduCopter's default

    @cached_property
    def climb_w(self) -> float:
        """Electrical power in a climb, by momentum theory (see ``planner.energy``)."""
        ratio = self.climb_ms / (2.0 * INDUCED_MS)
        return self.hover_w * (ratio + math.sqrt(ratio**2 + 1.0))

    @cached_property
    def climb_ramp_s(self) -> float:
        """From rest to the full speed of a climb."""
        return speed_up_s(self.climb_ms, self.climb_accel_ms2, self.jerk_ms3)

    @cached_property
    def descent_ramp_s(self) -> float:
        return speed_up_s(self.descent_ms, self.climb_accel_ms2, self.jerk_ms3)

    @cached_property
    def build_up(self) -> tuple[float, float]:
        """Seconds and metres from rest until all of the horizontal acceleration is there."""
        build_up_s = self.accel_ms2 / self.jerk_ms3
        return build_up_s, self.jerk_ms3 * build_up_s**3 / 6.0

    @cached_property
    def fault(self) -> str | None:
        """Which figure nothing can be computed with."""
        for each in fields(self):
            value: float = getattr(self, each.name)
            least_is_0 = each.name == "reserve_share"
            if not (math.isfinite(value) and (value > 0 or (least_is_0 and value == 0))):
                return f"its {each.name} is {value}, expected a number above 0"
        return None


@dataclass(frozen=True)
class LaunchTimes:
    """What passes between the order and the rotors lifting the drone: cover and upload run
    side by side, checks and spin-up follow."""

    cover_s: float
    upload_s: float
    checks_s: float
    spin_up_s: float
    spread_s: float = 0.0  # of the total: its standard deviation

    @cached_property
    def total_s(self) -> float:
        return max(self.cover_s, self.upload_s) + self.checks_s + self.spin_up_s

    @cached_property
    def fault(self) -> str | None:
        """Why nothing can be computed with them."""
        if all(math.isfinite(value) and value >= 0 for value in astuple(self)):
            return None
        return f"its launch times are {self}, expected seconds from 0"


class Veto(StrEnum):
    """Why a candidate cannot be sent. Each comes with the figure that decided."""

    DOCK_OFFLINE = "dock_offline"  # value: seconds since last heard
    DOCK_FAULT = "dock_fault"  # text: the dock's own words
    DRONE_AWAY = "drone_away"  # text: the sortie it is on
    DRONE_OFFLINE = "drone_offline"  # value: seconds since last heard
    DRONE_NOT_READY = "drone_not_ready"  # text: the autopilot's own words
    BATTERY = "battery"  # value: Wh left after out + scene + return, limit: reserve
    WIND = "wind"  # value: m/s at the dock, limit: the dock's
    RAIN = "rain"  # value: mm/h, limit: the dock's
    TEMPERATURE = "temperature"  # value: deg C, limit
    NO_PATH = "no_path"  # no way around the no-fly volumes
    HEADWIND = "headwind"  # a leg cannot be flown against this wind
    PAYLOAD = "payload"  # text: what is lacking
    FARTHER = "farther"  # value: s it needs at the least, limit: s in which others are there
    WIND_ASSUMED = "wind_assumed"  # rules nobody out; value: m/s that are reckoned with
    CEILING = "ceiling"  # rules nobody out; value: m above the lowest ground on the way, limit
    ONE_WAY_DOWN = "one_way_down"  # rules nobody out; value: Wh beyond the reserve, limit: 0


@value
class Reason:
    veto: Veto
    value: float | None = None
    limit: float | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One dock with its drone as the controller sees it. ``vetoes`` are those the controller
    knows (links, faults, weather gates); the planner adds those of path, wind and energy."""

    dock: str
    drone: str
    at: LonLat  # of its pad
    alt_amsl_m: float
    performance: Performance
    launch: LaunchTimes
    energy_wh: float  # in the battery now
    wind: Wind
    vetoes: tuple[Reason, ...] = ()
    wind_spread_ms: float = 0.0  # of the wind on the way around ``wind``: its standard deviation
    payloads: tuple[str, ...] = ()
    absence_cost: float = 0.0  # share of the district that is lost to coverage while it is away
    airborne: Waypoint | None = None  # it is in the air: where it stops, in ``launch``, to be told
    wind_measured: bool = True  # else ``wind`` is assumed, for no station tells any


@dataclass(frozen=True, slots=True)
class Landing:
    """A place other than its dock where a drone may come down, e.g. a school's sports ground."""

    id: str
    at: LonLat
    alt_amsl_m: float


@dataclass(frozen=True)
class Task:
    """What a flight must do: be over ``at``, at ``height_m`` above it, for ``scene_s`` seconds."""

    at: LonLat
    ground_amsl_m: float
    height_m: float
    cruise_height_m: float  # above the higher of dock and scene ground
    scene_s: float
    window_s: float = 300.0
    needs: tuple[str, ...] = ()  # payloads that the drone must carry, all of them
    looks_at: LonLat | None = None  # what it is for, where no drone may be over that itself

    @cached_property
    def on_scene(self) -> Waypoint:
        """Where all flights of the task come to rest."""
        return Waypoint(*self.at, self.ground_amsl_m + self.height_m, 0.0)


@dataclass(frozen=True, slots=True)
class Picture:
    """The fleet at one instant: all that a choice depends on besides the airspace. ``free_docks``
    are empty and take in any drone, all the while."""

    candidates: tuple[Candidate, ...]
    task: Task
    free_docks: tuple[str, ...] = ()

    @property
    def free_landings(self) -> tuple[Landing, ...]:
        free = frozenset(self.free_docks)
        return tuple(
            Landing(each.dock, each.at, each.alt_amsl_m)
            for each in self.candidates
            if each.dock in free
        )


@value
class EtaParts:
    """Seconds from the order to the drone on scene, by phase."""

    launch_s: float
    climb_s: float
    cruise_s: float
    descent_s: float

    @property
    def total_s(self) -> float:
        return self.launch_s + self.climb_s + self.cruise_s + self.descent_s


@value
class Route:
    """Out and back. Waypoints follow the take-off point; the last of ``out`` is on scene, the
    last of ``back`` is above the pad."""

    cruise_alt_amsl_m: float
    out: tuple[Waypoint, ...]
    back: tuple[Waypoint, ...]
    out_m: float
    back_m: float
    out_s: float  # cruising, without climb and descent
    back_s: float
    least_amsl_m: float = 0.0  # at cruise, to clear the ground and what stands on it
    lowest_m: float | None = None  # ground under it; None: not known


@value
class WayDown:
    """A landing place as it is reached from one point of a flight. ``margin_wh`` is what is left
    in the battery there, beyond the reserve."""

    place: str  # of a dock or a Landing
    needs_wh: float
    margin_wh: float


@value
class Moment:
    """A point of a flight, with the two places that leave most in the battery, the best first;
    fewer where no more can be reached at all. ``at_s`` counts from the lift-off, of a
    drone in the air from when it has been told."""

    at_s: float
    lon: float
    lat: float
    alt_amsl_m: float
    energy_wh: float  # in the battery then
    ways: tuple[WayDown, ...]

    @property
    def margin_wh(self) -> float:
        """Of the second place; minus infinity if there is none."""
        return self.ways[1].margin_wh if len(self.ways) > 1 else -math.inf


@value
class WaysDown:
    """The proof that at every second of a flight two landing places can be reached with reserve, or
    the moments at which it fails. What holds at one moment holds since the moment before it: a
    drone in between can fly on to it, and comes to it with the energy that is told for it."""

    moments: tuple[Moment, ...]

    @property
    def weakest(self) -> Moment:
        return min(self.moments, key=lambda moment: moment.margin_wh)

    @property
    def holds(self) -> bool:
        return self.weakest.margin_wh >= 0

    @property
    def places(self) -> tuple[str, ...]:
        """All that are named, in the order in which the flight comes by them."""
        return tuple(dict.fromkeys(way.place for m in self.moments for way in m.ways))


@value
class Alternative:
    """One dock's offer. ``eta_s`` and what follows are None where no flight could be computed."""

    dock: str
    drone: str
    feasible: bool
    reasons: tuple[Reason, ...]
    eta_s: float | None = None
    parts: EtaParts | None = None
    in_window: bool = False
    on_time: float | None = None  # probability of an arrival in the window
    absence_cost: float = 0.0
    energy_wh: float | None = None  # out + scene + return
    energy_left_wh: float | None = None
    route: Route | None = None
    airborne: bool = False  # the drone is in the air, and is diverted
    ways_down: WaysDown | None = None  # None: not asked, for another before it has two


@dataclass(frozen=True, slots=True)
class Decision:
    """All docks, best first, as ``planner.dispatch.choose`` ranks them."""

    ranking: tuple[Alternative, ...]
    airspace_id: str  # hash of volumes and boundary the decision was made in

    @property
    def best(self) -> Alternative | None:
        return self.ranking[0] if self.ranking and self.ranking[0].feasible else None
