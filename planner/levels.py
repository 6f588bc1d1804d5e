"""The height of cruise of one flight, out and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from planner.airspace import Airspace
from planner.model import Candidate, Reason, Route, Task, Veto
from planner.paths import Place

CEILING_M: Final = 120.0  # above the ground: what is open to small drones


class Level(NamedTuple):
    """``lowest_m`` is the lowest ground under the way, None where no ground is known."""

    cruise_amsl_m: float
    least_amsl_m: float = 0.0
    lowest_m: float | None = None


def level_of(
    airspace: Airspace,
    candidate: Candidate,
    task: Task,
    place: Place,
    out: Sequence[int],
    back: Sequence[int],
) -> Level:
    """For a flight over nodes out to a place and back, as ``planner.paths`` tells them."""
    wanted_m = max(candidate.alt_amsl_m, task.ground_amsl_m) + task.cruise_height_m
    relief = airspace.relief
    if relief is None:
        return Level(wanted_m)
    highest_m, lowest_m = place.span(back[0])
    if out or len(back) > 1:  # over corners, out or back
        spans = [airspace.span_of_nodes(back)]
        from_dock = (back[-1], *out)
        if from_dock[::-1] != back:  # the way back is another
            spans += [place.span(from_dock[-1]), airspace.span_of_nodes(from_dock)]
        for high_m, low_m in spans:
            highest_m, lowest_m = max(highest_m, high_m), min(lowest_m, low_m)
    least_m = relief.least_amsl_m(highest_m, candidate.alt_amsl_m)
    return Level(relief.cruise_amsl_m(wanted_m, least_m, lowest_m), least_m, lowest_m)


def lifted(
    airspace: Airspace, points: Sequence[tuple[float, float]], cruise_amsl_m: float
) -> float:
    """The height, or as much higher as a way asks for that is flown from where a drone is."""
    if airspace.relief is None or len(points) < 2:
        return cruise_amsl_m
    return max(cruise_amsl_m, airspace.relief.highest_m(points) + airspace.relief.clear_m)


def too_high(route: Route) -> tuple[Reason, ...]:
    """That no height on the way clears the ground and keeps the ceiling. It rules nobody out, but
    those that keep it go first: whoever sends the flight must have leave for it."""
    if route.lowest_m is None:
        return ()
    above_m = route.cruise_alt_amsl_m - route.lowest_m
    if above_m <= CEILING_M:
        return ()
    text = (
        f"to clear what is on its way it flies up to {above_m:.0f} m above the ground; "
        f"{CEILING_M:.0f} m are open without leave"
    )
    return (Reason(Veto.CEILING, above_m, CEILING_M, text),)
