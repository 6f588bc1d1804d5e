"""What is seen through the drones' cameras: told to who watches, recorded for who comes later."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet import contract as c
from fleet.bus import Bus, Topics
from fleet.clock import Clock
from fleet.dispatch.forecast import task_for
from fleet.district.model import CameraModel, District
from fleet.log.journal import Journal
from fleet.mavlink.codec import Frame
from fleet.mavlink.vehicle import Vehicle
from fleet.process import Refusal
from fleet.sorties.refused import Refused
from fleet.video.klv import packet
from fleet.video.recording import VideoRecords
from fleet.video.sampler import Sampler
from fleet.video.streams import stream_of
from fleet.video.watches import Pace, Watches
from planner.model import LonLat

RECORDED_HZ: Final = 5.0
_POSITION: Final = mavlink.MAVLINK_MSG_ID_GLOBAL_POSITION_INT

Hear = Callable[[int, Callable[[Frame], None]], object]  # the reactor's ``watch``


class Videos:
    """One for all drones with a camera. A drone that nobody watches and that is on no sortie costs
    a look at the kind of each of its messages."""

    def __init__(
        self,
        district: District,
        vehicles: Mapping[str, Vehicle],
        journal: Journal,
        records: Path,
        bus: Bus,
        topics: Topics,
        clock: Clock,
    ) -> None:
        self._vehicles, self._journal = vehicles, journal
        self._bus, self._topics, self._clock = bus, topics, clock
        self._watches, self.records = Watches(), VideoRecords(records)
        self.models: dict[str, CameraModel] = {
            drone.id: model
            for drone in district.drones
            if drone.id in vehicles
            and (model := district.drone_models[drone.model].camera) is not None
        }
        self._district = district
        self._urls = {drone.id: drone.video for drone in district.drones}
        self._samplers = {
            drone: Sampler(drone, model, self.ground_amsl_m) for drone, model in self.models.items()
        }
        self._watched_pace = {drone: Pace() for drone in self.models}
        self._recorded_pace = {drone: Pace() for drone in self.models}
        self._newest: dict[str, c.VideoSample] = {}  # waiting to be told
        self._stirred = asyncio.Event()

    def ground_amsl_m(self, at: LonLat) -> float:
        """The height of the ground there, as far as is known."""
        return task_for(self._district, at, 0.0).ground_amsl_m

    def attend(self, hear: Hear) -> None:
        """Follows what the drones with cameras say."""
        for drone in self._samplers:
            hear(self._vehicles[drone].address.sysid, partial(self._heard, drone))

    def watched_hz(self, drone: str) -> float:
        return self._watches.rate_hz(drone, asyncio.get_running_loop().time())

    # What is asked.

    def watch(self, who: str, ask: c.WatchVideo) -> c.VideoStreams:
        """Tells the samples of these drones for a while.

        Raises:
            Refused: if one is not known.
        """
        for drone in ask.rates_hz:
            if drone not in self._vehicles:
                raise Refused("not_found", f"there is no drone {drone}")
        # loops at speed-up k run k times as fast, and so do a vehicle's messages: a person still
        # wants so many a second of the wall clock
        pace = self._clock.speedup
        rates = {drone: rate_hz / pace for drone, rate_hz in ask.rates_hz.items()}
        self._watches.ask(who, rates, asyncio.get_running_loop().time(), pace)
        return self.streams()

    def streams(self) -> c.VideoStreams:
        """What is known of every drone's picture."""
        return c.VideoStreams(streams=tuple(self.stream(drone) for drone in self._vehicles))

    def stream(self, drone: str) -> c.VideoStream:
        sampler = self._samplers.get(drone)
        camera, model = self._vehicles[drone].camera, self.models.get(drone)
        latency_s = sampler.latency_s if sampler else None
        return stream_of(drone, camera, model, latency_s, self._urls.get(drone))

    async def track(self, ask: c.GetVideoTrack) -> c.VideoTrack:
        """What was recorded in a flight.

        Raises:
            Refused: if nothing was.
        """
        try:
            return await self.records.track(ask.sortie, ask.after, ask.step_s, ask.limit)
        except Refusal as refusal:
            raise Refused("not_found", str(refusal)) from None

    # What is told.

    async def run(self) -> None:
        """Tells samples as they come, of two that wait the newer; until cancelled."""
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            while self._newest:
                drone, sample = self._newest.popitem()
                await self._bus.publish(self._topics.video(drone), sample, qos=0)
                await self._bus.publish(self._topics.klv(drone), packet(sample), qos=0)

    def _heard(self, drone: str, frame: Frame) -> None:
        if frame.id != _POSITION:
            return
        now_s = asyncio.get_running_loop().time()
        vehicle = self._vehicles[drone]
        if frame.compid != vehicle.address.compid:
            return
        rate_hz = self._watches.rate_hz(drone, now_s)
        told = rate_hz > 0 and self._watched_pace[drone].passes(rate_hz, now_s)
        sortie = self._journal.state.sortie_of_drone(drone) if vehicle.state.armed else None
        kept = sortie is not None and self._recorded_pace[drone].passes(RECORDED_HZ, now_s)
        if not told and not kept:
            return
        message = frame.message
        clock, boot_ms = vehicle.clock, message.time_boot_ms
        sample = self._samplers[drone].take(
            message,
            vehicle.state,
            vehicle.camera,
            self._clock.unix_s(),
            None if clock is None else max(0.0, now_s - clock.moment_s(boot_ms)),
        )
        if sample is None:
            return
        if sortie is not None and kept:
            self.records.keep(sortie.id, sample)
        if told:
            self._newest[drone] = sample
            self._stirred.set()
