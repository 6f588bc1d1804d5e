"""What cannot start says why in one sentence, and leaves nothing running."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.stack.running import dockfleet

pytestmark = pytest.mark.stack


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


LONGGANG = Path(__file__).parents[2] / "configs" / "longgang"
MARK = "DOCKFLEET_TEST_RUN"  # by which whatever a run has left is known


def up(tmp_path: Path, *arguments: str):
    free = ("--broker-port", "0", "--console-port", "0", "--mavlink-port", "0")
    free += ("--gateway-port", "0")
    marked = {MARK: str(tmp_path)}
    return dockfleet("up", *free, *arguments, "--state-dir", str(tmp_path), **marked)


def assert_one_sentence(answer, *words: str) -> None:
    assert answer.returncode == 1, answer.stdout
    told = [line for line in answer.stderr.splitlines() if line.startswith("dockfleet: ")]
    assert len(told) == 1, answer.stderr
    for word in words:
        assert word in told[0]
    assert "Traceback" not in answer.stderr


def left_running(state_dir: Path) -> list[str]:
    return [
        " ".join(process.info["cmdline"] or [])
        for process in psutil.process_iter(["cmdline", "environ"])
        if (process.info["environ"] or {}).get(MARK) == str(state_dir)
    ]


def test_what_a_run_leaves_behind_would_be_seen(tmp_path):
    left = subprocess.Popen(["sleep", "60"], env={**os.environ, MARK: str(tmp_path)})
    try:
        assert left_running(tmp_path) == ["sleep 60"]
    finally:
        left.kill()
        left.wait()
    assert left_running(tmp_path) == []


@pytest.mark.parametrize("option", ["--broker-port", "--console-port"])
def test_a_taken_port_is_named(tmp_path, taken_port, option):
    answer = up(tmp_path, option, str(taken_port))
    assert_one_sentence(answer, str(taken_port), "in use")
    assert left_running(tmp_path) == []


def test_a_taken_mavlink_port_is_named(tmp_path):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
        answer = up(tmp_path, "--mavlink-port", port)
    assert_one_sentence(answer, port, "in use")
    assert left_running(tmp_path) == []


def test_a_gateway_port_in_use_is_told_with_its_drone(tmp_path, taken_port):
    answer = up(tmp_path, "--gateway-port", str(taken_port - 7))
    assert_one_sentence(answer, "U07", str(taken_port), "in use", "--gateway-port")
    assert left_running(tmp_path) == []


def test_an_absent_broker_is_named(tmp_path):
    answer = up(tmp_path, "--broker", "mqtt://127.0.0.1:1")
    assert_one_sentence(answer, "127.0.0.1:1", "broker")
    assert left_running(tmp_path) == []


def test_a_missing_arducopter_is_named(tmp_path):
    answer = up(tmp_path, "--vehicles", "ardupilot", "--arducopter", str(tmp_path / "none"))
    assert_one_sentence(answer, str(tmp_path / "none"), "arducopter")
    assert left_running(tmp_path) == []


def test_an_arducopter_that_dies_at_its_start_is_named_with_its_last_words(tmp_path):
    dying = tmp_path / "dying"
    dying.write_text("#!/bin/sh\necho no EEPROM today\nexit 3\n")
    dying.chmod(dying.stat().st_mode | stat.S_IXUSR)
    answer = up(tmp_path, "--vehicles", "ardupilot", "--arducopter", str(dying))
    assert_one_sentence(answer, "ended at its start with code 3", "no EEPROM today")
    assert left_running(tmp_path) == []


def test_an_arducopter_that_says_nothing_is_given_up_with_the_place_of_its_log(tmp_path):
    silent = tmp_path / "silent"
    silent.write_text("#!/bin/sh\nexec sleep 1000\n")
    silent.chmod(silent.stat().st_mode | stat.S_IXUSR)
    answer = up(tmp_path, "--vehicles", "ardupilot", "--arducopter", str(silent))
    assert_one_sentence(answer, "no word from the arducopter of U01", str(tmp_path))
    assert left_running(tmp_path) == []


def test_a_broken_file_of_the_configuration_is_named_with_its_line(tmp_path):
    broken = tmp_path / "district"
    shutil.copytree(LONGGANG, broken)
    docks = (broken / "docks.yaml").read_text().splitlines()
    docks[2] = "nonsense: ["
    (broken / "docks.yaml").write_text("\n".join(docks))
    answer = up(tmp_path, str(broken))
    assert_one_sentence(answer, "docks.yaml", "line")
    assert left_running(tmp_path) == []


def test_a_configuration_that_is_nowhere_is_named(tmp_path):
    answer = dockfleet("up", str(tmp_path / "nowhere"), "--state-dir", str(tmp_path))
    assert answer.returncode == 1
    assert "nowhere" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_speedup_with_real_drones_is_wrong_usage(tmp_path):
    answer = dockfleet("up", "--vehicles", "none", "--speedup", "2", "--state-dir", str(tmp_path))
    assert answer.returncode == 2
