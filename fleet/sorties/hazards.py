"""What endangers a drone that is out, seen from its own words, its link, its dock and the weather.

Pure. Each hazard has a failsafe of the autopilot, an act of the controller, or both;
docs/failsafes.md says which, and tests make each of them happen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fleet.contract import SortieState as S
from fleet.mavlink.parameters import CRITICAL_OF_RESERVE, LOW_OF_RESERVE
from fleet.mavlink.state import VehicleState

VIBRATION_MS2: Final = 60.0  # ArduPilot: below 30 is well, above 60 heights and speeds go wrong
AIRCRAFT_TOLD_S: Final = 5.0  # it is told of once a second while it is near
NO_FIX: Final = 2  # GPS_FIX_TYPE_2D_FIX: without a height it is none


class Hazard(StrEnum):
    LINK_LOST = "link_lost"
    BATTERY_LOW = "battery_low"
    BATTERY_CRITICAL = "battery_critical"
    POSITION_LOST = "position_lost"
    WIND = "wind_above_limit"
    OUTSIDE_FENCE = "outside_fence"
    MOTORS = "motors_or_vibration"
    COMPASS = "compass_fault"
    AIRCRAFT = "aircraft_near"
    DOCK_BLOCKED = "dock_blocked"


# where the autopilot would fly on
CALLS_HOME: Final = frozenset({Hazard.WIND, Hazard.MOTORS, Hazard.COMPASS})


@dataclass(frozen=True, slots=True)
class Circumstances:
    """All that hazards are told from, at one instant. None: not told yet."""

    state: S  # of the sortie that the drone is on
    vehicle: VehicleState
    now_s: float
    heard: bool  # lately
    reserve_pct: float  # of the battery, that a flight is planned to come home with
    wind_ms: float | None  # at its dock
    wind_limit_ms: float
    dock_fault: str | None  # why its dock could not take it


def hazards(at: Circumstances) -> dict[Hazard, str]:
    """Each hazard that there is, in words with the number that decides. None for a drone that is
    not in the air, as far as is known."""
    if at.state not in _OUT or at.vehicle.on_ground is True:
        return {}
    return {hazard: words for hazard, ask in _QUESTIONS.items() if (words := ask(at))}


_OUT: Final = frozenset(
    {S.LAUNCHING, S.EN_ROUTE, S.ON_SCENE, S.HELD, S.DIRECTED, S.RETURNING, S.LANDING}
    | {S.LANDING_OUT, S.LENT, S.LOST}
)


def _link(at: Circumstances) -> str | None:
    return None if at.heard else "no word from the drone"


def _low(at: Circumstances) -> str | None:
    return _below(at, LOW_OF_RESERVE)


def _critical(at: Circumstances) -> str | None:
    return _below(at, CRITICAL_OF_RESERVE)


def _below(at: Circumstances, of_reserve: float) -> str | None:
    pct, limit_pct = at.vehicle.battery_pct, at.reserve_pct * of_reserve
    if pct is None or pct > limit_pct:
        return None
    return f"battery at {pct:.0f} %, limit {limit_pct:.0f} %"


def _position(at: Circumstances) -> str | None:
    fix = at.vehicle.gps_fix
    if fix is not None and fix <= NO_FIX:
        return "no GPS fix"
    if fix is not None and not at.vehicle.position_trusted:
        return "its estimator does not trust its position"
    if at.vehicle.gps_glitches:
        return "its GPS has jumped; it may not be where it says"
    return None


def _compass(at: Circumstances) -> str | None:
    return "its compass is not healthy" if at.vehicle.compass_failed else None


def _wind(at: Circumstances) -> str | None:
    if at.wind_ms is None or at.wind_ms <= at.wind_limit_ms:
        return None
    return f"wind of {at.wind_ms:.1f} m/s at its dock, limit {at.wind_limit_ms:.0f} m/s"


def _fence(at: Circumstances) -> str | None:
    return "outside its fence" if at.vehicle.outside_fence else None


def _motors(at: Circumstances) -> str | None:
    if at.vehicle.motor_warning is not None:
        return at.vehicle.motor_warning
    vibration_ms2 = at.vehicle.vibration_ms2
    if vibration_ms2 is None or vibration_ms2 <= VIBRATION_MS2:
        return None
    return f"vibration of {vibration_ms2:.0f} m/s², limit {VIBRATION_MS2:.0f} m/s²"


def _aircraft(at: Circumstances) -> str | None:
    aircraft = at.vehicle.aircraft
    if aircraft is None or at.now_s - aircraft.told_s > AIRCRAFT_TOLD_S:
        return None
    does = "the drone avoids it" if aircraft.avoided else "the drone flies on"
    return f"aircraft {aircraft.id:06X} passes within {aircraft.within_m:.0f} m; {does}"


def _dock(at: Circumstances) -> str | None:
    return at.dock_fault


_QUESTIONS: Final[dict[Hazard, Callable[[Circumstances], str | None]]] = {
    Hazard.LINK_LOST: _link,
    Hazard.BATTERY_LOW: _low,
    Hazard.BATTERY_CRITICAL: _critical,
    Hazard.POSITION_LOST: _position,
    Hazard.WIND: _wind,
    Hazard.OUTSIDE_FENCE: _fence,
    Hazard.MOTORS: _motors,
    Hazard.COMPASS: _compass,
    Hazard.AIRCRAFT: _aircraft,
    Hazard.DOCK_BLOCKED: _dock,
}
