"""One reactor for all vehicles: links in, messages to whom sent them, heartbeats out."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from types import TracebackType
from typing import Any

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.address import AUTOPILOT, VehicleAddress
from fleet.mavlink.codec import GUEST_SYSID, Decoder, Encoder, Frame, MavMessage
from fleet.mavlink.conversation import Conversation
from fleet.mavlink.gate import Gate, GateNews
from fleet.mavlink.links import Link, UdpListener, caller
from fleet.mavlink.routes import Routes, TellFailOver
from fleet.mavlink.signing import Signing
from fleet.mavlink.vehicle import Vehicle

_log = logging.getLogger(__name__)

Record = Callable[[int, bytes], None]  # which vehicle's wire, and a packet that passed on it
Watch = Callable[[Frame], None]

HEARTBEAT_S = 1.0
MOST_REMOTES = 1024  # remote ends whose unfinished messages are kept; anybody may call a UDP port


class Reactor:
    """Listens on one UDP address, calls the vehicles that are configured with one of their own.

    A vehicle is known by its system id; where its messages come from is where ours go. It may be
    heard on several links: one of them counts, until it falls silent. Where there is a key, only
    what is signed with it is taken.
    """

    def __init__(
        self,
        listen: str,
        links: Mapping[int, Sequence[str]],
        vehicles: Iterable[int],
        lost_s: float,
        tell: Callable[[GateNews], None] = lambda _: None,
        record: Record = lambda _sysid, _packet: None,
        signing: Signing | None = None,
        tell_fail_over: TellFailOver = lambda _: None,
    ) -> None:
        self._record, self._signing = record, signing
        self._listen, self._calls = listen, [url for urls in links.values() for url in urls]
        self._routes = Routes(tell_fail_over)
        self.gate = Gate(self._carry, tell)
        self._vehicles = {
            sysid: Vehicle(
                Conversation(
                    *(VehicleAddress(sysid), self.gate, lost_s),
                    partial(self._routes.unanswered, sysid),
                )
            )
            for sysid in vehicles
        }
        self._encoder = Encoder(signing=signing)
        self._guests: dict[int, Encoder] = {}  # by seat; each a sequence of its own
        self._watchers: dict[int, list[Watch]] = {sysid: [] for sysid in self._vehicles}
        self._decoders: dict[tuple[int, Any], Decoder] = {}
        self._strangers: set[int] = set()
        self._unsigned: set[int] = set()
        self._stack = contextlib.AsyncExitStack()
        self._listener: UdpListener
        self.messages = 0

    def vehicle(self, sysid: int) -> Vehicle:
        return self._vehicles[sysid]

    def watch(self, sysid: int, watch: Watch) -> Callable[[], None]:
        """Calls ``watch`` with all that comes from this system; returns what ends that."""
        self._watchers[sysid].append(watch)
        return lambda: self._watchers[sysid].remove(watch)

    @property
    def address(self) -> str:
        return self._listener.address

    async def __aenter__(self) -> Reactor:
        """Opens the links.

        Raises:
            Refusal: if the address cannot be listened on.
        """
        self._listener = await UdpListener.open(self._listen, self._receive)
        callers = [caller(url, self._receive) for url in self._calls]
        links: list[Link] = [self._listener, *callers]
        for link in links:
            self._stack.callback(link.close)
        tasks = await self._stack.enter_async_context(asyncio.TaskGroup())
        running = [tasks.create_task(link.run(), name="MAVLink link") for link in links]
        running.append(tasks.create_task(self._heartbeats(), name="MAVLink heartbeat"))
        self._stack.callback(lambda: [task.cancel() for task in running])
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    def _receive(self, link: Link, remote: Any, data: bytes) -> None:
        decoder = self._decoder((id(link), remote))
        now_s = asyncio.get_running_loop().time()
        for frame in decoder.frames(data):
            self.messages += 1
            sysid = frame.sysid
            vehicle = self._vehicles.get(sysid)
            if vehicle is None:
                self._stranger(sysid, remote)
                continue
            if self._signing is not None and not self._signing.accepts(frame.packet):
                self._not_signed(sysid, remote)
                continue
            is_its_own = frame.compid == AUTOPILOT
            if is_its_own and not self._routes.heard(sysid, link, remote, now_s):
                continue
            self._record(sysid, frame.packet)
            for watch in tuple(self._watchers[sysid]):
                watch(frame)
            if is_its_own:
                vehicle.received(frame, now_s)

    def _decoder(self, remote: tuple[int, Any]) -> Decoder:
        decoder = self._decoders.get(remote)
        if decoder is None:
            if len(self._decoders) >= MOST_REMOTES:
                del self._decoders[next(iter(self._decoders))]
            decoder = self._decoders[remote] = Decoder()
        return decoder

    def _stranger(self, sysid: int, remote: Any) -> None:
        if sysid not in self._strangers:
            self._strangers.add(sysid)
            _log.warning("system %d at %s is not configured; ignored", sysid, remote)

    def _not_signed(self, sysid: int, remote: Any) -> None:
        if sysid not in self._unsigned:
            self._unsigned.add(sysid)
            _log.warning(
                "system %d at %s does not sign with our key, or repeats itself; ignored. Give it "
                "the key with dockfleet link sign",
                *(sysid, remote),
            )

    def _carry(self, sysid: int, message: MavMessage) -> None:
        """Takes what has passed the gate to where the vehicle was last heard from; one that was
        never heard gets nothing, and the exchange tries again."""
        route = self._routes[sysid]
        if route is not None:
            data = self._encoder_for(message).encode(message)
            route.link.send(route.remote, data)
            self._record(sysid, data)

    def _encoder_for(self, message: MavMessage) -> Encoder:
        if message.get_srcSystem() != GUEST_SYSID:
            return self._encoder
        seat = message.get_srcComponent()
        return self._guests.setdefault(seat, Encoder(GUEST_SYSID, seat, self._signing))

    async def _heartbeats(self) -> None:
        """A ground station's heartbeat to every vehicle: its link-loss failsafe listens for it. It
        names no target and commands nothing, so it alone does not pass the gate."""
        while True:
            self.gate.expire(asyncio.get_running_loop().time())
            beat = mavlink.MAVLink_heartbeat_message(
                mavlink.MAV_TYPE_GCS,
                mavlink.MAV_AUTOPILOT_INVALID,
                0,
                0,
                mavlink.MAV_STATE_ACTIVE,
                3,
            )
            data = self._encoder.encode(beat)
            for sysid, route in self._routes.all():
                route.link.send(route.remote, data)
                self._record(sysid, data)
            await asyncio.sleep(HEARTBEAT_S)
