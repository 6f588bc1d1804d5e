"""A long line flown by several drones as one relay: planned, and judged without the planner."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result
from typer.testing import CliRunner

from fleet.program import app

DAILY = Path("configs/longgang/patrols/daily.yaml")
RIVER = "Longgang River"
Plan = dict[str, Any]


def patrol(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["patrol", *arguments])


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A patrol file whose only task is a river, a relay of three every two hours."""
    daily = yaml.safe_load(DAILY.read_text(encoding="utf-8"))
    line = next(each for each in daily["lines"] if each["name"]["en"] == RIVER)
    line |= {"relay": 3, "revisit_h": 2}
    only = {key: daily[key] for key in ("name", "schematic", "cameras")}
    file = tmp_path_factory.mktemp("relay") / "river.yaml"
    file.write_text(yaml.safe_dump({**only, "hours": "07:00-11:00", "lines": [line]}))
    return file


@pytest.fixture(scope="module")
def plan_file(twice: Path) -> Path:
    out = twice.parent / "plan.json"
    result = patrol("plan", str(twice), "--wind", "5@60", "--out", str(out))
    assert result.exit_code == 0, result.stderr
    assert "is a relay of" in result.stdout
    return out


@pytest.fixture
def plan(plan_file: Path) -> Plan:
    read: Plan = json.loads(plan_file.read_text())
    return read


def test_a_relay_is_flown_by_different_drones_that_set_out_together(plan: Plan) -> None:
    (relay,) = plan["relays"]
    times: dict[str, list[Plan]] = {}
    for sortie in plan["sorties"]:
        times.setdefault(sortie["relay"], []).append(sortie)
    assert len(times) == 3  # at 07:00, and so often that no two hours pass in between
    for flights in times.values():
        assert len({each["drone"] for each in flights}) == len(flights) == len(relay["drones"])
        assert len({each["ordered_s"] for each in flights}) == 1
        assert all(each["dock"] == each["lands_at"] for each in flights)
    assert len(relay["handovers"]) == len(relay["drones"]) - 1
    assert relay["revisit_s"] <= 7200
    assert relay["every_s"] <= relay["revisit_s"]
    assert not plan["unserved"]


def test_the_relay_holds_in_the_independent_check(plan_file: Path) -> None:
    result = patrol("check", str(plan_file))
    assert result.exit_code == 0, result.stdout


def _one_sets_out_later(plan: Plan) -> None:
    plan["sorties"][0]["ordered_s"] -= 30


def _it_can_be_flown_again_sooner_than_drones_charge(plan: Plan) -> None:
    plan["relays"][0]["every_s"] -= 60


def _it_is_seen_more_often_than_it_is(plan: Plan) -> None:
    plan["relays"][0]["revisit_s"] -= 600


def _the_second_sees_less(plan: Plan) -> None:
    look = next(s for s in plan["sorties"][3]["stages"] if s["what"] == "look")
    look["points"] = [look["points"][0], look["points"][-1]]


def _it_is_handed_over_elsewhere(plan: Plan) -> None:
    plan["relays"][0]["handovers"][0][0] += 0.001


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_one_sets_out_later, "do not set out together"),
        (_it_can_be_flown_again_sooner_than_drones_charge, "cannot be seen again after"),
        (_it_is_seen_more_often_than_it_is, "is not seen for"),
        (_the_second_sees_less, "does not see what the first one sees"),
        (_it_is_handed_over_elsewhere, "nobody hands over at"),
    ],
)
def test_a_relay_that_does_not_hold_is_found_out(
    spoil: Callable[[Plan], None], says: str, plan: Plan, tmp_path: Path
) -> None:
    spoil(plan)
    file = tmp_path / "spoilt.json"
    file.write_text(json.dumps(plan))
    result = patrol("check", str(file), "--json")
    assert result.exit_code == 1
    assert any(says in each for each in json.loads(result.stdout)["violations"])


def test_more_drones_fly_a_line_again_sooner(tmp_path: Path) -> None:
    every_s = []
    for drones in ("2", "4"):
        result = patrol("relay", str(DAILY), "--task", RIVER, "--drones", drones, "--json")
        assert result.exit_code == 0, result.stderr
        every_s.append(json.loads(result.stdout)["relays"][0]["every_s"])
    assert every_s[1] < every_s[0]


def test_a_line_that_so_few_drones_cannot_fly_is_listed_with_the_reason() -> None:
    result = patrol("relay", str(DAILY), "--task", RIVER, "--drones", "1", "--wind", "9@60")
    assert result.exit_code == 1
    assert "1 drones cannot fly it as a relay" in result.stdout


def test_a_relay_of_no_line_is_refused_with_the_lines_that_there_are() -> None:
    result = patrol("relay", str(DAILY), "--task", "nothing")
    assert result.exit_code == 1
    assert f"L01 ({RIVER})" in result.stderr
