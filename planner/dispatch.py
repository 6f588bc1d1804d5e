"""The dispatch choice: what every dock could do for a place, and which one should go.

What an offer is made of is told by position, for to make a value by names takes four times as long.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from planner.airspace import Airspace
from planner.chance import headwind_slows_s, on_time
from planner.checks import check_task, fault_of
from planner.detour import detour
from planner.energy import WH, scene_wh, way_back_wh, way_out_wh
from planner.flight import climb_s, cruise_s
from planner.frame import to_metres
from planner.levels import level_of, too_high
from planner.model import (
    Alternative,
    Candidate,
    Decision,
    EtaParts,
    Picture,
    Reason,
    Route,
    Task,
    Veto,
    Waypoint,
    Wind,
    waypoint,
)
from planner.paths import Place, Way, is_there_a_way, soonest_first, straight_s, ways
from planner.places import forbidden
from planner.ways_down import two_ways_first
from planner.weather import unmeasured

WORKED_OUT = 64  # candidates; what more of them could do is of no use to anybody
TIE_S = 5.0  # less than the launch varies by: nobody can say which of the two is there first


def choose(airspace: Airspace, picture: Picture) -> Decision:
    """Ranks all candidates for the task: those that may go by ETA, then those ruled out by ETA
    too, so that it can be seen what each could have done. Those that are in the window and within
    ``TIE_S`` of the first are as good as the first: of them goes before whose absence costs the
    least coverage. What is equal still is ranked by dock id. One in the window that flies above the
    ceiling comes after those that keep it. Where the airspace has landings, one whose flight has
    not two ways down all the time comes after those that have. Of more than ``WORKED_OUT`` those
    are ruled out unseen that cannot be there in the window nor first.

    The same airspace and picture give the same decision, to the last bit.

    Raises:
        QuestionInvalid: if the task is not made of sensible numbers.
    """
    check_task(picture.task)
    at_m = to_metres(np.array([picture.task.at], dtype=np.float64))
    if airspace.forbids(at_m):
        reason = forbidden(airspace, at_m)
        offers = [_grounded(candidate, (reason,)) for candidate in picture.candidates]
        return Decision(_ranked(offers), airspace.id)
    place = Place(airspace, at_m)
    ranking = _ranked(_offers(airspace, picture, place))
    if airspace.landings:
        ranking = two_ways_first(airspace, picture, ranking, place)
    return Decision(ranking, airspace.id)


def _offers(airspace: Airspace, picture: Picture, place: Place) -> list[Alternative]:
    """Of a few candidates what each could do. Of many those that could be there soonest go first,
    and once nobody can be there in the window nor before the best so far, the rest is left out."""
    task, candidates = picture.task, picture.candidates
    if len(candidates) <= WORKED_OUT:
        return _worked_out(airspace, candidates, task, place)
    soonest = soonest_first(candidates, place)
    nearest = [candidate for _, candidate in soonest[:WORKED_OUT]]
    offers = _worked_out(airspace, nearest, task, place)
    best_s = min(map(_eta_s, offers))
    for number, (at_least_s, candidate) in enumerate(soonest[WORKED_OUT:], WORKED_OUT):
        enough_s = max(best_s, task.window_s)
        if at_least_s > enough_s:  # so do all after it
            offers += [_farther(other, least_s, enough_s) for least_s, other in soonest[number:]]
            break
        at_least_s = straight_s(airspace, candidate, place)
        if at_least_s > enough_s:
            offers.append(_farther(candidate, at_least_s, enough_s))
            continue
        offers += _worked_out(airspace, (candidate,), task, place)
        best_s = min(best_s, _eta_s(offers[-1]))
    return offers


def _eta_s(offer: Alternative) -> float:
    """Infinite for one that may not go."""
    return offer.eta_s if offer.feasible and offer.eta_s is not None else np.inf


def _worked_out(
    airspace: Airspace, candidates: Sequence[Candidate], task: Task, place: Place
) -> list[Alternative]:
    """What each could do. Of all the ways first, then all routes, then the rest: candidate by
    candidate takes a fifth longer, for the processor's caches hold one step and not them all."""
    found = [_ways(airspace, candidate, task, place) for candidate in candidates]
    flown = [
        each if isinstance(each, Alternative) else _flown(airspace, candidate, task, place, *each)
        for candidate, each in zip(candidates, found, strict=True)
    ]
    return [
        each if isinstance(each, Alternative) else _offer(candidate, task, *each)
        for candidate, each in zip(candidates, flown, strict=True)
    ]


