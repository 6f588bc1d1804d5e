"""Does a plan keep the ceiling over the ground under its ways and looks, and clear of it? Asked of
its points and of the district's ground alone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from fleet.district.model import District
from fleet.patrol.file import Point, Task
from fleet.patrol.load import tasks_of
from fleet.patrol.plan import PatrolPlan, PlannedSortie, PlanPoint, Stage
from fleet.patrol.seen import Local
from planner.levels import CEILING_M

STEP_M = 25.0
SLACK_M = 3.0  # of what lies between the places that are looked at here, and there
UPRIGHT_M = 2.0  # on a way so short it goes up or down


def ground_violations(plan: PatrolPlan, district: District) -> Iterator[str]:
    """Each in a sentence, one for each stage; none where no ground is known."""
    if district.terrain is None:
        return
    tasks = {task.id: task for task in tasks_of(plan.patrol, district)}
    docks = {site.id: site for site in district.docks}
    for sortie in plan.sorties:
        if sortie.dock in docks:
            start = docks[sortie.dock]
            here: PlanPoint = (*start.at, start.alt_amsl_m, 0.0)
            yield from _of(sortie, here, tasks, district)


def _of(
    sortie: PlannedSortie, here: PlanPoint, tasks: dict[str, Task], district: District
) -> Iterator[str]:
    local = Local(here[0], here[1])
    for number, stage in enumerate(sortie.stages):
        least_m, most_m = math.inf, -math.inf
        for point, to in pairwise((here, *stage.points)):
            above_m = _above_ground_m(point, to, local, district)
            if len(above_m):
                least_m = min(least_m, float(above_m.min()))
                most_m = max(most_m, float(above_m.max()))
        here = stage.points[-1]
        where = f"{sortie.id}: stage {number} ({stage.task or 'way'})"
        if most_m > CEILING_M + SLACK_M:
            yield f"{where} is flown {most_m:.0f} m above the ground, {CEILING_M:.0f} m are open"
        asked_m = _asked_m(stage, tasks, district)
        if least_m < asked_m - SLACK_M:
            yield f"{where} is flown {least_m:.0f} m above the ground, not {asked_m:.0f} m"


def _asked_m(stage: Stage, tasks: dict[str, Task], district: District) -> float:
    """At the least."""
    task = tasks.get(stage.task or "")
    if task is None:
        return district.flight.clear_m
    return 0.0 if isinstance(task, Point) else min(district.flight.scene_height_m, task.height_m)


def _above_ground_m(
    point: PlanPoint, to: PlanPoint, local: Local, district: District
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Along what is flown level or aslant; upright nothing is asked."""
    away_m = math.dist(local.point(*point[:2]), local.point(*to[:2]))
    if away_m <= UPRIGHT_M:
        return np.zeros(0)
    shares = np.linspace(0.0, 1.0, math.ceil(away_m / STEP_M) + 1)[:, None]
    flown = np.array(point[:3]) + (np.array(to[:3]) - np.array(point[:3])) * shares
    return np.asarray(flown[:, 2] - district.grounds_amsl_m(flown[:, :2]))
