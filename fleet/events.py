"""The facts of the log. Each is durable before its effect leaves the process; state is their fold.

Names are in the past tense; the class name is the event's ``kind``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from fleet.contract import (
    KeptApart,
    LaunchParts,
    NameView,
    SortieState,
    TaskState,
    VantageView,
    WaysDownView,
)
from fleet.hazards import Hazard
from fleet.response import TaskMove
from fleet.sortie import SortieTrigger


class Fact(BaseModel):
    """Base of all events."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    about: ClassVar[str]  # the field that says whose story it belongs to

    @property
    def subject(self) -> str:
        """The id of what it is about."""
        return str(getattr(self, self.about))

    @property
    def of_incident(self) -> str | None:
        """The incident it belongs to, if any."""
        return getattr(self, "incident", None)


class IncidentReported(Fact):
    about = "incident"

    incident: str
    kind: str
    level: int
    lon: float
    lat: float
    subdistrict: str | None
    note: str
    source: str
    window_s: float
    found_by: str | None = None  # the sortie whose drone saw it
    plans: tuple[str, ...] = ()  # of the district, that fit it


class AirspaceAdopted(Fact):
    """What the airspace of the decisions that name it is built from; told once for each."""

    about = "airspace"

    airspace: str
    volumes: list[dict[str, Any]]
    docks: dict[str, tuple[float, float]]
    landings: list[dict[str, Any]] = []
    relief: dict[str, Any] | None = None


class DecisionTaken(Fact):
    """The docks were ranked. ``picture`` and the airspace adopted under ``airspace_id`` are all
    the inputs, ``ranking`` the answer: the decision can be explained and recomputed from the log
    alone. ``versions`` are those of what computed it; none in logs of before they were kept.
    ``together`` is what it was assigned from with other incidents, and how (``fleet.together``);
    ``vantage`` the nearest place that may be flown to, where the incident's own may not."""

    about = "decision"

    decision: str
    incident: str
    picture: dict[str, Any]
    airspace_id: str
    ranking: list[dict[str, Any]]
    decide_ms: float
    versions: dict[str, str] = {}
    together: dict[str, Any] | None = None
    vantage: VantageView | None = None


class SortieRequested(Fact):
    """``no_room`` is why drones that stood before this one could not be kept apart from others;
    ``diverted_from`` the sortie that the drone was on, in the air; ``rally`` the rally points that
    it is told, ``ways_down`` the proof they come from, of the route as it is flown. ``by_officer``:
    a person chose the dock; None in logs of before that was kept."""

    about = "sortie"

    sortie: str
    incident: str
    decision: str
    dock: str
    drone: str
    eta_s: float
    parts: LaunchParts
    route: dict[str, Any]
    turn_back_wh: float
    kept_apart: KeptApart | None = None
    no_room: tuple[str, ...] = ()
    rally: tuple[str, ...] = ()
    ways_down: WaysDownView | None = None
    diverted_from: str | None = None
    by_officer: bool | None = None


class LoanRequested(Fact):
    """A drone is to leave its dock for a ground station that asked for it, not for an incident.
    ``route`` is up to the height of cruise above the pad and down again: what is in the drone until
    its holder flies it elsewhere."""

    about = "sortie"

    sortie: str
    incident: None = None
    dock: str
    drone: str
    holder: str
    label: str
    by: str
    for_s: float
    launch_s: float
    route: dict[str, Any]
    turn_back_wh: float
    rally: tuple[str, ...] = ()  # rally points that it is told
    ways_down: WaysDownView | None = None  # above its pad


class PatrolAdopted(Fact):
    """A plan of patrol flights whose day begins at ``midnight`` is to be flown. ``plan`` is a
    ``fleet.patrol.plan.PatrolPlan``; each of its flights starts at its time, those in ``at_once``
    as soon as they may, whatever the time. With ``override``, the reason of whoever asked, quiet
    hours are not kept."""

    about = "patrol"

    patrol: str
    midnight: datetime
    plan: dict[str, Any]
    at_once: tuple[str, ...] = ()
    override: str | None = None


