"""Reads a patrol file, with every fault of it told at once: of its form, and of what it asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import numpy as np
import shapely

from fleet.district.document import Fault, read_document
from fleet.district.model import District, Name
from fleet.patrol.file import Area, Communities, Line, PatrolFile, Point, Task, seconds_of
from fleet.process import Refusal
from planner.frame import to_metres

LEAST_WIDTH_M = 1.0  # on average; a straight line in degrees is slightly bent in metres
COMMUNITY = "community"


class PatrolInvalid(Refusal):
    """A patrol file that cannot be planned with, with all faults found in it."""

    def __init__(self, path: Path, faults: tuple[Fault, ...]) -> None:
        self.path, self.faults = path, faults
        if len(faults) == 1:
            super().__init__(str(faults[0]))
        else:
            lines = "\n".join(f"  {fault}" for fault in faults)
            super().__init__(f"{path} has {len(faults)} faults:\n{lines}")


def load_patrol(path: Path) -> PatrolFile:
    """The file's tasks.

    Raises:
        PatrolInvalid: naming file, key, what was found and what was expected, of every fault.
    """
    value, faults = read_document(path, PatrolFile)
    if value is None:
        raise PatrolInvalid(path, tuple(faults))
    patrol = cast(PatrolFile, value)
    if found := tuple(_faults(path.name, patrol)):
        raise PatrolInvalid(path, found)
    return patrol


def tasks_of(patrol: PatrolFile, district: District) -> tuple[Task, ...]:
    """All tasks, the communities first."""
    written = tuple(task for _, task in patrol.tasks())
    if patrol.communities is None:
        return written
    like = patrol.communities.model_dump(exclude_none=True)
    communities = (
        Point(
            id=f"C{number:03d}",
            name=Name(zh=each.name, en=each.name),
            kind=COMMUNITY,
            at=each.at,
            **like,
        )
        for number, each in enumerate(district.communities, start=1)
    )
    return (*communities, *written)


def _faults(name: str, patrol: PatrolFile) -> Iterator[Fault]:
    if patrol.communities is None and not any(True for _ in patrol.tasks()):
        yield Fault(name, None, "", "no tasks", "communities, points, lines or areas")
    if (every := patrol.communities) is not None:
        if every.camera not in patrol.cameras:
            yield _unknown_camera(name, "communities", every.camera, patrol)
        yield from _hours_faults(name, "communities", every, patrol)
    seen: dict[str, str] = {}
    for key, task in patrol.tasks():
        if task.id in seen:
            expected = f"an id of its own; {seen[task.id]} has it"
            yield Fault(name, None, f"{key}.id", task.id, expected)
        seen.setdefault(task.id, key)
        if task.camera not in patrol.cameras:
            yield _unknown_camera(name, key, task.camera, patrol)
        yield from _hours_faults(name, key, task, patrol)
        yield from _shape_faults(name, key, task)


def _unknown_camera(name: str, key: str, camera: str, patrol: PatrolFile) -> Fault:
    return Fault(name, None, f"{key}.camera", camera, f"one of {', '.join(patrol.cameras)}")


def _hours_faults(
    name: str, key: str, task: Task | Communities, patrol: PatrolFile
) -> Iterator[Fault]:
    begin_s, end_s = seconds_of(patrol.hours)
    for number, hours in enumerate(task.windows):
        opens_s, closes_s = seconds_of(hours)
        lasts_s = min(closes_s, end_s) - max(opens_s, begin_s)
        where = f"{key}.windows[{number}]"
        if lasts_s <= 0:
            yield Fault(name, None, where, hours, f"hours that meet the patrol's, {patrol.hours}")
        elif isinstance(task, Point | Communities) and task.dwell_s > lasts_s:
            expected = f"hours that hold the dwell of {task.dwell_s:g} s"
            yield Fault(name, None, where, f"{hours} ({lasts_s:.0f} s of the patrol)", expected)


def _shape_faults(name: str, key: str, task: Task) -> Iterator[Fault]:
    if isinstance(task, Line) and len(set(task.path)) < 2:
        yield Fault(name, None, f"{key}.path", "a line of no length", "two places or more")
    if isinstance(task, Area):
        where = f"{key}.polygon"
        if any(len(set(ring)) < 3 for ring in task.polygon):
            yield Fault(name, None, where, "a ring of no area", "three corners or more")
            return
        shape = shapely.Polygon(
            to_metres(np.array(task.polygon[0])),
            [to_metres(np.array(ring)) for ring in task.polygon[1:]],
        )
        if shape.area < LEAST_WIDTH_M * shape.length / 2:
            yield Fault(name, None, where, "a polygon of no area", "one that encloses something")
        elif not shape.is_valid:
            yield Fault(name, None, where, shapely.is_valid_reason(shape), "a simple polygon")
