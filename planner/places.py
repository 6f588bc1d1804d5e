"""Which places may be flown to."""

from __future__ import annotations

import numpy as np

from planner.airspace import Airspace
from planner.checks import check_position
from planner.frame import Points, to_degrees, to_metres
from planner.model import LonLat, Reason, Veto


def nearest_legal(airspace: Airspace, at: LonLat) -> tuple[LonLat, float]:
    """The nearest place outside all no-fly volumes, and how far it is in metres.

    Raises:
        QuestionInvalid: if ``at`` is no position.
    """
    check_position("the place", at)
    at_m = to_metres(np.array([at], dtype=np.float64))
    if not airspace.forbids(at_m):
        return at, 0.0
    to_m = airspace.nearest_clear(at_m)
    lon, lat = to_degrees(to_m)[0].tolist()
    return LonLat(lon, lat), float(np.hypot(*(at_m - to_m)[0]))


def forbidden(airspace: Airspace, at_m: Points) -> Reason:
    """Why a place may not be flown to, with the nearest one that may."""
    name = airspace.volume_at(at_m)
    lon, lat = to_degrees(at_m)[0].tolist()
    legal, off_m = nearest_legal(airspace, LonLat(lon, lat))
    where = f"inside {name}" if name else "enclosed by no-fly volumes"
    text = (
        f"the place is {where}; the nearest place that may be flown to is "
        f"{legal.lon:.5f},{legal.lat:.5f}, {off_m:.0f} m away"
    )
    return Reason(Veto.NO_PATH, off_m, 0.0, text)
