"""Official boundaries come in whole and checked, or not at all."""

import json
from pathlib import Path
from typing import Any

import pytest
from longgang_copy import LONGGANG
from typer import Typer
from typer.testing import CliRunner, Result

from fleet.cli.district import boundaries, check
from fleet.datum import Datum, from_wgs84
from fleet.district.check import violations
from fleet.district.load import load

RUNNER = CliRunner()
DAPENG = [[[114.48, 22.60], [114.55, 22.60], [114.55, 22.66], [114.48, 22.66], [114.48, 22.60]]]


def official(datum: Datum = Datum.WGS84) -> dict[str, Any]:
    """Boundaries as an authority might publish them: other properties, other types, other datum."""
    drawn = json.loads((LONGGANG / "subdistricts.geojson").read_text(encoding="utf-8"))
    features = []
    for feature in drawn["features"]:
        rings = [
            [list(from_wgs84(lon, lat, datum)) for lon, lat in ring]
            for ring in feature["geometry"]["coordinates"]
        ]
        features.append(
            {
                "type": "Feature",
                "properties": {"gb": f"156{feature['properties']['code']}"},
                "geometry": {"type": "MultiPolygon", "coordinates": [rings]},
            }
        )
    return {"type": "FeatureCollection", "features": features}


def imported(collection: Any, into: Path, *options: str) -> Result:
    file = into.parent / "official.geojson"
    text = collection if isinstance(collection, str) else json.dumps(collection)
    file.write_text(text, encoding="utf-8")
    return RUNNER.invoke(boundaries, ["import", str(file), "--into", str(into), *options])


def contents(directory: Path) -> dict[str, str]:
    return {file.name: file.read_text(encoding="utf-8") for file in directory.iterdir()}


def test_boundaries_in_another_datum_take_the_place_of_the_drawn_ones(broken: Path) -> None:
    before = contents(broken)
    result = imported(official(Datum.GCJ02), broken, "--datum", "gcj02", "--json")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert answer["subdistricts"] == 11
    assert answer["area_km2"] == pytest.approx(388.21, abs=0.1)
    assert answer["to_correct"] == []
    district = load(broken)
    assert not district.schematic
    assert violations(district) == []
    old = json.loads(before["subdistricts.geojson"])["features"][0]["geometry"]["coordinates"][0]
    new = district.subdistricts[0].polygons[0][0]
    assert [list(at) for at in new] == [pytest.approx(at, abs=2e-6) for at in old]
    assert (broken / "subdistricts.geojson.bak").read_text() == before["subdistricts.geojson"]
    assert (broken / "district.yaml.bak").read_text() == before["district.yaml"]


def test_what_belongs_to_dapeng_is_left_out_and_named(broken: Path) -> None:
    collection = official()
    collection["features"][3]["geometry"]["coordinates"].append(DAPENG)
    for properties in ({"name": "葵涌街道"}, {"code": "440307010000"}, {"name": "龙岗区"}):
        collection["features"].append(
            {
                "type": "Feature",
                "properties": properties,
                "geometry": {"type": "Polygon", "coordinates": DAPENG},
            }
        )
    result = imported(collection, broken, "--json")
    assert result.exit_code == 0, result.output
    left_out = "\n".join(json.loads(result.stdout)["left_out"])
    assert "(葵涌街道): belongs to Dapeng New District" in left_out
    assert "(440307010): belongs to Dapeng New District" in left_out
    assert "(龙岗区): none of the 11 subdistricts" in left_out
    assert "1 part(s) of 坂田街道, 47." in left_out
    assert violations(load(broken)) == []


def test_subdistricts_are_found_by_their_chinese_name_too(broken: Path) -> None:
    collection = official()
    for feature, subdistrict in zip(collection["features"], load(broken).subdistricts, strict=True):
        feature["properties"] = {"JDMC": f"龙岗区{subdistrict.name.zh}办事处"}
    assert imported(collection, broken).exit_code == 1
    assert imported(collection, broken, "--name-field", "JDMC").exit_code == 0


def test_docks_and_anchors_follow_a_border_that_moved(broken: Path) -> None:
    """All borders move 1 km to the north-east: what lies by them changes hands."""
    collection = official()
    for feature in collection["features"]:
        for ring in feature["geometry"]["coordinates"][0]:
            ring[:] = [[lon + 0.009, lat + 0.007] for lon, lat in ring]
    result = imported(collection, broken, "--json")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert any(each.startswith("anchor of") for each in answer["moved"])
    assert any("now in" in each for each in answer["moved"])
    remaining = violations(load(broken))
    assert remaining == answer["to_correct"]
    assert not [each for each in remaining if each.startswith("communities.yaml")]
    assert not [each for each in remaining if "outside its subdistrict" in each]


