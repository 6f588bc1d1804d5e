"""The mission of a sortie as a file, asked of the running controller and read from its log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.stack.running import dockfleet

pytestmark = pytest.mark.stack


def test_a_sorties_mission_is_the_same_from_the_controller_and_from_its_log(
    stack: Any, tmp_path: Path
) -> None:
    reported = dockfleet(
        *("incident", "report", "--at", "114.24,22.72", "--kind", "fire", "--dispatch", "now"),
        "--json",
        broker=stack.broker,
    )
    assert reported.returncode == 0, reported.stderr
    incident = json.loads(reported.stdout)
    sortie = incident["sortie"]
    asked, read = tmp_path / "asked.plan", tmp_path / "read.plan"
    export = ("mission", "export", "--sortie", sortie, "--to")
    told = dockfleet(*export, str(asked), "--json", broker=stack.broker)
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["dock"] == incident["dock"]
    log = f"sqlite:///{next(stack.state_dir.rglob('events.db'))}"
    assert dockfleet(*export, str(read), "--log", log).returncode == 0
    assert asked.read_text() == read.read_text()
    assert dockfleet("mission", "check", str(asked)).returncode == 0
    unknown = dockfleet(
        *("mission", "export", "--sortie", "0" * 26, "--to", str(asked)), broker=stack.broker
    )
    assert (unknown.returncode, "there is no sortie" in unknown.stderr) == (1, True)
    dockfleet("sortie", "recall", sortie, broker=stack.broker)
