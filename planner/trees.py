"""Trees of fastest ways from the docks over the corners, in one wind: grown when first asked for,
as far as asked for, and kept."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from planner.flight import speeds_there_and_back
from planner.frame import Points
from planner.model import Performance, Wind

WIND_STEP_MS = 0.5  # paths are chosen for the wind rounded so; their times are of the exact wind
WIND_STEP_DEG = 10.0
TREE_BYTES, TIMES_BYTES = 48e6, 24e6  # of memory, for what is kept
LEAST_WINDS = 2  # that the trees of all docks are kept for, whatever that takes
_NONE = -9999  # scipy's mark for 'no predecessor'

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Tree:
    """Fastest ways between one dock and the corners that are at most ``within_s`` from it, out or
    back; the rest is infinitely far. ``out_s`` from the dock, ``back_s`` to it; the predecessors
    lead back to the dock along either.

    A corner counts as far as a way that goes on past it: where the last leg to a corner would run
    into its obstacle it may count as farther than it is, which no way to a place beyond notices.
    """

    out_s: Floats
    out_from: Indices
    back_s: Floats
    back_to: Indices
    within_s: float
    _chains: dict[tuple[int, bool], tuple[int, ...]] = field(default_factory=dict, compare=False)

    @property
    def calm(self) -> bool:
        """Whether all ways back are those out."""
        return self.back_s is self.out_s

    def chain(self, node: int, out: bool) -> tuple[int, ...]:
        """The nodes along the fastest way from a node back to the dock, both included: of the way
        out against its direction."""
        found = self._chains.get((node, out))
        if found is None:
            before = self.out_from if out else self.back_to
            nodes, last = [node], before.item(node)
            while last != _NONE:
                nodes.append(last)
                last = before.item(last)
            found = self._chains[node, out] = tuple(nodes)
        return found


_T = TypeVar("_T")


class _Kept(Generic[_T]):
    """The values last asked for. Dispatch asks in the event loop and coverage in a thread: only
    looking up and keeping are locked, so that nobody waits while the other works one out; what
    both lack at once is worked out twice, to the same."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, Lock()
        self._values: OrderedDict[tuple[object, ...], _T] = OrderedDict()

    def get(self, key: tuple[object, ...]) -> _T | None:
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                self._values.move_to_end(key)
            return value

    def keep(self, key: tuple[object, ...], value: _T) -> None:
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._most:
                self._values.popitem(last=False)


class Trees:
    """The network of straight ways between nodes, and the trees grown in it so far.

    Ways end at docks and turn at corners: no way leads over a dock.
    """

    def __init__(self, nodes_m: Points, docks: int, ways: Indices) -> None:
        """``ways`` are rows of two nodes, of which the second is a corner."""
        from_dock = ways[:, 0] < docks
        row = np.concatenate((ways[:, 0], ways[~from_dock, 1]))
        column = np.concatenate((ways[:, 1], ways[~from_dock, 0]))
        self._tracks = nodes_m[column] - nodes_m[row]
        self._lengths = np.hypot(self._tracks[:, 0], self._tracks[:, 1])
        self._row, self._column = row, column
        self._nodes = len(nodes_m)
        times_kept = max(1, int(TIMES_BYTES / (24 * len(row) + 1)))
        self._times: _Kept[tuple[csr_array, csr_array]] = _Kept(times_kept)
        trees_kept = max(LEAST_WINDS * docks, int(TREE_BYTES / (24 * self._nodes)))
        self._trees: _Kept[Tree] = _Kept(trees_kept)

    def tree(
        self, dock: int, performance: Performance, wind: Wind, within_s: float = math.inf
    ) -> Tree:
        """The dock's fastest ways in this wind, rounded, at least as far as ``within_s``."""
        wind = rounded(wind)
        key = (
            *(dock, performance.airspeed_ms, performance.max_ground_ms),
            *(wind.speed_ms, wind.from_deg),  # not the wind itself: to hash that takes longer
        )
        tree = self._trees.get(key)
        if tree is None or tree.within_s < within_s:
            tree = self._grow(dock, performance, wind, within_s)
            self._trees.keep(key, tree)
        return tree

    def _grow(self, dock: int, performance: Performance, wind: Wind, within_s: float) -> Tree:
        out, back = self._times_in(performance, wind)
        out_s, out_from = dijkstra(out, indices=dock, limit=within_s, return_predecessors=True)
        if back is out:
            return Tree(out_s, out_from, out_s, out_from, within_s)
        back_s, back_to = dijkstra(back, indices=dock, limit=within_s, return_predecessors=True)
        return Tree(out_s, out_from, back_s, back_to, within_s)

    def _times_in(self, performance: Performance, wind: Wind) -> tuple[csr_array, csr_array]:
        """Seconds from node to node at cruise, and the same against all ways."""
        key = (performance.airspeed_ms, performance.max_ground_ms, wind)
        times = self._times.get(key)
        if times is None:
            there_ms, back_ms = speeds_there_and_back(self._tracks, performance, wind)
            out = self._matrix(there_ms)
            times = out, out if wind.speed_ms == 0 else self._matrix(back_ms)
            self._times.keep(key, times)
        return times

    def _matrix(self, speeds_ms: Floats) -> csr_array:
        """Against too strong a wind there is no way."""
        seconds = self._lengths / speeds_ms
        flyable = np.isfinite(seconds) & (self._lengths > 0)
        ways = (self._row[flyable], self._column[flyable])
        return csr_array((seconds[flyable], ways), shape=(self._nodes, self._nodes))


def rounded(wind: Wind) -> Wind:
    """The wind in steps, so that its small changes do not grow all trees anew."""
    return _rounded(wind.speed_ms, wind.from_deg)


@lru_cache(maxsize=256)  # asked for four times a candidate
def _rounded(speed_ms: float, from_deg: float) -> Wind:
    speed_ms = round(speed_ms / WIND_STEP_MS) * WIND_STEP_MS
    if speed_ms == 0:
        return Wind()
    return Wind(speed_ms, round(from_deg / WIND_STEP_DEG) * WIND_STEP_DEG % 360.0)
