"""Time: the only place that reads the machine's clock.

Services wait with plain ``asyncio.sleep`` and ``asyncio.timeout``; what changes between live and
accelerated running is the event loop. At speed-up k the loop's time runs k times the wall
clock's, and so does the time of day, counted from an epoch that every process of the stack
shares through ``DOCKFLEET_TIME``.
"""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

T = TypeVar("T")
ENVIRONMENT_KEY = "DOCKFLEET_TIME"


class _ScaledSelector(selectors.DefaultSelector):
    """Waits a k-th of what it is asked to wait."""

    def __init__(self, speedup: float) -> None:
        super().__init__()
        self._speedup = speedup

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(timeout and timeout / self._speedup)


class ScaledLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is the wall clock's times ``speedup``; for running beside real
    processes that are sped up equally. Not deterministic."""

    def __init__(self, speedup: float) -> None:
        self._speedup, self._start_s = speedup, time.monotonic()
        super().__init__(_ScaledSelector(speedup))

    def time(self) -> float:
        return (time.monotonic() - self._start_s) * self._speedup


class _JumpSelector(selectors.DefaultSelector):
    """Waits for nobody: where nothing is ready, time jumps to when something is due, but runs no
    faster than ``speedup`` times the wall clock's."""

    def __init__(self, speedup: float, begins_s: float) -> None:
        super().__init__()
        self._speedup, self._began_s = speedup, time.monotonic()
        self._begins_s = self.now_s = begins_s

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or not timeout:
            return ready
        self.now_s += timeout
        passed_s = self.now_s - self._begins_s
        early_s = passed_s / self._speedup - (time.monotonic() - self._began_s)
        return super().select(early_s) if early_s > 0 else []


class JumpLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is virtual: it passes only where everybody waits. Deterministic, as
    long as nothing runs beside it: no threads, no sockets."""

    def __init__(self, speedup: float, begins_s: float = 0.0) -> None:
        self._jumps = _JumpSelector(speedup, begins_s)
        super().__init__(self._jumps)

    def time(self) -> float:
        return self._jumps.now_s


@dataclass(frozen=True)
class Clock:
    """Date and time of day (UTC), ``speedup`` times as fast as the wall clock since ``epoch_s``."""

    speedup: float = 1.0
    epoch_s: float = field(default_factory=time.time)

    def __post_init__(self) -> None:
        if not 0.1 <= self.speedup <= 100:
            raise ValueError(f"speed-up must be between 0.1 and 100, not {self.speedup:g}")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Clock:
        """The clock a parent process handed down, or the live one.

        Raises:
            ValueError: if ``DOCKFLEET_TIME`` is not of the form ``SPEEDUP@UNIX_SECONDS``.
        """
        text = environment.get(ENVIRONMENT_KEY)
        if not text:
            return cls()
        try:
            speedup, epoch_s = (float(figure) for figure in text.split("@"))
        except ValueError:
            raise ValueError(
                f"{ENVIRONMENT_KEY} must be SPEEDUP@UNIX_SECONDS, not {text!r}"
            ) from None
        return cls(speedup, epoch_s)

    def to_environment(self) -> dict[str, str]:
        return {ENVIRONMENT_KEY: f"{self.speedup:g}@{self.epoch_s!r}"}

    def now(self) -> datetime:
        return self.at(self.unix_s())

    @staticmethod
    def at(unix_s: float) -> datetime:
        return datetime.fromtimestamp(unix_s, UTC)

    @staticmethod
    def wall_now() -> datetime:
        """The time of day outside any simulation; for deadlines of messages, which travel there."""
        return datetime.fromtimestamp(time.time(), UTC)

    def unix_s(self) -> float:
        return self.epoch_s + (time.time() - self.epoch_s) * self.speedup

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        """Runs ``main`` to its end on a loop of this clock's pace."""
        factory = asyncio.SelectorEventLoop
        with asyncio.Runner(
            loop_factory=factory if self.speedup == 1 else lambda: ScaledLoop(self.speedup)
        ) as runner:
            return runner.run(main)


@dataclass(frozen=True)
class JumpClock(Clock):
    """The time of day of a ``JumpLoop``, which begins at ``epoch_s``. To those it is given to, it
    seems to run as fast as the wall clock."""

    most: float = 100.0  # times the wall clock, at the most

    def unix_s(self) -> float:
        return self.epoch_s + asyncio.get_running_loop().time()

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        with asyncio.Runner(loop_factory=lambda: JumpLoop(self.most)) as runner:
            return runner.run(main)


def stopwatch_s() -> float:
    """For how long our own work takes: real seconds from some point on, whatever the speed-up."""
    return time.perf_counter()
