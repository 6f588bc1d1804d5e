"""What a vehicle watches by itself: link, battery, fence; and what keeps it from arming."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from sitl.builtin.fence import Fence
from sitl.builtin.helm import Helm, Position
from sitl.builtin.plans import Plans

_WARNING = mavlink.MAV_SEVERITY_WARNING
ABSOLUTE = (mavlink.MAV_FRAME_GLOBAL, mavlink.MAV_FRAME_GLOBAL_INT)
NO_LONGER_ARMS = 0.1  # share left in the battery


class Act(Enum):
    """What a failsafe asks of the autopilot."""

    RETURN = "RTL"
    LAND = "LAND"


# BATT_FS_LOW_ACT, BATT_FS_CRT_ACT and FENCE_ACTION, as far as they are known here
_BATTERY_ACTS = {1: Act.LAND, 2: Act.RETURN}
_FENCE_ACTS = {1: Act.RETURN, 2: Act.LAND}


class Guards:
    """``say`` takes a severity and a text."""

    def __init__(
        self,
        helm: Helm,
        plans: Plans,
        parameters: Mapping[str, float],
        say: Callable[[int, str], None],
    ) -> None:
        self._helm, self._plans, self._parameters, self._say = helm, plans, parameters, say
        self._fence = Fence()
        self._heard_s: float | None = None
        self._link_lost = self._outside = self._low = self._critical = False

    def heard(self, now_s: float) -> None:
        self._heard_s = now_s
        if self._link_lost:
            self._link_lost = False
            self._say(_WARNING, "GCS Failsafe Cleared")

    @property
    def is_outside(self) -> bool:
        return self._outside

    def fresh_battery(self, share: float) -> None:
        """A battery that is told to be low is so without any act, as in ArduCopter."""
        left_mah = share * self._parameters["BATT_CAPACITY"]
        self._critical = left_mah < self._parameters["BATT_CRT_MAH"]
        self._low = self._critical or left_mah < self._parameters["BATT_LOW_MAH"]

    def prearm(self, battery_share: float) -> str | None:
        if self._low or self._critical:
            return "Battery failsafe"
        if battery_share < NO_LONGER_ARMS:
            return "Battery 1 low"
        lon, lat, _ = self._helm.position
        if not self.allows(lon, lat):
            return "Vehicle breaching Polygon fence"
        return None

    def allows(self, lon: float, lat: float) -> bool:
        """Whether the fence, where it is on, lets it be there."""
        told = self._parameters
        if not (told["FENCE_ENABLE"] and int(told["FENCE_TYPE"]) & 4):
            return True
        self._fence.load(self._plans.items[mavlink.MAV_MISSION_TYPE_FENCE])
        return self._fence.allows(lon, lat)

    def rally_points(self) -> list[Position]:
        """Where it may land instead of home: what lies outside its fence does not count."""
        home_amsl_m = self._helm.home[2]
        return [
            (item.y / 1e7, item.x / 1e7, item.z - (home_amsl_m if item.frame in ABSOLUTE else 0.0))
            for item in self._plans.items[mavlink.MAV_MISSION_TYPE_RALLY]
            if self.allows(item.y / 1e7, item.x / 1e7)
        ]

    def watch(self, now_s: float, battery_share: float, flying: bool) -> Act | None:
        """What must be done now, once for each fault."""
        acts = [self._watch_battery(battery_share), self._watch_link(now_s)]
        if flying:
            acts.append(self._watch_fence())
        wanted = [act for act in acts if act is not None]
        return Act.LAND if Act.LAND in wanted else wanted[0] if wanted else None

    def _watch_link(self, now_s: float) -> Act | None:
        told = self._parameters
        if not told["FS_GCS_ENABLE"] or self._heard_s is None or self._link_lost:
            return None
        if now_s - self._heard_s <= told["FS_GCS_TIMEOUT"]:
            return None
        self._link_lost = True
        self._say(_WARNING, "GCS Failsafe - RTL")
        return Act.RETURN

    def _watch_battery(self, share: float) -> Act | None:
        told = self._parameters
        left_mah = share * told["BATT_CAPACITY"]
        if left_mah < told["BATT_CRT_MAH"] and not self._critical:
            self._critical = True
            return self._battery_is("critical", share, told["BATT_FS_CRT_ACT"])
        if left_mah < told["BATT_LOW_MAH"] and not (self._low or self._critical):
            self._low = True
            return self._battery_is("low", share, told["BATT_FS_LOW_ACT"])
        return None

    def _battery_is(self, word: str, share: float, act: float) -> Act | None:
        used_mah = (1 - share) * self._parameters["BATT_CAPACITY"]
        self._say(_WARNING, f"Battery 1 is {word} used {used_mah:.0f} mAh")
        return _BATTERY_ACTS.get(int(act))

    def _watch_fence(self) -> Act | None:
        lon, lat, _ = self._helm.position
        inside = self.allows(lon, lat)
        if inside == (not self._outside):
            return None
        self._outside = not inside
        self._say(_WARNING, "Fence breach cleared" if inside else "Polygon fence breached")
        if inside:
            return None
        return _FENCE_ACTS.get(int(self._parameters["FENCE_ACTION"]))
