"""A planned flight at another time than planned: its waits become shorter, and its hours must
hold still."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from fleet.district.model import District
from fleet.patrol.agenda import visits_of
from fleet.patrol.book import part_of
from fleet.patrol.file import HOUR_S
from fleet.patrol.load import tasks_of
from fleet.patrol.plan import PatrolPlan, PlannedSortie, Stage

SLACK_S = 1.0  # rounding of the plan's figures
WAITS_AT_MOST_S = 300.0  # hovering before a look; longer is waited for on the pad


Hours = Mapping[str, Sequence[tuple[float, float]]]  # visit -> from, until


def retimed(
    flight: PlannedSortie, ordered_s: float, hours: Hours, hover_w: float
) -> PlannedSortie | str:
    """The flight as ordered then, or why it does not hold. A visit that ``hours`` does not name may
    be flown whenever."""
    now_s = flight.lifts_off_s + ordered_s - flight.ordered_s
    lifts_off_s, stages = now_s, []
    for stage in flight.stages:
        begins_s = now_s if stage.visit is None else _begins_s(stage, now_s, hours)
        if begins_s is None:
            return f"{stage.visit} would be looked at outside its hours"
        waits_s = begins_s - now_s
        if waits_s > WAITS_AT_MOST_S + stage.waits_s:
            return f"it is {waits_s / 60:.0f} min too early for {stage.visit}"
        now_s = begins_s + stage.ends_s - stage.begins_s
        update = {
            "begins_s": begins_s,
            "ends_s": now_s,
            "waits_s": waits_s,
            "energy_wh": stage.energy_wh + (waits_s - stage.waits_s) * hover_w / HOUR_S,
        }
        stages.append(stage.model_copy(update=update))
    wh = math.fsum(stage.energy_wh for stage in stages)
    times = {
        "ordered_s": ordered_s,
        "lifts_off_s": lifts_off_s,
        "lands_s": now_s,
        "energy_wh": wh,
        "left_wh": flight.left_wh + flight.energy_wh - wh,
        "stages": tuple(stages),
    }
    return flight.model_copy(update=times)


def latest_order_s(flight: PlannedSortie, hours: Hours) -> float:
    """Ordered later, some look of it would end too late; infinite where none has hours."""
    slack_s = [
        max(closes_s for _, closes_s in hours[stage.visit]) - stage.ends_s
        for stage in flight.stages
        if stage.visit is not None and stage.visit in hours
    ]
    return flight.ordered_s + min(slack_s, default=math.inf)


def within(
    hours: Sequence[tuple[float, float]], others: Sequence[tuple[float, float]]
) -> tuple[tuple[float, float], ...]:
    """What of some hours lies in others; a moment long gone where nothing does."""
    found = [(max(a, c), min(b, d)) for a, b in hours for c, d in others]
    return tuple(each for each in found if each[0] < each[1]) or ((0.0, 0.0),)


def hours_of(plan: PatrolPlan, district: District) -> Hours:
    """When each visit of the plan may be flown, in seconds since midnight."""
    tasks = {task.id: task for task in tasks_of(plan.patrol, district)}
    found: dict[str, Sequence[tuple[float, float]]] = {}
    parts = {part_of(each.task, visit) for each in plan.tasks for visit in each.visits}
    parts |= {part_of(each.task, each.visit) for each in plan.unserved if each.visit is not None}
    for task, part in parts:
        found.update(visits_of(tasks[task], part, plan.patrol))
    return found


def _begins_s(stage: Stage, now_s: float, hours: Hours) -> float | None:
    """None where none of its hours holds the look any more."""
    lasts_s = stage.ends_s - stage.begins_s
    allowed = hours.get(stage.visit or "", ((-math.inf, math.inf),))
    begins = (
        max(now_s, opens_s)
        for opens_s, closes_s in allowed
        if max(now_s, opens_s) + lasts_s <= closes_s + SLACK_S
    )
    return min(begins, default=None)
