"""Brokers to test the bus against, and a line to them that can be cut or held."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import subprocess
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any, Protocol

from pydantic import BaseModel

from fleet.bus import Message, MqttBus
from fleet.bus.broker import serve_broker
from fleet.clock import Clock

PATIENCE_S = 10.0
MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin")


class Word(BaseModel):
    """The smallest body a request can have."""

    word: str = "hello"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


async def until(holds: Callable[[], Any], patience_s: float = PATIENCE_S) -> None:
    """Returns once it holds; fails the test when it never does."""
    async with asyncio.timeout(patience_s):
        while not holds():  # noqa: ASYNC110 -- what is waited for has no event
            await asyncio.sleep(0.005)


async def listening(port: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            with contextlib.suppress(ConnectionRefusedError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                with contextlib.suppress(ConnectionError):
                    await writer.wait_closed()
                return
            await asyncio.sleep(0.01)


class Broker(Protocol):
    url: str
    port: int

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class EmbeddedBroker:
    """Ours, on the loop of the test."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._serving = asyncio.get_running_loop().create_task(
            serve_broker("127.0.0.1", self.port), name="broker"
        )
        await listening(self.port)

    async def stop(self) -> None:
        if self._serving is not None:
            self._serving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._serving
            self._serving = None


class Mosquitto:
    """The real one, as a process of its own."""

    def __init__(self, *options: str) -> None:
        self.port = free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self._options = options or ("-p", str(self.port))
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        assert MOSQUITTO is not None
        self._process = subprocess.Popen(  # noqa: ASYNC220 -- starting one takes no time
            [MOSQUITTO, *self._options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        await listening(self.port)

    async def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            await asyncio.get_running_loop().run_in_executor(None, self._process.wait)
            self._process = None


class Line:
    """A line to a broker: carries everything until it is cut, or held from the broker's side."""

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self._flows = asyncio.Event()
        self._flows.set()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._greets = False
        self.greeted = 0
        self.url = ""

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.url = f"mqtt://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def hold(self) -> None:
        """What the broker says waits, so no message is acknowledged."""
        self._flows.clear()

    def hold_after_greeting(self) -> None:
        """As ``hold``, but a new connection is still accepted by the broker."""
        self._greets = True
        self.hold()

    def release(self) -> None:
        self._greets = False
        self._flows.set()

    def cut(self) -> None:
        """Ends each connection as a pulled cable does; new ones are carried."""
        for writer in self._writers:
            writer.transport.abort()

    async def close(self) -> None:
        self.release()
        self.cut()
        if self._server is not None:
            self._server.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self._to_port)
        ends = {writer, inner_writer}
        self._writers |= ends
        try:
            async with asyncio.TaskGroup() as ways:
                ways.create_task(self._pump(reader, inner_writer, held=False))
                ways.create_task(self._pump(inner_reader, writer, held=True))
        except* OSError:
            pass
        finally:
            self._writers -= ends
            for end in ends:
                end.close()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, held: bool
    ) -> None:
        first = held
        while data := await reader.read(65536):
            if held and not (first and self._greets):
                await self._flows.wait()
            writer.write(data)
            await writer.drain()
            self.greeted += first
            first = False
        raise ConnectionResetError("the other end hung up")


class Heard:
    """A handler that remembers."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def __call__(self, message: Message) -> None:
        self.messages.append(message)

    @property
    def payloads(self) -> list[bytes]:
        return [message.payload for message in self.messages]


class Stage:
    """A broker and buses on it, all ended with the test."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.clock = Clock()
        self._ending = AsyncExitStack()

    async def __aenter__(self) -> Stage:
        await self.broker.start()
        self._ending.push_async_callback(self.broker.stop)
        return self

    async def __aexit__(self, *_: object) -> None:
        async with asyncio.timeout(PATIENCE_S):
            await self._ending.aclose()

    async def bus(self, client: str = "tester", **options: Any) -> MqttBus:
        url = options.pop("url", self.broker.url)
        return await self._ending.enter_async_context(
            MqttBus(url, client=client, clock=self.clock, **options)
        )

    async def quiet(self) -> None:
        """Returns when what was under way through the broker has come through."""
        heard, bus = Heard(), await self.bus("echo")
        await bus.subscribe("echo", heard)
        for number in range(3):
            await bus.publish("echo", b"%d" % number)
            await until(lambda number=number: len(heard.messages) > number)  # type: ignore[misc]

    async def line(self) -> Line:
        line = Line(self.broker.port)
        await line.open()
        self._ending.push_async_callback(line.close)
        return line
