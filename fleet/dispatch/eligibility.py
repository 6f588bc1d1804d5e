"""Whether a drone may be sent: small named questions, each answering with a reason or None."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from docks.contract import Cover
from fleet.contract import SortieView
from fleet.district.model import DockModel, Flight
from fleet.mavlink.vehicle import VehicleState
from fleet.units.dock_roster import DockSeen
from planner.model import Reason, Veto


@dataclass(frozen=True, slots=True)
class Standing:
    """All that decides whether one dock's drone may be sent, at one instant."""

    dock: DockSeen
    model: DockModel
    flight: Flight
    vehicle: VehicleState | None
    not_ready: str | None  # why the drone is not ready, in the autopilot's or our words
    sortie: SortieView | None  # that the drone is on
    drone: str
    now_s: float
    dock_lost_s: float
    drone_lost_s: float


def vetoes(standing: Standing) -> tuple[Reason, ...]:
    """Every reason against sending this drone; empty means it may go."""
    return tuple(reason for ask in _QUESTIONS if (reason := ask(standing)))


def vetoes_in_the_air(standing: Standing) -> tuple[Reason, ...]:
    """Of the reasons those that count for a drone that has left its dock already."""
    return tuple(reason for ask in _IN_THE_AIR if (reason := ask(standing)))


def _is_dock_offline(at: Standing) -> Reason | None:
    if at.dock.online(at.now_s, at.dock_lost_s):
        return None
    if at.dock.heard_s is None:
        return Reason(Veto.DOCK_OFFLINE, text="the dock has not been heard from")
    if not at.dock.linked:
        return Reason(Veto.DOCK_OFFLINE, text="the dock has left the network")
    silent_s = at.now_s - at.dock.heard_s
    return Reason(
        Veto.DOCK_OFFLINE, silent_s, at.dock_lost_s, f"the dock is offline, silent {silent_s:.0f} s"
    )


def _has_dock_fault(at: Standing) -> Reason | None:
    state = at.dock.state
    if state is None:
        return None
    if state.emergency_stop:
        return Reason(Veto.DOCK_FAULT, text="the dock's emergency stop is pressed")
    if state.cover is Cover.STUCK or state.faults:
        return Reason(Veto.DOCK_FAULT, text="; ".join(state.faults) or "the cover is stuck")
    return None


def _has_station_fault(at: Standing) -> Reason | None:
    fault = at.dock.station_fault
    if fault is None:
        return None
    return Reason(Veto.DOCK_FAULT, text=f"the dock's weather station tells nonsense ({fault})")


def _is_away(at: Standing) -> Reason | None:
    if at.sortie is not None:
        return Reason(
            Veto.DRONE_AWAY, text=f"{at.drone} is on sortie {at.sortie.id} ({at.sortie.state})"
        )
    if at.dock.state is not None and not at.dock.holds(at.drone):
        return Reason(Veto.DRONE_AWAY, text=f"{at.drone} is not on its pad")
    return None


def _is_silent(at: Standing) -> Reason | None:
    if at.vehicle is None or at.vehicle.last_heard_s is None:
        return Reason(Veto.DRONE_OFFLINE, text=f"{at.drone} has not been heard from")
    silent_s = at.now_s - at.vehicle.last_heard_s
    if silent_s <= at.drone_lost_s:
        return None
    return Reason(
        Veto.DRONE_OFFLINE, silent_s, at.drone_lost_s, f"{at.drone} is silent for {silent_s:.0f} s"
    )


def _is_not_ready(at: Standing) -> Reason | None:
    return Reason(Veto.DRONE_NOT_READY, text=at.not_ready) if at.not_ready else None


def _is_low(at: Standing) -> Reason | None:
    pct = at.vehicle.battery_pct if at.vehicle else None
    if pct is None or pct >= at.flight.min_launch_pct:
        return None
    limit = at.flight.min_launch_pct
    return Reason(Veto.BATTERY, pct, limit, f"battery at {pct:.0f} %, launch needs {limit:.0f} %")


def _is_windy(at: Standing) -> Reason | None:
    weather = at.dock.weather
    if weather is None or weather.gust_ms <= at.model.wind_limit_ms:
        return None
    limit = at.model.wind_limit_ms
    return Reason(
        Veto.WIND,
        weather.gust_ms,
        limit,
        f"gusts of {weather.gust_ms:.1f} m/s at the dock, limit {limit:.0f} m/s",
    )


def _is_raining(at: Standing) -> Reason | None:
    weather = at.dock.weather
    if weather is None or weather.rain_mm_h <= at.model.rain_limit_mm_h:
        return None
    limit = at.model.rain_limit_mm_h
    return Reason(
        Veto.RAIN,
        weather.rain_mm_h,
        limit,
        f"rain of {weather.rain_mm_h:.1f} mm/h at the dock, limit {limit:.0f} mm/h",
    )


def _is_too_cold_or_hot(at: Standing) -> Reason | None:
    weather = at.dock.weather
    low, high = at.model.temperature_c
    if weather is None or low <= weather.temperature_c <= high:
        return None
    limit = low if weather.temperature_c < low else high
    return Reason(
        Veto.TEMPERATURE,
        weather.temperature_c,
        limit,
        f"{weather.temperature_c:.0f} °C at the dock, limit {limit:.0f} °C",
    )


_Question = Callable[[Standing], Reason | None]
_IN_THE_AIR: tuple[_Question, ...] = (
    _is_silent,
    _is_not_ready,
    _is_windy,
    _is_raining,
    _is_too_cold_or_hot,
)
_QUESTIONS: tuple[_Question, ...] = (
    _is_dock_offline,
    _has_dock_fault,
    _has_station_fault,
    _is_away,
    _is_silent,
    _is_not_ready,
    _is_low,
    _is_windy,
    _is_raining,
    _is_too_cold_or_hot,
)
