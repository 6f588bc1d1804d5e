"""What is told of the patrols: plans, flights, and how old the last look at each task is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from fleet import contract as c
from fleet.district.model import District
from fleet.log.state import FleetState
from fleet.patrol.book import Adopted, PatrolBook, looked_at, part_of
from fleet.patrol.file import Line, Point, Task
from fleet.patrol.load import tasks_of
from fleet.patrol.plan import PlannedSortie
from fleet.sorties.sortie import ENDED

SHOWN_FOR = timedelta(hours=36)  # from its midnight


def shown(book: PatrolBook, now: datetime) -> list[Adopted]:
    """The plans of today and of the night before."""
    return [each for each in book.plans.values() if now - each.midnight < SHOWN_FOR]


def patrol_view(adopted: Adopted, state: FleetState) -> c.PatrolView:
    name = adopted.plan.patrol.name
    visits = [visit for flight in adopted.flights.values() for _, visit in looked_at(flight)]
    visits += (visit for _, visit in adopted.put_off())
    left_out = {
        each.visit or each.task: each.reason
        for each in adopted.plan.unserved
        if each.visit is None or adopted.is_open(each.visit)
    }
    return c.PatrolView(
        id=adopted.id,
        name=c.NameView(zh=name.zh, en=name.en),
        midnight=adopted.midnight,
        rest_of=None if adopted.round == adopted.id else adopted.round,
        visits=len(visits),
        seen=len(adopted.seen),
        missed=dict(adopted.missed),
        handed_on=dict(adopted.handed_on),
        unserved=left_out,
        flights=tuple(_flight_view(adopted, each, state) for each in adopted.flights.values()),
    )


def _flight_view(adopted: Adopted, flight: PlannedSortie, state: FleetState) -> c.PatrolFlightView:
    visits = tuple(visit for _, visit in looked_at(flight))
    sortie, waits = adopted.sent.get(flight.id), adopted.waits.get(flight.id)
    told: str | None = waits
    outcome, incident = None, None
    ordered_s, lands_s = flight.ordered_s, flight.lands_s
    if sortie is not None:
        has_ended = state.sorties[sortie].state in ENDED
        status, told = ("flown" if has_ended else "flying"), state.sorties[sortie].reason
        flown = state.plans[sortie].flight or {}
        ordered_s, lands_s = flown.get("ordered_s", ordered_s), flown.get("lands_s", lands_s)
        after = state.sorties.get(state.sorties[sortie].diverted_to or "")
        incident = None if after is None else after.incident
    elif flight.id in adopted.given_up or not any(adopted.is_open(visit) for visit in visits):
        status, told = "given_up", adopted.given_up.get(flight.id)
    else:
        status = "planned" if waits is None else "waits"
    if status in ("flown", "given_up"):
        outcome = _outcome(adopted, visits, incident)
    return c.PatrolFlightView.model_validate(
        {
            "id": flight.id,
            "dock": flight.dock,
            "drone": flight.drone,
            "ordered_at": adopted.at(ordered_s),
            "lands_at": adopted.at(lands_s),
            "state": status,
            "reason": told,
            "outcome": outcome,
            "sortie": sortie,
            "incident": incident,
            "visits": visits,
            "seen": tuple(visit for visit in visits if visit in adopted.seen),
        }
    )


def _outcome(adopted: Adopted, visits: tuple[str, ...], incident: str | None) -> str:
    """Of a flight that is over; the worst of what became of its visits."""
    left = [visit for visit in visits if visit not in adopted.seen]
    if not left:
        return "seen"
    if incident is not None:
        return "pre_empted"
    if any(visit in adopted.missed for visit in left):
        return "missed"
    return "unfinished" if any(map(adopted.is_open, left)) else "replanned"


def task_views(
    plans: Iterable[Adopted], state: FleetState, district: District, now: datetime
) -> Iterator[c.PatrolTaskView]:
    """Each task of the plans once, the newest plan's word for it."""
    tasks: dict[str, Task] = {}
    parts: dict[str, set[tuple[str, str]]] = {}
    planned: dict[str, datetime] = {}
    for adopted in plans:
        tasks.update({task.id: task for task in tasks_of(adopted.plan.patrol, district)})
        for surveyed in adopted.plan.tasks:
            found = parts.setdefault(surveyed.task, set())
            found.update(part_of(surveyed.task, visit) for visit in surveyed.visits)
        for looked, at in _looks_to_come(adopted, state):
            planned[looked] = min(at, planned.get(looked, at))
    for task in tasks.values():
        seen = [state.patrols.last_seen.get(part) for part in parts.get(task.id, ())]
        times = [at for at in seen if at is not None]
        # a task of which a part was never seen has never been seen
        last = min(times) if times and len(times) == len(seen) else None
        lon, lat = _place(task)
        yield c.PatrolTaskView(
            task=task.id,
            name=c.NameView(zh=task.name.zh, en=task.name.en),
            kind=task.kind,
            lon=lon,
            lat=lat,
            shape=shape_of(task),
            priority=task.priority,
            revisit_h=task.revisit_h,
            last_seen_at=last,
            age_s=None if last is None else (now - last).total_seconds(),
            next_at=planned.get(task.id),
        )


def _looks_to_come(adopted: Adopted, state: FleetState) -> Iterator[tuple[str, datetime]]:
    for flight in adopted.flights.values():
        sortie = adopted.sent.get(flight.id)
        flown = flight
        if sortie is not None:
            if state.sorties[sortie].state is not c.SortieState.EN_ROUTE:
                continue
            flown = PlannedSortie.model_validate(state.plans[sortie].flight)
        for stage in flown.stages:
            if stage.task and stage.visit and adopted.is_open(stage.visit):
                yield stage.task, adopted.at(stage.begins_s)


def shape_of(task: Task) -> dict[str, Any]:
    """As GeoJSON."""
    if isinstance(task, Point):
        return {"type": "Point", "coordinates": task.at}
    if isinstance(task, Line):
        return {"type": "LineString", "coordinates": task.path}
    return {"type": "Polygon", "coordinates": task.polygon}


def _place(task: Task) -> tuple[float, float]:
    if isinstance(task, Point):
        return task.at
    places = task.path if isinstance(task, Line) else task.polygon[0][:-1]
    lon, lat = np.mean(np.array(places), axis=0).tolist()
    return lon, lat
