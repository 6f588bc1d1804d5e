"""A console on the real bus, with real HTTP and Socket.IO in front of it."""

from __future__ import annotations

import asyncio
import queue
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import requests
import socketio

from command.console import running_console
from command.people.house import People, open_people
from command.people.rights import Role
from command.settings import USUAL, ConsoleSettings
from command.waits import Waits
from command.webserver import listen
from fleet.bus import MqttBus, Topics
from fleet.clock import Clock
from tests.command.controller_on_the_bus import TinyController

T = TypeVar("T")
PATIENCE_S = 20
PASSWORD = "horse battery staple"
WAITS = Waits(
    answer_s=2,
    absent_answer_s=0.5,
    snapshot_s=0.5,
    retry_s=0.1,
    lost_s=1,
    seats_s=0.2,
    frame_s=0.01,
)
UNHURRIED = replace(WAITS, answer_s=PATIENCE_S, lost_s=PATIENCE_S)  # a stall is no silence
MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def mosquitto(tmp_path: Path) -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen(
        [MOSQUITTO or "mosquitto", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=(tmp_path / "mosquitto.log").open("w"),
    )
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except ConnectionRefusedError:
                threading.Event().wait(0.02)
        yield f"mqtt://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


class Stage:
    """Loop, tiny controller and console in a thread, driven from the test."""

    def __init__(
        self,
        broker: str,
        topics: Topics,
        directory: Path,
        waits: Waits = WAITS,
        settings: ConsoleSettings = USUAL,
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.broker, self.topics, self.clock, self.waits = broker, topics, Clock(), waits
        self._settings = settings, environment
        self.people = open_people(f"sqlite:///{directory}/people.db", self.clock.wall_now)
        self.people.roster.add("li", Role.DUTY_OFFICER, "李")
        self.key = settled(self.people, "li")
        self.url = ""
        self.controller: TinyController
        self._loop: asyncio.AbstractEventLoop
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run)

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(PATIENCE_S)
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except asyncio.CancelledError:
            pass
        except BaseException as error:
            self._failure = error
            self._ready.set()
            raise

    def _bus(self, name: str) -> MqttBus:
        client = f"{self.topics.district}-{name}"
        return MqttBus(url=self.broker, client=client, clock=self.clock)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        assert task is not None
        self._task = task
        listener = listen("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with (
            MqttBus(
                url=self.broker, client=f"{self.topics.district}-controller", clock=self.clock
            ) as theirs,
            MqttBus(
                url=self.broker, client=f"{self.topics.district}-console", clock=self.clock
            ) as ours,
        ):
            self.controller = TinyController(theirs, self.topics, self.clock)
            await self.controller.start()
            async with running_console(
                ours, self.topics, self.clock, listener, self.people, self.waits, *self._settings
            ) as ended:
                self._ready.set()
                await ended


def settled(people: People, name: str) -> str:
    """A token of somebody who has set a password."""
    roster = people.roster
    person, _ = roster.sign_in(name, one_time := roster.reset_password(name))
    roster.set_password(person, one_time, PASSWORD)
    return roster.new_token(name, "tests")


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@contextmanager
def staged(
    broker: str,
    topics: Topics,
    directory: Path,
    waits: Waits = WAITS,
    settings: ConsoleSettings = USUAL,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Stage]:
    stage = Stage(broker, topics, directory, waits, settings, environment)
    stage.start()
    try:
        eventually(lambda: requests.get(f"{stage.url}/readyz", timeout=5).ok)
        yield stage
    finally:
        stage.stop()


class Officer:
    """A Socket.IO client that keeps what it is sent, in order."""

    EVENTS = (
        *("snapshot", "change", "dock", "coverage", "telemetry", "status", "controller"),
        "requests",
    )

    def __init__(
        self, url: str, key: str, transport: str = "websocket", serializer: str = "default"
    ) -> None:
        self._sent: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.client = socketio.Client(reconnection=False, serializer=serializer)
        for event in self.EVENTS:
            self.client.on(event, self._keep(event), namespace="/ops")
        self.client.connect(url, headers=bearer(key), namespaces=["/ops"], transports=[transport])

    def _keep(self, event: str) -> Callable[[Any], None]:
        return lambda body: self._sent.put((event, body))

    def next(self, *events: str) -> Any:
        """The body of the next of these events; what comes before it is passed over."""
        while True:
            event, body = self._sent.get(timeout=PATIENCE_S)
            if event in events:
                return body

    def ask(self, body: Any) -> Any:
        return self.client.call("ask", body, namespace="/ops", timeout=PATIENCE_S)

    def leave(self) -> None:
        self.client.disconnect()


def eventually(holds: Callable[[], bool]) -> None:
    """Waits for a condition that another thread or process brings about."""
    pause = threading.Event()
    for _ in range(PATIENCE_S * 50):
        if holds():
            return
        pause.wait(0.02)
    raise AssertionError("it did not come about")


def stalled_console(url: str, key: str) -> socket.socket:
    """A console that joins the namespace and then never reads again."""
    host, port = url.removeprefix("http://").split(":")
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect((host, int(port)))
    connection.sendall(
        f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {host}:{port}\r\n"
        f"Authorization: Bearer {key}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    assert connection.recv(4096).startswith(b"HTTP/1.1 101")
    join_ops = b"40/ops,"
    connection.sendall(bytes([0x81, 0x80 | len(join_ops), 0, 0, 0, 0]) + join_ops)
    return connection
