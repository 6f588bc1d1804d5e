"""Flights flown by chance: everything that is not known of them drawn within what is told."""

from __future__ import annotations

import random

import numpy as np

from planner.flight import climb_s, cruise_s
from planner.model import Route, Waypoint
from planner.tubes import Flight, Seen, Tube
from tests.planner.worlds import ORIGIN, PERFORMANCE, Point, degrees, metres

PAD_M, CRUISE_M, SCENE_M = 60.0, 160.0, 110.0
EMPTY_AFTER_S = 1500.0
Flown = list[tuple[float, tuple[float, float, float]]]  # moments and places, straight in between


def flight(
    id_: str,
    pad: Point,
    *out: Point,
    back: tuple[Point, ...] = (),
    lift_off_s: float = 0.0,
    cruise_m: float = CRUISE_M,
    scene_m: float = SCENE_M,
    speed_ms: float = 12.0,
) -> Flight:
    """Over the places of ``out``, the last of which is the scene; home over ``back``."""
    route = Route(
        cruise_alt_amsl_m=cruise_m,
        out=(
            *(Waypoint(*degrees(*at), cruise_m, speed_ms) for at in out),
            Waypoint(*degrees(*out[-1]), scene_m, 0.0),
        ),
        back=(
            Waypoint(*degrees(*out[-1]), cruise_m, 0.0),
            *(Waypoint(*degrees(*at), cruise_m, speed_ms) for at in (*back, pad)),
        ),
        out_m=1.0, back_m=1.0, out_s=1.0, back_s=1.0,
    )  # fmt: skip
    at = degrees(*pad)
    return Flight(id_, at, PAD_M, PERFORMANCE, route, lift_off_s, lift_off_s + EMPTY_AFTER_S)


def fly(flight: Flight, rng: random.Random) -> Flown:
    """Up to 15 s early or late, up to a tenth faster or slower than told, speeding up and slowing
    down where it may, home from the scene when somebody likes it."""
    pace = 1.0 + rng.uniform(-0.1, 0.1)
    now_s = flight.lift_off_s + rng.uniform(-15.0, 15.0)
    pad = (*metres(flight.pad), flight.pad_amsl_m)
    flown: Flown = [(now_s, pad)]
    up = Waypoint(*flight.pad, flight.route.cruise_alt_amsl_m, 0.0)
    down = Waypoint(*flight.pad, flight.pad_amsl_m, 0.0)
    _along(flown, (up, *flight.route.out), pace, rng)
    _rest(flown, rng.uniform(0.0, 400.0))
    *home, last = flight.route.back
    _along(flown, home, pace, rng)
    near = _share(flown[-1][1], last, 95.0)
    _along(flown, (near,), pace, rng)
    _rest(flown, rng.choice([0.0, rng.uniform(0.0, 100.0)]))
    _along(flown, (last, down), pace, rng)
    return flown


def seen_at(flown: Flown, at_s: float) -> Seen:
    x, y, up_m = place_at(flown, np.array([at_s]))[0]
    return Seen(*degrees(x, y), up_m, at_s)


def place_at(flown: Flown, moments_s: np.ndarray) -> np.ndarray:
    times = [moment for moment, _ in flown]
    places = np.array([place for _, place in flown])
    return np.column_stack([np.interp(moments_s, times, places[:, i]) for i in range(3)])


def is_in(tube: Tube, moment_s: float, place: np.ndarray) -> bool:
    """Whether the tube has the drone at this place at this moment."""
    ends = tube.ends_m - np.array([*ORIGIN, 0.0])
    along = ends[:, 1] - ends[:, 0]
    squares = (along**2).sum(axis=1)
    shares = ((place - ends[:, 0]) * along).sum(axis=1) / np.where(squares > 0, squares, 1.0)
    shares = np.clip(shares, 0.0, 1.0)
    off_m = np.linalg.norm(ends[:, 0] + along * shares[:, None] - place, axis=1)
    early = tube.earliest_s[:, 0] + (tube.earliest_s[:, 1] - tube.earliest_s[:, 0]) * shares
    late = tube.latest_s[:, 0] + (tube.latest_s[:, 1] - tube.latest_s[:, 0]) * shares
    return bool(((off_m < 0.05) & (early - 0.01 <= moment_s) & (moment_s <= late + 0.01)).any())


def nearest_m(a: Flown, b: Flown, vertical_m: float) -> float:
    """How near the two came while they were not apart in height."""
    begin, end = max(a[0][0], b[0][0]), min(a[-1][0], b[-1][0])
    if begin >= end:
        return float("inf")
    moments = np.arange(begin, end, 0.25)
    off = place_at(a, moments) - place_at(b, moments)
    met = np.abs(off[:, 2]) < vertical_m
    return float(np.hypot(off[met, 0], off[met, 1]).min()) if met.any() else float("inf")


def _along(
    flown: Flown, places: tuple[Waypoint, ...] | list[Waypoint], pace: float, rng: random.Random
) -> None:
    for place in places:
        moment_s, here = flown[-1]
        there = (*metres(place), place.alt_amsl_m)
        way_m = float(np.hypot(there[0] - here[0], there[1] - here[1]))
        up_m = there[2] - here[2]
        speed_ms = place.speed_ms or PERFORMANCE.airspeed_ms
        if way_m > 1.0:
            least_s = way_m / speed_ms
            most_s = cruise_s([here[:2], there[:2]], [speed_ms], PERFORMANCE)
        else:
            rate = PERFORMANCE.climb_ms if up_m > 0 else PERFORMANCE.descent_ms
            least_s, most_s = abs(up_m) / rate, climb_s(up_m, PERFORMANCE)
        flown.append((moment_s + rng.uniform(least_s, most_s) * pace, there))


def _rest(flown: Flown, seconds: float) -> None:
    flown.append((flown[-1][0] + seconds, flown[-1][1]))


def _share(here: tuple[float, float, float], to: Waypoint, before_m: float) -> Waypoint:
    there = metres(to)
    way_m = float(np.hypot(there[0] - here[0], there[1] - here[1]))
    share = max(0.0, 1.0 - before_m / way_m) if way_m > 0 else 0.0
    x, y = (a + (b - a) * share for a, b in zip(here[:2], there, strict=True))
    return Waypoint(*degrees(x, y), to.alt_amsl_m, to.speed_ms)
