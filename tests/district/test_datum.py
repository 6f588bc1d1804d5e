import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.datum import Datum, from_wgs84, to_wgs84

SHIFTED = st.sampled_from([Datum.GCJ02, Datum.BD09])

# WGS-84, GCJ-02, BD-09, as two independent programs give them to seven digits
KNOWN = {
    "Bantian": ((114.061, 22.629), (114.0661230, 22.6262987), (114.0726811, 22.6319727)),
    "Pinghu": ((114.124, 22.696), (114.1291003, 22.6933301), (114.1355524, 22.6996368)),
    "Pingdi": ((114.306, 22.772), (114.3108625, 22.7692360), (114.3174005, 22.7749431)),
    "Buji": ((114.118, 22.604), (114.1231045, 22.6013170), (114.1295539, 22.6076581)),
    "Beijing": ((116.3975, 39.9087), (116.4037436, 39.9101035), (116.4101166, 39.9164427)),
}


@pytest.mark.parametrize("place", KNOWN)
def test_known_places_convert_both_ways(place: str) -> None:
    wgs84, gcj02, bd09 = KNOWN[place]
    for datum, shifted in ((Datum.GCJ02, gcj02), (Datum.BD09, bd09)):
        assert from_wgs84(*wgs84, datum) == pytest.approx(shifted, abs=1e-7)
        assert to_wgs84(*shifted, datum) == pytest.approx(wgs84, abs=1e-7)


@given(st.floats(73.5, 135.0), st.floats(3.5, 53.5), SHIFTED)
def test_a_trip_to_another_datum_and_back_ends_where_it_began(
    lon: float, lat: float, datum: Datum
) -> None:
    assert to_wgs84(*from_wgs84(lon, lat, datum), datum) == pytest.approx((lon, lat), abs=1e-9)


@given(st.floats(114.0, 114.4), st.floats(22.5, 22.9))
def test_the_shift_in_the_district_is_about_six_hundred_metres(lon: float, lat: float) -> None:
    east, north = (
        a - b for a, b in zip(from_wgs84(lon, lat, Datum.GCJ02), (lon, lat), strict=True)
    )
    assert 570 < ((east * 102_700) ** 2 + (north * 110_800) ** 2) ** 0.5 < 620


def test_outside_china_gcj02_is_wgs84() -> None:
    assert from_wgs84(139.7671, 35.6812, Datum.GCJ02) == (139.7671, 35.6812)
    assert to_wgs84(-0.1276, 51.5072, Datum.GCJ02) == (-0.1276, 51.5072)


def test_wgs84_stays_what_it_is() -> None:
    assert to_wgs84(114.1, 22.6, Datum.WGS84) == (114.1, 22.6)
    assert from_wgs84(114.1, 22.6, Datum.WGS84) == (114.1, 22.6)
