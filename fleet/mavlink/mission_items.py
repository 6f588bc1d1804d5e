"""From a planned route to the items an ArduCopter flies, and from a fence to its points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.mavlink.mission import MissionItem
from planner.model import Route, Waypoint

RELATIVE = mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT
ABSOLUTE = mavlink.MAV_FRAME_GLOBAL
GROUND_SPEED = 1
KEEP_THROTTLE = -1.0

Position = tuple[float, float]


@dataclass(frozen=True, slots=True)
class FlightPlan:
    """A mission as it is uploaded. ``return_seq`` is where the way back begins, ``stay_seq`` the
    item that keeps the drone at its place (0 if none does). ``rally``, the height above its pad at
    which its autopilot would return, and the fence go with it; None: the drone keeps what it has.
    """

    items: tuple[MissionItem, ...]
    return_seq: int
    stay_seq: int = 0
    rally: tuple[MissionItem, ...] | None = None
    return_height_m: float | None = None
    fence: FlightFence | None = None


@dataclass(frozen=True, slots=True)
class Fence:
    """Polygons of (lon, lat) to stay in and to keep out of."""

    inclusions: tuple[tuple[Position, ...], ...]
    exclusions: tuple[tuple[Position, ...], ...]

    @property
    def points(self) -> int:
        return sum(len(ring) for ring in (*self.inclusions, *self.exclusions))

    def items(self) -> list[MissionItem]:
        inside = mavlink.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_INCLUSION
        outside = mavlink.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_EXCLUSION
        return [
            MissionItem(command, ABSOLUTE, lon, lat, param1=float(len(ring)))
            for command, rings in ((inside, self.inclusions), (outside, self.exclusions))
            for ring in rings
            for lon, lat in ring
        ]


@dataclass(frozen=True, slots=True)
class FlightFence:
    """The fence of one flight. The first ``near`` of its exclusions matter to it; the others are
    there because there is room. ``left_out`` are near it too, and do not fit."""

    fence: Fence
    near: int
    left_out: int = 0

    def is_held(self, held: Fence | None) -> bool:
        """Whether a drone that holds this other fence has all that matters to the flight."""
        if held is None or held.inclusions != self.fence.inclusions:
            return False
        return set(self.fence.exclusions[: self.near]) <= set(held.exclusions)


def response_plan(route: Route, pad: Position, pad_amsl_m: float) -> FlightPlan:
    """Take off, fly out, stay over the scene until told otherwise; then the way back and land.

    The way back is in the drone from the start: told to go home, it flies as planned around the
    no-fly volumes, not the straight line of RTL.
    """
    take_off = MissionItem(
        mavlink.MAV_CMD_NAV_TAKEOFF,
        RELATIVE,
        pad[0],
        pad[1],
        route.cruise_alt_amsl_m - pad_amsl_m,
    )
    stay = _over(route.out[-1], mavlink.MAV_CMD_NAV_LOITER_UNLIM, pad_amsl_m)
    outward = [
        _home(pad, pad_amsl_m),
        take_off,
        *legs_over(route.out, pad_amsl_m),
        stay,
    ]
    homeward = [*legs_over(route.back, pad_amsl_m), _land(pad)]
    return FlightPlan((*outward, *homeward), len(outward), len(outward) - 1)


def directed_plan(
    route: Route, pad: Position, pad_amsl_m: float, radius_m: int = 0, turns: int = 0
) -> FlightPlan:
    """From where the drone is now to a place, to stay over it or to circle it; then the way back.

    A circle begins at its nearest edge and is not entered: what is circled may burn. Once it has
    made its turns the drone stays where it is on the circle.
    """
    place = route.out[-1]
    if radius_m == 0:
        legs = legs_over(route.out, pad_amsl_m)
        stay = [_over(place, mavlink.MAV_CMD_NAV_LOITER_UNLIM, pad_amsl_m)]
    else:
        legs = legs_over(route.out[:-2], pad_amsl_m)
        height_m = place.alt_amsl_m - pad_amsl_m
        circle = MissionItem(
            mavlink.MAV_CMD_NAV_LOITER_TURNS,
            RELATIVE,
            *place[:2],
            height_m,
            param1=turns,
            param3=radius_m,
        )
        here = MissionItem(mavlink.MAV_CMD_NAV_LOITER_UNLIM, RELATIVE, z=height_m)
        stay = [circle, here]
    outward = [_home(pad, pad_amsl_m), *legs, *stay]
    homeward = [*legs_over(route.back, pad_amsl_m), _land(pad)]
    items = (*outward, *homeward)
    return FlightPlan(items, len(outward), stay_seq=1 + len(legs))


def diverted_plan(route: Route, pad: Position, pad_amsl_m: float) -> FlightPlan:
    """A response by a drone that is in the air: from where it is now."""
    return directed_plan(route, pad, pad_amsl_m)


def homeward_plan(
    route: Route, pad: Position, pad_amsl_m: float, here: Waypoint, wait_s: float
) -> FlightPlan:
    """From where the drone is now, once it has waited there: the way back and land."""
    height_m = here.alt_amsl_m - pad_amsl_m
    waiting = mavlink.MAV_CMD_NAV_LOITER_TIME
    wait = [MissionItem(waiting, RELATIVE, *here[:2], height_m, param1=wait_s)] if wait_s else []
    items = (_home(pad, pad_amsl_m), *wait, *legs_over(route.back, pad_amsl_m), _land(pad))
    return FlightPlan(items, return_seq=1)


def speed_of(speed_ms: float) -> MissionItem:
    """From here on so fast over the ground."""
    return MissionItem(
        mavlink.MAV_CMD_DO_CHANGE_SPEED,
        mavlink.MAV_FRAME_MISSION,
        param1=GROUND_SPEED,
        param2=speed_ms,
        param3=KEEP_THROTTLE,
    )


def legs_over(waypoints: Sequence[Waypoint], pad_amsl_m: float) -> list[MissionItem]:
    """A waypoint each, with the ground speed of its leg set before it where that changes."""
    items: list[MissionItem] = []
    speed_ms: float | None = None
    for waypoint in waypoints:
        if waypoint.speed_ms > 0 and waypoint.speed_ms != speed_ms:
            speed_ms = waypoint.speed_ms
            items.append(speed_of(speed_ms))
        items.append(_over(waypoint, mavlink.MAV_CMD_NAV_WAYPOINT, pad_amsl_m))
    return items


def _over(waypoint: Waypoint, command: int, pad_amsl_m: float) -> MissionItem:
    height_m = waypoint.alt_amsl_m - pad_amsl_m
    return MissionItem(command, RELATIVE, waypoint.lon, waypoint.lat, height_m)


def _home(pad: Position, pad_amsl_m: float) -> MissionItem:
    """Item 0, which the autopilot replaces by its own home."""
    return MissionItem(mavlink.MAV_CMD_NAV_WAYPOINT, ABSOLUTE, pad[0], pad[1], pad_amsl_m)


def _land(pad: Position) -> MissionItem:
    return MissionItem(mavlink.MAV_CMD_NAV_LAND, RELATIVE, pad[0], pad[1], 0.0)
