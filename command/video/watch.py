"""Keeps the controller telling what consoles watch: on the loop, asked again while they do."""

from __future__ import annotations

import asyncio
import logging

from pydantic import ValidationError

from command.video.teller import VideoTeller
from command.video.viewers import Viewers
from fleet.bus import Bus, BusUnreachable, Message, RequestFailed, Topics
from fleet.clock import Clock
from fleet.contract import VideoSample, WatchVideo

AGAIN_S = 5.0  # of a person's time; the controller forgets a wish after 15
ANSWER_S = 3.0
_LOG = logging.getLogger(__name__)


class VideoWatch:
    """Made on the loop's thread, while the loop runs."""

    def __init__(
        self, bus: Bus, topics: Topics, clock: Clock, viewers: Viewers, teller: VideoTeller
    ) -> None:
        self._bus, self._topics = bus, topics
        self._pace, self._viewers, self._teller = clock.speedup, viewers, teller
        self._loop, self._stirred = asyncio.get_running_loop(), asyncio.Event()

    def stir(self) -> None:
        """Somebody watches another drone, or faster: from any thread."""
        self._loop.call_soon_threadsafe(self._stirred.set)

    async def run(self) -> None:
        """Until cancelled."""
        await self._bus.subscribe(self._topics.video("+"), self._on_sample, newest_only=True)
        asked: dict[str, float] = {}
        while True:
            rates = self._viewers.rates_hz()
            if rates or asked:
                asked = rates if await self._ask(rates) else {}
            waits_s = AGAIN_S * self._pace if rates else None
            try:
                async with asyncio.timeout(waits_s):
                    await self._stirred.wait()
            except TimeoutError:
                continue
            self._stirred.clear()

    async def _ask(self, rates: dict[str, float]) -> bool:
        topic, ask = self._topics.controller_request(), WatchVideo(rates_hz=rates)
        try:
            await self._bus.request(topic, ask, ANSWER_S)
        except (RequestFailed, BusUnreachable) as error:
            _LOG.warning("the controller was not asked for video metadata: %s", error)
            return False
        return True

    async def _on_sample(self, message: Message) -> None:
        try:
            self._teller.put(VideoSample.model_validate_json(message.payload))
        except ValidationError as error:
            _LOG.error("not a video sample on %s: %s", message.topic, error)
