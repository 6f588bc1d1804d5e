"""The patrols as an iCalendar feed (RFC 5545): rounds with their recurrence, blackouts, and the
flights of the plans that are flown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vRecur

from fleet.district.model import District
from fleet.patrol.book import Adopted, looked_at
from fleet.patrol.file import seconds_of
from fleet.patrol.plan import PlannedSortie
from fleet.patrol.schedule import Schedule, first_day, next_days
from fleet.patrol.schedule_file import Blackout, Round

PRODUCT = "-//dockfleet//patrols//EN"


def calendar_text(
    schedule: Schedule, plans: Iterable[Adopted], district: District, now: datetime
) -> str:
    """Times are local, in the district's zone; those of flights are UTC."""
    zone = ZoneInfo(district.timezone)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"{district.name.zh} 巡查 / {district.name.en} patrols")
    for each in schedule.file.rounds:
        if event := _round(schedule, each, district, zone, now):
            calendar.add_component(event)
    for number, blackout in enumerate(schedule.file.blackouts, start=1):
        calendar.add_component(_blackout(blackout, number, district, zone, now))
    for adopted in plans:
        for flight in adopted.flights.values():
            calendar.add_component(_flight(adopted, flight, district, now))
    calendar.add_missing_timezones()
    text: bytes = calendar.to_ical()
    return text.decode()


def _round(
    schedule: Schedule, each: Round, district: District, zone: ZoneInfo, now: datetime
) -> Event | None:
    """It begins with the first day of its rule, be that a holiday, for the rule counts from it;
    None where it never falls on a day."""
    first = first_day(each)
    if first is None or not next_days(schedule, each, each.starts, 1):
        return None
    patrol = schedule.patrols[each.file]
    begin_s, end_s = seconds_of(patrol.hours)

    def at(seconds: float, day: date = first) -> datetime:
        midnight = datetime(day.year, day.month, day.day)
        return (midnight + timedelta(seconds=seconds)).replace(tzinfo=zone)

    event = _event(f"round-{each.id}", f"{patrol.name.zh} / {patrol.name.en}", district, now)
    event.add("dtstart", at(begin_s))
    event.add("dtend", at(end_s))
    event.add("rrule", vRecur.from_ical(each.rrule))
    if skipped := schedule.skipped(each):
        event.add("exdate", [at(begin_s, day) for day in skipped])
    return event


def _blackout(
    blackout: Blackout, number: int, district: District, zone: ZoneInfo, now: datetime
) -> Event:
    name = f"无巡查 / No patrols: {blackout.why.zh} / {blackout.why.en}"
    event = _event(f"blackout-{number}", name, district, now)
    event.add("dtstart", blackout.begin.replace(tzinfo=zone))
    event.add("dtend", blackout.end.replace(tzinfo=zone))
    return event


def _flight(adopted: Adopted, flight: PlannedSortie, district: District, now: datetime) -> Event:
    visits = [visit for _, visit in looked_at(flight)]
    name = f"{flight.drone} {flight.dock}: {len(visits)} looks"
    event = _event(f"flight-{adopted.id}-{flight.id}", name, district, now)
    event.add("dtstart", adopted.at(flight.ordered_s))
    event.add("dtend", adopted.at(flight.lands_s))
    seen = [visit for visit in visits if visit in adopted.seen]
    event.add("description", f"{' '.join(visits)}; seen: {' '.join(seen) or 'none'}")
    return event


def _event(id_: str, summary: str, district: District, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{id_}@{district.id}.dockfleet")
    event.add("dtstamp", now)
    event.add("summary", summary)
    return event
