"""`dockfleet capture`: panoramas and pictures for 3D models, told, written, and refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from fleet.cli.mission import read_file
from fleet.district.load import load_or_refuse
from fleet.formats.check import mission_violations
from fleet.mavlink.camera_items import planned_pictures
from fleet.program import app

LONGGANG = Path("configs/longgang")
OPEN_GROUND = "114.30,22.75"
IN_A_VOLUME = "114.247,22.72"
PANORAMA = ("panorama", "--at", OPEN_GROUND)
MODEL = ("model", "--at", OPEN_GROUND, "--objects", "20")


def capture(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["capture", *arguments])


def told(*arguments: str) -> dict[str, Any]:
    result = capture(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_a_panorama_is_told_with_its_pictures_and_what_they_show() -> None:
    found = told(*PANORAMA)
    assert found["seen_share"] == 1.0
    assert found["twice_share"] > 0.5
    assert 0.06 < found["sampling_m"]["below"] < 0.07  # 60 m, 9.6 mm, 6.9 mm, 1280 px
    assert found["energy_wh"] + found["left_wh"] == pytest.approx(149.9)
    assert found["above_ground_m"] == pytest.approx(60)
    assert {(p["lon"], p["lat"]) for p in found["pictures"]} == {(114.30, 22.75)}
    assert min(p["pitch_deg"] for p in found["pictures"]) == -90


def test_a_model_is_told_with_how_complete_it_will_be() -> None:
    found = told(*MODEL)
    assert found["seen_share"] == found["modelled_share"] == 1.0
    assert found["pitches_deg"] == [-90, -55]
    assert found["views"]["least"] > 8
    assert 0.06 < found["sampling_m"]["finest"] < found["sampling_m"]["coarsest"] < 0.12


@pytest.mark.parametrize("arguments", [PANORAMA, MODEL])
@pytest.mark.parametrize("suffix", [".plan", ".waypoints"])
def test_the_mission_in_the_file_takes_the_pictures_told_and_breaks_no_rule(
    arguments: tuple[str, ...], suffix: str, tmp_path: Path
) -> None:
    file = tmp_path / f"capture{suffix}"
    found = told(*arguments, "--to", str(file))
    written = read_file(file)
    district = load_or_refuse(LONGGANG)
    assert mission_violations(written, district) == []
    assert len(written.mission) == found["items"]
    planned = np.array([(p.lon, p.lat) for p in planned_pictures(written.mission)])
    wanted = np.array([(p["lon"], p["lat"]) for p in found["pictures"]])
    assert planned == pytest.approx(wanted, abs=2e-6)  # 0.2 m
    dock = next(site for site in district.docks if site.id == found["dock"])
    heights = {p.height_m + dock.alt_amsl_m for p in planned_pictures(written.mission)}
    assert list(heights) == pytest.approx([found["alt_amsl_m"]] * len(heights), abs=0.02)


def test_passes_are_flown_no_faster_than_the_wind_allows() -> None:
    calm = told(*MODEL, "--speed", "6")
    windy = told(*MODEL, "--speed", "6", "--wind", "11@0")
    assert calm["speed_ms"] == pytest.approx(6)
    assert windy["speed_ms"] == pytest.approx(4, abs=0.1)  # 15 m/s through the air
    assert windy["seconds"] > calm["seconds"]


def test_the_corners_of_an_area_may_be_told_one_by_one() -> None:
    corners = ("114.30,22.75", "114.3006,22.75", "114.3004,22.7506")
    options = [word for corner in corners for word in ("--corner", corner)]
    assert told("model", *options)["modelled_share"] > 0.99


def test_it_is_told_in_words_too() -> None:
    words = capture(*MODEL).stdout
    assert "100 % of the area is seen, 100 % from every side" in words
    assert "one pixel shows" in words
    assert "and back:" in words
    assert "to straight down" in capture(*PANORAMA).stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("panorama", "--at", IN_A_VOLUME), 1, "would be flown in N11 (Longgang People's"),
        (("model", "--at", IN_A_VOLUME), 1, "the passes would be flown in N11"),
        (("panorama", "--at", "22.75,114.30"), 1, "swapped"),
        (("panorama", "--at", "here"), 2, "LON,LAT"),
        ((*PANORAMA, "--overlap", "0.95"), 1, "overlap by 0.1 to 0.8, not 0.95"),
        ((*PANORAMA, "--top", "80"), 1, "not to 80"),
        ((*PANORAMA, "--dock", "D99"), 1, "there is no dock D99"),
        ((*PANORAMA, "--to", "x.kmz"), 2, "must end in .plan, .waypoints"),
        ((*PANORAMA, "--to", "no/where.plan"), 1, "cannot be written"),
        ((*PANORAMA, "--wind", "40@0"), 1, "no dock lets a drone out in a wind of 40 m/s"),
        ((*PANORAMA, "--wind", "40@0", "--dock", "D04"), 1, "D04 lets no drone out in a wind"),
        ((*MODEL, "--pitch", "-10"), 1, "so that no picture holds the horizon, not at -10"),
        ((*MODEL, "--objects", "90"), 1, "fly higher"),
        ((*MODEL, "--size", "900"), 1, "fly higher, with less overlap"),
        (("model",), 2, "say either --corner LON,LAT three times or more, or --at"),
        (("model", "--corner", OPEN_GROUND), 2, "3 corners at the least, not 1"),
        (
            ("model", *("--corner", OPEN_GROUND) * 3),
            1,
            "its corners enclose no ground",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    arguments: tuple[str, ...], code: int, words: str
) -> None:
    result = capture(*arguments)
    assert result.exit_code == code
    assert words in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
