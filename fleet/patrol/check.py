"""Does a plan of patrols hold? Asked of the plan's points and times alone, with distances on the
ellipsoid and a projection of its own, and nothing of the planner's: what made the plan does not
judge it.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

from pyproj import Geod

from fleet.district.model import District, DockModel, DockSite, DroneModel
from fleet.patrol.book import part_of
from fleet.patrol.check_ground import ground_violations
from fleet.patrol.check_relay import relay_violations
from fleet.patrol.check_ways import climb_w, way_down_violations
from fleet.patrol.file import HOUR_S, Point, Task, seconds_of
from fleet.patrol.load import tasks_of
from fleet.patrol.plan import PatrolPlan, PlannedSortie, PlanPoint, Stage
from fleet.patrol.schedule import is_near
from fleet.patrol.schedule_file import ScheduleFile
from fleet.patrol.seen import seen_shares, trespasses

TIME_SLACK_S = 1.0
PLACE_SLACK_M = 2.0
ENERGY_SLACK, ENERGY_SLACK_WH = 0.02, 0.5  # speeding up is reckoned as hovering here
SPEED_SLACK = 1.01
LEAST_SEEN = 0.995

_WGS84 = Geod(ellps="WGS84")


def plan_violations(plan: PatrolPlan, district: District) -> list[str]:
    """Each in a sentence; none if the plan holds."""
    tasks = {task.id: task for task in tasks_of(plan.patrol, district)}
    docks = {site.id: site for site in district.docks}
    found: list[str] = []
    for sortie in plan.sorties:
        if sortie.dock not in docks or sortie.lands_at not in docks:
            found.append(f"{sortie.id} uses a dock that {district.id} does not have")
            continue
        found += (f"{sortie.id}: {each}" for each in _Flight(sortie, plan, district).violations())
        found += (f"{sortie.id}: {each}" for each in _looks(sortie, tasks, plan))
    found += _turnarounds(plan, district)
    found += _left_out(plan, tasks)
    found += _revisits(plan, tasks)
    found += relay_violations(plan, district)
    found += trespasses(plan, district)
    found += ground_violations(plan, district)
    found += way_down_violations(plan, district)
    for task, share in seen_shares(plan, tasks, district):
        if share < LEAST_SEEN:
            found.append(f"{task}: {100 * share:.2f} % of what may be flown over is seen")
    return found


def disturbances(plan: PatrolPlan, schedule: ScheduleFile, district: District) -> Iterator[str]:
    """Looks near housing in the quiet hours."""
    if schedule.quiet is None:
        return
    quiet = [(seconds_of(hours), hours) for hours in schedule.quiet.hours]
    for task in tasks_of(plan.patrol, district):
        if not is_near(task, district, schedule.quiet.near_m):
            continue
        for sortie in plan.sorties:
            for stage in sortie.stages:
                for (begin_s, end_s), hours in quiet if stage.task == task.id else ():
                    if (
                        stage.begins_s < end_s - TIME_SLACK_S
                        and begin_s + TIME_SLACK_S < stage.ends_s
                    ):
                        yield f"{sortie.id}: {task.id} is near housing, quiet is kept {hours}"


class _Flight:
    """One sortie, flown again point by point."""

    def __init__(self, sortie: PlannedSortie, plan: PatrolPlan, district: District) -> None:
        self._sortie, self._plan, self._wind = sortie, plan, plan.wind_of(sortie)
        docks = {site.id: site for site in district.docks}
        self._start: DockSite = docks[sortie.dock]
        self._end: DockSite = docks[sortie.lands_at]
        self._dock_model: DockModel = district.dock_models[self._start.model]
        models = {drone.id: drone.model for drone in district.drones}
        self._drone: DroneModel = district.drone_models[models[self._start.drone]]

    def violations(self) -> Iterator[str]:
        sortie, drone = self._sortie, self._drone
        if sortie.drone != self._start.drone:
            yield f"{sortie.drone} does not live in {sortie.dock}"
        launch_s = max(self._dock_model.cover_open_s, drone.upload_s)
        launch_s += drone.checks_s + drone.spin_up_s
        if sortie.lifts_off_s - sortie.ordered_s < launch_s - TIME_SLACK_S:
            yield f"it lifts off before the {launch_s:.0f} s of its launch are over"
        begin_s, end_s = seconds_of(self._plan.patrol.hours)
        if sortie.ordered_s < begin_s - TIME_SLACK_S or sortie.lands_s > end_s + TIME_SLACK_S:
            yield f"it is out beyond the patrol's hours, {self._plan.patrol.hours}"
        if self._wind.speed_ms > self._dock_model.wind_limit_ms:
            yield f"the wind is above the dock's limit of {self._dock_model.wind_limit_ms:g} m/s"
        yield from self._stages()

    def _stages(self) -> Iterator[str]:
        sortie, drone = self._sortie, self._drone
        here: PlanPoint = (*self._start.at, self._start.alt_amsl_m, 0.0)
        now_s, wh = sortie.lifts_off_s, 0.0
        for number, stage in enumerate(sortie.stages):
            where = f"stage {number} ({stage.task or 'way'})"
            if abs(stage.begins_s - stage.waits_s - now_s) > TIME_SLACK_S:
                yield f"{where} does not begin when the one before it ends"
            if _away_m(here, stage.points[0]) > PLACE_SLACK_M:
                yield f"{where} does not begin where the one before it ends"
            least_s, stage_wh = self._flown(here, stage)
            if stage.ends_s - stage.begins_s < least_s - TIME_SLACK_S:
                yield f"{where} takes {least_s:.0f} s at the least"
            for point, to in pairwise((here, *stage.points)):
                if fault := self._speed_fault(point, to):
                    yield f"{where}: {fault}"
            here, now_s, wh = stage.points[-1], stage.ends_s, wh + stage_wh
        yield from self._landed(here, now_s)
        usable_wh = drone.battery_wh * (1 - drone.reserve_share)
        if sortie.energy_wh > usable_wh + 1e-6 or wh > usable_wh * (1 + ENERGY_SLACK):
            most_wh = max(wh, sortie.energy_wh)
            yield f"it takes {most_wh:.1f} Wh, and {usable_wh:.1f} Wh may be used"
        if abs(wh - sortie.energy_wh) > ENERGY_SLACK * wh + ENERGY_SLACK_WH:
            yield f"it takes {wh:.1f} Wh, not {sortie.energy_wh:.1f} Wh"

    def _landed(self, here: PlanPoint, now_s: float) -> Iterator[str]:
        pad: PlanPoint = (*self._end.at, self._end.alt_amsl_m, 0.0)
        if _away_m(here, pad) > PLACE_SLACK_M or abs(here[2] - pad[2]) > PLACE_SLACK_M:
            yield f"it does not end on the pad of {self._sortie.lands_at}"
        if abs(now_s - self._sortie.lands_s) > TIME_SLACK_S:
            yield "it does not land when its last stage ends"

    def _flown(self, here: PlanPoint, stage: Stage) -> tuple[float, float]:
        """The least seconds that a stage takes, and its energy as long as it is told to last."""
        motion, drone = self._drone.motion, self._drone
        up_s = down_s = along_s = 0.0
        for point, to in pairwise((here, *stage.points)):
            rise_m, away_m = to[2] - point[2], _away_m(point, to)
            up_s += max(rise_m, 0.0) / motion.climb_ms
            down_s += max(-rise_m, 0.0) / motion.descent_ms
            along_s += away_m / to[3] if away_m > PLACE_SLACK_M and to[3] > 0 else 0.0
        least_s = up_s + down_s + along_s
        lasts_s = stage.ends_s - stage.begins_s
        if stage.what == "look":
            joules = (lasts_s - up_s) * max(drone.hover_w, drone.cruise_w if along_s else 0.0)
            joules += up_s * climb_w(drone)
        else:  # what a leg takes beyond flat out is speeding up, slowing down and the landing
            spare_s = max(lasts_s - least_s, 0.0)
            joules = (
                up_s * climb_w(drone)
                + (down_s + spare_s) * drone.hover_w
                + along_s * drone.cruise_w
            )
        return least_s, (joules + stage.waits_s * drone.hover_w) / HOUR_S

    def _speed_fault(self, point: PlanPoint, to: PlanPoint) -> str | None:
        """Whether the drone can hold the ground speed in the wind."""
        if to[3] == 0 or _away_m(point, to) <= PLACE_SLACK_M:
            return None
        track_deg = _WGS84.inv(point[0], point[1], to[0], to[1])[0]
        wind = self._wind
        against_rad = math.radians(track_deg - wind.from_deg)  # 0: straight into the wind
        air_ms = math.hypot(
            to[3] + wind.speed_ms * math.cos(against_rad), wind.speed_ms * math.sin(against_rad)
        )
        fastest_ms = max(self._drone.motion.speed_ms, wind.speed_ms) * SPEED_SLACK
        if air_ms > fastest_ms:
            return f"{to[3]:.1f} m/s over the ground is {air_ms:.1f} m/s through the air"
        if to[3] > self._drone.max_ground_ms * SPEED_SLACK:
            return f"{to[3]:.1f} m/s is faster than the airframe flies"
        return None


def _away_m(a: PlanPoint, b: PlanPoint) -> float:
    return float(_WGS84.inv(a[0], a[1], b[0], b[1])[2])


def _looks(sortie: PlannedSortie, tasks: dict[str, Task], plan: PatrolPlan) -> Iterator[str]:
    for stage in sortie.stages:
        if stage.what != "look":
            continue
        task = tasks.get(stage.task or "")
        if task is None:
            yield f"it looks at {stage.task}, which is no task"
            continue
        windows = [seconds_of(each) for each in task.windows or (plan.patrol.hours,)]
        if not any(
            opens_s - TIME_SLACK_S <= stage.begins_s and stage.ends_s <= closes_s + TIME_SLACK_S
            for opens_s, closes_s in windows
        ):
            yield f"{task.id} is looked at outside its hours"
        if isinstance(task, Point):
            if stage.ends_s - stage.begins_s < task.dwell_s - TIME_SLACK_S:
                yield f"{task.id} is looked at for less than {task.dwell_s:g} s"
            away_m = _away_m(stage.points[0], (*task.at, 0.0, 0.0))
            if away_m > task.stand_off_m + PLACE_SLACK_M:
                yield f"{task.id} is looked at from {away_m:.0f} m away"


def _turnarounds(plan: PatrolPlan, district: District) -> Iterator[str]:
    """A drone is charged again before it flies again, from where it is."""
    models = {site.id: district.dock_models[site.model] for site in district.docks}
    flights: dict[str, list[PlannedSortie]] = defaultdict(list)
    for sortie in sorted(plan.sorties, key=lambda each: each.ordered_s):
        flights[sortie.drone].append(sortie)
    for one, following in (pair for each in flights.values() for pair in pairwise(each)):
        if one.lands_at != following.dock:
            yield f"{following.id}: {one.drone} is in {one.lands_at} then"
            continue
        model = models[one.lands_at]
        ready_s = one.lands_s + model.cover_close_s + one.energy_wh * HOUR_S / model.charge_w
        if following.ordered_s < ready_s - TIME_SLACK_S:
            late_s = ready_s - following.ordered_s
            yield f"{following.id}: {one.drone} is charged {late_s:.0f} s later only"


def _left_out(plan: PatrolPlan, tasks: dict[str, Task]) -> Iterator[str]:
    """Every visit is flown once, or listed with the reason."""
    flown = [s.visit for each in plan.sorties for s in each.stages if s.what == "look"]
    listed = {one.visit for one in plan.unserved}
    told = {one.task for one in plan.unserved}
    planned = {each.task: each.visits for each in plan.tasks}
    for task in tasks:
        if not planned.get(task) and task not in told:
            yield f"{task} is neither served nor listed"
        for visit in planned.get(task, ()):
            if flown.count(visit) != (visit not in listed):
                yield f"{visit} is flown {flown.count(visit)} times"


def _revisits(plan: PatrolPlan, tasks: dict[str, Task]) -> Iterator[str]:
    """From look to look at a part no more passes than asked, but where a look is listed: each that
    is explains one interval."""
    listed = Counter(part_of(one.task, one.visit or one.task) for one in plan.unserved)
    begins: dict[tuple[str, str], list[float]] = defaultdict(list)
    for stage in (stage for each in plan.sorties for stage in each.stages):
        if stage.task and stage.visit:
            begins[part_of(stage.task, stage.visit)].append(stage.begins_s)
    for (task_id, part), times in begins.items():
        task = tasks.get(task_id)
        if task is None or task.revisit_h is None:
            continue
        too_long = list(_too_long(task, times, plan.patrol.hours))
        for told in too_long[listed[task_id, part] :]:
            yield f"{part} is not looked at for {told}"


def _too_long(task: Task, times: list[float], patrol_hours: str) -> Iterator[str]:
    """Intervals between looks that are longer than asked, the shortest first."""
    found = []
    for hours in task.windows or (patrol_hours,):
        opens_s, closes_s = seconds_of(hours)
        inside = sorted(at_s for at_s in times if opens_s <= at_s <= closes_s)
        waits = [b - a for a, b in pairwise([*inside, closes_s])] or [math.inf]
        found += [(each, hours) for each in waits]
    for wait_s, hours in sorted(found):
        if wait_s > (task.revisit_h or math.inf) * HOUR_S + TIME_SLACK_S:
            yield f"{wait_s / HOUR_S:.1f} h in {hours}"
