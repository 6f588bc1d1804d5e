"""A drone that cannot come home lands at a rally point, and everybody knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleet.dispatch.forecast import picture_at_rest
from fleet.district.load import load
from fleet.district.model import RallyPoint
from fleet.mavlink.mission import PlanType
from fleet.sorties.landing import MOST, named, nearest_rally, proof, proof_from, rally_of
from fleet.sorties.sortie import distance_m
from fleet.units.fence import airspace_of
from planner.dispatch import choose
from planner.model import LonLat, Waypoint
from planner.ways_down import HIGHER_M
from tests.fleet.flight_stage import PAD, SCENE

BESIDE_SCENE = (SCENE[0] + 0.001, SCENE[1])


def point(number: int, at: tuple[float, float], up_m: float = 0.0) -> RallyPoint:
    return RallyPoint.model_validate(
        {
            "id": f"R{number:02d}",
            "name": {"zh": "操场", "en": "school ground"},
            "at": at,
            "alt_amsl_m": PAD[2] + up_m,
            "subdistrict": "440307001",
        }
    )


def rallying(*points):
    """Prepares a stage that has these rally points."""

    def prepare(stage):
        stage.rally = points

    return prepare


def test_it_takes_off_with_the_rally_points_it_was_told(played):
    async def story(stage):
        await stage.until_state("launching")
        kept = await stage.vehicle.download(PlanType.RALLY)
        assert [(item.x, item.y) for item in kept] == [
            pytest.approx(BESIDE_SCENE, abs=1e-6),
            pytest.approx(PAD[:2], abs=1e-6),
        ]
        assert [item.z for item in kept] == [-4.0, 0.0]  # whole metres

    played(story, rallying(point(1, BESIDE_SCENE, -4.4), point(2, PAD[:2])))


def test_brought_down_by_its_autopilot_at_a_rally_point_it_is_to_be_fetched(played):
    async def story(stage):
        stage.craft.parameters["RALLY_LIMIT_KM"] = 0.0
        await stage.until_state("on_scene")
        await stage.vehicle.return_to_launch()
        await stage.until_state("returning")
        await stage.until_state("grounded")
        lon, lat, _ = stage.craft.autopilot.position
        assert distance_m((lon, lat), BESIDE_SCENE) < 3
        view = stage.journal.state.sorties[stage.sortie]
        assert view.reason == "its autopilot has landed it at a rally point"

    played(story, rallying(point(1, BESIDE_SCENE)))


def test_its_autopilot_would_return_as_high_as_the_flight_cruises(played):
    async def story(stage):
        await stage.until_state("launching")
        assert stage.craft.parameters["RTL_ALT"] == 9000  # 90 m, in cm

    played(story)


def test_a_flight_without_rally_points_takes_none_along(played):
    async def story(stage):
        stage.craft.plans.items[PlanType.RALLY] = ["left over from another flight"]
        await stage.until_state("launching")
        assert stage.craft.plans.items[PlanType.RALLY] == []

    played(story)


def test_the_rally_points_of_a_flight_are_those_its_proof_names():
    district = load(Path("configs/longgang"))
    airspace = airspace_of(district)
    picture = picture_at_rest(district, LonLat(114.23, 22.70), "fire")
    best = choose(airspace, picture).ranking[0]
    assert best.route is not None
    candidate = next(each for each in picture.candidates if each.dock == best.dock)
    found = proof(airspace, candidate, picture.task, best.route)
    assert found == best.ways_down
    told = rally_of(airspace, found)
    assert 1 <= len(told) <= MOST
    assert best.dock not in told
    assert [each.id for each in named(district.rally_points, told)] == list(told)
    start = Waypoint(*candidate.at, best.route.cruise_alt_amsl_m, 0.0)
    aloft = proof_from(airspace, candidate, start, picture.task, best.route)
    assert rally_of(airspace, aloft) == told
    assert rally_of(airspace, None) == ()


def test_a_drone_whose_way_nobody_knows_is_told_the_rally_points_near_its_dock():
    district = load(Path("configs/longgang"))
    picture = picture_at_rest(district, LonLat(114.23, 22.70), "fire")
    candidate = picture.candidates[0]
    told = named(district.rally_points, nearest_rally(airspace_of(district), candidate))
    away_m = [distance_m(each.at, candidate.at) for each in told]
    others = [each for each in district.rally_points if each not in told]
    low = [each for each in others if each.alt_amsl_m <= candidate.alt_amsl_m + HIGHER_M]
    assert len(told) == MOST
    assert away_m == sorted(away_m)
    assert all(distance_m(each.at, candidate.at) >= away_m[-1] for each in low)
