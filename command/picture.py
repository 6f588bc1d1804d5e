"""The newest the console knows, folded from a snapshot and the changes after it."""

from __future__ import annotations

import threading
from datetime import datetime
from enum import Enum, auto

from command.people.second import RequestsView
from fleet.contract import (
    AlarmView,
    Change,
    CoverageView,
    DistrictView,
    DockView,
    DroneTelemetry,
    IncidentState,
    IncidentView,
    Snapshot,
    SortieState,
    SortieView,
    Status,
    TelemetryFrame,
)

INCIDENTS_KEPT = 1000
ALARMS_KEPT = 100  # of those that are acknowledged
SORTIES_KEPT = 2000
_ENDED = {
    SortieState.DOCKED,
    SortieState.ABORTED,
    SortieState.WRITTEN_OFF,
    SortieState.DIVERTED,
}


class Applied(Enum):
    DONE = auto()
    OLD = auto()  # known already
    GAP = auto()  # changes before it are missing, or the log began anew: a snapshot is needed


class Picture:
    """Written on the loop, read from any thread.

    Incidents are kept without their decision: it is large and belongs to whoever asks for it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seq: int | None = None
        self._at: datetime | None = None
        self._incidents: dict[str, IncidentView] = {}
        self._sorties: dict[str, SortieView] = {}
        self._alarms: dict[str, AlarmView] = {}
        self._docks: dict[str, DockView] = {}
        self._drones: dict[str, DroneTelemetry] = {}
        self._heard: datetime | None = None
        self.status: Status | None = None
        self.district: DistrictView | None = None
        self.coverage: CoverageView | None = None
        self.requests = RequestsView(requests=())

    def replace(self, snapshot: Snapshot) -> None:
        """Starts again from ``snapshot``, whatever was known."""
        with self._lock:
            self._seq, self._at = snapshot.seq, snapshot.at
            self._incidents = {view.id: without_decision(view) for view in snapshot.incidents}
            self._sorties = {view.id: view for view in snapshot.sorties}
            self._alarms = {view.id: view for view in snapshot.alarms}
            self._docks = {view.dock: view for view in snapshot.docks}
            self._drones = {view.drone: view for view in snapshot.telemetry.drones}
            self._heard = snapshot.telemetry.at

    def apply(self, change: Change) -> Applied:
        with self._lock:
            if self._seq is None or self._at is None:
                return Applied.GAP
            if change.event.seq <= self._seq:
                began_anew = change.event.seq < self._seq and change.event.at > self._at
                return Applied.GAP if began_anew else Applied.OLD
            if change.event.seq > self._seq + 1:
                return Applied.GAP
            self._seq, self._at = change.event.seq, change.event.at
            if change.incident is not None:
                self._incidents[change.incident.id] = without_decision(change.incident)
            if change.sortie is not None:
                self._sorties[change.sortie.id] = change.sortie
            if change.alarm is not None:
                self._alarms[change.alarm.id] = change.alarm
            self._forget_oldest()
            return Applied.DONE

    def set_dock(self, view: DockView) -> None:
        with self._lock:
            self._docks[view.dock] = view

    def set_telemetry(self, frame: TelemetryFrame) -> None:
        with self._lock:
            self._heard = frame.at
            self._drones.update({view.drone: view for view in frame.drones})

    def knows_drone(self, drone: str) -> bool:
        with self._lock:
            return drone in self._drones

    def incident(self, id_: str) -> IncidentView | None:
        with self._lock:
            return self._incidents.get(id_)

    def alarm(self, id_: str) -> AlarmView | None:
        with self._lock:
            return self._alarms.get(id_)

    def sortie(self, id_: str) -> SortieView | None:
        with self._lock:
            return self._sorties.get(id_)

    def sortie_of(self, drone: str) -> SortieView | None:
        """Of a drone that is out, which may be named by its dock."""
        with self._lock:
            out = (each for each in self._sorties.values() if each.state not in _ENDED)
            return next((each for each in out if drone in (each.drone, each.dock)), None)

    def snapshot(self) -> Snapshot | None:
        """None until the controller has answered for the first time."""
        with self._lock:
            if self._seq is None or self._at is None:
                return None
            return Snapshot(
                seq=self._seq,
                at=self._at,
                incidents=tuple(self._incidents.values()),
                sorties=tuple(self._sorties.values()),
                docks=tuple(self._docks.values()),
                telemetry=TelemetryFrame(
                    at=self._heard or self._at, drones=tuple(self._drones.values())
                ),
                alarms=tuple(self._alarms.values()),
            )

    def _forget_oldest(self) -> None:
        if len(self._incidents) > INCIDENTS_KEPT:
            closed = (v.id for v in self._incidents.values() if v.state is IncidentState.CLOSED)
            if (oldest := next(closed, None)) is not None:
                del self._incidents[oldest]
        read = [a.id for a in self._alarms.values() if a.acknowledged_by is not None]
        for oldest in read[:-ALARMS_KEPT]:
            del self._alarms[oldest]
        if len(self._sorties) > SORTIES_KEPT:
            ended = (v.id for v in self._sorties.values() if v.state in _ENDED)
            if (oldest := next(ended, None)) is not None:
                del self._sorties[oldest]


def without_decision(view: IncidentView) -> IncidentView:
    return view if view.decision is None else view.model_copy(update={"decision": None})
