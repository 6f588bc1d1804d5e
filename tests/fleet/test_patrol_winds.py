"""A patrol planned for a forecast: each flight for the wind that blows when it is ordered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result
from typer.testing import CliRunner

from fleet.program import app

DAILY = Path("configs/longgang/patrols/daily.yaml")
FORECAST = """
"07:00": 2@60
"08:00": 8@240
"09:30": 4@90
"""


def patrol(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["patrol", *arguments])


@pytest.fixture(scope="module")
def plan_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Points and a river that are looked at every hour of the morning."""
    there = tmp_path_factory.mktemp("winds")
    daily = yaml.safe_load(DAILY.read_text(encoding="utf-8"))
    only = {key: daily[key] for key in ("name", "schematic", "cameras")}
    points = [{**each, "revisit_h": 1.5, "windows": []} for each in daily["points"][:6]]
    tasks = {"points": points, "lines": [{**daily["lines"][1], "relay": 2}]}
    (there / "morning.yaml").write_text(yaml.safe_dump({**only, "hours": "07:00-11:00", **tasks}))
    (there / "winds.yaml").write_text(FORECAST)
    result = patrol(
        "plan", str(there / "morning.yaml"), "--wind-by-hour", str(there / "winds.yaml"),
        "--iterations", "60", "--seconds", "60", "--out", str(there / "plan.json"),
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    return there / "plan.json"


@pytest.fixture
def plan(plan_file: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(plan_file.read_text())
    return read


def test_flights_of_several_hours_hold_each_in_its_wind(
    plan_file: Path, plan: dict[str, Any]
) -> None:
    hours = {sortie["ordered_s"] // 1800 for sortie in plan["sorties"]}
    assert len(hours) > 3
    assert [each["from_s"] for each in plan["winds"]] == [25200, 28800, 34200]
    assert plan["wind"] == {"speed_ms": 8, "from_deg": 240}  # the strongest
    result = patrol("check", str(plan_file))
    assert result.exit_code == 0, result.stdout


def test_a_flight_at_an_hour_of_another_wind_is_found_out(
    plan: dict[str, Any], tmp_path: Path
) -> None:
    plan["winds"] = [{"from_s": 0.0, "wind": {"speed_ms": 12.0, "from_deg": 60.0}}]
    file = tmp_path / "other.json"
    file.write_text(json.dumps(plan))
    violations = json.loads(patrol("check", str(file), "--json").stdout)["violations"]
    assert any("m/s through the air" in each for each in violations)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "expected times and winds"),
        ("[1, 2]", "expected times and winds"),
        ('"07:00": strong', "is no wind"),
        ('"07:00": 5@400', "is no wind from 0 to 60 m/s"),
        ('"25:00": 5@60', "is no time of day"),
        ("morning: 5@60", "is no time of day"),
        ('"09:00": 5@60\n"08:00": 5@60', "in the order of the day"),
    ],
)
def test_a_forecast_that_is_none_is_refused_with_what_was_expected(
    text: str, says: str, tmp_path: Path
) -> None:
    file = tmp_path / "winds.yaml"
    file.write_text(text)
    result = patrol("plan", str(DAILY), "--wind-by-hour", str(file))
    assert result.exit_code == 1
    assert says in result.stderr


def test_one_wind_and_a_forecast_together_are_wrong_usage(tmp_path: Path) -> None:
    result = patrol("plan", str(DAILY), "--wind", "5@60", "--wind-by-hour", str(tmp_path / "x"))
    assert result.exit_code == 2
