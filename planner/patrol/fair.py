"""Routes that ask no more of one drone than need be.

The search for least energy leaves the work with the drones that lie best: one flies three times as
much as most. So afterwards the busiest drone is kept from the lightest of its flights, and the
search goes on from there: if others serve the same for little more energy, and nobody has come to
fly more than it did, that is kept; else it keeps the flight. Then the next busiest.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from pyvrp import ProblemData, Route, Solution

from planner.patrol.search import Search, searched

DEARER = 0.05  # of the energy, at the most, for a fairer share
TRIES = 8
SHARE = 0.4  # of the iterations and seconds


def parted(search: Search) -> tuple[Search, Search]:
    """What the search for least energy has, and what the tries for a fairer share have: iterations
    each, seconds together."""
    tries = max(1, math.floor(search.iterations * SHARE / TRIES))
    first = max(1, search.iterations - TRIES * tries)
    return (
        replace(search, iterations=first, within_s=search.within_s * (1 - SHARE)),
        replace(
            search,
            iterations=tries,
            within_s=search.within_s * SHARE,
            progress=lambda done, best: search.progress(first + done, best),
        ),
    )


def fairer(
    data: ProblemData,
    best: Solution,
    drones: Sequence[str],
    flown: Mapping[str, float],
    search: Search,
    unit: float,
) -> tuple[Solution, int, bool]:
    """The fairer routes, the iterations that they took, and whether none of that was ended by time.

    ``drones`` tells whose each vehicle is, ``flown`` what each has flown before, in ``unit`` of
    distance.
    """
    dearest, done, repeatable = (1 + DEARER) * best.distance(), 0, True
    left_s = search.within_s
    closed: frozenset[int] = frozenset()
    kept: set[str] = set()  # drones that nobody can relieve
    for _ in range(TRIES):
        loads = loads_of(best, drones, flown, unit)
        busiest = _busiest(best, drones, loads, kept)
        if busiest is None:
            break
        without = closed | _spare(best, drones, busiest)
        open_data = _closing(data, without)
        left = [r for r in best.routes() if r.vehicle_type() not in without]
        start = Solution(open_data, [_again(open_data, route) for route in left])
        found = searched(open_data, replace(search, within_s=left_s), unit, start)
        left_s = max(left_s - found.runtime, 0.0)
        done += found.num_iterations
        repeatable = repeatable and found.num_iterations >= search.iterations
        if (
            found.is_feasible()
            and found.best.uncollected_prizes() <= best.uncollected_prizes()
            and found.best.distance() <= dearest
            and _descending(loads_of(found.best, drones, flown, unit)) < _descending(loads)
        ):
            best, closed = found.best, without
        else:
            kept.add(busiest)
    return best, done, repeatable


def loads_of(
    routes: Solution, drones: Sequence[str], flown: Mapping[str, float], unit: float
) -> dict[str, float]:
    """What each drone has flown, with these routes."""
    loads = {drone: flown.get(drone, 0.0) for drone in drones}
    for route in routes.routes():
        loads[drones[route.vehicle_type()]] += route.distance() / unit
    return loads


def _busiest(
    best: Solution, drones: Sequence[str], loads: Mapping[str, float], kept: Collection[str]
) -> str | None:
    flying = {drones[route.vehicle_type()] for route in best.routes()} - set(kept)
    return max(sorted(flying), key=lambda drone: loads[drone], default=None)


def _spare(best: Solution, drones: Sequence[str], busiest: str) -> frozenset[int]:
    """The vehicles of the busiest drone but those of its heavier flights."""
    own = [route for route in best.routes() if drones[route.vehicle_type()] == busiest]
    lightest = min(own, key=lambda route: (route.distance(), route.vehicle_type()))
    needed = {route.vehicle_type() for route in own if route is not lightest}
    return frozenset(
        number for number, drone in enumerate(drones) if drone == busiest and number not in needed
    )


def _closing(data: ProblemData, vehicles: Collection[int]) -> ProblemData:
    """Vehicles keep their numbers; those closed may go nowhere."""
    types = [
        each.replace(max_distance=0) if number in vehicles else each
        for number, each in enumerate(data.vehicle_types())
    ]
    return data.replace(vehicle_types=types)


def _again(data: ProblemData, route: Route) -> Route:
    clients = [each.idx for each in route.schedule() if each.is_client()]
    return Route(data, clients, route.vehicle_type())


def _descending(loads: Mapping[str, float]) -> list[float]:
    return sorted(loads.values(), reverse=True)
