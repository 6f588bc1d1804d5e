"""From where a place is seen that may not be flown over."""

from __future__ import annotations

from typing import Final

from fleet.contract import VantageView
from planner.airspace import Airspace
from planner.model import LonLat
from planner.places import nearest_legal

VANTAGE_WITHIN_M: Final = 500.0  # so far a camera sees it


def vantage_of(airspace: Airspace, at: LonLat) -> VantageView | None:
    """For a place that may not be flown over, the nearest that may; it is flown to if it is near
    enough to see the other.

    Raises:
        QuestionInvalid: if ``at`` is no position.
    """
    legal, off_m = nearest_legal(airspace, at)
    if off_m == 0:
        return None
    return VantageView(lon=legal.lon, lat=legal.lat, off_m=off_m, used=off_m <= VANTAGE_WITHIN_M)


def flown_to(at: LonLat, vantage: VantageView | None) -> LonLat:
    """Where a drone goes that is to look at the place."""
    return LonLat(vantage.lon, vantage.lat) if vantage is not None and vantage.used else at


def seen_from(vantage: VantageView) -> str:
    """Where it goes that may not be over the place itself, in words."""
    where = f"{vantage.lon:.5f},{vantage.lat:.5f}, {vantage.off_m:.0f} m away"
    if vantage.used:
        return f"the place may not be flown over; it is seen from {where}"
    return (
        f"the place may not be flown over; the nearest that may is {where}, too far to go by rule"
    )
