"""A plan of patrols as the command line tells it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from fleet.patrol.plan import Floor, PatrolPlan

ROW = "{:<5} {:<5} {:<5} {:>6}–{:<6} {:>5} {:>9} {:>9}  {}"


def print_plan(planned: PatrolPlan) -> None:
    """The flights, what is not served and why, and how good it is."""
    typer.echo(ROW.format("", "drone", "dock", "from", "until", "looks", "energy", "left", ""))
    for each in planned.sorties:
        looks = [stage.visit or "" for stage in each.stages if stage.what == "look"]
        lands = "" if each.lands_at == each.dock else f"lands at {each.lands_at}: "
        typer.echo(
            ROW.format(
                each.id,
                each.drone,
                each.dock,
                _clock(each.ordered_s),
                _clock(each.lands_s),
                len(looks),
                f"{each.energy_wh:.0f} Wh",
                f"{each.left_wh:.0f} Wh",
                lands + " ".join(looks),
            )
        )
    for one in planned.unserved:
        typer.echo(f"not served: {one.visit or one.task}: {one.reason}")
    floor = [] if planned.floor is None else floor_words(planned.floor)
    for line in (*floor, *_relays(planned), *_shares(planned), *_summary(planned)):
        typer.echo(line)


def floor_words(floor: Floor) -> list[str]:
    """What a plan leaves of the 5-minute coverage."""
    if not floor.below:
        return [
            f"{floor.most_out} drones are out at once at the most, and leave "
            f"{100 * floor.least_left:.1f} % covered in five minutes; "
            f"{100 * floor.least_coverage:.0f} % must be"
        ]
    worst = min(floor.below, key=lambda each: each.covered_share)
    return [
        f"for {floor.below_s / 60:.0f} min less than {100 * floor.least_coverage:.0f} % would be "
        f"covered in five minutes; flights will wait then. Least at {_clock(worst.begins_s)} with "
        f"{', '.join(worst.docks)} out: {100 * worst.covered_share:.1f} % "
        f"({100 * floor.at_rest:.1f} % with nobody out)"
    ]


def _relays(planned: PatrolPlan) -> list[str]:
    return [
        f"{each.task} is a relay of {', '.join(each.drones)}, {len(each.handovers)} hand-overs; "
        "flown again and again, no place of it goes unseen for longer than "
        f"{math.ceil(each.every_s / 60)} min"
        for each in planned.relays
    ]


def _shares(planned: PatrolPlan) -> list[str]:
    if (shares := planned.shares) is None or not planned.sorties:
        return []
    busiest = max(shares.energy_wh, key=lambda drone: shares.energy_wh[drone])
    mean_wh = sum(shares.energy_wh.values()) / len(shares.energy_wh)
    return [
        f"{busiest} flies most, {shares.energy_wh[busiest]:.0f} Wh; drones fly {mean_wh:.0f} Wh on "
        f"average; the fairer share costs {shares.costs_wh:.0f} Wh"
    ]


def _summary(planned: PatrolPlan) -> list[str]:
    found = planned.found
    visits = sum(len(task.visits) for task in planned.tasks)
    looks = sum(stage.what == "look" for each in planned.sorties for stage in each.stages)
    partly = [each for each in planned.tasks if each.clear_share < 0.9995]
    ended = "" if found.repeatable else ", ended by time: another run may differ"
    routed = (
        f", {found.energy_wh:.0f} Wh; no routes need less than {found.bound_wh:.0f} Wh "
        f"(gap {100 * found.gap:.1f} %, {found.iterations} steps, seed {found.seed}{ended})"
    )
    return [
        *(
            f"{each.task}: {100 * (1 - each.clear_share):.1f} % of it may not be flown over"
            for each in partly
        ),
        f"{looks} of {visits} visits in {len(planned.sorties)} flights"
        f"{routed if found.iterations else ''}",
    ]


def _clock(at_s: float) -> str:
    minutes = round(at_s / 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
