"""The docks as the controller hears them over the bus, and the commands it sends them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from docks.contract import (
    CloseCover,
    Cover,
    DockState,
    DockWeather,
    OpenCover,
    StartCharge,
    StopCharge,
)
from fleet.bus import Bus, Message, Topics
from fleet.bus.topics import subject

_log = logging.getLogger(__name__)

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class DockSeen:
    """The newest of what a dock told us. Times are the loop's: ``heard_s`` of its last word, None
    when never; ``since_s`` from which on it has been heard without a gap; ``weather_s`` when its
    ``weather`` was told. ``station_fault`` is why the newest reading is none."""

    dock: str
    linked: bool = False  # by its own word and its last will
    heard_s: float | None = None
    since_s: float | None = None
    state: DockState | None = None
    weather: DockWeather | None = None
    weather_s: float | None = None
    station_fault: str | None = None

    def online(self, now_s: float, lost_s: float) -> bool:
        return self.linked and self.heard_s is not None and now_s - self.heard_s <= lost_s

    def holds(self, drone: str) -> bool:
        """Whether the drone stands on this dock's pad."""
        state = self.state
        return state is not None and state.drone_present and state.drone in (drone, None)

    @property
    def cover(self) -> Cover | None:
        return self.state.cover if self.state else None


class DockRoster:
    """Newest word of every dock of the district; docks that are not configured are ignored."""

    def __init__(self, bus: Bus, topics: Topics, docks: Iterable[str], lost_s: float) -> None:
        self._bus, self._topics, self._lost_s = bus, topics, lost_s
        self._seen = {dock: DockSeen(dock) for dock in docks}
        self._listeners: list[Callable[[DockSeen], None]] = []

    async def start(self) -> None:
        for topic in (
            self._topics.dock_state("+"),
            self._topics.dock_weather("+"),
            self._topics.dock_link("+"),
        ):
            await self._bus.subscribe(topic, self._heard)

    def __getitem__(self, dock: str) -> DockSeen:
        return self._seen[dock]

    def all(self) -> list[DockSeen]:
        return list(self._seen.values())

    def why_blocked(self, dock: str, now_s: float) -> str | None:
        """Why no drone can land in it, in words; None as far as is known."""
        seen = self._seen[dock]
        if seen.state is None:
            return None
        if seen.state.emergency_stop:
            return "the dock's emergency stop is pressed"
        if seen.state.cover is Cover.STUCK:
            return "the dock's cover is stuck"
        return None if seen.online(now_s, self._lost_s) else "the dock is not heard"

    def listen(self, listener: Callable[[DockSeen], None]) -> Callable[[], None]:
        """Calls ``listener`` on every change of a dock; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def open(self, dock: str, within_s: float) -> None:
        """Opens the cover; returns when it is open. Raises RequestFailed with the dock's words."""
        await self._bus.request(self._topics.dock_command(dock), OpenCover(), within_s)

    async def close(self, dock: str, within_s: float) -> None:
        """Closes the cover; returns when it is closed. Raises RequestFailed."""
        await self._bus.request(self._topics.dock_command(dock), CloseCover(), within_s)

    async def charge(self, dock: str, within_s: float) -> None:
        await self._bus.request(self._topics.dock_command(dock), StartCharge(), within_s)

    async def stop_charge(self, dock: str, within_s: float) -> None:
        await self._bus.request(self._topics.dock_command(dock), StopCharge(), within_s)

    async def _heard(self, message: Message) -> None:
        _, dock, what = subject(message.topic)
        before = self._seen.get(dock)
        if before is None:
            return
        now_s = asyncio.get_running_loop().time()
        if what == "link":
            after = replace(before, linked=message.payload == b"online", heard_s=now_s)
        elif what == "state" and isinstance(state := _parse(DockState, message), DockState):
            after = replace(before, state=state, heard_s=now_s)
        elif what == "weather":
            after = _with_weather(before, _parse(DockWeather, message), now_s)
        else:
            return
        if not before.online(now_s, self._lost_s):
            after = replace(after, since_s=now_s)
        self._seen[dock] = after
        for listener in list(self._listeners):
            listener(after)


def _with_weather(before: DockSeen, told: DockWeather | str, now_s: float) -> DockSeen:
    """Of a station that tells nonsense nothing counts, not what it told before either."""
    if isinstance(told, str):
        return replace(before, weather=None, weather_s=None, station_fault=told, heard_s=now_s)
    return replace(before, weather=told, weather_s=now_s, station_fault=None, heard_s=now_s)


def _parse(model: type[M], message: Message) -> M | str:
    """What was told, or the first thing that is wrong with it."""
    try:
        return model.model_validate_json(message.payload)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        _log.warning(
            "ignored on %s: %d faults, first: %s",
            message.topic,
            error.error_count(),
            first["msg"],
        )
        return f"{where}: {first['msg']}" if where else str(first["msg"])
