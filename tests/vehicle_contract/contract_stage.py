"""Where the contract suite meets a vehicle: one flying vehicle of either kind on a sped-up loop,
with a ground station beside it that hears and keeps everything the vehicle says.

The loop runs in a thread of its own from the first test to the last, so that a vehicle is never
left unattended between two tests, and one start serves them all.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import itertools
import math
import threading
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from docks.contract import VehicleTruth
from fleet.clock import Clock
from fleet.district.model import DroneModel, Motion
from fleet.mavlink.address import VehicleAddress
from fleet.mavlink.codec import Decoder, Encoder
from fleet.mavlink.conversation import Conversation
from fleet.mavlink.gate import Gate, GateNews, GateRefused
from fleet.mavlink.mission import PlanType
from fleet.mavlink.vehicle import Vehicle, VehicleRefused
from fleet.process import Refusal
from sitl.arducopter.bridge import Bridge
from sitl.arducopter.launch import Arducopter, launched
from sitl.arducopter.program import DEFAULTS, command_line, find_arducopter
from sitl.builtin.fleet import BuiltinFleet
from sitl.coupling import World
from sitl.craft import CraftSpec
from tests.vehicle_contract.routes import PAD, PAD_AMSL_M, metres, place

SPEEDUP = 15.0
SYSID = 42
DRONE = "U42"
BATTERY_WH = 149.85  # 6.75 Ah at 22.2 V, as sitl/arducopter/frame.json has it
READY_WITHIN_S = 120.0  # simulated; real ArduCopter takes some 25
TEST_WITHIN_S = 250.0  # simulated
STREAM_HZ = 5.0
SILENT_S = 15.0  # of the ground station; a machine that stalls for less than a second is none
NEAR_M = 1.5  # of the pad: good enough to begin a test
RTL_M = 20
# lower than the fleet's, for the tests' time
SHORTER = {"RTL_ALT": RTL_M * 100, "LAND_ALT_LOW": 200}
KEPT = 20_000
UNLOGGED = Path(__file__).with_name("unlogged.parm")
# said by checks of sensors and estimator, which look at the last second or so
_PASSING = ("gps", "ahrs", "ekf", "position", "not healthy", "inconsistent")

_CRAFT = CraftSpec(DRONE, "D42", SYSID, *PAD, PAD_AMSL_M)
MODEL = DroneModel(
    battery_wh=BATTERY_WH,
    reserve_share=0.2,
    hover_w=190,
    cruise_w=210,
    checks_s=1,
    spin_up_s=4,
    upload_s=3,
    launch_spread_s=3,
    max_ground_ms=18,
    payloads=(),
    motion=Motion(
        speed_ms=15,
        accel_ms2=3,
        jerk_ms3=3,
        climb_ms=6,
        descent_ms=4,
        climb_accel_ms2=2,
        corner_radius_m=3,
    ),
)


class Stage(asyncio.DatagramProtocol):
    """The vehicle under test, the world around it and the ground station's end of the wire."""

    def __init__(self) -> None:
        self.news: list[GateNews] = []
        self.gate = Gate(lambda _, message: self.send(message), self.news.append)
        self.vehicle = Vehicle(Conversation(VehicleAddress(SYSID), self.gate, 5.0))
        self.heard: deque[Any] = deque(maxlen=KEPT)
        self.counts: Counter[str] = Counter()
        self._total = 0
        self.heartbeats = True  # whether the ground station sends its own
        self.world: World
        self.truth: VehicleTruth | None = None
        self._encoder, self._decoder = Encoder(), Decoder()
        self._transport: Any = None
        self._remote: Any = None
        self._stirred: set[asyncio.Event] = set()
        self._others: list[Callable[[Any, float], None]] = []

    # The wire.

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self._remote = addr
        for message in self._decoder.feed(data):
            self.heard.append(message)
            self.counts[message.get_type()] += 1
            self._total += 1
            for hear in (self.vehicle.heard, *self._others):
                hear(message, asyncio.get_running_loop().time())
        for stirred in self._stirred:
            stirred.set()

    def send(self, message: Any) -> None:
        """Puts a message on the wire as it is, whomever it is addressed to."""
        if self._remote is not None:
            self._transport.sendto(self._encoder.encode(message), self._remote)

    def hear(self, hear: Callable[[Any, float], None]) -> Callable[[], None]:
        """Passes on all that the vehicle says; returns what ends that."""
        self._others.append(hear)
        return lambda: self._others.remove(hear)

    def command(self, command: int, *parameters: float, to: int = SYSID) -> None:
        seven = (*parameters, *(0.0,) * (7 - len(parameters)))
        self.send(mavlink.MAVLink_command_long_message(to, 1, command, 0, *seven))

    # What is waited for.

    async def next(self, kind: str, true: Callable[[Any], bool] = lambda _: True) -> Any:
        """The first message of this kind, from now on, of which ``true`` holds."""
        mark = self.mark()
        stirred = asyncio.Event()
        self._stirred.add(stirred)
        try:
            while True:
                for message in self.since(mark, kind):
                    if true(message):
                        return message
                stirred.clear()
                await stirred.wait()
        finally:
            self._stirred.discard(stirred)

    async def acknowledged(self, command: int, *parameters: float) -> int:
        """The result the vehicle gives for a command that is sent once."""
        answer = asyncio.ensure_future(self.next("COMMAND_ACK", lambda m: m.command == command))
        await asyncio.sleep(0)
        self.command(command, *parameters)
        async with asyncio.timeout(10):
            return int((await answer).result)

    async def answered(self) -> None:
        """Until the vehicle has dealt with all that was sent before: it answers in order."""
        heartbeat = mavlink.MAVLINK_MSG_ID_HEARTBEAT
        assert await self.acknowledged(mavlink.MAV_CMD_REQUEST_MESSAGE, heartbeat) == 0

    def mark(self) -> int:
        """A moment, for ``since`` and ``said``."""
        return self._total

    def since(self, mark: int, kind: str) -> list[Any]:
        """The messages of a kind heard since then."""
        new = min(self._total - mark, len(self.heard))
        latest = itertools.islice(reversed(self.heard), new)
        return [message for message in latest if message.get_type() == kind][::-1]

    def said(self, mark: int) -> list[str]:
        return [message.text for message in self.since(mark, "STATUSTEXT")]

    async def until_said(self, mark: int, words: str) -> None:
        """Until a status text contains the words, upper or lower case."""
        await self.vehicle.until(
            lambda _: any(words.lower() in text.lower() for text in self.said(mark))
        )

    # What tests do again and again.

    @contextlib.asynccontextmanager
    async def parameters(self, **values: float) -> AsyncIterator[None]:
        """Sets parameters for a while."""
        before = await self.vehicle.read_parameters([(name,) for name in values])
        await self.vehicle.set_parameters(values)
        try:
            yield
        finally:
            await self.vehicle.set_parameters(before)

    @contextlib.asynccontextmanager
    async def minding_its_station(self, **values: float) -> AsyncIterator[None]:
        """With the failsafe for a ground station that falls silent, and other parameters. It ends
        with the failsafe cleared: ArduPilot keeps one whose parameter is taken back meanwhile, and
        never arms again."""
        minding = {"FS_GCS_ENABLE": 1, "FS_GCS_TIMEOUT": SILENT_S}
        async with self.parameters(**minding, **values):
            try:
                yield
            finally:
                self.heartbeats = True
                await self.vehicle.set_parameters({"FS_GCS_TIMEOUT": TEST_WITHIN_S})
                critical = mavlink.MAV_STATE_CRITICAL
                await self.next("HEARTBEAT", lambda m: m.system_status != critical)

    async def arm(self, vehicle: Vehicle | None = None) -> None:
        """Arms it, by ``vehicle`` if somebody else does."""
        await self._once_ready((vehicle or self.vehicle).arm)

    async def _once_ready(self, arm: Callable[[], Awaitable[None]]) -> None:
        """Does what arms it as soon as it is ready; again where a sensor had its bad moment."""
        while True:
            await self.vehicle.until(lambda state: state.prearm_ok)
            mark = self.mark()
            try:
                return await arm()
            except VehicleRefused as refusal:
                if isinstance(refusal, GateRefused):
                    raise
                async with asyncio.timeout(10):
                    await self.until_said(mark, "Arm: ")  # may come after the refusal
                said = " ".join(self.said(mark)).lower()
                if not any(words in said for words in _PASSING):
                    raise
                await self.next("SYS_STATUS")

    async def take_off(self, height_m: float) -> None:
        """Into the air in GUIDED, up to the height."""
        await self.vehicle.set_mode("GUIDED")
        await self.arm()
        await self.vehicle.command(mavlink.MAV_CMD_NAV_TAKEOFF, 0, 0, 0, 0, 0, 0, height_m)
        await self.vehicle.until(lambda state: (state.alt_rel_m or 0) > height_m - 1)

    async def fly_mission(self, items: Sequence[Any]) -> None:
        """Uploads and starts it; returns in the air."""
        await self.vehicle.upload_mission(items)
        await self._once_ready(self.vehicle.launch)
        await self.vehicle.until(lambda state: state.on_ground is False)

    async def go_to(self, east_m: float, north_m: float, height_m: float) -> int:
        """Tells it in GUIDED where to go; what it answers."""
        lon, lat = place(east_m, north_m)
        answer = asyncio.ensure_future(self.next("COMMAND_ACK"))
        await asyncio.sleep(0)
        self.send(
            mavlink.MAVLink_command_int_message(
                *(SYSID, 1, mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT, mavlink.MAV_CMD_DO_REPOSITION),
                *(0, 0, -1, 1, 0, math.nan, round(lat * 1e7), round(lon * 1e7), height_m),
            )
        )
        async with asyncio.timeout(10):
            return int((await answer).result)

    async def over(self, east_m: float, north_m: float, within_m: float) -> None:
        """Until it is over a place."""
        await self.vehicle.until(
            lambda state: math.dist(metres(state.lon, state.lat), (east_m, north_m)) < within_m
        )

    def off_pad_m(self) -> float:
        return math.hypot(*metres(self.vehicle.state.lon, self.vehicle.state.lat))

    async def landed(self) -> None:
        await self.vehicle.until(lambda state: state.on_ground is True and not state.armed)

    async def settle(self) -> None:
        """Back to where every test begins: on the pad, disarmed, charged, without plans, and ready
        to arm."""
        self.heartbeats = True
        vehicle, state = self.vehicle, self.vehicle.state
        if state.armed and state.on_ground:
            self.command(mavlink.MAV_CMD_COMPONENT_ARM_DISARM, 0)
        elif state.armed:
            await vehicle.set_mode("LAND" if self.off_pad_m() < NEAR_M else "RTL")
        await self.landed()
        self.world.charge(DRONE, 0.0)
        self.world.set_wind(DRONE, 0.0, 0.0)
        await vehicle.command(mavlink.MAV_CMD_BATTERY_RESET, 1, 100)
        if isinstance(self.world, Bridge):
            self.world.set_charge(DRONE, 100)  # the simulated pack too, after an hour of flights
        await vehicle.set_mode("GUIDED")
        if vehicle.state.outside_fence and isinstance(self.world, Bridge):
            # ArduPilot tells so only while it has a fence: that of the test is off again
            async with self.parameters(FENCE_TYPE=1, FENCE_ENABLE=1):
                await vehicle.until(lambda state: not state.outside_fence)
        for plan_type in PlanType:
            self.send(mavlink.MAVLink_mission_clear_all_message(SYSID, 1, int(plan_type)))
        await self.answered()
        if self.off_pad_m() > NEAR_M:
            await self._carry_home()
            await vehicle.set_mode("GUIDED")
        await vehicle.until(lambda state: state.prearm_ok)

    async def beat(self) -> None:
        """A ground station's heartbeat, as long as ``heartbeats``."""
        while True:
            if self.heartbeats:
                self.send(
                    mavlink.MAVLink_heartbeat_message(
                        mavlink.MAV_TYPE_GCS, mavlink.MAV_AUTOPILOT_INVALID, 0, 0, 4, 3
                    )
                )
            await asyncio.sleep(1.0)

    async def _carry_home(self) -> None:
        await self.take_off(5)
        await self.go_to(0, 0, 5)
        await self.over(0, 0, within_m=0.5)
        await self.vehicle.until(lambda state: (state.ground_ms or 9) < 0.2)
        await self.vehicle.set_mode("LAND")
        await self.landed()

    def note(self, truth: VehicleTruth) -> None:
        self.truth = truth

    def in_words(self) -> str:
        """What is known of it, for whoever reads why a test failed."""
        silent_s = asyncio.get_running_loop().time() - (self.vehicle.state.last_heard_s or 0.0)
        return f"silent for {silent_s:.1f} s, {self.vehicle.state}, it said {self.said(0)[-12:]}"


