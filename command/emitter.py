"""The one thread that sends to the consoles, so that every console gets things in their order."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import socketio  # type: ignore[import-untyped]
from engineio.exceptions import SocketIsClosedError  # type: ignore[import-untyped]
from pydantic import BaseModel
from ulid import ULID

from command.outbox import Everything, Fact, Greeting, Outbox, Outgoing
from command.paces import Paces
from command.people.second import RequestView
from command.picture import Picture
from fleet.clock import Clock, stopwatch_s
from fleet.contract import (
    Change,
    CoverageView,
    DistrictView,
    DockView,
    Snapshot,
    Status,
    TelemetryFrame,
)

NAMESPACE = "/ops"
GREETED = "greeted"
BEHIND_AT = 4  # packets waiting for one console: it gets no telemetry until they are gone
ATTEMPTS = 20
LOST_AT = 1000  # facts waiting for one console: it must come back and start from a snapshot
CHANGES_KEPT = 1000  # for consoles that lose their connection and come back

_LOG = logging.getLogger(__name__)


class ClockView(BaseModel):
    now: datetime
    speedup: float


class Opening(BaseModel):
    """What a console gets first, and again whenever facts may have been missed. ``stream`` names
    the line of changes that begins here: to resume it, it is told when coming back."""

    stream: str
    snapshot: Snapshot | None
    district: DistrictView | None
    status: Status | None
    coverage: CoverageView | None
    requests: tuple[RequestView, ...]
    online: bool
    clock: ClockView


class Resumed(BaseModel):
    """What a console gets instead of an opening if it came back in time: every change after the
    last it had, in order and without a gap, and the newest of all that is not counted."""

    stream: str
    changes: tuple[Change, ...]
    docks: tuple[DockView, ...]
    telemetry: TelemetryFrame
    status: Status | None
    coverage: CoverageView | None
    requests: tuple[RequestView, ...]
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
        self._stream = str(ULID())
        self._told: deque[Change] = deque(maxlen=CHANGES_KEPT)  # in this stream
        self.paces = Paces()  # of telemetry, for consoles that want less than all
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
            stream=self._stream,
            snapshot=self._picture.snapshot(),
            district=self._picture.district,
            status=self._picture.status,
            coverage=self._picture.coverage,
            requests=self._picture.requests.requests,
            online=self._is_online(),
            clock=self._time(),
        )

    def _time(self) -> ClockView:
        return ClockView(now=self._clock.now(), speedup=self._clock.speedup)

    def _run(self) -> None:
        while (batch := self._outbox.take()) is not None:
            self._send(batch)

    def _send(self, batch: list[Outgoing]) -> None:
        # A snapshot is built when it is sent, so it covers facts still waiting behind it; consoles
        # pass over changes whose seq the snapshot has.
        arrivals = [each for each in batch if isinstance(each, Greeting)]
        if any(isinstance(each, Everything) for each in batch):
            self._stream = str(ULID())
            self._told.clear()
            self._emit("snapshot", self.opening(), to=GREETED)
        for each in batch:
            if isinstance(each, Fact):
                if isinstance(each.body, Change):
                    self._told.append(each.body)
                self._emit(each.event, each.body, to=GREETED)
            elif isinstance(each, TelemetryFrame):
                early = self.paces.early(stopwatch_s())
                self._emit("telemetry", each, to=GREETED, skip=[*self._behind(), *early])
        new = [
            each.console
            for each in arrivals
            if self._enter(each.console) and not self._resume(each)
        ]
        if new:
            self._emit("snapshot", self.opening(), to=new)

    def _resume(self, greeting: Greeting) -> bool:
        """Gives a console that was here before what it missed, if all of that is still kept."""
        missed = self._missed(greeting)
        now = self._picture.snapshot()
        if missed is None or now is None:
            return False
        resumed = Resumed(
            stream=self._stream,
            changes=tuple(missed),
            docks=now.docks,
            telemetry=now.telemetry,
            status=self._picture.status,
            coverage=self._picture.coverage,
            requests=self._picture.requests.requests,
            online=self._is_online(),
            clock=self._time(),
        )
        self._emit("resumed", resumed, to=greeting.console)
        return True

    def _missed(self, greeting: Greeting) -> list[Change] | None:
        """None if they are not known: the console starts from a snapshot."""
        after = greeting.after
        if greeting.stream != self._stream or after is None:
            return None
        missed = [change for change in self._told if change.event.seq > after]
        whole = all(change.event.seq == after + i for i, change in enumerate(missed, start=1))
        return missed if whole else None

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
