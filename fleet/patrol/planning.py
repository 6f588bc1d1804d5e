"""Plans a day's patrols: from the tasks to looks, from looks to sorties, from sorties to a plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from fleet.dispatch.forecast import candidates_at_rest
from fleet.district.model import District
from fleet.formats.check import CEILING_M
from fleet.patrol.agenda import Agenda
from fleet.patrol.file import PatrolFile
from fleet.patrol.flyers import Flyers, shift_of
from fleet.patrol.limits import Limits, without
from fleet.patrol.plan import (
    Found,
    HourWind,
    PatrolPlan,
    PlannedSortie,
    Shares,
    Surveyed,
    Unserved,
    view_of,
)
from fleet.patrol.relays import Busy, Divided, Relayed, RelayPlan, divided, with_cuts
from fleet.patrol.skies import Skies
from fleet.patrol.stages import Teller
from fleet.patrol.survey import Flyer, Unreachable
from fleet.patrol.ways_down import WaysDown
from fleet.patrol.winds import Winds
from fleet.process import Refusal
from fleet.units.fence import airspace_of
from planner.model import Candidate, Wind
from planner.patrol.legs import Heights, Place
from planner.patrol.routing import Routes, Shift, Sortie, hover_s, routes, with_rest
from planner.patrol.search import Search

SHORTEST_SHIFT_S = 600.0
REST_STEPS = 100  # for what the first search did not serve


def plan_patrol(
    district: District,
    patrol: PatrolFile,
    wind: Wind | Winds,
    search: Search,
    limits: Limits | None = None,
) -> PatrolPlan:
    """The best plan found in the time that may be searched, with every drone charged on its pad, or
    from when on ``limits`` says; each flight for the wind that blows when it is ordered. Relays
    first: the other flights keep out of their drones' way.

    Raises:
        Refusal: where no drone may fly in that wind, or drones differ in make.
    """
    limits = limits or Limits()
    winds = wind if isinstance(wind, Winds) else Winds.steady(wind)
    blown = [_flyers(district, patrol, number, winds, limits) for number in range(len(winds.told))]
    flyers = min(blown, key=lambda each: each.flyer.wind.speed_ms)
    cut, unserved = _divided(patrol, flyers, limits)
    patrol = patrol.model_copy(update={"lines": with_cuts(patrol.lines, cut)})
    agenda = _agenda(patrol, flyers, limits, [each.line.id for each in cut], unserved)
    skies = Skies(agenda, blown, winds)
    teller = Teller(agenda, flyers.candidates, skies)
    relays: list[RelayPlan] = []
    busy: Busy = {}

    def able(shift: Shift, sortie: Sortie) -> bool:
        return blown[shift.air].ways_down.hold(teller.planned(0, sortie, shift))

    for each in cut:
        relays.append(RelayPlan(each, agenda, skies, busy, limits, able))
        busy = relays[-1].busy()
    shifts = _shifts(patrol, skies, limits, busy)
    before_wh = dict(limits.flown_wh)
    for flight in (flight for each in relays for flight in each.flights):
        drone = flight.shift.drone
        before_wh[drone] = before_wh.get(drone, 0.0) + flight.sortie.wh
    airs = [sky.air(agenda.routed) for sky in skies.all]

    def may(sortie: Sortie) -> bool:
        return able(shifts[sortie.shift], sortie)

    found = routes(agenda.visits, shifts, airs, search, before_wh, may)
    rest = replace(search, iterations=REST_STEPS, progress=lambda *_: None)
    found = with_rest(found, agenda.visits, shifts, airs, rest, may)
    unserved += [*agenda.unserved, *_missed(agenda, found, shifts, skies)]
    sorties = _told(relays, found, shifts, teller)
    return PatrolPlan(
        district=district.id,
        patrol=patrol,
        wind=view_of(winds.strongest),
        winds=tuple(
            HourWind(from_s=each.from_s, wind=view_of(each.wind))
            for each in (winds.told if len(winds.told) > 1 else ())
        ),
        found=_found(found, search.seed),
        tasks=tuple(_surveyed(agenda)),
        sorties=sorties,
        unserved=(*unserved, *(left for each in relays for left in each.unserved)),
        shares=_shares([c.drone for c in flyers.candidates], sorties, limits, found),
        relays=tuple(
            each.told([s.id for s in sorties if s.relay in each.groups]) for each in relays
        ),
    )


def _shares(
    drones: Sequence[str], sorties: Sequence[PlannedSortie], limits: Limits, found: Routes
) -> Shares:
    energy_wh, flights = dict.fromkeys(drones, 0.0), dict.fromkeys(drones, 0)
    for each in sorties:
        energy_wh[each.drone] += each.energy_wh
        flights[each.drone] += 1
    before_wh = {drone: limits.flown_wh.get(drone, 0.0) for drone in drones}
    whole_wh = [energy_wh[drone] + before_wh[drone] for drone in drones]
    mean_wh = sum(whole_wh) / len(drones)
    return Shares(
        energy_wh=energy_wh,
        flights=flights,
        before_wh=before_wh,
        days=limits.days,
        busiest=max(whole_wh) / mean_wh if mean_wh > 0 else 1.0,
        costs_wh=found.for_fairness_wh,
    )


def _divided(
    patrol: PatrolFile, flyers: Flyers, limits: Limits
) -> tuple[list[Divided], list[Unserved]]:
    """The lines to be flown as relays, and those that cannot be. What a relay left is flown one by
    one, by the cuts that it had."""
    cut, unserved = [], []
    for task in patrol.lines if limits.visits is None else ():
        if task.relay is None:
            continue
        try:
            found = divided(task, flyers)
        except Unreachable as unreachable:
            unserved.append(Unserved(task=task.id, visit=None, reason=str(unreachable)))
            continue
        if found is None:
            reason = f"{task.relay} drones cannot fly it as a relay in this wind"
            unserved.append(Unserved(task=task.id, visit=None, reason=reason))
        else:
            cut.append(found)
    return cut, unserved


def _agenda(
    patrol: PatrolFile,
    flyers: Flyers,
    limits: Limits,
    relayed: Sequence[str],
    unserved: Sequence[Unserved],
) -> Agenda:
    out = {each.task for each in unserved}
    asked = patrol.model_copy(
        update={"lines": tuple(line for line in patrol.lines if line.id not in out)}
    )
    pads = [Place(c.at, c.alt_amsl_m, c.alt_amsl_m, is_pad=True) for c in flyers.candidates]
    return Agenda(
        flyers.district,
        asked,
        flyers.airspace,
        flyers.flyer,
        flyers.heights,
        pads,
        limits,
        relayed,
    )


def _surveyed(agenda: Agenda) -> Iterator[Surveyed]:
    visits: dict[str, list[str]] = {task: [] for task in agenda.surveys}
    for visit, task in zip(agenda.visits, agenda.tasks, strict=True):
        visits[task.id].append(visit.id)
    for id_, each in agenda.surveys.items():
        yield Surveyed(task=id_, visits=tuple(visits[id_]), clear_share=each.clear_share)


def _told(
    relays: Sequence[RelayPlan], found: Routes, shifts: Sequence[Shift], teller: Teller
) -> tuple[PlannedSortie, ...]:
    """All flights in the order in which they begin."""
    flown = [Relayed(None, shifts[sortie.shift], sortie) for sortie in found.sorties]
    flown += (flight for each in relays for flight in each.flights)
    flown.sort(key=lambda each: each.sortie.ordered_s)
    return tuple(
        teller.planned(number, each.sortie, each.shift, each.group)
        for number, each in enumerate(flown, start=1)
    )


def _found(found: Routes, seed: int) -> Found:
    return Found(
        energy_wh=found.wh,
        bound_wh=found.bound_wh,
        gap=found.gap,
        iterations=found.iterations,
        seed=seed,
        repeatable=found.repeatable,
    )


def _flyers(
    district: District, patrol: PatrolFile, number: int, winds: Winds, limits: Limits
) -> Flyers:
    """In one of the winds. Docks keep their drones in where one of them is too strong."""
    wind = winds.told[number].wind
    candidates = _candidates(district, winds.strongest, limits)
    candidates = [replace(each, wind=wind) for each in candidates]
    airspace = airspace_of(district)
    ways_down = WaysDown(district, airspace, candidates)
    return Flyers(
        district=district,
        airspace=airspace,
        flyer=Flyer(candidates[0].performance, wind),
        heights=Heights(
            cruise_m=district.flight.cruise_height_m,
            clear_m=district.flight.scene_height_m,
            ceiling_m=CEILING_M,
        ),
        candidates=candidates,
        ways_down=ways_down,
        shifts=[
            shift_of(pad, each, patrol.hours, ways_down.kept_wh(each), number)
            for pad, each in enumerate(candidates)
        ],
    )


def _candidates(district: District, wind: Wind, limits: Limits) -> list[Candidate]:
    most_ms = {site.id: district.dock_models[site.model].wind_limit_ms for site in district.docks}
    found = [
        replace(each, wind=wind)
        for each in candidates_at_rest(district)
        if wind.speed_ms <= most_ms[each.dock]
    ]
    if not found:
        raise Refusal(
            f"no dock lets a drone out in a wind of {wind.speed_ms:g} m/s; "
            f"the highest limit is {max(most_ms.values()):g} m/s"
        )
    if len({each.performance for each in found}) > 1:
        raise Refusal("patrols are planned for one make of drone, and drones.yaml has several")
    if limits.ready_s is None:
        return found
    if free := [each for each in found if each.drone in limits.ready_s]:
        return free
    raise Refusal("no drone is free for patrols")


def _shifts(patrol: PatrolFile, skies: Skies, limits: Limits, busy: Busy) -> list[Shift]:
    """As many for each drone as the patrol's hours hold, with charging between; one that ends with
    an open time may be shorter than a battery lasts."""
    shifts = []
    for pad, drone in enumerate(skies.drones):
        ready_s = limits.ready_of(drone)
        for begin_s, end_s in without(list(limits.open_times(patrol)), tuple(busy.get(pad, ()))):
            ready_s = max(ready_s, begin_s)
            while end_s - ready_s >= SHORTEST_SHIFT_S:
                sky = skies.at(ready_s)
                own = sky.flyers.shifts[pad]
                closes_s = min(ready_s + own.launch_s + hover_s(own.usable_wh, own.hover_w), end_s)
                if own.usable_wh > 0:
                    by_s = skies.changes_after_s(ready_s) - 1.0
                    shifts.append(
                        replace(own, opens_s=ready_s, closes_s=closes_s, starts_by_s=by_s)
                    )
                ready_s = closes_s + sky.flyers.rest_s(pad, own.usable_wh)
    return shifts


def _missed(
    agenda: Agenda, found: Routes, shifts: Sequence[Shift], skies: Skies
) -> Iterator[Unserved]:
    """Of what no relay flies."""
    served = {agenda.looks[each.look].visit for s in found.sorties for each in s.looks}
    served |= {look.visit for look in agenda.looks[agenda.routed :]}
    least_wh = [np.inf] * len(agenda.visits)
    pads = sorted({shift.starts for shift in shifts})
    for look, legs in (
        (look, sky.legs) for sky in skies.all for look in sky.looks[: agenda.routed]
    ):
        wh = look.wh + min(
            (legs.wh[pad, look.entry] + legs.wh[look.exit, pad] for pad in pads), default=np.inf
        )
        least_wh[look.visit] = min(least_wh[look.visit], wh)
    usable_wh = max((shift.usable_wh for shift in shifts), default=0.0)
    for number, visit in enumerate(agenda.visits):
        if number in served:
            continue
        if not np.isfinite(least_wh[number]):
            reason = "there is no way to it around the no-fly volumes in this wind"
        elif least_wh[number] > usable_wh:
            reason = (
                f"a flight there takes {least_wh[number]:.0f} Wh at the least, and "
                f"{usable_wh:.0f} Wh may be used"
            )
        else:
            reason = "no drone was found that has the time and the charge in its hours"
        yield Unserved(task=agenda.tasks[number].id, visit=visit.id, reason=reason, passing=True)
