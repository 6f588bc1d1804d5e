"""Where docks should stand: the maximal covering location problem, solved to proven optimality.

Church and ReVelle (1974): of all candidate sites choose so many that most area is covered. Here an
area may count for more when a second dock covers it too, which makes the mean share that is left
with one dock out a linear objective.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, eye_array, hstack, vstack

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

LEAST_GAIN = 1e-6  # of the share, that an exchange of sites is worth; less is rounding


class SitingImpossible(Exception):
    """No choice of sites fulfils what is asked; the text says why."""


@dataclass(frozen=True, slots=True)
class Siting:
    """``share`` and ``bound`` are of the objective: what the sites reach, and what none can
    exceed. ``proven`` is false when the time ran out before the two met."""

    sites: tuple[int, ...]  # rows of the candidates
    share: float
    bound: float
    proven: bool

    @property
    def gap(self) -> float:
        return max(0.0, self.bound - self.share)


def best_sites(
    covers: Booleans,
    area_m2: Floats,
    docks: int,
    part: Sequence[int],
    one_out: bool = False,
    within_s: float = 60.0,
    start: Sequence[int] = (),
) -> Siting:
    """The sites that cover most area, at least one in every part.

    ``covers`` (candidates, places) says what each candidate would reach, ``area_m2`` (places) what
    each place stands for, ``part`` (candidates) in which part each candidate lies. With ``one_out``
    the mean share that is left when one dock is out counts, else the whole. Of what could not be
    proven in ``within_s`` the relaxation tells the bound, in as much time again, and what it leans
    to is made better by exchanging one site for another while that helps; so are the sites found
    so far and ``start``, if it is a choice of ``docks`` sites. The best is told.

    Raises:
        SitingImpossible: if there are fewer candidates than docks or fewer docks than parts.
    """
    problem = Problem(covers, area_m2, docks, part, one_out)
    found = milp(
        -problem.worth,
        integrality=problem.whole,
        bounds=Bounds(0, 1),
        constraints=problem.limits,
        options={"time_limit": within_s, "mip_rel_gap": 0.0},
    )
    proven = bool(found.status == 0)
    bound = 1.0 if found.mip_dual_bound is None else min(1.0, -found.mip_dual_bound)
    choices = [] if found.x is None else [np.flatnonzero(found.x[: len(covers)] > 0.5).tolist()]
    if not proven:
        relaxation = relaxed(problem, within_s)
        if relaxation is not None:
            bound = min(bound, relaxation.bound)
            choices.append(relaxation.leaned_to(docks, part))
        if len(start) == docks and {part[row] for row in start} == set(part):
            choices.append(list(start))
        choices = [_exchanged(covers, area_m2, part, choice, one_out) for choice in choices]
    if not choices:
        raise SitingImpossible(f"no sites were found in {within_s:.0f} s: {found.message}")
    shares = [objective(covers[choice], area_m2, one_out) for choice in choices]
    best = int(np.argmax(shares))
    return Siting(
        sites=tuple(sorted(choices[best])), share=shares[best], bound=float(bound), proven=proven
    )


@dataclass(frozen=True, slots=True)
class Relaxation:
    """The best if sites could be chosen in parts, which no whole sites exceed."""

    bound: float
    chosen: Floats  # of each candidate, from 0 to 1

    def leaned_to(self, docks: int, part: Sequence[int]) -> list[int]:
        """The sites chosen most: of every part of the district one, then others."""
        order = np.argsort(-self.chosen, kind="stable").tolist()
        of = np.array(part)[order]
        firsts = {order[int(np.argmax(of == each))] for each in set(part)}
        others = [row for row in order if row not in firsts]
        return [*firsts, *others[: docks - len(firsts)]]


def relaxed(problem: Problem, within_s: float) -> Relaxation | None:
    """By an interior point method, which is done with hundreds of roofs and tens of thousands of
    places in a minute, where branch and bound has not begun. Nothing if the time ran out."""
    rows = vstack([limit.A for limit in problem.limits], format="csr")
    least, most = (
        np.concatenate([np.broadcast_to(side(limit), limit.A.shape[0]) for limit in problem.limits])
        for side in (attrgetter("lb"), attrgetter("ub"))
    )
    equal = least == most
    found = linprog(
        -problem.worth,
        A_ub=-rows[~equal],  # all other limits are from below
        b_ub=-least[~equal],
        A_eq=rows[equal],
        b_eq=least[equal],
        bounds=(0, 1),
        method="highs-ipm",
        options={"time_limit": within_s},
    )
    return Relaxation(-found.fun, found.x[: problem.candidates]) if found.status == 0 else None


def _exchanged(
    covers: Booleans, area_m2: Floats, part: Sequence[int], sites: list[int], one_out: bool
) -> list[int]:
    """The sites after the best exchange of one for another, again and again until none helps; every
    part that has a site keeps one."""
    of, counted, area = np.array(part), covers.astype(np.float32), area_m2 / area_m2.sum()
    alone = 1 / len(sites) if one_out else 0.0  # how much less a place counts that one site covers
    share = objective(covers[sites], area_m2, one_out)
    while True:
        best = share + LEAST_GAIN
        exchanged = sites
        for row in range(len(sites)):
            rest = sites[:row] + sites[row + 1 :]
            times = covers[rest].sum(axis=0)
            kept = float(area[times >= 1].sum() - alone * area[times == 1].sum())
            worth = np.where(times == 0, (1 - alone) * area, np.where(times == 1, alone * area, 0))
            gains = counted @ worth.astype(np.float32)
            missing = set(of[sites]) - set(of[rest])
            gains[rest] = -1.0
            gains[~np.isin(of, list(missing or set(of)))] = -1.0
            into = int(gains.argmax())
            if kept + gains[into] > best:
                best, exchanged = kept + float(gains[into]), [*rest, into]
        if exchanged is sites:
            return sites
        sites, share = exchanged, objective(covers[exchanged], area_m2, one_out)


def objective(covers: Booleans, area_m2: Floats, one_out: bool = False) -> float:
    """The share that chosen sites (rows) cover; with ``one_out`` its mean with one of them out."""
    times = covers.sum(axis=0)
    once = float(area_m2[times >= 1].sum() / area_m2.sum())
    if not one_out:
        return once
    alone = float(area_m2[times == 1].sum() / area_m2.sum())
    return once - alone / len(covers)


def _patterns(covers: Booleans, area_m2: Floats) -> tuple[Booleans, Floats]:
    """Places that the same candidates cover are one place of their summed area."""
    inside = (area_m2 > 0) & covers.any(axis=0)
    columns, which = np.unique(covers[:, inside], axis=1, return_inverse=True)
    areas_m2 = np.bincount(which.ravel(), weights=area_m2[inside]).astype(np.float64)
    return columns, areas_m2


class Problem:
    """Variables: candidates, then patterns covered once, then (with ``one_out``) covered twice."""

    def __init__(
        self,
        covers: Booleans,
        area_m2: Floats,
        docks: int,
        part: Sequence[int],
        one_out: bool = False,
    ) -> None:
        """
        Raises:
            SitingImpossible: if there are fewer candidates than docks or fewer docks than parts.
        """
        parts = sorted(set(part))
        if not len(parts) <= docks <= len(covers):
            raise SitingImpossible(
                f"{docks} docks cannot be sited: expected at least {len(parts)}, one for every "
                f"subdistrict, and at most {len(covers)}, as many as there are candidates"
            )
        patterns, areas_m2 = _patterns(covers, area_m2)
        shares = areas_m2 / area_m2.sum()
        once = shares * (1 - 1 / docks) if one_out else shares
        twice = [shares / docks] if one_out else []
        self.candidates = len(covers)
        self.worth = np.concatenate((np.zeros(self.candidates), once, *twice))
        self.whole = np.arange(len(self.worth)) < self.candidates
        of = np.array(part)
        self.limits = [
            _covered(patterns, 2 if one_out else 1),
            self._of_candidates(np.ones(self.candidates), docks, docks),
            *(self._of_candidates((of == each).astype(np.float64), 1, np.inf) for each in parts),
        ]

    def _of_candidates(self, factors: Floats, least: float, most: float) -> LinearConstraint:
        row = np.concatenate((factors, np.zeros(len(self.worth) - len(factors))))
        return LinearConstraint(csr_array(row[None, :]), least, most)


def _covered(patterns: Booleans, layers: int) -> LinearConstraint:
    """A pattern is covered as often as sites that cover it are chosen, at the most."""
    covering = csr_array(patterns.T.astype(np.float64))
    counted = [-eye_array(covering.shape[0])] * layers
    return LinearConstraint(hstack([covering, *counted], format="csr"), 0.0, np.inf)
