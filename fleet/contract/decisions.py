"""Whom the planner would send, with the reasons: answers about decisions."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fleet.contract.base import Model
from fleet.contract.sorties import KeptApart


class LaunchParts(Model):
    launch_s: float
    climb_s: float
    cruise_s: float
    descent_s: float


class ReasonView(Model):
    """Why a dock is ruled out; the console words it, ``text`` is English."""

    veto: str
    value: float | None = None
    limit: float | None = None
    text: str


class WayDownView(Model):
    """A landing place from one point of a flight: what it takes to get there, and what is left in
    the battery beyond the reserve."""

    place: str  # a dock or a rally point
    needs_wh: float
    margin_wh: float


class MomentView(Model):
    """A point of a flight, ``at_s`` after the lift-off (of a drone in the air: after it was told),
    with the two landing places that leave most in the battery, the best first."""

    at_s: float
    lon: float
    lat: float
    alt_amsl_m: float
    energy_wh: float  # in the battery then
    ways: tuple[WayDownView, ...]


class WaysDownView(Model):
    """Whether two landing places can be reached with reserve at every second of a flight. What is
    told of a point holds since the point before; ``weakest`` is the number of the one that leaves
    least for a second place."""

    holds: bool
    weakest: int
    moments: tuple[MomentView, ...]


class AlternativeView(Model):
    dock: str
    drone: str
    feasible: bool
    in_window: bool
    on_time: float | None  # probability of an arrival in the window
    absence_cost: float  # share of the district lost to coverage while the drone is away
    eta_s: float | None
    parts: LaunchParts | None
    energy_wh: float | None
    energy_left_wh: float | None
    reasons: tuple[ReasonView, ...]
    path: tuple[tuple[float, float, float], ...]  # lon, lat, alt_amsl_m, up to the scene
    airborne: bool = False  # the drone is in the air and would be diverted
    ways_down: WaysDownView | None = None  # None: another that has two goes before it


class VantageView(Model):
    """The nearest place that may be flown to, where the place itself may not. ``used``: the ranking
    is for it; else it is too far away to go there by rule."""

    lon: float
    lat: float
    off_m: float
    used: bool


class DecisionView(Model):
    id: str
    at: datetime
    decide_ms: float
    ranking: tuple[AlternativeView, ...]
    vantage: VantageView | None = None
    window_s: float | None = None  # that drones are to be there within


class ClaimView(Model):
    """An incident among several that were decided together: the drone that it had, and the one that
    it gets, with the seconds until each is there."""

    incident: str
    level: int
    had: str | None
    had_eta_s: float | None
    gets: str | None
    eta_s: float | None


class TogetherView(Model):
    """Who goes where, so that the sum of seconds, weighted by level, is least; ``first_come_s`` is
    what it would be had each been served in its turn."""

    claims: tuple[ClaimView, ...]
    weighted_s: float
    first_come_s: float


class TurnView(Model):
    """A single change of what was known that would have turned the choice to ``to`` (None: to
    nobody). ``now`` is the figure as it was, ``least`` and ``most`` are the smallest and the
    greatest that do it (None: as far as was looked)."""

    change: Literal[
        "wind",  # of all docks in proportion, each from its own direction: the mean, m/s
        "launch",  # of the chosen dock, seconds longer
        "out",  # the chosen dock is not there
        "charge",  # of the drone of ``to``, Wh
        "veto",  # against ``to``, lifted: ``veto``, or all of them where that is None
    ]
    to: str | None
    now: float | None = None
    least: float | None = None
    most: float | None = None
    veto: str | None = None


class ConditionsView(Model):
    """What was known of one dock, and how far it stood behind the one chosen; negative where it
    would have been sooner, had it not been ruled out."""

    dock: str
    behind_s: float | None
    wind_ms: float | None
    wind_from_deg: float | None
    charge_wh: float | None
    reserve_wh: float


class ExplanationView(Model):
    """A decision with what it was made from. ``sent`` is the dock whose drone went by it;
    ``by_officer`` whether a person chose it (None: not recorded then). ``turns`` is None where it
    cannot be decided again as it was: the log is too old, or the planner has changed since."""

    incident: str
    decision: DecisionView
    chosen: str | None
    sent: str | None
    window_s: float
    wind_ms: float | None  # mean of the docks
    kept_apart: KeptApart | None = None  # the flight that was sent, from others
    no_room: tuple[str, ...] = ()  # why drones that stood before the one sent did not go
    airspace: str
    versions: dict[str, str]
    conditions: tuple[ConditionsView, ...]  # in the order of the ranking
    turns: tuple[TurnView, ...] | None
    by_officer: bool | None = None
    together: TogetherView | None = None  # where other incidents had a part in it


class DecisionSummary(Model):
    id: str
    incident: str
    at: datetime
    chosen: str | None
    eta_s: float | None
    in_window: bool
    feasible: int  # docks that could have gone
    docks: int
    sent: str | None
