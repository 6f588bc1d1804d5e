"""A flight for pictures: from which dock, the way there and home, time and energy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from fleet.capture.subject import ModelSubject, Subject
from fleet.district.model import District, DockSite
from fleet.fence import airspace_of
from fleet.forecast import candidates_at_rest
from fleet.formats.check import CEILING_M
from fleet.process import Refusal
from planner.airspace import Airspace, build
from planner.energy import WH
from planner.frame import to_metres
from planner.model import Candidate, LonLat, Wind
from planner.patrol.legs import Heights, Leg, Legs, Place


@dataclass(frozen=True, slots=True)
class CaptureFlight:
    """From the dock and back to it. ``seconds`` and ``energy_wh`` are from lifting off to the
    pad."""

    subject: Subject
    dock: DockSite
    out: Leg
    back: Leg
    seconds: float
    energy_wh: float
    left_wh: float


def capture_flight(
    district: District, subject: Subject, wind: Wind, dock: str | None = None
) -> CaptureFlight:
    """The flight that takes least energy, of a charged drone: from the dock told, or any.

    Raises:
        Refusal: if pictures would be taken where no drone may fly, or no drone's battery lasts.
    """
    airspace = airspace_of(district)
    _check_clear(airspace, subject)
    candidates = [replace(each, wind=wind) for each in candidates_at_rest(district)]
    if dock is not None:
        candidates = [each for each in candidates if each.dock == dock]
        if not candidates:
            docks = ", ".join(sorted(site.id for site in district.docks))
            raise Refusal(f"there is no dock {dock}; the docks are {docks}")
    flights = list(_flights(district, airspace, subject, candidates, wind))
    if not flights:
        raise Refusal("no drone can fly there and home around the no-fly volumes in this wind")
    best = min(flights, key=lambda each: each.energy_wh)
    model = candidates[0].performance
    usable_wh = model.battery_wh * (1 - model.reserve_share)
    if best.energy_wh > usable_wh:
        raise Refusal(
            f"it takes {best.energy_wh:.0f} Wh from {best.dock.id}, and {usable_wh:.0f} Wh may be "
            "used; fly higher, with less overlap, or in parts"
        )
    return best


def _flights(
    district: District,
    airspace: Airspace,
    subject: Subject,
    candidates: Sequence[Candidate],
    wind: Wind,
) -> list[CaptureFlight]:
    sites = {site.id: site for site in district.docks}
    ground_m = subject.ground.highest_m
    pads = [Place(c.at, c.alt_amsl_m, c.alt_amsl_m, is_pad=True) for c in candidates]
    ends = [Place(at, ground_m, subject.alt_amsl_m) for at in (subject.begins, subject.ends)]
    flight = district.flight
    heights = Heights(flight.cruise_height_m, flight.scene_height_m, CEILING_M)
    performance = candidates[0].performance
    at = {str(number): place.at for number, place in enumerate((*pads, *ends))}
    legs = Legs(build(airspace.volumes, at), (*pads, *ends), performance, wind, heights)
    still_s, flown_s = subject.times_s(performance)
    busy_w = max(performance.hover_w, performance.cruise_w)
    busy_wh = (still_s * performance.hover_w + flown_s * busy_w) / WH
    found = []
    for pad, candidate in enumerate(candidates):
        out, back = legs.leg(pad, len(pads)), legs.leg(len(pads) + 1, pad)
        if out is None or back is None:
            continue
        wh = out.wh + busy_wh + back.wh
        seconds = out.seconds + still_s + flown_s + back.seconds
        left_wh = candidate.energy_wh - wh
        site = sites[candidate.dock]
        found.append(CaptureFlight(subject, site, out, back, seconds, wh, left_wh))
    return found


def _check_clear(airspace: Airspace, subject: Subject) -> None:
    """All of the flight between the pictures keeps out of the no-fly volumes."""
    way = [LonLat(picture.lon, picture.lat) for picture in subject.pictures]
    at_m = to_metres(np.array(way, dtype=np.float64))
    what = "the passes" if isinstance(subject, ModelSubject) else "the panorama"
    for point in at_m:
        if airspace.forbids(point[None, :]):
            where = airspace.volume_at(point[None, :]) or "between no-fly volumes"
            raise Refusal(f"{what} would be flown in {where}, where no drone may be")
    if len(at_m) > 1 and shapely.LineString(at_m).intersects(airspace.obstacles):
        raise Refusal(f"{what} would be flown through a no-fly volume; model the area in parts")
