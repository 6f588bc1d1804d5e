"""Where else a drone may land: a free dock, or a rally point."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from docks.contract import Charger, Cover, DockState, DockWeather
from fleet.dispatch.forecast import picture_at_rest
from fleet.district.load import load
from fleet.sorties.alternates import best, of_docks, of_rally_points, why_not_free
from fleet.units.dock_roster import DockSeen
from fleet.units.fence import airspace_of
from planner.model import LonLat

AT = datetime(2026, 1, 1, tzinfo=UTC)
EMPTY = DockState(
    dock="D02", at=AT, cover=Cover.CLOSED, drone_present=False, drone=None, charger=Charger.IDLE,
    battery_pct=None, charge_w=0,
)  # fmt: skip
WINDY = DockWeather(
    dock="D02", at=AT, wind_ms=9, wind_from_deg=0, gust_ms=15, rain_mm_h=0, temperature_c=20,
    humidity_pct=50,
)  # fmt: skip
SEEN = DockSeen("D02", linked=True, heard_s=0.0, state=EMPTY)


@pytest.fixture(scope="module")
def district():
    return load(Path("configs/longgang"))


@pytest.fixture(scope="module")
def airspace(district):
    return airspace_of(district)


@pytest.fixture(scope="module")
def coming_home(district):
    """A drone over its dock, with what is left of its battery after a flight."""
    picture = picture_at_rest(district, LonLat(114.23, 22.70), "fire")
    candidate = next(each for each in picture.candidates if each.dock == "D01")
    return replace(candidate, energy_wh=50.0)


@pytest.mark.parametrize(
    ("seen", "is_out", "online", "why"),
    [
        (SEEN, False, True, None),
        (SEEN, True, True, "its own drone comes back to it"),
        (SEEN, False, False, "it is not heard"),
        (replace(SEEN, state=None), False, True, "it is not heard"),
        (
            replace(SEEN, state=EMPTY.model_copy(update={"drone_present": True})),
            *(False, True, "a drone stands in it"),
        ),
        (
            replace(SEEN, state=EMPTY.model_copy(update={"cover": Cover.STUCK})),
            *(False, True, "it is out of order"),
        ),
        (replace(SEEN, weather=WINDY), False, True, "gusts of 15.0 m/s, limit 12 m/s"),
    ],
)
def test_a_dock_is_free_or_tells_why_not(district, seen, is_out, online, why):
    model = next(iter(district.dock_models.values()))
    assert model.wind_limit_ms == 12
    assert why_not_free(seen, model, is_out, online) == why


def test_a_free_dock_goes_before_a_rally_point_that_is_nearer(district, airspace, coming_home):
    docks = of_docks(site for site in district.docks if site.id != "D01")
    points = of_rally_points(district.rally_points)
    high_m = coming_home.alt_amsl_m + 100
    found = best(airspace, coming_home, coming_home.at, high_m, (*docks, *points))
    assert found is not None
    assert found.place.is_dock
    assert found.place.alt_amsl_m <= coming_home.alt_amsl_m + 5
    assert found.way.back[-1][:2] == pytest.approx(found.place.at)
    assert 50.0 - found.needs_wh >= 0.5 * 0.2 * 149.9


def test_with_little_left_it_goes_to_a_rally_point_and_with_less_nowhere(
    district, airspace, coming_home
):
    docks = of_docks(site for site in district.docks if site.id != "D01")
    places = (*docks, *of_rally_points(district.rally_points))
    high_m = coming_home.alt_amsl_m + 100
    needs_wh = [
        best(airspace, replace(coming_home, energy_wh=wh), coming_home.at, high_m, places)
        for wh in (22.0, 17.0, 5.0)
    ]
    kinds = [None if found is None else found.place.is_dock for found in needs_wh]
    assert kinds[-1] is None
    assert False in kinds