class StageThread:
    """Runs the stage's loop, from the vehicle's start to its end. A vehicle that a test has left
    where it cannot be brought back from makes way for a new one."""

    def __init__(self, kind: str, directory: Path) -> None:
        self.kind, self._directory = kind, directory
        self._ready, self._failure = threading.Event(), ""
        self._stage: Stage
        self._loop: asyncio.AbstractEventLoop
        self._over: asyncio.Event  # with this vehicle
        self._ending = False
        self._thread = threading.Thread(target=lambda: Clock(speedup=SPEEDUP).run(self._main()))

    def __enter__(self) -> StageThread:
        self._thread.start()
        self._ready.wait()
        if self._failure:
            self._thread.join()
            raise AssertionError(self._failure)
        return self

    def __exit__(self, *_: object) -> None:
        self._ending = True
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    def run(self, test: Callable[[Stage], Awaitable[None]]) -> None:
        """Runs one test on the loop, and brings the vehicle back whatever became of it."""
        self._ready.wait()
        assert not self._failure, self._failure
        asyncio.run_coroutine_threadsafe(self._one(test), self._loop).result()

    async def _one(self, test: Callable[[Stage], Awaitable[None]]) -> None:
        stage = self._stage
        try:
            try:
                async with asyncio.timeout(TEST_WITHIN_S):
                    await test(stage)
            except TimeoutError as late:  # as it is, it would come without its note to the thread
                raise AssertionError(f"not within its time: {stage.in_words()}") from late
        finally:
            await self._settle(stage)

    async def _settle(self, stage: Stage) -> None:
        try:
            async with asyncio.timeout(TEST_WITHIN_S):
                await stage.settle()
        except Exception as fault:
            self._ready.clear()
            self._over.set()
            raise AssertionError(f"it could not be brought back: {stage.in_words()}") from fault

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        try:
            for flown in itertools.count():
                self._over, self._stage = asyncio.Event(), Stage()
                directory = self._directory / str(flown)
                async with flying(self.kind, self._stage, directory):
                    self._ready.set()
                    await self._over.wait()
                if self._ending:
                    break
        except* (TimeoutError, Refusal) as faults:
            self._failure = f"the {self.kind} vehicle did not become ready: {faults.exceptions}"
        finally:
            self._ready.set()


