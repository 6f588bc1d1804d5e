"""Routes told as stages: each way and each look with its points, times and energy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fleet.patrol.agenda import Agenda, Part
from fleet.patrol.plan import PlannedSortie, Stage
from fleet.patrol.skies import Skies
from planner.energy import WH
from planner.frame import to_degrees
from planner.model import Candidate
from planner.patrol.legs import Legs
from planner.patrol.routing import Shift, Sortie


class Teller:
    """Tells sorties; pads are numbered as the ``candidates`` are."""

    def __init__(self, agenda: Agenda, candidates: Sequence[Candidate], skies: Skies) -> None:
        self._agenda, self._candidates, self._skies = agenda, candidates, skies

    def planned(
        self, number: int, sortie: Sortie, shift: Shift, relay: str | None = None
    ) -> PlannedSortie:
        start, end = self._candidates[shift.starts], self._candidates[shift.lands]
        battery_wh = start.energy_wh
        return PlannedSortie(
            id=f"S{number:03d}",
            drone=shift.drone,
            dock=start.dock,
            lands_at=end.dock,
            ordered_s=sortie.ordered_s,
            lifts_off_s=sortie.ordered_s + shift.launch_s,
            lands_s=sortie.lands_s,
            energy_wh=sortie.wh,
            left_wh=battery_wh - sortie.wh,
            stages=tuple(self._stages(sortie, shift)),
            relay=relay,
        )

    def _stages(self, sortie: Sortie, shift: Shift) -> Iterator[Stage]:
        here, now_s = shift.starts, sortie.ordered_s + shift.launch_s
        sky = self._skies.all[shift.air]
        for flown in sortie.looks:
            part = sky.parts[flown.look]
            yield _way(sky.legs, here, part.entry, now_s)
            wh = part.wh + flown.waits_s * shift.hover_w / WH
            visit = self._agenda.looks[flown.look].visit
            swath = self._agenda.surveys[part.task.id].swath
            now_s = flown.begins_s + part.seconds
            yield Stage(
                what="look",
                begins_s=flown.begins_s,
                ends_s=now_s,
                waits_s=flown.waits_s,
                energy_wh=wh,
                points=tuple(self._seen_from(part)),
                task=part.task.id,
                visit=self._agenda.visits[visit].id,
                photo_step_m=None if swath is None else swath.along_m,
            )
            here = part.exit
        yield _way(sky.legs, here, shift.lands, now_s)

    @staticmethod
    def _seen_from(part: Part) -> Iterator[tuple[float, float, float, float]]:
        at, alts_amsl_m = to_degrees(part.way.points_m).tolist(), part.way.alts_amsl_m
        speeds_ms = (0.0, *part.speeds_ms)
        for (lon, lat), alt_amsl_m, speed_ms in zip(at, alts_amsl_m, speeds_ms, strict=True):
            yield lon, lat, alt_amsl_m, speed_ms


def _way(legs: Legs, start: int, end: int, begins_s: float) -> Stage:
    leg = legs.leg(start, end)
    assert leg is not None, "a sortie flies only ways that there are"
    return Stage(
        what="way",
        begins_s=begins_s,
        ends_s=begins_s + leg.seconds,
        energy_wh=leg.wh,
        points=leg.waypoints,
    )
