"""A flight for pictures: from which dock, the way there and home, time and energy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from fleet.capture.subject import ModelSubject, Subject
from fleet.dispatch.forecast import candidates_at_rest
from fleet.district.model import District, DockSite
from fleet.formats.check import CEILING_M
from fleet.process import Refusal
from fleet.units.fence import airspace_of
from planner.airspace import Airspace, build
from planner.energy import WH
from planner.flight import ground_speed
from planner.frame import to_metres
from planner.model import Candidate, LonLat, Performance, Wind
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
    candidates = _let_out(district, wind, dock)
    subject = _in_wind(subject, candidates[0].performance, wind)
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


def _let_out(district: District, wind: Wind, dock: str | None) -> list[Candidate]:
    """The drones of the dock told, or of all, that their docks let out in this wind."""
    most_ms = {
        site.id: district.dock_models[site.model].wind_limit_ms
        for site in district.docks
        if dock in (None, site.id)
    }
    if not most_ms:
        docks = ", ".join(sorted(site.id for site in district.docks))
        raise Refusal(f"there is no dock {dock}; the docks are {docks}")
    found = [
        replace(each, wind=wind)
        for each in candidates_at_rest(district)
        if wind.speed_ms <= most_ms.get(each.dock, -1.0)
    ]
    if not found:
        raise Refusal(
            f"{dock or 'no dock'} lets {'no' if dock else 'a'} drone out in a wind of "
            f"{wind.speed_ms:g} m/s; the limit is {max(most_ms.values()):g} m/s"
        )
    return found


def _in_wind(subject: Subject, performance: Performance, wind: Wind) -> Subject:
    """Passes are flown no faster than the one with most wind against it can be."""
    if not isinstance(subject, ModelSubject):
        return subject
    speeds_ms = [subject.speed_ms]
    for each in subject.passes:
        east_m, north_m = np.subtract(each.end_m, each.start_m).tolist()
        fastest_ms = ground_speed(east_m, north_m, performance, wind)
        if fastest_ms is None:
            raise Refusal(f"the passes cannot be flown in a wind of {wind.speed_ms:g} m/s")
        speeds_ms.append(fastest_ms)
    return replace(subject, speed_ms=min(speeds_ms))


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
    known = build(airspace.volumes, at, relief=airspace.relief)
    legs = Legs(known, (*pads, *ends), performance, wind, heights)
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
