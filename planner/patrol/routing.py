"""Who flies what when: multi-depot vehicle routing with endurance, solved by PyVRP.

A drone's day is cut into shifts, each long enough for one flight on a full battery; what follows a
shift is long enough to charge. So each shift is one vehicle of the routing problem: it starts at
its dock, lands at its dock or another, and spends at most what the battery holds over its reserve.
The energy of ways and looks is PyVRP's 'distance', and what is minimised; a look that can be flown
either way, or at different hours, is a group of clients of which one is served. Whatever is not
served has lost its prize, and a prize is worth more than any flight: less urgent looks are left out
first, and none to save energy.

A drone may have to wait in the air until a look's hours begin. PyVRP counts the time of that, not
the energy; so shifts are no longer than hovering would last, and whatever then still overspends is
cut.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pyvrp import (
    Client,
    ClientGroup,
    Depot,
    Location,
    ProblemData,
    Route,
    VehicleType,
)

from planner.energy import WH
from planner.patrol.bound import Known, least_energy
from planner.patrol.fair import fairer, parted
from planner.patrol.search import Search, searched

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MWH = 1000.0  # energies are whole milliwatt hours to PyVRP, times whole seconds
PRIORITIES = 5
NEVER_MWH = 10**9  # of a way that there is not
NEVER_S = 10**6
WHOLE_S = 1.0  # what rounding may make of a time


@dataclass(frozen=True, slots=True)
class Look:
    """One way to fly one visit. It lies within its hours from begin to end."""

    visit: int
    entry: int  # numbers of places
    exit: int
    seconds: float
    wh: float
    opens_s: float
    closes_s: float


@dataclass(frozen=True, slots=True)
class Visit:
    """What is to be served once. Of its looks one is flown."""

    id: str
    priority: int  # 1 the most urgent, up to PRIORITIES


@dataclass(frozen=True, slots=True)
class Shift:
    """One flight that a drone may make between two charges."""

    drone: str
    starts: int  # numbers of places, both pads
    lands: int
    opens_s: float  # the order to fly, at the earliest
    closes_s: float  # landed, at the latest
    launch_s: float
    usable_wh: float
    hover_w: float
    air: int = 0  # the number of the air that it flies in
    starts_by_s: float = math.inf  # ordered, at the latest


class Air(NamedTuple):
    """What a wind makes of looks and ways: the same looks with the time and energy that they take
    in it, and the seconds and Wh between places."""

    looks: Sequence[Look]
    seconds: Floats
    wh: Floats


@dataclass(frozen=True, slots=True)
class Flown:
    """A look in a sortie, and when it begins; ``waits_s`` before it, hovering there."""

    look: int
    begins_s: float
    waits_s: float


@dataclass(frozen=True, slots=True)
class Sortie:
    shift: int
    ordered_s: float
    lands_s: float
    wh: float
    looks: tuple[Flown, ...]


Able = Callable[[Sortie], bool]


@dataclass(frozen=True, slots=True)
class Routes:
    """``wh`` is the energy of all sorties without waiting; no routes that serve the same visits
    with these shifts can need less than ``bound_wh``."""

    sorties: tuple[Sortie, ...]
    wh: float
    bound_wh: float
    iterations: int
    repeatable: bool  # ended by iterations, so that the same seed gives the same routes
    for_fairness_wh: float = 0.0  # that a fairer share between drones costs

    @property
    def gap(self) -> float:
        return (self.wh - self.bound_wh) / self.bound_wh if self.bound_wh > 0 else 0.0


def routes(
    visits: Sequence[Visit],
    shifts: Sequence[Shift],
    airs: Sequence[Air],
    search: Search,
    flown: Mapping[str, float] | None = None,
    able: Able = lambda _: True,
) -> Routes:
    """The best sorties found, each in the air of its shift. ``flown`` are the Wh that drones have
    flown before, for a fair share. What the search cannot know of is asked of ``able``: a sortie
    loses its last looks until it may be flown."""
    looks = airs[0].looks
    if not looks or not shifts:
        return Routes((), 0.0, 0.0, 0, True)
    problem = _Problem(visits, shifts, airs)
    first, fair = parted(search)
    result = searched(problem.data, first, MWH)
    best, done, repeatable = result.best, result.num_iterations, True
    if result.is_feasible():
        drones = [shift.drone for shift in shifts]
        best, more, repeatable = fairer(problem.data, best, drones, flown or {}, fair, MWH)
        done += more
    sorties = [problem.sortie(route) for route in best.routes()]
    kept = [problem.that_holds(sortie, able) for sortie in sorties]
    made = tuple(sortie for sortie in kept if sortie.looks)
    served = {looks[each.look].visit for sortie in made for each in sortie.looks}
    wh = sum(sortie.wh - problem.waiting_wh(sortie) for sortie in made)
    known = Known(
        wh=wh,
        usable_wh=max(shift.usable_wh for shift in shifts),
        round_trips=all(shift.starts == shift.lands for shift in shifts),
    )
    return Routes(
        sorties=tuple(sorted(made, key=lambda each: (each.ordered_s, each.shift))),
        wh=wh,
        bound_wh=least_energy(problem.least_wh, problem.pads, problem.look_visits, served, known),
        iterations=done,
        repeatable=repeatable and result.num_iterations >= first.iterations,
        for_fairness_wh=(best.distance() - result.best.distance()) / MWH,
    )


def with_rest(
    found: Routes,
    visits: Sequence[Visit],
    shifts: Sequence[Shift],
    airs: Sequence[Air],
    search: Search,
    able: Able,
) -> Routes:
    """The routes, and what they do not serve in shifts that nobody flies: looks that a flight was
    not ``able`` to fly at its end may be flown by others. The bound is still that of the first."""
    served = {airs[0].looks[each.look].visit for s in found.sorties for each in s.looks}
    flown = {sortie.shift for sortie in found.sorties}
    looks = [n for n, look in enumerate(airs[0].looks) if look.visit not in served]
    free = [number for number in range(len(shifts)) if number not in flown]

    def told(sortie: Sortie) -> Sortie:
        own = tuple(replace(each, look=looks[each.look]) for each in sortie.looks)
        return replace(sortie, shift=free[sortie.shift], looks=own)

    more = routes(
        visits,
        [shifts[number] for number in free],
        [air._replace(looks=[air.looks[number] for number in looks]) for air in airs],
        search,
        able=lambda sortie: able(told(sortie)),
    )
    sorties = [*found.sorties, *map(told, more.sorties)]
    return replace(
        found,
        sorties=tuple(sorted(sorties, key=lambda each: (each.ordered_s, each.shift))),
        wh=found.wh + more.wh,
        iterations=found.iterations + more.iterations,
        repeatable=found.repeatable and more.repeatable,
    )


class _Problem:
    """The looks, pads and shifts as PyVRP wants them: locations are the pads, then the looks."""

    def __init__(
        self,
        visits: Sequence[Visit],
        shifts: Sequence[Shift],
        airs: Sequence[Air],
    ) -> None:
        looks = airs[0].looks
        self._airs, self._looks, self._shifts = airs, looks, shifts
        pads = sorted({pad for shift in shifts for pad in (shift.starts, shift.lands)})
        self.pads = len(pads)
        self.look_visits = [look.visit for look in looks]
        self._pad_of = {pad: number for number, pad in enumerate(pads)}
        leave = np.array([*pads, *(look.exit for look in looks)])
        reach = np.array([*pads, *(look.entry for look in looks)])
        self.seconds, self.wh = [], []  # by air
        for air in airs:
            own_s = np.array([0.0] * self.pads + [look.seconds for look in air.looks])
            own_wh = np.array([0.0] * self.pads + [look.wh for look in air.looks])
            self.seconds.append(air.seconds[np.ix_(leave, reach)] + own_s[:, None])
            self.wh.append(air.wh[np.ix_(leave, reach)] + own_wh[:, None])
        self.data = self._data(visits)

    @property
    def least_wh(self) -> Floats:
        """In whichever air."""
        least_wh: Floats = np.min(self.wh, axis=0)
        return least_wh

    def _data(self, visits: Sequence[Visit]) -> ProblemData:
        clients, groups = self._clients(visits)
        launch_s = {shift.starts: shift.launch_s for shift in self._shifts}
        return ProblemData(
            [Location(0, 0) for _ in range(len(self.seconds[0]))],
            clients,
            [
                Depot(number, service_duration=math.ceil(launch_s.get(pad, 0.0)))
                for pad, number in self._pad_of.items()
            ],
            [self._vehicle(shift) for shift in self._shifts],
            [_whole(each, MWH, NEVER_MWH) for each in self.wh],
            [_whole(each, 1.0, NEVER_S) for each in self.seconds],
            groups,
        )

    def _clients(self, visits: Sequence[Visit]) -> tuple[list[Client], list[ClientGroup]]:
        """A look may begin so late that it ends within its hours, or a part of a second later where
        they just hold it."""
        dearest_wh = max(shift.usable_wh for shift in self._shifts)
        by_visit: dict[int, list[int]] = {}
        for number, look in enumerate(self._looks):
            by_visit.setdefault(look.visit, []).append(number)
        groups: list[ClientGroup] = []
        group_of: dict[int, int] = {}
        for visit, numbers in by_visit.items():
            if len(numbers) > 1:
                group_of[visit] = len(groups)
                groups.append(ClientGroup(numbers, required=False))
        clients = []
        for number, look in enumerate(self._looks):
            opens_s, lasts_s = math.ceil(look.opens_s), self._longest_s(number)
            prize_wh = dearest_wh * 2.0 ** (PRIORITIES - visits[look.visit].priority + 1)
            clients.append(
                Client(
                    self.pads + number,
                    tw_early=opens_s,
                    tw_late=max(opens_s, math.floor(look.closes_s - lasts_s)),
                    prize=round(prize_wh * MWH),
                    required=False,
                    group=group_of.get(look.visit),
                )
            )
        return clients, groups

    def _longest_s(self, look: int) -> float:
        """In whichever air it can be flown."""
        lasts_s = [air.looks[look].seconds for air in self._airs]
        return max((each for each in lasts_s if math.isfinite(each)), default=0.0)

    def _vehicle(self, shift: Shift) -> VehicleType:
        by_s = min(shift.starts_by_s, shift.closes_s)
        return VehicleType(
            profile=shift.air,
            start_late=max(math.ceil(shift.opens_s), math.floor(by_s)),
            start_depot=self._pad_of[shift.starts],
            end_depot=self._pad_of[shift.lands],
            tw_early=math.ceil(shift.opens_s),
            tw_late=math.floor(shift.closes_s),
            shift_duration=math.floor(shift.launch_s + hover_s(shift.usable_wh, shift.hover_w)),
            max_distance=math.floor(shift.usable_wh * MWH),
        )

    def sortie(self, route: Route) -> Sortie:
        """A route as it would be flown; PyVRP's own times are whole seconds, rounded up."""
        looks = [each.idx for each in route.schedule() if each.is_client()]
        return self._timed(route.vehicle_type(), float(route.start_time()), looks)

    def _timed(self, number: int, ordered_s: float, looks: Sequence[int]) -> Sortie:
        shift = self._shifts[number]
        home = self._pad_of[shift.lands]
        seconds, ways_wh = self.seconds[shift.air], self.wh[shift.air]
        here, now_s, wh = self._pad_of[shift.starts], ordered_s + shift.launch_s, 0.0
        flown = []
        for look in looks:
            there = self.pads + look
            arrives_s = now_s + float(seconds[here, there])
            begins_s = max(arrives_s, self._looks[look].opens_s)
            flown.append(Flown(look, begins_s, begins_s - arrives_s))
            wh += float(ways_wh[here, there]) + (begins_s - arrives_s) * shift.hover_w / WH
            # what a look itself takes is part of the way on from it
            here, now_s = there, begins_s
        lands_s = now_s + float(seconds[here, home])
        return Sortie(number, ordered_s, lands_s, wh + float(ways_wh[here, home]), tuple(flown))

    def waiting_wh(self, sortie: Sortie) -> float:
        waits_s = sum(each.waits_s for each in sortie.looks)
        return waits_s * self._shifts[sortie.shift].hover_w / WH

    def that_holds(self, sortie: Sortie, able: Able) -> Sortie:
        """The sortie without what is late in it, more than the battery allows, or not ``able`` to
        be flown: what PyVRP holds to be possible is but for waiting; of a search cut short it may
        not be."""
        looks = [each.look for each in sortie.looks]
        shift = self._shifts[sortie.shift]
        while looks:
            late = [each.look for each in sortie.looks if self._is_late(each, shift)]
            if late:
                looks.remove(late[0])
            elif sortie.wh > shift.usable_wh or sortie.lands_s > shift.closes_s or not able(sortie):
                looks.pop()
            else:
                break
            sortie = self._timed(sortie.shift, sortie.ordered_s, looks)
        return sortie

    def _is_late(self, flown: Flown, shift: Shift) -> bool:
        look = self._airs[shift.air].looks[flown.look]
        return flown.begins_s + look.seconds > look.closes_s + WHOLE_S


def hover_s(usable_wh: float, hover_w: float) -> float:
    """How long a shift may last in the air."""
    return usable_wh * WH / hover_w


def _whole(values: Floats, scale: float, never: int) -> Ints:
    """Rounded up, so that what PyVRP holds to be possible is."""
    finite = np.isfinite(values)
    whole = np.full(values.shape, never, dtype=np.int64)
    whole[finite] = np.ceil(values[finite] * scale - 1e-6).astype(np.int64)
    np.fill_diagonal(whole, 0)
    return whole