@contextlib.asynccontextmanager
async def flying(kind: str, stage: Stage, directory: Path) -> AsyncIterator[None]:
    """One vehicle of the kind, connected and ready to arm."""
    loop = asyncio.get_running_loop()
    wire, _ = await loop.create_datagram_endpoint(lambda: stage, local_addr=("127.0.0.1", 0))
    address: tuple[str, int] = wire.get_extra_info("sockname")
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(wire.close)
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        running = []
        if kind == "builtin":
            fleet = BuiltinFleet([_CRAFT], [MODEL])
            stage.world = fleet
            running.append(tasks.create_task(fleet.run(address)))
        else:
            bridge = Bridge([(_CRAFT, BATTERY_WH)])
            stage.world = bridge
            coupling = await bridge.open()
            stack.callback(bridge.close)
            line = command_line(
                *(find_arducopter(None), _CRAFT, f"127.0.0.1:{address[1]}", coupling, SPEEDUP),
                defaults=(DEFAULTS, UNLOGGED),
            )
            await stack.enter_async_context(launched([Arducopter(DRONE, line, directory)]))
            running.append(tasks.create_task(bridge.run()))
        running.append(tasks.create_task(stage.beat()))
        stack.callback(lambda: [task.cancel() for task in running])
        stage.world.listen(stage.note)
        async with asyncio.timeout(READY_WITHIN_S):
            await stage.vehicle.connected()
            await stage.vehicle.request_streams(STREAM_HZ)
            await stage.vehicle.until(lambda state: state.prearm_ok)
            await stage.vehicle.set_parameters(SHORTER)
            await stage.settle()
        yield


def on_stage(test: Callable[[Stage], Awaitable[None]]) -> Callable[[StageThread], None]:
    """Makes a test of a coroutine that flies the vehicle of the fixture ``stage``."""

    @functools.wraps(test)
    def run(stage: StageThread) -> None:
        stage.run(test)

    return run


Values = Mapping[str, float]
