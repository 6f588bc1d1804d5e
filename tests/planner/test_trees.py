"""Trees are asked for by the loop that decides and by the thread that works out coverage."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from planner import trees
from planner.airspace import build
from planner.model import Wind
from tests.planner.worlds import PERFORMANCE, box, degrees, volume


def test_threads_that_ask_at_once_get_the_trees_of_their_winds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trees, "TREE_BYTES", 1.0)
    monkeypatch.setattr(trees, "TIMES_BYTES", 1.0)
    airspace = build([volume("N1", box(400, 400, 200, 200))], {"D01": degrees(100, 100)})
    winds = [Wind(5.0, turn * 10.0) for turn in range(8)]
    expected = [airspace.tree(0, PERFORMANCE, wind).out_s for wind in winds]

    def ask(first: int) -> bool:
        return all(
            (airspace.tree(0, PERFORMANCE, winds[turn]).out_s == expected[turn]).all()
            for _ in range(40)
            for turn in (*range(first, 8), *range(first))
        )

    before_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as threads:
            assert all(threads.map(ask, (0, 2, 4, 6)))
    finally:
        sys.setswitchinterval(before_s)
