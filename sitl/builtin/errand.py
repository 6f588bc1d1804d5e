"""The mission as it is flown: which item, and when to go on to the next."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from sitl.builtin.helm import Helm, Place
from sitl.builtin.plans import Plans

_STAYS = (mavlink.MAV_CMD_NAV_LOITER_UNLIM, mavlink.MAV_CMD_NAV_LOITER_TIME)
_CORNERS = 24  # of a circle, as it is flown
_ABSOLUTE = (mavlink.MAV_FRAME_GLOBAL, mavlink.MAV_FRAME_GLOBAL_INT)


class Errand:
    """Flies the items one after the other. ``reached`` is called with each that is done, ``look``
    with each that is for gimbal or camera."""

    def __init__(
        self,
        helm: Helm,
        plans: Plans,
        reached: Callable[[int], None],
        look: Callable[[Any], object],
    ) -> None:
        self._helm, self._plans, self._reached, self._look = helm, plans, reached, look
        self.current = 0
        self._version = plans.version
        self._there_s: float | None = None
        self._lands = False
        self._corner = 0  # of the circle that is flown
        self._from_rad = 0.0  # where on it the circle began, from north

    @property
    def items(self) -> list[Any]:
        return self._plans.items[0]

    @property
    def exists(self) -> bool:
        return len(self.items) > 1

    @property
    def starts_with_take_off(self) -> bool:
        flown = [item for item in self.items[1:] if not is_setting(item)][:1]
        return bool(flown) and flown[0].command == mavlink.MAV_CMD_NAV_TAKEOFF

    def set_current(self, seq: int) -> bool:
        if not 0 <= seq < len(self.items):
            return False
        self.current = max(seq, 1) if self.exists else 0
        return True

    def reset(self) -> None:
        self.current = min(1, len(self.items) - 1)

    def keep_up(self) -> None:
        """A mission that was uploaded anew may be shorter."""
        if self._version != self._plans.version:
            self._version = self._plans.version
            self.current = min(self.current, len(self.items) - 1)

    def begin(self) -> None:
        """Sets out on the current item; what only changes settings is done and passed. A nose
        that was told to point somewhere points ahead again."""
        self.current = max(self.current, 1)
        self._there_s, self._lands = None, False
        self._helm.face_ahead()
        items = self.items
        while self.current < len(items) and is_setting(items[self.current]):
            self._set(items[self.current])
            self.current += 1
        if self.current >= len(items):
            self._helm.hold()
            return
        item = items[self.current]
        match item.command:
            case mavlink.MAV_CMD_NAV_TAKEOFF:
                self._helm.climb_to(max(self._height_of(item), self._helm.place[2]))
            case mavlink.MAV_CMD_NAV_LAND:
                east, north, _ = self._place_of(item)
                self._helm.go((east, north, self._helm.place[2]))
            case mavlink.MAV_CMD_NAV_LOITER_TURNS:
                self._begin_circle(item)
            case mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH:
                self._helm.begin_return()
            case _:
                self._helm.go(self._place_of(item))

    def _set(self, item: Any) -> None:
        match item.command:
            case mavlink.MAV_CMD_DO_CHANGE_SPEED:
                self._helm.change_speed(int(item.param1), item.param2)
            case mavlink.MAV_CMD_CONDITION_YAW:
                turn = math.copysign(1.0, item.param3) if item.param4 else 1.0
                self._helm.face(item.param1 * turn, from_here=bool(item.param4))
            case _:
                self._look(item)

    def fly(self, now_s: float) -> bool:
        """One step; True once it stands after landing."""
        if not 0 < self.current < len(self.items):
            return False
        item = self.items[self.current]
        match item.command:
            case mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH:
                return self._helm.go_home(now_s)
            case mavlink.MAV_CMD_NAV_LAND:
                self._lands = self._lands or self._helm.arrived
                return self._lands and self._helm.sink(now_s)
            case mavlink.MAV_CMD_NAV_LOITER_UNLIM:
                return False
            case mavlink.MAV_CMD_NAV_LOITER_TURNS:
                self._circle(item)
                return False
        following = self._following(item)
        if following is not None and self._helm.turns_towards(following):
            self._next()
        elif self._helm.arrived:
            self._there_s = now_s if self._there_s is None else self._there_s
            if now_s - self._there_s >= self._stay_s(item):
                self._next()
        return False

    def _begin_circle(self, item: Any) -> None:
        """From the edge that is nearest; from the middle, northwards."""
        east, north, _ = self._place_of(item)
        here = self._helm.place
        self._from_rad = math.atan2(here[0] - east, here[1] - north)
        self._corner = 0
        self._helm.go(self._on_circle(item, 0))

    def _circle(self, item: Any) -> None:
        following = self._on_circle(item, self._corner + 1)
        if not (self._helm.turns_towards(following) or self._helm.arrived):
            return
        if self._corner >= item.param1 * _CORNERS:
            self._next()
            return
        self._corner += 1
        self._helm.go(following)

    def _on_circle(self, item: Any, corner: int) -> Place:
        """The radius is positive for clockwise."""
        east, north, up = self._place_of(item)
        step_rad = math.copysign(2 * math.pi / _CORNERS, item.param3)
        turned = self._from_rad + corner * step_rad
        radius_m = abs(item.param3)
        return east + radius_m * math.sin(turned), north + radius_m * math.cos(turned), up

    def _next(self) -> None:
        self._reached(self.current)
        self.current += 1
        self.begin()

    def _stay_s(self, item: Any) -> float:
        stays = (mavlink.MAV_CMD_NAV_LOITER_TIME, mavlink.MAV_CMD_NAV_WAYPOINT)
        return float(item.param1) if item.command in stays else 0.0

    def _following(self, item: Any) -> Place | None:
        """Where the flight goes on without a stop; None if it stops, or goes straight up or
        down from here."""
        if item.command != mavlink.MAV_CMD_NAV_WAYPOINT or item.param1 > 0:
            return None
        flown = [one for one in self.items[self.current + 1 :] if not is_setting(one)][:1]
        if not flown or flown[0].command not in (mavlink.MAV_CMD_NAV_WAYPOINT, *_STAYS):
            return None
        here, there = self._place_of(item), self._place_of(flown[0])
        return there if math.dist(here[:2], there[:2]) > 1.0 else None

    def _place_of(self, item: Any) -> Place:
        lon, lat = item.y / 1e7, item.x / 1e7
        if lon == 0 and lat == 0:
            lon, lat, _ = self._helm.position
        return self._helm.metres(lon, lat, self._height_of(item))

    def _height_of(self, item: Any) -> float:
        return float(item.z) - (self._helm.home[2] if item.frame in _ABSOLUTE else 0.0)


def is_setting(item: Any) -> bool:
    """Commands that are not flown to."""
    return bool(item.command >= mavlink.MAV_CMD_NAV_LAST)
