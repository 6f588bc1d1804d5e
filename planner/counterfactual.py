"""What would have turned a choice: single changes of the picture, each tried out on ``choose``.

Nothing is concluded from a formula. Each figure is first scanned, then the edge is closed in on by
bisection over tenths, so that the figure told and the tenth on its other side have both been
decided. What lies between two scanned figures that agree is not looked at.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from itertools import pairwise

from planner.airspace import Airspace
from planner.checks import wind_is_sound
from planner.dispatch import choose
from planner.model import Candidate, Decision, Picture, Reason, Veto, Wind

CALM_MS = 0.5  # with less wind on average there is no direction to keep
STRONGEST_MS = 12.0  # in more, docks do not open
WIND_SCAN = 5  # tenths of a m/s
LONGEST_S = 600.0  # of launch time added
CHARGE_SCANS = 16

_Answer = Callable[[int], str | None]  # who is chosen, from a figure in tenths


class Change(StrEnum):
    """What is changed, alone."""

    WIND = "wind"  # of all docks in proportion, each from its own direction; the mean in m/s
    LAUNCH = "launch"  # of the chosen one; seconds more
    OUT = "out"  # the chosen one is not there
    CHARGE = "charge"  # of the one then chosen; Wh in its battery
    VETO = "veto"  # against the one then chosen, lifted


@dataclass(frozen=True, slots=True)
class Turn:
    """A change with which ``to`` would have been chosen; None: nobody. ``least`` is the smallest
    figure that does it, ``most`` the greatest; None: as far as was looked. ``veto`` None where all
    those against it are lifted."""

    change: Change
    to: str | None
    now: float | None = None
    least: float | None = None
    most: float | None = None
    veto: Veto | None = None


def turns(airspace: Airspace, picture: Picture) -> tuple[Turn, ...]:
    """The smallest changes that turn the choice, of each kind and to each dock, in the order of
    the ranking. The same airspace and picture give the same turns.

    Raises:
        QuestionInvalid: as ``choose``.
    """
    decision = choose(airspace, picture)
    chosen = _dock(decision)

    def answer(changed: Picture) -> str | None:
        return _dock(choose(airspace, changed))

    found = [*_by_wind(answer, picture, chosen)]
    if chosen is not None:
        found += _by_launch(answer, picture, chosen)
        found.append(Turn(Change.OUT, answer(without(picture, chosen))))
    for offer in decision.ranking:
        if not offer.feasible:
            candidate = _of(picture, offer.dock)
            found += _by_charge(answer, picture, candidate, offer.reasons)
            found += _by_veto(answer, picture, candidate)
    order = {offer.dock: place for place, offer in enumerate(decision.ranking)}
    return tuple(sorted(found, key=lambda turn: order.get(turn.to or "", len(order))))


def mean_wind_ms(picture: Picture) -> float | None:
    """Of the docks that measure one."""
    speeds = [each.wind.speed_ms for each in picture.candidates if wind_is_sound(each.wind)]
    return math.fsum(speeds) / len(speeds) if speeds else None


def with_wind(picture: Picture, mean_ms: float) -> Picture:
    """The same wind, weaker or stronger everywhere. Gusts change with it: a veto of wind whose
    gust then keeps the dock's limit is lifted."""
    now_ms = mean_wind_ms(picture)
    assert now_ms
    share = mean_ms / now_ms

    def blown(each: Candidate) -> Candidate:
        if not wind_is_sound(each.wind):
            return each
        wind = Wind(each.wind.speed_ms * share, each.wind.from_deg)
        kept = tuple(reason for reason in each.vetoes if not _is_within(reason, share))
        return replace(each, wind=wind, vetoes=kept)

    return replace(picture, candidates=tuple(map(blown, picture.candidates)))


def with_launch(picture: Picture, dock: str, more_s: float) -> Picture:
    """The dock's launch takes longer."""
    launch = _of(picture, dock).launch
    return _with(picture, dock, launch=replace(launch, checks_s=launch.checks_s + more_s))


def without(picture: Picture, dock: str) -> Picture:
    """The dock is not there."""
    rest = tuple(each for each in picture.candidates if each.dock != dock)
    return replace(picture, candidates=rest)


def with_charge(picture: Picture, dock: str, energy_wh: float) -> Picture:
    """More in the drone's battery. A veto of battery, whose limit is the charge for a launch in
    percent, is lifted once that is kept."""
    candidate = _of(picture, dock)
    pct = 100.0 * energy_wh / candidate.performance.battery_wh
    kept = tuple(
        reason
        for reason in candidate.vetoes
        if not (reason.veto is Veto.BATTERY and reason.limit is not None and pct >= reason.limit)
    )
    return _with(picture, dock, energy_wh=energy_wh, vetoes=kept)


def without_veto(picture: Picture, dock: str, veto: Veto | None) -> Picture:
    """The veto against the dock is lifted; None: all of them."""
    kept = tuple(r for r in _of(picture, dock).vetoes if veto is not None and r.veto is not veto)
    return _with(picture, dock, vetoes=kept)


