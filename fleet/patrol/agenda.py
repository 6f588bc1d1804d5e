"""What a patrol file asks for as visits and looks, and the places they are flown from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

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
from planner.patrol.routing import Look, Visit

REVISIT_LEEWAY = 0.25  # of the revisit interval, within which a visit may begin


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a task flown one way: where from, where to, how long, what it takes."""

    task: Task
    points_m: Points
    speeds_ms: tuple[float, ...]
    entry: int
    exit: int
    seconds: float
    wh: float


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
        return build(self._airspace.volumes, at)

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
        performance = self._flyer.performance
        slow_w = max(performance.hover_w, performance.cruise_w)
        if isinstance(task, Point):
            at = self._stand(task, points_m)[0]
            wh = task.dwell_s * performance.hover_w / WH
            yield Part(task, points_m, (), at, at, task.dwell_s, wh)
            return
        for way_m in (points_m, points_m[::-1]):
            speeds_ms = self._flyer.speeds_ms(way_m, task.speed_ms)
            if speeds_ms is None:
                continue
            seconds = self._flyer.seconds(way_m, task.speed_ms)
            ends = self._stand(task, way_m)
            yield Part(task, way_m, tuple(speeds_ms), *ends, seconds, seconds * slow_w / WH)

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

    def _stand(self, task: Task, points_m: Points) -> tuple[int, int]:
        """The places of a part's ends, at one level: the camera's height above the ground of its
        points."""
        points = [LonLat(*at) for at in to_degrees(points_m).tolist()]
        grounds = self._district.grounds_amsl_m(np.array(points)).tolist()
        lower, higher = np.array(min(grounds)), np.array(max(grounds))
        alt_amsl_m = float(self._heights.level(lower, higher, task.height_m))
        ends = ((points[0], grounds[0]), (points[-1], grounds[-1]))
        numbers = [self._place(Place(at, ground_m, alt_amsl_m)) for at, ground_m in ends]
        return numbers[0], numbers[-1]

    def _place(self, place: Place) -> int:
        key = (place.at, place.alt_amsl_m)
        if key not in self._numbers:
            self._numbers[key] = len(self.places)
            self.places.append(place)
        return self._numbers[key]


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
        more = max(0, ceil((closes_s - opens_s - revisit_s) / (revisit_s - leeway_s)))
        for number in range(more + 1):
            at_s = opens_s + number * (revisit_s - leeway_s)
            hours.append((at_s, min(at_s + leeway_s, closes_s)))
    if len(hours) == 1:
        return [(part_id, hours)]
    return [(f"{part_id}@{number}", [each]) for number, each in enumerate(hours, start=1)]
