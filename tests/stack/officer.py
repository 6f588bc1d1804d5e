"""A duty officer on the bus: asks the controller, follows what it tells, breaks docks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from pydantic import BaseModel

from fleet import contract as c
from fleet.bus import Message, MqttBus, Topics
from fleet.clock import Clock

TOPICS = Topics("longgang")
PATIENCE_S = 100.0


class Officer:
    """Keeps the newest of what the controller tells."""

    def __init__(self, bus: MqttBus) -> None:
        self._bus = bus
        self.incidents: dict[str, c.IncidentView] = {}
        self.sorties: dict[str, c.SortieView] = {}
        self.events: list[c.Event] = []
        self.coverage: c.CoverageView | None = None
        self._changed = asyncio.Condition()

    async def follow(self) -> None:
        await self._bus.subscribe(TOPICS.change(), self._on_change)
        await self._bus.subscribe(TOPICS.coverage(), self._on_coverage)

    async def watch(self, frame: Callable[[c.TelemetryFrame], None]) -> None:
        """Calls ``frame`` with all that the drones tell from now on."""

        async def on_frame(message: Message) -> None:
            frame(c.TelemetryFrame.model_validate_json(message.payload))

        await self._bus.subscribe(TOPICS.telemetry(), on_frame)

    async def ask(self, body: BaseModel) -> dict[str, Any]:
        return (await self._bus.request(TOPICS.controller_request(), body, 20)).body

    async def report(
        self, at: tuple[float, float], dispatch: str = "now", level: int | None = None
    ) -> c.IncidentView:
        body = c.ReportIncident(lon=at[0], lat=at[1], kind="fire", dispatch=dispatch, level=level)
        view = c.IncidentView.model_validate(await self.ask(body))
        self.incidents.setdefault(view.id, view)
        return view

    async def until(self, true: Callable[[], Any]) -> Any:
        async with asyncio.timeout(PATIENCE_S), self._changed:
            await self._changed.wait_for(true)
        return true()

    async def until_sortie(self, sortie: str, *states: str) -> c.SortieView:
        await self.until(lambda: sortie in self.sorties and self.sorties[sortie].state in states)
        return self.sorties[sortie]

    def sorties_of(self, incident: str) -> list[c.SortieView]:
        return [sortie for sortie in self.sorties.values() if sortie.incident == incident]

    def steps(self, sortie: str) -> list[str]:
        return [
            event.data["step"]
            for event in self.events
            if event.kind == "SortieStepDone" and event.subject == sortie
        ]

    async def break_dock(self, dock: str, fault: str) -> None:
        topic = TOPICS.of("sim", dock, "fault")
        await self._bus.publish(topic, json.dumps({"fault": fault}).encode())

    async def _on_coverage(self, message: Message) -> None:
        async with self._changed:
            self.coverage = c.CoverageView.model_validate_json(message.payload)
            self._changed.notify_all()

    async def _on_change(self, message: Message) -> None:
        change = c.Change.model_validate_json(message.payload)
        async with self._changed:
            self.events.append(change.event)
            if change.incident:
                self.incidents[change.incident.id] = change.incident
            if change.sortie:
                self.sorties[change.sortie.id] = change.sortie
            self._changed.notify_all()


@asynccontextmanager
async def on_duty(broker: str) -> AsyncIterator[Officer]:
    async with MqttBus(broker, client="officer", clock=Clock()) as bus:
        officer = Officer(bus)
        await officer.follow()
        yield officer
