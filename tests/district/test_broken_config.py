"""Every fault of a configuration is told with its file, its line, its key and what was expected."""

import json
from pathlib import Path

import pytest
import yaml
from longgang_copy import edit

from fleet.district.check import violations
from fleet.district.files import FILES
from fleet.district.load import ConfigInvalid, load, load_or_refuse


def faults(directory: Path) -> list[str]:
    with pytest.raises(ConfigInvalid) as caught:
        load(directory)
    return [str(fault) for fault in caught.value.faults]


def test_a_missing_key_is_named_where_it_should_stand(broken: Path) -> None:
    line = edit(broken / "district.yaml", "  cruise_height_m: 100", "  # 100")
    (told,) = faults(broken)
    assert told == (
        f"district.yaml, line {line - 2}, flight.cruise_height_m: found nothing, "
        "expected the key 'cruise_height_m'"
    )


def test_a_wrong_type_is_told_with_what_was_found(broken: Path) -> None:
    line = edit(broken / "docks.yaml", "cover_open_s: 12", "cover_open_s: twelve")
    assert faults(broken) == [
        f"docks.yaml, line {line}, models.standard.cover_open_s: "
        'found "twelve", expected a finite number'
    ]


def test_a_code_without_quotes_is_told_to_be_put_in_quotes(broken: Path) -> None:
    line = edit(broken / "docks.yaml", 'subdistrict: "440307003"', "subdistrict: 440307003")
    assert faults(broken) == [
        f"docks.yaml, line {line}, docks[0].subdistrict: "
        "found 440307003, expected text; put it in quotes"
    ]


def test_an_unknown_key_is_told_with_the_nearest_known_one(broken: Path) -> None:
    line = edit(broken / "docks.yaml", "wind_limit_ms", "wind_limit")
    missing, unknown = faults(broken)
    assert "expected the key 'wind_limit_ms'" in missing
    assert unknown.startswith(f"docks.yaml, line {line}, models.standard.wind_limit: found an unkn")
    assert unknown.endswith("(did you mean 'wind_limit_ms'?)")


def test_swapped_coordinates_are_suspected(broken: Path) -> None:
    at = yaml.safe_load((broken / "docks.yaml").read_text(encoding="utf-8"))["docks"][4]["at"]
    line = edit(broken / "docks.yaml", f"at: [{at[0]}, {at[1]}]", f"at: [{at[1]}, {at[0]}]")
    (told,) = faults(broken)
    assert told.startswith(f"docks.yaml, line {line}, docks[4].at[1]: found {at[0]}, expected less")
    assert told.endswith("are the two swapped?")


def test_broken_yaml_is_told_with_its_line(broken: Path) -> None:
    line = edit(broken / "drones.yaml", "- {id: U07, sysid: 7,", "- {id: U07, sysid: 7]")
    (told,) = faults(broken)
    assert told.startswith(f"drones.yaml, line {line}: found broken YAML (")


def test_broken_json_is_told_with_its_line(broken: Path) -> None:
    line = edit(broken / "volumes.geojson", '"type": "FeatureCollection",', '"type" "F",')
    (told,) = faults(broken)
    assert told.startswith(f"volumes.geojson, line {line}: found broken JSON (")


def test_a_fault_in_a_feature_is_told_with_its_index_line_and_key(broken: Path) -> None:
    line = edit(broken / "volumes.geojson", '"buffer_m": 100', '"buffer_m": -100')
    (told,) = faults(broken)
    assert told == (
        f"volumes.geojson, line {line}, features[1].properties.buffer_m: "
        "found -100, expected greater than or equal to 0"
    )


def test_a_fault_in_a_polygon_is_told_without_the_names_of_types(broken: Path) -> None:
    edit(broken / "subdistricts.geojson", '"coordinates": [[[114.', '"coordinates": [[["x", 114.')
    assert (
        "subdistricts.geojson, line 5, features[0].geometry.coordinates[0][0]" in faults(broken)[0]
    )


def test_a_key_given_twice_is_told(broken: Path) -> None:
    line = edit(broken / "district.yaml", "area_km2:", "id: dapeng\narea_km2:")
    assert faults(broken) == [
        f"district.yaml, line {line}, id: found the key a second time, expected each key once"
    ]


def test_not_a_number_is_no_number(broken: Path) -> None:
    edit(broken / "docks.yaml", "charge_w: 350", "charge_w: .nan")
    assert "models.standard.charge_w: found NaN, expected a finite number" in faults(broken)[0]


