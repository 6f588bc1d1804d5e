"""`dockfleet plan`: all docks ranked for a place, and each bad question refused in one sentence."""

from __future__ import annotations

import json
import shutil
import socket
from pathlib import Path
from typing import Any

import pytest
import shapely
import yaml
from click.testing import Result
from typer.testing import CliRunner

import fleet.cli.plan
from fleet.dispatch.vantage import VANTAGE_WITHIN_M
from fleet.district.load import load
from fleet.program import app

LONGGANG = Path("configs/longgang")
PLACE = "114.10,22.65"


def plan(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["plan", *arguments])


def planned(*arguments: str, at: str = PLACE) -> dict[str, Any]:
    result = plan("--at", at, "--json", *arguments)
    assert result.exit_code == 0, result.stderr
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def etas(answer: dict[str, Any]) -> list[float]:
    return [offer["eta_s"] for offer in answer["ranking"] if offer["feasible"]]


def test_all_docks_are_ranked_with_the_parts_of_their_time_their_path_and_why_not() -> None:
    answer = planned("--wind", "0@0")
    assert (answer["fleet"], len(answer["ranking"])) == ("at rest", 25)
    assert etas(answer) == sorted(etas(answer))
    for offer in answer["ranking"]:
        assert sum(offer["parts"].values()) == pytest.approx(offer["eta_s"])
        assert set(offer["parts"]) == {"launch_s", "climb_s", "cruise_s", "descent_s"}
        assert offer["path"][-1][:2] == [114.10, 22.65]
        assert all(len(point) == 3 for point in offer["path"])
        assert (offer["reason"] is None) == offer["feasible"]
    assert 1 <= len(etas(answer)) < 25


def test_wind_changes_the_times_and_a_dock_left_out_is_ruled_out() -> None:
    calm, windy = planned("--wind", "0@0"), planned("--wind", "8@270")
    assert etas(calm) != etas(windy)
    best = calm["ranking"][0]["dock"]
    answer = planned("--without", best)
    assert answer["ranking"][0]["dock"] != best
    (left_out,) = (offer for offer in answer["ranking"] if offer["dock"] == best)
    assert not left_out["feasible"]
    assert "--without" in left_out["reason"]


def test_each_dock_tells_what_it_has_left_of_the_five_minutes() -> None:
    for offer in planned("--wind", "8@270")["ranking"]:
        assert offer["margin_s"] == pytest.approx(300 - offer["eta_s"])
        assert offer["in_window"] == (offer["margin_s"] >= 0)


def test_a_dock_whose_launch_limit_the_wind_exceeds_is_ruled_out() -> None:
    assert etas(planned("--wind", "12@270"))
    answer = planned("--wind", "14@270")
    assert not etas(answer)
    for offer in answer["ranking"]:
        assert offer["reason"].startswith("a wind of 14 m/s at the dock, limit 12 m/s")


def test_the_table_has_a_line_for_each_dock() -> None:
    result = plan("--at", PLACE, "--wind", "8@270")
    assert result.exit_code == 0
    assert "at rest, in a wind of 8 m/s from 270 degrees" in result.stdout.splitlines()[0]
    assert sum(line.startswith("D") for line in result.stdout.splitlines()) == 25


def test_without_a_running_system_the_fleet_is_planned_with_at_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"mqtt://127.0.0.1:{free.getsockname()[1]}"
    monkeypatch.setattr(fleet.cli.plan, "BROKER", nobody)
    monkeypatch.delenv("DOCKFLEET_BROKER", raising=False)
    assert planned()["fleet"] == "at rest"
    named = plan("--at", PLACE, "--broker", nobody)
    assert named.exit_code == 1
    assert "no MQTT broker answers" in named.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--at", "here"), 2, "LON,LAT"),
        (("--at", "nan,22.65", "--wind", "0@0"), 1, "finite"),
        (("--at", "22.65,114.10", "--wind", "0@0"), 1, "swapped"),
        (("--at", "116.39,39.91", "--wind", "0@0"), 1, "outside"),
        (("--at", PLACE, "--wind", "gale"), 2, "SPEED@FROM"),
        (("--at", PLACE, "--wind", "nan@90"), 2, "nan m/s"),
        (("--at", PLACE, "--wind", "5@nan"), 2, "nan"),
        (("--at", PLACE, "--wind=-5@90"), 2, "-5 m/s"),
        (("--at", PLACE, "--wind", "200@90"), 2, "0 to 60 m/s"),
        (("--at", PLACE, "--wind", "0@0", "--kind", "party"), 1, "unknown kind"),
        (("--at", PLACE, "--without", "D99"), 1, "no dock D99"),
    ],
)
def test_a_bad_question_is_refused_in_one_sentence(
    arguments: tuple[str, ...], code: int, says: str
) -> None:
    result = plan(*arguments)
    assert result.exit_code == code
    assert says in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert not result.stdout


