"""The drones that a patrol is planned for, in one wind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fleet.district.model import District
from fleet.patrol.file import seconds_of
from fleet.patrol.survey import Flyer
from fleet.patrol.ways_down import WaysDown
from planner.airspace import Airspace
from planner.model import Candidate
from planner.patrol.legs import Heights, charge_s
from planner.patrol.routing import Shift


@dataclass(frozen=True, slots=True)
class Flyers:
    """What is flown with: drones in their order of numbers, each with the shift that it makes."""

    district: District
    airspace: Airspace
    flyer: Flyer
    heights: Heights
    candidates: Sequence[Candidate]
    ways_down: WaysDown
    shifts: Sequence[Shift]

    def rest_s(self, drone: int, wh: float) -> float:
        """From landing until it may fly again."""
        dock = next(d for d in self.district.docks if d.id == self.candidates[drone].dock)
        model = self.district.dock_models[dock.model]
        return model.cover_close_s + charge_s(wh, model.charge_w)


def shift_of(pad: int, candidate: Candidate, hours: str, kept_wh: float, air: int) -> Shift:
    """A drone's flight on a full battery, of which so much is kept beside the reserve, at any time
    of the patrol's hours."""
    performance = candidate.performance
    kept_wh += performance.reserve_share * performance.battery_wh
    opens_s, closes_s = seconds_of(hours)
    return Shift(
        drone=candidate.drone,
        starts=pad,
        lands=pad,
        opens_s=opens_s,
        closes_s=closes_s,
        launch_s=candidate.launch.total_s,
        usable_wh=max(0.0, candidate.energy_wh - kept_wh),
        hover_w=performance.hover_w,
        air=air,
    )
