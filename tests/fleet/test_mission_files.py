"""Missions in the files of other ground stations: what is written is read back equal, and a file
that is not sound is refused in one sentence."""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymavlink import mavwp
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.district.load import load
from fleet.district.model import District
from fleet.formats.check import mission_violations, totals
from fleet.formats.kmz import NAMESPACE, Surroundings, kmz
from fleet.formats.plan_file import COMMANDS, FRAMES, FileUnsound, PlanFile, home_item, rally_item
from fleet.formats.qgc_plan import plan_text, read_plan
from fleet.formats.track import passing_s, track
from fleet.formats.waypoints import read_waypoints, waypoint_text
from fleet.mavlink.mission import MissionItem
from fleet.mavlink.mission_items import Fence, response_plan
from fleet.mavlink.performance import performance_of
from fleet.units.fence import fenced_file
from planner.model import Route, Waypoint

PAD, PAD_AMSL_M = (114.10977, 22.6495), 78.0
SCENE = (114.10, 22.65)
OUT = (Waypoint(*SCENE, 178.0, 10.0), Waypoint(*SCENE, 138.0, 0.0))
BACK = (Waypoint(*SCENE, 178.0, 0.0), Waypoint(*PAD, 178.0, 10.0))
ROUTE = Route(178.0, OUT, BACK, 1004.0, 1004.0, 106.0, 106.0)
RESPONSE = response_plan(ROUTE, PAD, PAD_AMSL_M).items

lons, lats = st.floats(-180, 180), st.floats(-90, 90)
heights = st.floats(-500, 9000)
parameters = st.floats(width=32, allow_infinity=False)
items = st.builds(
    MissionItem,
    command=st.sampled_from([c for c in COMMANDS if c != mavlink.MAV_CMD_DO_JUMP]),
    frame=st.sampled_from(list(FRAMES)),
    x=lons,
    y=lats,
    z=heights,
    param1=parameters,
    param2=parameters,
    param3=parameters,
    param4=parameters,
)
rings = st.lists(st.tuples(lons, lats), min_size=3, max_size=6).map(tuple)
plans = st.builds(
    PlanFile,
    mission=st.tuples(st.builds(home_item, lons, lats, heights), items).flatmap(
        lambda first: st.lists(items, max_size=6).map(lambda more: (*first, *more))
    ),
    fence=st.builds(
        Fence,
        inclusions=st.lists(rings, max_size=2).map(tuple),
        exclusions=st.lists(rings, max_size=2).map(tuple),
    ),
    rally=st.lists(st.builds(rally_item, lons, lats, heights), max_size=3).map(tuple),
)


@pytest.fixture(scope="module")
def longgang() -> District:
    return load(Path("configs/longgang"))


@pytest.fixture(scope="module")
def response(longgang: District) -> PlanFile:
    return fenced_file(PlanFile(RESPONSE, rally=(rally_item(*PAD, 60.0),)), longgang)


def told(mission: tuple[MissionItem, ...]) -> list[tuple[Any, ...]]:
    """The items, with an unset parameter equal to itself."""
    return [
        (
            m.command,
            m.frame,
            m.x,
            m.y,
            m.z,
            *("unset" if math.isnan(p) else p for p in m.parameters),
        )
        for m in mission
    ]


@given(plans)
def test_what_is_written_as_a_qgc_plan_is_read_back_equal(plan: PlanFile) -> None:
    back = read_plan("a.plan", plan_text(plan))
    assert told(back.mission) == told(plan.mission)
    assert (back.fence, back.rally) == (plan.fence, plan.rally)


@given(plans)
def test_what_is_written_as_a_waypoint_file_is_read_back_equal(plan: PlanFile) -> None:
    back = read_waypoints("a.waypoints", waypoint_text(plan))
    assert told(back.mission) == told(plan.mission)


def test_pymavlink_reads_the_same_items_from_our_waypoint_file(tmp_path: Path) -> None:
    path = tmp_path / "m.waypoints"
    path.write_text(waypoint_text(PlanFile(RESPONSE)))
    loader = mavwp.MAVWPLoader()
    assert loader.load(str(path)) == len(RESPONSE)
    for seq, item in enumerate(RESPONSE):
        read = loader.wp(seq)
        figures = (read.param1, read.param2, read.param3, read.param4)
        assert (read.seq, read.command, read.frame) == (seq, item.command, item.frame)
        assert (read.y, read.x, read.z, *figures) == (item.x, item.y, item.z, *item.parameters)


def test_what_pymavlink_writes_we_read(tmp_path: Path) -> None:
    path, again = tmp_path / "m.waypoints", tmp_path / "again.waypoints"
    path.write_text(waypoint_text(PlanFile(RESPONSE)))
    loader = mavwp.MAVWPLoader()
    loader.load(str(path))
    loader.save(str(again))
    assert read_waypoints("again", again.read_text()).mission == RESPONSE


