"""One vehicle as the controller deals with it: its newest state, and acts that are acknowledged
and verified."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.address import VehicleAddress
from fleet.mavlink.codec import MavMessage
from fleet.mavlink.command import SETTLE_S, Command
from fleet.mavlink.exchange import Exchange, VehicleFault, VehicleRefused, VehicleSilent
from fleet.mavlink.mission import Download, MissionItem, PlanType, Upload, difference
from fleet.mavlink.mission_items import Fence
from fleet.mavlink.params import ReadParameters, SetParameters
from fleet.mavlink.state import MODE_NUMBERS, STREAMS, VehicleState, fold, with_text
from fleet.mavlink.statustext import StatusTexts

R = TypeVar("R")

MODE_SHOWN_WITHIN_S = 5.0
ARMED_SHOWN_WITHIN_S = 5.0
FLYING_HZ, PARKED_HZ = 5.0, 1.0  # how often a vehicle is asked to tell where it is
UPLOAD_ATTEMPTS = 3
GUIDED, AUTO, RTL, LAND = "GUIDED", "AUTO", "RTL", "LAND"

__all__ = [
    "FLYING_HZ",
    "PARKED_HZ",
    "Vehicle",
    "VehicleFault",
    "VehicleRefused",
    "VehicleSilent",
    "VehicleState",
]


class Vehicle:
    """Owned by the reactor, which feeds it what the vehicle says and carries what it sends."""

    def __init__(
        self, address: VehicleAddress, send: Callable[[int, MavMessage], None], lost_s: float
    ) -> None:
        self.address = address
        self.state = VehicleState()
        self._send, self._lost_s = send, lost_s
        self._exchanges: list[_Running] = []
        self._listeners: list[Callable[[VehicleState], None]] = []
        self._order = asyncio.Lock()  # one plan transfer at a time
        self._commands: dict[int, asyncio.Lock] = {}  # one of a kind at a time
        self._settled_s: dict[int, float] = {}
        self._texts = StatusTexts()

    # What the reactor does.

    def heard(self, message: MavMessage, now_s: float) -> None:
        self.state = fold(self.state, message, now_s)
        said = self._texts.overdue(now_s)
        if message.get_type() == "STATUSTEXT":
            said += self._texts.take(message, now_s)
        for text in said:
            self.state = with_text(self.state, text, now_s)
        for running in list(self._exchanges):
            running.take(message, now_s)
        for listener in list(self._listeners):
            listener(self.state)

    # What others watch.

    def listen(self, listener: Callable[[VehicleState], None]) -> Callable[[], None]:
        """Calls ``listener`` after every message; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def is_heard(self, now_s: float) -> bool:
        heard_s = self.state.last_heard_s
        return heard_s is not None and now_s - heard_s <= self._lost_s

    async def connected(self) -> None:
        """Until the vehicle is heard."""
        loop = asyncio.get_running_loop()
        await self.until(lambda _: self.is_heard(loop.time()))

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

    # Acts. Each raises VehicleRefused or VehicleSilent with the reason in words.

    async def command(self, command: int, *parameters: float) -> None:
        """Acknowledgements tell the kind of command only. So there is one of a kind at a time, and
        after a repeated one the next waits until answers to the repeats have passed by."""
        loop = asyncio.get_running_loop()
        async with self._commands.setdefault(command, asyncio.Lock()):
            await asyncio.sleep(self._settled_s.pop(command, 0.0) - loop.time())
            exchange = Command(self.address, command, *parameters)
            try:
                await self._exchange(exchange)
            finally:
                if exchange.may_be_answered_again:
                    self._settled_s[command] = loop.time() + SETTLE_S

    async def read_parameters(self, groups: Iterable[tuple[str, ...]]) -> dict[str, float]:
        return await self._exchange(ReadParameters(self.address, groups))

    async def set_parameters(self, values: Mapping[str, float]) -> None:
        """Sets them and waits until each is read back equal."""
        await self._exchange(SetParameters(self.address, values))

    async def upload_mission(self, items: Sequence[MissionItem]) -> None:
        await self._upload(PlanType.MISSION, items)

    async def upload_fence(self, fence: Fence) -> None:
        await self._upload(PlanType.FENCE, fence.items())

    async def upload_rally(self, items: Sequence[MissionItem]) -> None:
        await self._upload(PlanType.RALLY, items)

    async def download(self, plan_type: PlanType) -> list[MissionItem]:
        async with self._order:
            return await self._exchange(Download(self.address, plan_type))

    async def request_streams(self, rate_hz: float) -> None:
        """Asks for what the controller follows, at ``rate_hz`` or its share of it."""
        for message_id, share in STREAMS.items():
            interval_us = 1e6 / (rate_hz * share)
            await self.command(mavlink.MAV_CMD_SET_MESSAGE_INTERVAL, message_id, interval_us)

    async def set_mode(self, mode: str) -> None:
        """Changes the flight mode and waits until the vehicle shows it."""
        custom = mavlink.MAV_MODE_FLAG_CUSTOM_MODE_ENABLED
        await self.command(mavlink.MAV_CMD_DO_SET_MODE, custom, MODE_NUMBERS[mode])
        await self._shown(lambda s: s.mode == mode, f"mode {mode}", MODE_SHOWN_WITHIN_S)

    async def arm(self) -> None:
        try:
            await self.command(mavlink.MAV_CMD_COMPONENT_ARM_DISARM, 1)
        except VehicleRefused as refusal:
            why = "; ".join(self.state.prearm_failures)
            raise VehicleRefused(f"{refusal}: {why}" if why else str(refusal)) from None
        await self._shown(lambda s: s.armed, "armed", ARMED_SHOWN_WITHIN_S)

    async def disarm(self) -> None:
        await self.command(mavlink.MAV_CMD_COMPONENT_ARM_DISARM, 0)
        await self._shown(lambda s: not s.armed, "disarmed", ARMED_SHOWN_WITHIN_S)

    async def launch(self) -> None:
        """Starts the uploaded mission from the pad. Arms on the pad's own mode first, so that a
        refusal to arm leaves nothing running."""
        await self.set_current(0)
        await self.set_mode(GUIDED)
        await self.arm()
        await self.command(mavlink.MAV_CMD_MISSION_START, 0, 0)

    async def set_current(self, seq: int) -> None:
        """Goes on with the mission at this item."""
        await self.command(mavlink.MAV_CMD_DO_SET_MISSION_CURRENT, seq, 0)

    async def hold(self) -> None:
        """Stops and stays where it is."""
        await self.set_mode(GUIDED)

    async def resume_mission(self) -> None:
        await self.set_mode(AUTO)

    async def return_to_launch(self) -> None:
        await self.set_mode(RTL)

    async def land(self) -> None:
        """Lands where it is."""
        await self.set_mode(LAND)

    async def _upload(self, plan_type: PlanType, items: Sequence[MissionItem]) -> None:
        """Uploads, reads back and compares; again where the wire has mixed up two uploads."""
        wrong: str | None = None
        for _ in range(UPLOAD_ATTEMPTS):
            async with self._order:
                await self._exchange(Upload(self.address, plan_type, items))
                kept = await self._exchange(Download(self.address, plan_type))
            wrong = difference(items, kept, plan_type)
            if wrong is None:
                return
        raise VehicleRefused(f"{plan_type.name.lower()} read back different: {wrong}")

    async def _shown(
        self, true: Callable[[VehicleState], bool], what: str, within_s: float
    ) -> None:
        try:
            async with asyncio.timeout(within_s):
                await self.until(true)
        except TimeoutError:
            raise VehicleSilent(f"acknowledged, but not shown as {what}") from None

    def _tell(self, message: MavMessage) -> None:
        """All that goes to the vehicle, but heartbeats, goes through here."""
        self.address.check(message)
        self._send(self.address.sysid, message)

    async def _exchange(self, exchange: Exchange[R]) -> R:
        running = _Running(exchange, self._tell)
        self._exchanges.append(running)
        try:
            await running.run()
            return exchange.result()
        finally:
            self._exchanges.remove(running)


class _Running:
    """An exchange with its clock and its wire."""

    def __init__(self, exchange: Exchange[Any], send: Callable[[MavMessage], None]) -> None:
        self._exchange, self._send = exchange, send
        self._done = asyncio.Event()

    def take(self, message: MavMessage, now_s: float) -> None:
        if self._exchange.finished:
            return
        for answer in self._exchange.take(message, now_s):
            self._send(answer)
        if self._exchange.finished:
            self._done.set()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        messages = self._exchange.begin(loop.time())
        while not self._exchange.finished:
            for message in messages:
                self._send(message)
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
