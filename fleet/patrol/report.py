"""The report of a day's patrols, or of one plan or flight of it, from what was recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

import shapely
from shapely.geometry.base import BaseGeometry

from fleet import contract as c
from fleet.district.model import District
from fleet.log.state import FleetState
from fleet.patrol.book import Adopted
from fleet.patrol.file import Area, Line, Task
from fleet.patrol.load import tasks_of
from fleet.patrol.photos import photos_of
from fleet.patrol.plan import PlannedSortie, Stage
from fleet.patrol.seen import seen_shares
from fleet.patrol.status import patrol_view, shape_of
from fleet.sorties.refused import Refused
from fleet.sorties.sortie import ENDED

NOT_YET = "it was not due yet, or is planned anew"


def patrol_report(
    state: FleetState, district: District, now: datetime, day: date, of: str | None = None
) -> c.PatrolReport:
    """``of`` is a plan, with the plans of its rest, or PLAN/FLIGHT.

    Raises:
        Refused: if nothing of that name was planned then.
    """
    zone = ZoneInfo(district.timezone)
    plan, _, flight = (of or "").partition("/")
    plans = [
        each
        for each in state.patrols.plans.values()
        if each.midnight.astimezone(zone).date() == day and plan in ("", each.id, each.round)
    ]
    if not plans or (flight and not any(flight in each.flights for each in plans)):
        raise Refused("not_found", f"no patrol {of or ''} was planned for {day}".replace("  ", " "))
    looked = _Looked(plans, state, flight or None)
    tasks = tuple(looked.tasks(district))
    sorties = {each.flight.sortie for each in looked.flights if each.flight.sortie is not None}
    return c.PatrolReport(
        district=district.id,
        name=c.NameView(zh=district.name.zh, en=district.name.en),
        day=day,
        of=of,
        made_at=now,
        timezone=district.timezone,
        visits=sum(len(each.looks) for each in tasks),
        seen=sum(look.seen_at is not None for each in tasks for look in each.looks),
        flights=tuple(looked.flights),
        tasks=tasks,
        findings=tuple(each for each in state.incidents.values() if each.found_by in sorties),
    )


class _Looked:
    """What plans have come to; a visit that was planned anew counts once."""

    def __init__(self, plans: list[Adopted], state: FleetState, only: str | None) -> None:
        self._plans, self._only = plans, only
        self.flights = [each for plan in plans for each in _flights(plan, state, only)]
        self._drones = {
            visit: each.flight.drone for each in self.flights for visit in each.flight.seen
        }
        self._seen = {visit: at for plan in plans for visit, at in plan.seen.items()}
        self._why = {
            visit: why
            for plan in plans
            for visit, why in (*_left_out(plan), *plan.missed.items())
            if visit not in self._seen
        }

    def tasks(self, district: District) -> Iterator[c.ReportedTask]:
        known: dict[str, Task] = {}
        visits: dict[str, dict[str, None]] = {}
        for plan in self._plans:
            known.update({task.id: task for task in tasks_of(plan.plan.patrol, district)})
            for task, visit in self._asked(plan):
                visits.setdefault(task, {})[visit] = None
        shares = self._shares({task: known[task] for task in visits}, district)
        for task, asked in visits.items():
            yield self._task(known[task], tuple(asked), shares.get(task))

    def _asked(self, plan: Adopted) -> Iterator[tuple[str, str]]:
        if self._only is None:
            for surveyed in plan.plan.tasks:
                yield from ((surveyed.task, visit) for visit in surveyed.visits)
            yield from ((e.task, e.visit or e.task) for e in plan.plan.unserved)
        else:
            for stage in self._stages(plan):
                yield str(stage.task), str(stage.visit)

    def _stages(self, plan: Adopted) -> Iterator[Stage]:
        for flight in plan.flights.values():
            if self._only in (None, flight.id):
                yield from (stage for stage in flight.stages if stage.visit is not None)

    def _task(self, task: Task, visits: tuple[str, ...], share: float | None) -> c.ReportedTask:
        photos, prints = 0, list[BaseGeometry]()
        for plan in self._plans:
            camera = plan.plan.patrol.cameras[task.camera]
            for stage in self._stages(plan):
                if stage.task == task.id and stage.visit in plan.seen:
                    taken = photos_of(stage, task, camera)
                    photos += taken.number
                    prints.append(taken.ground)
        ground = shapely.union_all(prints) if prints else None
        return c.ReportedTask(
            task=task.id,
            name=c.NameView(zh=task.name.zh, en=task.name.en),
            kind=task.kind,
            priority=task.priority,
            shape=shape_of(task),
            looks=tuple(map(self._look, visits)),
            seen_share=share,
            photos=photos,
            footprint=None if ground is None else shapely.geometry.mapping(_rounded(ground)),
        )

    def _look(self, visit: str) -> c.ReportedLook:
        at = self._seen.get(visit)
        return c.ReportedLook(
            visit=visit,
            seen_at=at,
            drone=self._drones.get(visit),
            why_not=None if at is not None else self._why.get(visit, NOT_YET),
        )

    def _shares(self, tasks: dict[str, Task], district: District) -> dict[str, float]:
        """Of lines and areas; nothing of what nobody has looked at."""
        surveyed: dict[str, Task] = {
            id_: task for id_, task in tasks.items() if isinstance(task, Line | Area)
        }
        made: list[PlannedSortie] = []
        for plan in self._plans:
            for flight in plan.flights.values():
                seen = tuple(
                    s for s in flight.stages if s.visit is not None and s.visit in plan.seen
                )
                if seen:
                    made.append(flight.model_copy(update={"stages": seen}))
        flown = self._plans[0].plan.model_copy(update={"sorties": tuple(made), "unserved": ()})
        return dict(seen_shares(flown, surveyed, district)) if surveyed else {}


def _flights(plan: Adopted, state: FleetState, only: str | None) -> Iterator[c.ReportedFlight]:
    for view in patrol_view(plan, state).flights:
        if only not in (None, view.id):
            continue
        sortie = state.sorties.get(view.sortie or "")
        points = [p for stage in plan.flights[view.id].stages for p in stage.points]
        yield c.ReportedFlight(
            patrol=plan.id,
            flight=view,
            took_off_at=None if sortie is None else sortie.took_off_at,
            ended_at=sortie.changed_at if sortie is not None and sortie.state in ENDED else None,
            way=() if sortie is None else tuple((p[0], p[1]) for p in points),
        )


def _left_out(plan: Adopted) -> Iterable[tuple[str, str]]:
    """What the plan could not serve; a task as a whole stands for its visits."""
    for each in plan.plan.unserved:
        yield each.visit or each.task, each.reason
        if each.visit is None:
            visits = next((t.visits for t in plan.plan.tasks if t.task == each.task), ())
            yield from ((visit, each.reason) for visit in visits)


def _rounded(ground: BaseGeometry) -> BaseGeometry:
    """To about a decimetre; always of several polygons."""
    found = shapely.set_precision(ground, 1e-6)
    return shapely.MultiPolygon([part for part in shapely.get_parts(found) if part.area > 0])
