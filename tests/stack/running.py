"""The program as a person runs it, and the whole system as processes on free ports."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

T = TypeVar("T")

ROOT = Path(__file__).parents[2]
SPEEDUP = 8  # the wall clock of a busy machine must not look like a lost link


def dockfleet(*arguments: str, broker: str | None = None, **environment: str) -> Any:
    """Runs the program to its end; its exit code and output."""
    settings = {**os.environ, **environment}
    if broker:
        settings["DOCKFLEET_BROKER"] = broker
    return subprocess.run(
        [sys.executable, "-m", "fleet", *arguments],
        cwd=ROOT,
        env=settings,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def wait_until(true: Callable[[], T], within_s: float) -> T:
    """What ``true`` returns once it is true; fails the test when that takes too long."""
    end_s = time.monotonic() + within_s
    while not (value := true()):
        if time.monotonic() > end_s:
            pytest.fail(f"not within {within_s:.0f} s")
        time.sleep(0.2)
    return value


class RunningStack:
    """`dockfleet up`, from its ready line to its end."""

    def __init__(self, *arguments: str, state_dir: Path) -> None:
        self.log = f"sqlite:///{state_dir}/longgang/events.db"
        self.state_dir = state_dir
        self._errors = (state_dir / "up.err").open("w+")
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "fleet", "up", "--json", *arguments),
                *("--broker-port", "0", "--console-port", "0", "--mavlink-port", "0"),
                *("--gateway-port", "0"),
                *("--state-dir", str(state_dir)),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._errors.seek(0)
            pytest.fail(f"dockfleet up did not start: {self._errors.read()}")
        self.ready: dict[str, Any] = json.loads(line)

    @property
    def broker(self) -> str:
        return str(self.ready["broker"])

    @property
    def console(self) -> str:
        return str(self.ready["console"])

    @property
    def pid(self) -> int:
        return self._process.pid

    def end(self) -> int:
        """Ends it as a person would, by Ctrl-C's gentler sister; its exit code."""
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(timeout=30)
        self._errors.close()
        return code
