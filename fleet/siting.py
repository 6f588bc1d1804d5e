"""Candidate sites of a district's docks, and what part of it a choice of them would reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from fleet.coverage import Cover
from fleet.district.model import District, DockSite, Name
from fleet.fence import airspace_of
from fleet.forecast import candidates_at_rest, launched_in
from planner.frame import to_metres
from planner.model import Wind
from planner.siting import Siting, best_sites, objective

STEP_M = 250.0
CLEAR_M = 60.0  # of a no-fly volume, with its buffer

Booleans = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sites:
    """Candidate roofs and what a dock on each would reach within the window, in each of the winds:
    a place counts once for every wind."""

    roofs: tuple[DockSite, ...]
    covers: Booleans  # (roofs, winds * places)
    area_m2: NDArray[np.float64]

    def best(self, docks: int, one_out: bool, within_s: float) -> Siting:
        """The best choice of so many roofs, at least one in every subdistrict.

        Raises:
            SitingImpossible: if there are too few docks or roofs.
        """
        codes = sorted({roof.subdistrict for roof in self.roofs})
        part = [codes.index(roof.subdistrict) for roof in self.roofs]
        return best_sites(self.covers, self.area_m2, docks, part, one_out, within_s)

    def share(self, chosen: Sequence[int], one_out: bool) -> float:
        """What the chosen roofs reach, by the same measure as ``best``."""
        return objective(self.covers[list(chosen)], self.area_m2, one_out)


def community_roofs(district: District) -> tuple[DockSite, ...]:
    """A roof in every community that may be flown from. Its schematic anchor stands for it: where
    the roofs truly are the operator knows."""
    docks_m = to_metres(np.array([site.at for site in district.docks]))
    kept_clear = airspace_of(district).obstacles.buffer(CLEAR_M)
    roofs = []
    for community in district.communities:
        at_m = to_metres(np.array([community.at]))
        if shapely.contains_xy(kept_clear, *at_m[0]):
            continue
        like = district.docks[int(np.hypot(*(docks_m - at_m).T).argmin())]
        update = {
            "name": Name(zh=community.name, en=community.name),
            "at": community.at,
            "subdistrict": community.subdistrict,
        }
        roofs.append(like.model_copy(update=update))
    return tuple(roofs)


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
    candidates = [replace(each, wind=wind) for each in candidates_at_rest(district)]
    if en_route_s is not None:
        candidates = [launched_in(en_route_s, each, district) for each in candidates]
    reached: Booleans = cover.of(candidates).eta_s <= district.flight.window_s
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
