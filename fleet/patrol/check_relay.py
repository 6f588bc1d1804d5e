"""Does a plan's relay hold? Asked, as in the rest of the check, of its points and times alone.

That nothing is left out between two segments is seen by what the photos show of the line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from fleet.district.model import District
from fleet.patrol.book import part_of
from fleet.patrol.file import HOUR_S
from fleet.patrol.plan import PatrolPlan, PlannedRelay, PlannedSortie, PlanPoint, Stage
from fleet.sorties.sortie import distance_m

TIME_SLACK_S = 1.0
PLACE_SLACK_M = 2.0


def relay_violations(plan: PatrolPlan, district: District) -> Iterator[str]:
    """The same at each time, by different drones that set out together, each handing over where it
    is told, and never later again than told."""
    for relay in plan.relays:
        times: dict[str, list[PlannedSortie]] = defaultdict(list)
        for sortie in plan.sorties:
            if sortie.id in relay.flights:
                times[sortie.relay or ""].append(sortie)
        first = next(iter(times.values()), [])
        for time, flights in times.items():
            yield from (f"relay {time}: {each}" for each in _one(relay, flights, first))
        yield from _in_time(relay, list(times.values()), district)


def _one(
    relay: PlannedRelay, flights: Sequence[PlannedSortie], first: Sequence[PlannedSortie]
) -> Iterator[str]:
    if sorted(each.drone for each in flights) != sorted(relay.drones):
        yield "it is not flown by the drones told"
    if len({each.drone for each in flights}) < len(flights):
        yield "a drone flies two segments of it at once"
    if len({each.ordered_s for each in flights}) > 1:
        yield "its drones do not set out together"
    if _points(flights) != _points(first):
        yield "it does not see what the first one sees"
    for at, looks in zip(relay.handovers, _segments(relay, flights)[:-1], strict=True):
        if not _ends_at(looks, at):
            yield f"nobody hands over at {at[0]:.5f}, {at[1]:.5f}"


def _segments(relay: PlannedRelay, flights: Sequence[PlannedSortie]) -> list[list[Stage]]:
    """The looks of each drone, in the order along the line."""
    by_drone = {each.drone: [s for s in each.stages if s.what == "look"] for each in flights}
    return [by_drone.get(drone, []) for drone in relay.drones]


def _ends_at(looks: Sequence[Stage], at: tuple[float, float]) -> bool:
    """Whether a segment begins or ends there."""
    ends = [point for look in looks for point in (look.points[0], look.points[-1])]
    return any(distance_m((end[0], end[1]), at) <= PLACE_SLACK_M for end in ends)


def _points(flights: Sequence[PlannedSortie]) -> dict[str, tuple[PlanPoint, ...]]:
    return {
        part_of("", stage.visit)[1]: stage.points
        for each in flights
        for stage in each.stages
        if stage.visit is not None
    }


def _in_time(
    relay: PlannedRelay, times: Sequence[Sequence[PlannedSortie]], district: District
) -> Iterator[str]:
    models = {site.id: district.dock_models[site.model] for site in district.docks}
    for flight in (each for flights in times for each in flights):
        model = models[flight.lands_at]
        again_s = flight.lands_s + model.cover_close_s + flight.energy_wh * HOUR_S / model.charge_w
        if again_s - flight.ordered_s > relay.every_s + TIME_SLACK_S:
            yield (
                f"{flight.id}: {relay.task} cannot be seen again after {relay.every_s:.0f} s: "
                f"{flight.drone} takes {again_s - flight.ordered_s:.0f} s"
            )
    begins: dict[str, list[float]] = defaultdict(list)
    for stage in (stage for flights in times for each in flights for stage in each.stages):
        if stage.visit is not None:
            begins[part_of("", stage.visit)[1]].append(stage.begins_s)
    for part, at_s in begins.items():
        longest_s = max((b - a for a, b in pairwise(sorted(at_s))), default=0.0)
        if longest_s > (relay.revisit_s or 0.0) + TIME_SLACK_S:
            yield f"{part} is not seen for {longest_s:.0f} s, told is {relay.revisit_s or 0:.0f} s"
