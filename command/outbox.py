"""What waits to be sent to the consoles: facts in order, of telemetry only the newest."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

from pydantic import BaseModel

from fleet.contract import DroneTelemetry, TelemetryFrame

FACTS_KEPT = 2000


@dataclass(frozen=True)
class Greeting:
    """A console has come: it gets the whole picture, then every fact after it; of one that was
    here before only what it missed, if it names the ``stream`` and the seq it had come to."""

    console: str
    stream: str | None = None
    after: int | None = None


@dataclass(frozen=True)
class Everything:
    """Every console gets the whole picture again."""


@dataclass(frozen=True)
class Fact:
    event: str
    body: BaseModel


Outgoing = Greeting | Everything | Fact | TelemetryFrame


class Outbox:
    """Bounded (but for greetings), for any number of writers and one reader.

    When facts come faster than they can be sent, those waiting are replaced by one snapshot, which
    says the same.
    """

    def __init__(self, facts_kept: int = FACTS_KEPT) -> None:
        self._facts_kept = facts_kept
        self._changed = threading.Condition()
        self._facts: deque[Greeting | Everything | Fact] = deque()
        self._drones: dict[str, DroneTelemetry] = {}
        self._frame: TelemetryFrame | None = None
        self._open = True

    def put(self, item: Greeting | Everything | Fact) -> None:
        with self._changed:
            if len(self._facts) >= self._facts_kept:
                greetings = [each for each in self._facts if isinstance(each, Greeting)]
                self._facts = deque([*greetings, Everything()])
            self._facts.append(item)
            self._changed.notify()

    def put_telemetry(self, frame: TelemetryFrame) -> None:
        with self._changed:
            self._drones.update({view.drone: view for view in frame.drones})
            self._frame = frame
            self._changed.notify()

    def take(self) -> list[Outgoing] | None:
        """All that waits, facts first; waits for something. None when closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._facts or self._frame or not self._open)
            if not self._open:
                return None
            batch: list[Outgoing] = list(self._facts)
            self._facts.clear()
            if self._frame is not None:
                batch.append(TelemetryFrame(at=self._frame.at, drones=tuple(self._drones.values())))
                self._frame = None
                self._drones = {}
            return batch

    def close(self) -> None:
        with self._changed:
            self._open = False
            self._changed.notify()
