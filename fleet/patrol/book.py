"""The fold of what is patrolled: adopted plans, what of them is under way, what was seen when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from fleet.contract import PatrolPauseView, SortieState
from fleet.log import events
from fleet.patrol.plan import PatrolPlan, PlannedSortie

ON_THEIR_WAY: Final = frozenset(
    {
        SortieState.REQUESTED,
        SortieState.PREPARING,
        SortieState.LAUNCHING,
        SortieState.EN_ROUTE,
        SortieState.HELD,
    }
)
TRIED_AGAIN_AFTER = timedelta(minutes=2)

Part = tuple[str, str]  # a task, and the part of it that is looked at in one go


def part_of(task: str, visit: str) -> Part:
    """Visits of one part of a task at different hours differ by what follows the @."""
    return task, visit.partition("@")[0]


def looked_at(flight: PlannedSortie) -> Iterator[tuple[str, str]]:
    """Task and visit of each look of a flight, in their order."""
    for stage in flight.stages:
        if stage.task is not None and stage.visit is not None:
            yield stage.task, stage.visit


@dataclass(slots=True)
class Adopted:
    """A plan that is flown."""

    id: str
    midnight: datetime
    plan: PatrolPlan
    at_once: frozenset[str]
    flights: dict[str, PlannedSortie]
    override: str | None = None  # why quiet hours are not kept
    sent: dict[str, str] = field(default_factory=dict)  # flight -> the sortie that flies it
    seen: dict[str, datetime] = field(default_factory=dict)  # visit -> when
    missed: dict[str, str] = field(default_factory=dict)  # visit -> why
    handed_on: dict[str, str] = field(default_factory=dict)  # visit -> the plan that has it
    given_up: dict[str, str] = field(default_factory=dict)  # flight -> why
    waits: dict[str, str] = field(default_factory=dict)  # flight -> why it has not started
    aborts: dict[str, int] = field(default_factory=dict)  # flight -> how often, before take-off
    aborted: dict[str, datetime] = field(default_factory=dict)  # flight -> when last

    @property
    def round(self) -> str:
        """The plan that it is the rest of, or itself."""
        return self.id.partition(".")[0]

    def at(self, seconds: float) -> datetime:
        """The moment so long after the plan's midnight."""
        return self.midnight + timedelta(seconds=seconds)

    def is_open(self, visit: str) -> bool:
        settled = visit in self.seen or visit in self.missed or visit in self.handed_on
        return not settled

    def may_be_tried(self, flight: str, now: datetime) -> bool:
        """What kept a launch from succeeding is not gone at once."""
        return flight not in self.aborted or now - self.aborted[flight] >= TRIED_AGAIN_AFTER

    def orphans(self, state: Mapping[str, SortieState]) -> dict[str, str]:
        """Open visits that no flight to come and none under way will make, each with its task;
        ``state`` is that of the sorties."""
        kept = {visit for flight in self.pending() for _, visit in looked_at(flight)}
        for flight, sortie in self.sent.items():
            if state[sortie] in ON_THEIR_WAY:
                kept.update(visit for _, visit in looked_at(self.flights[flight]))
        return {visit: task for visit, task in self.open_visits().items() if visit not in kept}

    def pending(self) -> Iterator[PlannedSortie]:
        """Flights that have not been sent out and have something left to see."""
        for flight in self.flights.values():
            if flight.id in self.sent or flight.id in self.given_up:
                continue
            if any(self.is_open(visit) for _, visit in looked_at(flight)):
                yield flight

    def visits(self) -> Iterator[str]:
        """All that it was to see, and what it had to leave out."""
        for flight in self.flights.values():
            yield from (visit for _, visit in looked_at(flight))
        yield from (each.visit for each in self.plan.unserved if each.visit is not None)

    def open_visits(self) -> dict[str, str]:
        """Visits that nobody has seen nor given up, each with its task; among them those that the
        plan left out for now."""
        looks = [look for flight in self.flights.values() for look in looked_at(flight)]
        looks += self.put_off()
        return {visit: task for task, visit in looks if self.is_open(visit)}

    def put_off(self) -> Iterator[tuple[str, str]]:
        """Task and visit of what the plan could not serve, for a reason that may pass."""
        for each in self.plan.unserved:
            if each.passing and each.visit is not None:
                yield each.task, each.visit


