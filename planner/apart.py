"""Keeping flights apart in space and time, before they are released.

Two drones are apart when they are ``HORIZONTAL_M`` away from each other, seen from above, or
``VERTICAL_M`` in height. No standard gives small drones of one operator such figures; they are
made of what two drones can be off together. Horizontally each: 8 m of GNSS (95 %; GPS Standard
Positioning Service Performance Standard, 5th edition, 2020), 10 m off the track in gusts and
corners, 2 m of its own size, 5 m beside. Vertically each: 4 m of barometric height (half a
hectopascal since it took off, at 8.3 m each), 2 m of height control, 1.5 m of its dock's surveyed
height.

The check is exact for the tubes given (``planner.tubes``). Of two straight legs, the pairs of
places at which both drones can be at the same time, no farther apart in height than allowed, are a
convex polygon, for all that bounds them is linear along the legs. The distance from above is a
convex quadratic there: its least value lies where its gradient is nought, or on an edge of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from planner.flight import climb_s
from planner.model import Route, Waypoint
from planner.tubes import Flight, Floats, Seen, Tube, homeward_from, outward_from, whole

HORIZONTAL_M: Final = 50.0
VERTICAL_M: Final = 15.0

DELAYS_S: Final = tuple(range(0, 130, 10))
SCENE_HEIGHT_COSTS_S: Final = 30.0  # that a view from another height than wanted counts for

_A_HAIR_M: Final = 1e-6  # flights exactly as far apart as they must be are apart
_ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Conflict:
    """Which flight, and how near the two might come, seen from above."""

    flight: str
    distance_m: float


@dataclass(frozen=True, slots=True)
class Resolution:
    """A flight as it can be released: ``route`` at its heights, so many seconds later. ``avoids``
    are the flights with which it would have been in conflict as it was planned."""

    route: Route
    delay_s: float
    avoids: tuple[str, ...]


def conflicts(tube: Tube, others: Sequence[Tube]) -> tuple[Conflict, ...]:
    """With which of the others a flight might come too near, in their order."""
    found = []
    for other, nearest_m in zip(others, nearest(tube, others), strict=True):
        if nearest_m < HORIZONTAL_M - _A_HAIR_M:
            found.append(Conflict(other.flight, nearest_m))
    return tuple(found)


def resolve(
    new: Flight, active: Sequence[Tube], layers_amsl_m: Sequence[float]
) -> Resolution | Conflict:
    """The flight as planned if that is apart from all active ones; else at another height of
    cruise, one of ``layers_amsl_m``, at that height over the scene too, or later, whichever costs
    least: the seconds that it is over the scene later, and ``SCENE_HEIGHT_COSTS_S`` for a view from
    another height. The conflict of the flight as planned if nothing helps."""
    planned = conflicts(whole(new), active)
    if not planned:
        return Resolution(new.route, 0.0, ())
    in_the_way = _Crowd(active, planned)
    for route, delay_s in _ways_out(new, layers_amsl_m):
        tried = replace(new, route=route, lift_off_s=new.lift_off_s + delay_s)
        if in_the_way.leaves_room_for(whole(tried)):
            return Resolution(route, delay_s, tuple(each.flight for each in planned))
    return planned[0]


def resolve_detour(
    flight: Flight, seen: Seen, active: Sequence[Tube], layers_amsl_m: Sequence[float]
) -> Resolution | Conflict:
    """The same for one that is in the air and cannot wait: as planned, or at another height."""
    planned = conflicts(outward_from(flight, seen, from_pad=False), active)
    if not planned:
        return Resolution(flight.route, 0.0, ())
    in_the_way = _Crowd(active, planned)
    scene = flight.route.out[-1].alt_amsl_m
    for cruise in _nearest_first(flight.route.cruise_alt_amsl_m, layers_amsl_m):
        for over in dict.fromkeys((min(scene, cruise), cruise)):
            tried = replace(flight, route=_from_its_place(flight.route, seen, cruise, over))
            if in_the_way.leaves_room_for(outward_from(tried, seen, from_pad=False)):
                return Resolution(tried.route, 0.0, tuple(each.flight for each in planned))
    return planned[0]


def _from_its_place(route: Route, seen: Seen, cruise: float, over: float) -> Route:
    """To the height of cruise first, then along."""
    there = at_heights(route, cruise, over)
    return replace(there, out=(Waypoint(seen.lon, seen.lat, cruise, 0.0), *there.out))


def resolve_home(
    flight: Flight, way: Route, seen: Seen, active: Sequence[Tube], layers_amsl_m: Sequence[float]
) -> Resolution | Conflict:
    """The same for a way home from where a drone is, which may wait there."""
    planned = conflicts(homeward_from(flight, way.back, seen, 0.0), active)
    if not planned:
        return Resolution(way, 0.0, ())
    in_the_way = _Crowd(active, planned)
    for delay_s in DELAYS_S:
        for cruise in _nearest_first(way.cruise_alt_amsl_m, layers_amsl_m):
            tried = at_heights(way, cruise, cruise)
            tube = homeward_from(flight, tried.back, seen, float(delay_s))
            if in_the_way.leaves_room_for(tube):
                return Resolution(tried, float(delay_s), tuple(each.flight for each in planned))
    return planned[0]


class _Crowd:
    """The flights to keep apart from. One that was in the way is asked first the next time, for it
    mostly still is."""

    def __init__(self, tubes: Sequence[Tube], met: Sequence[Conflict]) -> None:
        first = {each.flight for each in met}
        self._tubes = sorted(tubes, key=lambda tube: tube.flight not in first)

    def leaves_room_for(self, tube: Tube) -> bool:
        if conflicts(tube, self._tubes[:1]):
            return False
        met = conflicts(tube, self._tubes[1:])
        if met:
            self._tubes.sort(key=lambda other: other.flight != met[0].flight)
        return not met


def layers(planned_amsl_m: float, lowest_amsl_m: float, ceiling_amsl_m: float) -> tuple[float, ...]:
    """Heights of cruise ``VERTICAL_M`` from each other, the planned one among them, from the lowest
    that clears what stands on the ground up to the ceiling."""
    up = int((ceiling_amsl_m - planned_amsl_m + _A_HAIR_M) // VERTICAL_M)
    down = int((planned_amsl_m - lowest_amsl_m + _A_HAIR_M) // VERTICAL_M)
    return tuple(planned_amsl_m + VERTICAL_M * step for step in range(-max(0, down), up + 1))


def at_heights(route: Route, cruise_amsl_m: float, scene_amsl_m: float) -> Route:
    """The same way, flown at these heights."""
    out = [place._replace(alt_amsl_m=cruise_amsl_m) for place in route.out[:-1]]
    out += [place._replace(alt_amsl_m=scene_amsl_m) for place in route.out[-1:]]
    back = tuple(place._replace(alt_amsl_m=cruise_amsl_m) for place in route.back)
    return replace(route, cruise_alt_amsl_m=cruise_amsl_m, out=tuple(out), back=back)


def _ways_out(new: Flight, layers_amsl_m: Sequence[float]) -> Iterator[tuple[Route, float]]:
    """Cheapest first; at equal cost the nearest to the height that was planned."""
    planned, scene = new.route.cruise_alt_amsl_m, new.route.out[-1].alt_amsl_m

    def down_again_s(cruise: float, over: float) -> float:
        up_s = climb_s(cruise - new.pad_amsl_m, new.performance)
        return up_s + climb_s(over - cruise, new.performance)

    ways = []
    for cruise in layers_amsl_m:
        for over in dict.fromkeys((min(scene, cruise), cruise)):
            late_s = max(0.0, down_again_s(cruise, over) - down_again_s(planned, scene))
            late_s += SCENE_HEIGHT_COSTS_S if over != scene else 0.0
            off_m = abs(cruise - planned)
            ways += [(late_s + delay_s, off_m, cruise, over, delay_s) for delay_s in DELAYS_S]
    for _, _, cruise, over, delay_s in sorted(ways):
        yield at_heights(new.route, cruise, over), float(delay_s)


def _nearest_first(planned_amsl_m: float, layers_amsl_m: Iterable[float]) -> list[float]:
    return sorted(layers_amsl_m, key=lambda layer: (abs(layer - planned_amsl_m), layer))


def nearest(tube: Tube, others: Sequence[Tube]) -> list[float]:
    """How near each of the others may come to the flight, seen from above, while they are not apart
    in height; infinite where that is never so."""
    if not others:
        return []
    theirs = Tube(
        "",
        np.concatenate([other.ends_m for other in others]),
        np.concatenate([other.earliest_s for other in others]),
        np.concatenate([other.latest_s for other in others]),
    )
    mine, their = np.nonzero(_may_meet(tube, theirs))
    least_m = np.full((len(tube.ends_m), len(theirs.ends_m)), np.inf)
    least_m[mine, their] = _least_m(_rows(tube, mine), _rows(theirs, their))
    starts = np.cumsum([0, *(len(other.ends_m) for other in others[:-1])])
    of_each: list[float] = np.minimum.reduceat(least_m.min(axis=0), starts).tolist()
    return of_each


def _rows(tube: Tube, rows: NDArray[np.intp]) -> Tube:
    return Tube("", tube.ends_m[rows], tube.earliest_s[rows], tube.latest_s[rows])


def _may_meet(a: Tube, b: Tube) -> NDArray[np.bool_]:
    """Which legs come near each other by their bounds alone, so that most need no closer look."""
    reach_m = np.array([HORIZONTAL_M, HORIZONTAL_M, VERTICAL_M])
    low_a, high_a = a.ends_m.min(axis=1)[:, None], a.ends_m.max(axis=1)[:, None]
    low_b, high_b = b.ends_m.min(axis=1)[None], b.ends_m.max(axis=1)[None]
    near = ((low_a - high_b < reach_m) & (low_b - high_a < reach_m)).all(axis=2)
    begin_a, end_a = a.earliest_s.min(axis=1)[:, None], a.latest_s.max(axis=1)[:, None]
    begin_b, end_b = b.earliest_s.min(axis=1)[None], b.latest_s.max(axis=1)[None]
    met: NDArray[np.bool_] = near & (begin_a <= end_b) & (begin_b <= end_a)
    return met


def _least_m(a: Tube, b: Tube) -> Floats:
    """The least distance from above of each pair of legs, over the places that both can be at at
    the same time and not apart in height. Shares along the legs, 0 to 1, are the unknowns."""
    gap, along_a = a.ends_m[:, 0] - b.ends_m[:, 0], a.ends_m[:, 1] - a.ends_m[:, 0]
    along_b = b.ends_m[:, 1] - b.ends_m[:, 0]
    normals, limits = _bounds(a, b, gap[:, 2], along_a[:, 2], along_b[:, 2])
    across = np.stack((along_a[:, :2], -along_b[:, :2]), axis=2)  # (n, xy, share)
    edges_m = _least_on_edges(normals, limits, gap[:, :2], across)
    crossing_m = _least_within(normals, limits, gap[:, :2], across)
    return np.minimum(edges_m, crossing_m)


def _bounds(
    a: Tube, b: Tube, gap_up_m: Floats, up_a_m: Floats, up_b_m: Floats
) -> tuple[Floats, Floats]:
    """The polygon of possible pairs: normals (n, 8, 2) times shares <= limits (n, 8)."""
    one, nought = np.ones(len(gap_up_m)), np.zeros(len(gap_up_m))
    apart_m = VERTICAL_M - _A_HAIR_M
    first_a, first_b = a.earliest_s[:, 0], b.earliest_s[:, 0]
    last_a, last_b = a.latest_s[:, 0], b.latest_s[:, 0]
    rows = (
        (-one, nought, nought),
        (one, nought, one),
        (nought, -one, nought),
        (nought, one, one),
        (a.earliest_s[:, 1] - first_a, last_b - b.latest_s[:, 1], last_b - first_a),
        (last_a - a.latest_s[:, 1], b.earliest_s[:, 1] - first_b, last_a - first_b),
        (up_a_m, -up_b_m, apart_m - gap_up_m),
        (-up_a_m, up_b_m, apart_m + gap_up_m),
    )
    normals = np.stack([np.stack(row[:2], axis=1) for row in rows], axis=1)
    limits = np.stack([row[2] for row in rows], axis=1)
    lengths = np.linalg.norm(normals, axis=2)
    scales = np.where(lengths > _ROUNDING, lengths, 1.0)
    return normals / scales[:, :, None], limits / scales + _ROUNDING


def _least_within(normals: Floats, limits: Floats, gap: Floats, across: Floats) -> Floats:
    """The distance where its gradient is nought, which is nought there, for the tracks cross; where
    that is a possible pair."""
    turns = across[:, 0, 0] * across[:, 1, 1] - across[:, 0, 1] * across[:, 1, 0]
    lengths = np.linalg.norm(across, axis=1).prod(axis=1)
    cross = np.abs(turns) > _ROUNDING * np.maximum(lengths, 1.0)
    safe = np.where(cross, turns, 1.0)
    share_a = (across[:, 0, 1] * gap[:, 1] - across[:, 1, 1] * gap[:, 0]) / safe
    share_b = (across[:, 1, 0] * gap[:, 0] - across[:, 0, 0] * gap[:, 1]) / safe
    shares = np.stack((share_a, share_b), axis=1)
    inside = (np.einsum("nkj,nj->nk", normals, shares) <= limits).all(axis=1)
    return np.where(cross & inside, 0.0, np.inf)


def _least_on_edges(normals: Floats, limits: Floats, gap: Floats, across: Floats) -> Floats:
    """The least distance on the lines that bound the polygon, as far as they bound it."""
    lines = np.linalg.norm(normals, axis=2) > 0.5  # normalised, or none
    feet = normals * limits[:, :, None]
    runs = np.stack((-normals[:, :, 1], normals[:, :, 0]), axis=2)
    # on line i, at feet + t * runs, bound j says slopes * t <= rooms
    slopes = np.einsum("nij,nkj->nik", runs, normals)
    rooms = limits[:, None, :] - np.einsum("nij,nkj->nik", feet, normals)
    with np.errstate(divide="ignore", invalid="ignore"):
        at = rooms / slopes
    rising, falling = slopes > _ROUNDING, slopes < -_ROUNDING
    high = np.where(rising, at, np.inf).min(axis=2)
    low = np.where(falling, at, -np.inf).max(axis=2)
    level = ~rising & ~falling
    bounds = lines & (np.where(level, rooms, 0.0) >= -2 * _ROUNDING).all(axis=2)
    bounds &= low <= high + 2 * _ROUNDING
    starts = gap[:, None] + np.einsum("nxs,nis->nix", across, feet)
    steps = np.einsum("nxs,nis->nix", across, runs)
    squares = np.einsum("nix,nix->ni", steps, steps)
    best = -np.einsum("nix,nix->ni", starts, steps) / np.where(squares > 0, squares, 1.0)
    best = np.minimum(np.maximum(best, np.where(bounds, low, 0.0)), np.where(bounds, high, 0.0))
    ends = starts + steps * best[:, :, None]
    least: Floats = np.where(bounds, np.linalg.norm(ends, axis=2), np.inf).min(axis=1)
    return least
