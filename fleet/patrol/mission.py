"""A planned sortie as the items of a mission: ways, dwelling, photos, landing.

Photos along a pass are taken by the autopilot by distance (DO_SET_CAM_TRIGG_DIST), one over a
point by IMAGE_START_CAPTURE; the camera looks straight down. For photos to be taken where they were
planned, a pass begins from rest, and sharp corners are stopped at. A sortie that is early holds
over the place where its look begins.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.district.model import DockSite
from fleet.mavlink.camera_items import (
    STRAIGHT_DOWN_DEG,
    act,
    point_camera,
    take_no_more,
    take_picture,
    take_pictures_every,
)
from fleet.mavlink.mission import MissionItem
from fleet.mavlink.mission_items import ABSOLUTE, GROUND_SPEED, KEEP_THROTTLE, RELATIVE
from fleet.patrol.plan import PlannedSortie, PlanPoint, Stage
from fleet.sorties.sortie import distance_m
from planner.frame import to_metres
from planner.model import Route, Waypoint
from planner.patrol.stops import STOP_S, stops

_FLOWN_TO = (mavlink.MAV_CMD_NAV_TAKEOFF, mavlink.MAV_CMD_NAV_WAYPOINT)


class LookItems(NamedTuple):
    """A look in a mission: it begins with item ``first`` under way and is over when a later one
    than ``last`` is."""

    first: int
    last: int
    task: str
    visit: str


class Hop(NamedTuple):
    """A place that a mission flies to with item ``seq``, to stay so long over it."""

    seq: int
    to: Waypoint
    stays_s: float


@dataclass(frozen=True, slots=True)
class PatrolMission:
    """Item 0 is the home position; heights are above the pad of the dock of start. The way home
    begins with item ``home_seq``."""

    items: tuple[MissionItem, ...]
    looks: tuple[LookItems, ...]
    home_seq: int

    def hops(self, pad_amsl_m: float) -> Iterator[Hop]:
        """Where it flies to, but the pad; what goes up or down only has no speed."""
        x, y, speed_ms = self.items[0].x, self.items[0].y, 0.0
        for seq, item in enumerate(self.items):
            if item.command == mavlink.MAV_CMD_DO_CHANGE_SPEED:
                speed_ms = item.param2
            elif seq > 0 and item.command in _FLOWN_TO:
                is_upright = (item.x, item.y) == (x, y)
                to = Waypoint(item.x, item.y, item.z + pad_amsl_m, 0.0 if is_upright else speed_ms)
                yield Hop(seq, to, item.param1)
                x, y = item.x, item.y

    def route(self, pad_amsl_m: float) -> Route:
        """Out to the end of the last look, and back; the level of cruise is the highest of all."""
        hops = list(self.hops(pad_amsl_m))
        out = tuple(hop.to for hop in hops if hop.seq < self.home_seq)
        back = tuple(hop.to for hop in hops if hop.seq >= self.home_seq)
        (out_m, out_s), (back_m, back_s) = _way(out), _way((out[-1], *back))
        highest_m = max(hop.to.alt_amsl_m for hop in hops)
        return Route(highest_m, out, back, out_m, back_m, out_s, back_s)


def _way(places: Sequence[Waypoint]) -> tuple[float, float]:
    """Metres and seconds at the speeds of the legs."""
    legs = [(distance_m(a[:2], b[:2]), b.speed_ms) for a, b in pairwise(places)]
    seconds = [metres / speed_ms for metres, speed_ms in legs if speed_ms > 0]
    return math.fsum(metres for metres, _ in legs), math.fsum(seconds)


def patrol_mission(sortie: PlannedSortie, start: DockSite, end: DockSite) -> PatrolMission:
    """The mission of a planned flight."""
    items = [
        MissionItem(mavlink.MAV_CMD_NAV_WAYPOINT, ABSOLUTE, *start.at, start.alt_amsl_m),
        _over(sortie.stages[0].points[0], mavlink.MAV_CMD_NAV_TAKEOFF, start),
        point_camera(STRAIGHT_DOWN_DEG),
    ]
    stages = list(sortie.stages)
    stages[0] = stages[0].model_copy(update={"points": stages[0].points[1:]})
    stages[-1] = stages[-1].model_copy(update={"points": stages[-1].points[:-1]})
    speed_ms: float | None = None
    looks, first = [], 1
    for stage in stages:
        first = len(items)
        for item in _flown(stage, start):
            if item.command != mavlink.MAV_CMD_DO_CHANGE_SPEED:
                items.append(item)
            elif item.param2 != speed_ms:
                speed_ms = item.param2
                items.append(item)
        if stage.task is not None and stage.visit is not None:
            looks.append(LookItems(first, len(items) - 1, stage.task, stage.visit))
    items.append(MissionItem(mavlink.MAV_CMD_NAV_LAND, RELATIVE, *end.at, 0.0))
    return PatrolMission(tuple(items), tuple(looks), first)


def _flown(stage: Stage, start: DockSite) -> Iterator[MissionItem]:
    """A stage's items; the speed is set before each point that is flown to."""
    first, *rest = stage.points
    if stage.what == "look":
        yield from _looked(stage, first, rest, start)
        return
    for point in stage.points:
        yield from _to(point, start)


def _looked(
    stage: Stage, first: PlanPoint, rest: list[PlanPoint], start: DockSite
) -> Iterator[MissionItem]:
    over = _over(first, mavlink.MAV_CMD_NAV_WAYPOINT, start)
    if not rest:
        half_s = (stage.ends_s - stage.begins_s) / 2  # the photo is taken half way through
        yield replace(over, param1=float(round(stage.waits_s + half_s)))
        yield take_picture()
        yield replace(over, param1=float(round(half_s)))
        return
    yield replace(over, param1=max(float(round(stage.waits_s)), STOP_S))
    at_m = to_metres(np.array([point[:2] for point in (first, *rest)]))
    corners = [0, *stops(at_m)]
    for number, point in enumerate(rest, start=1):
        if number - 1 in corners:  # counted anew, or what went before would shift all that follow
            yield take_pictures_every(stage.photo_step_m or 0.0, point[3])
        for item in _to(point, start):
            is_stop = number in (*corners, len(rest))
            is_there = item.command == mavlink.MAV_CMD_NAV_WAYPOINT
            yield replace(item, param1=STOP_S) if is_stop and is_there else item
    yield take_no_more()


def _to(point: PlanPoint, start: DockSite) -> Iterator[MissionItem]:
    if point[3] > 0:
        yield act(mavlink.MAV_CMD_DO_CHANGE_SPEED, GROUND_SPEED, point[3], KEEP_THROTTLE)
    yield _over(point, mavlink.MAV_CMD_NAV_WAYPOINT, start)


def _over(point: PlanPoint, command: int, start: DockSite) -> MissionItem:
    return MissionItem(command, RELATIVE, point[0], point[1], point[2] - start.alt_amsl_m)