def _ways(
    airspace: Airspace, candidate: Candidate, task: Task, place: Place
) -> tuple[Way, Way] | Alternative:
    """Out and back, or the offer of one that flies no such ways."""
    fault = fault_of(candidate)
    if fault is not None:
        return _grounded(candidate, (fault,))
    if candidate.airborne is not None:
        return _diverted(airspace, candidate, candidate.airborne, task)
    out, back = ways(airspace, candidate, place)
    if out is None or back is None:
        return _grounded(candidate, (_no_way(airspace, candidate, place, out),))
    return out, back


def _flown(
    airspace: Airspace, candidate: Candidate, task: Task, place: Place, out: Way, back: Way
) -> tuple[Route, float]:
    """The route, and how much later a headwind makes the arrival."""
    return _route(airspace, candidate, task, place, out, back), headwind_slows_s(*out[1:])


def _offer(candidate: Candidate, task: Task, route: Route, slows_s: float) -> Alternative:
    parts = _parts(candidate, task, route)
    energy_wh = _energy_wh(candidate, task, route, parts)
    return _judged(candidate, task, route, parts, energy_wh, slows_s)


def _diverted(airspace: Airspace, candidate: Candidate, start: Waypoint, task: Task) -> Alternative:
    """A drone that is in the air stops, is told, and goes there from where it is."""
    found = detour(airspace, candidate, start, task)
    if isinstance(found, Reason):
        return _grounded(candidate, (found,))
    parts = EtaParts(candidate.launch.total_s, found.climb_s, found.route.out_s, found.descent_s)
    energy_wh = found.energy_wh + candidate.launch.total_s * candidate.performance.hover_w / WH
    return _judged(candidate, task, found.route, parts, energy_wh, found.slows_s)


def _judged(
    candidate: Candidate,
    task: Task,
    route: Route,
    parts: EtaParts,
    energy_wh: float,
    slows_s: float,
) -> Alternative:
    """The flight with what speaks against it."""
    eta_s, left_wh = parts.total_s, candidate.energy_wh - energy_wh
    reserve_wh = candidate.performance.reserve_share * candidate.performance.battery_wh
    reasons = candidate.vetoes + _lacking(candidate, task)
    if left_wh < reserve_wh:
        text = (
            f"the flight would leave {left_wh:.0f} Wh, the reserve is {reserve_wh:.0f} Wh "
            f"({candidate.energy_wh:.0f} Wh in the battery, {energy_wh:.0f} Wh needed)"
        )
        reasons = (*reasons, Reason(Veto.BATTERY, left_wh, reserve_wh, text))
    feasible, in_window = not reasons, eta_s <= task.window_s
    reasons += too_high(route) + unmeasured(candidate)
    launch_spread_s, wind_spread_ms = candidate.launch.spread_s, candidate.wind_spread_ms
    share = on_time(eta_s, task.window_s, launch_spread_s, wind_spread_ms, slows_s)
    return Alternative(
        *(candidate.dock, candidate.drone, feasible, reasons, eta_s, parts, in_window, share),
        *(candidate.absence_cost, energy_wh, left_wh, route, candidate.airborne is not None),
    )


def _route(
    airspace: Airspace, candidate: Candidate, task: Task, place: Place, out: Way, back: Way
) -> Route:
    """The way out ends with the descent to the scene, the way back begins with the climb."""
    level = level_of(airspace, candidate, task, place, out[0], back[0])
    cruise_alt, least_alt, lowest_m = level
    performance = candidate.performance
    out_nodes, out_points, out_legs_m, out_speeds = out
    back_nodes, back_points, back_legs_m, back_speeds = back
    nodes, at = airspace.nodes, task.at
    outward = [
        waypoint((*nodes[n], cruise_alt, speed_ms))
        for n, speed_ms in zip(out_nodes, out_speeds, strict=False)  # and one to the place itself
    ]
    homeward = [
        waypoint((*nodes[n], cruise_alt, speed_ms))
        for n, speed_ms in zip(back_nodes, back_speeds, strict=True)
    ]
    return Route(
        cruise_alt,
        (*outward, waypoint((*at, cruise_alt, out_speeds[-1])), task.on_scene),
        (waypoint((*at, cruise_alt, 0.0)), *homeward),
        sum(out_legs_m),
        sum(back_legs_m),
        cruise_s(out_points, out_speeds, performance),
        cruise_s(back_points, back_speeds, performance),
        least_alt,
        lowest_m,
    )


