"""Plans a day's patrols: from the tasks to looks, from looks to sorties, from sorties to a plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from fleet.district.model import District
from fleet.fence import airspace_of
from fleet.forecast import candidates_at_rest
from fleet.formats.check import CEILING_M
from fleet.patrol.agenda import Agenda
from fleet.patrol.file import PatrolFile
from fleet.patrol.limits import Limits
from fleet.patrol.plan import Found, PatrolPlan, Surveyed, Unserved, WindView
from fleet.patrol.stages import Teller
from fleet.patrol.survey import Flyer
from fleet.process import Refusal
from planner.model import Candidate, Wind
from planner.patrol.legs import Heights, Legs, Place, charge_s
from planner.patrol.routing import Routes, Shift, hover_s, routes
from planner.patrol.search import Search

SHORTEST_SHIFT_S = 600.0


def plan_patrol(
    district: District,
    patrol: PatrolFile,
    wind: Wind,
    search: Search,
    limits: Limits | None = None,
) -> PatrolPlan:
    """The best plan found in the time that may be searched, with every drone charged on its pad, or
    from when on ``limits`` says.

    Raises:
        Refusal: where no drone may fly in that wind, or drones differ in make.
    """
    limits = limits or Limits()
    candidates = _flyers(district, wind, limits)
    flyer = Flyer(candidates[0].performance, wind)
    pads = [Place(c.at, c.alt_amsl_m, c.alt_amsl_m, is_pad=True) for c in candidates]
    heights = Heights(
        cruise_m=district.flight.cruise_height_m,
        clear_m=district.flight.scene_height_m,
        ceiling_m=CEILING_M,
    )
    agenda = Agenda(district, patrol, airspace_of(district), flyer, heights, pads, limits)
    legs = Legs(agenda.airspace(), agenda.places, flyer.performance, wind, heights)
    shifts = _shifts(district, patrol, candidates, limits)
    found = routes(agenda.visits, agenda.looks, shifts, (legs.seconds, legs.wh), search)
    teller = Teller(agenda, candidates, legs)
    visits: dict[str, list[str]] = {task: [] for task in agenda.surveys}
    for visit, task in zip(agenda.visits, agenda.tasks, strict=True):
        visits[task.id].append(visit.id)
    return PatrolPlan(
        district=district.id,
        patrol=patrol,
        wind=WindView(speed_ms=wind.speed_ms, from_deg=wind.from_deg),
        found=_found(found, search.seed),
        tasks=tuple(
            Surveyed(task=task, visits=tuple(visits[task]), clear_share=each.clear_share)
            for task, each in agenda.surveys.items()
        ),
        sorties=tuple(
            teller.planned(number, sortie, shifts[sortie.shift])
            for number, sortie in enumerate(found.sorties, start=1)
        ),
        unserved=(*agenda.unserved, *_missed(agenda, found, shifts, legs)),
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


def _flyers(district: District, wind: Wind, limits: Limits) -> list[Candidate]:
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


def _shifts(
    district: District, patrol: PatrolFile, candidates: Sequence[Candidate], limits: Limits
) -> list[Shift]:
    """As many for each drone as the patrol's hours hold, with charging between; one that ends with
    an open time may be shorter than a battery lasts."""
    models = {site.id: district.dock_models[site.model] for site in district.docks}
    shifts = []
    for pad, each in enumerate(candidates):
        model, performance = models[each.dock], each.performance
        usable_wh = each.energy_wh - performance.reserve_share * performance.battery_wh
        flight_s = each.launch.total_s + hover_s(usable_wh, performance.hover_w)
        rest_s = model.cover_close_s + charge_s(usable_wh, model.charge_w)
        first = Shift(
            drone=each.drone,
            starts=pad,
            lands=pad,
            opens_s=0.0,
            closes_s=0.0,
            launch_s=each.launch.total_s,
            usable_wh=usable_wh,
            hover_w=performance.hover_w,
        )
        ready_s = limits.ready_of(each.drone)
        for begin_s, end_s in limits.open_times(patrol):
            ready_s = max(ready_s, begin_s)
            while end_s - ready_s >= SHORTEST_SHIFT_S:
                closes_s = min(ready_s + flight_s, end_s)
                shifts.append(replace(first, opens_s=ready_s, closes_s=closes_s))
                ready_s = closes_s + rest_s
    return shifts


def _missed(
    agenda: Agenda, found: Routes, shifts: Sequence[Shift], legs: Legs
) -> Iterator[Unserved]:
    served = {agenda.looks[each.look].visit for s in found.sorties for each in s.looks}
    least_wh = [np.inf] * len(agenda.visits)
    pads = sorted({shift.starts for shift in shifts})
    for look in agenda.looks:
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
