"""The photos of a look and the map of a report."""

from __future__ import annotations

import math

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from fleet.district.model import Name
from fleet.patrol.file import Camera, Line, Point
from fleet.patrol.photos import M_PER_DEG, photos_of
from fleet.patrol.plan import Stage
from fleet.patrol.report_words import WORDS, said

WIDE = Camera(across_deg=72, along_deg=58)
NAME = Name(zh="点", en="Point")
AT = (114.2, 22.7)


def look(*places: tuple[float, float], step_m: float | None = None) -> Stage:
    points = tuple((lon, lat, 100.0, 5.0) for lon, lat in places)
    return Stage(
        what="look",
        begins_s=0,
        ends_s=60,
        energy_wh=1,
        points=points,
        task="T",
        visit="T",
        photo_step_m=step_m,
    )


def area_m2(ground: shapely.Geometry) -> float:
    return float(ground.area) * M_PER_DEG**2 * math.cos(math.radians(AT[1]))


@given(height_m=st.floats(20, 120))
def test_over_a_point_one_photo_shows_the_cameras_field_of_view(height_m: float) -> None:
    task = Point(
        id="P", name=NAME, kind="slope", height_m=height_m, camera="wide", at=AT, dwell_s=9
    )
    photos = photos_of(look(AT), task, WIDE)
    across_m, along_m = (2 * height_m * math.tan(math.radians(deg / 2)) for deg in (72, 58))
    assert photos.number == 1
    assert area_m2(photos.ground) == pytest.approx(across_m * along_m, rel=0.001)
    assert photos.ground.contains(shapely.Point(AT))


@given(length_m=st.floats(50, 3000), heading_deg=st.floats(0, 360))
def test_along_a_line_photos_follow_each_other_and_show_both_ends(
    length_m: float, heading_deg: float
) -> None:
    heading = math.radians(heading_deg)
    end = (
        AT[0] + length_m * math.sin(heading) / (M_PER_DEG * math.cos(math.radians(AT[1]))),
        AT[1] + length_m * math.cos(heading) / M_PER_DEG,
    )
    task = Line(
        id="L",
        name=NAME,
        kind="river",
        height_m=80,
        camera="wide",
        path=(AT, end),
        speed_ms=8,
    )
    photos = photos_of(look(AT, end, step_m=26.6), task, WIDE)
    assert photos.number == 1 + math.floor(length_m / 26.6 + 1e-9)
    assert photos.ground.buffer(1e-9).contains(shapely.LineString([AT, end]))


def test_both_languages_have_the_same_words() -> None:
    assert WORDS["zh"].keys() == WORDS["en"].keys()


@pytest.mark.parametrize(
    ("sentence", "chinese"),
    [
        ("gusts of 9.6 m/s, patrols fly up to 9 m/s", "阵风 9.6 m/s，巡查上限 9 m/s"),
        ("its hours are over", "时段已过"),
        ("something else", "something else"),
    ],
)
def test_a_reason_is_told_in_the_language_of_the_report(sentence: str, chinese: str) -> None:
    assert said(sentence, "zh") == chinese
    assert said(sentence, "en") == sentence
