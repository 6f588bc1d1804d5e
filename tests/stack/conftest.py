"""Fixtures of the tests that run the whole system."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

from tests.stack.running import SPEEDUP, RunningStack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """The whole system with builtin vehicles, at speed-up."""
    running = RunningStack("--speedup", str(SPEEDUP), state_dir=tmp_path_factory.mktemp("stack"))
    yield running
    running.end()


@pytest.fixture(scope="session")
def arducopter() -> str:
    found = shutil.which(os.environ.get("ARDUCOPTER", "arducopter"))
    if found is None:
        pytest.skip("NO ARDUCOPTER: real ArduPilot SITL was not flown; set $ARDUCOPTER or PATH")
    return found
