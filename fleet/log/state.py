"""The fold: what is true now, from the events alone. The same log gives the same state."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from fleet.contract import (
    AlarmView,
    IncidentState,
    IncidentView,
    LeaseView,
    SortieState,
    SortieView,
)
from fleet.dispatch.incident import INCIDENT, IncidentTrigger
from fleet.log import events
from fleet.patrol.book import PatrolBook
from fleet.people.alarms import without_oldest
from fleet.people.control import with_holder, with_offer, without_holder
from fleet.people.response import with_move, with_task, with_tick
from fleet.sorties.sortie import ATTENDING, BY_A_PERSON, ENDED, SORTIE, SortieTrigger


@dataclass(frozen=True, slots=True)
class SortiePlan:
    """What a sortie was sent out with, and what a person has made of it since; needed to go on
    with it after a restart."""

    decision: str | None  # None: for no incident
    route: dict[str, object]
    turn_back_wh: float
    launch_s: float  # from the order to the rotors lifting it
    loan: events.LoanRequested | None = None  # what it left its dock for, where no incident did
    home: events.WayHomePlanned | None = None  # in the place of the way back it took off with
    elsewhere: events.AlternateChosen | None = None  # where it lands in the place of its dock
    directed: events.SortieDirected | None = None
    held_wh: float | None = None
    turn_back: tuple[tuple[int, float], ...] = ()  # of a patrol: up to a mission item, at these Wh
    flight: dict[str, Any] | None = None  # of a patrol
    rally: tuple[str, ...] = ()  # that the drone was told when it was sent out
    by_officer: bool = False  # a person chose the drone

    @property
    def rally_now(self) -> tuple[str, ...]:
        """That it has by now, as far as it was told."""
        return self.directed.rally if self.directed is not None else self.rally

    def turns_back_at_wh(self, state: SortieState, mission_item: int | None = None) -> float:
        """The energy at which the drone must turn back from what it is doing."""
        if state is SortieState.EN_ROUTE and mission_item is not None:
            for last_seq, wh in self.turn_back:
                if mission_item <= last_seq:
                    return wh
        if state is SortieState.HELD and self.held_wh is not None:
            return self.held_wh
        if state is SortieState.DIRECTED and self.directed is not None:
            return self.directed.turn_back_wh
        return self.turn_back_wh


@dataclass(slots=True)
class FleetState:
    """Incidents and sorties as they are. Only ``apply`` changes it, and only with a recorded
    event."""

    seq: int = 0
    incidents: dict[str, IncidentView] = field(default_factory=dict)
    sorties: dict[str, SortieView] = field(default_factory=dict)
    under_way: dict[str, None] = field(default_factory=dict)  # sorties not ended, as requested
    plans: dict[str, SortiePlan] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)  # incidents that nobody could be sent to
    decisions: dict[str, list[str]] = field(default_factory=dict)  # incident -> its decisions
    out_of_service: dict[str, str] = field(default_factory=dict)  # drone -> why
    reported: dict[str, str] = field(default_factory=dict)  # request -> the incident it made
    sent: dict[str, str] = field(default_factory=dict)  # request -> the sortie it made
    alarms: dict[str, AlarmView] = field(default_factory=dict)  # the oldest first
    given: dict[str, events.TaskGiven] = field(default_factory=dict)  # request -> the task it made
    patrols: PatrolBook = field(default_factory=PatrolBook)

    def apply(self, recorded: events.Recorded) -> None:
        self.seq = recorded.seq
        self.patrols.apply(recorded)
        match recorded.fact:
            case events.IncidentReported() as fact:
                self._reported(fact, recorded.at)
                if recorded.cause:
                    self.reported[recorded.cause] = fact.incident
            case events.DecisionTaken() as fact:
                self.decisions.setdefault(fact.incident, []).append(fact.decision)
            case events.SortieRequested() as fact:
                self._requested(fact, recorded.at)
                if recorded.cause:
                    self.sent[recorded.cause] = fact.sortie
            case events.LoanRequested() as fact:
                self._loan_requested(fact, recorded.at)
                if recorded.cause:
                    self.sent[recorded.cause] = fact.sortie
            case events.LeaseGranted() as fact:
                until = recorded.at + timedelta(seconds=fact.for_s)
                self._lent(
                    fact.drone,
                    LeaseView(
                        holder=fact.holder,
                        label=fact.label,
                        by=fact.by,
                        since=recorded.at,
                        until=until,
                    ),
                )
            case events.LeaseEnded() as fact:
                self._lent(fact.drone, None)
            case events.PatrolSortieRequested() as fact:
                self._patrol_requested(fact, recorded.at)
            case events.SortieHeld() as fact:
                plan = self.plans[fact.sortie]
                self.plans[fact.sortie] = replace(plan, held_wh=fact.turn_back_wh)
            case events.SortieDirected() as fact:
                self._directed(fact)
            case events.WayHomePlanned() as fact:
                self.plans[fact.sortie] = replace(self.plans[fact.sortie], home=fact)
            case events.AlternateChosen() as fact:
                self.plans[fact.sortie] = replace(self.plans[fact.sortie], elsewhere=fact)
                view = self.sorties[fact.sortie]
                self.sorties[fact.sortie] = view.model_copy(update={"elsewhere": fact.place})
            case events.SortieAdvanced() as fact:
                self._advanced(fact, recorded.at)
            case events.IncidentUnserved() as fact:
                self._move(fact.incident, IncidentTrigger.NO_DOCK)
                self.waiting.add(fact.incident)
            case events.DroneTakenOut() as fact:
                self.out_of_service[fact.drone] = fact.reason
            case events.DronePutBack() as fact:
                self.out_of_service.pop(fact.drone, None)
            case events.AlarmRaised() as fact:
                self._raised(fact, recorded.at)
            case events.AlarmAcknowledged() as fact:
                read = {"acknowledged_by": fact.by, "acknowledged_at": recorded.at}
                self.alarms[fact.alarm] = self.alarms[fact.alarm].model_copy(update=read)
                self.alarms = without_oldest(self.alarms)
            case events.ControlTaken() as fact:
                self.sorties[fact.sortie] = with_holder(
                    self.sorties[fact.sortie], fact, recorded.at
                )
            case events.ControlOffered() as fact:
                self.sorties[fact.sortie] = with_offer(self.sorties[fact.sortie], fact)
            case events.ControlGivenUp() as fact:
                self.sorties[fact.sortie] = without_holder(self.sorties[fact.sortie])
            case events.ItemTicked() as fact:
                self._see_to(with_tick(self.incidents[fact.incident], fact, recorded.at))
            case events.TaskGiven() as fact:
                self._see_to(with_task(self.incidents[fact.incident], fact, recorded.at))
                if recorded.cause:
                    self.given[recorded.cause] = fact
            case events.TaskMoved() as fact:
                self._see_to(with_move(self.incidents[fact.incident], fact, recorded.at))
            case events.IncidentClosed() as fact:
                self._move(fact.incident, IncidentTrigger.CLOSE)
                self.waiting.discard(fact.incident)
                self._update(fact.incident, closed_at=recorded.at)

    def sortie_of_drone(self, drone: str) -> SortieView | None:
        """The sortie the drone is on, if any."""
        return next((sortie for sortie in self.active() if sortie.drone == drone), None)

    def tried(self, incident: str) -> frozenset[str]:
        """Docks that have sent a drone to the incident, but for those whose drone went on to
        another."""
        return frozenset(
            sortie.dock
            for sortie in self.sorties.values()
            if sortie.incident == incident and sortie.state is not SortieState.DIVERTED
        )

    def active(self) -> list[SortieView]:
        return [self.sorties[sortie] for sortie in self.under_way]

    def attending(self, incident: str) -> list[SortieView]:
        """Sorties on their way to the incident or over it."""
        return [
            sortie
            for sortie in self.sorties.values()
            if sortie.incident == incident and sortie.state in ATTENDING
        ]

    def _watched(self, incident: str) -> bool:
        """Whether a drone is over it, or has been and is directed by a person since."""
        return any(
            sortie.state is SortieState.ON_SCENE
            or (sortie.state in BY_A_PERSON | {SortieState.LENT} and sortie.on_scene_s is not None)
            for sortie in self.attending(incident)
        )

    def _reported(self, fact: events.IncidentReported, at: datetime) -> None:
        self.incidents[fact.incident] = IncidentView(
            id=fact.incident,
            kind=fact.kind,
            level=fact.level,
            lon=fact.lon,
            lat=fact.lat,
            subdistrict=fact.subdistrict,
            note=fact.note,
            source=fact.source,
            state=IncidentState.REPORTED,
            reported_at=at,
            window_s=fact.window_s,
            found_by=fact.found_by,
            plans=fact.plans,
        )

    def _requested(self, fact: events.SortieRequested, at: datetime) -> None:
        self.sorties[fact.sortie] = SortieView(
            id=fact.sortie,
            incident=fact.incident,
            dock=fact.dock,
            drone=fact.drone,
            state=SortieState.REQUESTED,
            requested_at=at,
            changed_at=at,
            eta_s=fact.eta_s,
            kept_apart=fact.kept_apart,
            diverted_from=fact.diverted_from,
            path=_path(fact.route),
        )
        if before := self.sorties.get(fact.diverted_from or ""):
            self.sorties[before.id] = before.model_copy(update={"diverted_to": fact.sortie})
        self.under_way[fact.sortie] = None
        self.plans[fact.sortie] = SortiePlan(
            fact.decision,
            fact.route,
            fact.turn_back_wh,
            fact.parts.launch_s,
            rally=fact.rally,
            by_officer=bool(fact.by_officer),
        )
        self._move(fact.incident, IncidentTrigger.DRONE_SENT)
        self.waiting.discard(fact.incident)
        if self.incidents[fact.incident].on_scene_at is None:
            self._update(
                fact.incident,
                dock=fact.dock,
                drone=fact.drone,
                sortie=fact.sortie,
                eta_s=fact.eta_s,
                parts=fact.parts,
            )

    def _loan_requested(self, fact: events.LoanRequested, at: datetime) -> None:
        self.sorties[fact.sortie] = SortieView(
            id=fact.sortie,
            incident=None,
            dock=fact.dock,
            drone=fact.drone,
            state=SortieState.REQUESTED,
            requested_at=at,
            changed_at=at,
        )
        self.under_way[fact.sortie] = None
        self.plans[fact.sortie] = SortiePlan(
            None, fact.route, fact.turn_back_wh, fact.launch_s, loan=fact, rally=fact.rally
        )

    def _patrol_requested(self, fact: events.PatrolSortieRequested, at: datetime) -> None:
        self.sorties[fact.sortie] = SortieView(
            id=fact.sortie,
            incident=None,
            dock=fact.dock,
            drone=fact.drone,
            state=SortieState.REQUESTED,
            requested_at=at,
            changed_at=at,
            path=_path(fact.route),
            patrol=f"{fact.patrol}/{fact.flight['id']}",
        )
        self.under_way[fact.sortie] = None
        most_wh = max(wh for _, wh in fact.turn_back)
        self.plans[fact.sortie] = SortiePlan(
            None,
            fact.route,
            most_wh,
            fact.launch_s,
            turn_back=fact.turn_back,
            flight=fact.flight,
            rally=fact.rally,
        )

    def _see_to(self, view: IncidentView) -> None:
        self.incidents[view.id] = view

    def _raised(self, fact: events.AlarmRaised, at: datetime) -> None:
        self.alarms[fact.alarm] = AlarmView(
            id=fact.alarm,
            drone=fact.drone,
            text=fact.text,
            at=at,
            sortie=fact.sortie,
            incident=fact.incident,
        )

    def _lent(self, drone: str, lease: LeaseView | None) -> None:
        if (sortie := self.sortie_of_drone(drone)) is not None:
            self.sorties[sortie.id] = sortie.model_copy(update={"lease": lease})

    def _advanced(self, fact: events.SortieAdvanced, at: datetime) -> None:
        before = self.sorties[fact.sortie]
        state = SORTIE.advance(before.state, fact.trigger)
        changes: dict[str, object] = {"state": state, "changed_at": at, "reason": fact.reason}
        changes["held_from"] = before.state if state is SortieState.HELD else None
        if state is not SortieState.LENT:
            changes["lease"] = None
        if state in ENDED:
            changes["control"] = None
        if fact.trigger is SortieTrigger.TOOK_OFF:
            changes["took_off_at"] = at
        if fact.trigger is SortieTrigger.TAKE_OVER and before.diverted_from in self.sorties:
            changes["took_off_at"] = self.sorties[before.diverted_from].took_off_at
        if state is SortieState.ON_SCENE and before.on_scene_s is None:
            changes["on_scene_s"] = (at - before.requested_at).total_seconds()
        if state in ATTENDING:
            self.plans[fact.sortie] = replace(self.plans[fact.sortie], home=None)
        if state in ATTENDING or state is SortieState.LOST:  # it is bound for its dock again
            changes["elsewhere"] = None
            self.plans[fact.sortie] = replace(self.plans[fact.sortie], elsewhere=None)
        self.sorties[fact.sortie] = before.model_copy(update=changes)
        if state in ENDED:
            self.under_way.pop(fact.sortie, None)
        if fact.incident is None:
            return
        if state is SortieState.ON_SCENE:
            self._arrived(fact.incident, at)
        elif before.state in ATTENDING and self._is_left(fact.incident):
            self._move(fact.incident, IncidentTrigger.DRONES_GONE)
        elif before.state is SortieState.ON_SCENE and not self._watched(fact.incident):
            self._move(fact.incident, IncidentTrigger.SCENE_LEFT)

    def _is_left(self, incident: str) -> bool:
        """Whether the last drone it had is gone; one that a person directed may have come to it
        after the incident was over."""
        had_one = self.incidents[incident].state in (
            IncidentState.DISPATCHED,
            IncidentState.ON_SCENE,
        )
        return had_one and not self.attending(incident)

    def _directed(self, fact: events.SortieDirected) -> None:
        self.plans[fact.sortie] = replace(self.plans[fact.sortie], directed=fact)
        self.sorties[fact.sortie] = self.sorties[fact.sortie].model_copy(
            update={
                "directed_to": (fact.lon, fact.lat, fact.alt_amsl_m),
                "path": _path(fact.route),
            }
        )

    def _arrived(self, incident: str, at: datetime) -> None:
        self._move(incident, IncidentTrigger.DRONE_ARRIVED)
        view = self.incidents[incident]
        if view.on_scene_at is None:
            passed_s = (at - view.reported_at).total_seconds()
            self._update(incident, on_scene_at=at, on_scene_s=passed_s)

    def _move(self, incident: str, trigger: IncidentTrigger) -> None:
        self._update(incident, state=INCIDENT.advance(self.incidents[incident].state, trigger))

    def _update(self, incident: str, **changes: object) -> None:
        self.incidents[incident] = self.incidents[incident].model_copy(update=changes)


def _path(route: dict[str, Any]) -> tuple[tuple[float, float, float], ...]:
    """The way out; waypoints are lon, lat, alt_amsl_m, speed_ms."""
    return tuple((point[0], point[1], point[2]) for point in route["out"])
