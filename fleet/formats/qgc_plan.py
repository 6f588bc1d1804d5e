"""QGroundControl's ``.plan``, version 1: mission, fence and rally points in one JSON file.

Latitude comes before longitude in it. Of missions the simple items are read, of fences the
polygons: what our drones cannot be sent is refused, never left out.
https://docs.qgroundcontrol.com/master/en/qgc-dev-guide/file_formats/plan.html
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.district.document import Fault, parse_document
from fleet.formats.plan_file import (
    HIGHEST_M,
    FileUnsound,
    PlanFile,
    home_item,
    item_fault,
    rally_item,
)
from fleet.mavlink.mission import MissionItem
from fleet.mavlink.mission_items import ABSOLUTE, RELATIVE, Fence

ARDUPILOT, QUADROTOR = mavlink.MAV_AUTOPILOT_ARDUPILOTMEGA, mavlink.MAV_TYPE_QUADROTOR
CRUISE_MS, HOVER_MS = 15, 5  # what QGroundControl reckons times with; it sets no speed
FEWEST_CORNERS = 3

# QGroundControl's own numbers for what a height is above.
_ALTITUDE_MODES = {RELATIVE: 1, ABSOLUTE: 2, mavlink.MAV_FRAME_GLOBAL_TERRAIN_ALT: 4}

_Lat = Annotated[float, Field(ge=-90, le=90)]
_Lon = Annotated[float, Field(ge=-180, le=180)]
_Height = Annotated[float, Field(ge=-HIGHEST_M, le=HIGHEST_M)]
_Place = tuple[_Lat, _Lon, _Height]


class _Model(BaseModel):
    """Keys that we do not know are QGroundControl's notes to itself."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class _SimpleItem(_Model):
    type: Literal["SimpleItem"]
    command: int
    frame: int
    params: Annotated[list[float | None], Field(min_length=7, max_length=7)]
    jump_id: int = Field(alias="doJumpId", ge=0, le=65535)
    goes_on: bool = Field(alias="autoContinue")


class _ComplexItem(_Model):
    type: Literal["ComplexItem"]
    kind: str = Field(default="", alias="complexItemType")


class _Mission(_Model):
    version: Literal[2]
    home: _Place = Field(alias="plannedHomePosition")
    items: Annotated[
        list[Annotated[_SimpleItem | _ComplexItem, Field(discriminator="type")]],
        Field(min_length=1),
    ]


class _Polygon(_Model):
    inclusion: bool
    polygon: Annotated[list[tuple[_Lat, _Lon]], Field(min_length=FEWEST_CORNERS)]


class _GeoFence(_Model):
    version: Literal[2]
    polygons: list[_Polygon] = []
    circles: list[Any] = []


class _RallyPoints(_Model):
    version: Literal[2]
    points: list[_Place] = []


class _Plan(_Model):
    file_type: Literal["Plan"] = Field(alias="fileType")
    version: Literal[1]
    mission: _Mission
    fence: _GeoFence = Field(default=_GeoFence(version=2), alias="geoFence")
    rally: _RallyPoints = Field(default=_RallyPoints(version=2), alias="rallyPoints")


def plan_text(plan: PlanFile) -> str:
    """The plan as QGroundControl's file."""
    rings = ((True, plan.fence.inclusions), (False, plan.fence.exclusions))
    polygons = [
        {"inclusion": inside, "polygon": [[lat, lon] for lon, lat in ring], "version": 1}
        for inside, some in rings
        for ring in some
    ]
    home = plan.home
    document = {
        "fileType": "Plan",
        "geoFence": {"circles": [], "polygons": polygons, "version": 2},
        "groundStation": "dockfleet",
        "mission": {
            "cruiseSpeed": CRUISE_MS,
            "firmwareType": ARDUPILOT,
            "hoverSpeed": HOVER_MS,
            "items": [_written(seq, item) for seq, item in enumerate(plan.mission) if seq > 0],
            "plannedHomePosition": [home.y, home.x, home.z],
            "vehicleType": QUADROTOR,
            "version": 2,
        },
        "rallyPoints": {"points": [[r.y, r.x, r.z] for r in plan.rally], "version": 2},
        "version": 1,
    }
    return json.dumps(document, indent=4) + "\n"


