"""On which days which patrols are flown, and in which of their hours. Pure; recurrence is that of
RFC 5545 (python-dateutil)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

from dateutil.rrule import rruleset, rrulestr

from fleet.district.document import Fault
from fleet.district.model import District
from fleet.patrol.file import Communities, Line, PatrolFile, Point, Task, seconds_of
from fleet.patrol.limits import Hours, without
from fleet.patrol.load import COMMUNITY, tasks_of
from fleet.patrol.schedule_file import Blackout, Round, ScheduleFile
from fleet.sorties.sortie import distance_m

MINUTE_S, DAY_S = 60, 86_400
COARSE = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
LOOKED_AT = 2000  # occurrences; a rule of which so many fall on holidays never fires


@dataclass(frozen=True, slots=True)
class Schedule:
    """The schedule with the patrols that it names, by their file."""

    file: ScheduleFile
    patrols: Mapping[str, PatrolFile]

    def without_rounds(self) -> Schedule:
        """Its gates and blackouts only: nothing starts by itself."""
        return Schedule(self.file.model_copy(update={"rounds": ()}), {})

    def days(self, each: Round, first: date, last: date) -> Iterator[date]:
        """The days on which a round falls, both ends included."""
        skipped = () if each.on_holidays else self.file.holidays
        for at in _rule(each).between(_at(first), _at(last), inc=True):
            if at.date() not in skipped:
                yield at.date()

    def skipped(self, each: Round) -> list[date]:
        """The holidays on which a round would fall, and does not."""
        if each.on_holidays:
            return []
        rule = _rule(each)
        return [day for day in sorted(self.file.holidays) if rule.between(_at(day), _at(day), True)]

    def closed(self, day: date) -> tuple[Hours, ...]:
        """The times of a day in which no patrol is out, in seconds since its midnight."""
        midnight, found = _at(day), []
        for blackout in self.file.blackouts:
            begin_s = max(0.0, (blackout.begin - midnight).total_seconds())
            end_s = min(float(DAY_S), (blackout.end - midnight).total_seconds())
            if begin_s < end_s:
                found.append((begin_s, end_s))
        return tuple(sorted(found))

    def blackout(self, begin: datetime, end: datetime) -> Blackout | None:
        """One that falls into the time between, local."""
        meets = (b for b in self.file.blackouts if b.begin < end and begin < b.end)
        return next(meets, None)

    def patrol(self, each: Round, district: District) -> PatrolFile:
        """The round's patrol with the quiet hours taken out of what lies near housing."""
        return quiet_kept(self.patrols[each.file], self.file, district)


NOTHING = Schedule(ScheduleFile(), {})


def quiet_kept(patrol: PatrolFile, schedule: ScheduleFile, district: District) -> PatrolFile:
    """Tasks near housing are left the windows outside the quiet hours; one that is left none keeps
    its own, and is a fault (``faults``)."""
    if schedule.quiet is None:
        return patrol
    quiet = tuple(seconds_of(hours) for hours in schedule.quiet.hours)
    near_m = schedule.quiet.near_m

    def kept(task: Task | Communities) -> Task | Communities:
        asked = [seconds_of(hours) for hours in task.windows or (patrol.hours,)]
        left = without(asked, quiet)
        if not left or left == asked:
            return task
        return task.model_copy(update={"windows": tuple(_text(each) for each in left)})

    def of(tasks: tuple[Task, ...]) -> tuple[Task | Communities, ...]:
        return tuple(kept(t) if is_near(t, district, near_m) else t for t in tasks)

    every = patrol.communities
    return patrol.model_copy(
        update={
            "communities": None if every is None else kept(every),
            "points": of(patrol.points),
            "lines": of(patrol.lines),
            "areas": of(patrol.areas),
        }
    )


def quiet_visits(
    visits: Mapping[str, Iterable[str]],
    patrol: PatrolFile,
    schedule: ScheduleFile,
    district: District,
) -> dict[str, tuple[Hours, ...]]:
    """Of the visits, told by task, those near housing, and all hours of a day outside the quiet
    ones."""
    if schedule.quiet is None:
        return {}
    quiet = tuple(seconds_of(hours) for hours in schedule.quiet.hours)
    allowed = tuple(without([(0.0, 2.0 * DAY_S)], quiet))
    return {
        visit: allowed
        for task in tasks_of(patrol, district)
        if task.id in visits and is_near(task, district, schedule.quiet.near_m)
        for visit in visits[task.id]
    }


