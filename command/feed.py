"""Follows the controller over the bus: keeps the picture whole and fills the outbox."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from command.outbox import Everything, Fact, Outbox
from command.picture import Applied, Picture, without_decision
from command.waits import Waits
from fleet.bus import Bus, BusUnreachable, Message, RequestFailed, Topics
from fleet.clock import Clock
from fleet.contract import (
    Change,
    CoverageView,
    DistrictView,
    DockView,
    Event,
    GetSnapshot,
    Snapshot,
    Status,
    TelemetryFrame,
)

CHANGES_HELD = 1000

M = TypeVar("M", bound=BaseModel)
_LOG = logging.getLogger(__name__)


class Link(BaseModel):
    """Whether the console hears the controller."""

    online: bool


class Feed:
    """Lives on the loop. Starts again from a snapshot whenever a change is missing, and whenever
    the controller was away."""

    def __init__(
        self,
        bus: Bus,
        topics: Topics,
        clock: Clock,
        picture: Picture,
        outbox: Outbox,
        waits: Waits,
        told: Callable[[Change], None],
    ) -> None:
        self._bus, self._topics, self._clock, self._waits = bus, topics, clock, waits
        self._pace = clock.speedup  # of the loop's seconds to a person's
        self._picture, self._outbox = picture, outbox
        self._told = told  # each change that is heard, once
        self._newest: Event | None = None  # of those
        self._held: deque[Change] = deque(maxlen=CHANGES_HELD)
        self._snapshot_wanted = asyncio.Event()
        self._heard_s = 0.0
        self._frame: TelemetryFrame | None = None
        self._frame_due: asyncio.TimerHandle | None = None
        self._missed = False  # the last snapshot asked for; said once in the log
        self.online = False

    async def run(self) -> None:
        """Follows until cancelled."""
        topics = self._topics
        await self._bus.subscribe(topics.controller_district(), self._on_district)
        await self._bus.subscribe(topics.controller_status(), self._on_status)
        await self._bus.subscribe(topics.change(), self._on_change)
        await self._bus.subscribe(topics.dock_view(), self._on_dock)
        await self._bus.subscribe(topics.coverage(), self._on_coverage, newest_only=True)
        await self._bus.subscribe(topics.telemetry(), self._on_telemetry, newest_only=True)
        self._snapshot_wanted.set()
        while True:
            if self._snapshot_wanted.is_set() and not await self._ask_snapshot():
                await asyncio.sleep(self._waits.retry_s * self._pace)
                continue
            try:
                async with asyncio.timeout(self._waits.retry_s * self._pace):
                    await self._snapshot_wanted.wait()
            except TimeoutError:
                self._look_for_controller()

    async def _ask_snapshot(self) -> bool:
        self._snapshot_wanted.clear()
        try:
            reply = await self._bus.request(
                self._topics.controller_request(),
                GetSnapshot(),
                timeout_s=self._waits.snapshot_s * self._pace,
            )
            snapshot = Snapshot.model_validate(reply.body)
        except (RequestFailed, BusUnreachable, ValidationError) as error:
            if not self._missed:
                _LOG.warning("no snapshot from the controller: %s", str(error).splitlines()[0])
            self._missed = True
            self._snapshot_wanted.set()
            self._look_for_controller()
            return False
        self._missed = False
        self._picture.replace(snapshot)
        held, self._held = list(self._held), deque(maxlen=CHANGES_HELD)
        for change in held:
            if self._picture.apply(change) is Applied.GAP:
                self._snapshot_wanted.set()
        self._heard()
        self._set_online(True)
        self._outbox.put(Everything())
        return True

    def _heard(self) -> None:
        self._heard_s = asyncio.get_running_loop().time()

    def _look_for_controller(self) -> None:
        silent_s = asyncio.get_running_loop().time() - self._heard_s
        if self.online and silent_s > self._waits.lost_s * self._pace:
            _LOG.warning("nothing heard from the controller for %.0f s", silent_s / self._pace)
            self._set_online(False)
            self._snapshot_wanted.set()

    def _set_online(self, online: bool) -> None:
        if online is not self.online:
            self.online = online
            self._outbox.put(Fact("controller", Link(online=online)))

    async def _on_district(self, message: Message) -> None:
        district = _read(DistrictView, message)
        if district is not None and district != self._picture.district:
            self._picture.district = district
            self._outbox.put(Everything())

    async def _on_status(self, message: Message) -> None:
        status = _read(Status, message)
        if status is None:
            return
        before, self._picture.status = self._picture.status, status
        self._outbox.put(Fact("status", status))
        if not status.serving and self.online:
            # Its last word, or its will: it has gone, and comes back with a snapshot to fetch.
            self._set_online(False)
            self._snapshot_wanted.set()
        elif message.retain or before is None or not before.serving or not self.online:
            # Kept by the broker and sent on (re)connecting: changes may have passed meanwhile.
            self._snapshot_wanted.set()
        if (self._clock.now() - status.at).total_seconds() < self._waits.lost_s * self._pace:
            self._heard()

    async def _on_change(self, message: Message) -> None:
        change = _read(Change, message)
        if change is None:
            self._snapshot_wanted.set()
            return
        self._heard()
        if change.incident is not None:
            incident = without_decision(change.incident)
            change = change.model_copy(update={"incident": incident})
        self._tell(change)
        match self._picture.apply(change):
            case Applied.DONE:
                self._outbox.put(Fact("change", change))
            case Applied.GAP:
                self._held.append(change)
                self._snapshot_wanted.set()

    def _tell(self, change: Change) -> None:
        """Also of what a snapshot has already, or has yet to bring: others are told of each event,
        not of how things are now. The bus may bring one twice; a log that began anew has lower
        numbers at later times."""
        newest, event = self._newest, change.event
        if newest is None or event.seq > newest.seq or event.at > newest.at:
            self._newest = event
            self._told(change)

    async def _on_dock(self, message: Message) -> None:
        view = _read(DockView, message)
        if view is not None:
            self._heard()
            self._picture.set_dock(view)
            self._outbox.put(Fact("dock", view))

    async def _on_coverage(self, message: Message) -> None:
        view = _read(CoverageView, message)
        if view is not None and view != self._picture.coverage:
            self._picture.coverage = view
            self._outbox.put(Fact("coverage", view))

    async def _on_telemetry(self, message: Message) -> None:
        frame = _read(TelemetryFrame, message)
        if frame is None:
            return
        self._heard()
        self._picture.set_telemetry(frame)
        self._frame = frame if self._frame is None else _merged(self._frame, frame)
        if self._frame_due is None:
            self._send_frame()

    def _send_frame(self) -> None:
        """At once when the last was long ago, else when its time has come."""
        self._frame_due = None
        if self._frame is None:
            return
        self._outbox.put_telemetry(self._frame)
        self._frame = None
        self._frame_due = asyncio.get_running_loop().call_later(
            self._waits.frame_s * self._pace, self._send_frame
        )


def _merged(older: TelemetryFrame, newer: TelemetryFrame) -> TelemetryFrame:
    drones = {view.drone: view for view in (*older.drones, *newer.drones)}
    return TelemetryFrame(at=newer.at, drones=tuple(drones.values()))


def _read(model: type[M], message: Message) -> M | None:
    try:
        return model.model_validate_json(message.payload)
    except ValidationError as error:
        _LOG.error("not a %s on %s: %s", model.__name__, message.topic, error)
        return None