def test_all_faults_of_all_files_are_told_at_once(broken: Path) -> None:
    (broken / "incidents.yaml").unlink()
    edit(broken / "district.yaml", "timezone:", "time_zone:")
    edit(broken / "drones.yaml", "sysid: 3,", "sysid: 0,")
    told = faults(broken)
    assert len(told) == 4
    assert {sentence.split(",")[0].split(":")[0] for sentence in told} == {
        "district.yaml",
        "drones.yaml",
        "incidents.yaml",
    }


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("content", ["", "[]", "null", "42", "a: &x [*x]", "\x00", "? [a]\n: 1"])
def test_a_file_of_anything_else_is_refused_with_its_name(
    broken: Path, name: str, content: str
) -> None:
    (broken / name).write_text(content, encoding="utf-8")
    assert all(sentence.startswith(name) for sentence in faults(broken))


def test_bytes_that_are_no_text_are_refused(broken: Path) -> None:
    (broken / "docks.yaml").write_bytes(b"\xff\xfe\x00docks")
    assert faults(broken)[0].startswith("docks.yaml: found unreadable")


def test_a_directory_that_is_none_is_refused(tmp_path: Path) -> None:
    assert "no such directory" in faults(tmp_path / "nowhere")[0]


def test_who_starts_with_violations_is_refused_with_exit_code_1(
    broken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(broken / "docks.yaml", "drone: U07", "drone: U08")
    with pytest.raises(SystemExit) as ended:
        load_or_refuse(broken)
    assert ended.value.code == 1
    assert "docks.yaml: drone U08 is given 2 times, expected once" in capsys.readouterr().err


def told_by_check(directory: Path) -> str:
    return "\n".join(violations(load(directory)))


def test_a_dock_given_twice_is_a_violation(broken: Path) -> None:
    edit(broken / "docks.yaml", "id: D02", "id: D01")
    assert told_by_check(broken) == "docks.yaml: dock D01 is given 2 times, expected once"


def test_unknown_references_are_violations(broken: Path) -> None:
    edit(broken / "docks.yaml", "model: standard", "model: deluxe")
    edit(broken / "docks.yaml", "drone: U25", "drone: U99")
    told = told_by_check(broken)
    assert "docks.yaml: D01 has model deluxe, expected one of standard" in told
    assert "docks.yaml: D25 has drone U99, expected one of U01, U02" in told
    assert "drones.yaml: U25 has no dock" in told


def moved_first_dock(directory: Path, lon: float, lat: float) -> str:
    at = yaml.safe_load((directory / "docks.yaml").read_text(encoding="utf-8"))["docks"][0]["at"]
    edit(directory / "docks.yaml", f"at: [{at[0]}, {at[1]}]", f"at: [{lon}, {lat}]")
    return told_by_check(directory)


def test_a_dock_in_a_no_fly_volume_is_a_violation(broken: Path) -> None:
    told = moved_first_dock(broken, 114.1262, 22.6668)
    assert told.startswith("docks.yaml: D01 ")
    assert (
        "is 0 m from no-fly volume N03 平湖南编组站, expected more than its buffer of 100 m" in told
    )


def test_a_dock_elsewhere_is_a_violation_with_its_distance(broken: Path) -> None:
    assert "m outside its subdistrict 440307003" in moved_first_dock(broken, 114.07, 22.64)


def test_a_dock_outside_the_district_is_a_violation(broken: Path) -> None:
    assert "m outside the district" in moved_first_dock(broken, 114.0, 22.64)


def features(directory: Path, file: str) -> dict[str, list[dict]]:
    return json.loads((directory / file).read_text(encoding="utf-8"))


def test_overlapping_subdistricts_are_a_violation(broken: Path) -> None:
    drawn = features(broken, "subdistricts.geojson")
    ring = drawn["features"][0]["geometry"]["coordinates"][0]
    wide = [[114.0 + (x - 114.0) * 1.2, y] for x, y in ring]
    drawn["features"][0]["geometry"]["coordinates"][0] = wide
    (broken / "subdistricts.geojson").write_text(json.dumps(drawn), encoding="utf-8")
    told = told_by_check(broken)
    assert "平湖街道 (440307003) and 横岗街道 (440307017) overlap by 3.380 km2" in told
    assert "平湖街道 (440307003) is drawn with 50." in told


def test_a_missing_subdistrict_is_a_violation_of_area_and_references(broken: Path) -> None:
    drawn = features(broken, "subdistricts.geojson")
    drawn["features"] = [f for f in drawn["features"] if f["properties"]["name_zh"] != "横岗街道"]
    (broken / "subdistricts.geojson").write_text(json.dumps(drawn), encoding="utf-8")
    told = told_by_check(broken)
    assert "together 364.71 km2, expected 388.21 km2 within 1 %" in told
    assert "has subdistrict 440307017, expected one of" in told


def test_a_hole_in_the_tiling_is_a_violation(broken: Path) -> None:
    drawn = features(broken, "subdistricts.geojson")
    hole = [[114.115, 22.70], [114.115, 22.71], [114.125, 22.71], [114.115, 22.70]]
    drawn["features"][0]["geometry"]["coordinates"].append(hole)
    (broken / "subdistricts.geojson").write_text(json.dumps(drawn), encoding="utf-8")
    assert "gaps between the subdistricts add up to 0.5" in told_by_check(broken)


def test_a_polygon_that_crosses_itself_is_a_violation(broken: Path) -> None:
    drawn = features(broken, "volumes.geojson")
    ring = drawn["features"][0]["geometry"]["coordinates"][0]
    ring[1], ring[2] = ring[2], ring[1]
    (broken / "volumes.geojson").write_text(json.dumps(drawn), encoding="utf-8")
    assert "N01 力昌军事管理区 is not a simple polygon: Self-intersection" in told_by_check(broken)


def test_an_open_ring_is_a_violation(broken: Path) -> None:
    drawn = features(broken, "volumes.geojson")
    drawn["features"][0]["geometry"]["coordinates"][0].pop()
    (broken / "volumes.geojson").write_text(json.dumps(drawn), encoding="utf-8")
    assert "ring of 4 positions that is not closed" in told_by_check(broken)


def test_a_volume_elsewhere_is_a_violation(broken: Path) -> None:
    drawn = features(broken, "volumes.geojson")
    rings = drawn["features"][0]["geometry"]["coordinates"]
    drawn["features"][0]["geometry"]["coordinates"] = [[[x + 1, y] for x, y in r] for r in rings]
    (broken / "volumes.geojson").write_text(json.dumps(drawn), encoding="utf-8")
    assert "N01 力昌军事管理区 is 79.8 km outside the district" in told_by_check(broken)


def test_a_community_in_another_subdistrict_is_a_violation(broken: Path) -> None:
    edit(broken / "communities.yaml", 'subdistrict: "440307003"', 'subdistrict: "440307006"')
    told = told_by_check(broken)
    assert "平湖街道 (440307003) has 11 communities, expected 12" in told
    assert "坪地街道 (440307006) has 10 communities, expected 9" in told
    assert "m outside its subdistrict 440307006" in told


def test_an_unknown_timezone_is_a_violation(broken: Path) -> None:
    edit(broken / "district.yaml", "Asia/Shanghai", "Asia/Longgang")
    assert "timezone 'Asia/Longgang' is unknown" in told_by_check(broken)


@pytest.mark.parametrize(
    ("serial", "expected"),
    [
        ("1581FO", "four characters of the maker"),
        ("1581F4ABCDE", "of which 15 characters follow the F, not 6"),
        ("158", "four characters of the maker"),
    ],
)
def test_a_serial_number_that_is_none_is_told(broken: Path, serial: str, expected: str) -> None:
    edit(broken / "drones.yaml", "{id: U01, sysid: 1,", f'{{id: U01, serial: "{serial}", sysid: 1,')
    (told,) = faults(broken)
    assert "drones[0].serial" in told
    assert expected in told


def test_an_operator_without_a_place_is_told(broken: Path) -> None:
    edit(broken / "district.yaml", "  dock_lost_s: 30", "  remote_id: {operator_id: CHN-LG-0001}")
    (told,) = faults(broken)
    assert "system.remote_id.operator_at: found nothing" in told


def test_a_plan_of_unknown_kinds_and_contacts_is_told(broken: Path) -> None:
    edit(broken / "response.yaml", "kinds: [traffic, rail]", "kinds: [traffic, rails]")
    edit(
        broken / "response.yaml",
        "calls: [traffic_police, ambulance, metro]",
        "calls: [traffic_police, ambulanse, metro]",
    )
    told = violations(load(broken))
    assert any(each.startswith("response.yaml: roads has kind rails, expected") for each in told)
    assert any(each.startswith("response.yaml: roads has call ambulanse, exp") for each in told)
    assert "response.yaml: no plan fits rail of level 3, 4, expected at least one" in told


def test_an_item_of_two_checklists_is_told(broken: Path) -> None:
    edit(broken / "response.yaml", "- id: roads_goods", "- id: fire_trapped")
    assert violations(load(broken)) == [
        "response.yaml: item fire_trapped is given 2 times, expected once"
    ]
