"""The district's five-minute coverage: the planner's reach over this district's ground."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from fleet.contract import CoverageView, DocksOut
from fleet.district.model import District
from planner.airspace import Airspace
from planner.coverage import Coverage, Raster, raster
from planner.frame import to_degrees
from planner.model import Candidate
from planner.reach import Mission, Reach

STEP_M = 100.0
FARTHEST = 2.0  # windows at full speed that a place is looked for from a node
DRAWN_WITHIN_M = 20.0  # of the region's true edge; the raster knows it no better
DECIMALS = 5  # of a drawn degree: one metre

Floats = NDArray[np.float64]


class Cover:
    """Makes coverages of one district; what does not depend on fleet and wind is made once."""

    def __init__(self, district: District, airspace: Airspace, step_m: float = STEP_M) -> None:
        self._district, flight = district, district.flight
        tiles = zip(district.subdistricts, district.shapes.tiles_m, strict=True)
        self.raster: Raster = raster(
            {subdistrict.code: tile for subdistrict, tile in tiles}, airspace, step_m
        )
        self._whole_m = shapely.union_all(list(district.shapes.tiles_m))
        fastest_ms = max(model.max_ground_ms for model in district.drone_models.values())
        grounds_m = district.grounds_amsl_m(to_degrees(self.raster.places_m))
        within_m = FARTHEST * flight.window_s * fastest_ms
        self._reach = Reach(airspace, self.raster.places_m, grounds_m, within_m)
        # time over the scene uses up battery: reckoned with the longest that is asked for here
        scene_s = max(kind.scene_s for kind in district.kinds)
        self._mission = Mission(flight.scene_height_m, flight.cruise_height_m, scene_s)

    def eta_s(self, candidate: Candidate) -> NDArray[np.float32]:
        """What this dock's drone needs to each place of the raster, whatever rules it out today."""
        return self._reach.eta_s(candidate, self._mission).astype(np.float32)

    def of(self, candidates: Sequence[Candidate]) -> Coverage:
        """The coverage by these docks."""
        rows = [self.eta_s(candidate) for candidate in candidates]
        return self.joined([candidate.dock for candidate in candidates], rows)

    def joined(self, docks: Sequence[str], rows: Sequence[NDArray[np.float32]]) -> Coverage:
        """The coverage of docks whose times are known."""
        eta_s = np.array(rows, dtype=np.float32).reshape(len(docks), len(self.raster.cells))
        return Coverage(self.raster, tuple(docks), eta_s, self._district.flight.window_s)

    def view(self, coverage: Coverage, available: Collection[str]) -> CoverageView:
        """The figures and the region of what the available docks reach."""
        without = coverage.without_each(available)
        region_m = self._region_m(coverage, available)
        worst = min(without, key=without.__getitem__, default=None)
        pair = coverage.worst_pair_out(available)
        return CoverageView(
            covered_share=coverage.share(available),
            overhead_share=coverage.overhead_share(available),
            by_subdistrict=coverage.by_part(available),
            twice_share=coverage.twice_share(available),
            n_minus_1=without,
            n_minus_1_worst=(
                DocksOut(docks=(worst,), covered_share=without[worst]) if worst else None
            ),
            n_minus_1_mean=sum(without.values()) / len(without) if without else None,
            n_minus_2_worst=DocksOut(docks=pair[0], covered_share=pair[1]) if pair else None,
            mean_on_scene_s=coverage.mean_on_scene_s(available),
            forbidden_share=coverage.forbidden_share(),
            window_s=coverage.window_s,
            step_m=self.raster.step_m,
            available=tuple(sorted(available)),
            region=_drawn(region_m),
            gaps=_drawn(shapely.difference(self._whole_m, region_m)),
        )

    def _region_m(self, coverage: Coverage, available: Collection[str]) -> BaseGeometry:
        region_m = coverage.region(available).simplify(DRAWN_WITHIN_M)
        return shapely.intersection(shapely.make_valid(region_m), self._whole_m)


def _drawn(shape_m: BaseGeometry) -> dict[str, Any]:
    """The GeoJSON geometry of a MultiPolygon, without what is too small to be drawn."""
    parts = [each for each in shapely.get_parts(shape_m) if each.geom_type == "Polygon"]
    seen = [each for each in parts if each.area >= DRAWN_WITHIN_M**2]
    rings = [[_ring(ring) for ring in (polygon.exterior, *polygon.interiors)] for polygon in seen]
    return {"type": "MultiPolygon", "coordinates": rings}


def _ring(ring_m: shapely.LinearRing) -> list[list[float]]:
    degrees: list[list[float]] = to_degrees(shapely.get_coordinates(ring_m)).tolist()
    return [[round(lon, DECIMALS), round(lat, DECIMALS)] for lon, lat in degrees]
