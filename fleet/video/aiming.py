"""Where drones' cameras look: by themselves at what a drone was sent for, and as a person says."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Mapping
from typing import Final

from fleet import contract as c
from fleet.contract import SortieState as S
from fleet.log.events import CameraPointed, Recorded, SortieAdvanced
from fleet.log.journal import Journal
from fleet.mavlink.pointing import Aim, point, zoom
from fleet.mavlink.vehicle import Vehicle, VehicleFault
from fleet.sorties.refused import Refused
from fleet.video.videos import Videos
from planner.footprint import towards
from planner.model import LonLat

_log = logging.getLogger(__name__)

STRAIGHT_DOWN: Final = Aim(-90.0)
_ENDED: Final = frozenset({S.DOCKED, S.ABORTED, S.LOST, S.GROUNDED, S.WRITTEN_OFF, S.DIVERTED})


class Aiming:
    """One order to a camera at a time; a person's goes before our own."""

    def __init__(
        self,
        vehicles: Mapping[str, Vehicle],
        journal: Journal,
        videos: Videos,
        tasks: asyncio.TaskGroup,
    ) -> None:
        self._vehicles, self._journal, self._videos = vehicles, journal, videos
        self._tasks = tasks
        self._turns = {drone: asyncio.Lock() for drone in vehicles}
        self._by_itself: dict[str, asyncio.Task[None]] = {}
        journal.listen(self._heed)

    async def point(self, ask: c.PointCamera, cause: str) -> c.VideoStream:
        """Turns a camera as a person says, or zooms it.

        Raises:
            Refused: with the reason.
        """
        view = self._journal.state.sorties.get(ask.sortie)
        if view is None:
            raise Refused("not_found", f"there is no sortie {ask.sortie}")
        vehicle = self._vehicles[view.drone]
        self._may(view, vehicle)
        aim = self._aim(ask, view.drone, vehicle)
        share_pct = self._zoom_pct(ask, view.drone)
        if aim is None and share_pct is None:
            raise Refused("invalid", "say where to look, by place or pitch, or how far to zoom")
        self._stop(view.drone)
        pitch_deg, heading_deg = (aim.pitch_deg, aim.heading_deg) if aim else (None, None)
        self._journal.record(
            CameraPointed(
                sortie=view.id,
                incident=view.incident,
                pitch_deg=pitch_deg,
                heading_deg=heading_deg,
                zoom=ask.zoom,
            ),
            cause=cause,
        )
        try:
            async with self._turns[view.drone]:
                if aim is not None:
                    await point(vehicle, aim)
                if share_pct is not None:
                    await zoom(vehicle, share_pct)
        except VehicleFault as fault:
            raise Refused("conflict", str(fault)) from None
        return self._videos.stream(view.drone)

    def _may(self, view: c.SortieView, vehicle: Vehicle) -> None:
        now_s = asyncio.get_running_loop().time()
        if view.state in _ENDED:
            state = view.state.replace("_", " ")
            raise Refused("conflict", f"{view.drone} is {state}; its camera is not turned any more")
        if not vehicle.is_heard(now_s):
            raise Refused("conflict", f"{view.drone} is not heard; its camera cannot be turned now")
        if lent_to := vehicle.lent_to(now_s):
            raise Refused(
                "conflict", f"{lent_to} holds the lease of {view.drone}; take it back first"
            )

    def _aim(self, ask: c.PointCamera, drone: str, vehicle: Vehicle) -> Aim | None:
        if (ask.lon is None) != (ask.lat is None):
            raise Refused("invalid", "a place needs both lon and lat")
        if ask.lon is not None and ask.lat is not None:
            if ask.pitch_deg is not None or ask.heading_deg is not None:
                raise Refused("invalid", "say where to look by a place or by angles, not by both")
            return self._aim_at(LonLat(ask.lon, ask.lat), drone, vehicle)
        if ask.pitch_deg is not None:
            return Aim(ask.pitch_deg, ask.heading_deg)
        if ask.heading_deg is None:
            return None
        pose = vehicle.camera.gimbal
        return Aim(pose.pitch_deg if pose else 0.0, ask.heading_deg)

    def _aim_at(self, at: LonLat, drone: str, vehicle: Vehicle) -> Aim:
        state = vehicle.state
        if state.lon is None or state.lat is None or state.alt_amsl_m is None:
            raise Refused("conflict", f"{drone} has not told where it is")
        eye = (state.lon, state.lat, state.alt_amsl_m)
        heading_deg, pitch_deg = towards(eye, (*at, self._videos.ground_amsl_m(at)))
        return Aim(round(pitch_deg, 1), round(heading_deg, 1) % 360.0)

    def _zoom_pct(self, ask: c.PointCamera, drone: str) -> float | None:
        if ask.zoom is None:
            return None
        model = self._videos.models.get(drone)
        most = model.zoom if model else 1.0
        if ask.zoom > most:
            raise Refused(
                "invalid", f"the camera of {drone} zooms up to {most:g}, not {ask.zoom:g}"
            )
        return 0.0 if most == 1.0 else 100.0 * (ask.zoom - 1) / (most - 1)

    # By themselves.

    def _heed(self, recorded: Recorded) -> None:
        match recorded.fact:
            case SortieAdvanced() as fact:
                view = self._journal.state.sorties[fact.sortie]
                if (aim := self._due(view)) is not None and view.drone in self._videos.models:
                    self._stop(view.drone)
                    name = f"camera of {view.drone}"
                    task = self._tasks.create_task(self._look(view.drone, aim), name=name)
                    self._by_itself[view.drone] = task

    def _due(self, view: c.SortieView) -> Aim | None:
        """Where the camera should look from this step on; None: where it looks already."""
        model = self._videos.models.get(view.drone)
        match view.state:
            case S.EN_ROUTE if view.patrol is not None:
                return STRAIGHT_DOWN  # as its sweeps were planned
            case S.EN_ROUTE | S.RETURNING if model is not None:
                return Aim(model.rests_at_deg)
            case S.ON_SCENE:
                return STRAIGHT_DOWN
            case S.DIRECTED:
                return self._directed(view)
        return None

    def _directed(self, view: c.SortieView) -> Aim:
        """At the place itself, from over it or from the circle around it, which is flown with the
        nose to its middle."""
        directed = self._journal.state.plans[view.id].directed
        if directed is None or directed.radius_m == 0:
            return STRAIGHT_DOWN
        ground_amsl_m = self._videos.ground_amsl_m(LonLat(directed.lon, directed.lat))
        up_m = max(0.0, directed.alt_amsl_m - ground_amsl_m)
        return Aim(-math.degrees(math.atan2(up_m, directed.radius_m)))

    async def _look(self, drone: str, aim: Aim) -> None:
        """A camera that does not turn stops no flight."""
        try:
            async with self._turns[drone]:
                await point(self._vehicles[drone], aim)
        except VehicleFault as fault:
            _log.info("%s: %s", drone, fault)

    def _stop(self, drone: str) -> None:
        task = self._by_itself.pop(drone, None)
        if task is not None:
            task.cancel()
