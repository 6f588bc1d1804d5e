import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.datum import Datum, from_wgs84
from fleet.district.model import District
from fleet.district.place import PlaceRefused, locate

ANY = st.floats(allow_nan=True, allow_infinity=True)


def refusal(district: District, lon: float, lat: float) -> str:
    with pytest.raises(PlaceRefused) as caught:
        locate(district, lon, lat)
    return str(caught.value)


def test_each_dock_and_community_is_found_in_its_subdistrict(longgang: District) -> None:
    for site in (*longgang.docks, *longgang.communities):
        assert locate(longgang, *site.at).code == site.subdistrict


def test_a_place_on_a_shared_border_is_in_one_of_the_two(longgang: District) -> None:
    for subdistrict in longgang.subdistricts:
        for lon, lat in subdistrict.polygons[0][0]:
            assert locate(longgang, lon, lat).code


def test_a_place_outside_is_refused_with_its_distance_and_the_nearest_subdistrict(
    longgang: District,
) -> None:
    told = refusal(longgang, 114.5, 22.7)
    assert "17.0 km outside 龙岗区" in told
    assert "宝龙街道" in told


def test_swapped_coordinates_are_recognised(longgang: District) -> None:
    told = refusal(longgang, 22.65, 114.10)
    assert "latitude and longitude are swapped" in told
    assert "114.1, 22.65 is in 吉华街道" in told


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
def test_a_place_that_another_datum_brings_inside_is_named_with_its_wgs84(
    longgang: District, datum: Datum
) -> None:
    meant = (114.3485, 22.7697)  # within 300 m of the eastern edge
    told = refusal(longgang, *from_wgs84(*meant, datum))
    assert "WGS-84 114.3485, 22.7697 in 坪地街道" in told
    assert {Datum.GCJ02: "GCJ-02", Datum.BD09: "BD-09"}[datum] in told


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused(longgang: District, bad: float) -> None:
    assert "two finite numbers" in refusal(longgang, bad, 22.7)
    assert "two finite numbers" in refusal(longgang, 114.2, bad)


def test_what_is_no_place_on_earth_is_refused(longgang: District) -> None:
    assert "no place on Earth" in refusal(longgang, 500, 22.7)
    assert "no place on Earth" in refusal(longgang, 114.2, 2270)


@given(ANY, ANY)
def test_any_two_numbers_are_located_or_refused(longgang: District, lon: float, lat: float) -> None:
    with contextlib.suppress(PlaceRefused):
        assert locate(longgang, lon, lat) in longgang.subdistricts


def test_a_copy_with_other_boundaries_is_located_in_those(longgang: District) -> None:
    at = longgang.docks[0].at
    before = locate(longgang, *at)
    others = tuple(s for s in longgang.subdistricts if s.code != before.code)
    with pytest.raises(PlaceRefused):
        locate(longgang.model_copy(update={"subdistricts": others}), *at)
