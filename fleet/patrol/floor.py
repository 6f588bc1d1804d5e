"""What a plan of patrols leaves of the 5-minute coverage while its drones are out, against what the
schedule says that patrols must leave. Reckoned with the fleet at rest in the plan's wind: a drone
is away from its order until it has landed. The controller holds flights back by the live figure;
here it is seen beforehand how many that will be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from fleet.coverage.reached import Cover
from fleet.dispatch.forecast import candidates_at_rest
from fleet.district.model import District
from fleet.patrol.plan import BelowFloor, Floor, PatrolPlan
from fleet.units.fence import airspace_of
from planner.model import Wind

STEP_M = 250.0


def floor_of(plan: PatrolPlan, district: District, least_coverage: float) -> Floor:
    """What the plan leaves, at each moment at which a drone sets out or lands."""
    wind = Wind(plan.wind.speed_ms, plan.wind.from_deg)
    candidates = [replace(each, wind=wind) for each in candidates_at_rest(district)]
    coverage = Cover(district, airspace_of(district), STEP_M).of(candidates)
    docks = frozenset(coverage.docks)
    shares: dict[frozenset[str], float] = {}
    below, most_out = [], 0
    for begins_s, ends_s, out in _times(plan):
        if out not in shares:
            shares[out] = coverage.share(sorted(docks - out))
        most_out = max(most_out, len(out))
        if out and shares[out] < least_coverage:
            below.append(
                BelowFloor(
                    begins_s=begins_s,
                    ends_s=ends_s,
                    docks=tuple(sorted(out)),
                    covered_share=shares[out],
                )
            )
    at_rest = coverage.share(sorted(docks))
    return Floor(
        least_coverage=least_coverage,
        at_rest=at_rest,
        most_out=most_out,
        least_left=min([at_rest, *shares.values()]),
        below_s=sum(each.ends_s - each.begins_s for each in below),
        below=tuple(below),
    )


def _times(plan: PatrolPlan) -> Iterator[tuple[float, float, frozenset[str]]]:
    """Between two moments at which somebody sets out or lands: whose docks' drones are out."""
    moments = sorted({at_s for each in plan.sorties for at_s in (each.ordered_s, each.lands_s)})
    for begins_s, ends_s in pairwise(moments):
        out = [s.dock for s in plan.sorties if s.ordered_s <= begins_s < s.lands_s]
        yield begins_s, ends_s, frozenset(out)
