"""A ground station's mission is brought to a drone as a patrol."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result
from pymavlink.dialects.v20 import ardupilotmega as mavlink
from typer.testing import CliRunner

from fleet.district.load import load
from fleet.district.model import District
from fleet.formats.plan_file import PlanFile, home_item
from fleet.formats.qgc_plan import plan_text
from fleet.formats.waypoints import waypoint_text
from fleet.mavlink.mission import MissionItem
from fleet.mavlink.mission_items import RELATIVE, speed_of
from fleet.program import app

WAYPOINT = mavlink.MAV_CMD_NAV_WAYPOINT


@pytest.fixture(scope="module")
def longgang() -> District:
    return load(Path("configs/longgang"))


def patrol(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["patrol", *arguments])


def mission(district: District, up_m: float = 90.0) -> PlanFile:
    """Up from a pad, along two legs at 6 m/s, a minute over a place, and home."""
    site = next(site for site in district.docks if site.id == "D07")
    lon, lat = site.at

    def item(command: int, east: float, north: float, param1: float = 0.0) -> MissionItem:
        return MissionItem(command, RELATIVE, lon + east, lat + north, up_m, param1=param1)

    return PlanFile(
        (
            home_item(lon, lat, site.alt_amsl_m),
            item(mavlink.MAV_CMD_NAV_TAKEOFF, 0, 0),
            speed_of(6.0),
            item(WAYPOINT, 0.001, 0.001),
            item(WAYPOINT, 0.003, 0.001),
            item(WAYPOINT, 0.003, 0.002),
            item(mavlink.MAV_CMD_NAV_LOITER_TIME, 0.002, 0.0025, 60),
            MissionItem(mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH, RELATIVE),
        )
    )


@pytest.mark.parametrize("name", ["theirs.plan", "theirs.waypoints"])
def test_its_ways_become_lines_and_the_places_where_it_stays_points(
    longgang: District, tmp_path: Path, name: str
) -> None:
    text = plan_text if name.endswith(".plan") else waypoint_text
    (tmp_path / name).write_text(text(mission(longgang)))
    result = patrol("import", str(tmp_path / name), "--out", str(tmp_path / "theirs.yaml"))
    assert result.exit_code == 0, result.stderr
    read: dict[str, Any] = yaml.safe_load((tmp_path / "theirs.yaml").read_text())
    (line,), (point,) = read["lines"], read["points"]
    there = mission(longgang).mission
    path = [(round(lon, 6), round(lat, 6)) for lon, lat in line["path"]]
    assert path == [(round(there[k].x, 6), round(there[k].y, 6)) for k in (3, 4, 5)]
    assert line["speed_ms"] == 6.0
    assert point["dwell_s"] == 60.0


def test_what_was_imported_is_planned_and_holds_in_the_independent_check(
    longgang: District, tmp_path: Path
) -> None:
    files = [str(tmp_path / name) for name in ("theirs.plan", "theirs.yaml", "day.json")]
    Path(files[0]).write_text(plan_text(mission(longgang)))
    assert patrol("import", files[0], "--out", files[1]).exit_code == 0
    planned = patrol("plan", files[1], "--iterations", "20", "--out", files[2], "--json")
    assert planned.exit_code == 0, planned.stderr
    looked_at = [
        stage["task"]
        for flight in json.loads(planned.stdout)["sorties"]
        for stage in flight["stages"]
        if stage["what"] == "look"
    ]
    assert set(looked_at) == {"L01", "P02"}
    assert patrol("check", files[2]).exit_code == 0


def test_what_may_not_be_flown_here_is_refused_and_nothing_is_written(
    longgang: District, tmp_path: Path
) -> None:
    file, out = tmp_path / "high.plan", tmp_path / "high.yaml"
    file.write_text(plan_text(mission(longgang, up_m=300.0)))
    result = patrol("import", str(file), "--out", str(out))
    assert result.exit_code == 1
    assert "may not be flown here" in result.stderr
    assert "the ceiling is 120 m" in result.stderr
    assert not out.exists()
