"""Candidate sites of a district's docks, and what part of it a choice of them would reach."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from fleet.coverage.reached import Cover
from fleet.dispatch.forecast import blown, candidates_at_rest, launched_in
from fleet.district.model import District, DockSite, Name
from fleet.units.fence import airspace_of
from planner.frame import Points, to_degrees, to_metres
from planner.model import Wind
from planner.siting import Siting, best_sites, objective

STEP_M = 400.0  # of the raster; at 250 m shares differ by 0.1 %
CLEAR_M = 60.0  # of a no-fly volume, with its buffer, and of a subdistrict's edge
CLOSE_M = 100.0  # of the places that distances are measured from
ROOF_M = 6.0  # a pad stands above the ground
AROUND_M = 100.0  # the ground is looked at
STEEPEST = 0.06  # ground that blocks are built on
DECIMALS = 5  # of a degree: one metre

Booleans = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sites:
    """Candidate roofs and what a dock on each would reach within the window, in each of the winds:
    a place counts once for every wind."""

    roofs: tuple[DockSite, ...]
    covers: Booleans  # (roofs, winds * places)
    area_m2: NDArray[np.float64]

    def best(
        self, docks: int, one_out: bool, within_s: float, standing: Sequence[int] = ()
    ) -> Siting:
        """The best choice of so many roofs, at least one in every subdistrict; of what is not
        proven, none worse than what can be made of those ``standing`` by moving one at a time.

        Raises:
            SitingImpossible: if there are too few docks or roofs.
        """
        codes = sorted({roof.subdistrict for roof in self.roofs})
        part = [codes.index(roof.subdistrict) for roof in self.roofs]
        return best_sites(self.covers, self.area_m2, docks, part, one_out, within_s, standing)

    def share(self, chosen: Sequence[int], one_out: bool) -> float:
        """What the chosen roofs reach, by the same measure as ``best``."""
        return objective(self.covers[list(chosen)], self.area_m2, one_out)


def community_roofs(district: District) -> tuple[DockSite, ...]:
    """A roof in every community that may be flown from. Its schematic anchor stands for it: where
    the roofs truly are the operator knows."""
    at = np.array([community.at for community in district.communities])
    codes = [community.subdistrict for community in district.communities]
    return tuple(_roofs(district, at, codes))


def lattice_roofs(district: District, every_m: float) -> tuple[DockSite, ...]:
    """A roof every so many metres, in triangles, where a block may stand: on ground that is level
    enough, off the district's edge. Schematic as those of the communities are."""
    row_m = every_m * math.sqrt(0.75)
    at, codes = [], []
    for subdistrict, tile in zip(district.subdistricts, district.shapes.tiles_m, strict=True):
        west, south, east, north = tile.bounds
        rows = np.arange(math.floor(south / row_m), math.ceil(north / row_m) + 1)
        columns = np.arange(math.floor(west / every_m) - 1, math.ceil(east / every_m) + 1)
        x, y = np.meshgrid(columns * every_m, rows * row_m)
        x += (rows % 2)[:, None] * every_m / 2
        at_m = np.column_stack((x.ravel(), y.ravel()))
        at_m = at_m[shapely.contains_xy(tile.buffer(-CLEAR_M), *at_m.T)]
        level = to_degrees(at_m)[_slopes(district, at_m) <= STEEPEST]
        at += level.tolist()
        codes += [subdistrict.code] * len(level)
    return tuple(_roofs(district, np.array(at), codes))


def _slopes(district: District, at_m: Points) -> NDArray[np.float64]:
    """By how much the ground differs around each place, by the width of what was looked at."""
    around = np.arange(8) * math.pi / 4
    ring_m = np.vstack(([0.0, 0.0], AROUND_M * np.column_stack((np.cos(around), np.sin(around)))))
    looked_at = (at_m[:, None, :] + ring_m).reshape(-1, 2)
    heights_m = district.grounds_amsl_m(to_degrees(looked_at)).reshape(len(at_m), -1)
    slopes: NDArray[np.float64] = np.ptp(heights_m, axis=1) / (2 * AROUND_M)
    return slopes


