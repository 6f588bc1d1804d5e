"""Two drones over one incident, and two whose ways cross: never nearer than they may be."""

from __future__ import annotations

from itertools import pairwise

import pytest

from fleet import contract as c
from fleet.sorties.sortie import distance_m
from planner.apart import HORIZONTAL_M, VERTICAL_M
from tests.stack.officer import Officer, on_duty

pytestmark = pytest.mark.stack

PLACE = (114.2315, 22.7210)  # served by D20
ACROSS, ITS_DOCK = (114.2385, 22.7181), "D13"  # the way there crosses that of D20
OFF_M = 0.8  # of what is kept between them: what telemetry at different moments may differ


class Watch:
    """How near any two drones in the air come to each other."""

    def __init__(self) -> None:
        self.seen: dict[str, c.DroneTelemetry] = {}
        self.too_near: list[str] = []

    def look(self, frame: c.TelemetryFrame) -> None:
        for drone in frame.drones:
            self.seen[drone.drone] = drone
        flying = [
            each for each in self.seen.values() if each.armed and (each.alt_rel_m or 0.0) > 2.0
        ]
        for number, one in enumerate(flying):
            for other in flying[number + 1 :]:
                self._compare(one, other)

    def _compare(self, one: c.DroneTelemetry, other: c.DroneTelemetry) -> None:
        places = (one.lon, one.lat, other.lon, other.lat, one.alt_amsl_m, other.alt_amsl_m)
        lon, lat, to_lon, to_lat, up_m, to_up_m = (float(place or 0.0) for place in places)
        off_m, apart_m = distance_m((lon, lat), (to_lon, to_lat)), abs(up_m - to_up_m)
        if off_m < OFF_M * HORIZONTAL_M and apart_m < OFF_M * VERTICAL_M:
            self.too_near.append(f"{one.drone} and {other.drone}: {off_m:.0f} m, {apart_m:.0f} m")


async def sent(officer: Officer, incident: str, dock: str) -> c.SortieView:
    body = await officer.ask(c.Dispatch(incident=incident, dock=dock))
    return c.SortieView.model_validate(body)


async def all_home(officer: Officer, sorties: list[str]) -> None:
    for sortie in sorties:
        await officer.ask(c.Recall(sortie=sortie))
    for sortie in sorties:
        await officer.until_sortie(sortie, "docked")


@pytest.mark.long
async def test_two_over_one_incident_and_one_across_are_kept_apart_until_they_are_home(stack):
    async with on_duty(stack.broker) as officer:
        watch = Watch()
        await officer.watch(watch.look)
        incident = await officer.report(PLACE)
        assert incident.sortie is not None
        first = await officer.until_sortie(incident.sortie, "en_route")
        assert first.kept_apart is None

        second = await sent(officer, incident.id, "D16")
        assert second.kept_apart is not None
        assert second.kept_apart.drones == (first.drone,)
        other = await officer.report(ACROSS, dispatch="confirm")
        third = await sent(officer, other.id, ITS_DOCK)
        assert third.kept_apart is not None

        for sortie in (first, second, third):
            await officer.until_sortie(sortie.id, "on_scene")
        scenes = [watch.seen[each.drone].alt_amsl_m or 0.0 for each in (first, second)]
        assert all(abs(a - b) >= VERTICAL_M - 2.0 for a, b in pairwise(scenes))
        await all_home(officer, [first.id, second.id, third.id])
        assert watch.too_near == []
