"""A script that flies a drone with a lease: its own connection, lent the drone while it runs.

All that the script opens goes over one connection to the gateway, for a lease is one connection's.
When that ends, however it ends, the lease does, and the controller brings the drone home.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from fleet.mavlink.codec import Decoder
from fleet.mavlink.statustext import StatusTexts
from fleet.process import Refusal
from fleet.stack.children import end_with_parent

ADDRESS: Final = "DOCKFLEET_VEHICLE"  # the variable that tells a script where its drone is
GREETED_WITHIN_S: Final = 10.0
ENDS_WITHIN_S: Final = 5.0  # a script that was told to; then it is killed
LARGEST: Final = 65_536
MOST_UNREAD: Final = 1 << 20  # bytes: some minutes of a flying drone
LEASE_OVER: Final = "Your lease "  # how the gateway's word of its end begins
_GREETING = re.compile(r"You are (\S+), watching ")


class Line:
    """The connection to a drone's port at the gateway, which a script shares. ``over`` is set when
    the lease has ended or the gateway has hung up; ``why`` says which."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._script: asyncio.StreamWriter | None = None
        self.name = ""
        self.over, self.why = asyncio.Event(), "the gateway has hung up"

    async def greet(self) -> None:
        """Until the gateway has said by which name it knows us.

        Raises:
            Refusal: if it hangs up instead.
        """
        decoder = Decoder()
        while data := await self._reader.read(LARGEST):
            for message in decoder.feed(data):
                if message.get_type() == "STATUSTEXT" and (found := _GREETING.match(message.text)):
                    self.name = found[1]
                    return
        raise Refusal("the gateway has hung up: the drone has as many guests as it takes")

    async def listen(self) -> None:
        """Takes what the drone says to the script, until the gateway hangs up."""
        decoder, texts, loop = Decoder(), StatusTexts(), asyncio.get_running_loop()
        with contextlib.suppress(OSError):
            while data := await self._reader.read(LARGEST):
                self._pass_on(data)
                for message in decoder.feed(data):
                    if message.get_type() == "STATUSTEXT":
                        self._heed(texts.take(message, loop.time()))
        self.over.set()

    async def called(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The script calls; of several connections the newest hears the drone."""
        self._script = writer
        with contextlib.suppress(OSError):
            while data := await reader.read(LARGEST):
                self._writer.write(data)
                await self._writer.drain()
        if self._script is writer:
            self._script = None
        writer.close()

    def _pass_on(self, data: bytes) -> None:
        """What a script leaves unread for long it is not told: the newest, by whole reads; what is
        cut, its decoder skips."""
        script = self._script
        if script is not None and script.transport.get_write_buffer_size() < MOST_UNREAD:
            script.write(data)

    def _heed(self, texts: list[str]) -> None:
        for text in texts:
            if text.startswith(LEASE_OVER):
                self.why = text
                self.over.set()


@asynccontextmanager
async def line_to(address: str) -> AsyncIterator[Line]:
    """Calls a drone's port, ``tcp:HOST:PORT``.

    Raises:
        Refusal: if nobody answers there as a gateway does.
    """
    _, host, port = address.split(":")
    try:
        async with asyncio.timeout(GREETED_WITHIN_S):
            reader, writer = await asyncio.open_connection(host, int(port))
            line = Line(reader, writer)
            await line.greet()
    except (OSError, TimeoutError) as error:
        raise Refusal(f"the gateway does not answer at {address} ({error})") from None
    listening = asyncio.get_running_loop().create_task(line.listen(), name=f"from {line.name}")
    try:
        yield line
    finally:
        listening.cancel()
        writer.close()


async def run_script(line: Line, file: Path, arguments: Sequence[str]) -> int | None:
    """Runs the script beside the line; its exit code, or None if it was ended because the drone was
    no longer its own."""
    server = await asyncio.start_server(line.called, "127.0.0.1", 0)
    address = "tcp:{}:{}".format(*server.sockets[0].getsockname()[:2])
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "fleet.lending.dronekit_runner", str(file)),
        *(each.replace("{address}", address) for each in arguments),
        stdin=asyncio.subprocess.DEVNULL,
        env={**os.environ, ADDRESS: address},
        preexec_fn=end_with_parent,
    )
    try:
        return await _until(process, line.over)
    finally:
        await _end(process)
        server.close()


async def _until(process: asyncio.subprocess.Process, over: asyncio.Event) -> int | None:
    loop = asyncio.get_running_loop()
    running, taken = loop.create_task(process.wait()), loop.create_task(over.wait())
    try:
        await asyncio.wait((running, taken), return_when=asyncio.FIRST_COMPLETED)
        return running.result() if running.done() else None
    finally:
        running.cancel()
        taken.cancel()


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(ENDS_WITHIN_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
