"""The life of a sortie: from the order to the drone back on its pad.

Pure. ``due`` looks at what vehicle and dock have said and tells which trigger follows from it;
the flight (``fleet.sorties.flight``) records that and acts. Nothing here moves on elapsed time
alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fleet.contract import SortieState as S
from fleet.machine import Table


class SortieTrigger(StrEnum):
    PREPARE = "prepare"
    PREPARED = "prepared"  # cover open, mission and fence verified by read-back
    TOOK_OFF = "took_off"
    ARRIVED = "arrived"
    PATROLLED = "patrolled"  # the last look of a patrol is over; its mission brings it home
    TURN_BACK = "turn_back"  # of its own: the energy is needed for the way home, or it is in danger
    RECALL = "recall"  # a person wants it home
    HOLD = "hold"  # a person stops it where it is, or it could not be told the way it was sent
    RESUME = "resume"  # a person lets it go on with its mission
    DIRECT = "direct"  # a person sends it to a place
    LAND_NOW = "land_now"  # a person wants it down where it is
    LEND = "lend"  # a person lends it to another ground station
    GIVE_BACK = "give_back"  # the lease is over: it comes home
    DOWN = "down"  # it stands, rotors off, away from its dock: as ordered, or at a rally point
    OVER_PAD = "over_pad"
    GO_ELSEWHERE = "go_elsewhere"  # where it was bound for cannot take it
    DOCK_CLOSED = "dock_closed"
    ABORT = "abort"
    LOSE = "lose"
    HEARD_AGAIN = "heard_again"
    WRITE_OFF = "write_off"  # a person no longer waits for it
    DIVERT = "divert"  # its drone goes on to another incident, on another sortie
    TAKE_OVER = "take_over"  # of that other one: the drone is in the air already


T = SortieTrigger

SORTIE: Final = Table(
    "the sortie",
    {
        (S.REQUESTED, T.PREPARE): S.PREPARING,
        (S.PREPARING, T.PREPARED): S.LAUNCHING,
        (S.LAUNCHING, T.TOOK_OFF): S.EN_ROUTE,
        (S.EN_ROUTE, T.ARRIVED): S.ON_SCENE,
        (S.EN_ROUTE, T.PATROLLED): S.RETURNING,
        (S.EN_ROUTE, T.TURN_BACK): S.RETURNING,
        (S.ON_SCENE, T.TURN_BACK): S.RETURNING,
        (S.EN_ROUTE, T.RECALL): S.RETURNING,
        (S.ON_SCENE, T.RECALL): S.RETURNING,
        (S.EN_ROUTE, T.HOLD): S.HELD,
        (S.ON_SCENE, T.HOLD): S.HELD,
        (S.DIRECTED, T.HOLD): S.HELD,
        (S.RETURNING, T.HOLD): S.HELD,
        (S.LANDING, T.HOLD): S.HELD,
        (S.LANDING_OUT, T.HOLD): S.HELD,
        (S.HELD, T.RESUME): S.EN_ROUTE,
        (S.EN_ROUTE, T.DIRECT): S.DIRECTED,
        (S.ON_SCENE, T.DIRECT): S.DIRECTED,
        (S.HELD, T.DIRECT): S.DIRECTED,
        (S.DIRECTED, T.DIRECT): S.DIRECTED,
        (S.RETURNING, T.DIRECT): S.DIRECTED,
        (S.HELD, T.RECALL): S.RETURNING,
        (S.DIRECTED, T.RECALL): S.RETURNING,
        (S.LANDING_OUT, T.RECALL): S.RETURNING,
        (S.HELD, T.TURN_BACK): S.RETURNING,
        (S.DIRECTED, T.TURN_BACK): S.RETURNING,
        (S.EN_ROUTE, T.LAND_NOW): S.LANDING_OUT,
        (S.ON_SCENE, T.LAND_NOW): S.LANDING_OUT,
        (S.HELD, T.LAND_NOW): S.LANDING_OUT,
        (S.DIRECTED, T.LAND_NOW): S.LANDING_OUT,
        (S.RETURNING, T.LAND_NOW): S.LANDING_OUT,
        (S.LANDING_OUT, T.DOWN): S.GROUNDED,
        (S.RETURNING, T.DOWN): S.GROUNDED,
        (S.LOST, T.DOWN): S.GROUNDED,
        (S.GROUNDED, T.DOCK_CLOSED): S.DOCKED,
        (S.PREPARING, T.LEND): S.LENT,
        (S.EN_ROUTE, T.LEND): S.LENT,
        (S.ON_SCENE, T.LEND): S.LENT,
        (S.HELD, T.LEND): S.LENT,
        (S.DIRECTED, T.LEND): S.LENT,
        (S.LENT, T.TOOK_OFF): S.LENT,
        (S.LENT, T.GIVE_BACK): S.RETURNING,
        (S.LENT, T.RECALL): S.RETURNING,
        (S.LENT, T.TURN_BACK): S.RETURNING,
        (S.LENT, T.HOLD): S.HELD,
        (S.LENT, T.LAND_NOW): S.LANDING_OUT,
        (S.LENT, T.ABORT): S.ABORTED,
        (S.LENT, T.LOSE): S.LOST,
        (S.RETURNING, T.OVER_PAD): S.LANDING,
        (S.RETURNING, T.GO_ELSEWHERE): S.RETURNING,
        (S.LANDING, T.GO_ELSEWHERE): S.RETURNING,
        (S.LANDING, T.DOCK_CLOSED): S.DOCKED,
        (S.REQUESTED, T.RECALL): S.ABORTED,
        (S.PREPARING, T.RECALL): S.ABORTED,
        (S.LAUNCHING, T.RECALL): S.ABORTED,
        (S.REQUESTED, T.ABORT): S.ABORTED,
        (S.PREPARING, T.ABORT): S.ABORTED,
        (S.LAUNCHING, T.ABORT): S.ABORTED,
        (S.LAUNCHING, T.LOSE): S.LOST,  # it may have lifted off
        (S.EN_ROUTE, T.LOSE): S.LOST,
        (S.ON_SCENE, T.LOSE): S.LOST,
        (S.RETURNING, T.LOSE): S.LOST,
        (S.LANDING, T.LOSE): S.LOST,
        (S.HELD, T.LOSE): S.LOST,
        (S.DIRECTED, T.LOSE): S.LOST,
        (S.LANDING_OUT, T.LOSE): S.LOST,
        (S.LOST, T.HEARD_AGAIN): S.RETURNING,
        (S.LOST, T.DOCK_CLOSED): S.DOCKED,
        (S.LOST, T.WRITE_OFF): S.WRITTEN_OFF,
        (S.GROUNDED, T.WRITE_OFF): S.WRITTEN_OFF,
        (S.REQUESTED, T.DIVERT): S.DIVERTED,
        (S.PREPARING, T.DIVERT): S.DIVERTED,
        (S.EN_ROUTE, T.DIVERT): S.DIVERTED,
        (S.ON_SCENE, T.DIVERT): S.DIVERTED,
        (S.HELD, T.DIVERT): S.DIVERTED,
        (S.DIRECTED, T.DIVERT): S.DIVERTED,
        (S.RETURNING, T.DIVERT): S.DIVERTED,
        (S.REQUESTED, T.TAKE_OVER): S.EN_ROUTE,
    },
)

OUTWARD: Final = frozenset({S.REQUESTED, S.PREPARING, S.LAUNCHING, S.EN_ROUTE})
BY_A_PERSON: Final = frozenset({S.HELD, S.DIRECTED})  # for its incident still, as far as known
ATTENDING: Final = OUTWARD | BY_A_PERSON | {S.ON_SCENE, S.LENT}
_AWAY: Final = BY_A_PERSON | {S.EN_ROUTE, S.ON_SCENE}
_IN_THE_AIR: Final = _AWAY | {S.RETURNING, S.LANDING}
HOMEWARD: Final = frozenset({S.RETURNING, S.LANDING})
ON_ITS_PAD: Final = frozenset({S.REQUESTED, S.PREPARING})  # and not about to leave it
DIVERTIBLE: Final = _AWAY | {S.RETURNING}
ENDED: Final = frozenset({S.DOCKED, S.ABORTED, S.WRITTEN_OFF, S.DIVERTED})

AIRBORNE_M: Final = 2.0
OVER_PAD_M: Final = 5.0
SCENE_HEIGHT_TOLERANCE_M: Final = 5.0
ON_PAD_M: Final = 3.0
AT_RALLY_M: Final = 10.0
GOING_HOME: Final = frozenset({"RTL", "SMART_RTL", "AUTO_RTL", "LAND"})
RETURNS: Final = GOING_HOME - {"LAND"}


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of the drone and its dock at one instant. None: not told yet."""

    heard_s_ago: float
    armed: bool
    on_ground: bool | None
    height_m: float | None  # above the take-off point
    alt_amsl_m: float | None
    to_scene_m: float | None  # horizontal
    to_pad_m: float | None  # horizontal
    in_dock: bool  # its dock feels it on the pad and has closed the cover
    energy_wh: float | None  # left in the battery
    mode: str | None  # the autopilot's
    danger: str | None = None  # why it must come home at once, where its autopilot would fly on
    mission_item: int | None = None  # that it flies
    to_rally_m: float | None = None  # horizontal, to the nearest place where it may land instead
    being_told: bool = False  # an order is being given: it may still do what it did before
    lent: bool = False  # another ground station commands it
    elsewhere: str | None = None  # where it lands in the place of its dock

    @property
    def at_its_pad(self) -> bool:
        return self.to_pad_m is not None and self.to_pad_m <= ON_PAD_M


