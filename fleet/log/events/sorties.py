"""Sorties: asked for, flown, directed, endangered."""

from __future__ import annotations

from typing import Any

from fleet.contract import (
    KeptApart,
    LaunchParts,
    SortieState,
    WaysDownView,
)
from fleet.log.events.fact import Fact
from fleet.sorties.hazards import Hazard
from fleet.sorties.sortie import SortieTrigger


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
