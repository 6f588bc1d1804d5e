"""A sortie of the whole stack leaves a record that other ground stations' tools open."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pymavlink import mavutil

from tests.stack.running import dockfleet

pytestmark = pytest.mark.stack


def flown(vehicles: str, state_dir: Path, *arguments: str) -> Path:
    """The directory with the records of a run through one incident."""
    answer = dockfleet(
        *("sim", "--vehicles", vehicles, "--incidents", "1", "--seed", "7", "--speedup", "8"),
        *("--json", "--state-dir", str(state_dir), *arguments),
    )
    assert answer.returncode == 0, answer.stderr
    (record,) = state_dir.rglob("*.tlog")
    return record.parent


def assert_told_in_full(records: Path) -> None:
    (record,) = records.glob("*.tlog")
    log = mavutil.mavlink_connection(str(record))
    kinds: Counter[tuple[bool, str]] = Counter()
    while (message := log.recv_match()) is not None:
        kinds[message.get_srcSystem() == 255, message.get_type()] += 1
    assert (False, "BAD_DATA") not in kinds
    for ours in (True, False):
        assert kinds[ours, "HEARTBEAT"] > 60
        assert kinds[ours, "MISSION_ITEM_INT"] > 5
    assert kinds[False, "GLOBAL_POSITION_INT"] > 300
    shown: dict[str, Any] = json.loads(
        dockfleet("flight", "show", record.stem, "--records", str(records), "--json").stdout
    )
    phases = [each["phase"] for each in shown["phases"]]
    assert phases[1:6] == ["launching", "en_route", "on_scene", "returning", "landing"]
    assert shown["distance_m"] > 100
    assert shown["highest_m"] > 50
    assert shown["energy_wh"] > 1


@pytest.mark.long
def test_the_flight_of_a_builtin_vehicle_is_recorded(tmp_path: Path) -> None:
    assert_told_in_full(flown("builtin", tmp_path))


@pytest.mark.ardupilot
def test_the_flight_of_a_real_arducopter_is_recorded(tmp_path: Path, arducopter: str) -> None:
    assert_told_in_full(flown("ardupilot", tmp_path, "--arducopter", arducopter))
