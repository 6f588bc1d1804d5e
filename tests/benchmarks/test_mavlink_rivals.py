"""Processor time a message of this engine, DroneKit and MAVProxy on one feed: 25 drones that each
send 50 messages a second, by UDP, in real time, each client in a process of its own."""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import psutil
import pytest
from pymavlink import mavutil

from tests.benchmarks.goals import Goal, table
from tests.benchmarks.mavlink_clients import VEHICLES
from tests.benchmarks.test_mavlink_bench import FEED, SECONDS

CLIENTS = Path(__file__).with_name("mavlink_clients.py")
MEASURED_S = 10
RATE = len(FEED) / SECONDS
TIMES_LESS = 5.0  # than either rival, a message
_measured_us: dict[str, float] = {}  # by client, for the table at the end


class Feed:
    """Sends the recorded feed round and round, each drone from a socket of its own, in real time.
    ``ports`` is where each drone calls."""

    def __init__(self, ports: list[int]) -> None:
        self._sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in ports]
        for one, port in zip(self._sockets, ports, strict=True):
            one.connect(("127.0.0.1", port))
        self.sent = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Feed:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        for one in self._sockets:
            one.close()

    def _run(self) -> None:
        began_s, n = time.monotonic(), 0
        while not self._ended.is_set():
            (_, sysid), data = FEED[n % len(FEED)]
            with contextlib.suppress(ConnectionRefusedError):  # it does not listen yet
                self._sockets[sysid - 1].send(data)
            n += 1
            self.sent = n
            ahead_s = n / RATE - (time.monotonic() - began_s)
            if ahead_s > 0.005:
                self._ended.wait(ahead_s)


def _free_ports() -> int:
    """The first of enough ports in a row; nobody else takes them in this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        return min(int(one.getsockname()[1]), 60_000)


@contextlib.contextmanager
def _running(command: list[str], folder: Path) -> Iterator[subprocess.Popen[str]]:
    with (folder / "client.log").open("w") as log:
        client = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd=folder,
        )
        try:
            yield client
        finally:
            client.kill()
            client.wait()


def _measured(feed: Feed, pid: int) -> tuple[float, int]:
    """Processor seconds of the process and what was sent to it meanwhile."""
    process = psutil.Process(pid)
    before, sent = process.cpu_times(), feed.sent
    time.sleep(MEASURED_S)
    after = process.cpu_times()
    return after.user + after.system - before.user - before.system, feed.sent - sent


def _tell(name: str, benchmark: Any, cpu_s: float, sent: int, heard: int) -> None:
    us = _measured_us[name] = cpu_s / heard * 1e6
    benchmark.extra_info.update(us_per_message=round(us, 1), heard_share=round(heard / sent, 3))
    print(f"\n{name}: {us:.1f} us a message, {100 * cpu_s / MEASURED_S:.1f} % of a core, "
          f"{100 * heard / sent:.1f} % of {sent} messages taken")  # fmt: skip


@pytest.mark.benchmark(group="mavlink clients")
@pytest.mark.parametrize("name", ["engine", "dronekit"])
def test_processor_time_a_message(name: str, benchmark: Any, tmp_path: Path) -> None:
    if name != "engine" and importlib.util.find_spec(name) is None:
        pytest.skip(f"{name} is not installed")
    port = _free_ports()
    ports = [port] * VEHICLES if name == "engine" else [port + i for i in range(VEHICLES)]
    command = [sys.executable, str(CLIENTS), name, str(port)]
    with _running(command, tmp_path) as client, Feed(ports) as feed:
        assert _line(client.stdout) == "ready", (tmp_path / "client.log").read_text()
        cpu_s, sent = benchmark.pedantic(lambda: _measured(feed, client.pid), rounds=1)
        assert client.stdin is not None
        client.stdin.write("\n")
        client.stdin.flush()
        heard = int(_line(client.stdout))
    _tell(name, benchmark, cpu_s, sent, min(heard, sent))


@pytest.mark.benchmark(group="mavlink clients")
def test_processor_time_a_message_of_mavproxy(benchmark: Any, tmp_path: Path) -> None:
    """It counts nothing; its log of the flight does."""
    program = shutil.which("mavproxy.py", path=Path(sys.executable).parent)
    if program is None:
        pytest.skip("MAVProxy is not installed")
    port = _free_ports()
    log = tmp_path / "mav.tlog"
    command = [sys.executable, program, f"--master=udpin:127.0.0.1:{port}", "--non-interactive",
               f"--logfile={log}", f"--state-basedir={tmp_path}"]  # fmt: skip
    with _running(command, tmp_path) as client, Feed([port] * VEHICLES) as feed:
        while not (log.exists() and log.stat().st_size > 100_000):
            assert client.poll() is None, (tmp_path / "client.log").read_text()
            time.sleep(0.2)
        before = _logged(log)
        cpu_s, sent = benchmark.pedantic(lambda: _measured(feed, client.pid), rounds=1)
        heard = _logged(log) - before
    _tell("MAVProxy", benchmark, cpu_s, sent, heard)


@pytest.mark.benchmark(group="mavlink clients")
def test_ratios(benchmark: Any) -> None:
    """Of what the tests before have measured."""
    if "engine" not in _measured_us or len(_measured_us) < 2:
        pytest.skip("there is nothing to compare")
    ours = _measured_us["engine"]
    goals = [
        Goal(f"{name} ({us:.0f} us) / engine ({ours:.0f} us)", TIMES_LESS, us / ours, "x", True)
        for name, us in _measured_us.items()
        if name != "engine"
    ]
    print(benchmark.pedantic(lambda: table(goals), rounds=1))
    benchmark.extra_info.update({goal.what: round(goal.measured, 1) for goal in goals})


def _logged(log: Path) -> int:
    """The drones' messages in a log that may end in the middle of one."""
    reader = mavutil.mavlink_connection(str(log))
    heard = 0
    while (message := reader.recv_match()) is not None:
        heard += message.get_srcSystem() <= VEHICLES
    return heard


def _line(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.readline().strip()