@dataclass(frozen=True, slots=True)
class Plan:
    """The figures of a sortie that its progress is measured against."""

    scene_alt_amsl_m: float | None  # None: it has no scene, it is on patrol
    arrive_radius_m: float
    turn_back_wh: float  # energy of the way back plus the reserve
    lost_after_s: float
    home_seq: int | None = None  # of a patrol: the mission item with which its way home begins
    reserve_wh: float = 0.0  # half of it may be used up while a person holds the drone
    has_flown: bool = True  # whether it has left its pad


def due(state: S, seen: Seen, plan: Plan) -> tuple[SortieTrigger, str] | None:
    """The trigger that follows from what is seen, with its reason in words, or None."""
    if state is S.LOST:
        return _after_loss(seen, plan)
    if state in (S.LANDING_OUT, S.GROUNDED):
        return _out_of_dock(state, seen, plan)
    if state is S.LENT:
        return _lent(seen, plan)
    if state is S.LAUNCHING and (silence := _silence(seen, plan)):
        return T.LOSE, silence
    if state is S.RETURNING and _is_at_rally(seen):
        return T.DOWN, _down_at(seen)
    if state in _IN_THE_AIR and (loss := _loss(seen, plan)):
        return T.LOSE, loss
    if state is S.LAUNCHING and seen.armed and (seen.height_m or 0) >= AIRBORNE_M:
        return T.TOOK_OFF, f"{seen.height_m:.0f} m above the pad"
    if state is S.EN_ROUTE and _on_scene(seen, plan):
        return T.ARRIVED, f"{seen.to_scene_m:.0f} m from the incident"
    if state is S.EN_ROUTE and _is_patrolled(seen, plan):
        return T.PATROLLED, "the last look is over"
    if state in _AWAY and (why := _turned_back(seen)):
        return T.TURN_BACK, why
    if state in _AWAY and seen.danger is not None:
        return T.TURN_BACK, seen.danger
    if state in _AWAY and _must_turn_back(state, seen, plan):
        return T.TURN_BACK, _energy_words(seen, plan)
    if state is S.RETURNING and _is_over_pad(seen):
        return T.OVER_PAD, f"{seen.to_pad_m:.1f} m from the pad"
    if state is S.LANDING and seen.in_dock and not seen.armed:
        return T.DOCK_CLOSED, "on the pad, cover closed"
    return None