def _parts(candidate: Candidate, task: Task, route: Route) -> EtaParts:
    performance, cruise_alt = candidate.performance, route.cruise_alt_amsl_m
    up_s = climb_s(cruise_alt - candidate.alt_amsl_m, performance)
    down_s = climb_s(task.on_scene.alt_amsl_m - cruise_alt, performance)
    return EtaParts(candidate.launch.total_s, up_s, route.out_s, down_s)


def _energy_wh(candidate: Candidate, task: Task, route: Route, parts: EtaParts) -> float:
    performance = candidate.performance
    return (
        way_out_wh(performance, parts.climb_s, parts.cruise_s, parts.descent_s)
        + scene_wh(performance, task.scene_s)
        + way_back_wh(candidate, task, route)
    )


def _grounded(candidate: Candidate, reasons: tuple[Reason, ...]) -> Alternative:
    against = (*candidate.vetoes, *reasons)
    return Alternative(candidate.dock, candidate.drone, feasible=False, reasons=against)


def _lacking(candidate: Candidate, task: Task) -> tuple[Reason, ...]:
    if not task.needs:
        return ()
    lacking = [need for need in task.needs if need not in candidate.payloads]
    if not lacking:
        return ()
    return (Reason(Veto.PAYLOAD, text=f"{candidate.drone} carries no {' and no '.join(lacking)}"),)


def _farther(candidate: Candidate, at_least_s: float, enough_s: float) -> Alternative:
    text = f"it could not be there before {at_least_s:.0f} s, and others can"
    return _grounded(candidate, (Reason(Veto.FARTHER, at_least_s, enough_s, text),))


def _no_way(airspace: Airspace, candidate: Candidate, place: Place, out: Way | None) -> Reason:
    """Whether it is the wind or the volumes that leave no way."""
    wind = candidate.wind
    if not is_there_a_way(airspace, candidate.dock, candidate.performance, Wind(), place):
        return Reason(Veto.NO_PATH, text="no way leads there around the no-fly volumes")
    limit_ms = candidate.performance.airspeed_ms
    text = (
        f"the way {'there' if out is None else 'back'} cannot be flown at {limit_ms:.0f} m/s "
        f"through the air in a wind of {wind.speed_ms:.1f} m/s from {wind.from_deg:.0f} degrees"
    )
    return Reason(Veto.HEADWIND, wind.speed_ms, limit_ms, text)


def _ranked(offers: Sequence[Alternative]) -> tuple[Alternative, ...]:
    able = [each for each in offers if each.feasible]
    first = [each for each in able if _is_in_order(each)] or able
    first_s = min((each.eta_s for each in first if each.eta_s is not None), default=np.inf)

    def key(offer: Alternative) -> tuple[bool, bool, float, float, str]:
        eta_s = offer.eta_s if offer.eta_s is not None else np.inf
        tied = offer.in_window and eta_s <= first_s + TIE_S
        cost = offer.absence_cost if tied else 0.0
        return not _is_in_order(offer), not tied, cost, eta_s, offer.dock

    def soonest(offer: Alternative) -> tuple[float, str]:
        return offer.eta_s if offer.eta_s is not None else np.inf, offer.dock

    ruled_out = [each for each in offers if not each.feasible]
    return (*sorted(able, key=key), *sorted(ruled_out, key=soonest))


def _is_in_order(offer: Alternative) -> bool:
    """Whether it is there in the window and keeps the ceiling."""
    return offer.in_window and all(reason.veto is not Veto.CEILING for reason in offer.reasons)
