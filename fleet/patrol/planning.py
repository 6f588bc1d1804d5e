"""Plans a day's patrols: from the tasks to looks, from looks to sorties, from sorties to a plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil

import numpy as np

from fleet.district.model import District
from fleet.fence import airspace_of
from fleet.forecast import candidates_at_rest, task_for
from fleet.patrol.file import HOUR_S, PatrolFile, Point, Task, seconds_of
from fleet.patrol.load import tasks_of
from fleet.patrol.plan import (
    Found,
    PatrolPlan,
    PlannedSortie,
    Stage,
    Surveyed,
    Unserved,
    WindView,
)
from fleet.patrol.survey import Flyer, Survey, Unreachable, survey
from fleet.process import Refusal
from planner.airspace import Airspace, build
from planner.energy import WH
from planner.frame import Points, to_degrees
from planner.model import Candidate, LonLat, Wind
from planner.patrol.legs import Legs, Place, charge_s
from planner.patrol.routing import Look, Routes, Search, Shift, Sortie, Visit, hover_s, routes

REVISIT_LEEWAY = 0.25  # of the revisit interval, within which a visit may begin


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a task flown one way: where from, where to, how long, what it takes."""

    task: Task
    points_m: Points
    speeds_ms: tuple[float, ...]
    entry: int
    exit: int
    seconds: float
    wh: float


