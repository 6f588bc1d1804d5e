"""One vehicle as the controller deals with it: its newest state, and acts that are acknowledged
and verified."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.address import VehicleAddress
from fleet.mavlink.ask_message import ASK, AskMessage
from fleet.mavlink.camera import CameraState
from fleet.mavlink.codec import Frame, MavMessage
from fleet.mavlink.command import SETTLE_S, Command, ReadBack, Reposition, command_name
from fleet.mavlink.conversation import Conversation
from fleet.mavlink.docket import Record
from fleet.mavlink.drone_id import DroneIdentity, Identify
from fleet.mavlink.effect import REPEATABLE
from fleet.mavlink.exchange import VehicleFault, VehicleRefused, VehicleSilent
from fleet.mavlink.ftp import NoSuchFile
from fleet.mavlink.gate import GateRefused, Warrant
from fleet.mavlink.intervals import SetIntervals
from fleet.mavlink.key_setup import SetUpSigning
from fleet.mavlink.lease import CONTROLLER
from fleet.mavlink.logs import Logs, offers_files
from fleet.mavlink.mission import Download, MissionItem, PlanType, Upload, difference
from fleet.mavlink.mission_items import Fence, FlightPlan
from fleet.mavlink.params import ReadParameters, SetParameters
from fleet.mavlink.signing import Signing
from fleet.mavlink.state import MODE_NUMBERS, STREAMS, VehicleState
from fleet.mavlink.timesync import ClockOffset, TimeSync

FLYING_HZ, PARKED_HZ = 5.0, 1.0  # how often a vehicle is asked to tell where it is
ARM_TRIES, ARM_AGAIN_S = 3, 2.0
UPLOAD_ATTEMPTS = 3
SET_INTERVAL = mavlink.MAV_CMD_SET_MESSAGE_INTERVAL
GUIDED, AUTO, RTL, LAND = "GUIDED", "AUTO", "RTL", "LAND"

__all__ = [
    "FLYING_HZ",
    "PARKED_HZ",
    "GateRefused",
    "Vehicle",
    "VehicleFault",
    "VehicleRefused",
    "VehicleSilent",
    "VehicleState",
    "Warrant",
]


class Vehicle:
    """Acts on one vehicle, on behalf of whoever the warrant names: the controller, unless ``under``
    says otherwise."""

    def __init__(self, conversation: Conversation, warrant: Warrant | None = None) -> None:
        self._talk, self._warrant = conversation, warrant or Warrant()

    def under(self, warrant: Warrant) -> Vehicle:
        """The same vehicle, commanded under this warrant."""
        return Vehicle(self._talk, warrant)

    # What the reactor does.

    def received(self, frame: Frame, now_s: float) -> None:
        self._talk.received(frame, now_s)

    def heard(self, message: MavMessage, now_s: float) -> None:
        self._talk.heard(message, now_s)

    # What others watch.

    @property
    def address(self) -> VehicleAddress:
        return self._talk.address

    @property
    def state(self) -> VehicleState:
        return self._talk.state

    @property
    def camera(self) -> CameraState:
        """What it has told of camera, gimbal and picture."""
        return self._talk.camera

    @property
    def clock(self) -> ClockOffset | None:
        """How its clock stands to the loop's, as long as ``keep_time`` runs."""
        return self._talk.clock.offset

    async def keep_time(self) -> None:
        """Compares its clock with ours now and then, until cancelled."""
        self._talk.clock = TimeSync()
        await self._talk.run(self._talk.clock, self._warrant)

    async def identify(self, identity: DroneIdentity, unix_s: Callable[[], float]) -> None:
        """Tells it for its transmitter who it is and who operates it, until cancelled."""
        await self._talk.run(Identify(self.address, identity, unix_s), self._warrant)

    def listen(self, listener: Callable[[VehicleState], None]) -> Callable[[], None]:
        """Calls ``listener`` after every message; returns what ends that."""
        return self._talk.listen(listener)

    def is_heard(self, now_s: float) -> bool:
        return self._talk.is_heard(now_s)

    def lent_to(self, now_s: float) -> str | None:
        """Who else holds the lease; None while the controller does."""
        lease = self._talk.gate.lease(self.address.sysid, now_s)
        return lease.shown if lease.is_granted else None

    def take_back(self, why: str) -> None:
        """Ends a lease, if somebody else holds one: the controller's orders go over it."""
        now_s = asyncio.get_running_loop().time()
        if self.lent_to(now_s) is not None:
            self._talk.gate.take_back(self.address, CONTROLLER, now_s, why)

    async def connected(self) -> None:
        """Until the vehicle is heard, and has said whether it is armed."""
        await self._talk.connected()

    async def lost(self) -> None:
        """Until it has been silent for too long."""
        await self._talk.lost()

    async def until(self, true: Callable[[VehicleState], bool]) -> None:
        """Until a condition on the state holds."""
        await self._talk.until(true)

    # Acts. Each raises VehicleRefused or VehicleSilent with the reason in words; GateRefused, which
    # is a VehicleRefused, where the vehicle was not even asked.

    async def command(
        self,
        command: int,
        *parameters: float,
        shown: Callable[[VehicleState], bool] = lambda _: False,
        read_back: ReadBack | None = None,
    ) -> None:
        """Acknowledgements tell the kind of command only. So there is one of a kind at a time, and
        after a repeated one the next waits until answers to the repeats have passed by. ``shown``
        reads back whether it is done, for when the answer is lost; ``read_back`` says that it must
        be shown, whatever is answered."""
        talk, loop = self._talk, asyncio.get_running_loop()
        async with talk.turns.setdefault(command, asyncio.Lock()):
            record = talk.gate.record(self.address, self._warrant, f"{command} {parameters}")
            if self._is_answered(record, command):
                return
            await asyncio.sleep(talk.settled_s.pop(command, 0.0) - loop.time())
            exchange = Command(
                self.address,
                command,
                *parameters,
                shown=lambda: shown(self.state),
                read_back=read_back,
                sent=record.sent,
            )
            try:
                await talk.run(exchange, self._warrant)
            except GateRefused:
                raise  # the vehicle has not answered: asked again, it may
            except VehicleRefused as refused:
                record.fault = refused
            finally:
                record.sent = exchange.sent
                if exchange.may_be_answered_again:
                    talk.settled_s[command] = loop.time() + SETTLE_S
            record.answered = True
            self._is_answered(record, command)

    def _is_answered(self, record: Record, command: int) -> bool:
        """Whether this very command is done. Raises the vehicle's refusal if it gave one, and
        GateRefused if it was sent, not answered, and is not safe to send again."""
        if record.fault is not None:
            raise record.fault
        if record.sent and not record.answered and command not in REPEATABLE:
            self._talk.gate.refuse_unclear(self.address, self._warrant, command_name(command))
        return record.answered

    async def read_parameters(self, groups: Iterable[tuple[str, ...]]) -> dict[str, float]:
        return await self._talk.run(ReadParameters(self.address, groups), self._warrant)

    async def set_parameters(self, values: Mapping[str, float]) -> None:
        """Sets them and waits until each is read back equal."""
        await self._talk.run(SetParameters(self.address, values), self._warrant)

    async def upload_plan(self, plan: FlightPlan) -> None:
        """The mission, and before it what goes with it, so that a drone that has begun to fly it
        has that."""
        if plan.return_height_m is not None:
            await self.set_parameters({"RTL_ALT": float(round(plan.return_height_m * 100))})
        if self.lacks_fence_of(plan):
            assert plan.fence is not None
            await self.upload_fence(plan.fence.fence)
        if plan.rally is not None:
            await self.upload_rally(plan.rally)
        await self.upload_mission(plan.items)

    def lacks_fence_of(self, plan: FlightPlan) -> bool:
        """Whether it is not known to hold all of the plan's fence that matters to the flight."""
        return plan.fence is not None and not plan.fence.is_held(self._talk.fence)

    async def set_up_signing(self, signing: Signing) -> None:
        """Gives it the key, and waits until it signs with it. The key is told in plain."""
        await self._talk.run(SetUpSigning(self.address, signing), self._warrant)

    async def upload_mission(self, items: Sequence[MissionItem]) -> None:
        await self._upload(PlanType.MISSION, items)

    async def upload_fence(self, fence: Fence) -> None:
        """It keeps the one that it has until it has got all of the new one."""
        self._talk.fence = None
        await self._upload(PlanType.FENCE, fence.items())
        self._talk.fence = fence

    async def upload_rally(self, items: Sequence[MissionItem]) -> None:
        await self._upload(PlanType.RALLY, items)

    async def download(self, plan_type: PlanType) -> list[MissionItem]:
        async with self._talk.transfer:
            return await self._talk.run(Download(self.address, plan_type), self._warrant)

    async def fetch_newest_log(self) -> bytes:
        """The newest DataFlash log, once it is closed: by FTP where it says that it serves files
        and has its logs among them, else by LOG_REQUEST. Only of a drone that is disarmed. Raises
        NoLog for a vehicle that keeps none."""
        logs = Logs(self._talk, self._warrant)
        if self.state.capabilities is None:
            await self.ask_message(mavlink.MAVLINK_MSG_ID_AUTOPILOT_VERSION)
        if offers_files(self.state.capabilities):
            with contextlib.suppress(NoSuchFile):
                return await logs.by_files()
        return await logs.by_messages()

    async def request_streams(self, rate_hz: float) -> None:
        """Asks for what the controller follows, at ``rate_hz`` or its share of it."""
        await self.request_messages({id_: rate_hz * share for id_, share in STREAMS.items()})

    async def request_messages(self, rates_hz: Mapping[int, float]) -> None:
        """Asks for messages by id, each so many times a second, and waits until the vehicle says
        that it keeps to that."""
        wanted_us = {message_id: 1e6 / rate_hz for message_id, rate_hz in rates_hz.items()}
        async with self._talk.turns.setdefault(SET_INTERVAL, asyncio.Lock()):
            await self._talk.run(SetIntervals(self.address, wanted_us), self._warrant)

    async def ask_message(self, message_id: int) -> bool:
        """Asks for one message; False for what the vehicle does not have."""
        async with self._talk.turns.setdefault(ASK, asyncio.Lock()):
            return await self._talk.run(AskMessage(self.address, message_id), self._warrant)

    async def set_mode(self, mode: str) -> None:
        """Changes the flight mode and waits until the vehicle shows it."""
        custom = mavlink.MAV_MODE_FLAG_CUSTOM_MODE_ENABLED
        await self._read_back(
            lambda s: s.mode == mode,
            f"mode {mode}",
            mavlink.MAV_CMD_DO_SET_MODE,
            custom,
            MODE_NUMBERS[mode],
        )

    async def arm(self) -> None:
        try:
            await self._arm_or_disarm(True)
        except GateRefused:
            raise
        except VehicleRefused as refusal:
            why = "; ".join(self.state.prearm_failures)
            raise VehicleRefused(f"{refusal}: {why}" if why else str(refusal)) from None

    async def _arm_patiently(self) -> None:
        """Some refusals pass within seconds: a log that opens slowly, a position that was late for
        once. Another drone would take longer."""
        for _ in range(ARM_TRIES - 1):
            try:
                return await self.arm()
            except GateRefused:
                raise
            except VehicleRefused:
                await asyncio.sleep(ARM_AGAIN_S)
        await self.arm()

    async def disarm(self) -> None:
        await self._arm_or_disarm(False)

    async def _arm_or_disarm(self, armed: bool) -> None:
        await self._read_back(
            lambda s: s.armed is armed,
            "armed" if armed else "disarmed",
            mavlink.MAV_CMD_COMPONENT_ARM_DISARM,
            1 if armed else 0,
        )

    async def launch(self) -> None:
        """Starts the uploaded mission from the pad. Arms on the pad's own mode first, so that a
        refusal to arm leaves nothing running."""
        await self.set_current(0)
        await self.set_mode(GUIDED)
        await self._arm_patiently()
        await self._read_back(
            lambda s: s.mode == AUTO,
            f"mode {AUTO}",
            mavlink.MAV_CMD_MISSION_START,
            0,
            0,
        )

    async def set_current(self, seq: int) -> None:
        """Goes on with the mission at this item."""
        await self.command(
            mavlink.MAV_CMD_DO_SET_MISSION_CURRENT, seq, 0, shown=lambda s: s.mission_item == seq
        )

    async def hold(self) -> None:
        """Stops and stays where it is."""
        await self.set_mode(GUIDED)

    async def stand_by(self) -> None:
        """On its pad, leaves the mission that has ended. An ArduCopter that has landed begins that
        anew: it would lift off as soon as it is armed, and tells its log so in every loop."""
        await self.set_mode(GUIDED)

    async def rise(self, height_m: float) -> None:
        """Stops, and climbs where it is to a height above its pad."""
        await self.hold()
        reposition, talk = mavlink.MAV_CMD_DO_REPOSITION, self._talk
        async with talk.turns.setdefault(reposition, asyncio.Lock()):
            lon, lat = self.state.lon, self.state.lat
            if lon is None or lat is None:
                raise VehicleSilent("it has not told where it is")
            await talk.run(Reposition(self.address, lon, lat, height_m), self._warrant)

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
            async with self._talk.transfer:
                await self._talk.run(Upload(self.address, plan_type, items), self._warrant)
                kept = await self._talk.run(Download(self.address, plan_type), self._warrant)
            wrong = difference(items, kept, plan_type)
            if wrong is None:
                return
        raise VehicleRefused(f"{plan_type.name.lower()} read back different: {wrong}")

    async def _read_back(
        self,
        true: Callable[[VehicleState], bool],
        what: str,
        command: int,
        *parameters: float,
    ) -> None:
        """Commands, and waits until the vehicle shows that it does what it was told."""
        read_back = ReadBack(what, lambda: (self.state.mode, self.state.armed))
        await self.command(command, *parameters, shown=true, read_back=read_back)
