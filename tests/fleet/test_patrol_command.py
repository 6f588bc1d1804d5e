"""`dockfleet patrol`: a day's flights, and a check that trusts nothing of what planned them."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result
from pymavlink.dialects.v20 import ardupilotmega as mavlink
from typer.testing import CliRunner

from fleet.cli.mission import read_file
from fleet.district.load import load
from fleet.program import app

DAILY = Path("configs/longgang/patrols/daily.yaml")
STEPS = "60"
CAMERA_BY_DISTANCE = mavlink.MAV_CMD_DO_SET_CAM_TRIGG_DIST
PHOTO = mavlink.MAV_CMD_IMAGE_START_CAPTURE


def patrol(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["patrol", *arguments])


@pytest.fixture(scope="module")
def plan_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("patrol") / "plan.json"
    result = patrol(
        "plan", str(DAILY), "--wind", "5@60", "--iterations", STEPS, "--seconds", "60",
        "--out", str(out),
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    return out


@pytest.fixture
def plan(plan_file: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(plan_file.read_text())
    return read


@pytest.fixture
def violations(tmp_path: Path) -> Callable[[dict[str, Any]], list[str]]:
    def checked(changed: dict[str, Any]) -> list[str]:
        file = tmp_path / "changed.json"
        file.write_text(json.dumps(changed))
        result = patrol("check", str(file), "--json")
        found: list[str] = json.loads(result.stdout)["violations"]
        assert result.exit_code == bool(found)
        return found

    return checked


def looks(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [s for each in plan["sorties"] for s in each["stages"] if s["what"] == "look"]


def test_every_task_of_the_day_is_served_or_listed_with_a_reason(plan: dict[str, Any]) -> None:
    flown = {look["visit"] for look in looks(plan)}
    listed = {each["visit"] for each in plan["unserved"]}
    visits = {visit for task in plan["tasks"] for visit in task["visits"]}
    assert len(plan["tasks"]) > 111
    assert visits == flown | listed
    assert not flown & listed
    assert all(each["reason"] for each in plan["unserved"])
    assert plan["found"]["bound_wh"] <= plan["found"]["energy_wh"]


def test_the_plan_tells_how_fairly_the_drones_share_the_work(plan: dict[str, Any]) -> None:
    shares = plan["shares"]
    flown = dict.fromkeys(shares["energy_wh"], 0.0)
    for sortie in plan["sorties"]:
        flown[sortie["drone"]] += sortie["energy_wh"]
    assert shares["energy_wh"] == pytest.approx(flown)
    assert sum(shares["flights"].values()) == len(plan["sorties"])
    assert shares["busiest"] == pytest.approx(max(flown.values()) / (sum(flown.values()) / 25))
    assert shares["costs_wh"] <= 0.05 * plan["found"]["energy_wh"]


def test_the_plan_holds_in_the_independent_check(plan_file: Path) -> None:
    result = patrol("check", str(plan_file))
    assert result.exit_code == 0, result.stdout
    assert "0 violation(s)" in result.stdout


def test_what_a_plan_leaves_of_the_coverage_is_told(plan_file: Path, tmp_path: Path) -> None:
    floor = json.loads(plan_file.read_text())["floor"]
    assert floor["least_left"] < floor["at_rest"] <= 1
    assert floor["most_out"] >= 1
    assert bool(floor["below"]) == (floor["least_left"] < floor["least_coverage"])
    checked = json.loads(patrol("check", str(plan_file), "--json").stdout)["floor"]
    assert checked == floor


def test_a_plan_that_has_all_drones_out_at_once_is_told_to_leave_too_little(
    plan: dict[str, Any], tmp_path: Path
) -> None:
    every = load(Path("configs/longgang")).docks
    one = plan["sorties"][0]
    plan["sorties"] = [one | {"dock": site.id, "lands_at": site.id} for site in every]
    file = tmp_path / "all.json"
    file.write_text(json.dumps(plan))
    floor = json.loads(patrol("check", str(file), "--json").stdout)["floor"]
    (below,) = floor["below"]
    assert floor["least_left"] == below["covered_share"] == 0
    assert len(below["docks"]) == floor["most_out"] == len(every)
    assert floor["below_s"] == pytest.approx(one["lands_s"] - one["ordered_s"])


def test_the_same_seed_gives_the_same_plan(plan_file: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.json"
    patrol(
        "plan", str(DAILY), "--wind", "5@60", "--iterations", STEPS, "--seconds", "60",
        "--out", str(again),
    )  # fmt: skip
    assert again.read_bytes() == plan_file.read_bytes()


def _flies_straight_home(plan: dict[str, Any]) -> None:
    """Over whatever lies between."""
    for sortie in plan["sorties"]:
        for stage in sortie["stages"]:
            stage["points"] = stage["points"][:1] + stage["points"][-2:]


def _looks_too_late(plan: dict[str, Any]) -> None:
    plan["patrol"]["communities"]["windows"] = ["07:00-07:30"]


def _has_a_smaller_battery(plan: dict[str, Any]) -> None:
    for stage in plan["sorties"][0]["stages"]:
        stage["ends_s"] += 1000
        stage["begins_s"] += 1000


def _leaves_one_out(plan: dict[str, Any]) -> None:
    stage = next(s for s in plan["sorties"][0]["stages"] if s["what"] == "look")
    stage["visit"] = stage["task"] = "C001"


def _flies_again_uncharged(plan: dict[str, Any]) -> None:
    again = json.loads(json.dumps(plan["sorties"][0]))
    again["id"] = "again"
    plan["sorties"].append(again)


def _sees_less(plan: dict[str, Any]) -> None:
    for stage in looks(plan):
        if stage["task"].startswith("A"):
            stage["points"] = stage["points"][:2]


def _sees_less_and_lists_one_look(plan: dict[str, Any]) -> None:
    """Which does not excuse what the others leave unseen."""
    _sees_less(plan)
    for task in {each["task"] for each in looks(plan) if each["task"].startswith("A")}:
        part = next(each["visit"] for each in looks(plan) if each["task"] == task)
        visit = f"{part.partition('@')[0]}@99"
        plan["unserved"].append({"task": task, "visit": visit, "reason": "a trial"})


def _comes_back_seldomer_than_one_listed_look_explains(plan: dict[str, Any]) -> None:
    next(point for point in plan["patrol"]["points"] if point["id"] == "W01")["revisit_h"] = 0.5
    plan["unserved"].append({"task": "W01", "visit": "W01@99", "reason": "a trial"})


def _is_too_fast(plan: dict[str, Any]) -> None:
    for stage in plan["sorties"][0]["stages"]:
        stage["points"] = [[lon, lat, alt, 1.5 * v] for lon, lat, alt, v in stage["points"]]


def _flies_lower(plan: dict[str, Any]) -> None:
    for stage in plan["sorties"][0]["stages"]:
        stage["points"] = [[lon, lat, alt - 50, v] for lon, lat, alt, v in stage["points"]]


def _flies_higher(plan: dict[str, Any]) -> None:
    for stage in plan["sorties"][0]["stages"]:
        stage["points"] = [[lon, lat, alt + 50, v] for lon, lat, alt, v in stage["points"]]


def _hovers_until_only_home_is_left(plan: dict[str, Any]) -> None:
    """It still lands with its reserve, but could not land anywhere else."""
    sortie = plan["sorties"][0]
    waits_s = (sortie["left_wh"] - 30.5) / 191.4 * 3600  # of 149.9 Wh a fifth is the reserve
    *_, last = (s for s in sortie["stages"] if s["what"] == "look")
    late = False
    for stage in sortie["stages"]:
        stage["begins_s"] += waits_s if late or stage is last else 0
        stage["waits_s"] += waits_s if stage is last else 0
        late = late or stage is last
        stage["ends_s"] += waits_s if late else 0
    sortie["lands_s"] += waits_s
    sortie["energy_wh"] += sortie["left_wh"] - 30.5
    sortie["left_wh"] = 30.5


def _looks_in_the_quiet_hours(plan: dict[str, Any]) -> None:
    """All of it at another time of day, in hours that would allow it."""
    later_s = 13 * 3600 - plan["sorties"][0]["lifts_off_s"]
    plan["patrol"]["communities"]["windows"] = []
    for sortie in plan["sorties"]:
        for key in ("ordered_s", "lifts_off_s", "lands_s"):
            sortie[key] += later_s
        for stage in sortie["stages"]:
            stage["begins_s"] += later_s
            stage["ends_s"] += later_s


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_looks_too_late, "is looked at outside its hours"),
        (_has_a_smaller_battery, "does not begin when the one before it ends"),
        (_leaves_one_out, "is flown"),
        (_flies_again_uncharged, "is charged"),
        (_sees_less, "of what may be flown over is seen"),
        (_sees_less_and_lists_one_look, "of what may be flown over is seen"),
        (_comes_back_seldomer_than_one_listed_look_explains, "W01 is not looked at for"),
        (_is_too_fast, "through the air"),
        (_flies_straight_home, "it flies through"),
        (_flies_lower, "above the ground, not"),
        (_flies_higher, "above the ground, 120 m are open"),
        (_hovers_until_only_home_is_left, "its second way down would leave"),
        (_looks_in_the_quiet_hours, "is near housing, quiet is kept 12:30-14:00"),
    ],
)
def test_a_plan_that_does_not_hold_is_found_out(
    spoil: Callable[[dict[str, Any]], None],
    says: str,
    plan: dict[str, Any],
    violations: Callable[[dict[str, Any]], list[str]],
) -> None:
    spoil(plan)
    assert any(says in each for each in violations(plan))


@pytest.mark.parametrize("name", ["flight.plan", "flight.waypoints"])
def test_a_flight_is_written_as_a_mission_that_may_be_flown_here(
    name: str, plan_file: Path, plan: dict[str, Any], tmp_path: Path
) -> None:
    for sortie in plan["sorties"][:2]:
        to = tmp_path / name
        result = patrol("export", str(plan_file), "--sortie", sortie["id"], "--to", str(to))
        assert result.exit_code == 0, result.stderr
        checked = CliRunner().invoke(app, ["mission", "check", str(to), "--json"])
        found = json.loads(checked.stdout)["violations"]
        # one pass has one level: over slopes it cannot keep to the ceiling everywhere
        assert [each for each in found if "the ceiling is" not in each] == []
        items = read_file(to).mission
        commands = [item.command for item in items]
        passes = [look for look in _looks_of(sortie) if len(look["points"]) > 1]
        hovers = [look for look in _looks_of(sortie) if len(look["points"]) == 1]
        steps = [item.param1 for item in items if item.command == CAMERA_BY_DISTANCE]
        asked = iter(look["photo_step_m"] for look in passes)
        parts = [list(part) for on, part in groupby(steps, bool) if on]
        for part in parts:  # counted anew at each corner, a little less for what is seen late
            step_m = next(asked)
            assert part == pytest.approx([step_m] * len(part), abs=0.2)
        assert len(parts) == len(passes)
        assert steps.count(0) == len(passes)  # switched off after each pass
        assert steps[-1:] in ([], [0])
        assert commands.count(PHOTO) == len(hovers)
        assert commands[-1] == mavlink.MAV_CMD_NAV_LAND


def test_a_mission_asked_for_badly_is_refused(plan_file: Path, tmp_path: Path) -> None:
    wrong = patrol("export", str(plan_file), "--sortie", "S001", "--to", str(tmp_path / "a.txt"))
    assert wrong.exit_code == 2
    unknown = patrol("export", str(plan_file), "--sortie", "S999", "--to", str(tmp_path / "a.plan"))
    assert unknown.exit_code == 1
    assert "there is no flight S999" in unknown.stderr


def _looks_of(sortie: dict[str, Any]) -> list[dict[str, Any]]:
    return [stage for stage in sortie["stages"] if stage["what"] == "look"]


def _task(**changes: Any) -> dict[str, Any]:
    name = {"zh": "点", "en": "a point"}
    point = {"id": "P1", "name": name, "kind": "slope", "at": [114.2, 22.7], "height_m": 80}
    return {**point, "camera": "wide", "dwell_s": 60, **changes}


def _file(tmp_path: Path, **changes: Any) -> str:
    whole = {
        "name": {"zh": "试", "en": "a trial"},
        "schematic": True,
        "hours": "07:00-10:00",
        "cameras": {"wide": {"across_deg": 72, "along_deg": 58}},
        "points": [_task()],
        **changes,
    }
    file = tmp_path / "trial.yaml"
    file.write_text(yaml.safe_dump(whole, allow_unicode=True))
    return str(file)


AREA = {
    "id": "A1", "name": {"zh": "面", "en": "an area"}, "kind": "wood", "height_m": 80,
    "camera": "wide", "speed_ms": 10,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"points": [_task(at=[22.7, 114.2])]}, "are the two swapped?"),
        ({"points": [_task(camera="zoom")]}, "points[0].camera: found zoom, expected one of wide"),
        ({"points": [_task(), _task()]}, "points[1].id: found P1, expected an id of its own"),
        ({"points": [_task(windows=["11:00-12:00"])]}, "hours that meet the patrol's"),
        ({"points": [_task(windows=["07:00-07:05"], dwell_s=900)]}, "hold the dwell of 900 s"),
        ({"points": [_task(windows=["08:00-07:00"])]}, "begin before they end"),
        ({"points": [_task(dwel_s=60)]}, "did you mean 'dwell_s'"),
        ({"points": []}, "found no tasks"),
        (
            {"areas": [{**AREA, "polygon": [[[114.2, 22.7], [114.21, 22.7], [114.22, 22.7]]]}]},
            "areas[0].polygon: found a polygon of no area",
        ),
    ],
)
def test_a_bad_file_is_refused_with_file_key_and_what_was_expected(
    changes: dict[str, Any], says: str, tmp_path: Path
) -> None:
    result = patrol("plan", _file(tmp_path, **changes))
    assert result.exit_code == 1
    assert says in result.stderr
    assert "trial.yaml" in result.stderr


@pytest.mark.parametrize(
    ("task", "says"),
    [
        (_task(at=[114.0, 22.9]), "from where a drone may be"),
        (_task(windows=["07:00-07:01"], dwell_s=55), "no drone was found"),
        (_task(revisit_h=0.1, dwell_s=200), "its hours last 90 s"),
    ],
)
def test_what_cannot_be_served_is_listed_with_the_reason(
    task: dict[str, Any], says: str, tmp_path: Path
) -> None:
    result = patrol("plan", _file(tmp_path, points=[task]), "--iterations", "20")
    assert result.exit_code == 1, result.stderr  # for it is all that there was
    assert says in result.stdout


def test_no_patrol_flies_in_a_wind_that_no_dock_lets_a_drone_out_in(tmp_path: Path) -> None:
    result = patrol("plan", _file(tmp_path), "--wind", "14@0")
    assert result.exit_code == 1
    assert "no dock lets a drone out" in result.stderr


@pytest.mark.parametrize("text", ["{", "[]", '{"sorties": 3}'])
def test_what_is_no_plan_is_said_to_be_none(text: str, tmp_path: Path) -> None:
    file = tmp_path / "broken.json"
    file.write_text(text)
    result = patrol("check", str(file))
    assert result.exit_code == 1
    assert "broken.json" in result.stderr
