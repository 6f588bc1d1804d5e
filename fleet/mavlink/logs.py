"""The newest DataFlash log of a vehicle: by MAVLink FTP where it offers that, else as messages.

FTP brings 239 bytes a packet as fast as the link bears, and what was fetched stays when the link
is lost for a while; LOG_REQUEST_DATA brings 90, and begins anew.
"""

from __future__ import annotations

import asyncio
from typing import Final

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.conversation import Conversation
from fleet.mavlink.dataflash import EndLogTransfer, FetchLog, LogEntry, NewestLog, NoLog
from fleet.mavlink.exchange import VehicleRefused, VehicleSilent
from fleet.mavlink.ftp import EndSession, FetchFile, FileEntry, ListDirectory, NoSuchFile
from fleet.mavlink.gate import Warrant

LOOKS, LOOKED_AT_EACH_S = 12, 5.0
RESUMED: Final = 5  # times that a file is gone on with after the link was lost
BACK_WITHIN_S: Final = 120.0
# Where ArduPilot keeps its logs: on a card, and in simulation.
DIRECTORIES: Final = ("/APM/LOGS", "logs")
NEWEST: Final = "LASTLOG.TXT"  # holds the newest log's number; the highest need not be the newest


def offers_files(capabilities: int | None) -> bool:
    """Whether a vehicle that tells of these capabilities serves files by FTP."""
    return bool((capabilities or 0) & mavlink.MAV_PROTOCOL_CAPABILITY_FTP)


class Logs:
    """Reads one vehicle's logs on behalf of whoever the warrant names. Only of a drone that is
    disarmed."""

    def __init__(self, talk: Conversation, warrant: Warrant) -> None:
        self._talk, self._warrant = talk, warrant

    async def by_messages(self) -> bytes:
        """The newest log, once it is closed. Raises NoLog for a vehicle that keeps none."""
        talk, warrant = self._talk, self._warrant
        entry = await self._closed_entry()
        try:
            return await talk.run(FetchLog(talk.address, entry), warrant)
        finally:
            await talk.run(EndLogTransfer(talk.address), warrant)

    async def _closed_entry(self) -> LogEntry:
        """The newest log once it does not grow any more, which ArduPilot lets it do for a while
        after landing: reading one makes it close that and begin another, time and again."""
        before: LogEntry | None = None
        for _ in range(LOOKS):
            newest = await self._talk.run(NewestLog(self._talk.address), self._warrant)
            if newest == before:
                return newest
            before = newest
            await asyncio.sleep(LOOKED_AT_EACH_S)
        raise _still_writing()

    async def by_files(self) -> bytes:
        """The newest log, once it is closed.

        Raises:
            NoLog: for a vehicle that keeps none.
            NoSuchFile: where its logs are not found.
        """
        try:
            directory, log = await self._closed_file()
            return await self._fetched(f"{directory}/{log.name}")
        finally:
            await self._end()

    async def _closed_file(self) -> tuple[str, FileEntry]:
        before: tuple[str, FileEntry] | None = None
        for _ in range(LOOKS):
            directory, files = await self._listed()
            newest = directory, await self._newest(directory, files)
            if newest == before:
                return newest
            before = newest
            await asyncio.sleep(LOOKED_AT_EACH_S)
        raise _still_writing()

    async def _listed(self) -> tuple[str, list[FileEntry]]:
        talk, missing = self._talk, NoSuchFile("no directory of logs")
        for directory in DIRECTORIES:
            try:
                listing = ListDirectory(talk.address, talk.files, directory)
                return directory, await talk.run(listing, self._warrant)
            except NoSuchFile as nowhere:
                missing = nowhere
        raise missing

    async def _newest(self, directory: str, files: list[FileEntry]) -> FileEntry:
        logs = {file.name.upper(): file for file in files if file.name.upper().endswith(".BIN")}
        name = max(logs, default=None)
        if any(file.name.upper() == NEWEST for file in files):
            told = (await self._fetched(f"{directory}/{NEWEST}")).strip()
            if told.isdigit() and f"{int(told):08d}.BIN" in logs:
                name = f"{int(told):08d}.BIN"
        if name is None or logs[name].size == 0:
            raise NoLog("log list: the vehicle keeps no log")
        return logs[name]

    async def _fetched(self, path: str) -> bytes:
        """The file, gone on with when the vehicle is heard again after a while of silence."""
        talk, begun = self._talk, None
        for resumed in range(RESUMED + 1):
            await self._end()  # the file before, or what a controller before us has left open
            fetch = FetchFile(talk.address, talk.files, path, begun)
            try:
                return await talk.run(fetch, self._warrant)
            except VehicleSilent:
                if resumed == RESUMED:
                    raise
                begun = fetch.pieces
                await self._back()
        raise AssertionError  # the loop returns or raises

    async def _back(self) -> None:
        try:
            async with asyncio.timeout(BACK_WITHIN_S):
                await self._talk.connected()
        except TimeoutError:
            raise VehicleSilent("fetching the log: the vehicle is not heard any more") from None

    async def _end(self) -> None:
        await self._talk.run(EndSession(self._talk.address, self._talk.files), self._warrant)


def _still_writing() -> VehicleRefused:
    return VehicleRefused("log download: the vehicle does not stop writing it; see LOG_DISARMED")
