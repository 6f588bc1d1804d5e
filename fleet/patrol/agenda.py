"""What a patrol file asks for as visits and looks, and the places they are flown from."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fleet.district.model import District
from fleet.patrol.file import HOUR_S, PatrolFile, Point, Task, seconds_of
from fleet.patrol.limits import Limits, without
from fleet.patrol.load import tasks_of
from fleet.patrol.plan import Unserved
from fleet.patrol.survey import Flyer, Survey, Unreachable, survey
from planner.airspace import Airspace, build
from planner.energy import WH
from planner.frame import Points, to_degrees
from planner.model import LonLat
from planner.patrol.legs import Heights, Place
from planner.patrol.profile import Corridor, Profile, level, profile
from planner.patrol.routing import Look, Visit

LOWER = 0.9  # than asked a camera may be over uneven ground, as a share: less than photos overlap
REVISIT_LEEWAY = 0.25  # of the revisit interval, within which a visit may begin


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a task flown one way: where from, where to, how long, what it takes. ``speeds_ms``
    are those of the legs between its points."""

    task: Task
    points_m: Points  # the way's corners
    way: Profile
    speeds_ms: tuple[float, ...]
    entry: int
    exit: int
    seconds: float
    wh: float
    is_backward: bool = False


class Agenda:
    """All visits of a patrol; ``places`` are the pads given, in their order, then where looks begin
    and end. What cannot be looked at is in ``unserved``, with the reason. Looks at the lines
    ``relayed`` come last."""

    def __init__(
        self,
        district: District,
        patrol: PatrolFile,
        airspace: Airspace,
        flyer: Flyer,
        heights: Heights,
        pads: Sequence[Place],
        limits: Limits,
        relayed: Collection[str] = (),
    ) -> None:
        self._district, self._patrol, self._limits = district, patrol, limits
        self._airspace, self._flyer, self._heights = airspace, flyer, heights
        self._numbers: dict[tuple[LonLat, float], int] = {}
        self.places: list[Place] = []
        self.visits: list[Visit] = []
        self.tasks: list[Task] = []  # of each visit
        self.looks: list[Look] = []
        self.parts: list[Part] = []  # of each look
        self.surveys: dict[str, Survey] = {}
        self.unserved: list[Unserved] = []
        for pad in pads:
            self._place(pad)
        wanted = [task for task in tasks_of(patrol, district) if limits.wants_task(task.id)]
        for task in wanted:
            if task.id not in relayed:
                self._add(task)
        self.routed = len(self.looks)  # those behind are the relays'
        for task in wanted:
            if task.id in relayed:
                self._add(task)

    def airspace(self) -> Airspace:
        """The airspace with all places in it, not only the docks."""
        at = {str(number): place.at for number, place in enumerate(self.places)}
        return build(self._airspace.volumes, at, relief=self._airspace.relief)

    def blown(self, flyer: Flyer) -> tuple[list[Part], list[Look]]:
        """The parts and looks in another wind; they take for ever where it is too strong."""
        parts = [_flown(part, flyer) for part in self.parts]
        looks = [
            replace(look, seconds=part.seconds, wh=part.wh)
            for look, part in zip(self.looks, parts, strict=True)
        ]
        return parts, looks

    def _add(self, task: Task) -> None:
        camera = self._patrol.cameras[task.camera]
        try:
            surveyed = survey(task, camera, self._airspace, self._flyer)
        except Unreachable as unreachable:
            self.unserved.append(Unserved(task=task.id, visit=None, reason=str(unreachable)))
            return
        self.surveys[task.id] = surveyed
        several = len(surveyed.parts) > 1
        for number, points_m in enumerate(surveyed.parts, start=1):
            part_id = f"{task.id}.{number}" if several else task.id
            ways = list(self._ways(task, points_m))
            if ways:
                self._add_visits(task, part_id, ways)
            else:
                self._leave_out(task, part_id, "it cannot be flown along against this wind")

    def _leave_out(self, task: Task, part_id: str, reason: str) -> None:
        """All visits of a part, in this wind."""
        self.unserved += (
            Unserved(task=task.id, visit=visit_id, reason=reason, passing=True)
            for visit_id, _ in visits_of(task, part_id, self._patrol)
            if self._limits.wants_visit(visit_id)
        )

    def _ways(self, task: Task, points_m: Points) -> Iterator[Part]:
        """A part flown from either end; a point is hovered over."""
        forward = self._way(task, points_m)
        begins, ends = self._ends(forward)
        yield from self._flyable(Part(task, points_m, forward, (), begins, ends, 0.0, 0.0))
        if not isinstance(task, Point):
            way = forward.reversed()
            yield from self._flyable(
                Part(task, points_m[::-1], way, (), ends, begins, 0.0, 0.0, is_backward=True)
            )

    def _flyable(self, part: Part) -> Iterator[Part]:
        """In this wind."""
        flown = _flown(part, self._flyer)
        if math.isfinite(flown.seconds):
            yield flown

    def _add_visits(self, task: Task, part_id: str, ways: Sequence[Part]) -> None:
        longest_s = max(way.seconds for way in ways)
        limits = self._limits
        for visit_id, told in visits_of(task, part_id, self._patrol):
            if not limits.wants_visit(visit_id):
                continue
            hours = [(max(opens_s, limits.after_s), closes_s) for opens_s, closes_s in told]
            hours = without(hours, limits.closed)
            held = [each for each in hours if each[1] - each[0] >= longest_s]
            if not held:
                lasts_s = max((max(0.0, closes - opens) for opens, closes in hours), default=0.0)
                reason = f"it takes {longest_s:.0f} s, its hours last {lasts_s:.0f} s"
                self.unserved.append(Unserved(task=task.id, visit=visit_id, reason=reason))
                continue
            number = len(self.visits)
            self.visits.append(Visit(visit_id, task.priority))
            self.tasks.append(task)
            for way in ways:
                for opens_s, closes_s in held:
                    self.parts.append(way)
                    self.looks.append(
                        Look(number, way.entry, way.exit, way.seconds, way.wh, opens_s, closes_s)
                    )

    def _way(self, task: Task, points_m: Points) -> Profile:
        """The camera's height above the ground, at one level if that may be; where it must go up
        and down with the ground, a little lower too."""
        grounds_m = self._district.grounds_amsl_m(to_degrees(points_m))
        lower_m, higher_m = grounds_m.min(), grounds_m.max()
        relief, height_m = self._airspace.relief, task.height_m
        if relief is None or len(points_m) == 1:
            return level(points_m, float(self._heights.level(lower_m, higher_m, height_m)))
        least_m = min(self._heights.clear_m, height_m)
        corridor = Corridor(least_m, relief.ceiling_m, LOWER * height_m)
        return profile(relief.terrain, corridor, points_m, float(higher_m) + height_m)

    def _ends(self, way: Profile) -> tuple[int, int]:
        """The places of a part's ends."""
        ends = [LonLat(*at) for at in to_degrees(way.points_m[[0, -1]]).tolist()]
        grounds = self._district.grounds_amsl_m(np.array(ends)).tolist()
        alts = way.alts_amsl_m[0], way.alts_amsl_m[-1]
        first, last = (self._place(Place(*each)) for each in zip(ends, grounds, alts, strict=True))
        return first, last

    def _place(self, place: Place) -> int:
        key = (place.at, place.alt_amsl_m)
        if key not in self._numbers:
            self._numbers[key] = len(self.places)
            self.places.append(place)
        return self._numbers[key]