class PatrolSortieRequested(Fact):
    """A flight of an adopted plan is sent out, as ``flight`` tells: its times are those of now.
    While a mission item up to the first figure of ``turn_back`` is flown, the drone turns back at
    the energy that is the second. ``rally`` and ``ways_down`` as with ``SortieRequested``."""

    about = "sortie"

    sortie: str
    patrol: str
    flight: dict[str, Any]
    dock: str
    drone: str
    launch_s: float
    route: dict[str, Any]
    turn_back: tuple[tuple[int, float], ...]
    rally: tuple[str, ...] = ()
    ways_down: WaysDownView | None = None


class PatrolLookDone(Fact):
    """A patrol drone has seen what ``visit`` asks for."""

    about = "sortie"

    sortie: str
    patrol: str
    task: str
    visit: str


class PatrolFlightWaits(Fact):
    """A flight of a patrol that is due does not start, for this reason."""

    about = "patrol"

    patrol: str
    flight: str
    reason: str


class PatrolFlightGivenUp(Fact):
    """A flight of a patrol that can no longer be flown; what it was to see is planned anew."""

    about = "patrol"

    patrol: str
    flight: str
    reason: str


class PatrolVisitsHandedOn(Fact):
    """Visits that the plan's own flights do not see; those of another plan, ``to``, do."""

    about = "patrol"

    patrol: str
    visits: tuple[str, ...]
    to: str


class PatrolVisitsMissed(Fact):
    """Visits that nobody can make any more, each with the reason."""

    about = "patrol"

    patrol: str
    visits: dict[str, str]


class PatrolsPaused(Fact):
    """A person has stopped the patrols: none starts until ``PatrolsResumed``."""

    about = "by"

    by: str
    reason: str


class PatrolsResumed(Fact):
    about = "by"

    by: str


class SortieAdvanced(Fact):
    """One step along the sortie's table; ``reason`` says what was seen."""

    about = "sortie"

    sortie: str
    incident: str | None
    trigger: SortieTrigger
    state: SortieState
    reason: str


class SortieHeld(Fact):
    """A person stopped the drone; from where it is, it must turn back at ``turn_back_wh``."""

    about = "sortie"

    sortie: str
    incident: str | None
    turn_back_wh: float


class SortieDirected(Fact):
    """A person sent the drone to a place. ``radius_m`` 0 is to stay over it; else it circles."""

    about = "sortie"

    sortie: str
    incident: str | None
    lon: float
    lat: float
    alt_amsl_m: float
    radius_m: int
    turns: int
    eta_s: float
    route: dict[str, Any]
    turn_back_wh: float
    rally: tuple[str, ...] = ()  # rally points that it is told


class WayHomePlanned(Fact):
    """A drone in the air got a way home from where it is, to begin after ``wait_s``. ``drones``
    would have been in the way; ``conflict`` says who still is, where nothing helped."""

    about = "sortie"

    sortie: str
    incident: str | None
    route: dict[str, Any]
    wait_s: float
    drones: tuple[str, ...]
    conflict: str
    above_ground_m: float | None = None  # where that is more than is open without leave


class AlternateChosen(Fact):
    """The drone cannot come down where it was bound for, and lands at ``place``, a dock or a rally
    point, instead; ``needs_wh`` is what that takes, ``why`` what was against the place before."""

    about = "sortie"

    sortie: str
    incident: str | None
    drone: str
    place: str
    lon: float
    lat: float
    alt_amsl_m: float
    is_dock: bool
    needs_wh: float
    why: str


class SortieStepDone(Fact):
    """Something on the way that changes no state but belongs in the record: cover open, mission
    verified, armed, landing held."""

    about = "sortie"

    sortie: str
    incident: str | None
    step: str
    detail: str = ""


class HazardSeen(Fact):
    """Something endangers a drone that is out; ``words`` say by which figure it was seen."""

    about = "sortie"

    sortie: str
    incident: str | None
    drone: str
    hazard: Hazard
    words: str


class HazardOver(Fact):
    """It has not been seen for a while."""

    about = "sortie"

    sortie: str
    incident: str | None
    drone: str
    hazard: Hazard


