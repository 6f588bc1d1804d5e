"""Published routing instances (VRPLIB files), solved with the search that plans patrols: what it is
worth can be held against the best known."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyvrp
from pyvrp.exceptions import ScalingWarning

from fleet.process import Refusal
from planner.patrol.search import Search, searched

# A search without anything better for so many times its memory is begun anew with one twice as
# long: from some starts it never comes away from what is poor, and from the next it finds the best
# known; and large instances need a memory for which small ones need not wait.
PATIENCE = 40

# How an instance's costs become whole numbers, and by what they are divided to be told.
ROUNDINGS = {"exact": 1000.0, "round": 1.0, "trunc": 1.0, "dimacs": 10.0}


@dataclass(frozen=True, slots=True)
class Solved:
    """``routes`` are numbers of clients from 1, as in VRPLIB solutions, with the depot's number."""

    cost: float
    routes: tuple[tuple[int, tuple[int, ...]], ...]
    iterations: int
    seconds: float


def solve_file(path: Path, rounding: str, search: Search) -> Solved:
    """Raises Refusal for what is no instance, has depots without vehicles, or is not solved."""
    data = _read(path, rounding)
    stand = {each.start_depot for each in data.vehicle_types()}
    if len(stand) < data.num_depots:
        raise Refusal(
            f"{path} has {data.num_depots} depots and vehicles at {len(stand)} of them; "
            "expected a VEHICLES_DEPOT_SECTION that says where each vehicle stands"
        )
    unit = ROUNDINGS[rounding]
    results = list(_starts(data, search, unit))
    best = min(results, key=pyvrp.Result.cost)  # of routes that do not hold it is infinite
    if not best.is_feasible():
        raise Refusal(f"no routes that hold were found for {path}; give it more --seconds")
    routes = tuple(
        (
            data.vehicle_type(route.vehicle_type()).start_depot + 1,
            tuple(each.idx + 1 for each in route.schedule() if each.is_client()),
        )
        for route in best.best.routes()
    )
    iterations = sum(each.num_iterations for each in results)
    return Solved(best.cost() / unit, routes, iterations, sum(each.runtime for each in results))


def _starts(data: pyvrp.ProblemData, search: Search, unit: float) -> Iterator[pyvrp.Result]:
    """One search after the other, each with a seed of its own and twice the memory of the one
    before, until the steps or seconds are over."""
    done, least = 0, math.inf

    def progress(steps: int, found: float | None) -> None:
        known = least if found is None else min(least, found)
        search.progress(done + steps, None if known == math.inf else known)

    left = replace(search, progress=progress, patience=PATIENCE)
    while left.iterations > 0 and left.within_s > 0:
        result = searched(data, left, unit)
        yield result
        done += result.num_iterations
        least = min(least, result.cost() / unit)
        left = replace(
            left,
            seed=left.seed + 1,
            memory=2 * left.memory,
            iterations=left.iterations - result.num_iterations,
            within_s=left.within_s - result.runtime,
        )


def _read(path: Path, rounding: str) -> pyvrp.ProblemData:
    if not path.is_file():
        raise Refusal(f"{path} is no file; expected an instance in VRPLIB's format")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ScalingWarning)
            return pyvrp.read(path, rounding)
    except (ValueError, KeyError, IndexError, TypeError, RuntimeError) as error:
        raise Refusal(f"{path} is no instance in VRPLIB's format: {error}") from None
