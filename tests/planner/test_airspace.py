"""What an airspace is made from, and what it refuses."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from planner.airspace import AirspaceInvalid, build
from planner.frame import to_degrees, to_metres
from planner.model import LonLat
from tests.planner.worlds import box, degrees, volume

DOCKS = {"D01": degrees(0, 0), "D02": degrees(500, 0)}
BOX = volume("N1", box(100, 100, 100, 100))


def test_degrees_and_metres_are_each_others_inverse() -> None:
    places = np.array([[114.2, 22.7], [114.06, 22.6]])
    assert to_degrees(to_metres(places)) == pytest.approx(places, abs=1e-10)


def test_metres_are_those_of_the_ellipsoid_on_both_sides_of_the_114th_meridian() -> None:
    east_m, middle_m, west_m = to_metres(np.array([[114.2, 22.7], [114.0, 22.7], [113.8, 22.7]]))[
        :, 0
    ]
    lat = math.radians(22.7)  # near the central meridian a parallel is as long as on the ellipsoid
    radius_m = 6_378_137 / math.sqrt(1 - 0.00669438 * math.sin(lat) ** 2) * math.cos(lat)
    assert middle_m == pytest.approx(500_000)
    assert east_m - middle_m == pytest.approx(radius_m * math.radians(0.2), abs=0.1)
    assert middle_m - west_m == pytest.approx(east_m - middle_m)


def test_equal_inputs_have_equal_ids_and_different_inputs_have_not() -> None:
    ids = {
        build([BOX], DOCKS).id,
        build([BOX], DOCKS).id,
        build([replace(BOX, buffer_m=10)], DOCKS).id,
        build([], DOCKS).id,
        build([BOX], {**DOCKS, "D02": degrees(501, 0)}).id,
    }
    assert len(ids) == 4


def test_a_volume_that_crosses_itself_is_refused_by_name() -> None:
    bow_tie = volume("N7", [(0, 0), (100, 100), (100, 0), (0, 100)])
    with pytest.raises(AirspaceInvalid, match=r"N7 \(volume N7\).*Self-intersection"):
        build([bow_tie], {"D01": degrees(500, 500)})


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_volume_or_dock_that_is_no_position_is_refused_by_name(bad: float) -> None:
    ring = (LonLat(114.2, 22.7), LonLat(114.21, bad), LonLat(114.2, 22.71))
    with pytest.raises(AirspaceInvalid, match="N1"):
        build([replace(BOX, rings=(ring,))], DOCKS)
    with pytest.raises(AirspaceInvalid, match="D03"):
        build([BOX], {**DOCKS, "D03": LonLat(bad, 22.7)})


def test_a_volume_without_area_is_refused() -> None:
    with pytest.raises(AirspaceInvalid, match="N1"):
        build([volume("N1", [(0, 0), (100, 100)])], DOCKS)
    with pytest.raises(AirspaceInvalid, match="N1"):
        build([volume("N1", [(0, 0), (100, 0), (0, 0), (100, 0)])], DOCKS)


def test_a_dock_inside_a_volume_or_its_buffer_is_refused_and_both_are_named() -> None:
    with pytest.raises(AirspaceInvalid, match=r"D02 .* N1"):
        build([BOX], {"D01": degrees(0, 0), "D02": degrees(150, 150)})
    with pytest.raises(AirspaceInvalid, match=r"D01 .* N1"):
        build([replace(BOX, buffer_m=30)], {"D01": degrees(80, 150)})


def test_an_airspace_without_docks_is_refused() -> None:
    with pytest.raises(AirspaceInvalid, match="at least one dock"):
        build([BOX], {})


def test_an_airspace_without_volumes_is_one_where_all_docks_see_each_other() -> None:
    graph = build([], DOCKS).graph()
    assert sorted(graph.nodes) == ["D01", "D02"]
    assert graph.edges["D01", "D02"]["way_m"] == pytest.approx(500, rel=1e-4)
