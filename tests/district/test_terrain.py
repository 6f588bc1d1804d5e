"""The ground of a district: its height field, and elevation models in its place."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from longgang_copy import LONGGANG, edit
from typer.testing import CliRunner

from fleet.cli.terrain import terrain as program
from fleet.dispatch.forecast import task_for
from fleet.district.check import violations
from fleet.district.load import ConfigInvalid, load
from fleet.district.model import District
from fleet.district.terrain import TERRAIN, read_model, read_terrain, sampled, written
from planner.frame import to_metres
from planner.model import LonLat
from planner.terrain import Terrain

FIELD = Terrain(1000.0, 2000.0, 100.0, ((30, 40, 50), (10, 20, 30)))
RUN = CliRunner()


def ground_m(terrain: Terrain, x: float, y: float) -> float:
    return float(terrain.ground_amsl_m(np.array([[x, y]]))[0])


def test_the_middle_of_a_cell_is_as_high_as_its_row_and_column_say() -> None:
    assert ground_m(FIELD, 1050, 2050) == 10  # the last row is the southernmost
    assert ground_m(FIELD, 1250, 2150) == 50
    assert ground_m(FIELD, 1100, 2100) == 25  # between four


def test_beyond_the_field_the_ground_goes_on_as_at_its_edge() -> None:
    assert ground_m(FIELD, 0, 0) == 10
    assert ground_m(FIELD, 9000, 9000) == 50


@given(st.floats(-500, 2500), st.floats(-500, 2500), st.floats(-50, 50), st.floats(-50, 50))
def test_the_ground_is_never_beyond_its_cells_and_has_no_steps(
    x: float, y: float, east: float, north: float
) -> None:
    here, there = (
        ground_m(FIELD, x + 1000, y + 2000),
        ground_m(FIELD, x + 1000 + east, y + 2000 + north),
    )
    assert 10 <= here <= 50
    assert abs(here - there) <= 0.1 * abs(east) + 0.2 * abs(north) + 1e-9


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / TERRAIN
    file.write_text(written(FIELD))
    assert read_terrain(file) == FIELD


def test_the_shipped_field_is_the_one_that_its_command_draws(tmp_path: Path) -> None:
    """Mend with: python configs/make_terrain.py"""
    before = (LONGGANG / TERRAIN).read_bytes()
    drawn = subprocess.run(
        [sys.executable, "-c", _DRAW, str(tmp_path)], check=True, capture_output=True
    )
    assert drawn.returncode == 0
    assert (tmp_path / TERRAIN).read_bytes() == before


_DRAW = f"""
import sys, pathlib
sys.path.insert(0, {str(LONGGANG.parent)!r})
import make_terrain
make_terrain.main(pathlib.Path(sys.argv[1]))
"""


def test_docks_and_rally_points_of_longgang_stand_on_its_ground(longgang: District) -> None:
    for site in (*longgang.docks, *longgang.rally_points):
        ground = float(longgang.grounds_amsl_m(np.array([site.at]))[0])
        assert -2 <= site.alt_amsl_m - ground <= 10, site.id


def test_the_ground_of_an_incident_is_that_of_the_field(longgang: District) -> None:
    wutong, town = LonLat(114.2150, 22.5900), LonLat(114.243, 22.722)
    assert task_for(longgang, wutong, 60.0).ground_amsl_m > 400
    assert 35 < task_for(longgang, town, 60.0).ground_amsl_m < 60


def test_without_a_field_the_ground_is_that_of_the_nearest_dock(broken: Path) -> None:
    (broken / TERRAIN).unlink()
    district = load(broken)
    assert district.terrain is None
    assert violations(district) == []
    dock = district.docks[0]
    assert task_for(district, LonLat(*dock.at), 60.0).ground_amsl_m == dock.alt_amsl_m


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("ncols 150", "ncols 149", "line 7: found 150 values, expected 149 finite numbers"),
        ("nrows 127", "nrows 128", "found 127 rows, expected 128"),
        ("cellsize 250", "cellsize -250", "cellsize: found -250, expected more than 0"),
        ("cellsize 250", "cellsize", "line 5, cellsize: found 'cellsize', expected the key and"),
        ("xllcorner", "xcorner", "found nothing, expected a number"),
        ("54 54", "54 x", "line 7: found could not convert string to float: 'x'"),
        ("54 54", "54 nan", "line 7: found 150 values, expected 150 finite numbers"),
        ("54 54", "54 9500", "line 7: found 9500 m in column 2, expected heights from -500"),
        ("54 54", "54 -9999", "found 1 cells without one, expected a height in each"),
    ],
)
def test_a_broken_field_is_told_with_its_line(broken: Path, old: str, new: str, told: str) -> None:
    edit(broken / TERRAIN, old, new)
    with pytest.raises(ConfigInvalid) as caught:
        load(broken)
    assert told in str(caught.value)


def test_a_dock_under_the_ground_and_a_rally_point_in_the_air_are_told(
    broken: Path, longgang: District
) -> None:
    dock = longgang.docks[0]
    off_m = 16 - float(longgang.grounds_amsl_m(np.array([dock.at]))[0])
    edit(broken / "docks.yaml", f"alt_amsl_m: {dock.alt_amsl_m:g}", "alt_amsl_m: 16")
    edit(broken / "rally.yaml", "alt_amsl_m: 57", "alt_amsl_m: 157")
    under, above = violations(load(broken))
    assert under.startswith(
        f"docks.yaml: {dock.id} {dock.name.zh} is told to stand {off_m:+.0f} m above the ground"
    )
    assert above.startswith(
        "rally.yaml: R01 凤凰山矿山公园 is told to stand +100 m above the ground"
    )


def test_a_field_that_leaves_out_part_of_the_district_is_told(broken: Path) -> None:
    edit(broken / TERRAIN, "xllcorner 501750", "xllcorner 506750")
    told = [each for each in violations(load(broken)) if each.startswith(TERRAIN)]
    assert "km2 of the district lie outside the height field" in told[0]


def a_tile(path: Path, side: int = 121) -> Path:
    """A tile of SRTM whose ground rises by 100 m a degree to the east and falls to the south."""
    steps = np.linspace(0, 1, side)
    heights = 500 + 1000 * steps[None, :] - 200 * steps[:, None]
    heights.astype(">i2").tofile(path)
    return path


def test_an_srtm_tile_takes_the_place_of_the_field(broken: Path, tmp_path: Path) -> None:
    tile = a_tile(tmp_path / "N22E114.hgt")
    done = RUN.invoke(program, ["import", str(tile), "--into", str(broken), "--json"])
    answer = json.loads(done.stdout)
    assert done.exit_code == 0
    assert answer["cell_m"] == 100
    assert len(answer["to_correct"]) == 25 + 22  # they stand where the drawn ground was
    district = load(broken)
    ((x, y),) = to_metres(np.array([(114.25, 22.7)])).tolist()
    assert ground_m(district.terrain, x, y) == pytest.approx(500 + 250 - 200 * 0.3, abs=5)
    assert (broken / f"{TERRAIN}.bak").exists()


def test_an_ascii_grid_in_degrees_says_the_same(tmp_path: Path, longgang: District) -> None:
    tile = read_model(a_tile(tmp_path / "N22E114.hgt"))
    rows = "\n".join(" ".join(f"{height:g}" for height in row) for row in tile.heights_m)
    grid = tmp_path / "model.asc"
    grid.write_text(
        f"NCOLS 121\nNROWS 121\nXLLCORNER {tile.west:.12f}\nYLLCORNER {tile.south:.12f}\n"
        f"CELLSIZE {tile.cell:.12f}\n{rows}\n"
    )
    bounds = longgang.shapes.whole_m.bounds
    assert sampled(read_model(grid), bounds, 500) == sampled(tile, bounds, 500)


def test_a_model_of_elsewhere_is_refused_and_changes_nothing(broken: Path, tmp_path: Path) -> None:
    before = (broken / TERRAIN).read_bytes()
    tile = a_tile(tmp_path / "N23E114.hgt")
    done = RUN.invoke(program, ["import", str(tile), "--into", str(broken)])
    assert done.exit_code == 1
    assert "no height for 100.0% of the district" in done.output
    assert (broken / TERRAIN).read_bytes() == before


@pytest.mark.parametrize("name", ["N22E114.hgt", "heights.hgt"])
def test_what_is_no_tile_is_refused(broken: Path, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(b"\0" * 30)
    done = RUN.invoke(program, ["import", str(file), "--into", str(broken)])
    assert done.exit_code == 1
    assert "expected a square of heights, named after its south-west corner" in done.output


def test_the_ground_of_a_place_is_told() -> None:
    done = RUN.invoke(program, ["show", str(LONGGANG), "--at", "114.2150,22.5900", "--json"])
    answer = json.loads(done.stdout)
    assert answer["source"] == "height field"
    assert answer["ground_amsl_m"] > 400
