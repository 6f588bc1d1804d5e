"""`dockfleet audit verify`: whether the record is whole, in words and for programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from tests.stack.running import dockfleet


@pytest.fixture
def people(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/people.db"


def verified(people: str) -> Any:
    return dockfleet("audit", "verify", "--people", people, "--json")


def test_a_record_that_nobody_has_touched_is_whole(people: str) -> None:
    assert json.loads(verified(people).stdout) == {
        "whole": True,
        "fault": None,
        "entries": 0,
        "hash": None,
    }
    added = dockfleet("user", "add", "chen", "--role", "viewer", "--people", people)
    assert added.returncode == 0, added.stderr
    answer = verified(people)
    told = json.loads(answer.stdout)
    assert answer.returncode == 0
    assert told["whole"]
    assert told["entries"] == 1
    assert len(told["hash"]) == 64


def test_an_entry_changed_behind_its_back_is_told_and_ends_with_1(people: str) -> None:
    for name in ("chen", "li"):
        dockfleet("user", "add", name, "--role", "viewer", "--people", people)
    with create_engine(people).begin() as database:
        database.execute(text("UPDATE audit SET subject = 'wang' WHERE seq = 1"))
    answer = verified(people)
    assert answer.returncode == 1
    assert json.loads(answer.stdout)["whole"] is False
    assert "audit log is not whole: entry 1" in answer.stderr
