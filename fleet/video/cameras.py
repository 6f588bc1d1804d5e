"""Keeps what drones tell of their cameras coming: asks for the facts once a connection, for the
gimbal's attitude as often as it is needed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Final

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.camera import FACTS, STREAMS
from fleet.mavlink.vehicle import FLYING_HZ, PARKED_HZ, Vehicle, VehicleFault, VehicleRefused

_log = logging.getLogger(__name__)

TRY_AGAIN_S: Final = 5.0
FASTEST_HZ: Final = 10.0
_POSE: Final = (mavlink.MAVLINK_MSG_ID_GLOBAL_POSITION_INT, mavlink.MAVLINK_MSG_ID_ATTITUDE)


class Cameras:
    """``watched_hz`` says how fast a drone's camera is watched now."""

    def __init__(self, vehicles: Mapping[str, Vehicle], watched_hz: Callable[[str], float]) -> None:
        self._vehicles, self._watched_hz = vehicles, watched_hz

    async def keep(self, drone: str) -> None:
        """Asks anew each time the drone connects, for as long as the controller runs."""
        vehicle = self._vehicles[drone]
        while True:
            await vehicle.connected()
            try:
                for message_id in FACTS:
                    await vehicle.ask_message(message_id)
                await self._follow(drone, vehicle)
            except VehicleFault as fault:
                _log.info("the camera of %s: %s", drone, fault)
                await asyncio.sleep(TRY_AGAIN_S)

    async def _follow(self, drone: str, vehicle: Vehicle) -> None:
        """Until the drone is lost: the streams at the rate that is needed now. A stream that the
        vehicle refuses it does not have."""
        loop = asyncio.get_running_loop()
        absent: set[int] = set()
        asked_hz = 0.0
        while vehicle.is_heard(loop.time()):
            wanted_hz = self._wanted_hz(drone, vehicle)
            for message_id, share in STREAMS.items():
                if message_id in absent:
                    continue
                try:
                    await vehicle.request_messages({message_id: wanted_hz * share})
                except VehicleRefused:
                    absent.add(message_id)
            if max(wanted_hz, asked_hz) > FLYING_HZ:
                await vehicle.request_messages(dict.fromkeys(_POSE, wanted_hz))
            asked_hz = wanted_hz
            await self._changed_or_lost(drone, vehicle, asked_hz)

    def _wanted_hz(self, drone: str, vehicle: Vehicle) -> float:
        if not vehicle.state.armed:
            return PARKED_HZ
        return min(FASTEST_HZ, max(FLYING_HZ, self._watched_hz(drone)))

    async def _changed_or_lost(self, drone: str, vehicle: Vehicle, asked_hz: float) -> None:
        """Woken only when something is to be done: this looks at every message of every drone."""
        changed = asyncio.Event()

        def look(_: object) -> None:
            if self._wanted_hz(drone, vehicle) != asked_hz:
                changed.set()

        forget = vehicle.listen(look)
        waiting = [
            asyncio.ensure_future(vehicle.lost()),
            asyncio.ensure_future(changed.wait()),
        ]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            forget()
            for one in waiting:
                one.cancel()