def _lent(seen: Seen, plan: Plan) -> tuple[SortieTrigger, str] | None:
    """Its holder may land and take off where it likes; what the drone needs for its way home, and
    what its autopilot does to save it, go over any lease."""
    if silence := _silence(seen, plan):
        return T.LOSE, silence
    in_the_air = seen.armed and seen.on_ground is not True
    if in_the_air and not plan.has_flown and (seen.height_m or 0) >= AIRBORNE_M:
        return T.TOOK_OFF, f"{seen.height_m:.0f} m above the pad"
    if not seen.lent:
        return _lease_over(seen, plan)
    if in_the_air and seen.mode in RETURNS:
        return T.TURN_BACK, f"the autopilot returns by itself ({seen.mode})"
    if in_the_air and _must_turn_back(S.LENT, seen, plan):
        return T.TURN_BACK, _energy_words(seen, plan)
    return None


def _lease_over(seen: Seen, plan: Plan) -> tuple[SortieTrigger, str] | None:
    if seen.mode is None:  # right after a restart
        return None
    if seen.on_ground is not True:
        return T.GIVE_BACK, "the lease is over"
    if not seen.at_its_pad:
        return T.LAND_NOW, "the lease is over; it stands away from its dock"
    if plan.has_flown:
        return T.GIVE_BACK, "the lease is over; it is back on its pad"
    return T.ABORT, "the lease is over; it has not left its pad"


