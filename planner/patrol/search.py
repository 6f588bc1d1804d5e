"""The search for routes: PyVRP's iterated local search, with an end and progress."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pyvrp import (
    CostEvaluator,
    IteratedLocalSearchParams,
    ProblemData,
    Result,
    Solution,
    SolveParams,
    solve,
)
from pyvrp.IteratedLocalSearch import IteratedLocalSearchCallbacks
from pyvrp.stop import MaxIterations, MaxRuntime, MultipleCriteria, NoImprovement, StoppingCriterion

TOLD_EVERY = 100  # iterations

Progress = Callable[[int, float | None], None]  # iterations done, distance of the best so far


@dataclass(frozen=True, slots=True)
class Search:
    """How long to search: iterations, or seconds if those are over sooner, or ``patience`` times
    the memory without anything better. Not ended by seconds, the same seed gives the same routes.
    ``memory`` is of how many iterations late acceptance remembers the costs: the more, the longer
    it takes to settle, and the better it settles (Burke and Bykov, 2017)."""

    seed: int
    iterations: int
    within_s: float
    progress: Progress
    patience: int | None = None
    memory: int = 300


def searched(
    data: ProblemData, search: Search, unit: float, start: Solution | None = None
) -> Result:
    """The best found, from some routes on if they are given; progress is told in ``unit`` of
    PyVRP's whole numbers."""
    ends: list[StoppingCriterion] = [MaxIterations(search.iterations), MaxRuntime(search.within_s)]
    if search.patience is not None:
        ends.append(NoImprovement(search.patience * search.memory))
    stop = MultipleCriteria(ends)
    told = _Told(search.progress, unit)
    params = SolveParams(
        ils=IteratedLocalSearchParams(history_length=search.memory, callbacks=told)
    )
    return solve(data, stop, search.seed, False, params=params, initial_solution=start)


class _Told(IteratedLocalSearchCallbacks):
    def __init__(self, progress: Progress, unit: float) -> None:
        self._progress, self._unit, self._done = progress, unit, 0

    def on_iteration(
        self,
        current: Solution,
        candidate: Solution,
        best: Solution,
        cost_evaluator: CostEvaluator,
    ) -> None:
        self._done += 1
        if self._done % TOLD_EVERY == 0:
            found = best.distance() / self._unit if best.is_feasible() else None
            self._progress(self._done, found)