def _by_wind(
    answer: Callable[[Picture], str | None], picture: Picture, chosen: str | None
) -> Iterator[Turn]:
    """Each other dock's nearest range of wind on either side of the wind as it was."""
    now_ms = mean_wind_ms(picture)
    if now_ms is None or now_ms < CALM_MS:
        return
    ask = cache(lambda tenths: answer(with_wind(picture, tenths / 10)))
    low, high = math.floor(now_ms * 10), math.ceil(now_ms * 10)
    weaker = [low, *range((low - 1) // WIND_SCAN * WIND_SCAN, -1, -WIND_SCAN)]
    top = round(STRONGEST_MS * 10)
    stronger = [high, *range(high // WIND_SCAN * WIND_SCAN + WIND_SCAN, top + 1, WIND_SCAN)]
    for dock, near, far in _ranges(ask, weaker, high, chosen):
        yield Turn(Change.WIND, dock, now_ms, far and far / 10, near / 10)
    for dock, near, far in _ranges(ask, stronger if high <= top else [], low, chosen):
        yield Turn(Change.WIND, dock, now_ms, near / 10, far and far / 10)


def _ranges(
    ask: _Answer, scan: Sequence[int], before: int, chosen: str | None
) -> Iterator[tuple[str | None, int, int | None]]:
    """Along the scan, the first range of each dock but the chosen: its two ends, the far one None
    if it holds to the end. ``before`` is a figure ahead of the scan, on the other side of now."""
    seen = {chosen}
    marks = [before, *scan]
    for place, (last, here) in enumerate(pairwise(marks)):
        dock = ask(here)
        if dock in seen:
            continue
        seen.add(dock)
        near = _edge(_is(dock, ask), here, last)
        ends = ((a, b) for a, b in pairwise(marks[place + 1 :]) if ask(b) != dock)
        end = next(ends, None)
        far = end and _edge(_is(dock, ask), *end)
        yield dock, near, far


def _by_launch(
    answer: Callable[[Picture], str | None], picture: Picture, chosen: str
) -> Iterator[Turn]:
    ask = cache(lambda tenths: answer(with_launch(picture, chosen, tenths / 10)))
    last, here = 0, 1
    while here <= LONGEST_S * 10:
        if ask(here) != chosen:
            edge = _edge(lambda tenths: ask(tenths) != chosen, here, last)
            yield Turn(Change.LAUNCH, ask(edge), 0.0, least=edge / 10)
            return
        last, here = here, 2 * here


def _by_charge(
    answer: Callable[[Picture], str | None],
    picture: Picture,
    candidate: Candidate,
    reasons: Sequence[Reason],
) -> Iterator[Turn]:
    now_wh, full_wh, dock = candidate.energy_wh, candidate.performance.battery_wh, candidate.dock
    if not (math.isfinite(now_wh) and any(each.veto is Veto.BATTERY for each in reasons)):
        return
    ask = cache(lambda tenths: answer(with_charge(picture, dock, tenths / 10)))
    low, high = math.floor(now_wh * 10), math.floor(full_wh * 10)
    marks = [low + (high - low) * step // CHARGE_SCANS for step in range(CHARGE_SCANS + 1)]
    for last, here in pairwise(marks):
        if ask(here) == dock:
            edge = _edge(_is(dock, ask), here, last)
            yield Turn(Change.CHARGE, dock, now_wh, least=edge / 10)
            return


def _by_veto(
    answer: Callable[[Picture], str | None], picture: Picture, candidate: Candidate
) -> Iterator[Turn]:
    """Each veto whose absence alone would do, else all of them together. That of the battery is
    told as a charge."""
    vetoes: list[Veto | None] = [*dict.fromkeys(reason.veto for reason in candidate.vetoes)]
    alone = [
        veto
        for veto in vetoes
        if veto is not Veto.BATTERY
        and answer(without_veto(picture, candidate.dock, veto)) == candidate.dock
    ]
    if not alone and len(vetoes) > 1:
        free = answer(without_veto(picture, candidate.dock, None)) == candidate.dock
        alone = [None] if free else []
    for veto in alone:
        yield Turn(Change.VETO, candidate.dock, veto=veto)


def _is(dock: str | None, ask: _Answer) -> Callable[[int], bool]:
    return lambda tenths: ask(tenths) == dock


def _edge(holds: Callable[[int], bool], at: int, off: int) -> int:
    """The last figure from ``at``, where it holds, towards ``off``, where it does not."""
    while abs(at - off) > 1:
        middle = (at + off) // 2
        at, off = (middle, off) if holds(middle) else (at, middle)
    return at


def _is_within(reason: Reason, share: float) -> bool:
    if reason.veto is not Veto.WIND or reason.value is None or reason.limit is None:
        return False
    return reason.value * share <= reason.limit


def _dock(decision: Decision) -> str | None:
    return decision.best.dock if decision.best else None


def _of(picture: Picture, dock: str) -> Candidate:
    return next(each for each in picture.candidates if each.dock == dock)


def _with(picture: Picture, dock: str, **changes: object) -> Picture:
    changed = tuple(
        replace(each, **changes) if each.dock == dock else each  # type: ignore[arg-type]
        for each in picture.candidates
    )
    return replace(picture, candidates=changed)