def missing(collection: dict[str, Any]) -> None:
    del collection["features"][0]


def twice(collection: dict[str, Any]) -> None:
    collection["features"].append(collection["features"][4])


def of_other_size(collection: dict[str, Any]) -> None:
    one, other = collection["features"][0], collection["features"][4]
    one["properties"], other["properties"] = other["properties"], one["properties"]


def overlapping(collection: dict[str, Any]) -> None:
    for ring in collection["features"][2]["geometry"]["coordinates"][0]:
        ring[:] = [[lon + 0.004, lat] for lon, lat in ring]


def crossing_itself(collection: dict[str, Any]) -> None:
    ring = collection["features"][0]["geometry"]["coordinates"][0][0]
    ring[2], ring[9] = ring[9], ring[2]


def swapped(collection: dict[str, Any]) -> None:
    for ring in collection["features"][0]["geometry"]["coordinates"][0]:
        ring[:] = [[lat, lon] for lon, lat in ring]


def of_points(collection: dict[str, Any]) -> None:
    collection["features"][0]["geometry"] = {"type": "Point", "coordinates": [114.1, 22.6]}


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (missing, "no polygon for 平湖街道 (440307003)"),
        (twice, "is a second polygon for 布吉街道"),
        (of_other_size, "平湖街道 measures 11.67 km2 where 41.90 km2 is published"),
        (overlapping, "南湾街道 (440307012) and 横岗街道 (440307017) overlap by"),
        (crossing_itself, "is not a simple polygon: Self-intersection"),
        (swapped, "longitude comes first"),
        (of_points, "geometry of type Point"),
    ],
)
def test_boundaries_that_do_not_fit_change_nothing(broken: Path, spoil: Any, told: str) -> None:
    collection = official()
    spoil(collection)
    before = contents(broken)
    result = imported(collection, broken)
    assert result.exit_code == 1
    assert told in result.stderr
    assert "nothing is changed" in result.stderr
    assert contents(broken) == before


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"features": [{}]}', '{"features": []}'])
def test_a_file_that_is_no_geojson_changes_nothing(broken: Path, text: str) -> None:
    before = contents(broken)
    result = imported(text, broken)
    assert result.exit_code == 1
    assert "it is not" in result.stderr
    assert contents(broken) == before


def test_a_file_that_is_not_there_is_told(broken: Path) -> None:
    result = RUNNER.invoke(boundaries, ["import", "/nowhere.geojson", "--into", str(broken)])
    assert result.exit_code == 1
    assert "cannot be read" in result.stderr


def test_show_tells_drawn_boundaries_from_official_ones(broken: Path) -> None:
    drawn = RUNNER.invoke(boundaries, ["show", str(broken)])
    assert "schematic (示意)" in drawn.stdout
    assert "440307014 布吉街道 Buji: 11.64 km2, 17 communities" in drawn.stdout
    imported(official(), broken)
    after = json.loads(RUNNER.invoke(boundaries, ["show", str(broken), "--json"]).stdout)
    assert after["schematic"] is False


def checked(*arguments: str) -> Result:
    app = Typer()
    app.command()(check)
    return RUNNER.invoke(app, list(arguments))


def test_check_prints_the_totals() -> None:
    result = checked(str(LONGGANG), "--json")
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert answer["area_km2"] == pytest.approx(388.2, rel=0.01)
    counted = ("docks", "subdistricts", "communities", "drones")
    assert [answer[key] for key in counted] == [25, 11, 111, 25]
    assert answer["violations"] == []
    assert "25" in checked(str(LONGGANG)).stdout


def test_check_ends_with_1_and_every_violation(broken: Path) -> None:
    text = (broken / "docks.yaml").read_text(encoding="utf-8")
    (broken / "docks.yaml").write_text(text.replace("drone: U25", "drone: U24"), encoding="utf-8")
    result = checked(str(broken), "--json")
    assert result.exit_code == 1
    assert len(json.loads(result.stdout)["violations"]) == 2
    (broken / "docks.yaml").unlink()
    gone = checked(str(broken))
    assert gone.exit_code == 1
    assert "violation: docks.yaml: found no such file" in gone.stdout