def read_plan(name: str, text: str) -> PlanFile:
    """What a ``.plan`` file holds.

    Raises:
        FileUnsound: with the line and the JSON key that is wrong and what was expected there.
    """
    value, faults = parse_document(name, text.removeprefix("\ufeff"), _Plan, is_json=True)
    if value is None:
        raise FileUnsound(faults[0])
    told = cast(_Plan, value)
    if told.fence.circles:
        found, expected = "a circle", "polygons only; draw the circle as a polygon"
        raise FileUnsound(Fault(name, None, "geoFence.circles[0]", found, expected))
    lat, lon, alt_amsl_m = told.mission.home
    mission = (home_item(lon, lat, alt_amsl_m), *_items(name, told.mission))
    inside, outside = (
        tuple(
            tuple((lon, lat) for lat, lon in each.polygon)
            for each in told.fence.polygons
            if each.inclusion is wanted
        )
        for wanted in (True, False)
    )
    rally = tuple(rally_item(lon, lat, up_m) for lat, lon, up_m in told.rally.points)
    return PlanFile(mission, Fence(inside, outside), rally)


def _written(seq: int, item: MissionItem) -> dict[str, Any]:
    figures = (*item.parameters, item.y, item.x, item.z)
    told: dict[str, Any] = {
        "autoContinue": True,
        "command": item.command,
        "doJumpId": seq,
        "frame": item.frame,
        "params": [None if math.isnan(value) else value for value in figures],
        "type": "SimpleItem",
    }
    if item.frame in _ALTITUDE_MODES:
        told |= {
            "AMSLAltAboveTerrain": None,
            "Altitude": item.z,
            "AltitudeMode": _ALTITUDE_MODES[item.frame],
        }
    return told


def _items(name: str, mission: _Mission) -> list[MissionItem]:
    """The items after home. Jumps name the ``doJumpId`` of where they lead, which need not be its
    place in the mission."""
    items: list[MissionItem] = []
    places: dict[int, int] = {}
    for index, each in enumerate(mission.items):
        key = f"mission.items[{index}]"
        if isinstance(each, _ComplexItem):
            found = f"a complex item ({each.kind})" if each.kind else "a complex item"
            expected = (
                "a SimpleItem; upload the plan to a vehicle with QGroundControl and download it "
                "again, which leaves simple items"
            )
            raise FileUnsound(Fault(name, None, key, found, expected))
        if not each.goes_on:
            expected = "true; a copter does not wait for a person between items"
            raise FileUnsound(Fault(name, None, f"{key}.autoContinue", "false", expected))
        item = _item(each)
        if wrong := item_fault(item):
            raise FileUnsound(Fault(name, None, key, *wrong))
        places[each.jump_id] = index + 1
        items.append(item)
    return [_jump(name, index, item, places) for index, item in enumerate(items)]


def _item(told: _SimpleItem) -> MissionItem:
    one, two, three, four = (math.nan if p is None else p for p in told.params[:4])
    lat, lon, alt = (p or 0.0 for p in told.params[4:])
    return MissionItem(told.command, told.frame, lon, lat, alt, one, two, three, four)


def _jump(name: str, index: int, item: MissionItem, places: dict[int, int]) -> MissionItem:
    if item.command != mavlink.MAV_CMD_DO_JUMP:
        return item
    if item.param1 not in places:
        key = f"mission.items[{index}].params[0]"
        expected = "the doJumpId of one of the items"
        raise FileUnsound(Fault(name, None, key, f"{item.param1:g}", expected))
    return replace(item, param1=float(places[int(item.param1)]))
