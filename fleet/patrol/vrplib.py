"""Published routing instances (VRPLIB files), solved with the search that plans patrols: what it is
worth can be held against the best known."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import pyvrp
from pyvrp.exceptions import ScalingWarning

from fleet.process import Refusal
from planner.patrol.search import Search, searched

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
    result = searched(data, search, unit)
    if not result.is_feasible():
        raise Refusal(f"no routes that hold were found for {path}; give it more --seconds")
    routes = tuple(
        (
            data.vehicle_type(route.vehicle_type()).start_depot + 1,
            tuple(each.idx + 1 for each in route.schedule() if each.is_client()),
        )
        for route in result.best.routes()
    )
    return Solved(result.cost() / unit, routes, result.num_iterations, result.runtime)


def _read(path: Path, rounding: str) -> pyvrp.ProblemData:
    if not path.is_file():
        raise Refusal(f"{path} is no file; expected an instance in VRPLIB's format")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ScalingWarning)
            return pyvrp.read(path, rounding)
    except (ValueError, KeyError, IndexError, TypeError, RuntimeError) as error:
        raise Refusal(f"{path} is no instance in VRPLIB's format: {error}") from None
