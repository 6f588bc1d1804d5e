"""The picture of a fleet at rest: every drone on its pad, charged, in calm air. For planning ahead
of a run; what is dispatched is always decided on the fleet as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fleet.district.model import District, DockModel, DroneModel
from fleet.mavlink.performance import performance_of
from fleet.process import Refusal
from planner.flight import climb_s
from planner.model import Candidate, LaunchTimes, LonLat, Picture, Reason, Task, Veto, Wind

LONGEST_LAUNCH_S = 600.0


def picture_at_rest(district: District, at: LonLat, kind: str) -> Picture:
    """All docks for one place."""
    asked = next(each for each in district.kinds if each.id == kind)
    return Picture(candidates_at_rest(district), task_for(district, at, asked.scene_s, asked.needs))


def candidates_at_rest(district: District) -> tuple[Candidate, ...]:
    drones = {drone.id: drone for drone in district.drones}
    candidates = []
    for site in district.docks:
        model = district.drone_models[drones[site.drone].model]
        candidates.append(
            Candidate(
                dock=site.id,
                drone=site.drone,
                at=LonLat(*site.at),
                alt_amsl_m=site.alt_amsl_m,
                performance=performance_of({}, model),
                launch=launch_times(district.dock_models[site.model], model),
                energy_wh=model.battery_wh,
                wind=Wind(),
                wind_spread_ms=district.flight.wind_spread_ms,
                payloads=model.payloads,
            )
        )
    return tuple(candidates)


def blown(wind: Wind, candidates: Sequence[Candidate], district: District) -> tuple[Candidate, ...]:
    """The candidates in this wind. A dock whose launch limit it exceeds is ruled out: gusts, which
    the dock itself goes by, are stronger still."""
    limits = {site.id: district.dock_models[site.model].wind_limit_ms for site in district.docks}
    return tuple(
        replace(each, wind=wind, vetoes=each.vetoes + _too_windy(wind, limits[each.dock]))
        for each in candidates
    )


def _too_windy(wind: Wind, limit_ms: float) -> tuple[Reason, ...]:
    if wind.speed_ms <= limit_ms:
        return ()
    text = f"a wind of {wind.speed_ms:g} m/s at the dock, limit {limit_ms:g} m/s"
    return (Reason(Veto.WIND, wind.speed_ms, limit_ms, text),)


def launched_in(en_route_s: float, candidate: Candidate, district: District) -> Candidate:
    """The candidate with a launch that has it at cruising height so many seconds from the order.

    Raises:
        Refusal: if the climb alone takes longer, or nobody would wait so long.
    """
    up_s = climb_s(district.flight.cruise_height_m, candidate.performance)
    if not up_s <= en_route_s <= LONGEST_LAUNCH_S:
        raise Refusal(
            f"a drone is en route from {up_s:.0f} s after the order, what the climb alone takes, "
            f"to {LONGEST_LAUNCH_S:.0f} s, not in {en_route_s:g} s"
        )
    return replace(
        candidate, launch=LaunchTimes(0.0, 0.0, 0.0, en_route_s - up_s, candidate.launch.spread_s)
    )


def launch_times(dock: DockModel, drone: DroneModel) -> LaunchTimes:
    return LaunchTimes(
        cover_s=dock.cover_open_s,
        upload_s=drone.upload_s,
        checks_s=drone.checks_s,
        spin_up_s=drone.spin_up_s,
        spread_s=drone.launch_spread_s,
    )


def task_for(district: District, at: LonLat, scene_s: float, needs: tuple[str, ...] = ()) -> Task:
    """What a flight to a place must do here."""
    flight = district.flight
    return Task(
        at=at,
        ground_amsl_m=float(district.grounds_amsl_m(np.array([at]))[0]),
        height_m=flight.scene_height_m,
        cruise_height_m=flight.cruise_height_m,
        scene_s=scene_s,
        window_s=flight.window_s,
        needs=needs,
    )
