"""Drones in the air that could go to an incident at once: what speaks against it, and from where
and when they would set off."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from pyproj import Geod

from fleet.contract import SortieState as S
from fleet.contract import SortieView
from fleet.dispatch.eligibility import Standing, vetoes_in_the_air
from fleet.mavlink.vehicle import AUTO, VehicleState
from fleet.sorties.sortie import ATTENDING, DIVERTIBLE, GOING_HOME
from planner.model import Candidate, LaunchTimes, Performance, Reason, Veto, Waypoint

_EARTH: Final = Geod(ellps="WGS84")


def in_the_air(
    candidate: Candidate, standing: Standing, lent_to: str | None, upload_s: float, divert: bool
) -> Candidate:
    """The candidate as a drone that would be diverted, if it is in the air; else as it is.
    ``divert``: a person wants it even if it attends another incident."""
    sortie, state = standing.sortie, standing.vehicle
    if sortie is None or state is None or sortie.state not in DIVERTIBLE:
        return candidate
    stops_at = stop_point(state, candidate.performance)
    if stops_at is None:
        return candidate
    against = _against(sortie, state, lent_to, divert)
    return replace(
        candidate,
        airborne=stops_at,
        launch=_told_in(state, candidate, upload_s),
        vetoes=(*against, *vetoes_in_the_air(standing)),
    )


def stop_point(state: VehicleState, performance: Performance) -> Waypoint | None:
    """Where the drone stands once it has braked; None while it is not known where it is."""
    if state.lon is None or state.lat is None or state.alt_amsl_m is None:
        return None
    speed_ms = state.ground_ms or 0.0
    way_m = speed_ms**2 / (2 * performance.accel_ms2)
    lon, lat, _ = _EARTH.fwd(state.lon, state.lat, state.track_deg or 0.0, way_m)
    return Waypoint(lon, lat, state.alt_amsl_m, 0.0)


def _told_in(state: VehicleState, candidate: Candidate, upload_s: float) -> LaunchTimes:
    """It brakes while it is told: the braking stands in the place of the cover."""
    brake_s = (state.ground_ms or 0.0) / candidate.performance.accel_ms2
    return LaunchTimes(brake_s, upload_s, 0.0, 0.0, candidate.launch.spread_s)


def _against(
    sortie: SortieView, state: VehicleState, lent_to: str | None, divert: bool
) -> tuple[Reason, ...]:
    """What keeps the drone at what it does. One on its way home has nothing left to do, and an
    incident is worth more than a patrol."""
    if lent_to is not None:
        return (_away(f"{lent_to} holds the lease of {sortie.drone}"),)
    if state.mode in GOING_HOME:
        return (_away(f"its autopilot brings {sortie.drone} home by itself ({state.mode})"),)
    if sortie.state is S.RETURNING and state.mode != AUTO:
        return (_away(f"{sortie.drone} is being told its way home"),)
    is_on_patrol = sortie.patrol is not None and sortie.state is S.EN_ROUTE
    if sortie.state in ATTENDING and not divert and not is_on_patrol:
        return (_away(f"{sortie.drone} is on sortie {sortie.id} ({sortie.state})"),)
    return ()


def _away(why: str) -> Reason:
    return Reason(Veto.DRONE_AWAY, text=why)
