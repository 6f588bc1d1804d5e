"""What the commands for leases and scripts say when they cannot do what was asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from fleet.program import app

NOBODY = ("--broker", "mqtt://127.0.0.1:1")  # nothing listens on port 1


def said(*arguments: str) -> tuple[int, str]:
    answer = CliRunner().invoke(app, list(arguments))
    return answer.exit_code, answer.output


@pytest.fixture
def script(tmp_path: Path) -> str:
    file = tmp_path / "hop.py"
    file.write_text("pass\n")
    return str(file)


def test_a_script_needs_a_file_and_a_drone(script: str) -> None:
    code, told = said("script", "run", script)
    assert (code, "--drone says which" in told) == (2, True)
    code, told = said("script", "run", f"{script}.missing", "--drone", "D07")
    assert (code, "does not exist" in told) == (2, True)


def test_a_lease_lasts_from_a_minute_to_four_hours() -> None:
    for minutes in ("0", "241"):
        assert said("lease", "grant", "D07", "--minutes", minutes)[0] == 2


@pytest.mark.parametrize(
    "command",
    [("lease", "grant", "D07"), ("lease", "take-back", "D07"), ("lease", "list"), ("gateway",)],
)
def test_without_a_broker_they_say_so_in_a_sentence(command: tuple[str, ...]) -> None:
    code, told = said(*command, *NOBODY)
    assert code == 1
    assert told.startswith("dockfleet: no MQTT broker answers")


def test_a_script_is_not_begun_without_a_broker(script: str) -> None:
    code, told = said("script", "run", script, "--drone", "D07", *NOBODY)
    assert (code, "no MQTT broker answers" in told) == (1, True)
