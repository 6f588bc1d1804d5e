"""The clock that a parent process hands down."""

from __future__ import annotations

import pytest

from fleet.clock import ENVIRONMENT_KEY, Clock
from tests.stack.running import dockfleet


def test_a_clock_handed_down_is_the_same_clock():
    clock = Clock(speedup=8, epoch_s=1.75e9)
    assert Clock.from_environment(clock.to_environment()) == clock


@pytest.mark.parametrize("text", ["8", "8@", "fast@1", "8@1@2", "0@1"])
def test_what_is_no_clock_is_refused(text):
    with pytest.raises(ValueError, match="must be"):
        Clock.from_environment({ENVIRONMENT_KEY: text})


def test_a_process_that_is_handed_no_clock_says_so_in_one_sentence():
    answer = dockfleet("broker", **{ENVIRONMENT_KEY: "soon"})
    assert answer.returncode == 2
    assert answer.stderr.strip() == (
        "dockfleet: DOCKFLEET_TIME must be SPEEDUP@UNIX_SECONDS, not 'soon'"
    )