def test_mission_planners_home_without_a_command_and_comments_are_read() -> None:
    text = (
        "QGC WPL 110\r\n# from the office\r\n"
        "0\t1\t0\t0\t0\t0\t0\t0\t22.65\t114.1\t60.0\t1\r\n"
        "\r\n1\t0\t3\t22\t0\t0\t0\t0\t0\t0\t40\t1\r\n"
    )
    home, take_off = read_waypoints("m.waypoints", text).mission
    assert home == home_item(114.1, 22.65, 60.0)
    assert (take_off.command, take_off.z) == (mavlink.MAV_CMD_NAV_TAKEOFF, 40.0)


def _edited(response: PlanFile, change: Callable[[Any], None]) -> str:
    document = json.loads(plan_text(response))
    change(document)
    return json.dumps(document, indent=2)


def test_a_jump_leads_to_the_item_that_its_id_names(response: PlanFile) -> None:
    def renumber(document: Any) -> None:
        wanted = document["mission"]["items"]
        for item in wanted:
            item["doJumpId"] += 100
        wanted[-1] |= {"command": mavlink.MAV_CMD_DO_JUMP, "params": [103, 2, 0, 0, 0, 0, 0]}

    back = read_plan("a.plan", _edited(response, renumber))
    assert back.mission[-1].param1 == 3


SURVEY = {"type": "ComplexItem", "complexItemType": "survey"}


def _set(path: str, value: Any) -> Callable[[Any], None]:
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]

    def change(document: Any) -> None:
        for part in way:
            document = document[part]
        document[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_set("fileType", "Mission"), ("fileType", "'Plan'")),
        (_set("version", 2), ("version", "1")),
        (_set("mission.items", []), ("mission.items", "at least 1")),
        (_set("mission.items.1.params.4", 95.0), ("mission.items[1]", "latitude", "swapped")),
        (_set("mission.items.1.params", [0, 0]), ("mission.items[1].params", "7 items")),
        (_set("mission.items.1.frame", 1), ("mission.items[1]", "frame 1")),
        (_set("mission.items.1.command", 9999), ("mission.items[1]", "MAV_CMD")),
        (_set("mission.items.1.autoContinue", False), ("mission.items[1].autoContinue", "true")),
        (_set("mission.items.0", SURVEY), ("(survey)", "download")),
        (_set("mission.plannedHomePosition", [114.1, 22.65, 0]), ("swapped", "[0]")),
        (_set("geoFence.polygons.0.polygon", [[1, 2]]), ("geoFence.polygons[0].polygon", "3")),
        (_set("geoFence.circles", [{"radius": 9}]), ("geoFence.circles[0]", "polygon")),
        (_set("rallyPoints.points.0", [1]), ("rallyPoints.points[0]",)),
    ],
)
def test_a_plan_that_is_not_sound_is_refused_with_its_key(
    response: PlanFile, change: Callable[[Any], None], says: tuple[str, ...]
) -> None:
    with pytest.raises(FileUnsound) as refused:
        read_plan("a.plan", _edited(response, change))
    assert all(words in str(refused.value) for words in ("a.plan", *says)), str(refused.value)


@pytest.mark.parametrize(
    ("line", "text", "says"),
    [
        (0, "QGC WPL 120", "line 1: found 'QGC WPL 120', expected the first line"),
        (2, "1\t0\t3\t22", "line 3: found 4 values, expected 12"),
        (2, "7\t0\t3\t22\t0\t0\t0\t0\t0\t0\t40\t1", "line 3, sequence: found 7, expected 1"),
        (2, "1\t0\t3\tup\t0\t0\t0\t0\t0\t0\t40\t1", "line 3, command: found 'up'"),
        (2, "1\t0\t3\t22\t0\t0\tx\t0\t0\t0\t40\t1", "line 3, parameter 3: found 'x'"),
        (2, "1\t0\t3\t22\t0\t0\t0\t0\t114\t22\t40\t1", "latitude and longitude swapped"),
        (2, "1\t0\t3\t22\t0\t0\t0\t0\t0\t0\tinf\t1", "height inf"),
        (2, "1\t0\t3\t22\t0\t0\t0\t0\t0\t0\t40\t0", "autocontinue"),
        (1, "0\t1\t3\t22\t0\t0\t0\t0\t0\t0\t40\t1", "the home position"),
    ],
)
def test_a_waypoint_file_that_is_not_sound_is_refused_with_its_line(
    line: int, text: str, says: str
) -> None:
    lines = waypoint_text(PlanFile(RESPONSE)).splitlines()
    lines[line] = text
    with pytest.raises(FileUnsound) as refused:
        read_waypoints("m.waypoints", "\n".join(lines))
    assert says in str(refused.value)


JUNK = st.sampled_from(
    ["", "nan", "-1", "1e999", "null", "[", "{", '"', "\t", "\n", "\x00", "\ud800", "9" * 5000, "é"]
) | st.text(max_size=5)


