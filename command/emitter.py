"""The one thread that sends to the consoles, so that every console gets things in their order."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import socketio  # type: ignore[import-untyped]
from engineio.exceptions import SocketIsClosedError  # type: ignore[import-untyped]
from pydantic import BaseModel

from command.outbox import Everything, Fact, Greeting, Outbox, Outgoing
from command.picture import Picture
from fleet.clock import Clock
from fleet.contract import CoverageView, DistrictView, Snapshot, Status, TelemetryFrame

NAMESPACE = "/ops"
GREETED = "greeted"
BEHIND_AT = 4  # packets waiting for one console: it gets no telemetry until they are gone
ATTEMPTS = 20
LOST_AT = 1000  # facts waiting for one console: it must come back and start from a snapshot

_LOG = logging.getLogger(__name__)


class ClockView(BaseModel):
    now: datetime
    speedup: float


class Opening(BaseModel):
    """What a console gets first, and again whenever facts may have been missed."""

    snapshot: Snapshot | None
    district: DistrictView | None
    status: Status | None
    coverage: CoverageView | None
    online: bool
    clock: ClockView


class Emitter:
    """Drains the outbox into Socket.IO, where every console has a queue and a thread of its own:
    one that does not read costs the others nothing, and gets the newest telemetry when it reads
    again."""

    def __init__(
        self,
        server: socketio.Server,
        outbox: Outbox,
        picture: Picture,
        clock: Clock,
        is_online: Callable[[], bool],
    ) -> None:
        self._server, self._outbox, self._picture = server, outbox, picture
        self._clock, self._is_online = clock, is_online
        self._thread = threading.Thread(target=self._run, name="emitter", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._outbox.close()
        self._thread.join(timeout=1)

    def consoles(self) -> int:
        """How many follow now."""
        return sum(1 for _ in self._server.manager.get_participants(NAMESPACE, GREETED))

    def opening(self) -> Opening:
        return Opening(
            snapshot=self._picture.snapshot(),
            district=self._picture.district,
            status=self._picture.status,
            coverage=self._picture.coverage,
            online=self._is_online(),
            clock=ClockView(now=self._clock.now(), speedup=self._clock.speedup),
        )

    def _run(self) -> None:
        while (batch := self._outbox.take()) is not None:
            self._send(batch)

    def _send(self, batch: list[Outgoing]) -> None:
        # A snapshot is built when it is sent, so it covers facts still waiting behind it; consoles
        # pass over changes whose seq the snapshot has.
        arrivals = [each.console for each in batch if isinstance(each, Greeting)]
        if any(isinstance(each, Everything) for each in batch):
            self._emit("snapshot", self.opening(), to=GREETED)
        for each in batch:
            if isinstance(each, Fact):
                self._emit(each.event, each.body, to=GREETED)
            elif isinstance(each, TelemetryFrame):
                self._emit("telemetry", each, to=GREETED, skip=self._behind())
        present = [console for console in arrivals if self._enter(console)]
        if present:
            self._emit("snapshot", self.opening(), to=present)

    def _emit(
        self, event: str, body: BaseModel, to: str | list[str], skip: Iterable[str] = ()
    ) -> None:
        data: Any = body.model_dump(mode="json")
        for _ in range(ATTEMPTS):
            try:
                self._server.emit(event, data, namespace=NAMESPACE, to=to, skip_sid=list(skip))
                return
            except SocketIsClosedError:
                # One console closed at this very moment and those after it were not served. All
                # that is sent may be received twice, so everybody gets it again.
                continue

    def _enter(self, console: str) -> bool:
        try:
            self._server.enter_room(console, GREETED, namespace=NAMESPACE)
        except ValueError:
            return False  # gone again before it was greeted
        return True

    def _behind(self) -> list[str]:
        behind = []
        for console, connection in list(self._server.manager.get_participants(NAMESPACE, GREETED)):
            socket = self._server.eio.sockets.get(connection)
            waiting = socket.queue.qsize() if socket is not None else 0
            if waiting >= LOST_AT:
                _LOG.warning("a console has not read %d messages; it is let go", waiting)
                socket.close(wait=False, abort=True)
            if waiting >= BEHIND_AT:
                behind.append(console)
        return behind
