"""For all suites."""

from __future__ import annotations

import faulthandler

import pytest

END_WITHIN_S = 60


def pytest_unconfigure(config: pytest.Config) -> None:
    """A thread that nobody ends would hold the finished run for good: say which, and fail."""
    faulthandler.dump_traceback_later(END_WITHIN_S, exit=True)
