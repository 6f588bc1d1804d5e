"""One failing part does not take the others with it."""

from __future__ import annotations

import pytest

import fleet.controller.supervise
from fleet.controller.supervise import supervise


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet.controller.supervise, "FIRST_PAUSE_S", 0.0)


def failing(times: int) -> tuple[object, list[int]]:
    tries: list[int] = []

    async def work() -> None:
        tries.append(len(tries))
        if len(tries) <= times:
            raise OSError("no space left on device")

    return work, tries


async def test_it_is_started_again_until_it_ends_and_each_failure_is_told() -> None:
    work, tries = failing(3)
    told: list[tuple[str, str]] = []
    await supervise("broadcast", work, lambda name, error: told.append((name, error)))
    assert len(tries) == 4
    assert told == [("broadcast", "OSError: no space left on device")] * 3


async def test_where_not_even_the_failure_can_be_recorded_the_work_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def full(name: str, error: str) -> None:
        raise OSError("no space left on device")

    work, tries = failing(2)
    await supervise("broadcast", work, full)
    assert len(tries) == 3
    assert "that broadcast failed could not be recorded" in caplog.text
