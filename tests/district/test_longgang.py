"""What configs/longgang promises."""

import itertools
import subprocess
import sys
from pathlib import Path

import pytest
import shapely
import yaml
from longgang_copy import LONGGANG

from command.settings import FILE as CONSOLE
from fleet.contract import DistrictView
from fleet.coverage.reached import Cover
from fleet.dispatch.forecast import candidates_at_rest, launched_in
from fleet.district.check import violations
from fleet.district.files import FILES
from fleet.district.model import District
from fleet.district.schema import schemas
from fleet.district.shapes import area_km2, point_m, tile_of, volume_m
from fleet.district.terrain import TERRAIN
from fleet.district.view import district_view
from fleet.units.fence import airspace_of


def test_nothing_is_wrong_with_it(longgang: District) -> None:
    assert violations(longgang) == []


def test_it_has_what_the_district_has(longgang: District) -> None:
    assert longgang.schematic
    assert len(longgang.subdistricts) == 11
    assert len(longgang.communities) == 111
    assert len(longgang.docks) == len(longgang.drones) == 25
    assert [drone.sysid for drone in longgang.drones] == list(range(1, 26))
    assert all(drone.simulated for drone in longgang.drones)
    assert {dock.subdistrict for dock in longgang.docks} == {s.code for s in longgang.subdistricts}


def test_together_the_subdistricts_have_the_published_area(longgang: District) -> None:
    tiles = [tile_of(s) for s in longgang.subdistricts]
    assert sum(map(area_km2, tiles)) == pytest.approx(388.2, rel=0.01)
    for tile, subdistrict in zip(tiles, longgang.subdistricts, strict=True):
        assert area_km2(tile) == pytest.approx(subdistrict.area_km2, rel=0.005)


def test_neighbours_share_every_vertex_of_their_border(longgang: District) -> None:
    tiles = [tile_of(s).geoms[0] for s in longgang.subdistricts]
    assert shapely.coverage_is_valid(tiles)
    assert all(a.intersection(b).area == 0 for a, b in itertools.combinations(tiles, 2))
    whole = shapely.coverage_union_all(tiles)
    assert len(shapely.get_parts(whole)) == 1
    assert not shapely.get_parts(whole)[0].interiors


def test_in_calm_99_percent_of_it_are_reached_in_five_minutes(longgang: District) -> None:
    """With a minute from the order to en route."""
    waiting = candidates_at_rest(longgang)
    candidates = [launched_in(60.0, each, longgang) for each in waiting]
    coverage = Cover(longgang, airspace_of(longgang), 250.0).of(candidates)
    assert coverage.window_s == 300
    assert coverage.share() >= 0.99


def test_the_docks_stand_where_siting_put_them(tmp_path: Path) -> None:
    """Mend with: python configs/make_docks.py"""
    subprocess.run([sys.executable, "-c", _WRITE_DOCKS, str(tmp_path)], check=True)
    assert (tmp_path / "docks.yaml").read_bytes() == (LONGGANG / "docks.yaml").read_bytes()


_WRITE_DOCKS = f"""
import sys, pathlib
sys.path.insert(0, {str(LONGGANG.parent)!r})
import make_docks
make_docks.main(pathlib.Path(sys.argv[1]))
"""


def test_each_dock_is_named_after_a_landmark_of_its_subdistrict_that_is_near(
    longgang: District,
) -> None:
    source = (LONGGANG / "source" / "landmarks.yaml").read_text(encoding="utf-8")
    marks = yaml.safe_load(source)["landmarks"]
    for dock in longgang.docks:
        (at,) = (mark["at"] for mark in marks[dock.subdistrict] if mark["zh"] == dock.name.zh)
        assert point_m(*dock.at).distance(point_m(*at)) < 1700


def test_no_fly_volumes_leave_99_percent_of_the_district_to_fly_in(longgang: District) -> None:
    closed = shapely.union_all([volume_m(v).buffer(v.buffer_m) for v in longgang.volumes])
    whole = longgang.shapes.whole_m
    assert 10 <= len(longgang.volumes) <= 12
    assert whole.intersection(closed).area < 0.01 * whole.area
    assert all(v.reason for v in longgang.volumes)


def test_the_written_names_are_those_of_its_sources(longgang: District) -> None:
    source = LONGGANG / "source"
    named = yaml.safe_load((source / "communities.yaml").read_text(encoding="utf-8"))
    for code, names in named["communities"].items():
        written = [c.name for c in longgang.communities if c.subdistrict == code]
        assert sorted(written) == sorted(names)
    planned = yaml.safe_load((source / "subdistricts.yaml").read_text(encoding="utf-8"))
    assert {s["code"]: (s["name"]["zh"], s["area_km2"]) for s in planned["subdistricts"]} == {
        s.code: (s.name.zh, s.area_km2) for s in longgang.subdistricts
    }


def test_its_schemas_are_those_of_the_models() -> None:
    """Mend with: python -m fleet.district.schema configs/schema"""
    kept = LONGGANG.parent / "schema"
    assert {file.name: file.read_text(encoding="utf-8") for file in kept.iterdir()} == schemas()
    kept = {file.name for file in LONGGANG.iterdir() if file.is_file()}
    assert {*FILES, TERRAIN, CONSOLE} == kept


def test_its_view_survives_the_trip_to_the_console(longgang: District) -> None:
    view = district_view(longgang)
    assert DistrictView.model_validate_json(view.model_dump_json()) == view
    first = view.docks["features"][0]
    assert first["geometry"]["type"] == "Point"
    assert set(first["properties"]) == {
        "id",
        "name_zh",
        "name_en",
        "drone",
        "subdistrict",
        "alt_amsl_m",
        "wind_limit_ms",
        "rain_limit_mm_h",
        "temperature_min_c",
        "temperature_max_c",
    }
    assert len(view.subdistricts["features"]) == 11
    assert {k.id for k in view.kinds} >= {"fire", "flood", "hazmat", "forest_fire", "drowning"}