def faults(schedule: Schedule, district: District, name: str = "schedule.yaml") -> Iterator[Fault]:
    """What keeps the schedule from being flown as it is meant."""
    seen: set[str] = set()
    for number, each in enumerate(schedule.file.rounds):
        key = f"rounds[{number}]"
        if each.id in seen:
            yield Fault(name, None, f"{key}.id", each.id, "an id of its own")
        seen.add(each.id)
        yield from _rule_faults(schedule, each, name, f"{key}.rrule")
        if each.file in schedule.patrols:
            yield from _quiet_faults(schedule, each, district, name, f"{key}.file")


def _rule_faults(schedule: Schedule, each: Round, name: str, key: str) -> Iterator[Fault]:
    try:
        rule = _rule(each)
    except (ValueError, TypeError, KeyError) as error:
        yield Fault(name, None, key, f"{each.rrule!r} ({error})", "a rule as in RFC 5545")
        return
    parts = dict(part.split("=", 1) for part in each.rrule.upper().split(";") if "=" in part)
    if parts.get("FREQ") not in COARSE:
        yield Fault(name, None, key, f"FREQ={parts.get('FREQ')}", f"one of {', '.join(COARSE)}")
        return
    days = [at.date() for at in islice(iter(rule), LOOKED_AT)]
    if not days:
        expected = f"a rule that falls on a day from {each.starts} on"
        yield Fault(name, None, key, f"{each.rrule!r}, which never fires", expected)
    elif not each.on_holidays and all(day in schedule.file.holidays for day in days):
        found = f"{each.rrule!r}, which falls on holidays only"
        yield Fault(name, None, key, found, "a day that is none, or on_holidays")
    else:
        yield from _shut_faults(schedule, each, days, name, key)


def _shut_faults(
    schedule: Schedule, each: Round, days: list[date], name: str, key: str
) -> Iterator[Fault]:
    """A rule that ends, and whose every day is blacked out."""
    patrol = schedule.patrols.get(each.file)
    if patrol is None or len(days) == LOOKED_AT:
        return
    hours = [seconds_of(patrol.hours)]
    if all(not without(hours, schedule.closed(day)) for day in days):
        yield Fault(name, None, key, f"{each.rrule!r}, all of it blacked out", "an open day")


def _quiet_faults(
    schedule: Schedule, each: Round, district: District, name: str, key: str
) -> Iterator[Fault]:
    if schedule.file.quiet is None:
        return
    patrol = schedule.patrols[each.file]
    quiet = tuple(seconds_of(hours) for hours in schedule.file.quiet.hours)
    for task in tasks_of(patrol, district):
        if not is_near(task, district, schedule.file.quiet.near_m):
            continue
        left = without([seconds_of(h) for h in task.windows or (patrol.hours,)], quiet)
        needs_s = task.dwell_s if isinstance(task, Point) else float(MINUTE_S)
        if all(end_s - begin_s < needs_s for begin_s, end_s in left):
            found = f"{task.id}, whose windows are all within the quiet hours"
            yield Fault(name, None, key, found, "windows outside the quiet hours, or no such task")


def is_near(task: Task, district: District, near_m: float) -> bool:
    """Whether it lies at housing; a line or area by its corners."""
    if task.kind == COMMUNITY:
        return True
    if isinstance(task, Point):
        places: tuple[tuple[float, float], ...] = (task.at,)
    else:
        places = task.path if isinstance(task, Line) else task.polygon[0]
    return any(
        distance_m(place, each.at) <= near_m for place in places for each in district.communities
    )


def _rule(each: Round) -> rruleset:
    rule: rruleset = rrulestr(each.rrule, dtstart=_at(each.starts), forceset=True)
    return rule


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)


def _text(hours: Hours) -> str:
    """Whole minutes within the hours."""
    begin, end = -int(-hours[0] // MINUTE_S), int(hours[1] // MINUTE_S)
    return f"{begin // 60:02d}:{begin % 60:02d}-{end // 60:02d}:{end % 60:02d}"


def first_day(each: Round) -> date | None:
    """The first day of a round's rule, be it a holiday."""
    first = next(iter(_rule(each)), None)
    return None if first is None else first.date()


def next_days(schedule: Schedule, each: Round, after: date, most: int) -> list[date]:
    """The next days on which a round falls, some two years ahead at the most."""
    ahead = schedule.days(each, after, after + timedelta(days=800))
    return list(islice(ahead, most))
