"""How a vehicle's newest log is fetched: by FTP where it offers that, else by LOG_REQUEST."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from typing import Any

import pytest
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.clock import JumpLoop
from fleet.mavlink.conversation import Conversation
from fleet.mavlink.dataflash import NoLog
from fleet.mavlink.ftp_packet import Op
from fleet.mavlink.gate import Gate
from fleet.mavlink.vehicle import Vehicle
from tests.mavlink.ftp_side import BURST, FtpSide
from tests.mavlink.log_side import LogSide
from tests.mavlink.mavlink_stage import ADDRESS, ack

FTP = mavlink.MAV_PROTOCOL_CAPABILITY_FTP
BEAT = mavlink.MAVLink_heartbeat_message(2, 3, 0, 4, 4, 3)
MOST = 1e9  # times the wall clock


def log_of(size: int) -> bytes:
    return random.Random(size).randbytes(size)


class Drone:
    """A vehicle with these files and logs. While ``deaf_s`` (from, until) nothing passes."""

    def __init__(self, capabilities: int, files: dict[str, bytes], logs: list[bytes]) -> None:
        self._capabilities = capabilities
        self.files, self.logs = FtpSide(files), LogSide(logs)
        self.deaf_after: int | None = None  # packets told
        self.deaf_until_s = 0.0
        self.vehicle = Vehicle(Conversation(ADDRESS, Gate(self._take, lambda _: None), 5.0))

    @property
    def _now_s(self) -> float:
        return asyncio.get_running_loop().time()

    def _is_deaf(self) -> bool:
        if self.deaf_after is not None and self.files.told > self.deaf_after:
            self.deaf_after, self.deaf_until_s = None, self._now_s + 40.0
        return self._now_s < self.deaf_until_s

    def _take(self, _: int, message: Any) -> None:
        if self._is_deaf():
            return
        kind = message.get_type()
        if kind == "FILE_TRANSFER_PROTOCOL":
            self._say(self.files.take(message, self._now_s))
        elif kind.startswith("LOG_"):
            self._say(self.logs.take(message, self._now_s))
        elif kind == "COMMAND_LONG":
            nothing = [0] * 8
            version = mavlink.MAVLink_autopilot_version_message(
                *(self._capabilities, 0, 0, 0, 0, nothing, nothing, nothing, 0, 0, 7)
            )
            self._say([ack(message.command), version])

    def _say(self, messages: list[Any]) -> None:
        for message in messages:
            if not self._is_deaf():
                asyncio.get_running_loop().call_soon(self.vehicle.heard, message, self._now_s)

    async def live(self) -> None:
        for n in range(1_000_000):
            self._say(self.files.tick(self._now_s) + self.logs.tick(self._now_s))
            if n % 100 == 0:
                self._say([BEAT])
            await asyncio.sleep(0.01)


def fetched(drone: Drone) -> bytes:
    async def whole() -> bytes:
        living = asyncio.ensure_future(drone.live())
        try:
            await drone.vehicle.connected()
            return await drone.vehicle.fetch_newest_log()
        finally:
            living.cancel()

    story: Coroutine[Any, Any, bytes] = whole()
    with asyncio.Runner(loop_factory=lambda: JumpLoop(MOST)) as runner:
        return runner.run(story)


def test_who_offers_files_is_asked_for_the_log_as_a_file_and_for_no_more() -> None:
    drone = Drone(FTP, {f"logs/{n:08d}.BIN": log_of(n * 100) for n in (1, 2, 3)}, [])
    assert fetched(drone) == log_of(300)
    assert not drone.logs.asked
    assert drone.files.opened == ["logs/00000003.BIN"]
    assert drone.files.session is None  # closed behind us


def test_after_the_numbers_have_begun_anew_the_newest_is_the_one_that_is_told_last() -> None:
    files = {f"/APM/LOGS/{n:08d}.BIN": log_of(n) for n in (1, 2, 499, 500)}
    drone = Drone(FTP, files | {"/APM/LOGS/LASTLOG.TXT": b"2\r\n"}, [])
    assert fetched(drone) == log_of(2)


def test_who_offers_no_files_is_asked_by_log_requests() -> None:
    drone = Drone(0, {"logs/00000001.BIN": b"x"}, [log_of(300)])
    assert fetched(drone) == log_of(300)
    assert not drone.files.asked


def test_whose_logs_are_not_among_its_files_is_asked_by_log_requests() -> None:
    drone = Drone(FTP, {"@PARAM/param.pck": b"x"}, [log_of(300)])
    assert fetched(drone) == log_of(300)
    assert {packet.opcode for packet in drone.files.asked} == {Op.LIST, Op.TERMINATE}


@pytest.mark.parametrize("files", [{"logs/LASTLOG.TXT": b"0"}, {"logs/00000001.BIN": b""}])
def test_who_keeps_no_log_says_so(files: dict[str, bytes]) -> None:
    with pytest.raises(NoLog):
        fetched(Drone(FTP, files, []))


def test_after_forty_seconds_of_silence_the_log_is_gone_on_with() -> None:
    packets = 4 * BURST
    drone = Drone(FTP, {"logs/00000001.BIN": log_of(packets * 239)}, [])
    drone.deaf_after = 2 * BURST
    assert fetched(drone) == log_of(packets * 239)
    assert drone.files.opened == ["logs/00000001.BIN"] * 2
    assert drone.files.told < 1.4 * packets
