"""Two ways down for flights that are planned: a flight without them would not be let out
(``fleet/sorties/landing.py``), so none is planned.

What decides is nearly always the end. From anywhere on its way a drone can fly on over its pad, and
from there to the second place to land; so of each battery as much is kept as that takes more than
landing on the pad, and a little to spare. Where a flight goes higher or farther round than that
allows for, the proof itself, asked for each flight, leaves looks out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from fleet.district.model import District
from fleet.patrol.mission import patrol_mission
from fleet.patrol.plan import PlannedSortie
from fleet.sorties.landing import proof_along
from planner.airspace import Airspace
from planner.energy import home_wh
from planner.model import Candidate
from planner.ways_down import second_way_wh

SPARE_WH = 2.0  # so that the wind may turn a little, and the flight climb a little


class WaysDown:
    """Of flights of these drones, each in the wind that it is planned for. No dock but the own one
    counts as free: what is planned together is out together."""

    def __init__(
        self, district: District, airspace: Airspace, candidates: Sequence[Candidate]
    ) -> None:
        self._airspace = airspace
        self._sites = {site.id: site for site in district.docks}
        self._candidates = {each.dock: each for each in candidates}
        self._cruise_m = district.flight.cruise_height_m

    def kept_wh(self, candidate: Candidate) -> float:
        """Beside the reserve, for the second way down from over the pad; infinite where there is
        none."""
        if not self._airspace.landings:
            return 0.0
        cruise_amsl_m = candidate.alt_amsl_m + self._cruise_m
        second_wh = second_way_wh(
            self._airspace, candidate, candidate.at, cruise_amsl_m, cruise_amsl_m
        )
        if second_wh is None:
            return math.inf
        own_wh = home_wh(candidate.performance, 0.0, self._cruise_m, 0.0)
        return max(0.0, second_wh - own_wh) + SPARE_WH

    def hold(self, flight: PlannedSortie) -> bool:
        """Whether the flight could be let out as it is planned."""
        candidate = self._candidates[flight.dock]
        mission = patrol_mission(flight, self._sites[flight.dock], self._sites[flight.lands_at])
        hops = [(hop.to, hop.stays_s) for hop in mission.hops(candidate.alt_amsl_m)]
        cruise_amsl_m = mission.route(candidate.alt_amsl_m).cruise_alt_amsl_m
        found = proof_along(self._airspace, candidate, hops, cruise_amsl_m)
        return found is None or found.holds
