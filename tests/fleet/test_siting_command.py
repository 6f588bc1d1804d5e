"""`dockfleet siting`: the proven optimum beside the configured docks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from click.testing import Result
from typer.testing import CliRunner

from fleet.coverage.siting import CLEAR_M, farthest_m, lattice_roofs
from fleet.district.load import load
from fleet.district.place import locate
from fleet.program import app
from fleet.units.fence import airspace_of
from planner.frame import to_metres


def siting(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["siting", *arguments])


def sited(*arguments: str) -> dict[str, Any]:
    result = siting("--json", *arguments)
    assert result.exit_code == 0, result.stderr
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def test_the_optimum_is_proven_and_no_worse_than_the_configured_docks() -> None:
    found = sited("--wind", "8@315", "--en-route", "60")
    assert found["proven"]
    assert found["gap"] == pytest.approx(0.0, abs=1e-6)
    assert 0.9 < found["configured_share"] <= found["share"] <= 1.0
    assert len(found["sites"]) == found["docks"] == 25


def test_further_roofs_stand_all_over_level_ground_and_clear_of_no_fly_volumes() -> None:
    district = load(Path("configs/longgang"))
    roofs = lattice_roofs(district, 2000.0)
    assert 60 < len(roofs) < 388 / (2.0**2 * 0.75**0.5) + 20
    assert {roof.subdistrict for roof in roofs} == {each.code for each in district.subdistricts}
    kept_clear = airspace_of(district).obstacles.buffer(CLEAR_M - 1)
    at_m = to_metres(np.array([roof.at for roof in roofs]))
    assert not shapely.contains_xy(kept_clear, *at_m.T).any()
    for roof in roofs:
        assert locate(district, *roof.at).code == roof.subdistrict
    grounds_m = district.grounds_amsl_m(np.array([roof.at for roof in roofs]))
    assert [roof.alt_amsl_m for roof in roofs] == pytest.approx(grounds_m + 6, abs=1)


def test_the_farthest_place_is_told_with_its_nearest_dock_and_the_second() -> None:
    district = load(Path("configs/longgang"))
    nearest_m, second_m = farthest_m(district, district.docks)
    ideal_once_m, ideal_twice_m = 2440, 3460  # of 25 circles over 388 km2
    assert ideal_once_m < nearest_m < second_m
    assert ideal_twice_m < second_m
    one_m, two_m = farthest_m(district, district.docks[:2])
    assert nearest_m < one_m < two_m


def test_every_subdistrict_gets_a_dock_however_few_there_are() -> None:
    district = load(Path("configs/longgang"))
    found = sited("--docks", "11", "--en-route", "120")
    codes = [site["subdistrict"] for site in found["sites"]]
    assert sorted(codes) == sorted(each.code for each in district.subdistricts)
    for site in found["sites"]:
        assert locate(district, *site["at"]).code == site["subdistrict"]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--docks", "5"], 1, "expected at least 11, one for every subdistrict"),
        (["--docks", "500"], 1, "at most"),
        (["--wind", "8"], 2, "--wind must be SPEED@FROM"),
        (["--wind", "8@0", "--all-winds", "8"], 2, "leave one out"),
        (["--en-route", "2"], 1, "the climb alone takes"),
    ],
)
def test_a_bad_question_is_refused_in_one_sentence(
    arguments: list[str], code: int, says: str
) -> None:
    result = siting(*arguments)
    assert result.exit_code == code
    assert says in result.stderr
    assert "Traceback" not in result.stderr
