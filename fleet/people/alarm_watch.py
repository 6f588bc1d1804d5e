"""Records what autopilots say that a person must have read, and that somebody has."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from ulid import ULID

from fleet import contract as c
from fleet.log.events import AlarmAcknowledged, AlarmRaised, Fact
from fleet.log.journal import Journal
from fleet.mavlink.vehicle import Vehicle
from fleet.people.alarms import said_since, worth_raising
from fleet.sorties.refused import Refused

EVERY_S: Final = 0.5  # an autopilot says far fewer than twenty things meanwhile


class AlarmWatch:
    """Follows what the drones say from now on."""

    def __init__(self, journal: Journal, vehicles: Mapping[str, Vehicle]) -> None:
        self._journal, self._vehicles = journal, vehicles
        self._heard = {drone: vehicle.state.statustexts for drone, vehicle in vehicles.items()}

    async def run(self) -> None:
        while True:
            self.look()
            await asyncio.sleep(EVERY_S)

    def look(self) -> None:
        """Raises what was said since it looked last."""
        facts: list[Fact] = []
        for drone, vehicle in self._vehicles.items():
            before, now = self._heard[drone], vehicle.state.statustexts
            if now is before:
                continue
            self._heard[drone] = now
            alarms = self._journal.state.alarms.values()
            for text in worth_raising(said_since(before, now), drone, alarms):
                sortie = self._journal.state.sortie_of_drone(drone)
                facts.append(
                    AlarmRaised(
                        alarm=str(ULID()),
                        drone=drone,
                        text=text,
                        sortie=sortie.id if sortie else None,
                        incident=sortie.incident if sortie else None,
                    )
                )
        if facts:
            self._journal.record(*facts)


def acknowledge(journal: Journal, ask: c.AcknowledgeAlarm, cause: str) -> c.AlarmView:
    """The first who has read it stands in the record.

    Raises:
        Refused: if there is no such alarm.
    """
    alarm = journal.state.alarms.get(ask.alarm)
    if alarm is None:
        raise Refused("not_found", f"there is no alarm {ask.alarm}")
    if alarm.acknowledged_by is None:
        told = alarm.model_dump(include={"drone", "text", "sortie", "incident"})
        journal.record(AlarmAcknowledged(alarm=alarm.id, by=ask.by, **told), cause=cause)
    return journal.state.alarms[ask.alarm]
