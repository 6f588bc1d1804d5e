"""The day's plans: made when a round's day begins, and anew for what its flights did not see."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from fleet.clock import Clock
from fleet.contract import SortieState
from fleet.dispatch.dispatcher import Dispatcher
from fleet.district.model import District, DockSite
from fleet.log.events import PatrolVisitsHandedOn, PatrolVisitsMissed
from fleet.log.journal import Journal
from fleet.patrol.book import Adopted, looked_at
from fleet.patrol.file import PatrolFile, seconds_of
from fleet.patrol.limits import Limits
from fleet.patrol.plan import PatrolPlan, PlannedSortie, Unserved
from fleet.patrol.rounds import Rounds
from fleet.patrol.schedule import Schedule
from fleet.patrol.schedule_file import Round
from fleet.patrol.status import shown
from fleet.process import Refusal
from fleet.sorties.operations import Operations
from planner.model import Veto, Wind
from planner.patrol.legs import charge_s

PLAN_BEFORE_S: Final = 900.0
LOOK_EVERY_S: Final = 10.0
ANEW_EVERY: Final = timedelta(minutes=10)  # so that one plan serves what several flights left
PLANNED_IN_S: Final = 60.0  # a flight is not planned for earlier than that
FAIR_DAYS: Final = 7  # over which drones share the work
BUSY_S: Final = 2700.0  # that a drone on an incident is taken to be away
_GONE: Final = frozenset({Veto.DOCK_OFFLINE, Veto.DOCK_FAULT, Veto.DRONE_OFFLINE})

_log = logging.getLogger(__name__)

Plan = Callable[[PatrolFile, Wind, Limits], Awaitable[PatrolPlan]]


class Daily:
    """``plan`` makes a plan beside the event loop."""

    def __init__(
        self,
        district: District,
        schedule: Schedule,
        journal: Journal,
        dispatcher: Dispatcher,
        operations: Operations,
        rounds: Rounds,
        plan: Plan,
        clock: Clock,
    ) -> None:
        self._district, self._schedule, self._journal = district, schedule, journal
        self._dispatcher, self._operations, self._rounds = dispatcher, operations, rounds
        self._plan, self._clock = plan, clock
        self._tried_at: dict[str, datetime] = {}  # round -> when it was planned last
        self._why: dict[str, dict[str, str]] = {}  # plan -> visits put off, what keeps them

    async def run(self) -> None:
        """Until cancelled."""
        await self._operations.settled()
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Plans what is due to be planned; what cannot be planned now is tried again later."""
        midnight = self._rounds.midnight()
        for each in self._schedule.file.rounds:
            if self._begins(each, midnight):
                await self._tried(_id(each, midnight), self._plan_day(each, midnight))
        for adopted in self._left_behind():
            await self._tried(adopted.round, self._plan_anew(adopted))

    async def _tried(self, round_: str, planning: Coroutine[Any, Any, None]) -> None:
        self._tried_at[round_] = self._clock.now()
        try:
            await planning
        except Refusal as refusal:
            _log.warning("%s cannot be planned now: %s", round_, refusal)

    def _may_be_tried(self, round_: str) -> bool:
        last = self._tried_at.get(round_)
        return last is None or self._clock.now() - last >= ANEW_EVERY

    def _begins(self, each: Round, midnight: datetime) -> bool:
        today = midnight.date()
        id_ = _id(each, midnight)
        if id_ in self._journal.state.patrols.plans or not self._may_be_tried(id_):
            return False
        begin_s, end_s = seconds_of(self._schedule.patrols[each.file].hours)
        now_s = self._since(midnight)
        in_time = begin_s - PLAN_BEFORE_S <= now_s < end_s
        return in_time and today in self._schedule.days(each, today, today)

    async def _plan_day(self, each: Round, midnight: datetime) -> None:
        patrol = self._schedule.patrol(each, self._district)
        limits = self._limits(midnight, None)
        plan = await self._plan(patrol, self._wind(), limits)
        self._rounds.adopt(_id(each, midnight), midnight, plan)

    def _left_behind(self) -> Iterator[Adopted]:
        """Plans of which something is left that nobody is to see."""
        now, state = self._clock.now(), self._journal.state
        states = {sortie.id: sortie.state for sortie in state.sorties.values()}
        for adopted in shown(state.patrols, now):
            if self._may_be_tried(adopted.round) and adopted.orphans(states):
                yield adopted

    async def _plan_anew(self, adopted: Adopted) -> None:
        state = self._journal.state
        orphans = adopted.orphans({each.id: each.state for each in state.sorties.values()})
        limits = self._limits(adopted.midnight, orphans)
        over = self._over(adopted, orphans, limits.after_s)
        self._miss(adopted, over)
        limits = limits.without_visits(over)
        if not limits.visits:
            return
        if not limits.ready_s:  # all docks may be silent for a moment
            self._put_off(adopted, dict.fromkeys(limits.visits, "no drone is free for patrols"))
            return
        plan = await self._plan(adopted.plan.patrol, self._wind(), limits)
        self._hand_on(adopted, plan)
        self._account(adopted, limits.visits, plan.unserved)

    def _over(self, adopted: Adopted, orphans: dict[str, str], after_s: float) -> dict[str, str]:
        """Those that nobody can see any more, with what kept the last try from it."""
        hours = self._rounds.hours(adopted)
        why = self._why.get(adopted.id, {})
        return {
            visit: why.get(visit, "its hours are over")
            for visit in orphans
            if max(closes_s for _, closes_s in hours[visit]) <= after_s
        }

    def _hand_on(self, adopted: Adopted, plan: PatrolPlan) -> None:
        """What it could not serve stays with the plan that it is of."""
        flown = [visit for flight in plan.sorties for _, visit in looked_at(flight)]
        if flown:
            anew = self._next_id(adopted)
            rest = plan.model_copy(update={"unserved": ()})
            self._rounds.adopt(anew, adopted.midnight, rest)
            self._journal.record(
                PatrolVisitsHandedOn(patrol=adopted.id, visits=tuple(flown), to=anew)
            )

    def _account(
        self, adopted: Adopted, asked: dict[str, str], unserved: Iterable[Unserved]
    ) -> None:
        """Misses what no later try can serve either; what may pass is tried again."""
        told = {each.visit or each.task: each for each in unserved}
        left = {
            visit: told[visit if visit in told else task]
            for visit, task in asked.items()
            if visit in told or task in told
        }
        self._put_off(adopted, {v: each.reason for v, each in left.items() if each.passing})
        self._miss(adopted, {v: each.reason for v, each in left.items() if not each.passing})

    def _put_off(self, adopted: Adopted, visits: dict[str, str]) -> None:
        self._why.setdefault(adopted.id, {}).update(visits)

    def _miss(self, adopted: Adopted, visits: dict[str, str]) -> None:
        if visits:
            self._journal.record(PatrolVisitsMissed(patrol=adopted.id, visits=visits))

    def _next_id(self, adopted: Adopted) -> str:
        plans = self._journal.state.patrols.plans.values()
        return f"{adopted.round}.{1 + sum(each.round == adopted.round for each in plans)}"

    def _limits(self, midnight: datetime, visits: dict[str, str] | None) -> Limits:
        now_s = self._since(midnight)
        ready = {site.drone: self._ready_in_s(site) for site in self._district.docks}
        return Limits(
            visits=visits,
            ready_s={drone: now_s + in_s for drone, in_s in ready.items() if in_s is not None},
            after_s=now_s + PLANNED_IN_S,
            closed=self._schedule.closed(midnight.date()),
            flown_wh=self._journal.state.patrols.flown_wh(midnight - timedelta(days=FAIR_DAYS)),
            days=FAIR_DAYS,
        )

    def _ready_in_s(self, site: DockSite) -> float | None:
        """Until the drone is in its dock, charged; None where that cannot be known."""
        candidate = self._dispatcher.candidate(site)
        if any(reason.veto in _GONE for reason in candidate.vetoes):
            return None
        charge_w = self._district.dock_models[site.model].charge_w
        lacks_wh = max(0.0, candidate.performance.battery_wh - candidate.energy_wh)
        sortie = self._journal.state.sortie_of_drone(site.drone)
        if sortie is None:
            return charge_s(lacks_wh, charge_w)
        flight = self._journal.state.plans[sortie.id].flight
        if flight is None or sortie.state is not SortieState.EN_ROUTE:
            return BUSY_S
        planned = PlannedSortie.model_validate(flight)
        patrol, _ = self._journal.state.patrols.sorties[sortie.id]
        midnight = self._journal.state.patrols.plans[patrol].midnight
        lands_in_s = max(0.0, planned.lands_s - self._since(midnight))
        return lands_in_s + charge_s(planned.energy_wh, charge_w)

    def _wind(self) -> Wind:
        """The mean of what the docks measure."""
        winds = [self._dispatcher.candidate(site).wind for site in self._district.docks]
        east = math.fsum(w.speed_ms * math.sin(math.radians(w.from_deg)) for w in winds)
        north = math.fsum(w.speed_ms * math.cos(math.radians(w.from_deg)) for w in winds)
        speed_ms = math.hypot(east, north) / max(1, len(winds))
        return Wind(round(speed_ms, 2), round(math.degrees(math.atan2(east, north)) % 360.0, 1))

    def _since(self, midnight: datetime) -> float:
        return (self._clock.now() - midnight).total_seconds()


def _id(each: Round, midnight: datetime) -> str:
    return f"{each.id}@{midnight.date()}"
