"""Reads ``patrols/schedule.yaml`` of a district and the patrol files that it names."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from fleet.district.document import Fault, read_document
from fleet.district.model import District
from fleet.patrol.file import PatrolFile
from fleet.patrol.load import PatrolInvalid, load_patrol
from fleet.patrol.schedule import NOTHING, Schedule, faults
from fleet.patrol.schedule_file import ScheduleFile

PLACE = Path("patrols") / "schedule.yaml"


def load_schedule(district_dir: Path, district: District) -> Schedule:
    """Nothing is scheduled where there is no such file.

    Raises:
        PatrolInvalid: with every fault of it and of the patrols that it names.
    """
    path = district_dir / PLACE
    if not path.exists():
        return NOTHING
    value, found = read_document(path, ScheduleFile)
    if value is None:
        raise PatrolInvalid(path, tuple(found))
    file = cast(ScheduleFile, value)
    patrols: dict[str, PatrolFile] = {}
    for each in file.rounds:
        try:
            patrols[each.file] = load_patrol(path.parent / each.file)
        except PatrolInvalid as invalid:
            found += invalid.faults
    schedule = Schedule(file, patrols)
    found += faults(schedule, district, path.name)
    if found:
        raise PatrolInvalid(path, tuple(_once(found)))
    return schedule


def _once(found: list[Fault]) -> dict[Fault, None]:
    """A file that two rounds name is read twice."""
    return dict.fromkeys(found)
