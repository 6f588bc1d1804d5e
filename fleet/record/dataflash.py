"""Fetches a drone's own log of a flight once it is docked, and lays it beside the flight record."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

from fleet.contract import SortieState as S
from fleet.log.events import Recorded, SortieAdvanced, SortieRequested, SortieStepDone
from fleet.log.journal import Journal
from fleet.mavlink.dataflash import NoLog
from fleet.mavlink.vehicle import Vehicle, VehicleFault
from fleet.record.files import log_path_of


class FlightLogs:
    """One log at a time, so that the fetching stays small beside the telemetry of the fleet. A
    drone that is sent out again is not asked any further; logs that were not fetched when the
    controller stops stay on the drone."""

    def __init__(
        self,
        directory: Path,
        vehicles: Mapping[str, Vehicle],
        journal: Journal,
        tasks: asyncio.TaskGroup,
    ) -> None:
        self._directory, self._vehicles = directory, vehicles
        self._journal, self._tasks = journal, tasks
        self._turn = asyncio.Lock()
        self._fetching: dict[str, asyncio.Task[None]] = {}  # by drone
        journal.listen(self._heed)

    def _heed(self, recorded: Recorded) -> None:
        match recorded.fact:
            case SortieRequested() as fact:
                self._stop(fact.drone)
            case SortieAdvanced() as fact if fact.state is S.DOCKED:
                drone = self._journal.state.sorties[fact.sortie].drone
                self._stop(drone)
                self._fetching[drone] = self._tasks.create_task(
                    self._fetch(fact, self._vehicles[drone]), name=f"log of {drone}"
                )

    def _stop(self, drone: str) -> None:
        task = self._fetching.pop(drone, None)
        if task is not None:
            task.cancel()

    async def _fetch(self, landed: SortieAdvanced, vehicle: Vehicle) -> None:
        path = log_path_of(self._directory, landed.sortie)
        async with self._turn:
            try:
                log = await vehicle.fetch_newest_log()
                await asyncio.to_thread(_write, path, log)
            except NoLog:
                return
            except VehicleFault as fault:
                self._note(landed, "log_not_fetched", str(fault))
            except OSError as error:
                why = f"{path} cannot be written ({error.strerror})"
                self._note(landed, "log_not_fetched", why)
            else:
                self._note(landed, "log_fetched", f"{path.name}, {len(log)} bytes")

    def _note(self, landed: SortieAdvanced, step: str, detail: str) -> None:
        self._journal.record(
            SortieStepDone(sortie=landed.sortie, incident=landed.incident, step=step, detail=detail)
        )


def _write(path: Path, log: bytes) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(log)
    os.replace(part, path)
