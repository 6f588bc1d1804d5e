"""How long each dock's drone needs to each of many places: the ETA that ``planner.dispatch.choose``
would give in the same wind, for all of a district at once.

What is seen from where is worked out once per airspace; a wind then costs some milliseconds a dock.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.airspace import Airspace
from planner.checks import fault_of
from planner.energy import LANDING_M, LANDING_MS, WH
from planner.flight import cruise_s, ground_speeds, legs_of
from planner.flights import climbs_s, overlaps_s, ramps_and_legs_s
from planner.frame import Points
from planner.model import Candidate
from planner.trees import Tree, rounded
from planner.visibility import sees_from

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

RAYS = 4000  # that are sampled at once, some megabytes
_NO_WAY = (math.inf, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Mission:
    """What a drone does at each place; the figures of ``Task`` that are not the place's own."""

    height_m: float
    cruise_height_m: float
    scene_s: float


class Reach:
    """``places_m`` (n, 2) lie outside the no-fly volumes, ``grounds_m`` (n) is their ground above
    the sea. Places farther than ``within_m`` from a node are not looked for from there."""

    def __init__(
        self, airspace: Airspace, places_m: Points, grounds_m: Floats, within_m: float
    ) -> None:
        self._airspace, self._places_m, self._grounds_m = airspace, places_m, grounds_m
        landings = range(len(airspace.docks), airspace.first_corner)  # no way leads over these
        self._spans: dict[int, tuple[Floats, Floats]] = {}
        self._seen = [
            np.empty(0, dtype=np.int64) if node in landings else self._seen_from(at_m, within_m)
            for node, at_m in enumerate(airspace.nodes_m)
        ]

    def _seen_from(self, at_m: Points, within_m: float) -> Indices:
        off = self._places_m - at_m
        near = np.flatnonzero(off[:, 0] ** 2 + off[:, 1] ** 2 <= within_m**2)
        return near[sees_from(at_m, self._places_m[near], self._airspace.edges)]

    def eta_s(self, candidate: Candidate, mission: Mission) -> Floats:
        """Seconds from the order to the drone over each place, shape (n,). Infinite where it does
        not get, or not with enough energy to come home with its reserve; nothing else that rules a
        dock out is asked."""
        n = len(self._places_m)
        if fault_of(candidate) is not None:
            return np.full(n, np.inf)
        dock = self._airspace.index_of(candidate.dock)
        tree = self._airspace.tree(dock, candidate.performance, candidate.wind)
        out_s, out_over = self._cruise(candidate, tree, outward=True)
        there = np.flatnonzero(np.isfinite(out_s))
        back_s, back_over = self._cruise(candidate, tree, outward=False)
        cruise_m = self._cruise_amsl_m(candidate, mission, tree, there, out_over, back_over)
        up_s, down_s, energy_wh = self._heights(candidate, mission, there, out_s, back_s, cruise_m)
        reserve_wh = candidate.performance.reserve_share * candidate.performance.battery_wh
        enough = candidate.energy_wh - energy_wh >= reserve_wh
        found = np.full(n, np.inf)
        total_s = candidate.launch.total_s + up_s + out_s[there] + down_s
        found[there] = np.where(enough, total_s, np.inf)
        return found

    def _cruise(self, candidate: Candidate, tree: Tree, outward: bool) -> tuple[Floats, Indices]:
        """Time at cruise from the dock to each place, or back; and the node next to the place."""
        dock = self._airspace.index_of(candidate.dock)
        found = np.full(len(self._places_m), np.inf)
        straight = self._seen[dock]
        tracks, lengths_m = self._tracks(np.full(len(straight), dock), straight, outward)
        speeds_ms = ground_speeds(tracks, candidate.performance, candidate.wind)
        legs_s = ramps_and_legs_s(lengths_m, speeds_ms, candidate.performance)[1]
        found[straight] = np.where(np.isnan(legs_s), np.inf, legs_s)
        over = np.full(len(found), dock)
        places, nodes = self._bent(candidate, tree, np.isinf(found), outward)
        if len(places):
            found[places] = self._bent_s(candidate, tree, places, nodes, outward)
            over[places] = nodes
        return found, over

    def _tracks(self, nodes: Indices, places: Indices, outward: bool) -> tuple[Points, Floats]:
        tracks: Points = self._places_m[places] - self._airspace.nodes_m[nodes]
        return tracks if outward else -tracks, np.hypot(tracks[:, 0], tracks[:, 1])

    def _bent(
        self, candidate: Candidate, tree: Tree, wanted: NDArray[np.bool_], outward: bool
    ) -> tuple[Indices, Indices]:
        """Those wanted that can be reached, and for each the node next to it on the best way."""
        tree_s = tree.out_s if outward else tree.back_s
        best_s = np.full(len(self._places_m), np.inf)
        best = np.full(len(self._places_m), -1)
        wind = rounded(candidate.wind)  # what paths are chosen for
        for node in np.flatnonzero(np.isfinite(tree_s)).tolist():
            places = self._seen[node][wanted[self._seen[node]]]
            if len(places) == 0:
                continue
            tracks, lengths_m = self._tracks(np.full(len(places), node), places, outward)
            total_s = tree_s[node] + lengths_m / ground_speeds(tracks, candidate.performance, wind)
            better = total_s < best_s[places]  # not where the speed is NaN
            best_s[places[better]], best[places[better]] = total_s[better], node
        reached = np.flatnonzero(best >= 0)
        return reached, best[reached]

    def _bent_s(
        self, candidate: Candidate, tree: Tree, places: Indices, nodes: Indices, outward: bool
    ) -> Floats:
        """The time over the nodes' ways and the leg between node and place, in the exact wind."""
        performance = candidate.performance
        ways = [
            self._way(candidate, tree, int(node), outward) if seen else _NO_WAY
            for node, seen in enumerate(np.bincount(nodes, minlength=len(self._seen)))
        ]
        way_s, way_ramps_s, east, north = np.array(ways).T[:, nodes]
        tracks, lengths_m = self._tracks(nodes, places, outward)
        speeds_ms = ground_speeds(tracks, performance, candidate.wind)
        ramps_s, legs_s = ramps_and_legs_s(lengths_m, speeds_ms, performance)
        headings = tracks / np.maximum(lengths_m, 1e-9)[:, None]  # a place may be at the node
        turns = np.hypot(headings[:, 0] - east, headings[:, 1] - north)
        total_s = way_s + legs_s - overlaps_s(turns, way_ramps_s, ramps_s, performance)
        return np.where(np.isnan(total_s), np.inf, total_s)

    def _way(
        self, candidate: Candidate, tree: Tree, node: int, outward: bool
    ) -> tuple[float, float, float, float]:
        """Of the way between dock and node: its time, and of its leg at the node how long the drone
        speeds up and where it heads (east, north)."""
        nodes = tree.chain(node, outward)
        points = [self._airspace.points[n] for n in (reversed(nodes) if outward else nodes)]
        legs = legs_of(points, candidate.performance, candidate.wind)
        if legs is None or node == self._airspace.index_of(candidate.dock):
            return _NO_WAY  # straight from the dock is not flyable, or it would have been taken
        at, to = points[-2:] if outward else points[:2]
        speeds_ms = legs[1]
        length_m = math.dist(at, to)
        speed_ms = speeds_ms[-1 if outward else 0]
        ramp_s, _ = ramps_and_legs_s(
            np.array([length_m]), np.array([speed_ms]), candidate.performance
        )
        east, north = (to[0] - at[0]) / length_m, (to[1] - at[1]) / length_m
        return cruise_s(points, speeds_ms, candidate.performance), float(ramp_s[0]), east, north

    def _cruise_amsl_m(
        self,
        candidate: Candidate,
        mission: Mission,
        tree: Tree,
        there: Indices,
        out_over: Indices,
        back_over: Indices,
    ) -> Floats:
        """As ``planner.levels.level_of`` has it."""
        ground_m, pad_m = self._grounds_m[there], candidate.alt_amsl_m
        wanted_m = np.maximum(pad_m, ground_m) + mission.cruise_height_m
        relief = self._airspace.relief
        if relief is None:
            return wanted_m
        highest_m, lowest_m = np.full(len(there), -np.inf), np.full(len(there), np.inf)
        for over, outward in ((out_over, True), (back_over, False)):
            for node in np.unique(over[there]).tolist():
                here = np.flatnonzero(over[there] == node)
                high_m, low_m = self._spans_from(node)
                along = self._airspace.span_of_nodes(tree.chain(node, outward))
                places = there[here]
                highest_m[here] = np.maximum(highest_m[here], np.maximum(high_m[places], along[0]))
                lowest_m[here] = np.minimum(lowest_m[here], np.minimum(low_m[places], along[1]))
        return relief.cruises_amsl_m(wanted_m, highest_m, lowest_m, pad_m)

    def _spans_from(self, node: int) -> tuple[Floats, Floats]:
        """The highest ground near the straight ways from a node to the places that it sees, and the
        lowest under them; looked at once."""
        if node not in self._spans:
            relief, seen = self._airspace.relief, self._seen[node]
            assert relief is not None
            highest_m, lowest_m = (np.full(len(self._places_m), np.nan) for _ in range(2))
            for these in np.array_split(seen, max(1, len(seen) // RAYS)):
                starts_m = np.broadcast_to(self._airspace.nodes_m[node], (len(these), 2))
                spans = relief.spans(starts_m, self._places_m[these])
                highest_m[these], lowest_m[these] = spans
            self._spans[node] = highest_m, lowest_m
        return self._spans[node]

    def _heights(
        self,
        candidate: Candidate,
        mission: Mission,
        there: Indices,
        out_s: Floats,
        back_s: Floats,
        cruise_m: Floats,
    ) -> tuple[Floats, Floats, Floats]:
        """For the places that are reached: seconds up to cruise, down to the scene, and the energy
        of the whole flight as ``planner.energy`` reckons it."""
        performance, ground_m = candidate.performance, self._grounds_m[there]
        scene_m = ground_m + mission.height_m
        up_s = climbs_s(cruise_m - candidate.alt_amsl_m, performance)
        down_s = climbs_s(scene_m - cruise_m, performance)
        home_m = np.maximum(cruise_m - candidate.alt_amsl_m - LANDING_M, 0.0)
        home_s = climbs_s(-home_m, performance) + LANDING_M / LANDING_MS
        climbing_s = up_s + climbs_s(np.maximum(cruise_m - scene_m, 0.0), performance)
        hovering_s = down_s + mission.scene_s + home_s
        joules = climbing_s * performance.climb_w + hovering_s * performance.hover_w
        joules += (out_s[there] + back_s[there]) * performance.cruise_w
        return up_s, down_s, joules / WH