@dataclass(slots=True)
class PatrolBook:
    """Only ``apply`` changes it."""

    plans: dict[str, Adopted] = field(default_factory=dict)
    sorties: dict[str, tuple[str, str]] = field(default_factory=dict)  # -> plan and flight
    last_seen: dict[Part, datetime] = field(default_factory=dict)
    told_back: set[str] = field(default_factory=set)  # sorties whose missions were read back
    asked: dict[str, str] = field(default_factory=dict)  # request -> the plan that it adopted
    paused: PatrolPauseView | None = None

    def apply(self, recorded: events.Recorded) -> None:
        match recorded.fact:
            case events.PatrolAdopted() as fact:
                self._adopted(fact)
                if recorded.cause:
                    self.asked[recorded.cause] = fact.patrol
            case events.PatrolSortieRequested() as fact:
                plan, flight = self.plans[fact.patrol], str(fact.flight["id"])
                plan.sent[flight] = fact.sortie
                plan.waits.pop(flight, None)
                self.sorties[fact.sortie] = (fact.patrol, flight)
            case events.PatrolLookDone() as fact:
                self.plans[fact.patrol].seen[fact.visit] = recorded.at
                self.last_seen[part_of(fact.task, fact.visit)] = recorded.at
            case events.PatrolFlightWaits() as fact:
                self.plans[fact.patrol].waits[fact.flight] = fact.reason
            case events.PatrolVisitsMissed() as fact:
                self.plans[fact.patrol].missed.update(fact.visits)
            case events.PatrolVisitsHandedOn() as fact:
                self.plans[fact.patrol].handed_on.update(dict.fromkeys(fact.visits, fact.to))
            case events.PatrolFlightGivenUp() as fact:
                self.plans[fact.patrol].given_up[fact.flight] = fact.reason
            case events.PatrolsPaused() as fact:
                self.paused = PatrolPauseView(since=recorded.at, by=fact.by, reason=fact.reason)
            case events.PatrolsResumed():
                self.paused = None
            case events.SortieStepDone(step="mission_verified") as fact:
                self.told_back.add(fact.sortie)
            case events.SortieAdvanced(state=SortieState.ABORTED) as fact:
                self._aborted(fact, recorded.at)

    def flown_wh(self, since: datetime) -> dict[str, float]:
        """What each drone was sent out to fly in the plans of days since then."""
        found: dict[str, float] = {}
        for plan in self.plans.values():
            for flight in plan.sent if plan.midnight >= since else ():
                sent = plan.flights[flight]
                found[sent.drone] = found.get(sent.drone, 0.0) + sent.energy_wh
        return found

    def relay_lacks(self, sortie: str) -> str | None:
        """Why a flight of a relay may not take off yet: another's drone has not told its mission
        back."""
        patrol, flight = self.sorties[sortie]
        plan = self.plans[patrol]
        relay = plan.flights[flight].relay
        for other in plan.flights.values():
            if relay is None or other.relay != relay or other.id in plan.given_up:
                continue
            if plan.sent.get(other.id) not in self.told_back:
                return f"{other.drone} of the relay has not told its mission back"
        return None

    def _adopted(self, fact: events.PatrolAdopted) -> None:
        plan = PatrolPlan.model_validate(fact.plan)
        flights = {flight.id: flight for flight in plan.sorties}
        self.plans[fact.patrol] = Adopted(
            fact.patrol, fact.midnight, plan, frozenset(fact.at_once), flights, fact.override
        )

    def _aborted(self, fact: events.SortieAdvanced, at: datetime) -> None:
        """It never left: its flight is to be flown still."""
        if fact.sortie in self.sorties:
            patrol, flight = self.sorties[fact.sortie]
            self.plans[patrol].sent.pop(flight, None)
            self.plans[patrol].waits[flight] = fact.reason
            self.plans[patrol].aborted[flight] = at
            self.plans[patrol].aborts[flight] = self.plans[patrol].aborts.get(flight, 0) + 1
