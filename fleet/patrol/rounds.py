"""The patrols of the day: starts their flights when they are due and may, and calls them home when
they may not be out any more."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Collection
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from ulid import ULID

from fleet import contract as c
from fleet.clock import Clock
from fleet.coverage.watch import CoverageWatch
from fleet.district.model import District
from fleet.log.events import (
    PatrolAdopted,
    PatrolFlightGivenUp,
    PatrolFlightWaits,
    PatrolsPaused,
    PatrolsResumed,
)
from fleet.log.journal import Journal
from fleet.patrol.book import Adopted, looked_at
from fleet.patrol.gates import Guarded, why_all_wait, why_it_waits
from fleet.patrol.plan import PatrolPlan, PlannedSortie
from fleet.patrol.schedule import Schedule, quiet_visits
from fleet.patrol.status import patrol_view, shown, task_views
from fleet.patrol.times import Hours, hours_of, latest_order_s, retimed, within
from fleet.sorties.operations import Operations
from fleet.sorties.refused import Refused
from fleet.sorties.sortie import HOMEWARD, OUTWARD
from fleet.units.dock_roster import DockRoster

LOOK_EVERY_S = 2.0
MOST_ABORTS = 3  # of one flight, before its take-off
_FIGURES = re.compile(r"[\d.]+")


class Rounds:
    """One flight is started at a time: the next one waits until the coverage shows it."""

    def __init__(
        self,
        district: District,
        schedule: Schedule,
        journal: Journal,
        operations: Operations,
        docks: DockRoster,
        coverage: CoverageWatch,
        clock: Clock,
    ) -> None:
        self._district, self._schedule = district, schedule
        self._gates = schedule.file.gates
        self._journal, self._operations, self._docks = journal, operations, docks
        self._coverage, self._clock = coverage, clock
        self._sites = {site.id: site for site in district.docks}
        self._hours: dict[str, Hours] = {}

    async def run(self) -> None:
        """Until cancelled."""
        await self._operations.settled()
        while True:
            self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    def fly(self, ask: c.FlyPatrol, cause: str) -> c.PatrolView:
        """Adopts a plan that a person hands in.

        Raises:
            Refused: if it is none of this district's, or names flights that it does not have.
        """
        book = self._journal.state.patrols
        if cause not in book.asked:
            self._adopt_asked(ask, cause)
        return patrol_view(book.plans[book.asked[cause]], self._journal.state)

    def pause(self, ask: c.PausePatrols, cause: str) -> c.PatrolsView:
        """No flight starts from now on; those that are out come home, where that is asked."""
        paused = self._journal.state.patrols.paused
        if paused is None or paused.reason != ask.reason:
            self._journal.record(PatrolsPaused(by=ask.by, reason=ask.reason), cause=cause)
        for sortie in self._on_patrol() if ask.recall else ():
            if sortie.state in OUTWARD:
                with contextlib.suppress(Refused):  # one that is just being taken up again
                    self._operations.recall(sortie.id, ask.reason)
        return self.view()

    def resume(self, ask: c.ResumePatrols, cause: str) -> c.PatrolsView:
        """Flights start again when they are due."""
        if self._journal.state.patrols.paused is not None:
            self._journal.record(PatrolsResumed(by=ask.by), cause=cause)
        return self.view()

    def midnight(self) -> datetime:
        """Of today, local time."""
        now = self._clock.now().astimezone(ZoneInfo(self._district.timezone))
        return now.replace(hour=0, minute=0, second=0, microsecond=0)

    def view(self) -> c.PatrolsView:
        """All that is told of the patrols."""
        now, state = self._clock.now(), self._journal.state
        plans, cover = shown(state.patrols, now), self._coverage.view
        return c.PatrolsView(
            at=now,
            least_coverage=self._gates.least_coverage,
            covered_share=None if cover is None else cover.covered_share,
            waits=self._why_all_wait(self._guarded()),
            paused=state.patrols.paused,
            patrols=tuple(patrol_view(each, state) for each in plans),
            tasks=tuple(task_views(plans, state, self._district, now)),
        )

    def calendar(self) -> c.PatrolCalendar:
        """As a feed."""
        from fleet.patrol.calendar import calendar_text  # loads its zones when first asked for

        now = self._clock.now()
        plans = shown(self._journal.state.patrols, now)
        return c.PatrolCalendar(text=calendar_text(self._schedule, plans, self._district, now))

    def look(self) -> None:
        """Starts the flight that has waited longest of those that may start; calls home what may
        not be out."""
        guarded = self._guarded()
        if not guarded.is_current:
            return
        self._uphold(guarded)
        due = sorted(self._due(), key=lambda each: (each[0].at(each[1].ordered_s), each[1].id))
        for adopted, flight in due:
            if self._try(adopted, flight, guarded):
                return

    def adopt(
        self, id_: str, midnight: datetime, plan: PatrolPlan, cause: str | None = None
    ) -> None:
        """Flies a plan from now on."""
        flown = plan.model_dump(mode="json")
        self._journal.record(PatrolAdopted(patrol=id_, midnight=midnight, plan=flown), cause=cause)

    def hours(self, adopted: Adopted) -> Hours:
        """When its visits may be flown."""
        if adopted.id not in self._hours:
            told = hours_of(adopted.plan, self._district)
            quiet = {} if adopted.override else self._quiet(adopted.plan)
            self._hours[adopted.id] = {
                visit: within(hours, quiet.get(visit, hours)) for visit, hours in told.items()
            }
        return self._hours[adopted.id]

    def _quiet(self, plan: PatrolPlan) -> Hours:
        """Of visits near housing, when they do not disturb."""
        visits: dict[str, list[str]] = {}
        for flight in plan.sorties:
            for task, visit in looked_at(flight):
                visits.setdefault(task, []).append(visit)
        return quiet_visits(visits, plan.patrol, self._schedule.file, self._district)

    def _disturbs(self, plan: PatrolPlan, flights: Collection[str]) -> str | None:
        """Which flight would look at housing in the quiet hours if it started now."""
        now_s = (self._clock.now() - self.midnight()).total_seconds()
        quiet = self._quiet(plan)
        for flight in plan.sorties if quiet else ():
            timed = retimed(flight, now_s, quiet, 0.0) if flight.id in flights else flight
            if isinstance(timed, str):
                return f"{flight.id} would look at housing in the quiet hours: {timed}"
        return None

    def _adopt_asked(self, ask: c.FlyPatrol, cause: str) -> None:
        try:
            plan = PatrolPlan.model_validate(ask.plan)
        except ValidationError as error:
            raise Refused("invalid", f"this is no plan of patrols: {error.errors()[0]}") from None
        if plan.district != self._district.id:
            raise Refused("invalid", f"the plan is for {plan.district}, not {self._district.id}")
        wanted = ask.flights or tuple(flight.id for flight in plan.sorties)
        known = {flight.id for flight in plan.sorties}
        if unknown := [flight for flight in wanted if flight not in known]:
            raise Refused("not_found", f"the plan has no flight {', '.join(unknown)}")
        if missing := {f.dock for f in plan.sorties if f.id in wanted} - set(self._sites):
            raise Refused("invalid", f"the district has no dock {', '.join(sorted(missing))}")
        if ask.at_once and not ask.override and (against := self._disturbs(plan, wanted)):
            raise Refused("conflict", f"{against}; say with --override why that must be")
        only = {"sorties": tuple(f for f in plan.sorties if f.id in wanted)}
        flown = plan.model_copy(update=only if not ask.flights else {**only, "unserved": ()})
        self._journal.record(
            PatrolAdopted(
                patrol=f"{ask.name}-{str(ULID())[-8:].lower()}",
                midnight=self.midnight(),
                plan=flown.model_dump(mode="json"),
                at_once=wanted if ask.at_once else (),
                override=ask.override,
            ),
            cause=cause,
        )

    def _guarded(self) -> Guarded:
        busy = frozenset(sortie.dock for sortie in self._journal.state.active())
        return Guarded(self._coverage.view, busy)

    def _due(self) -> list[tuple[Adopted, PlannedSortie]]:
        """Flights whose time has come; one that can no longer hold its hours is given up."""
        now, found = self._clock.now(), []
        for adopted in shown(self._journal.state.patrols, now):
            since_s = (now - adopted.midnight).total_seconds()
            for flight in list(adopted.pending()):
                if adopted.aborts.get(flight.id, 0) >= MOST_ABORTS:
                    self._give_up(adopted, flight)
                elif flight.id in adopted.at_once:
                    if adopted.may_be_tried(flight.id, now):
                        found.append((adopted, flight))
                elif since_s > latest_order_s(flight, self.hours(adopted)):
                    self._give_up(adopted, flight)
                elif since_s >= flight.ordered_s and adopted.may_be_tried(flight.id, now):
                    found.append((adopted, flight))
        return found

    def _try(self, adopted: Adopted, flight: PlannedSortie, guarded: Guarded) -> bool:
        against = self._why_all_wait(guarded) or why_it_waits(
            self._gates,
            guarded,
            self._absence_cost(adopted, flight),
            self._docks[flight.dock].weather,
        )
        if against is None:
            against = self._blacked_out(flight)
        if against is None:
            hours = self.hours(adopted)
            if flight.id in adopted.at_once:
                hours = {} if adopted.override else self._quiet(adopted.plan)
            try:
                self._operations.patrol(adopted.id, flight, hours)
            except Refused as refused:
                against = str(refused)
            else:
                return True
        self._note(adopted, flight, against)
        return False

    def _absence_cost(self, adopted: Adopted, flight: PlannedSortie) -> float:
        """A relay's drones that are still to go count as one."""
        together = {
            each.dock
            for each in adopted.pending()
            if flight.relay is not None and each.relay == flight.relay
        }
        if len(together) > 1:
            return self._coverage.joint_cost(together)
        return self._coverage.absence_cost(flight.dock)

    def _why_all_wait(self, guarded: Guarded) -> str | None:
        paused = self._journal.state.patrols.paused
        if paused is not None:
            return f"{paused.by} has paused the patrols: {paused.reason}"
        return why_all_wait(self._gates, guarded)

    def _on_patrol(self) -> list[c.SortieView]:
        return [each for each in self._journal.state.active() if each.patrol is not None]

    def _blacked_out(self, flight: PlannedSortie) -> str | None:
        zone = ZoneInfo(self._district.timezone)
        begin = self._clock.now().astimezone(zone).replace(tzinfo=None)
        end = begin + timedelta(seconds=flight.lands_s - flight.ordered_s)
        blackout = self._schedule.blackout(begin, end)
        if blackout is None:
            return None
        return f"no patrol is out from {blackout.begin} to {blackout.end}: {blackout.why.en}"

    def _note(self, adopted: Adopted, flight: PlannedSortie, reason: str) -> None:
        """Once for each kind of reason: its figures change all the time."""
        before = adopted.waits.get(flight.id, "")
        if _FIGURES.sub("", before) != _FIGURES.sub("", reason):
            self._journal.record(
                PatrolFlightWaits(patrol=adopted.id, flight=flight.id, reason=reason)
            )

    def _give_up(self, adopted: Adopted, flight: PlannedSortie) -> None:
        why = adopted.waits.get(flight.id, "nothing that could have flown it was free")
        fact = PatrolFlightGivenUp(patrol=adopted.id, flight=flight.id, reason=why)
        self._journal.record(fact)

    def _uphold(self, guarded: Guarded) -> None:
        """While the coverage is below what must be left: calls as many patrols home as it takes,
        those first that give back most."""
        view, least = guarded.view, self._gates.least_coverage
        if view is None or view.covered_share >= least:
            return
        on_patrol = self._on_patrol()
        coming = [each.dock for each in on_patrol if each.state in HOMEWARD]
        out = [each for each in on_patrol if each.state in OUTWARD]
        share, why = self._coverage.share_with(coming), f"{100 * view.covered_share:.1f} %"
        while out and share < least:
            best = max(out, key=lambda each: self._coverage.share_with([*coming, each.dock]))
            gives = self._coverage.share_with([*coming, best.dock]) - share
            if gives <= 0:
                break
            with contextlib.suppress(Refused):  # it is just being taken up again: the next look
                self._operations.recall(best.id, f"the 5-minute coverage has fallen to {why}")
            out.remove(best)
            coming.append(best.dock)
            share += gives
