"""What is looked at of a drone while another ground station commands it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from fleet.mavlink.vehicle import LAND, Vehicle
from fleet.sorties.dock_side import DockSide
from fleet.sorties.sortie import Seen

EACH_S = 2.0  # between two looks at what the way home takes
ON_ITS_COVER_M = 10.0  # from the pad: what lands there lands on the cover
SINKING_MS = 0.2


class LentWatch:
    """``needed_wh`` is what the way home takes from a place and height, with the reserve."""

    def __init__(
        self,
        vehicle: Vehicle,
        dock: DockSide,
        needed_wh: Callable[[tuple[float, float], float], float | None],
    ) -> None:
        self._vehicle, self._dock, self._needed_wh = vehicle, dock, needed_wh
        self._known_wh: float | None = None
        self._looked_s: float | None = None

    def turn_back_wh(self) -> float | None:
        """What its way home takes from where it is; None while that is not known."""
        now_s, state = asyncio.get_running_loop().time(), self._vehicle.state
        if self._looked_s is not None and now_s < self._looked_s + EACH_S:
            return self._known_wh
        if state.lon is not None and state.lat is not None and state.alt_amsl_m is not None:
            needed_wh = self._needed_wh((state.lon, state.lat), state.alt_amsl_m)
            self._known_wh, self._looked_s = needed_wh or self._known_wh, now_s
        return self._known_wh

    def comes_down_on_cover(self, seen: Seen) -> bool:
        """Whether it is about to land on its dock while that is not open."""
        if self._dock.is_open or not seen.armed or seen.on_ground is True:
            return False
        sinks = seen.mode == LAND or (self._vehicle.state.climb_ms or 0.0) < -SINKING_MS
        return sinks and seen.to_pad_m is not None and seen.to_pad_m <= ON_ITS_COVER_M
