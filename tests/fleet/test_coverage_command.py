"""`dockfleet coverage`: figures that hang together, a picture, and each bad question refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import shapely
from click.testing import Result
from typer.testing import CliRunner

from fleet.coverage.reached import Cover
from fleet.dispatch.forecast import candidates_at_rest
from fleet.dispatch.vantage import VANTAGE_WITHIN_M
from fleet.district.load import load
from fleet.district.shapes import area_km2
from fleet.program import app
from fleet.units.fence import airspace_of
from planner.coverage import SEEN_M
from planner.model import Wind


def coverage(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["coverage", *arguments])


def covered(*arguments: str) -> dict[str, Any]:
    result = coverage("--json", *arguments)
    assert result.exit_code == 0, result.stderr
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


@pytest.fixture(scope="module")
def calm() -> dict[str, Any]:
    return covered("--wind", "0@0", "--en-route", "60")


def test_with_the_docks_launch_time_the_district_is_covered_in_calm(calm: dict[str, Any]) -> None:
    assert calm["covered_share"] >= 0.99
    assert calm["fleet"] == "at rest"
    assert calm["mean_on_scene_s"] < calm["window_s"]


def test_the_shares_hang_together(calm: dict[str, Any]) -> None:
    district = load(Path("configs/longgang"))
    assert set(calm["by_subdistrict"]) == {each.code for each in district.subdistricts}
    whole = sum(
        calm["by_subdistrict"][each.code] * each.area_km2 for each in district.subdistricts
    ) / sum(each.area_km2 for each in district.subdistricts)
    assert whole == pytest.approx(calm["covered_share"], abs=0.005)
    worst = calm["n_minus_1_worst"]
    assert calm["twice_share"] < worst["covered_share"] <= calm["n_minus_1_mean"]
    assert calm["n_minus_1_mean"] < calm["covered_share"]
    assert calm["n_minus_2_worst"]["covered_share"] < worst["covered_share"]


def test_without_its_worst_dock_it_covers_what_was_foretold(calm: dict[str, Any]) -> None:
    (worst,) = calm["n_minus_1_worst"]["docks"]
    assert calm["n_minus_1"][worst] == min(calm["n_minus_1"].values())
    assert sorted(calm["n_minus_1"]) == sorted(calm["available"])
    less = covered("--wind", "0@0", "--en-route", "60", "--without", worst)
    assert less["covered_share"] == pytest.approx(calm["n_minus_1_worst"]["covered_share"])
    assert worst not in less["available"]


def test_region_and_gaps_drawn_are_the_share_of_the_district() -> None:
    district = load(Path("configs/longgang"))
    cover = Cover(district, airspace_of(district))
    candidates = [replace(each, wind=Wind(8, 270)) for each in candidates_at_rest(district)]
    view = cover.view(cover.of(candidates), [each.dock for each in candidates[1:]])
    region, gaps = (area_km2(shapely.geometry.shape(each)) for each in (view.region, view.gaps))
    assert region / (region + gaps) == pytest.approx(view.covered_share, abs=0.003)
    assert 0.9 < view.covered_share < 0.98


def test_the_worst_wind_leaves_no_more_than_another_from_the_same_speed() -> None:
    worst, west = covered("--worst-wind", "8"), covered("--wind", "8@270")
    assert worst["wind"]["speed_ms"] == 8.0
    assert worst["covered_share"] <= west["covered_share"]


def test_what_is_seen_from_beside_a_no_fly_volume_is_told_apart(calm: dict[str, Any]) -> None:
    flyable = 1 - calm["forbidden_share"]
    assert calm["overhead_share"] <= flyable
    beside = calm["covered_share"] - calm["overhead_share"]
    assert 0 < beside <= calm["forbidden_share"]


def test_what_counts_as_seen_from_beside_is_what_the_dispatch_sends_somebody_to() -> None:
    assert SEEN_M == VANTAGE_WITHIN_M


def test_in_a_wind_beyond_the_docks_limit_nobody_covers_anything() -> None:
    gale = covered("--wind", "14@270")
    assert (gale["covered_share"], gale["available"]) == (0.0, [])
    assert len(gale["ruled_out"]) == 25
    assert "limit 12 m/s" in gale["ruled_out"]["D01"]
    told = coverage("--wind", "14@270").stdout
    assert "25 docks send nobody: a wind of 14 m/s at the dock, limit 12 m/s" in told


def test_it_is_drawn(tmp_path: Path) -> None:
    file = tmp_path / "coverage.png"
    result = coverage("--wind", "8@270", "--plot", str(file))
    assert result.exit_code == 0
    assert file.read_bytes().startswith(b"\x89PNG")
    assert "Longgang" not in result.stderr
    assert "Pinghu" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--wind", "8"], 2, "--wind must be SPEED@FROM"),
        (["--wind", "8@270", "--worst-wind", "8"], 2, "leave one out"),
        (["--worst-wind", "-1"], 2, "from 0 to 60"),
        (["--without", "D99"], 1, "there is no dock D99"),
        (["--wind", "0@0", "--en-route", "3"], 1, "the climb alone takes"),
        (["--wind", "0@0", "--plot", "nowhere/x.png"], 1, "cannot draw"),
        (["--wind", "0@0", "--plot", "x.foo"], 1, "ends in .png"),
        (["nowhere"], 1, "nowhere"),
    ],
)
def test_a_bad_question_is_refused_in_one_sentence(
    arguments: list[str], code: int, says: str
) -> None:
    result = coverage(*arguments)
    assert result.exit_code == code
    assert says in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
