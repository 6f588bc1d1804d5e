"""`dockfleet docks simulate` as a process."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.bus.bus_stage import PATIENCE_S, free_port


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "fleet", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def running(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A process that has ended when the block has, whatever happened."""
    process = start(*arguments)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def broker() -> Iterator[str]:
    with running("broker", "--port", str(free_port())) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["address"]


@pytest.mark.parametrize(
    ("options", "docks"), [(["--wind", "5@60"], 25), (["--only", "D01,D02"], 2)]
)
def test_it_says_how_many_docks_are_ready_and_ends_in_order(
    broker: str, options: list[str], docks: int
) -> None:
    arguments = ["docks", "simulate", "configs/longgang", "--broker", broker, *options]
    with running(*arguments) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline()) == {"ready": "docks", "docks": docks}
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE_S)
        assert (process.returncode, out) == (0, "")
        assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "code", "names"),
    [
        (["--wind", "strong"], 2, "--wind"),
        (["--wind", "nan@0"], 2, "--wind"),
        (["--only", "D01,D99"], 1, "D99"),
        (["no/such/district"], 1, "no/such/district"),
        ([], 1, "--broker"),
    ],
)
def test_what_cannot_be_run_is_refused_in_one_sentence(
    arguments: list[str], code: int, names: str
) -> None:
    nobody = f"mqtt://127.0.0.1:{free_port()}"
    process = start("docks", "simulate", *arguments, "--broker", nobody)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (code, "")
    assert len(err.strip().splitlines()) == 1
    assert names in err
