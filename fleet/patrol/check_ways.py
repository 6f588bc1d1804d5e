"""Has every planned flight two ways down from each of its points? Asked, as in the rest of the
check, of the plan's points and times alone: ways to the rally points and home are looked for over
the corners of the no-fly volumes in a projection of the check's own, with speeds by the triangle
of the winds. Speeding up is left out, and so is ground that such a way would have to climb over.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from fleet.district.model import District, DockSite, DroneModel
from fleet.patrol.file import HOUR_S
from fleet.patrol.plan import PatrolPlan, PlannedSortie, PlanPoint, Stage, WindView
from fleet.patrol.seen import TOUCH_M, Local
from fleet.units.fence import outline

WAYS = 2
HIGHER_M = 5.0  # than its pad a drone does not land
INDUCED_MS = 5.0  # of the air through the rotors at hover; climbing adds to it
LAST_M, LAST_MS = 10.0, 0.7  # it lands slowly
CORNER_M = 2.0  # so far outside a no-fly volume a way turns around its corner

Floats = NDArray[np.float64]
_Point = tuple[float, float]


class Spent(NamedTuple):
    """What has been used at a point of a flight."""

    at_s: float
    wh: float
    point: PlanPoint


class _Place(NamedTuple):
    id: str
    at_m: _Point
    alt_amsl_m: float


def way_down_violations(plan: PatrolPlan, district: District) -> Iterator[str]:
    """Each in a sentence, one a flight; none where no rally points are configured, for then no
    flight is asked for two ways."""
    if not district.rally_points:
        return
    docks = {site.id: site for site in district.docks}
    models = {drone.id: drone.model for drone in district.drones}
    ways: dict[tuple[str, WindView], _Ways] = {}
    for sortie in plan.sorties:
        if sortie.dock not in docks:
            continue  # told elsewhere
        start = docks[sortie.dock]
        drone = district.drone_models[models[start.drone]]
        known = models[start.drone], plan.wind_of(sortie)
        if known not in ways:
            ways[known] = _Ways(district, drone, known[1])
        if fault := _fault(sortie, start, drone, ways[known]):
            yield f"{sortie.id}: {fault}"


def climb_w(drone: DroneModel) -> float:
    """Of a rotor in axial climb, by momentum theory."""
    ratio = drone.motion.climb_ms / (2 * INDUCED_MS)
    return drone.hover_w * (ratio + math.hypot(ratio, 1.0))


def spent(sortie: PlannedSortie, start: DockSite, drone: DroneModel) -> Iterator[Spent]:
    """At each point of the flight. Of a way, what is not climbing or flying along is taken to pass
    before it; of a look, as much as there is of its length."""
    here: PlanPoint = (*start.at, start.alt_amsl_m, 0.0)
    joules, local = 0.0, Local(*start.at)
    for stage in sortie.stages:
        legs = [_leg(point, to, drone, local) for point, to in pairwise((here, *stage.points))]
        at_s = stage.begins_s - sortie.lifts_off_s
        joules += stage.waits_s * drone.hover_w
        if stage.what == "look":
            legs = _looked(stage, legs, drone)
        else:
            spare_s = stage.ends_s - stage.begins_s - math.fsum(leg.seconds for leg in legs)
            joules += max(0.0, spare_s) * drone.hover_w
        for leg, to in zip(legs, stage.points, strict=True):
            at_s, joules = at_s + leg.seconds, joules + leg.joules
            yield Spent(at_s, joules / HOUR_S, to)
        here = stage.points[-1]


def _looked(stage: Stage, legs: Sequence[_Leg], drone: DroneModel) -> list[_Leg]:
    """As long as the look is told to last."""
    lasts_s, least_s = stage.ends_s - stage.begins_s, math.fsum(leg.seconds for leg in legs)
    if least_s == 0:
        return [*legs[:-1], _Leg(lasts_s, 0.0, lasts_s * drone.hover_w)]
    watts = max(drone.hover_w, drone.cruise_w)
    looked = []
    for leg in legs:
        seconds = lasts_s * leg.seconds / least_s
        joules = (seconds - leg.up_s) * watts + leg.up_s * climb_w(drone)
        looked.append(_Leg(seconds, leg.up_s, joules))
    return looked


class _Leg(NamedTuple):
    """Up or down, and along, one after the other."""

    seconds: float
    up_s: float
    joules: float


def _leg(point: PlanPoint, to: PlanPoint, drone: DroneModel, local: Local) -> _Leg:
    (x, y), (to_x, to_y) = local.point(*point[:2]), local.point(*to[:2])
    rise_m = to[2] - point[2]
    up_s = max(rise_m, 0.0) / drone.motion.climb_ms
    down_s = max(-rise_m, 0.0) / drone.motion.descent_ms
    along_s = math.hypot(to_x - x, to_y - y) / to[3] if to[3] > 0 else 0.0
    joules = up_s * climb_w(drone) + down_s * drone.hover_w + along_s * drone.cruise_w
    return _Leg(up_s + down_s + along_s, up_s, joules)


def _fault(sortie: PlannedSortie, start: DockSite, drone: DroneModel, ways: _Ways) -> str | None:
    """The worst of its points, if a second way down is lacking there."""
    usable_wh = drone.battery_wh * (1 - drone.reserve_share)
    level_m = max(point[2] for stage in sortie.stages for point in stage.points)
    worst, margin_wh = None, 0.0
    *points, _ = spent(sortie, start, drone)  # on the pad it is down
    for each in points:
        needs_wh = ways.second_wh(each.point, level_m, start)
        left_wh = usable_wh - each.wh - needs_wh
        if left_wh < margin_wh:
            worst, margin_wh = each, left_wh
    if worst is None:
        return None
    where = f"{worst.at_s:.0f} s after the lift-off"
    if math.isinf(margin_wh):
        return f"{where} there is no second way down"
    return f"{where} its second way down would leave {-margin_wh:.1f} Wh less than the reserve"


class _Ways:
    """Ways from anywhere to the landing places, for one make of drone in the plan's wind."""

    def __init__(self, district: District, drone: DroneModel, wind: WindView) -> None:
        self._district, self._drone = district, drone
        self._here = Local(*district.docks[0].at)
        blows_to = math.radians(wind.from_deg + 180.0)
        self._wind = wind.speed_ms * np.array([math.sin(blows_to), math.cos(blows_to)])
        here = self._here
        inside = here.volume((outline(district),), 0.0)
        closed = [here.volume(each.polygon, each.buffer_m) for each in district.volumes]
        self._clear = inside.difference(shapely.union_all(closed)).buffer(TOUCH_M)
        shapely.prepare(self._clear)
        turned = [inside.buffer(-CORNER_M, join_style="mitre")]
        turned += [
            here.volume(each.polygon, 0.0).buffer(each.buffer_m + CORNER_M, join_style="mitre")
            for each in district.volumes
        ]
        self._corners = np.vstack([shapely.get_coordinates(each) for each in turned])
        self._rally = [
            _Place(each.id, here.point(*each.at), each.alt_amsl_m) for each in district.rally_points
        ]
        self._to: dict[_Point, Floats] = {}  # place -> seconds there from each corner

    def second_wh(self, point: PlanPoint, level_m: float, dock: DockSite) -> float:
        """What the second best place takes from there, up to the level first; infinite where there
        is none."""
        places = [_Place(dock.id, self._here.point(*dock.at), dock.alt_amsl_m)]
        places += [p for p in self._rally if p.alt_amsl_m <= dock.alt_amsl_m + HIGHER_M]
        at_m = self._here.point(*point[:2])
        up_wh = max(0.0, level_m - point[2]) / self._drone.motion.climb_ms
        up_wh *= climb_w(self._drone) / HOUR_S
        straight_s = self._seconds(np.array([at_m]), np.array([p.at_m for p in places]))[0]
        found: list[float] = []
        for number in np.argsort(straight_s, kind="stable").tolist():
            down_wh = self._down_wh(level_m - places[number].alt_amsl_m)
            if (
                len(found) >= WAYS
                and straight_s[number] * self._drone.cruise_w / HOUR_S >= sorted(found)[WAYS - 1]
            ):
                break
            flown_s = self._flown_s(at_m, places[number].at_m, float(straight_s[number]))
            found.append(flown_s * self._drone.cruise_w / HOUR_S + down_wh)
        return up_wh + sorted(found)[WAYS - 1] if len(found) >= WAYS else math.inf

    def _down_wh(self, drop_m: float) -> float:
        down_s = max(0.0, drop_m - LAST_M) / self._drone.motion.descent_ms + LAST_M / LAST_MS
        return down_s * self._drone.hover_w / HOUR_S

    def _flown_s(self, at_m: _Point, to_m: _Point, straight_s: float) -> float:
        if at_m == to_m or self._clear.covers(shapely.LineString([at_m, to_m])):
            return straight_s
        here = np.array([at_m])
        out_s = self._seen_s(here, self._corners)[0]
        return float((out_s + self._from_corners(to_m)).min())

    def _from_corners(self, to_m: _Point) -> Floats:
        """Dijkstra's way, from the place backwards."""
        if to_m not in self._to:
            last_s = self._seen_s(self._corners, np.array([to_m]))
            count = len(self._corners)
            seconds = np.full((count + 1, count + 1), np.inf)
            seconds[:count, :count] = self._between
            seconds[:count, count] = last_s[:, 0]
            backwards = np.where(np.isfinite(seconds.T), seconds.T, 0.0)
            self._to[to_m] = dijkstra(backwards, indices=count)[:count]
        return self._to[to_m]

    @cached_property
    def _between(self) -> Floats:
        return self._seen_s(self._corners, self._corners)

    def _seen_s(self, starts_m: Floats, ends_m: Floats) -> Floats:
        """Straight; infinite where a volume lies between."""
        pairs = np.stack(np.broadcast_arrays(starts_m[:, None, :], ends_m[None, :, :]), axis=2)
        seconds = self._seconds(starts_m, ends_m)
        seconds[~shapely.covers(self._clear, shapely.linestrings(pairs))] = np.inf
        return seconds

    def _seconds(self, starts_m: Floats, ends_m: Floats) -> Floats:
        """By the triangle of the winds; infinite where the wind is too strong."""
        tracks = ends_m[None, :, :] - starts_m[:, None, :]
        lengths_m = np.hypot(tracks[..., 0], tracks[..., 1])
        units = tracks / np.maximum(lengths_m, 1e-9)[..., None]
        with_ms = units @ self._wind
        across_ms = units[..., 0] * self._wind[1] - units[..., 1] * self._wind[0]
        ahead = self._drone.motion.speed_ms**2 - across_ms**2
        speeds_ms = np.where(ahead >= 0, with_ms + np.sqrt(np.maximum(ahead, 0.0)), -1.0)
        speeds_ms = np.minimum(speeds_ms, self._drone.max_ground_ms)
        seconds: Floats = np.where(
            speeds_ms > 0, lengths_m / np.where(speeds_ms > 0, speeds_ms, 1.0), np.inf
        )
        return seconds
