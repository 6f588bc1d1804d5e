"""One reactor for all vehicles, over real sockets."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.codec import Decoder, Encoder
from fleet.mavlink.mission import MissionItem, PlanType
from fleet.mavlink.reactor import MOST_REMOTES, Reactor
from fleet.mavlink.routes import SILENT_S
from fleet.process import Refusal

HOST = "127.0.0.1"
SYSIDS = range(1, 26)


class Drone(asyncio.DatagramProtocol):
    """Calls the reactor and keeps what it gets; answers each command of its own with 'accepted'."""

    def __init__(self, sysid: int, compid: int = 1) -> None:
        self._encoder, self._decoder = Encoder(sysid, compid), Decoder()
        self.got: list[Any] = []
        self.stirred = asyncio.Event()
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        for message in self._decoder.feed(data):
            self.got.append(message)
            if message.get_type() == "COMMAND_LONG":
                self.say(mavlink.MAVLink_command_ack_message(message.command, 0))
        self.stirred.set()

    def say(self, message: Any) -> None:
        self._transport.sendto(self._encoder.encode(message))

    def beat(self, mode: int = 0) -> None:
        self.say(mavlink.MAVLink_heartbeat_message(2, 3, 0, mode, 3, 3))

    def close(self) -> None:
        self._transport.close()

    async def gets(self, kind: str) -> Any:
        async with asyncio.timeout(10):
            while not any(m.get_type() == kind for m in self.got):
                self.stirred.clear()
                await self.stirred.wait()
        return next(m for m in self.got if m.get_type() == kind)


@pytest.fixture
async def reactor() -> AsyncIterator[Reactor]:
    async with Reactor(f"udp://{HOST}:0", {}, SYSIDS, 5.0) as running:
        yield running


async def _drone(reactor: Reactor, sysid: int, compid: int = 1) -> Drone:
    host, port = reactor.address.rsplit(":", 1)
    _, drone = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Drone(sysid, compid), remote_addr=(host, int(port))
    )
    return drone


async def test_25_vehicles_share_one_socket_and_each_is_known_by_its_system_id(
    reactor: Reactor,
) -> None:
    drones = {sysid: await _drone(reactor, sysid) for sysid in SYSIDS}
    for sysid, drone in drones.items():
        drone.beat(mode=sysid)
    async with asyncio.timeout(10):
        for sysid in SYSIDS:
            await reactor.vehicle(sysid).connected()
    modes = [reactor.vehicle(sysid).state.mode for sysid in SYSIDS]
    assert len(set(modes)) == len(SYSIDS)
    for drone in drones.values():
        drone.close()


async def test_a_command_reaches_its_vehicle_and_no_other(reactor: Reactor) -> None:
    meant, other = await _drone(reactor, 3), await _drone(reactor, 4)
    for drone, sysid in ((meant, 3), (other, 4)):
        drone.beat()
        await reactor.vehicle(sysid).connected()
    await reactor.vehicle(3).command(mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH)
    command = await meant.gets("COMMAND_LONG")
    assert (command.target_system, command.target_component) == (3, 1)
    await other.gets("HEARTBEAT")  # it is read to here
    assert not [m for m in other.got if m.get_type() != "HEARTBEAT"]
    meant.close()
    other.close()


async def test_every_vehicle_that_was_heard_gets_a_ground_stations_heartbeat(
    reactor: Reactor,
) -> None:
    drone = await _drone(reactor, 9)
    drone.beat()
    heartbeat = await drone.gets("HEARTBEAT")
    assert heartbeat.type == mavlink.MAV_TYPE_GCS
    assert (heartbeat.get_srcSystem(), heartbeat.get_srcComponent()) == (255, 190)
    drone.close()


async def test_a_vehicle_that_calls_from_a_new_port_is_answered_there(reactor: Reactor) -> None:
    before = await _drone(reactor, 5)
    before.beat()
    await reactor.vehicle(5).connected()
    before.close()
    route = reactor._routes[5]
    assert route is not None
    route.heard_s -= SILENT_S  # as long as it takes to start again
    after = await _drone(reactor, 5)
    after.beat(mode=4)
    await reactor.vehicle(5).until(lambda state: state.mode == "GUIDED")
    await reactor.vehicle(5).command(mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH)
    assert (await after.gets("COMMAND_LONG")).target_system == 5
    after.close()


async def test_a_system_that_is_not_configured_is_told_once_and_ignored(
    reactor: Reactor, caplog: pytest.LogCaptureFixture
) -> None:
    stranger, known = await _drone(reactor, 99), await _drone(reactor, 1)
    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            stranger.beat()
        known.beat()
        await reactor.vehicle(1).connected()
    assert reactor.messages == 6
    assert caplog.text.count("system 99") == 1
    stranger.close()
    known.close()


async def test_another_component_of_a_vehicle_is_not_taken_for_its_autopilot(
    reactor: Reactor,
) -> None:
    camera, autopilot = await _drone(reactor, 2, compid=100), await _drone(reactor, 2)
    camera.beat(mode=6)
    autopilot.beat(mode=3)
    async with asyncio.timeout(10):
        await reactor.vehicle(2).connected()
    assert reactor.messages == 2
    assert reactor.vehicle(2).state.mode == "AUTO"
    camera.close()
    autopilot.close()


async def test_an_answer_meant_for_another_ground_station_is_not_ours(reactor: Reactor) -> None:
    drone = await _drone(reactor, 7)
    drone.beat()
    await reactor.vehicle(7).connected()
    asked = asyncio.ensure_future(reactor.vehicle(7).download(PlanType.RALLY))
    await drone.gets("MISSION_REQUEST_LIST")
    drone.say(mavlink.MAVLink_mission_count_message(254, 1, 5, PlanType.RALLY))
    drone.say(mavlink.MAVLink_mission_count_message(255, 190, 0, PlanType.RALLY))
    assert await asked == []
    drone.close()


async def test_many_callers_do_not_fill_the_memory(reactor: Reactor) -> None:
    for port in range(5000):
        reactor._receive(None, ("10.0.0.1", port), b"\xfd\x09")  # type: ignore[arg-type]
    assert len(reactor._decoders) <= MOST_REMOTES


async def test_garbage_on_the_socket_stops_nobody(reactor: Reactor) -> None:
    drone = await _drone(reactor, 6)
    drone._transport.sendto(b"\n\nInit ArduCopter V4.7.0-dev\n\n")
    drone._transport.sendto(bytes(range(128)))
    drone.beat()
    async with asyncio.timeout(10):
        await reactor.vehicle(6).connected()
    drone.close()


async def test_a_taken_port_is_refused_and_leaves_nothing_open(reactor: Reactor) -> None:
    with pytest.raises(Refusal, match="cannot listen on"):
        async with Reactor(f"udp://{reactor.address}", {}, [1], 5.0):
            pytest.fail("it listens on a port that is taken")


async def test_a_vehicle_with_an_address_of_its_own_is_called_there() -> None:
    encoder, decoder, got = Encoder(8, 1), Decoder(), asyncio.Queue[Any]()

    async def fly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(encoder.encode(mavlink.MAVLink_heartbeat_message(2, 3, 0, 4, 3, 3)))
        while data := await reader.read(1000):
            for message in decoder.feed(data):
                got.put_nowait(message)
        writer.close()

    server = await asyncio.start_server(fly, HOST, 0)
    port = server.sockets[0].getsockname()[1]
    links = {8: [f"tcp://{HOST}:{port}"]}
    async with Reactor(f"udp://{HOST}:0", links, [8], 5.0) as reactor, asyncio.timeout(10):
        await reactor.vehicle(8).connected()
        upload = asyncio.ensure_future(
            reactor.vehicle(8).upload_mission([MissionItem(16, 3, 114.1, 22.6)])
        )
        while (message := await got.get()).get_type() != "MISSION_COUNT":
            pass
        assert (message.target_system, message.target_component) == (8, 1)
        upload.cancel()
    server.close()
