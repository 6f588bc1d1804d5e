"""The dispatch choice: what every dock could do for a place, and which one should go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from planner.airspace import Airspace
from planner.chance import headwind_slows_s, on_time
from planner.checks import check_position, check_task, fault_of, wind_is_sound
from planner.energy import home_wh, scene_wh, way_back_wh, way_out_wh
from planner.flight import climb_s, cruise_s
from planner.frame import Points, to_degrees, to_metres
from planner.model import (
    Alternative,
    Candidate,
    Decision,
    EtaParts,
    LonLat,
    Picture,
    Reason,
    Route,
    Task,
    Veto,
    Waypoint,
    Wind,
)
from planner.paths import Place, Way, is_there_a_way, soonest_first, straight_s, way_back, way_out

WORKED_OUT = 64  # candidates; what more of them could do is of no use to anybody
TIE_S = 5.0  # less than the launch varies by: nobody can say which of the two is there first


def choose(airspace: Airspace, picture: Picture) -> Decision:
    """Ranks all candidates for the task: those that may go by ETA, then those ruled out by ETA
    too, so that it can be seen what each could have done. Those that are in the window and within
    ``TIE_S`` of the first are as good as the first: of them goes before whose absence costs the
    least coverage. What is equal still is ranked by dock id. Of more than
    ``WORKED_OUT`` those are ruled out unseen that cannot be there in the window nor first.

    The same airspace and picture give the same decision, to the last bit.

    Raises:
        QuestionInvalid: if the task is not made of sensible numbers.
    """
    check_task(picture.task)
    at_m = to_metres(np.array([picture.task.at], dtype=np.float64))
    if airspace.forbids(at_m):
        reason = _forbidden(airspace, at_m)
        offers = [_grounded(candidate, (reason,)) for candidate in picture.candidates]
    else:
        offers = _offers(airspace, picture, Place(airspace, at_m))
    return Decision(_ranked(offers), airspace.id)


def nearest_legal(airspace: Airspace, at: LonLat) -> tuple[LonLat, float]:
    """The nearest place outside all no-fly volumes, and how far it is in metres.

    Raises:
        QuestionInvalid: if ``at`` is no position.
    """
    check_position("the place", at)
    at_m = to_metres(np.array([at], dtype=np.float64))
    if not airspace.forbids(at_m):
        return at, 0.0
    to_m = airspace.nearest_clear(at_m)
    lon, lat = to_degrees(to_m)[0].tolist()
    return LonLat(lon, lat), float(np.hypot(*(at_m - to_m)[0]))


def way_home(
    airspace: Airspace, candidate: Candidate, at: LonLat, cruise_alt_amsl_m: float
) -> Route | None:
    """The fastest way from a place in the air to the candidate's dock; None if there is none. From
    inside a no-fly volume it first leaves that, straight. With no sensible wind measured, the way
    is that of a calm.

    Raises:
        QuestionInvalid: if ``at`` is no position.
    """
    check_position("the drone's place", at)
    if not wind_is_sound(candidate.wind):
        candidate = replace(candidate, wind=Wind())
    place = Place(airspace, to_metres(np.array([at], dtype=np.float64)))
    back = way_back(airspace, candidate, place)
    if back is None:
        return None
    nodes, points, legs_m, speeds_ms = back
    waypoints = _waypoints([airspace.nodes[n] for n in nodes], speeds_ms, cruise_alt_amsl_m)
    back_s = cruise_s(points, speeds_ms, candidate.performance)
    return Route(cruise_alt_amsl_m, (), waypoints, 0.0, sum(legs_m), 0.0, back_s)


def way_home_wh(candidate: Candidate, route: Route, from_alt_amsl_m: float) -> float:
    """The energy of ``way_home`` from a height, landing included."""
    return home_wh(
        candidate.performance,
        route.cruise_alt_amsl_m - from_alt_amsl_m,
        route.cruise_alt_amsl_m - candidate.alt_amsl_m,
        route.back_s,
    )


def _offers(airspace: Airspace, picture: Picture, place: Place) -> list[Alternative]:
    """Of a few candidates what each could do. Of many those that could be there soonest go first,
    and once nobody can be there in the window nor before the best so far, the rest is left out."""
    task, candidates = picture.task, picture.candidates
    if len(candidates) <= WORKED_OUT:
        return [_offer(airspace, candidate, task, place) for candidate in candidates]
    offers: list[Alternative] = []
    best_s = np.inf
    for at_least_s, candidate in soonest_first(candidates, place):
        enough_s = max(best_s, task.window_s)
        if len(offers) >= WORKED_OUT:
            if at_least_s <= enough_s:
                at_least_s = straight_s(airspace, candidate, place)
            if at_least_s > enough_s:
                offers.append(_farther(candidate, at_least_s, enough_s))
                continue
        offer = _offer(airspace, candidate, task, place)
        offers.append(offer)
        if offer.feasible and offer.eta_s is not None:
            best_s = min(best_s, offer.eta_s)
    return offers


def _offer(airspace: Airspace, candidate: Candidate, task: Task, place: Place) -> Alternative:
    fault = fault_of(candidate)
    if fault is not None:
        return _grounded(candidate, (fault,))
    out = way_out(airspace, candidate, place)
    back = way_back(airspace, candidate, place)
    if out is None or back is None:
        return _grounded(candidate, (_no_way(airspace, candidate, place, out),))
    route = _route(airspace, candidate, task, out, back)
    parts = _parts(candidate, task, route)
    energy_wh = _energy_wh(candidate, task, route, parts)
    left_wh = candidate.energy_wh - energy_wh
    reserve_wh = candidate.performance.reserve_share * candidate.performance.battery_wh
    reasons = candidate.vetoes + _lacking(candidate, task)
    if left_wh < reserve_wh:
        text = (
            f"the flight would leave {left_wh:.0f} Wh, the reserve is {reserve_wh:.0f} Wh "
            f"({candidate.energy_wh:.0f} Wh in the battery, {energy_wh:.0f} Wh needed)"
        )
        reasons = (*reasons, Reason(Veto.BATTERY, left_wh, reserve_wh, text))
    return Alternative(
        dock=candidate.dock,
        drone=candidate.drone,
        feasible=not reasons,
        reasons=reasons,
        eta_s=parts.total_s,
        parts=parts,
        in_window=parts.total_s <= task.window_s,
        on_time=on_time(
            parts.total_s,
            task.window_s,
            candidate.launch.spread_s,
            candidate.wind_spread_ms,
            headwind_slows_s(*out[1:]),
        ),
        absence_cost=candidate.absence_cost,
        energy_wh=energy_wh,
        energy_left_wh=left_wh,
        route=route,
    )


def _route(airspace: Airspace, candidate: Candidate, task: Task, out: Way, back: Way) -> Route:
    """The way out ends with the descent to the scene, the way back begins with the climb."""
    cruise_alt = max(candidate.alt_amsl_m, task.ground_amsl_m) + task.cruise_height_m
    scene_alt = task.ground_amsl_m + task.height_m
    performance = candidate.performance
    out_nodes, out_points, out_legs_m, out_speeds = out
    back_nodes, back_points, back_legs_m, back_speeds = back
    over = LonLat(*task.at)
    outward = _waypoints([*(airspace.nodes[n] for n in out_nodes), over], out_speeds, cruise_alt)
    homeward = _waypoints([airspace.nodes[n] for n in back_nodes], back_speeds, cruise_alt)
    return Route(
        cruise_alt_amsl_m=cruise_alt,
        out=(*outward, Waypoint(*over, scene_alt, 0.0)),
        back=(Waypoint(*over, cruise_alt, 0.0), *homeward),
        out_m=sum(out_legs_m),
        back_m=sum(back_legs_m),
        out_s=cruise_s(out_points, out_speeds, performance),
        back_s=cruise_s(back_points, back_speeds, performance),
    )


def _waypoints(
    places: Sequence[LonLat], speeds_ms: Sequence[float], alt_amsl_m: float
) -> tuple[Waypoint, ...]:
    return tuple(
        Waypoint(at.lon, at.lat, alt_amsl_m, speed)
        for at, speed in zip(places, speeds_ms, strict=True)
    )


def _parts(candidate: Candidate, task: Task, route: Route) -> EtaParts:
    performance = candidate.performance
    return EtaParts(
        launch_s=candidate.launch.total_s,
        climb_s=climb_s(route.cruise_alt_amsl_m - candidate.alt_amsl_m, performance),
        cruise_s=route.out_s,
        descent_s=climb_s(
            task.ground_amsl_m + task.height_m - route.cruise_alt_amsl_m, performance
        ),
    )


def _energy_wh(candidate: Candidate, task: Task, route: Route, parts: EtaParts) -> float:
    performance = candidate.performance
    up_m = route.cruise_alt_amsl_m - candidate.alt_amsl_m
    return (
        way_out_wh(performance, up_m, parts.cruise_s, parts.descent_s)
        + scene_wh(performance, task.scene_s)
        + way_back_wh(candidate, task, route)
    )


def _grounded(candidate: Candidate, reasons: tuple[Reason, ...]) -> Alternative:
    return Alternative(
        dock=candidate.dock,
        drone=candidate.drone,
        feasible=False,
        reasons=(*candidate.vetoes, *reasons),
    )


def _lacking(candidate: Candidate, task: Task) -> tuple[Reason, ...]:
    lacking = [need for need in task.needs if need not in candidate.payloads]
    if not lacking:
        return ()
    return (Reason(Veto.PAYLOAD, text=f"{candidate.drone} carries no {' and no '.join(lacking)}"),)


def _farther(candidate: Candidate, at_least_s: float, enough_s: float) -> Alternative:
    text = f"it could not be there before {at_least_s:.0f} s, and others can"
    return _grounded(candidate, (Reason(Veto.FARTHER, at_least_s, enough_s, text),))


def _no_way(airspace: Airspace, candidate: Candidate, place: Place, out: Way | None) -> Reason:
    """Whether it is the wind or the volumes that leave no way."""
    calm, wind = replace(candidate, wind=Wind()), candidate.wind
    if not is_there_a_way(airspace, calm, place):
        return Reason(Veto.NO_PATH, text="no way leads there around the no-fly volumes")
    limit_ms = candidate.performance.airspeed_ms
    text = (
        f"the way {'there' if out is None else 'back'} cannot be flown at {limit_ms:.0f} m/s "
        f"through the air in a wind of {wind.speed_ms:.1f} m/s from {wind.from_deg:.0f} degrees"
    )
    return Reason(Veto.HEADWIND, wind.speed_ms, limit_ms, text)


def _forbidden(airspace: Airspace, at_m: Points) -> Reason:
    name = airspace.volume_at(at_m)
    lon, lat = to_degrees(at_m)[0].tolist()
    legal, off_m = nearest_legal(airspace, LonLat(lon, lat))
    where = f"inside {name}" if name else "enclosed by no-fly volumes"
    text = (
        f"the place is {where}; the nearest place that may be flown to is "
        f"{legal.lon:.5f},{legal.lat:.5f}, {off_m:.0f} m away"
    )
    return Reason(Veto.NO_PATH, off_m, 0.0, text)


def _ranked(offers: Sequence[Alternative]) -> tuple[Alternative, ...]:
    first_s = min((each.eta_s for each in offers if each.feasible and each.eta_s), default=np.inf)

    def key(offer: Alternative) -> tuple[bool, bool, float, float, str]:
        eta_s = offer.eta_s if offer.eta_s is not None else np.inf
        tied = offer.feasible and offer.in_window and eta_s <= first_s + TIE_S
        cost = offer.absence_cost if tied else 0.0
        return not offer.feasible, not tied, cost, eta_s, offer.dock

    return tuple(sorted(offers, key=key))
