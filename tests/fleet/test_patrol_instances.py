"""`dockfleet patrol solve`: instances of known optimum, given as VRPLIB files."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from fleet.patrol import vrplib
from fleet.program import app
from planner.patrol.search import Search, searched

DEPOTS, CLIENTS = 4, 12  # clients of each depot
APART, RADIUS = 5000.0, 700.0


def solve(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["patrol", "solve", *arguments])


def circles() -> tuple[str, float]:
    """Depots far apart, each on a circle with its clients, of which its vehicles can carry all or
    half: the best is to go once around each circle. The instance, and the cost of that."""
    at = []
    for depot in range(DEPOTS):
        x, y = APART * (depot % 2), APART * (depot // 2)
        for k in range(CLIENTS + 1):
            turn = 2 * math.pi * (k + 0.3 * math.sin(3 * k + depot)) / (CLIENTS + 1)
            at.append((x + RADIUS * math.cos(turn), y + RADIUS * math.sin(turn)))
    rings = [at[d * (CLIENTS + 1) : (d + 1) * (CLIENTS + 1)] for d in range(DEPOTS)]
    best = sum(math.dist(a, b) for ring in rings for a, b in itertools.pairwise([*ring, ring[0]]))
    depots = [ring[0] for ring in rings]
    places = [*depots, *(client for ring in rings for client in ring[1:])]
    demand = [0] * DEPOTS + [1] * (DEPOTS * CLIENTS)
    vehicles = [depot + 1 for depot in range(DEPOTS) for _ in range(2)]
    lines = [
        "NAME : circles", "TYPE : MDVRP", f"DIMENSION : {len(places)}",
        f"VEHICLES : {len(vehicles)}", f"CAPACITY : {CLIENTS}", "EDGE_WEIGHT_TYPE : EUC_2D",
        "NODE_COORD_SECTION", *(f"{n} {x:.6f} {y:.6f}" for n, (x, y) in enumerate(places, 1)),
        "DEMAND_SECTION", *(f"{n} {d}" for n, d in enumerate(demand, 1)),
        "DEPOT_SECTION", *map(str, range(1, DEPOTS + 1)), "-1",
        "VEHICLES_DEPOT_SECTION", *(f"{n} {depot}" for n, depot in enumerate(vehicles, 1)), "EOF",
    ]  # fmt: skip
    return "\n".join(lines) + "\n", best


@pytest.fixture
def instance(tmp_path: Path) -> tuple[Path, float]:
    text, best = circles()
    file = tmp_path / "circles.vrp"
    file.write_text(text)
    return file, best


def test_routes_of_many_depots_cost_within_a_hundredth_of_the_best_known(
    instance: tuple[Path, float],
) -> None:
    file, best = instance
    result = solve(str(file), "--iterations", "1000", "--best", str(best), "--json")
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    assert -1e-4 <= found["gap"] <= 0.01
    served = sorted(client for route in found["routes"] for client in route["clients"])
    assert served == list(range(1, DEPOTS * CLIENTS + 1))
    assert sorted(route["depot"] for route in found["routes"]) == [1, 2, 3, 4]


def test_the_same_seed_finds_the_same_routes(instance: tuple[Path, float]) -> None:
    one, two = (solve(str(instance[0]), "--iterations", "200").stdout for _ in range(2))
    assert one == two
    assert "Route #1" in one


def test_a_search_that_is_stuck_begins_anew_and_the_best_of_all_is_told(
    instance: tuple[Path, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vrplib, "PATIENCE", 1)
    began: list[tuple[int, int]] = []
    costs: list[float] = []

    def noted(data: Any, search: Search, unit: float) -> Any:
        began.append((search.seed, search.memory))
        result = searched(data, search, unit)
        costs.append(result.cost() / unit)
        return result

    monkeypatch.setattr(vrplib, "searched", noted)
    found = json.loads(
        solve(str(instance[0]), "--iterations", "3000", "--seed", "7", "--json").stdout
    )
    assert len(began) > 2
    assert began == [(7 + number, 300 * 2**number) for number in range(len(began))]
    assert found["cost"] == pytest.approx(min(costs), abs=1e-3)
    assert found["iterations"] == 3000


@pytest.mark.parametrize("text", ["", "nonsense", "NAME : x\nDIMENSION : 3\nEOF\n"])
def test_what_is_no_instance_is_said_to_be_none(text: str, tmp_path: Path) -> None:
    file = tmp_path / "broken.vrp"
    file.write_text(text)
    result = solve(str(file))
    assert result.exit_code == 1
    assert "VRPLIB" in result.stderr


def test_depots_without_vehicles_are_pointed_out(instance: tuple[Path, float]) -> None:
    file, _ = instance
    file.write_text(file.read_text().split("VEHICLES_DEPOT_SECTION")[0] + "EOF\n")
    result = solve(str(file))
    assert result.exit_code == 1
    assert "4 depots and vehicles at 1 of them" in result.stderr


def test_an_unknown_rounding_is_wrong_usage(instance: tuple[Path, float]) -> None:
    assert solve(str(instance[0]), "--rounding", "up").exit_code == 2
