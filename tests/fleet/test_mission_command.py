"""`dockfleet mission`: written, read and checked from a terminal; what is wrong in one sentence."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from pydantic import TypeAdapter
from typer.testing import CliRunner

from fleet.cli.mission import read_file
from fleet.contract import LaunchParts
from fleet.log.events import SortieRequested
from fleet.log.store import EventLog
from fleet.program import app
from planner.model import Route, Waypoint

PLACE = "114.10,22.65"
SORTIE = "01ARZ3NDEKTSV4RRFFQ69G5FAV"


def mission(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["mission", *arguments])


@pytest.mark.parametrize("name", ["m.plan", "m.waypoints"])
def test_a_planned_mission_is_written_and_found_in_order(tmp_path: Path, name: str) -> None:
    to = str(tmp_path / name)
    written = mission("export", "--at", PLACE, "--dock", "D09", "--to", to, "--json")
    assert written.exit_code == 0, written.stderr
    assert json.loads(written.stdout)["dock"] == "D09"
    checked = mission("check", to, "--json")
    assert checked.exit_code == 0, checked.stdout
    answer = json.loads(checked.stdout)
    assert answer["violations"] == []
    assert answer["items"] == json.loads(written.stdout)["items"]


def test_a_mission_above_the_ceiling_is_told_and_ends_with_1(tmp_path: Path) -> None:
    to = tmp_path / "m.waypoints"
    assert mission("export", "--at", PLACE, "--to", str(to)).exit_code == 0
    to.write_text(to.read_text().replace("\t100.0\t1", "\t130.0\t1"))
    checked = mission("check", str(to))
    assert checked.exit_code == 1
    assert "violation: item 1 (takeoff) is 130 m above the ground" in checked.stdout


def test_the_mission_of_a_sortie_comes_from_its_event_log(tmp_path: Path) -> None:
    pad, scene = (114.10977, 22.6495), (114.10, 22.65)
    out = (Waypoint(*scene, 178.0, 10.0), Waypoint(*scene, 138.0, 0.0))
    back = (Waypoint(*scene, 178.0, 0.0), Waypoint(*pad, 178.0, 10.0))
    route = Route(178.0, out, back, 1004.0, 1004.0, 106.0, 106.0)
    fact = SortieRequested(
        sortie=SORTIE,
        incident="01ARZ3NDEKTSV4RRFFQ69G5FAW",
        decision="01ARZ3NDEKTSV4RRFFQ69G5FAX",
        dock="D19",
        drone="U19",
        eta_s=200.0,
        parts=LaunchParts(launch_s=30.0, climb_s=40.0, cruise_s=100.0, descent_s=30.0),
        route=TypeAdapter(Route).dump_python(route, mode="json"),
        turn_back_wh=30.0,
    )
    url = f"sqlite:///{tmp_path}/events.db"
    with EventLog(url) as log:
        log.append(datetime(2026, 5, 1, tzinfo=UTC), [fact], None)
    to = tmp_path / "m.plan"
    written = mission("export", "--sortie", SORTIE, "--log", url, "--to", str(to))
    assert written.exit_code == 0, written.stderr
    assert [item.command for item in read_file(to).mission][-1] == 21
    unknown = mission("export", "--sortie", "nobody", "--log", url, "--to", str(to))
    assert (unknown.exit_code, "no sortie nobody" in unknown.stderr) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("export", "--at", PLACE, "--to", "m.gpx"), 2, ".kmz"),
        (("export", "--to", "m.plan"), 2, "either --sortie ID or --at"),
        (("export", "--at", PLACE, "--sortie", SORTIE, "--to", "m.plan"), 2, "either"),
        (("export", "--at", PLACE, "--dock", "D99", "--to", "m.plan"), 1, "no dock D99"),
        (("export", "--at", PLACE, "--kind", "party", "--to", "m.plan"), 1, "unknown kind"),
        (("export", "--at", "22.65,114.10", "--to", "m.plan"), 1, "swapped"),
        (("export", "--at", PLACE, "--to", "/nowhere/m.plan"), 1, "cannot be written"),
        (("export", "--sortie", "X", "--log", "sqlite:///no.db", "--to", "m.kmz"), 1, "no event"),
        (("check", "nothing.plan"), 1, "cannot be read"),
        (("check", "README.md"), 2, ".plan"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_sentence(
    arguments: tuple[str, ...], code: int, says: str
) -> None:
    result = mission(*arguments)
    assert result.exit_code == code
    assert says in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert not Path("no.db").exists()


def test_a_file_that_is_no_text_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "m.plan"
    path.write_bytes(b"\xff\xfe\x00{")
    result = mission("check", str(path))
    assert result.exit_code == 1
    assert "not UTF-8" in result.stderr
