"""What a sortie is to do, and the ways it is to fly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter

from fleet.district.model import DockModel, DockSite, Flight, RallyPoint
from fleet.mavlink.mission_items import FlightPlan
from fleet.patrol.looks import LookLog
from fleet.sorties.alternates import Alternate
from fleet.sorties.sortie import Plan
from planner.model import Route

_ROUTE = TypeAdapter(Route)


def route_of(stored: dict[str, Any]) -> Route:
    """A route as it was recorded."""
    return _ROUTE.validate_python(stored)


@dataclass(frozen=True, slots=True)
class WayHome:
    """A way home, to begin after ``wait_s``. ``drones`` would have been in its way; ``conflict``
    says who still is, where nothing helped: a drone in the air must come down somewhere."""

    route: Route
    wait_s: float = 0.0
    drones: tuple[str, ...] = ()
    conflict: str = ""
    above_ground_m: float | None = None  # where that is more than is open without leave


@dataclass(frozen=True, slots=True)
class Orders:
    """What the sortie is to do: its mission as uploaded, and the figures to judge it by."""

    mission: FlightPlan
    plan: Plan
    scene: tuple[float, float] | None  # None: on patrol
    pad: DockSite
    dock_model: DockModel
    flight: Flight
    battery_wh: float
    starts_after_s: float  # from the order, where it is kept apart from others by a later start
    no_room: Callable[[], str | None]  # why it may not launch now
    lend: Callable[[], str | None] | None  # gives a drone on loan to its holder, or says why not
    turn_back_wh: Callable[[tuple[float, float], float], float | None]  # from a place and height
    way_home: Callable[[tuple[float, float]], WayHome | None]  # from where the drone is now
    meets: Callable[[], str | None]  # which drone is near, while its holder flies it anywhere
    looks: LookLog | None = None  # on patrol
    elsewhere: Callable[[frozenset[str]], Alternate | None] = lambda _: None  # but for these
    docks: Mapping[str, DockSite] = field(default_factory=dict)  # all, by id
    dock_models: Mapping[str, DockModel] = field(default_factory=dict)
    rally: tuple[RallyPoint, ...] = ()  # where its autopilot may land it; it is told the near ones
    fenced: Callable[[FlightPlan], FlightPlan] = lambda plan: plan  # with the fence for its way
