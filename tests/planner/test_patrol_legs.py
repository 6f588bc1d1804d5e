"""Legs between all places: as the dispatch choice would fly them, around what is closed."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from planner.airspace import build
from planner.dispatch import choose
from planner.frame import to_degrees, to_metres
from planner.model import (
    Candidate,
    LaunchTimes,
    LonLat,
    Performance,
    Picture,
    Task,
    Volume,
    Wind,
)
from planner.patrol.legs import Heights, Legs, Place
from planner.relief import Relief
from planner.terrain import Terrain

PERFORMANCE = Performance(
    airspeed_ms=15, max_ground_ms=20, climb_ms=6, descent_ms=4, accel_ms2=3, climb_accel_ms2=2,
    jerk_ms3=3, hover_w=191.4, cruise_w=166.6, battery_wh=149.9, reserve_share=0.2,
)  # fmt: skip
MIDDLE_M = to_metres(np.array([[114.2, 22.7]]))[0]


def at(east_m: float, north_m: float) -> LonLat:
    return LonLat(*to_degrees(np.array([MIDDLE_M + np.array((east_m, north_m))]))[0].tolist())


def legs(spots: list[LonLat], wind: Wind = Wind(), closed: tuple[Volume, ...] = ()) -> Legs:  # noqa: B008
    airspace = build(closed, {str(number): spot for number, spot in enumerate(spots)})
    places = [Place(spot, 50, 50 if n == 0 else 130, is_pad=n == 0) for n, spot in enumerate(spots)]
    return Legs(
        airspace, places, PERFORMANCE, wind, Heights(cruise_m=100, clear_m=60, ceiling_m=120)
    )


WALL = Volume(
    "W", "wall", (tuple(at(*c) for c in ((900, -500), (1100, -500), (1100, 500), (900, 500))),)
)


def test_a_leg_around_a_volume_is_longer_and_stays_out_of_it() -> None:
    spots = [at(0, 0), at(2000, 0)]
    free, around = legs(spots), legs(spots, closed=(WALL,))
    assert around.seconds[0, 1] > free.seconds[0, 1]
    leg = around.leg(0, 1)
    assert leg is not None
    way = shapely.LineString([spots[0], *((point.lon, point.lat) for point in leg.waypoints)])
    assert not way.intersects(shapely.Polygon(WALL.rings[0]).buffer(-1e-6))


def test_a_leg_against_the_wind_takes_longer_than_with_it() -> None:
    found = legs([at(0, 0), at(3000, 0), at(3000, 10)], Wind(8, 90))
    assert found.seconds[0, 1] > found.seconds[1, 0]


def test_a_leg_begins_by_climbing_and_ends_at_the_cameras_height() -> None:
    leg = legs([at(0, 0), at(2000, 0)]).leg(0, 1)
    assert leg is not None
    heights = [point.alt_amsl_m for point in leg.waypoints]
    assert heights == [150, 150, 130]
    assert [point.speed_ms for point in leg.waypoints] == [0, 15, 0]


def test_the_way_home_holds_the_slow_landing() -> None:
    found = legs([at(0, 0), at(2000, 0)])
    assert found.seconds[1, 0] - found.seconds[0, 1] == pytest.approx(14.9, abs=6)


def test_where_there_is_no_way_time_and_energy_are_infinite() -> None:
    ring = tuple(at(*corner) for corner in ((-900, -900), (900, -900), (900, 900), (-900, 900)))
    hole = tuple(at(*corner) for corner in ((-500, -500), (500, -500), (500, 500), (-500, 500)))
    moat = Volume("M", "moat", (ring, hole))
    found = legs([at(0, 0), at(2000, 0)], closed=(moat,))
    assert np.isinf(found.seconds[0, 1])
    assert found.leg(0, 1) is None


def test_over_uneven_ground_the_ceiling_counts_above_the_lower_end_and_clearance_above_all() -> (
    None
):
    heights = Heights(cruise_m=100, clear_m=60, ceiling_m=120)
    lower, higher = np.array([50.0, 50.0, 50.0]), np.array([60.0, 90.0, 200.0])
    assert heights.level(lower, higher, 100).tolist() == [160.0, 170.0, 260.0]


HILL = np.add.outer([0] * 40, [0] * 15 + [40, 80, 120, 120, 80, 40] + [0] * 19).astype(int) + 50


def test_a_leg_over_a_hill_clears_it_and_keeps_the_ceiling_and_costs_what_that_climb_takes() -> (
    None
):
    west_m, south_m = (MIDDLE_M - 5000.0).tolist()
    terrain = Terrain(west_m, south_m, 250.0, tuple(map(tuple, HILL.tolist())))
    spots = [at(-3000, 0), at(3000, 0)]
    known = {str(number): spot for number, spot in enumerate(spots)}
    places = [Place(spot, 50, 50, is_pad=True) for spot in spots]
    over, flat = (
        Legs(build((), known, (), relief), places, PERFORMANCE, Wind(), Heights(100, 60, 120))
        for relief in (Relief(terrain, 80.0, 120.0), None)
    )
    leg = over.leg(0, 1)
    assert leg is not None
    at_m = to_metres(np.array([(point.lon, point.lat) for point in leg.waypoints[:-1]]))
    shares = np.linspace(0, 1, 500)
    far_m = at_m[:, 0] - at_m[0, 0]
    alts_m = np.interp(shares * far_m[-1], far_m, [p.alt_amsl_m for p in leg.waypoints[:-1]])
    under_m = terrain.ground_amsl_m(at_m[0] + (at_m[-1] - at_m[0]) * shares[:, None])
    assert (alts_m - under_m).min() >= 80 - 1
    assert (alts_m - under_m).max() <= 120 + 1
    assert over.wh[0, 1] > flat.wh[0, 1]


@pytest.mark.parametrize("wind", [Wind(), Wind(6, 300)])
def test_a_leg_takes_as_long_as_the_way_out_of_a_dispatch(wind: Wind) -> None:
    spots = [at(0, 0), at(2000, 300)]
    found = legs(spots, wind, closed=(WALL,))
    airspace = build((WALL,), {"0": spots[0]})
    launch = LaunchTimes(0, 0, 0, 0)
    candidate = Candidate("0", "U", spots[0], 50, PERFORMANCE, launch, 149.9, wind)
    task = Task(spots[1], ground_amsl_m=50, height_m=80, cruise_height_m=100, scene_s=0)
    parts = choose(airspace, Picture((candidate,), task)).ranking[0].parts
    assert parts is not None
    assert found.seconds[0, 1] == pytest.approx(parts.total_s, abs=0.01)
