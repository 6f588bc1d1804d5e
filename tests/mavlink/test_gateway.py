"""A ground station beside us, over real sockets: pymavlink's own TCP connection as the client,
a builtin vehicle as the drone."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from pymavlink import mavutil
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.clock import Clock
from fleet.mavlink.gate import GateNews, LeaseOver
from fleet.mavlink.gateway import MOST_GUESTS, Gateway, Outbox
from fleet.mavlink.reactor import Reactor
from fleet.mavlink.vehicle import GateRefused, Vehicle
from fleet.process import Refusal
from sitl.builtin.fleet import BuiltinFleet
from sitl.craft import CraftSpec
from tests.mavlink.test_mavlink_reactor import Drone
from tests.vehicle_contract.contract_stage import MODEL

HOST = "127.0.0.1"
SYSID, DRONE = 7, "U07"
PAD = (114.24, 22.72, 45.0)
SPEEDUP = 10.0
WITHIN_S = 20.0  # of the wall clock, for a message to come


class GroundStation:
    """One connection of pymavlink, which blocks: each call in a thread."""

    def __init__(self, link: Any) -> None:
        self.link = link

    @classmethod
    async def call(cls, port: int) -> GroundStation:
        address = f"tcp:{HOST}:{port}"
        link = await asyncio.to_thread(mavutil.mavlink_connection, address, autoreconnect=False)
        return cls(link)

    async def hears(self, kind: str, true: Callable[[Any], bool] = lambda _: True) -> Any:
        return await asyncio.to_thread(self._hear, kind, true)

    def _hear(self, kind: str, true: Callable[[Any], bool]) -> Any:
        end_s = time.monotonic() + WITHIN_S
        while (left_s := end_s - time.monotonic()) > 0:
            message = self.link.recv_match(type=kind, blocking=True, timeout=left_s)
            if message is not None and true(message):
                return message
        raise AssertionError(f"no such {kind} within {WITHIN_S:g} s")

    async def command(self, command: int, *parameters: float) -> int:
        """What it is answered, sent once."""
        seven = (*parameters, *(0.0,) * (7 - len(parameters)))
        self.link.mav.command_long_send(SYSID, 0, command, 0, *seven)
        ack = await self.hears("COMMAND_ACK", lambda m: m.command == command)
        return int(ack.result)


@contextlib.asynccontextmanager
async def airfield(news: list[GateNews]) -> AsyncIterator[tuple[Reactor, Gateway, Vehicle]]:
    """A builtin vehicle, ready on its pad, offered at a gateway."""
    flown = BuiltinFleet([CraftSpec(DRONE, "D07", SYSID, *PAD)], [MODEL])
    async with (
        Reactor(f"udp://{HOST}:0", {}, [SYSID], 5.0, news.append) as reactor,
        Gateway(f"tcp://{HOST}:0", {DRONE: SYSID}, reactor.watch, reactor.gate) as gateway,
        asyncio.TaskGroup() as tasks,
    ):
        host, port = reactor.address.split(":")
        flying = tasks.create_task(flown.run((host, int(port))))
        vehicle = reactor.vehicle(SYSID)
        async with asyncio.timeout(120):
            await vehicle.connected()
            await vehicle.request_streams(5.0)
            await vehicle.until(lambda state: state.prearm_ok)
        yield reactor, gateway, vehicle
        flying.cancel()


def now_s() -> float:
    return asyncio.get_running_loop().time()


def test_a_ground_station_watches_asks_and_is_refused_without_a_lease() -> None:
    news: list[GateNews] = []

    async def story() -> None:
        async with airfield(news) as (_, gateway, vehicle):
            qgc = await GroundStation.call(gateway.port(DRONE))
            assert (await qgc.hears("STATUSTEXT")).text == "You are U07-1, watching U07"
            assert (await qgc.hears("HEARTBEAT")).get_srcSystem() == SYSID
            await qgc.hears("GLOBAL_POSITION_INT")
            qgc.link.mav.param_request_read_send(SYSID, 1, b"RTL_ALT", -1)
            assert (await qgc.hears("PARAM_VALUE")).param_id == "RTL_ALT"
            qgc.link.mav.mission_request_list_send(SYSID, 1, 0)
            count = await qgc.hears("MISSION_COUNT")
            assert (count.target_system, count.target_component) == (255, 0)  # pymavlink's own
            assert await qgc.command(400, 1) == mavlink.MAV_RESULT_DENIED
            told = await qgc.hears("STATUSTEXT")
            assert told.text == "controller holds U07; ask the duty officer"
            assert not vehicle.state.armed
            assert [seen.name for seen in gateway.guests] == ["U07-1"]

    Clock(SPEEDUP).run(story())


def test_with_a_lease_it_flies_until_the_drone_is_taken_back_in_mid_air() -> None:
    news: list[GateNews] = []

    async def story() -> None:
        async with airfield(news) as (reactor, gateway, vehicle):
            script = await GroundStation.call(gateway.port(DRONE))
            await script.hears("HEARTBEAT")
            reactor.gate.grant(vehicle.address, "U07-1", "chen", 600.0, now_s())
            assert await script.command(176, 1, 4) == 0
            assert await script.command(400, 1) == 0
            assert await script.command(22, 0, 0, 0, 0, 0, 0, 15) == 0
            await script.hears("GLOBAL_POSITION_INT", lambda m: m.relative_alt > 14_000)
            with pytest.raises(GateRefused, match="U07-1 holds"):
                await vehicle.land()
            reactor.gate.take_back(vehicle.address, "chen", now_s())
            assert await script.command(176, 1, 9) == mavlink.MAV_RESULT_DENIED
            assert vehicle.state.mode == "GUIDED"
            await vehicle.land()
            await vehicle.until(lambda state: state.mode == "LAND")

    Clock(SPEEDUP).run(story())


def test_a_lease_ends_with_the_connection_it_was_granted_to() -> None:
    news: list[GateNews] = []

    async def story() -> None:
        async with airfield(news) as (reactor, gateway, vehicle):
            script = await GroundStation.call(gateway.port(DRONE))
            await script.hears("HEARTBEAT")
            reactor.gate.grant(vehicle.address, "U07-1", "chen", 600.0, now_s())
            script.link.close()
            await vehicle.until(lambda _: vehicle.lent_to(now_s()) is None)
            again = await GroundStation.call(gateway.port(DRONE))
            assert (await again.hears("STATUSTEXT")).text.startswith("You are U07-2")

    Clock(SPEEDUP).run(story())
    ended = [each for each in news if isinstance(each, LeaseOver)]
    assert [(each.lease.holder, each.by) for each in ended] == [("U07-1", "gateway")]


async def test_one_drone_is_heard_at_its_own_port_only_and_by_so_many_guests_at_most() -> None:
    async with (
        Reactor(f"udp://{HOST}:0", {}, [SYSID, 8], 5.0) as reactor,
        Gateway(f"tcp://{HOST}:0", {DRONE: 7, "U08": 8}, reactor.watch, reactor.gate) as gateway,
    ):
        guests = [
            await asyncio.open_connection(HOST, gateway.port(DRONE)) for _ in range(MOST_GUESTS)
        ]
        for reader, _ in guests:
            await reader.readuntil(b"watching U07")
        reader, too_many = await asyncio.open_connection(HOST, gateway.port(DRONE))
        assert await reader.read() == b""
        other, writer = await asyncio.open_connection(HOST, gateway.port("U08"))
        await other.readuntil(b"watching U08")
        host, port = reactor.address.split(":")
        _, drone = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: Drone(SYSID), remote_addr=(host, int(port))
        )
        drone.say(mavlink.MAVLink_statustext_message(6, b"it is seven"))
        await guests[0][0].readuntil(b"it is seven")
        assert other._buffer.find(b"it is seven") < 0  # type: ignore[attr-defined]
        drone.close()
        for each in (too_many, writer, *(writer for _, writer in guests)):
            each.close()


async def test_who_reads_slowly_loses_the_oldest_and_holds_up_nobody() -> None:
    loop = asyncio.get_running_loop()
    outbox = Outbox(most=100)
    got: asyncio.Future[bytes] = loop.create_future()

    async def called(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.set_result(await reader.readuntil(b"[999]"))
        writer.close()

    for n in range(1000):  # nobody takes them: none of these waits
        outbox.put([b"[%d]" % n, None])
    server = await asyncio.start_server(called, HOST, 0)
    _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writing = loop.create_task(outbox.run(writer))
    async with asyncio.timeout(10):
        received = await got
    writing.cancel()
    writer.close()
    server.close()
    assert received.startswith(b"[900]")
    assert received.count(b"[") == 100


async def test_a_port_that_is_taken_is_told_with_the_drone_it_was_for() -> None:
    taken = await asyncio.start_server(lambda *_: None, HOST, 0)
    port = taken.sockets[0].getsockname()[1]
    async with Reactor(f"udp://{HOST}:0", {}, [SYSID], 5.0) as reactor:
        gateway = Gateway(f"tcp://{HOST}:{port - 7}", {DRONE: 7}, reactor.watch, reactor.gate)
        with pytest.raises(Refusal, match=f"U07 cannot be offered at {HOST}:{port}"):
            await gateway.__aenter__()
    taken.close()


@pytest.mark.parametrize(
    "url", ["udp://127.0.0.1:5800", "tcp://127.0.0.1", "tcp://h:65530", "5800"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(Refusal, match="tcp://HOST:PORT"):
        Gateway(url, {DRONE: 7}, lambda *_: lambda: None, None)  # type: ignore[arg-type]