def _energy_words(seen: Seen, plan: Plan) -> str:
    return (
        f"{seen.energy_wh:.0f} Wh left; the way back with its reserve takes "
        f"{plan.turn_back_wh:.0f} Wh"
    )


def _out_of_dock(state: S, seen: Seen, plan: Plan) -> tuple[SortieTrigger, str] | None:
    """A person wants it down away from its dock: where it is then is no loss."""
    if state is S.GROUNDED:
        closed = seen.in_dock and not seen.armed
        return (T.DOCK_CLOSED, "it is back in its dock") if closed else None
    if seen.on_ground is True and not seen.armed:
        where = "" if seen.to_pad_m is None else f", {seen.to_pad_m:.0f} m from its pad"
        return T.DOWN, f"down as ordered{where}"
    silence = _silence(seen, plan)
    return (T.LOSE, silence) if silence else None


def _after_loss(seen: Seen, plan: Plan) -> tuple[SortieTrigger, str] | None:
    """Of a drone that is silent still, that it is armed was told before it came down."""
    if seen.in_dock and (not seen.armed or _silence(seen, plan)):
        return T.DOCK_CLOSED, "the dock feels the drone on its pad"
    if seen.heard_s_ago < 1 and _is_at_rally(seen):
        return T.DOWN, _down_at(seen)
    if seen.heard_s_ago < 1 and seen.armed:
        return T.HEARD_AGAIN, "the drone is heard again, in the air"
    return None


def _is_over_pad(seen: Seen) -> bool:
    bound_here = seen.elsewhere is None
    return bound_here and seen.to_pad_m is not None and seen.to_pad_m <= OVER_PAD_M


def _down_at(seen: Seen) -> str:
    if seen.elsewhere is None:
        return "its autopilot has landed it at a rally point"
    return f"it has landed at {seen.elsewhere}, for its dock could not take it"


def _is_at_rally(seen: Seen) -> bool:
    down = seen.on_ground is True and not seen.armed
    return down and seen.to_rally_m is not None and seen.to_rally_m <= AT_RALLY_M


def _silence(seen: Seen, plan: Plan) -> str | None:
    if seen.heard_s_ago <= plan.lost_after_s:
        return None
    return f"not heard from for {seen.heard_s_ago:.0f} s"


def _loss(seen: Seen, plan: Plan) -> str | None:
    if silence := _silence(seen, plan):
        return silence
    down = seen.on_ground is True and not seen.armed
    if down and seen.to_pad_m is not None and not seen.at_its_pad:
        return f"down and disarmed {seen.to_pad_m:.0f} m from its pad"
    return None


def _on_scene(seen: Seen, plan: Plan) -> bool:
    return (
        plan.scene_alt_amsl_m is not None
        and seen.to_scene_m is not None
        and seen.alt_amsl_m is not None
        and seen.to_scene_m <= plan.arrive_radius_m
        and abs(seen.alt_amsl_m - plan.scene_alt_amsl_m) <= SCENE_HEIGHT_TOLERANCE_M
    )


def _is_patrolled(seen: Seen, plan: Plan) -> bool:
    if plan.home_seq is None or seen.mission_item is None or seen.mode != "AUTO":
        return False
    return seen.mission_item >= plan.home_seq


def _turned_back(seen: Seen) -> str | None:
    """What the drone did on its own: a failsafe of the autopilot, or its end."""
    if seen.being_told:
        return None
    if seen.armed and seen.mode in GOING_HOME:
        return f"the autopilot returns by itself ({seen.mode})"
    if seen.on_ground and not seen.armed:
        return "the drone has landed by itself"
    return None


def _must_turn_back(state: S, seen: Seen, plan: Plan) -> bool:
    """A person's hold outlasts what the mission's own logic would end, but not the drone."""
    least_wh = plan.turn_back_wh - (plan.reserve_wh / 2 if state is S.HELD else 0.0)
    return seen.energy_wh is not None and seen.energy_wh <= least_wh


def distance_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Horizontal distance of two (lon, lat) points: equirectangular on the mean sphere, good to
    0.5 % over the few kilometres of a sortie; the planner's paths are measured on the ellipsoid."""
    radius_m = 6_371_008.8
    lat = math.radians((a[1] + b[1]) / 2)
    east = math.radians(b[0] - a[0]) * math.cos(lat)
    north = math.radians(b[1] - a[1])
    return radius_m * math.hypot(east, north)