@settings(max_examples=300)
@given(data=st.data(), times=st.integers(1, 3))
def test_a_mutated_file_is_read_or_refused_in_one_sentence(data: st.DataObject, times: int) -> None:
    write, read = data.draw(
        st.sampled_from([(plan_text, read_plan), (waypoint_text, read_waypoints)])
    )
    text = write(PlanFile(RESPONSE, Fence(((PAD, SCENE, (114.0, 22.0)),), ())))
    for _ in range(times):
        start = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 12))
        text = text[:start] + data.draw(JUNK) + text[start + cut :]
    try:
        plan = read("some.file", text)
    except FileUnsound as refused:
        sentence = str(refused)
        assert sentence.startswith("some.file")
        assert "expected" in sentence
        assert len(sentence.splitlines()) == 1
    else:
        assert len(plan.mission) >= 2


@pytest.mark.parametrize("text", ["", "[" * 100_000, "{}", "null", '{"a": 1, "a": 2}', "\ufeff{}"])
def test_what_is_no_plan_at_all_is_refused_in_one_sentence(text: str) -> None:
    for read in (read_plan, read_waypoints):
        with pytest.raises(FileUnsound) as refused:
            read("some.file", text)
        assert len(str(refused.value).splitlines()) == 1


def test_totals_are_those_of_the_mission(response: PlanFile) -> None:
    found = totals(response)
    assert (found.items, found.points, found.highest_m) == (len(RESPONSE) - 1, 7, 100.0)
    assert found.distance_m == pytest.approx(2 * 1005, abs=5)
    assert found.farthest_m == pytest.approx(1005, abs=3)
    assert (found.fence_inclusions, found.rally_points) == (1, 1)


def test_a_mission_as_planned_violates_nothing(response: PlanFile, longgang: District) -> None:
    assert mission_violations(response, longgang) == []


def _by_way_of(lon: float, lat: float, up_m: float, frame: int = 3) -> PlanFile:
    via = MissionItem(mavlink.MAV_CMD_NAV_WAYPOINT, frame, lon, lat, up_m)
    return PlanFile((*RESPONSE[:3], via, *RESPONSE[3:]))


def test_a_way_that_leaves_the_district_is_told_with_how_far(longgang: District) -> None:
    first, second = mission_violations(_by_way_of(114.10, 22.9, 80.0), longgang)[:2]
    assert "the way to item 3 (waypoint)" in first
    assert "outside the district's fence" in first
    assert "the way to item 4" in second


def test_a_way_through_a_no_fly_volume_is_told_by_name(longgang: District) -> None:
    volume = longgang.volumes[0]
    inside = volume.polygon[0][0]
    found = mission_violations(_by_way_of(*inside, 80.0), longgang)
    assert any(volume.id in each and "enters" in each for each in found)


@pytest.mark.parametrize(("up_m", "frame"), [(121.0, 3), (78.0 + 121.0, 0), (121.0, 10)])
def test_a_height_above_the_ceiling_is_told_in_every_frame(
    up_m: float, frame: int, longgang: District
) -> None:
    (found,) = mission_violations(_by_way_of(*SCENE, up_m, frame), longgang)
    assert "item 3 (waypoint) is 121 m above the ground" in found
    assert "120 m" in found


def test_points_are_passed_in_order_and_the_stay_counts(longgang: District) -> None:
    performance = performance_of({}, next(iter(longgang.drone_models.values())))
    points = track(PlanFile(RESPONSE))
    times = list(passing_s(points, performance, stay_s=600.0))
    assert times == sorted(times)
    assert len(times) == len(points)
    shorter = list(passing_s(points, performance, stay_s=0.0))
    assert times[-1] - shorter[-1] == pytest.approx(600.0)


def test_the_kmz_shows_way_volumes_docks_and_times(response: PlanFile, longgang: District) -> None:
    around = Surroundings(longgang.docks, longgang.volumes)
    times = [float(10 * n) for n in range(len(track(response)))]
    lifts_off = datetime(2026, 5, 1, 8, tzinfo=UTC)
    data = kmz(response, "a <test> & more", around, times, lifts_off)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == ["doc.kml"]
        root = ElementTree.fromstring(archive.read("doc.kml"))
    names = {"k": NAMESPACE}
    (line,) = root.findall(".//k:LineString", names)
    assert line.findtext("k:extrude", None, names) == "1"
    heights = [float(p.split(",")[2]) for p in (line.findtext("k:coordinates", "", names)).split()]
    assert max(heights) == 178.0
    assert heights[0] == heights[-1] == PAD_AMSL_M
    folders = {f.findtext("k:name", "", names): f for f in root.findall(".//k:Folder", names)}
    assert len(folders["no-fly volumes"].findall("k:Placemark", names)) == len(longgang.volumes)
    assert len(folders["docks"].findall("k:Placemark", names)) == 25
    when = [t.text for t in root.findall(".//k:when", names)]
    assert when[1] == "2026-05-01T08:00:10+00:00"
    assert data == kmz(response, "a <test> & more", around, times, lifts_off)
