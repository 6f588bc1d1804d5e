"""Fixtures of the console's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fleet.bus import Topics
from tests.command.console_stage import MOSQUITTO, UNHURRIED, Officer, Stage, mosquitto, staged


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if MOSQUITTO is None:
        pytest.skip("no mosquitto on this machine")
    with mosquitto(tmp_path_factory.mktemp("broker")) as url:
        yield url


@pytest.fixture(scope="module")
def shared_stage(
    broker: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    topics = Topics(f"shared-{request.module.__name__.rsplit('.')[-1]}")
    with staged(broker, topics, tmp_path_factory.mktemp("people"), UNHURRIED) as stage:
        yield stage


@pytest.fixture
def stage(broker: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    with staged(broker, Topics(f"own-{abs(hash(request.node.name))}"), tmp_path) as stage:
        yield stage


@pytest.fixture
def join() -> Iterator[Callable[..., Officer]]:
    officers: list[Officer] = []

    def make(stage: Stage, transport: str = "websocket") -> Officer:
        officers.append(Officer(stage.url, stage.key, transport))
        return officers[-1]

    yield make
    for officer in officers:
        officer.leave()
