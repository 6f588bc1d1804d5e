"""For the tests that fly one sortie."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from tests.fleet.flight_stage import Stage, jumping

Story = Callable[[Stage], Coroutine[Any, Any, None]]


@pytest.fixture
def played(tmp_path: Path) -> Callable[..., None]:
    """Plays a story on a stage whose controller runs; ``prepare`` sets the stage before."""

    def play(story: Story, prepare: Callable[[Stage], None] = lambda _: None) -> None:
        async def whole() -> None:
            stage = Stage(tmp_path)
            prepare(stage)
            async with stage:
                await stage.start_controller()
                await story(stage)

        jumping(whole())

    return play
