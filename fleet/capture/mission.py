"""A flight for pictures as the items of a mission.

For a panorama the drone stands, and the nose turns the camera, so that any gimbal that tilts will
do; for a model it stands at the beginning of each pass until it faces along it. Where the items
for the camera stand in the order is what makes ArduCopter do them in time, see
``fleet.mavlink.camera_items``: what takes a picture comes first after the item flown to, what turns
the drone never does.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.capture.flight import CaptureFlight
from fleet.capture.subject import STILL_S, STOP_S, ModelSubject, PanoramaSubject, Picture
from fleet.district.model import DockSite
from fleet.mavlink.camera_items import (
    point_camera,
    take_no_more,
    take_picture,
    take_pictures_every,
    turn_to,
)
from fleet.mavlink.mission import MissionItem
from fleet.mavlink.mission_items import ABSOLUTE, RELATIVE, legs_over, speed_of
from planner.capture.crosshatch import Pass
from planner.frame import to_degrees

AFTER_LAST_SHARE = 0.4  # of a step, by which a pass is flown on, for its last picture to be taken


def capture_mission(flight: CaptureFlight) -> tuple[MissionItem, ...]:
    """Item 0 is the home position; heights are above the pad of the dock."""
    site, subject = flight.dock, flight.subject
    up, *out = flight.out.waypoints
    *back, _ = flight.back.waypoints
    taken = (
        _panorama(subject, site) if isinstance(subject, PanoramaSubject) else _model(subject, site)
    )
    return (
        MissionItem(mavlink.MAV_CMD_NAV_WAYPOINT, ABSOLUTE, *site.at, site.alt_amsl_m),
        MissionItem(mavlink.MAV_CMD_NAV_TAKEOFF, RELATIVE, *up[:2], up[2] - site.alt_amsl_m),
        *legs_over(out, site.alt_amsl_m),
        *taken,
        *legs_over(back, site.alt_amsl_m),
        MissionItem(mavlink.MAV_CMD_NAV_LAND, RELATIVE, *site.at, 0.0),
    )


def _panorama(subject: PanoramaSubject, site: DockSite) -> Iterator[MissionItem]:
    for picture, hold_s in zip(subject.pictures, subject.holds_s(), strict=True):
        yield point_camera(picture.pitch_deg)
        yield turn_to(picture.heading_deg)
        yield _stay(picture, site, hold_s)
        yield take_picture()


def _model(subject: ModelSubject, site: DockSite) -> Iterator[MissionItem]:
    """The way from pass to pass is flown with the shutter shut."""
    yield speed_of(subject.speed_ms)
    pictures, taken = subject.pictures, 0
    for each in subject.passes:
        first = pictures[taken]
        taken += each.photos
        yield _stay(first, site, 0.0)
        yield point_camera(each.pitch_deg)
        yield turn_to(each.heading_deg)
        yield _stay(first, site, STILL_S)
        yield take_pictures_every(each.step_m, subject.speed_ms)
        yield _stay(_beyond(each, first), site, STOP_S)
        yield take_no_more()


def _beyond(each: Pass, picture: Picture) -> Picture:
    """Where a pass is flown to: as far behind its last picture that this is taken for certain."""
    start, end = np.array(each.start_m), np.array(each.end_m)
    beyond = end + (end - start) / (each.photos - 1) * AFTER_LAST_SHARE
    lon, lat = to_degrees(beyond[None, :]).tolist()[0]
    return picture._replace(lon=lon, lat=lat)


def _stay(picture: Picture, site: DockSite, seconds: float) -> MissionItem:
    height_m = picture.alt_amsl_m - site.alt_amsl_m
    over = MissionItem(mavlink.MAV_CMD_NAV_WAYPOINT, RELATIVE, *picture[:2], height_m)
    return replace(over, param1=float(math.ceil(seconds)))
