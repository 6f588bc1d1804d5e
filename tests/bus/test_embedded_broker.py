"""The embedded broker as a process, and what the bus says to a broker that asks for a password."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

from fleet.bus import BusUnreachable, MqttBus
from fleet.bus.broker import serve_broker
from fleet.clock import Clock
from fleet.process import Refusal
from tests.bus.bus_stage import EmbeddedBroker, Heard, Mosquitto, Stage, free_port, until
from tests.bus.conftest import NO_MOSQUITTO

PASSWD = shutil.which("mosquitto_passwd")


def start(port: int, host: str = "127.0.0.1") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "fleet", "broker", "--host", host, "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_says_when_it_is_ready_and_ends_in_order_when_told_to() -> None:
    port = free_port()
    process = start(port)
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    assert ready == {"ready": "broker", "address": f"mqtt://127.0.0.1:{port}"}
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (0, "")
    assert "Traceback" not in err


def test_a_port_in_use_ends_it_with_one_sentence_that_names_the_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = start(port)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (1, "")
    assert len(err.strip().splitlines()) == 1
    assert f"127.0.0.1:{port}" in err


async def test_the_sentence_about_a_port_in_use_names_an_option_that_exists() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(Refusal, match="choose another with --") as caught,
    ):
        await serve_broker("127.0.0.1", taken.getsockname()[1])
    option = next(word for word in str(caught.value).split() if word.startswith("--"))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "fleet", "broker", "--help"),
        stdout=subprocess.PIPE,
        env={"COLUMNS": "200"},
    )
    shown, _ = await process.communicate()
    assert f"{option} " in shown.decode()


async def test_an_address_that_is_not_this_machines_is_refused() -> None:
    with pytest.raises(Refusal, match=r"192\.0\.2\.1:"):
        await serve_broker("192.0.2.1", free_port())


async def test_it_keeps_quiet_on_topics_of_its_own() -> None:
    async with Stage(EmbeddedBroker()) as stage:
        heard, bus = Heard(), await stage.bus()
        await bus.subscribe("$SYS/#", heard)
        await bus.subscribe("end", heard)
        await bus.publish("end", b"end")
        await until(lambda: heard.messages)
        assert heard.payloads == [b"end"]


@NO_MOSQUITTO
@pytest.mark.skipif(PASSWD is None, reason="NOT TESTED: mosquitto_passwd is not installed")
async def test_a_broker_that_asks_for_a_password_gets_it_from_the_address(tmp_path: Path) -> None:
    assert PASSWD is not None
    password, secrets, settings = "p@ss/w:rd", tmp_path / "secrets", tmp_path / "mosquitto.conf"
    process = await asyncio.create_subprocess_exec(PASSWD, "-b", "-c", secrets, "duty", password)
    assert await process.wait() == 0
    secrets.chmod(0o644)
    broker = Mosquitto("-c", str(settings))
    settings.write_text(
        f"listener {broker.port} 127.0.0.1\nallow_anonymous false\npassword_file {secrets}\n"
        "user root\n"
    )
    async with Stage(broker) as stage:
        right = f"mqtt://duty:{quote(password, safe='')}@127.0.0.1:{broker.port}"
        heard, bus = Heard(), await stage.bus(url=right)
        await bus.subscribe("a/b", heard)
        await bus.publish("a/b", b"in")
        await until(lambda: heard.payloads == [b"in"])
        with pytest.raises(BusUnreachable) as caught:
            await stage.bus(url=f"mqtt://duty:wr0ng@127.0.0.1:{broker.port}")
    assert str(broker.port) in str(caught.value)
    assert "wr0ng" not in str(caught.value)


async def test_a_message_longer_than_any_of_ours_is_carried_whole() -> None:
    async with Stage(EmbeddedBroker()) as stage:
        heard, bus = Heard(), await stage.bus()
        await bus.subscribe("district", heard)
        payload = b"x" * 600_000
        await bus.publish("district", payload, retain=True)
        await until(lambda: heard.payloads == [payload])


def test_a_bus_names_each_of_its_clients_differently() -> None:
    names = {MqttBus("mqtt://127.0.0.1", "console", Clock())._name for _ in range(50)}
    assert len(names) == 50
