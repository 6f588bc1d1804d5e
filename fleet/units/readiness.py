"""Making drones ready to be sent: parameters read and set, fence uploaded and read back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from fleet.district.model import District, DroneModel
from fleet.log.events import DroneReadied
from fleet.log.journal import Journal
from fleet.mavlink.parameters import MARKER_LANDING, POLICY, READ, battery_levels
from fleet.mavlink.performance import performance_of
from fleet.mavlink.vehicle import FLYING_HZ, PARKED_HZ, Vehicle, VehicleFault
from fleet.units.fence import Fences
from planner.model import Performance

_log = logging.getLogger(__name__)

TRY_AGAIN_S = 5.0


@dataclass(slots=True)
class _Record:
    verified: bool = False
    why_not: str | None = "not connected yet"
    performance: Performance | None = None
    once: asyncio.Event = field(default_factory=asyncio.Event)  # verified at least once


class Readiness:
    """What has been verified of each drone since it was last connected.

    A drone that is lost and comes back is verified again: it may have been restarted. On a sortie
    it keeps what it was sent out with, and is verified once it is home. The fence it is given is
    that of the surroundings of its dock; flights whose way needs another bring theirs.
    """

    def __init__(
        self, district: District, vehicles: Mapping[str, Vehicle], journal: Journal
    ) -> None:
        self._district, fences = district, Fences(district)
        self._fences = {site.drone: fences.around([site.at]).fence for site in district.docks}
        self._vehicles, self._journal = vehicles, journal
        self._return_height_cm = district.flight.cruise_height_m * 100  # by a failsafe, too
        self._models = {d.id: district.drone_models[d.model] for d in district.drones}
        self._records = {drone.id: _Record() for drone in district.drones}

    def why_not(self, drone: str) -> str | None:
        """Why the drone is not ready, in words; None when it is. In flight the autopilot's
        pre-arm checks say nothing and are not asked."""
        if why := self._journal.state.out_of_service.get(drone):
            return f"out of service; {why}"
        record, vehicle = self._records[drone], self._vehicles.get(drone)
        if vehicle is None or not record.verified:
            return record.why_not or "its fence is not verified yet"
        if vehicle.state.armed or vehicle.state.prearm_ok:
            return None
        failures = "; ".join(vehicle.state.prearm_failures)
        return failures or "the autopilot's pre-arm checks have not passed"

    async def all_verified(self) -> None:
        """Until every drone has been verified once since the controller's start."""
        for record in self._records.values():
            await record.once.wait()

    def performance(self, drone: str) -> Performance:
        """How the drone flies, from its own parameters; the model's figures until those are in."""
        read = self._records[drone].performance
        return read if read is not None else performance_of({}, self._models[drone])

    async def keep(self, drone: str) -> None:
        """Makes the drone ready each time it connects, for as long as the controller runs."""
        vehicle, record = self._vehicles[drone], self._records[drone]
        while True:
            await vehicle.connected()
            is_out = self._is_out(drone)
            await self._make_ready(drone, vehicle, record, is_out)
            if is_out:
                await self._lost_or_home(drone, vehicle)
            else:
                await vehicle.lost()
            heard = vehicle.is_heard(asyncio.get_running_loop().time())
            record.verified = False
            record.why_not = (
                "it is verified again after its flight" if heard else "the link is lost"
            )

    def _is_out(self, drone: str) -> bool:
        """Whether it flies, or is about to."""
        on_sortie = self._journal.state.sortie_of_drone(drone) is not None
        return on_sortie or self._vehicles[drone].state.armed

    async def _lost_or_home(self, drone: str, vehicle: Vehicle) -> None:
        waiting = [
            asyncio.ensure_future(vehicle.lost()),
            asyncio.ensure_future(vehicle.until(lambda _: not self._is_out(drone))),
        ]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()

    async def _make_ready(
        self, drone: str, vehicle: Vehicle, record: _Record, is_out: bool
    ) -> None:
        while True:
            try:
                read = await self._verify(drone, vehicle, record, is_out)
            except VehicleFault as fault:
                record.why_not = str(fault)
                _log.warning("%s is not ready: %s", drone, fault)
                await asyncio.sleep(TRY_AGAIN_S)
                continue
            record.verified, record.why_not = True, None
            record.once.set()
            self._journal.record(
                DroneReadied(drone=drone, parameters=read, fence_points=self._fences[drone].points)
            )
            return

    async def _verify(
        self, drone: str, vehicle: Vehicle, record: _Record, is_out: bool
    ) -> dict[str, float]:
        model = self._models[drone]
        await vehicle.request_streams(FLYING_HZ if is_out else PARKED_HZ)
        read = await vehicle.read_parameters(READ)
        record.performance = performance_of(read, model)
        if not is_out:
            levels = await self._battery_levels(vehicle, model)
            if model.marker_landing:
                levels |= await self._marker_landing(vehicle)
            await vehicle.set_parameters(POLICY | levels | {"RTL_ALT": self._return_height_cm})
            # a fence takes effect when it is switched on, not when it is changed
            await vehicle.set_parameters({"FENCE_ENABLE": 0})
            await vehicle.upload_fence(self._fences[drone])
            await vehicle.set_parameters({"FENCE_ENABLE": 1})
        return read

    async def _marker_landing(self, vehicle: Vehicle) -> dict[str, float]:
        """Raises VehicleFault if its autopilot does not use the sensor that it is said to have."""
        needed = ("PLND_ENABLED", "PLND_TYPE")
        read = await vehicle.read_parameters([(name,) for name in needed])
        for name in needed:
            if not read[name]:
                raise VehicleFault(
                    f"{name} is 0, so the autopilot does not use its marker sensor; set it up, or "
                    "take marker_landing from the drone's model"
                )
        return MARKER_LANDING

    async def _battery_levels(self, vehicle: Vehicle, model: DroneModel) -> dict[str, float]:
        """Raises VehicleFault if the autopilot does not know how much its battery holds."""
        capacity_mah = (await vehicle.read_parameters([("BATT_CAPACITY",)]))["BATT_CAPACITY"]
        if not capacity_mah > 0:
            raise VehicleFault(
                "BATT_CAPACITY is 0, so the autopilot cannot tell when its battery is low; set it "
                "to what the battery holds, in mAh"
            )
        return battery_levels(capacity_mah, model.reserve_share)
