"""`dockfleet console` as a process."""

from __future__ import annotations

import json
import math
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from command.people.house import open_people
from command.people.rights import Role
from fleet.clock import Clock
from tests.command.console_stage import (
    Officer,
    bearer,
    eventually,
    free_port,
    mosquitto,
    settled,
)

ROOT = Path(__file__).parents[2]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "fleet", "console", *arguments]


@contextmanager
def console(
    broker: str, directory: Path, *more: str
) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """The process, its address, and the key of somebody who may work there."""
    people = f"sqlite:///{directory}/people.db"
    house = open_people(people, Clock.wall_now)
    house.roster.add("li", Role.DUTY_OFFICER)
    process = subprocess.Popen(
        [
            *command("--port", "0", "--broker", broker, "--district", "process"),
            *("--people", people, *more),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )
    assert process.stdout is not None
    try:
        yield process, json.loads(process.stdout.readline())["address"], settled(house, "li")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def ask(method: str, address: str, key: str, path: str, **kwargs: Any) -> requests.Response:
    url = f"{address}/api/v1{path}"
    return requests.request(method, url, timeout=20, headers=bearer(key), **kwargs)


def test_it_ends_cleanly_with_consoles_connected(broker: str, tmp_path: Path) -> None:
    with console(broker, tmp_path) as (process, address, key):
        officers = [Officer(address, key, each) for each in ("websocket", "polling", "websocket")]
        for officer in officers:
            assert officer.next("snapshot")["online"] is False
        idle = socket.create_connection(("127.0.0.1", int(address.rsplit(":", 1)[1])))
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
        idle.close()
        eventually(lambda: not any(officer.client.connected for officer in officers))


def test_without_a_controller_it_serves_and_says_so(broker: str, tmp_path: Path) -> None:
    with console(broker, tmp_path) as (_, address, key):
        assert requests.get(f"{address}/healthz", timeout=10).ok
        ready = requests.get(f"{address}/readyz", timeout=10)
        assert (ready.status_code, ready.json()["code"]) == (503, "unavailable")
        assert ask("get", address, key, "/snapshot").status_code == 503
        place = {"lon": 114.1, "lat": 22.65, "kind": "fire"}
        refused = ask("post", address, key, "/incidents", json=place)
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_programs_may_have_it_speak_msgpack_and_are_heard_as_strictly(
    broker: str, tmp_path: Path, transport: str
) -> None:
    with console(broker, tmp_path, "--serializer", "msgpack") as (_, address, key):
        program = Officer(address, key, transport, "msgpack")
        assert program.next("snapshot")["online"] is False
        nowhere = {"ask": "plan", "lon": math.nan, "lat": 22.65}
        for hostile in (nowhere, {"ask": b"plan"}, {"ask": {"ask": 1}}, b"plan", [[[]]]):
            assert program.ask(hostile)["code"] == "invalid"
        pace = program.client.call("pace", {"telemetry_hz": math.inf}, namespace="/ops")
        assert (pace["ok"], pace["code"]) == (False, "invalid")
        answer = program.ask({"ask": "plan", "lon": 114.1, "lat": 22.65})
        assert (answer["ok"], answer["code"]) == (False, "unavailable")
        program.leave()


def test_a_port_in_use_is_one_sentence(broker: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            command("--port", port, "--broker", broker, "--people", "sqlite://"),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert port in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_an_absent_broker_is_one_sentence() -> None:
    url = f"mqtt://127.0.0.1:{free_port()}"
    ended = subprocess.run(
        command("--port", "0", "--broker", url, "--people", "sqlite://"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert "broker" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_it_outlives_its_broker(tmp_path: Path) -> None:
    with ExitStack() as broker:
        url = broker.enter_context(mosquitto(tmp_path))
        with console(url, tmp_path) as (process, address, key):
            officer = Officer(address, key)
            officer.next("snapshot")
            broker.close()
            place = {"lon": 114.1, "lat": 22.65}
            refused = ask("post", address, key, "/plan", json=place)
            assert refused.status_code in (503, 504)
            assert process.poll() is None
            officer.leave()
