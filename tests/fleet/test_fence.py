"""The fence of a flight: the district's outline, and of its no-fly volumes those that matter."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleet.district.load import load
from fleet.district.model import District, Volume
from fleet.mavlink.mission_items import Fence, Position
from fleet.process import Refusal
from fleet.sorties.sortie import distance_m
from fleet.units.fence import MOST_POINTS, NEAR_M, Fences

WEST, EAST = (114.10, 22.70), (114.28, 22.72)  # 18 km apart


@pytest.fixture(scope="module")
def longgang() -> District:
    return load(Path("configs/longgang"))


def volume(number: int, at: Position, corners: int = 4) -> Volume:
    """Some 100 m across."""
    size = 0.0005
    side = [(at[0] + size * k / (corners - 2), at[1]) for k in range(corners - 1)]
    ring = (*side, (at[0] + size / 2, at[1] + size), side[0])
    return Volume.model_validate(
        {
            "id": f"V{number:02d}",
            "name": {"zh": "管制区", "en": "closed zone"},
            "kind": "military",
            "buffer_m": 50,
            "polygon": [ring],
        }
    )


def crowded(longgang: District, *places: Position) -> District:
    volumes = tuple(volume(number, at) for number, at in enumerate(places))
    return longgang.model_copy(update={"volumes": volumes})


def along(start: Position, east_deg: float, count: int) -> list[Position]:
    return [(start[0] + east_deg * k, start[1]) for k in range(count)]


def held(fence: Fence) -> set[Position]:
    """The first corner of each volume in it."""
    return {ring[0] for ring in fence.exclusions}


def carries(fence: Fence, at: Position) -> bool:
    return any(distance_m(corner, at) < 100 for ring in fence.exclusions for corner in ring)


def test_where_all_no_fly_volumes_fit_every_flight_has_them_all(longgang: District) -> None:
    fences = Fences(longgang)
    at_dock = fences.around([longgang.docks[0].at])
    far = fences.around([longgang.docks[0].at, longgang.docks[-1].at])
    for flight in (at_dock, far):
        assert len(flight.fence.exclusions) == len(longgang.volumes)
        assert flight.fence.points <= MOST_POINTS
        assert flight.left_out == 0
        assert far.is_held(flight.fence)  # so nothing is uploaded before a launch


def test_where_they_do_not_fit_a_flight_has_those_near_its_way(longgang: District) -> None:
    west, east = along(WEST, 0.002, 6), along(EAST, 0.002, 6)
    between = along((114.15, 22.80), 0.002, 20)  # 9 km north of both
    fences = Fences(crowded(longgang, *west, *between, *east))
    in_the_west = fences.around([WEST, (WEST[0] + 0.01, WEST[1])])
    in_the_east = fences.around([EAST, (EAST[0] + 0.01, EAST[1])])
    assert all(carries(in_the_west.fence, at) for at in west)
    assert all(carries(in_the_east.fence, at) for at in east)
    assert in_the_west.fence.points <= MOST_POINTS
    assert not in_the_east.is_held(in_the_west.fence)
    assert in_the_west.is_held(in_the_west.fence)
    assert (in_the_west.left_out, in_the_east.left_out) == (0, 0)


def test_what_lies_between_two_places_of_a_flight_is_near_its_way(longgang: District) -> None:
    """Its autopilot may return straight from any place to any other."""
    middle = ((WEST[0] + EAST[0]) / 2, (WEST[1] + EAST[1]) / 2)
    elsewhere = along((114.15, 22.80), 0.002, 20)
    flight = Fences(crowded(longgang, *elsewhere, middle)).around([WEST, EAST])
    assert carries(flight.fence, middle)
    assert flight.near == 1


def test_a_drone_that_holds_all_that_is_near_keeps_its_fence(longgang: District) -> None:
    far = [(WEST[0] + 0.15 + 0.001 * k, WEST[1]) for k in range(20)]
    fences = Fences(crowded(longgang, WEST, *far))
    near_by, further = fences.around([WEST]), fences.around([WEST, (WEST[0] + 0.01, WEST[1])])
    assert distance_m(WEST, far[0]) > NEAR_M
    assert further.is_held(near_by.fence)
    assert not further.is_held(None)
    assert not further.is_held(Fence(near_by.fence.inclusions, ()))
    assert not further.is_held(Fence((), near_by.fence.exclusions))


def test_what_is_near_and_does_not_fit_is_counted(longgang: District) -> None:
    near = along(WEST, 0.0006, 20)
    flight = Fences(crowded(longgang, *near)).around([WEST, (WEST[0] + 0.01, WEST[1])])
    assert len(flight.fence.exclusions) + flight.left_out == len(near)
    assert flight.left_out > 0
    assert flight.fence.points <= MOST_POINTS


def test_a_volume_of_more_corners_than_a_drone_can_hold_is_refused_by_name(
    longgang: District,
) -> None:
    district = longgang.model_copy(update={"volumes": (volume(7, WEST, corners=60),)})
    with pytest.raises(Refusal, match="the no-fly volume V07 has 60 corners; beside"):
        Fences(district)