def _flown(part: Part, flyer: Flyer) -> Part:
    """With the speeds, time and energy that it takes in a wind."""
    performance, task = flyer.performance, part.task
    if isinstance(task, Point):
        return replace(part, seconds=task.dwell_s, wh=task.dwell_s * performance.hover_w / WH)
    speeds_ms = flyer.speeds_ms(part.points_m, task.speed_ms)
    if speeds_ms is None:
        return replace(part, speeds_ms=(), seconds=math.inf, wh=math.inf)
    slow_w = max(performance.hover_w, performance.cruise_w)
    seconds = flyer.seconds(part.points_m, task.speed_ms)
    up_s = part.way.up_m / performance.climb_ms
    down_s = part.way.down_m / performance.descent_ms
    wh = ((seconds + down_s) * slow_w + up_s * performance.climb_w) / WH
    speeds = tuple(speeds_ms[leg] for leg in part.way.legs)
    return replace(part, speeds_ms=speeds, seconds=seconds + up_s + down_s, wh=wh)


def visits_of(
    task: Task, part_id: str, patrol: PatrolFile
) -> list[tuple[str, list[tuple[float, float]]]]:
    """Each visit with the hours it may be flown in. Without a revisit interval one visit in any of
    the windows; with one, so many in each that from begin to begin no more than it passes."""
    begin_s, end_s = seconds_of(patrol.hours)
    windows = [seconds_of(each) for each in task.windows or (patrol.hours,)]
    windows = [(max(opens, begin_s), min(closes, end_s)) for opens, closes in windows]
    if task.revisit_h is None:
        return [(part_id, windows)]
    revisit_s = task.revisit_h * HOUR_S
    leeway_s = revisit_s * REVISIT_LEEWAY
    hours = []
    for opens_s, closes_s in windows:
        more = max(0, math.ceil((closes_s - opens_s - revisit_s) / (revisit_s - leeway_s)))
        for number in range(more + 1):
            at_s = opens_s + number * (revisit_s - leeway_s)
            hours.append((at_s, min(at_s + leeway_s, closes_s)))
    if len(hours) == 1:
        return [(part_id, hours)]
    return [(f"{part_id}@{number}", [each]) for number, each in enumerate(hours, start=1)]
