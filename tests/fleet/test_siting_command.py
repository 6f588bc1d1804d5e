"""`dockfleet siting`: the proven optimum beside the configured docks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from fleet.district.load import load
from fleet.district.place import locate
from fleet.program import app


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
