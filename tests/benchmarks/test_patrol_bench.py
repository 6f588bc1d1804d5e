"""How long the day of configs/longgang takes to plan, all visits served, and to check."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from fleet.cli.patrol import ITERATIONS
from fleet.district.load import load
from fleet.patrol.check import plan_violations
from fleet.patrol.load import load_patrol
from fleet.patrol.planning import plan_patrol
from planner.model import Wind
from planner.patrol.search import Search

LONGGANG = Path("configs/longgang")
PLANNED_WITHIN_S = 30.0
GAP = 0.20
BUSIEST = 2.5  # times the mean of all drones


@pytest.mark.parametrize("wind", [Wind(), Wind(5, 60)])
def test_a_day_is_planned_in_half_a_minute(benchmark: BenchmarkFixture, wind: Wind) -> None:
    district, patrol = load(LONGGANG), load_patrol(LONGGANG / "patrols" / "daily.yaml")
    search = Search(1, ITERATIONS, 120.0, lambda done, best_wh: None)
    plan = benchmark.pedantic(
        lambda: plan_patrol(district, patrol, wind, search), rounds=1, iterations=1
    )
    assert benchmark.stats["max"] <= PLANNED_WITHIN_S
    assert plan.unserved == ()
    assert plan.found.gap <= GAP
    assert plan.shares is not None
    assert plan.shares.busiest <= BUSIEST
    assert plan_violations(plan, district) == []
