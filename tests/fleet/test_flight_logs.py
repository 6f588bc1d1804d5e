"""A drone's own log is fetched once it is docked, and left alone when the drone is needed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from fleet.log.events import SortieRequested, SortieStepDone
from fleet.mavlink.codec import Decoder, Encoder
from fleet.record.dataflash import FlightLogs
from tests.fleet.flight_stage import SORTIE, Stage, jumping
from tests.mavlink.log_side import LogSide
from tests.sitl.builtin_yard import SYSID

LOG = bytes(range(256)) * 200


class LoggingCraft:
    """The builtin drone with a card for logs."""

    def __init__(self, stage: Stage, side: LogSide) -> None:
        self.side = side
        self._stage, self._craft = stage, stage.craft
        self._decoder, self._encoder = Decoder(), Encoder(SYSID, 1)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._craft, name)

    def receive(self, data: bytes, now_s: float) -> None:
        for message in self._decoder.feed(data):
            if message.get_type().startswith("LOG_"):
                self.side.take(message, now_s)
                return
        self._craft.receive(data, now_s)

    def tick(self, now_s: float) -> None:
        self._craft.tick(now_s)
        for message in self.side.tick(now_s):
            self._stage._from_craft(self._encoder.encode(message))


class StillLogging(LogSide):
    """Writes its log for as long as ever."""

    def _listed(self, start: int, end: int) -> list[Any]:
        self.logs[-1] += b"more"
        return super()._listed(start, end)


Story = Callable[[Stage, LogSide], Coroutine[Any, Any, None]]


@pytest.fixture
def told(tmp_path: Path) -> Callable[[LogSide, Story], None]:
    """Plays a story that begins with the drone called home from the scene."""

    def play(side: LogSide, story: Story) -> None:
        async def whole() -> None:
            async with Stage(tmp_path) as stage, asyncio.TaskGroup() as tasks:
                craft = LoggingCraft(stage, side)
                stage.craft = craft  # type: ignore[assignment]
                await stage.start_controller()
                vehicle = stage._vehicle
                assert vehicle is not None
                FlightLogs(tmp_path, {"U01": vehicle}, stage.journal, tasks)
                await stage.until_state("on_scene")
                assert not craft.side.asked
                stage.flight.recall("enough")
                await stage.until_state("docked")
                await story(stage, craft.side)

        jumping(whole())

    return play


def details(stage: Stage) -> dict[str, str]:
    found = stage.journal.log.read(subject=SORTIE)
    return {r.fact.step: r.fact.detail for r in found if isinstance(r.fact, SortieStepDone)}


def test_after_docking_the_log_is_fetched_whole(told: Any, tmp_path: Path) -> None:
    async def story(stage: Stage, side: LogSide) -> None:
        await stage.until(lambda: "log_fetched" in stage.steps)
        assert (tmp_path / f"{SORTIE}.bin").read_bytes() == LOG
        assert details(stage)["log_fetched"] == f"{SORTIE}.bin, {len(LOG)} bytes"
        assert side.ended == 1

    told(LogSide([b"of an earlier flight", LOG]), story)


def test_a_drone_that_keeps_no_log_is_not_a_fault(told: Any, tmp_path: Path) -> None:
    async def story(stage: Stage, side: LogSide) -> None:
        await stage.until(lambda: bool(side.asked))
        await asyncio.sleep(5)
        assert not [step for step in stage.steps if step.startswith("log_")]

    told(LogSide([]), story)
    assert not list(tmp_path.glob("*.bin"))


def test_a_log_that_cannot_be_fetched_is_told_with_the_reason(told: Any) -> None:
    async def story(stage: Stage, side: LogSide) -> None:
        await stage.until(lambda: bool(side.asked))
        stage.hears = False
        await stage.until(lambda: "log_not_fetched" in stage.steps)
        assert "no answer" in details(stage)["log_not_fetched"]

    told(LogSide([LOG * 20]), story)


def test_a_drone_that_is_sent_out_again_is_asked_no_further(told: Any, tmp_path: Path) -> None:
    async def story(stage: Stage, side: LogSide) -> None:
        await stage.until(lambda: len(side.asked) > 5)
        again = next(
            r.fact
            for r in stage.journal.log.read(subject=SORTIE)
            if isinstance(r.fact, SortieRequested)
        )
        stage.journal.record(again.model_copy(update={"sortie": "T" * 26}))
        await asyncio.sleep(1)
        asked = len(side.asked)
        assert side.ended == 1
        await asyncio.sleep(30)
        assert len(side.asked) == asked

    told(LogSide([LOG * 20]), story)
    assert not list(tmp_path.glob("*.bin"))


def test_a_log_that_is_still_written_is_not_disturbed(told: Any) -> None:
    async def story(stage: Stage, side: LogSide) -> None:
        await stage.until(lambda: "log_not_fetched" in stage.steps)
        assert "does not stop writing it" in details(stage)["log_not_fetched"]
        assert {m.get_type() for m in side.asked} == {"LOG_REQUEST_LIST"}

    told(StillLogging([LOG]), story)
