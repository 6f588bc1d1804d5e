"""A flight in space and time: a tube of straight legs, each point of which is passed between an
earliest and a latest moment.

How well the moments are known: flights are tested to be over the scene within 15 s or a tenth of
what was predicted. So a flight is reckoned 15 s early and late from the order on, 5 s from where
it was last seen in the air, and a tenth of the time since then. When it leaves the scene nobody
knows, for it may be called home at any moment: from its arrival on, the way back is taken until
its battery is empty. So is the place before its dock where it may have to wait for the cover, and
whatever a drone may do that does not fly its mission.

Heights are metres above mean sea level, moments seconds on a clock that the caller chooses.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from planner.flight import climb_s
from planner.frame import to_metres
from planner.model import Landing, LonLat, Performance, Route, Waypoint

LAUNCH_SLACK_S: Final = 15.0
AIR_SLACK_S: Final = 5.0
SLACK_SHARE: Final = 0.1
WAITS_WITHIN_M: Final = 100.0  # of its dock
ON_TRACK_M: Final = 10.0
CIRCLE_LEGS: Final = 16

Floats = NDArray[np.float64]
_Point = tuple[float, float, float]


class Seen(NamedTuple):
    """Where a drone was, and when."""

    lon: float
    lat: float
    alt_amsl_m: float
    at_s: float


@dataclass(frozen=True, slots=True)
class Flight:
    """A flight from its dock and back."""

    id: str
    pad: LonLat
    pad_amsl_m: float
    performance: Performance
    route: Route
    lift_off_s: float
    empty_s: float  # when its battery is empty: it is down by then
    landings: tuple[Landing, ...] = ()  # where its autopilot may bring it instead of its dock


@dataclass(frozen=True, slots=True)
class Tube:
    """Legs by row. ``ends_m`` are east, north, height of both ends, shape (n, 2, 3); the moments
    have shape (n, 2) and are linear along the leg."""

    flight: str
    ends_m: Floats
    earliest_s: Floats
    latest_s: Floats


def whole(flight: Flight) -> Tube:
    """Of a flight that has not lifted off."""
    pad = Seen(*flight.pad, flight.pad_amsl_m, flight.lift_off_s)
    thread = _Thread(flight, pad, LAUNCH_SLACK_S)
    _out_and_back(thread, flight, _climb_and_out(flight)[1:])
    return thread.tube()


def outward_from(flight: Flight, seen: Seen, from_pad: bool = True) -> Tube:
    """Of a flight on its way to the scene or over it, from where it was seen on. ``from_pad``:
    whether its route begins there; one that was sent elsewhere in the air began where it was."""
    out = flight.route.out
    seen, rest = _rest(_climb_and_out(flight) if from_pad else (out[0], *out), seen)
    thread = _Thread(flight, seen, AIR_SLACK_S)
    _out_and_back(thread, flight, rest)
    return thread.tube()


def patrolling(
    flight: Flight, seen: Seen, hops: Sequence[tuple[Waypoint, float]], lifted_off: bool
) -> Tube:
    """Of a flight that goes from place to place, stays so many seconds over each, and then comes
    home; from where it was seen on, or from its pad."""
    thread = _Thread(flight, seen, AIR_SLACK_S if lifted_off else LAUNCH_SLACK_S)
    for place, stays_s in hops:
        thread.hesitate(_ramps_s(flight, (place,)))
        thread.along((place,))
        if stays_s > 0:
            thread.linger(0.0 if lifted_off and place is hops[0][0] else stays_s, stays_s)
    _home(thread, flight, flight.route.back)
    return thread.tube()


def homeward_from(
    flight: Flight,
    way: Sequence[Waypoint],
    seen: Seen,
    wait_s: float | None = None,
    late_s: float = 0.0,
) -> Tube:
    """Of one on its way home by ``way``, ``late_s`` later than its speeds tell; or that begins it
    where it was seen, ``wait_s`` later."""
    if wait_s is None:
        pad = Waypoint(*flight.pad, flight.pad_amsl_m, 0.0)
        seen, rest = _rest((way[0], *way, pad), seen)
        way = rest[:-1]
    thread = _Thread(flight, seen, AIR_SLACK_S if wait_s is None else LAUNCH_SLACK_S)
    if wait_s is not None:
        thread.wait(wait_s)
    thread.hesitate(_ramps_s(flight, way) + late_s)
    _home(thread, flight, way)
    return thread.tube()


def on_its_own(flight: Flight, seen: Seen | None, return_amsl_m: float, since_s: float) -> Tube:
    """Of a drone that does not fly its mission, or is not heard: it may be anywhere on its way out
    and back, where it was seen, or on the straight way from there to where its autopilot would land
    it, at the height at which that returns, whenever."""
    pad = Waypoint(*flight.pad, flight.pad_amsl_m, 0.0)
    thread = _Thread(flight, Seen(*pad[:3], since_s), AIR_SLACK_S)
    thread.roam((*_climb_and_out(flight)[1:], *flight.route.back, pad))
    if seen is None:
        return thread.tube()
    thread = _Thread(flight, seen._replace(at_s=since_s), AIR_SLACK_S, thread)
    home = _landed_by_itself(flight, seen)
    ground = Waypoint(*home.pad, home.pad_amsl_m, 0.0)
    thread.roam((*_straight_home(home, seen, return_amsl_m), ground))
    return thread.tube()


def returning_straight(flight: Flight, seen: Seen, return_amsl_m: float) -> Tube:
    """Of one that its autopilot brings home, or to a landing that is nearer: up to that height if
    it is lower, and straight."""
    home = _landed_by_itself(flight, seen)
    return homeward_from(home, _straight_home(home, seen, return_amsl_m), seen, 0.0)


def _landed_by_itself(flight: Flight, seen: Seen) -> Flight:
    """As if it lived at the nearest place to land at. ArduCopter chooses so, seen from above."""
    own = Landing(flight.id, flight.pad, flight.pad_amsl_m)
    places = (own, *flight.landings)
    points = _points([Waypoint(*place.at, 0.0, 0.0) for place in places])
    here = _points([Waypoint(seen.lon, seen.lat, 0.0, 0.0)])[0]
    nearest = min(zip(places, points, strict=True), key=lambda each: math.dist(here, each[1]))[0]
    return replace(flight, pad=nearest.at, pad_amsl_m=nearest.alt_amsl_m)


def coming_down(flight: Flight, seen: Seen) -> Tube:
    """Of one that lands where it is."""
    thread = _Thread(flight, seen, AIR_SLACK_S)
    below = min(flight.pad_amsl_m, seen.alt_amsl_m)
    thread.roam((Waypoint(seen.lon, seen.lat, below, 0.0),))
    return thread.tube()


def circling(flight: Flight, tube: Tube, radius_m: float, since_s: float) -> Tube:
    """The tube of a flight that also circles its scene, at any time from then on."""
    east_m, north_m, up_m = _points(flight.route.out[-1:])[0]
    turns = np.linspace(0.0, 2 * np.pi, CIRCLE_LEGS + 1)
    reach_m = radius_m / math.cos(math.pi / CIRCLE_LEGS)  # the sides touch the circle
    ring_m = np.column_stack(
        (
            east_m + reach_m * np.cos(turns),
            north_m + reach_m * np.sin(turns),
            np.full(len(turns), up_m),
        )
    )
    legs = np.stack((ring_m[:-1], ring_m[1:]), axis=1)
    return Tube(
        tube.flight,
        np.concatenate((tube.ends_m, legs)),
        np.concatenate((tube.earliest_s, np.full((CIRCLE_LEGS, 2), since_s))),
        np.concatenate((tube.latest_s, np.full((CIRCLE_LEGS, 2), flight.empty_s))),
    )


def _straight_home(flight: Flight, seen: Seen, return_amsl_m: float) -> tuple[Waypoint, ...]:
    high = max(return_amsl_m, seen.alt_amsl_m)
    speed_ms = flight.performance.airspeed_ms
    return (Waypoint(seen.lon, seen.lat, high, 0.0), Waypoint(*flight.pad, high, speed_ms))


def _climb_and_out(flight: Flight) -> tuple[Waypoint, ...]:
    """From the pad on."""
    pad = Waypoint(*flight.pad, flight.pad_amsl_m, 0.0)
    return (pad, pad._replace(alt_amsl_m=flight.route.cruise_alt_amsl_m), *flight.route.out)


def _out_and_back(thread: _Thread, flight: Flight, out: Sequence[Waypoint]) -> None:
    thread.hesitate(_ramps_s(flight, out))
    thread.along(out)
    thread.stay()
    _home(thread, flight, flight.route.back)


def _home(thread: _Thread, flight: Flight, way: Sequence[Waypoint]) -> None:
    """Along ``way``, and down on the pad."""
    thread.along(way[:-1])
    if way:
        thread.to_before(way[-1], WAITS_WITHIN_M)
    thread.stay()
    thread.along((*way[-1:], Waypoint(*flight.pad, flight.pad_amsl_m, 0.0)))


def _ramps_s(flight: Flight, way: Sequence[Waypoint]) -> float:
    """How much longer a way takes at the most than at the speeds of its legs: from rest to each,
    and to rest again. A ramp at constant acceleration and jerk takes half its time longer."""
    performance = flight.performance
    ramp_s = performance.max_ground_ms / performance.accel_ms2
    ramp_s += performance.accel_ms2 / performance.jerk_ms3
    return ramp_s * sum(waypoint.speed_ms > 0 for waypoint in way)


def _rest(places: Sequence[Waypoint], seen: Seen) -> tuple[Seen, Sequence[Waypoint]]:
    """Where on a way a drone is, and what is left of the way: from the leg on that is nearest to
    where it was seen. What it is off the track by less than ``ON_TRACK_M`` counts as none, for the
    distances to keep have it in them. Where it is not known where the first leg begins, it is told
    as if it began where it ends: a drone that is on none of the others is on that."""
    at_m = _metres([*places, Waypoint(*seen[:3], 0.0)])
    begin, along, at = at_m[:-2], np.diff(at_m[:-1], axis=0), at_m[-1]
    squares = np.einsum("ij,ij->i", along, along)
    shares = np.einsum("ij,ij->i", at - begin, along) / np.where(squares > 0, squares, 1.0)
    shares = np.clip(shares, 0.0, 1.0)
    off_m = np.linalg.norm(begin + along * shares[:, None] - at, axis=1)
    leg = int(np.argmin(off_m))
    if off_m[leg] < ON_TRACK_M:
        ends = zip(places[leg][:3], places[leg + 1][:3], strict=True)
        lon, lat, alt_amsl_m = (a + (b - a) * float(shares[leg]) for a, b in ends)
        seen = Seen(lon, lat, alt_amsl_m, seen.at_s)
    return seen, places[leg + 1 :]


def _metres(places: Sequence[Waypoint]) -> Floats:
    rows = np.array([place[:3] for place in places], dtype=np.float64)
    return np.column_stack((to_metres(rows[:, :2]), rows[:, 2]))


class _Stop(NamedTuple):
    """A place, in metres, with the moments at which it is passed."""

    place: _Point
    earliest_s: float
    latest_s: float


class _Thread:
    """Spins a tube, leg after leg."""

    def __init__(
        self, flight: Flight, seen: Seen, slack_s: float, after: _Thread | None = None
    ) -> None:
        self._flight = flight
        self._early_s, self._late_s = seen.at_s - slack_s, seen.at_s + slack_s
        self._legs: list[tuple[_Stop, _Stop]] = [] if after is None else after._legs
        self._at = self._stop(_points([Waypoint(*seen[:3], 0.0)])[0])

    def hesitate(self, seconds: float) -> None:
        """What comes may come so much later than its speeds tell."""
        self._late_s = min(self._late_s + seconds * (1 + SLACK_SHARE), self._flight.empty_s)

    def wait(self, seconds: float) -> None:
        """Where it is, for a time that we decide."""
        self.linger(seconds, seconds)

    def linger(self, least_s: float, most_s: float) -> None:
        """Where it is, for so long."""
        self._early_s += least_s
        self._remain(min(self._late_s + most_s, self._flight.empty_s))

    def stay(self) -> None:
        """Where it is, for as long as it can."""
        self._remain(self._flight.empty_s)

    def _remain(self, until_s: float) -> None:
        before, self._late_s = self._at, until_s
        self._at = self._stop(before.place)
        self._legs.append((before._replace(latest_s=until_s), self._at))

    def roam(self, way: Sequence[Waypoint]) -> None:
        """Anywhere along a way, whenever from now on."""
        self.stay()
        for to in _points(way):
            begin, self._at = self._at, self._stop(to)
            self._legs.append((begin, self._at))

    def along(self, way: Sequence[Waypoint]) -> None:
        if way:
            for place, to in zip(way, _points(way), strict=True):
                self._leg(to, place.speed_ms)

    def to_before(self, place: Waypoint, within_m: float) -> None:
        """Up to so far from the place, seen from above."""
        here, there = self._at.place, _points([place])[0]
        way_m = math.dist(here[:2], there[:2])
        if way_m > within_m:
            share = 1.0 - within_m / way_m
            x, y, up_m = (a + (b - a) * share for a, b in zip(here, there, strict=True))
            self._leg((x, y, up_m), place.speed_ms)

    def tube(self) -> Tube:
        rows = [(*stop.place, *stop[1:]) for leg in self._legs for stop in leg]
        stops = np.array(rows, dtype=np.float64).reshape(-1, 2, 5)
        return Tube(self._flight.id, stops[:, :, :3], stops[:, :, 3], stops[:, :, 4])

    def _leg(self, to: _Point, speed_ms: float) -> None:
        performance, here = self._flight.performance, self._at.place
        way_m, up_m = math.dist(here[:2], to[:2]), to[2] - here[2]
        climb_ms = performance.climb_ms if up_m > 0 else performance.descent_ms
        steady_s = abs(up_m) / climb_ms
        self.hesitate(climb_s(up_m, performance) - steady_s)
        begin = self._stop(here)
        # without a speed it is meant to be upright; what there is of a way is flown somehow
        least_s = max(steady_s, way_m / (speed_ms or performance.max_ground_ms))
        most_s = max(steady_s, way_m / (speed_ms or performance.airspeed_ms / 2))
        self._early_s += least_s * (1 - SLACK_SHARE)
        self._late_s = min(self._late_s + most_s * (1 + SLACK_SHARE), self._flight.empty_s)
        self._at = self._stop(to)
        self._legs.append((begin, self._at))

    def _stop(self, place: _Point) -> _Stop:
        return _Stop(place, self._early_s, self._late_s)


def _points(places: Sequence[Waypoint]) -> list[_Point]:
    return [(x, y, up_m) for x, y, up_m in _metres(places).tolist()]
