"""`dockfleet sim`: the whole stack through five incidents, with each kind of vehicle."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.stack.running import dockfleet

pytestmark = pytest.mark.stack

SPEEDUP = 5  # eight ArduCopters leave a loaded machine room for a second's stall


def run(vehicles: str, *arguments: str) -> dict[str, Any]:
    answer = dockfleet(
        *("sim", "--vehicles", vehicles, "--incidents", "5", "--seed", "7"),
        *("--speedup", str(SPEEDUP), "--json", *arguments),
    )
    assert answer.returncode == 0, answer.stderr
    report: dict[str, Any] = json.loads(answer.stdout)
    return report


def assert_flown_as_predicted(report: dict[str, Any]) -> None:
    assert report["reached"] == report["docked"] == 5
    for outcome in report["incidents"]:
        error_s = abs(outcome["on_scene_s"] - outcome["eta_s"])
        assert error_s <= max(0.1 * outcome["on_scene_s"], 15), outcome


@pytest.mark.long
def test_the_builtin_vehicles_reach_all_incidents_when_predicted(tmp_path):
    assert_flown_as_predicted(run("builtin", "--state-dir", str(tmp_path)))


@pytest.mark.ardupilot
def test_real_arducopters_reach_all_incidents_when_predicted(tmp_path, arducopter):
    report = run("ardupilot", "--state-dir", str(tmp_path), "--arducopter", arducopter)
    assert_flown_as_predicted(report)


@pytest.mark.long
@pytest.mark.ardupilot
def test_real_arducopters_fly_as_predicted_in_wind(tmp_path, arducopter):
    report = run(
        *("ardupilot", "--state-dir", str(tmp_path), "--arducopter", arducopter),
        *("--wind", "5@60"),
    )
    assert_flown_as_predicted(report)