class IncidentUnserved(Fact):
    """No dock can serve the incident now."""

    about = "incident"

    incident: str
    reason: str


class IncidentClosed(Fact):
    about = "incident"

    incident: str
    note: str


class ItemTicked(Fact):
    """A person has seen to an item of a checklist, or not after all; ``text`` as it read then."""

    about = "incident"

    incident: str
    item: str
    text: NameView
    done: bool
    by: str


class TaskGiven(Fact):
    """Somebody is to do something; who does not sign in here is ``outside``."""

    about = "task"

    task: str
    incident: str
    text: str
    to: str
    outside: bool
    within_s: float | None
    by: str


class TaskMoved(Fact):
    about = "task"

    task: str
    incident: str
    move: TaskMove
    state: TaskState  # after it
    to: str
    text: str
    note: str
    by: str


class AlarmRaised(Fact):
    """An autopilot said what a person must have read."""

    about = "alarm"

    alarm: str
    drone: str
    text: str
    sortie: str | None
    incident: str | None


class AlarmAcknowledged(Fact):
    """Somebody has read it."""

    about = "alarm"

    alarm: str
    drone: str
    text: str
    sortie: str | None
    incident: str | None
    by: str


class ControlTaken(Fact):
    """From now on only ``by`` directs the drone; ``before`` had it, and handed it over or was
    overruled."""

    about = "sortie"

    sortie: str
    incident: str | None
    drone: str
    by: str
    before: str | None


class ControlOffered(Fact):
    """``to`` may take it over; nobody: the offer is withdrawn."""

    about = "sortie"

    sortie: str
    incident: str | None
    drone: str
    by: str
    to: str | None


class ControlGivenUp(Fact):
    """Any officer may direct the drone."""

    about = "sortie"

    sortie: str
    incident: str | None
    drone: str
    by: str


class DroneTakenOut(Fact):
    """A person has taken the drone out of service."""

    about = "drone"

    drone: str
    reason: str


class DronePutBack(Fact):
    about = "drone"

    drone: str
    reason: str


class DroneReadied(Fact):
    """Parameters read and set, fence uploaded and read back."""

    about = "drone"

    drone: str
    parameters: dict[str, float]
    fence_points: int

    @property
    def subject(self) -> str:
        return self.drone


class CameraPointed(Fact):
    """A person turned the drone's camera or zoomed it; what stays as it was is None."""

    about = "sortie"

    sortie: str
    incident: str | None
    pitch_deg: float | None
    heading_deg: float | None
    zoom: float | None


class CommandRefused(Fact):
    """The gate let a command to a drone not pass. ``drone`` is "fleet" for an act on many."""

    about = "drone"

    drone: str
    sender: str
    what: str
    reason: str  # a GateReason
    text: str


class LeaseGranted(Fact):
    """A ground station may command the drone, until the time is over or the lease is taken back."""

    about = "drone"

    drone: str
    holder: str
    by: str
    for_s: float
    label: str = ""  # what the duty officer calls the holder


class LeaseEnded(Fact):
    """The controller commands the drone again. ``by`` took the lease back; None: it ran out."""

    about = "drone"

    drone: str
    holder: str
    by: str | None
    why: str = ""


class LinkChanged(Fact):
    """A dock or drone came or went."""

    about = "component"

    component: str
    online: bool

    @property
    def subject(self) -> str:
        return self.component


class LinkFailedOver(Fact):
    """A drone is followed and commanded on another of its links, for the one before was silent."""

    about = "drone"

    drone: str
    sortie: str | None  # that it was on
    incident: str | None
    link: str
    before: str
    silent_s: float


class ComponentFailed(Fact):
    """A part of the controller failed and was started again."""

    about = "component"

    component: str
    error: str

    @property
    def subject(self) -> str:
        return self.component


KINDS: dict[str, type[Fact]] = {cls.__name__: cls for cls in Fact.__subclasses__()}


class Recorded(BaseModel):
    """A fact with its place in the log."""

    model_config = ConfigDict(frozen=True)

    seq: int
    at: datetime
    cause: str | None
    fact: Any
