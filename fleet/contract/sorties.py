"""Sorties and drones as the rest of the system sees them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from fleet.contract.base import Model
from fleet.contract.control import ControlView
from fleet.contract.lending import LeaseView


class SortieState(StrEnum):
    REQUESTED = "requested"
    PREPARING = "preparing"  # cover opening, mission and fence going up
    LAUNCHING = "launching"  # arming, taking off
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    HELD = "held"  # a person has stopped it where it is
    DIRECTED = "directed"  # on its way to, over or around a place that a person has named
    LENT = "lent"  # another ground station commands it, in its dock or in the air
    RETURNING = "returning"
    LANDING = "landing"
    LANDING_OUT = "landing_out"  # coming down where it is, because a person wants it down now
    GROUNDED = (
        "grounded"  # down away from its own dock, as ordered or at another place; to be fetched
    )
    DOCKED = "docked"  # on its pad, cover closed
    ABORTED = "aborted"  # ended before take-off; the drone never left
    LOST = "lost"  # no longer heard from, or down away from a dock
    WRITTEN_OFF = "written_off"  # a person has ended it: the drone does not come back by itself
    DIVERTED = "diverted"  # its drone went on to another incident, on another sortie


class KeptApart(Model):
    """How a flight was kept apart from others before it was released: so much higher (lower where
    negative) and later than planned; ``drones`` would have been in its way. ``above_ground_m`` is
    told where that is higher above the ground on its way than may be flown without leave."""

    delay_s: float
    cruise_change_m: float
    scene_change_m: float
    drones: tuple[str, ...]
    above_ground_m: float | None = None


class SortieView(Model):
    """A flight to an incident or, with ``patrol``, on patrol, which is en route as long as it has
    looks to go to; ``incident`` is None then, and for a drone that left its dock on loan."""

    id: str
    incident: str | None
    dock: str
    drone: str
    state: SortieState
    requested_at: datetime
    changed_at: datetime
    reason: str | None = None
    took_off_at: datetime | None = None
    eta_s: float | None = None
    on_scene_s: float | None = None  # from request to over the scene
    held_from: SortieState | None = None  # what it was doing when a person stopped it
    directed_to: tuple[float, float, float] | None = None  # lon, lat, alt_amsl_m
    kept_apart: KeptApart | None = None  # None: there was nobody to be kept apart from
    diverted_from: str | None = None  # the sortie that its drone was on before, in the air
    diverted_to: str | None = None
    path: tuple[tuple[float, float, float], ...] = ()
    elsewhere: str | None = None  # the dock or rally point that it lands at, not its own dock
    lease: LeaseView | None = None  # while another ground station commands the drone
    control: ControlView | None = None  # the one person who directs the drone, if there is one
    patrol: str | None = None  # the flight of the patrol plan, PLAN/FLIGHT


class ServiceView(Model):
    """Whether a drone may be sent out at all; ``reason`` is why not."""

    drone: str
    in_service: bool
    reason: str | None = None


class FleetActView(Model):
    """An act on all drones that are out: to be confirmed with ``confirmation``, or ``done``."""

    id: str  # of what was asked: recall_all, land_all
    done: bool
    drones: tuple[str, ...]
    confirmation: str | None = None
    valid_s: float | None = None  # how long the confirmation is good
    refused: dict[str, str] = Field(default={})  # drone -> why it could not be told


class SortiesPage(Model):
    sorties: tuple[SortieView, ...]
    total: int
    next: str | None