def _roofs(district: District, at: Points, codes: Sequence[str]) -> Iterator[DockSite]:
    """Docks on roofs at these places, without those too near a no-fly volume; named after the
    nearest community and of the nearest dock's model."""
    at_m = to_metres(at)
    near_dock = cKDTree(to_metres(np.array([dock.at for dock in district.docks]))).query(at_m)[1]
    anchors = to_metres(np.array([community.at for community in district.communities]))
    near_community = cKDTree(anchors).query(at_m)[1]
    grounds_m = district.grounds_amsl_m(at)
    kept_clear = airspace_of(district).obstacles.buffer(CLEAR_M)
    clear = ~shapely.contains_xy(kept_clear, *at_m.T)
    for row in np.flatnonzero(clear).tolist():
        name = district.communities[near_community[row]].name
        lon, lat = at[row].tolist()
        yield district.docks[near_dock[row]].model_copy(
            update={
                "name": Name(zh=name, en=name),
                "at": (round(lon, DECIMALS), round(lat, DECIMALS)),
                "alt_amsl_m": round(float(grounds_m[row]) + ROOF_M),
                "subdistrict": codes[row],
            }
        )


def farthest_m(district: District, docks: Sequence[DockSite]) -> tuple[float, float]:
    """How far the worst place of the district lies from its nearest dock and from its second
    nearest (infinite of one dock), as the crow flies. Circles so wide cover it once, and twice."""
    west, south, east, north = district.shapes.whole_m.bounds
    x, y = np.meshgrid(np.arange(west, east, CLOSE_M), np.arange(south, north, CLOSE_M))
    inside = shapely.contains_xy(district.shapes.whole_m, x.ravel(), y.ravel())
    edge_m = shapely.get_coordinates(shapely.segmentize(district.shapes.whole_m, CLOSE_M))
    places_m = np.vstack((np.column_stack((x.ravel(), y.ravel()))[inside], edge_m))
    sites_m = to_metres(np.array([dock.at for dock in docks]))
    once_m, twice_m = cKDTree(sites_m).query(places_m, k=2)[0].max(axis=0).tolist()
    return once_m, twice_m


def sites_of(
    district: District,
    roofs: Sequence[DockSite],
    winds: Sequence[Wind],
    en_route_s: float | None = None,
) -> Sites:
    """What a dock with a drone at rest on each roof would reach in each wind.

    Raises:
        Refusal: if ``en_route_s`` is less than the climb takes.
    """
    asked = _with_docks_on(district, roofs)
    cover = Cover(asked, airspace_of(asked), STEP_M)
    covers = [_covers(asked, cover, wind, en_route_s) for wind in winds]
    areas_m2 = [cover.raster.area_m2] * len(winds)
    return Sites(tuple(roofs), np.concatenate(covers, axis=1), np.concatenate(areas_m2))


def _covers(district: District, cover: Cover, wind: Wind, en_route_s: float | None) -> Booleans:
    candidates = candidates_at_rest(district)
    if en_route_s is not None:
        candidates = tuple(launched_in(en_route_s, each, district) for each in candidates)
    there = blown(wind, candidates, district)
    coverage = cover.of(there)
    launching = np.array([not each.vetoes for each in there])
    reached: Booleans = coverage.in_window() & launching[:, None]
    return reached


def _with_docks_on(district: District, roofs: Sequence[DockSite]) -> District:
    """The district with a dock and a drone on every roof."""
    docks = tuple(
        roof.model_copy(update={"id": f"D{number:04d}", "drone": f"U{number:04d}"})
        for number, roof in enumerate(roofs)
    )
    drone = district.drones[0]
    drones = tuple(drone.model_copy(update={"id": dock.drone}) for dock in docks)
    return district.model_copy(update={"docks": docks, "drones": drones})
