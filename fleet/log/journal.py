"""The one writer of fleet state: records facts, folds them, tells who listens."""

from __future__ import annotations

import logging
from collections.abc import Callable

from fleet.clock import Clock
from fleet.log.events import Fact, Recorded
from fleet.log.state import FleetState
from fleet.log.store import EventLog

_log = logging.getLogger(__name__)

Listener = Callable[[Recorded], None]


class Journal:
    """Event log plus its fold. ``record`` is the only way anything becomes true."""

    def __init__(self, log: EventLog, clock: Clock) -> None:
        self.log = log
        self.clock = clock
        self.state = FleetState()
        self._listeners: list[Listener] = []
        for recorded in log.read():
            self.state.apply(recorded)

    def listen(self, listener: Listener) -> None:
        """Calls ``listener`` with every fact from now on, after it is on disk and folded."""
        self._listeners.append(listener)

    def record(self, *facts: Fact, cause: str | None = None) -> None:
        """Makes the facts durable and true, in one transaction."""
        for recorded in self.log.append(self.clock.now(), facts, cause):
            self.state.apply(recorded)
            _log.info("%s %s", type(recorded.fact).__name__, recorded.fact.subject)
            for listener in self._listeners:
                listener(recorded)
