"""Contract: the pictures of a mission."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from shapely import Polygon

from fleet.capture.flight import CaptureFlight
from fleet.capture.mission import capture_mission
from fleet.capture.subject import Ground, ModelSubject, PanoramaSubject, Subject
from fleet.district.model import DockSite
from fleet.mavlink.camera_items import planned_pictures
from fleet.mavlink.mission import MissionItem
from fleet.patrol.mission import patrol_mission
from fleet.patrol.plan import PlannedSortie, PlanPoint
from fleet.patrol.plan import Stage as Part
from planner.capture.crosshatch import Overlap, completeness, crosshatch
from planner.capture.panorama import panorama
from planner.capture.view import Optics
from planner.footprint import Lens
from planner.frame import to_metres
from planner.model import LonLat, Waypoint
from planner.patrol.legs import Leg
from tests.vehicle_contract.contract_stage import DRONE, Stage, on_stage
from tests.vehicle_contract.routes import PAD, PAD_AMSL_M, metres, place

SITE = DockSite.model_validate(
    {
        "id": "D42",
        "name": {"zh": "场", "en": "Yard"},
        "subdistrict": "any",
        "model": "any",
        "drone": DRONE,
        "at": PAD,
        "alt_amsl_m": PAD_AMSL_M,
    }
)
OPTICS = Optics(Lens(90.0, 70.0), 1280)
UP_M = 30.0  # above the pad
SPEED_MS = 6.0
WITHIN_M, WITHIN_DEG = 2.0, 5.0


async def flown(stage: Stage, items: Sequence[MissionItem]) -> list[Any]:
    """What the vehicle tells of each picture of a mission."""
    mark = stage.mark()
    await stage.fly_mission(items)
    await stage.landed()
    return stage.since(mark, "CAMERA_FEEDBACK")


def off_m(told: Sequence[Any], items: Sequence[MissionItem]) -> list[float]:
    """How far from where it was planned each picture was taken."""
    planned = planned_pictures(items)
    assert len(told) == len(planned)
    return [
        math.dist(
            (*metres(one.lng / 1e7, one.lat / 1e7), one.alt_rel),
            (*metres(other.lon, other.lat), other.height_m),
        )
        for one, other in zip(told, planned, strict=True)
    ]


def point(east_m: float, north_m: float, speed_ms: float = SPEED_MS) -> PlanPoint:
    return (*place(east_m, north_m), PAD_AMSL_M + UP_M, speed_ms)


def part(what: Any, *points: PlanPoint, step_m: float | None = None, lasts_s: float = 0.0) -> Part:
    return Part(
        what=what, begins_s=0.0, ends_s=lasts_s, energy_wh=0.0, points=points,
        task="T" if what == "look" else None, visit="T" if what == "look" else None,
        photo_step_m=step_m,
    )  # fmt: skip


def patrol(*looks: Part) -> tuple[MissionItem, ...]:
    """From the pad to the looks and back, straight."""
    up = point(0, 0, 0.0)
    stages: list[Part] = []
    for number, look in enumerate(looks):
        ways = (*look.points[0][:3], SPEED_MS * 2)
        stages += [part("way", *((up,) if number == 0 else ()), ways), look]
    home = part("way", up, (*PAD, PAD_AMSL_M, 0.0))
    sortie = PlannedSortie(
        id="S001", drone=DRONE, dock=SITE.id, lands_at=SITE.id, ordered_s=0, lifts_off_s=0,
        lands_s=0, energy_wh=0, left_wh=0, stages=(*stages, home),
    )  # fmt: skip
    return patrol_mission(sortie, SITE, SITE).items


def capture(subject: Subject) -> tuple[MissionItem, ...]:
    def leg(*at: LonLat) -> Leg:
        up = Waypoint(*(at[0] or PAD), PAD_AMSL_M + UP_M, 0.0)
        return Leg((up, *(Waypoint(*to, PAD_AMSL_M + UP_M, 12.0) for to in at[1:])), 0.0, 0.0)

    home = LonLat(*PAD)
    out, back = leg(home, subject.begins), leg(subject.ends, home, home)
    return capture_mission(CaptureFlight(subject, SITE, out, back, 0.0, 0.0, 0.0))


def turned_deg(told: Sequence[Any], subject: Subject) -> list[float]:
    """How far from where the nose was planned to point it pointed at each picture."""
    return [
        abs(math.remainder(one.yaw - picture.heading_deg, 360))
        for one, picture in zip(told, subject.pictures, strict=True)
    ]


@on_stage
async def test_pictures_of_a_point_a_line_and_an_area_are_taken_where_they_were_planned(
    stage: Stage,
) -> None:
    over = part("look", point(15, 0), lasts_s=4.0)
    line = part("look", point(25, 0, 10), point(60, 10, 10), point(70, 50, 10), step_m=9.0)
    area = part(
        "look", point(55, 60), point(0, 60), point(0, 50), point(55, 50), point(55, 40),
        point(0, 40), step_m=12.0,
    )  # fmt: skip
    items = patrol(over, line, area)
    assert max(off_m(await flown(stage, items), items)) < WITHIN_M


@on_stage
async def test_pictures_of_a_panorama_are_taken_where_and_whither_they_were_planned(
    stage: Stage,
) -> None:
    at, ground = LonLat(*place(20, 10)), Ground(PAD_AMSL_M, PAD_AMSL_M)
    found = panorama(OPTICS, 0.1, 0.0)
    subject = PanoramaSubject(at, PAD_AMSL_M + UP_M, ground, found, 0.1, 0.1)
    items = capture(subject)
    told = await flown(stage, items)
    assert max(off_m(told, items)) < WITHIN_M
    assert max(turned_deg(told, subject)) < WITHIN_DEG


@on_stage
async def test_pictures_of_a_model_are_taken_where_and_whither_they_were_planned(
    stage: Stage,
) -> None:
    corners = [place(*at) for at in ((10, 10), (26, 10), (26, 22), (10, 22))]
    area = Polygon(to_metres(np.array(corners)))
    passes = tuple(crosshatch(area, OPTICS, UP_M, (-60.0,), Overlap(0.8, 0.5)))
    complete = completeness(area, passes, OPTICS, UP_M, [0.0])
    assert complete.modelled_share == 1.0
    ground = Ground(PAD_AMSL_M, PAD_AMSL_M)
    subject = ModelSubject(PAD_AMSL_M + UP_M, ground, passes, SPEED_MS, complete, 0.1, 0.1)
    items = capture(subject)
    told = await flown(stage, items)
    assert max(off_m(told, items)) < WITHIN_M
    assert max(turned_deg(told, subject)) < WITHIN_DEG
