"""For all suites."""

from __future__ import annotations

import faulthandler

import pytest
from hypothesis import settings

END_WITHIN_S = 60

# A run shows the same as the last, however slow the machine; `--hypothesis-profile explore` looks
# for what no run has seen yet.
settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None)
settings.load_profile("same")


def pytest_unconfigure(config: pytest.Config) -> None:
    """A thread that nobody ends would hold the finished run for good: say which, and fail."""
    faulthandler.dump_traceback_later(END_WITHIN_S, exit=True)
