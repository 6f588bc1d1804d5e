"""Lines flown as relays: which drones fly which segments, and when all of them set out.

The drones of a relay set out together, each to its own segment, and come back to their own docks:
so all missions are in the drones before the first takes off, and every place of the line is seen
at the same time of each relay. The planner cuts the line at one of some two dozen places.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from fleet.patrol.agenda import Agenda
from fleet.patrol.book import part_of
from fleet.patrol.file import Line
from fleet.patrol.flyers import Flyers
from fleet.patrol.limits import Limits
from fleet.patrol.plan import PlannedRelay, Unserved
from fleet.patrol.skies import Skies
from fleet.patrol.survey import cut_up, pieces_of
from planner.airspace import build
from planner.energy import WH
from planner.frame import Points, to_degrees
from planner.model import LonLat
from planner.patrol.legs import Legs, Place
from planner.patrol.relay import Segment, relay
from planner.patrol.routing import Flown, Shift, Sortie

Floats = NDArray[np.float64]
Busy = Mapping[int, Sequence[tuple[float, float]]]  # drone -> hours

SLOTS = 24  # of a line, between which it may be handed over
SHORTEST_SLOT_M = 100.0
TOO_SHORT = "its hours are too short for the relay"
LEVEL_SPARE = 0.97  # of the energy: segments have levels of their own, which are not known yet


@dataclass(frozen=True, slots=True)
class Divided:
    """A line with its cuts, and which drone (by number) flies up to each."""

    line: Line
    drones: tuple[int, ...]
    is_backward: bool


@dataclass(frozen=True, slots=True)
class Relayed:
    """A flight; ``group`` names the relay that it is released with."""

    group: str | None  # None: it flies alone
    shift: Shift
    sortie: Sortie


def divided(task: Line, flyers: Flyers) -> Divided | None:
    """The line cut so that it can be flown again soonest; None if so few drones cannot fly it.

    Raises:
        Unreachable: if none of it may be flown over.
    """
    pieces = pieces_of(task, flyers.airspace)
    whole_m = sum(shapely.LineString(piece).length for piece in pieces)
    count = max(1, min(SLOTS, int(whole_m / SHORTEST_SLOT_M)))
    slots = [
        part
        for piece in cut_up(pieces, [number / count for number in range(1, count)])
        for part in piece
    ]
    for is_backward in (False, True):
        way = [slot[::-1] for slot in reversed(slots)] if is_backward else slots
        away_s, order = _away(way, task, flyers)
        if found := relay(away_s[order], task.relay or 1):
            lengths_m = [shapely.LineString(slot).length for slot in way]
            return _cut(task, found, lengths_m, order, is_backward)
    return None


def _cut(
    task: Line,
    found: Sequence[Segment],
    lengths_m: Sequence[float],
    order: NDArray[np.intp],
    is_backward: bool,
) -> Divided:
    drones = [int(order[each.drone]) for each in found]
    shares = [sum(lengths_m[: each.end]) / sum(lengths_m) for each in found[:-1]]
    if is_backward:
        drones, shares = drones[::-1], [1.0 - each for each in reversed(shares)]
    line = task.model_copy(update={"cuts": tuple(shares)})
    return Divided(line, tuple(drones), is_backward)


def _away(slots: Sequence[Points], task: Line, flyers: Flyers) -> tuple[Floats, NDArray[np.intp]]:
    """How long each drone flies and charges for each run of slots, and the drones in the order in
    which they lie along the line."""
    legs, starts, ends = _legs(slots, task, flyers)
    pads = len(flyers.candidates)
    power_w = max(flyers.flyer.performance.hover_w, flyers.flyer.performance.cruise_w)
    slot_s = np.array([flyers.flyer.seconds(slot, task.speed_ms) for slot in slots])
    gaps = [(legs.seconds[a, b], legs.wh[a, b]) for a, b in zip(ends, starts[1:], strict=False)]
    between = np.array([(0.0, 0.0), *((0.0, 0.0) if s < 1e-6 else (s, wh) for s, wh in gaps)])
    along_s = np.concatenate(([0.0], np.cumsum(slot_s + between[:, 0])))
    along_wh = np.concatenate(([0.0], np.cumsum(slot_s * power_w / WH + between[:, 1])))
    away_s = np.full((pads, len(slots) + 1, len(slots) + 1), np.inf)
    for drone, shift in enumerate(flyers.shifts):
        for begin in range(len(slots)):
            for end in range(begin + 1, len(slots) + 1):
                out, back = (drone, starts[begin]), (ends[end - 1], drone)
                wh = legs.wh[out] + legs.wh[back] + along_wh[end] - along_wh[begin]
                wh -= between[begin, 1]
                if wh > LEVEL_SPARE * shift.usable_wh:
                    break
                flown_s = legs.seconds[out] + legs.seconds[back] + along_s[end] - along_s[begin]
                flown_s -= between[begin, 0]
                away_s[drone, begin, end] = shift.launch_s + flown_s + flyers.rest_s(drone, wh)
    nearest = legs.seconds[:pads][:, [*starts, ends[-1]]].argmin(axis=1)
    return away_s, np.argsort(nearest, kind="stable")


def _legs(slots: Sequence[Points], task: Line, flyers: Flyers) -> tuple[Legs, list[int], list[int]]:
    """Ways from the pads to the ends of slots and back, all of them at one level."""
    at = [[LonLat(*end) for end in to_degrees(slot[[0, -1]]).tolist()] for slot in slots]
    places = dict.fromkeys(end for ends in at for end in ends)
    grounds = flyers.district.grounds_amsl_m(np.array(list(places)))
    lower, higher = np.array(grounds.min()), np.array(grounds.max())
    level_m = float(flyers.heights.level(lower, higher, task.height_m))
    pads = [Place(c.at, c.alt_amsl_m, c.alt_amsl_m, is_pad=True) for c in flyers.candidates]
    stands = [Place(end, ground, level_m) for end, ground in zip(places, grounds, strict=True)]
    numbers = {end: len(pads) + number for number, end in enumerate(places)}
    known = [*pads, *stands]
    at_ = {str(number): each.at for number, each in enumerate(known)}
    airspace = build(flyers.airspace.volumes, at_, relief=flyers.airspace.relief)
    performance, wind = flyers.flyer.performance, flyers.flyer.wind
    legs = Legs(airspace, known, performance, wind, flyers.heights)
    return legs, [numbers[begin] for begin, _ in at], [numbers[end] for _, end in at]


class RelayPlan:
    """The flights of one line's relays, at each time that it is to be seen."""

    def __init__(
        self,
        cut: Divided,
        agenda: Agenda,
        skies: Skies,
        busy: Busy,
        limits: Limits,
        able: Callable[[Shift, Sortie], bool],
    ) -> None:
        self._able = able
        self._cut, self._agenda, self._skies = cut, agenda, skies
        self._busy, self._closed = busy, limits.closed
        self._ready_s = [limits.ready_of(shift.drone) for shift in skies.all[0].flyers.shifts]
        self.flights: list[Relayed] = []
        self.unserved: list[Unserved] = []
        self.every_s = 0.0
        self.times_s: list[float] = []  # at which it sets out
        for group, visits in self._rounds().items():
            self._fly(group, visits)

    @property
    def groups(self) -> set[str | None]:
        return {each.group for each in self.flights}

    def told(self, flights: Sequence[str]) -> PlannedRelay:
        """Each relay takes as long to every place of the line as the one before: from one to the
        next as much time passes as between their starts."""
        return PlannedRelay(
            task=self._cut.line.id,
            drones=tuple(self._skies.drones[drone] for drone in self._cut.drones),
            handovers=self._handovers(),
            every_s=self.every_s,
            revisit_s=max((b - a for a, b in pairwise(self.times_s)), default=None),
            flights=tuple(flights),
        )

    def _handovers(self) -> tuple[tuple[float, float], ...]:
        """In the order of the line."""
        parts, segments = self._parts(), self._segments()
        ends = [parts[n][-1:] for n, pair in enumerate(pairwise(segments)) if pair[0] != pair[1]]
        return tuple((lon, lat) for end in ends for lon, lat in to_degrees(end).tolist())

    def _parts(self) -> Sequence[Points]:
        return self._agenda.surveys[self._cut.line.id].parts

    def _rounds(self) -> dict[str, list[list[int]]]:
        """For each time the looks that may be flown, by part in the order of the line."""
        found: dict[str, dict[str, list[int]]] = {}
        for number in range(self._agenda.routed, len(self._agenda.looks)):
            visit = self._agenda.looks[number].visit
            if self._agenda.tasks[visit].id != self._cut.line.id:
                continue
            id_ = self._agenda.visits[visit].id
            time = f"{self._cut.line.id}{id_.removeprefix(part_of('', id_)[1])}"
            found.setdefault(time, {}).setdefault(id_, []).append(number)
        return {time: list(parts.values()) for time, parts in found.items()}

    def _segments(self) -> list[int]:
        """Of each part, which drone of the relay flies it."""
        parts = self._parts()
        lengths_m = [shapely.LineString(part).length for part in parts]
        middles = np.cumsum(lengths_m) - np.array(lengths_m) / 2
        cuts_m = np.array(self._cut.line.cuts) * sum(lengths_m)
        return [int(each) for each in np.searchsorted(cuts_m, middles)]

    def _fly(self, group: str, visits: list[list[int]]) -> None:
        windows = sorted({self._hours(number) for part in visits for number in part})
        why = TOO_SHORT
        for opens_s, closes_s in windows:
            looks = [self._way(part, (opens_s, closes_s)) for part in visits]
            if len(looks) != len(self._segments()) or None in looks:
                why = "a part of it cannot be flown along in that direction, in this wind"
                continue
            ordered_s = max(opens_s, *(self._ready_s[drone] for drone in self._cut.drones))
            flights = self._at([look for look in looks if look is not None], ordered_s, group)
            if not all(self._holds(each, closes_s) for each in flights):
                why = TOO_SHORT
            elif not all(self._able(each.shift, each.sortie) for each in flights):
                why = "a drone of the relay would lack a second way down"
            else:
                self._adopt(ordered_s, flights)
                return
        for part in visits:
            visit = self._agenda.visits[self._agenda.looks[part[0]].visit].id
            told = Unserved(task=self._cut.line.id, visit=visit, reason=why, passing=True)
            self.unserved.append(told)

    def _hours(self, look: int) -> tuple[float, float]:
        return self._agenda.looks[look].opens_s, self._agenda.looks[look].closes_s

    def _way(self, part: list[int], hours: tuple[float, float]) -> int | None:
        """The look along the part in the relay's direction, in those hours."""
        for number in part:
            is_backward = self._agenda.parts[number].is_backward
            if is_backward == self._cut.is_backward and self._hours(number) == hours:
                return number
        return None

    def _at(self, looks: Sequence[int], ordered_s: float, group: str) -> list[Relayed]:
        """The relay as ordered then."""
        flights = []
        segments = self._segments()
        for number, drone in enumerate(self._cut.drones):
            own = [look for look, whose in zip(looks, segments, strict=True) if whose == number]
            own = own[::-1] if self._cut.is_backward else own
            shift = self._skies.at(ordered_s).flyers.shifts[drone]
            flights.append(Relayed(group, shift, self._sortie(drone, own, ordered_s)))
        return flights

    def _sortie(self, drone: int, looks: Sequence[int], ordered_s: float) -> Sortie:
        sky = self._skies.at(ordered_s)
        shift, legs = sky.flyers.shifts[drone], sky.legs
        here, now_s, wh, flown = shift.starts, ordered_s + shift.launch_s, 0.0, []
        for number in looks:
            look = sky.looks[number]
            now_s += float(legs.seconds[here, look.entry])
            flown.append(Flown(number, now_s, 0.0))
            wh += float(legs.wh[here, look.entry]) + look.wh
            here, now_s = look.exit, now_s + look.seconds
        lands_s = now_s + float(legs.seconds[here, shift.lands])
        return Sortie(
            drone, ordered_s, lands_s, wh + float(legs.wh[here, shift.lands]), tuple(flown)
        )

    def _holds(self, flight: Relayed, closes_s: float) -> bool:
        sortie, shift = flight.sortie, flight.shift
        drone, again_s = sortie.shift, self._again_s(sortie)
        looks = self._skies.at(sortie.ordered_s).looks
        ends_s = [each.begins_s + looks[each.look].seconds for each in sortie.looks]
        is_free = all(
            until_s <= begin_s or end_s <= sortie.ordered_s
            for until_s, hours in (
                (again_s, self._busy.get(drone, ())),
                (sortie.lands_s, self._closed),
            )
            for begin_s, end_s in hours
        )
        return (
            math.isfinite(sortie.lands_s)
            and sortie.wh <= shift.usable_wh
            and max(ends_s) <= closes_s
            and sortie.lands_s <= shift.closes_s
            and is_free
        )

    def _again_s(self, sortie: Sortie) -> float:
        return sortie.lands_s + self._rest_s(sortie.shift, sortie.wh)

    def _rest_s(self, drone: int, wh: float) -> float:
        return self._skies.all[0].flyers.rest_s(drone, wh)

    def _adopt(self, ordered_s: float, flights: Sequence[Relayed]) -> None:
        self.flights += flights
        self.times_s.append(ordered_s)
        for each in flights:
            again_s = self._again_s(each.sortie)
            self._ready_s[each.sortie.shift] = again_s
            self.every_s = max(self.every_s, again_s - ordered_s)

    def busy(self) -> Busy:
        """With what these relays add: when each drone is away or charges for them, and before so
        long that it starts them charged."""
        found = {drone: [*hours] for drone, hours in self._busy.items()}
        for each in self.flights:
            full_s = self._rest_s(each.sortie.shift, each.shift.usable_wh)
            hours = (each.sortie.ordered_s - full_s, self._again_s(each.sortie))
            found.setdefault(each.sortie.shift, []).append(hours)
        return found


def with_cuts(lines: Sequence[Line], cut: Sequence[Divided]) -> tuple[Line, ...]:
    """The lines, those divided with their cuts."""
    known = {each.line.id: each.line for each in cut}
    return tuple(known.get(line.id, line) for line in lines)