class Planning:
    """One patrol file in one district and one wind."""

    def __init__(self, district: District, patrol: PatrolFile, wind: Wind) -> None:
        """Raises Refusal where no drone may fly in that wind, or drones differ in make."""
        self._district, self._patrol, self._wind = district, patrol, wind
        self._candidates = _flyers(district, wind)
        self._flyer = Flyer(self._candidates[0].performance, wind)
        self._airspace = airspace_of(district)
        self._places: dict[tuple[LonLat, float], int] = {}
        self._place_list: list[Place] = []
        for each in self._candidates:
            self._place(Place(each.at, each.alt_amsl_m, each.alt_amsl_m, is_pad=True))
        self._visits: list[Visit] = []
        self._task_of: list[Task] = []  # of each visit
        self._looks: list[Look] = []
        self._parts: list[_Part] = []  # of each look
        self._surveys: dict[str, Survey] = {}
        self._unserved: list[Unserved] = []
        for task in tasks_of(patrol, district):
            self._add(task)

    def plan(self, search: Search) -> PatrolPlan:
        """The best plan found in the time that may be searched."""
        airspace = self._airspace_of_places()
        cruise_m = self._district.flight.cruise_height_m
        legs = Legs(airspace, self._place_list, self._flyer.performance, self._wind, cruise_m)
        shifts = self._shifts()
        found = routes(self._visits, self._looks, shifts, (legs.seconds, legs.wh), search)
        sorties = tuple(
            self._planned(number, sortie, shifts[sortie.shift], legs)
            for number, sortie in enumerate(found.sorties, start=1)
        )
        return self._told(found, sorties, self._missed(found, shifts, legs), search.seed)

    def _add(self, task: Task) -> None:
        camera = self._patrol.cameras[task.camera]
        try:
            surveyed = survey(task, camera, self._airspace, self._flyer)
        except Unreachable as unreachable:
            self._unserved.append(Unserved(task=task.id, visit=None, reason=str(unreachable)))
            return
        self._surveys[task.id] = surveyed
        several = len(surveyed.parts) > 1
        for number, points_m in enumerate(surveyed.parts, start=1):
            part_id = f"{task.id}.{number}" if several else task.id
            ways = list(self._ways(task, points_m))
            if not ways:
                reason = "it cannot be flown along against this wind"
                self._unserved.append(Unserved(task=task.id, visit=part_id, reason=reason))
                continue
            self._add_visits(task, part_id, ways)

    def _ways(self, task: Task, points_m: Points) -> Iterator[_Part]:
        """A part flown from either end; a point is hovered over."""
        performance = self._flyer.performance
        slow_w = max(performance.hover_w, performance.cruise_w)
        if isinstance(task, Point):
            at = self._stand(task, points_m[:1])[0]
            wh = task.dwell_s * performance.hover_w / WH
            yield _Part(task, points_m, (), at, at, task.dwell_s, wh)
            return
        for way_m in (points_m, points_m[::-1]):
            speeds_ms = self._flyer.speeds_ms(way_m, task.speed_ms)
            if speeds_ms is None:
                continue
            seconds = self._flyer.seconds(way_m, task.speed_ms)
            ends = self._stand(task, way_m[[0, -1]])
            yield _Part(task, way_m, tuple(speeds_ms), *ends, seconds, seconds * slow_w / WH)

    def _add_visits(self, task: Task, part_id: str, ways: Sequence[_Part]) -> None:
        longest_s = max(way.seconds for way in ways)
        for visit_id, hours in _visits_of(task, part_id, self._patrol):
            held = [(opens_s, closes_s) for opens_s, closes_s in hours
                    if closes_s - opens_s >= longest_s]  # fmt: skip
            if not held:
                lasts_s = max(closes_s - opens_s for opens_s, closes_s in hours)
                reason = f"it takes {longest_s:.0f} s, its hours last {lasts_s:.0f} s"
                self._unserved.append(Unserved(task=task.id, visit=visit_id, reason=reason))
                continue
            number = len(self._visits)
            self._visits.append(Visit(visit_id, task.priority))
            self._task_of.append(task)
            for way in ways:
                for opens_s, closes_s in held:
                    self._parts.append(way)
                    self._looks.append(
                        Look(number, way.entry, way.exit, way.seconds, way.wh, opens_s, closes_s)
                    )

    def _stand(self, task: Task, ends_m: Points) -> tuple[int, int]:
        """The places of a part's ends, at one height: the camera's above the higher ground."""
        ends = [LonLat(*at) for at in to_degrees(ends_m).tolist()]
        ground_amsl_m = max(task_for(self._district, at, 0.0).ground_amsl_m for at in ends)
        alt_amsl_m = ground_amsl_m + task.height_m
        numbers = [self._place(Place(at, ground_amsl_m, alt_amsl_m)) for at in ends]
        return numbers[0], numbers[-1]

    def _place(self, place: Place) -> int:
        key = (place.at, place.alt_amsl_m)
        if key not in self._places:
            self._places[key] = len(self._place_list)
            self._place_list.append(place)
        return self._places[key]

    def _airspace_of_places(self) -> Airspace:
        """The airspace with all places in it, not only the docks."""
        at = {str(number): place.at for number, place in enumerate(self._place_list)}
        return build(self._airspace.volumes, at)

    def _shifts(self) -> list[Shift]:
        """As many for each drone as the patrol's hours hold, with charging between."""
        begin_s, end_s = seconds_of(self._patrol.hours)
        models = {site.id: self._district.dock_models[site.model] for site in self._district.docks}
        shifts = []
        for pad, each in enumerate(self._candidates):
            model, performance = models[each.dock], each.performance
            usable_wh = each.energy_wh - performance.reserve_share * performance.battery_wh
            flight_s = each.launch.total_s + hover_s(usable_wh, performance.hover_w)
            rest_s = model.cover_close_s + charge_s(usable_wh, model.charge_w)
            opens_s = begin_s
            while opens_s + flight_s <= end_s:
                closes_s = opens_s + flight_s
                shifts.append(
                    Shift(
                        each.drone,
                        pad,
                        pad,
                        opens_s,
                        closes_s,
                        each.launch.total_s,
                        usable_wh,
                        performance.hover_w,
                    )
                )
                opens_s = closes_s + rest_s
        return shifts

    def _planned(self, number: int, sortie: Sortie, shift: Shift, legs: Legs) -> PlannedSortie:
        start, end = self._candidates[shift.starts], self._candidates[shift.lands]
        battery_wh = start.energy_wh
        return PlannedSortie(
            id=f"S{number:03d}",
            drone=shift.drone,
            dock=start.dock,
            lands_at=end.dock,
            ordered_s=sortie.ordered_s,
            lifts_off_s=sortie.ordered_s + shift.launch_s,
            lands_s=sortie.lands_s,
            energy_wh=sortie.wh,
            left_wh=battery_wh - sortie.wh,
            stages=tuple(self._stages(sortie, shift, legs)),
        )

    def _stages(self, sortie: Sortie, shift: Shift, legs: Legs) -> Iterator[Stage]:
        here, now_s = shift.starts, sortie.ordered_s + shift.launch_s
        for flown in sortie.looks:
            part = self._parts[flown.look]
            yield _way(legs, here, part.entry, now_s)
            wh = part.wh + flown.waits_s * shift.hover_w / WH
            visit = self._looks[flown.look].visit
            swath = self._surveys[part.task.id].swath
            now_s = flown.begins_s + part.seconds
            yield Stage(
                what="look",
                begins_s=flown.begins_s,
                ends_s=now_s,
                waits_s=flown.waits_s,
                energy_wh=wh,
                points=tuple(self._seen_from(part)),
                task=part.task.id,
                visit=self._visits[visit].id,
                photo_step_m=None if swath is None else swath.along_m,
            )
            here = part.exit
        yield _way(legs, here, shift.lands, now_s)

    def _seen_from(self, part: _Part) -> Iterator[tuple[float, float, float, float]]:
        alt_amsl_m = self._place_list[part.entry].alt_amsl_m
        speeds_ms = (0.0, *part.speeds_ms)
        for (lon, lat), speed_ms in zip(to_degrees(part.points_m).tolist(), speeds_ms, strict=True):
            yield lon, lat, alt_amsl_m, speed_ms

    def _missed(self, found: Routes, shifts: Sequence[Shift], legs: Legs) -> Iterator[Unserved]:
        served = {self._looks[each.look].visit for s in found.sorties for each in s.looks}
        least_wh = [np.inf] * len(self._visits)
        pads = range(len(self._candidates))
        for look in self._looks:
            wh = look.wh + min(legs.wh[pad, look.entry] + legs.wh[look.exit, pad] for pad in pads)
            least_wh[look.visit] = min(least_wh[look.visit], wh)
        usable_wh = max((shift.usable_wh for shift in shifts), default=0.0)
        for number, visit in enumerate(self._visits):
            if number in served:
                continue
            if not np.isfinite(least_wh[number]):
                reason = "there is no way to it around the no-fly volumes in this wind"
            elif least_wh[number] > usable_wh:
                reason = (
                    f"a flight there takes {least_wh[number]:.0f} Wh at the least, and "
                    f"{usable_wh:.0f} Wh may be used"
                )
            else:
                reason = "no drone was found that has the time and the charge in its hours"
            yield Unserved(task=self._task_of[number].id, visit=visit.id, reason=reason)

    def _told(
        self,
        found: Routes,
        sorties: tuple[PlannedSortie, ...],
        missed: Iterator[Unserved],
        seed: int,
    ) -> PatrolPlan:
        visits: dict[str, list[str]] = {task: [] for task in self._surveys}
        for visit, task in zip(self._visits, self._task_of, strict=True):
            visits[task.id].append(visit.id)
        return PatrolPlan(
            district=self._district.id,
            patrol=self._patrol,
            wind=WindView(speed_ms=self._wind.speed_ms, from_deg=self._wind.from_deg),
            found=Found(
                energy_wh=found.wh,
                bound_wh=found.bound_wh,
                gap=found.gap,
                iterations=found.iterations,
                seed=seed,
                repeatable=found.repeatable,
            ),
            tasks=tuple(
                Surveyed(task=task, visits=tuple(visits[task]), clear_share=each.clear_share)
                for task, each in self._surveys.items()
            ),
            sorties=sorties,
            unserved=(*self._unserved, *missed),
        )


def _flyers(district: District, wind: Wind) -> list[Candidate]:
    limits = {site.id: district.dock_models[site.model].wind_limit_ms for site in district.docks}
    found = [
        replace(each, wind=wind)
        for each in candidates_at_rest(district)
        if wind.speed_ms <= limits[each.dock]
    ]
    if not found:
        raise Refusal(
            f"no dock lets a drone out in a wind of {wind.speed_ms:g} m/s; "
            f"the highest limit is {max(limits.values()):g} m/s"
        )
    if len({each.performance for each in found}) > 1:
        raise Refusal("patrols are planned for one make of drone, and drones.yaml has several")
    return found


def _way(legs: Legs, start: int, end: int, begins_s: float) -> Stage:
    leg = legs.leg(start, end)
    assert leg is not None, "a sortie flies only ways that there are"
    return Stage(
        what="way",
        begins_s=begins_s,
        ends_s=begins_s + leg.seconds,
        energy_wh=leg.wh,
        points=leg.waypoints,
    )


def _visits_of(
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
