"""What is under way with one vehicle: the newest it has told, who listens, which exchanges run."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import Any, Final, TypeVar

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.address import VehicleAddress
from fleet.mavlink.camera import CAMERA_TOLD, CameraState, fold_camera
from fleet.mavlink.codec import OUR_SYSID, Frame, MavMessage
from fleet.mavlink.exchange import Exchange, VehicleSilent
from fleet.mavlink.ftp import FtpSequence
from fleet.mavlink.gate import Gate, GateRefused, Passage, Warrant
from fleet.mavlink.mission_items import Fence
from fleet.mavlink.state import TOLD, VehicleState, fold, seen, with_text
from fleet.mavlink.statustext import StatusTexts
from fleet.mavlink.timesync import TimeSync

R = TypeVar("R")

# Kinds of messages that are read whoever waits for what.
FOLLOWED: Final = TOLD | CAMERA_TOLD | {mavlink.MAVLINK_MSG_ID_STATUSTEXT}


class Conversation:
    """Owned by the reactor, which feeds it what the vehicle says. What it sends passes the gate.
    ``unanswered`` is told when that has got no answer at all."""

    def __init__(
        self,
        address: VehicleAddress,
        gate: Gate,
        lost_s: float,
        unanswered: Callable[[float], None] = lambda _now_s: None,
    ) -> None:
        self.address, self.gate, self._unanswered = address, gate, unanswered
        self.state = VehicleState()
        self.camera = CameraState()
        self.clock = TimeSync()
        self.files = FtpSequence()
        self.fence: Fence | None = None  # that it holds, as was read back last
        self.transfer = asyncio.Lock()  # one plan transfer at a time
        self.turns: dict[int, asyncio.Lock] = {}  # one command of a kind at a time
        self.settled_s: dict[int, float] = {}  # when a command's late answers have passed by
        self._lost_s = lost_s
        self._exchanges: list[_Running] = []
        self._awaited: frozenset[int] = frozenset()  # kinds of messages, by the exchanges
        self._listeners: list[Callable[[VehicleState], None]] = []
        self._texts = StatusTexts()

    def received(self, frame: Frame, now_s: float) -> None:
        """Takes one packet of the vehicle. Most are read by nobody, and show only that it is
        there."""
        if frame.id in FOLLOWED or frame.id in self._awaited:
            if getattr(frame.message, "target_system", 0) in (0, OUR_SYSID):
                self.heard(frame.message, now_s)
        else:
            self.state = seen(self.state, now_s)
            self._tell()

    def heard(self, message: MavMessage, now_s: float) -> None:
        """Takes one message of the vehicle."""
        self.state = fold(self.state, message, now_s)
        self.camera = fold_camera(self.camera, message)
        said = self._texts.overdue(now_s)
        if message.get_type() == "STATUSTEXT":
            said += self._texts.take(message, now_s)
        for text in said:
            self.state = with_text(self.state, text, now_s)
        for running in tuple(self._exchanges):
            running.take(message, now_s)
        self._tell()

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener(self.state)

    def listen(self, listener: Callable[[VehicleState], None]) -> Callable[[], None]:
        """Calls ``listener`` after every message; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def is_heard(self, now_s: float) -> bool:
        heard_s = self.state.last_heard_s
        return heard_s is not None and now_s - heard_s <= self._lost_s

    async def connected(self) -> None:
        """Until the vehicle is heard, and has said whether it is armed."""
        loop = asyncio.get_running_loop()
        await self.until(lambda state: state.mode is not None and self.is_heard(loop.time()))

    async def lost(self) -> None:
        """Until it has been silent for too long."""
        loop = asyncio.get_running_loop()
        while self.is_heard(loop.time()):
            heard_s = self.state.last_heard_s or 0.0
            await asyncio.sleep(max(0.05, heard_s + self._lost_s - loop.time() + 0.01))

    async def until(self, true: Callable[[VehicleState], bool]) -> None:
        """Until a condition on the state holds."""
        stirred = asyncio.Event()
        forget = self.listen(lambda _: stirred.set())
        try:
            while not true(self.state):
                await stirred.wait()
                stirred.clear()
        finally:
            forget()

    async def run(self, exchange: Exchange[R], warrant: Warrant) -> R:
        """Runs the exchange to its result.

        Raises:
            VehicleFault: if it failed; GateRefused if the gate let it not begin, or not go on.
        """
        now_s = asyncio.get_running_loop().time()
        passage = self.gate.admit(self.address, warrant, exchange.what, exchange.within_s, now_s)
        running = _Running(exchange, self.gate, passage)
        self._exchanges.append(running)
        self._await_answers()
        try:
            await running.run()
            return exchange.result()
        except VehicleSilent:
            self._unanswered(asyncio.get_running_loop().time())
            raise
        finally:
            self._exchanges.remove(running)
            self._await_answers()

    def _await_answers(self) -> None:
        self._awaited = frozenset[int]().union(*(one.hears for one in self._exchanges))


class _Running:
    """An exchange with its clock and its way through the gate."""

    def __init__(self, exchange: Exchange[Any], gate: Gate, passage: Passage) -> None:
        self._exchange, self._gate, self._passage = exchange, gate, passage
        self._refused: GateRefused | None = None
        self._done = asyncio.Event()
        self.hears = exchange.hears

    def take(self, message: MavMessage, now_s: float) -> None:
        if self._exchange.finished or self._refused is not None:
            return
        try:
            for answer in self._exchange.take(message, now_s):
                self._gate.send(self._passage, answer, now_s)
        except GateRefused as refused:
            self._refused = refused
        if self._exchange.finished or self._refused is not None:
            self._done.set()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        messages = self._exchange.begin(loop.time())
        while not self._exchange.finished:
            for message in messages:
                self._gate.send(self._passage, message, loop.time())
            messages = []
            wait_s = self._exchange.due_s - loop.time()
            if wait_s <= 0:
                messages = self._exchange.tick(loop.time())
                continue
            try:
                async with asyncio.timeout(None if math.isinf(wait_s) else wait_s):
                    await self._done.wait()
            except TimeoutError:
                continue
            if self._refused is not None:
                raise self._refused