def test_in_too_strong_a_wind_every_dock_says_which_way_cannot_be_flown() -> None:
    answer = planned("--wind", "40@90")
    assert all("cannot be flown" in offer["reason"] for offer in answer["ranking"])


def test_for_a_place_inside_a_no_fly_volume_the_nearest_legal_one_is_offered() -> None:
    volume = load(LONGGANG).volumes[0]
    inside = shapely.Polygon(volume.polygon[0]).representative_point()
    result = plan(f"--at={inside.x},{inside.y}", "--wind", "0@0", "--json")
    assert result.exit_code == 1
    answer = json.loads(result.stdout)
    assert not etas(answer)
    assert volume.name.en in answer["ranking"][0]["reason"]
    legal = answer["vantage"]
    assert legal["off_m"] > VANTAGE_WITHIN_M
    assert not legal["used"]
    there = plan(f"--at={legal['lon']},{legal['lat']}", "--wind", "0@0", "--json")
    assert there.exit_code == 0
    assert json.loads(there.stdout)["vantage"] is None
    told = plan(f"--at={inside.x},{inside.y}", "--wind", "0@0").stdout
    assert "nobody can be sent" in told
    assert f"{legal['off_m']:.0f} m away" in told


def test_a_place_just_inside_a_no_fly_volume_is_planned_for_from_beside_it() -> None:
    volume = next(each for each in load(LONGGANG).volumes if each.buffer_m <= 100)
    inside = shapely.Polygon(volume.polygon[0]).representative_point()
    answer = planned("--wind", "0@0", at=f"{inside.x},{inside.y}")
    vantage = answer["vantage"]
    assert vantage["used"]
    assert 0 < vantage["off_m"] <= VANTAGE_WITHIN_M
    beside = planned("--wind", "0@0", at=f"{vantage['lon']},{vantage['lat']}")
    assert etas(answer) == pytest.approx(etas(beside), abs=0.01)
    told = plan(f"--at={inside.x},{inside.y}", "--wind", "0@0").stdout
    assert f"it is seen from {vantage['lon']:.5f},{vantage['lat']:.5f}" in told


def changed(tmp_path: Path, name: str, change: Any) -> Path:
    """The district with one of its documents changed."""
    district = tmp_path / "district"
    shutil.copytree(LONGGANG, district)
    path = district / name
    document = yaml.safe_load(path.read_text())
    change(document)
    path.write_text(json.dumps(document))
    return district


def test_a_district_without_docks_is_refused(tmp_path: Path) -> None:
    district = changed(tmp_path, "docks.yaml", lambda document: document["docks"].clear())
    result = plan(str(district), "--at", PLACE, "--wind", "0@0")
    assert result.exit_code == 1
    assert "docks.yaml" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_volume_that_crosses_itself_or_holds_a_dock_is_refused_by_name(tmp_path: Path) -> None:
    lon, lat = load(LONGGANG).docks[0].at
    around = [[lon - 0.01, lat - 0.01], [lon + 0.01, lat - 0.01], [lon + 0.01, lat + 0.01]]

    def holding_a_dock(document: Any) -> None:
        ring = [*around, [lon - 0.01, lat + 0.01], around[0]]
        document["features"][0]["geometry"]["coordinates"] = [ring]

    def crossing_itself(document: Any) -> None:
        ring = [around[0], around[2], around[1], [lon - 0.01, lat + 0.01], around[0]]
        document["features"][0]["geometry"]["coordinates"] = [ring]

    name = load(LONGGANG).volumes[0].id
    for number, change in enumerate((holding_a_dock, crossing_itself)):
        district = changed(tmp_path / str(number), "volumes.geojson", change)
        result = plan(str(district), "--at", PLACE, "--wind", "0@0")
        assert result.exit_code == 1
        assert name in result.stderr
        assert "Traceback" not in result.stderr
