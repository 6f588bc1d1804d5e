"""The MAVLink waypoint file, ``QGC WPL 110``: what Mission Planner and MAVProxy read and write.

A line an item: sequence, current, frame, command, four parameters, latitude, longitude, height,
autocontinue, apart by tabs. It holds the mission only, no fence and no rally points.
https://mavlink.io/en/file_formats/
"""

from __future__ import annotations

from pymavlink.dialects.v20 import ardupilotmega as mavlink

from fleet.district.document import Fault
from fleet.formats.plan_file import FileUnsound, PlanFile, item_fault
from fleet.mavlink.mission import MissionItem
from fleet.mavlink.mission_items import ABSOLUTE

HEAD = "QGC WPL 110"
PARAMETERS = ("parameter 1", "parameter 2", "parameter 3", "parameter 4")
PLACE = ("latitude", "longitude", "height")
FIELDS = ("sequence", "current", "frame", "command", *PARAMETERS, *PLACE, "autocontinue")
WHOLE = ("sequence", "current", "frame", "command", "autocontinue")
MOST_DIGITS = 6
SHOWN = 40  # characters of what was found, in a sentence

_HOME_COMMAND_UNSET = 0  # Mission Planner leaves the command of its home position so


def waypoint_text(plan: PlanFile) -> str:
    """The mission as a waypoint file; numbers as short as they can be read back equal."""
    return "\n".join([HEAD, *(_line(seq, item) for seq, item in enumerate(plan.mission)), ""])


def read_waypoints(name: str, text: str) -> PlanFile:
    """The mission of a waypoint file.

    Raises:
        FileUnsound: with the line that is wrong and what was expected in it.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    if not lines or lines[0].strip() != HEAD:
        found = _shown(lines[0]) if lines and lines[0].strip() else "nothing"
        raise FileUnsound(Fault(name, 1, "", found, f"the first line of a waypoint file, '{HEAD}'"))
    items: list[MissionItem] = []
    for number, line in enumerate(lines[1:], start=2):
        if line.strip() and not line.startswith("#"):
            items.append(_item(name, number, line.split(), len(items)))
    if len(items) < 2:
        found = "home alone" if items else "no items"
        expected = "item 0, which is home, and the mission after it"
        raise FileUnsound(Fault(name, len(lines), "", found, expected))
    return PlanFile(tuple(items))


def _line(seq: int, item: MissionItem) -> str:
    figures = (*item.parameters, item.y, item.x, item.z)
    current = int(seq == 0)
    return "\t".join([f"{seq}\t{current}\t{item.frame}\t{item.command}", *map(repr, figures), "1"])


def _item(name: str, line: int, texts: list[str], seq: int) -> MissionItem:
    if len(texts) != len(FIELDS):
        expected = f"{len(FIELDS)} values apart by tabs: {', '.join(FIELDS)}"
        raise FileUnsound(Fault(name, line, "", f"{len(texts)} values", expected))
    told = {
        field: (_whole if field in WHOLE else _number)(name, line, field, text)
        for field, text in zip(FIELDS, texts, strict=True)
    }
    if told["sequence"] != seq:
        expected = f"{seq}; items are numbered in order, from 0"
        raise FileUnsound(Fault(name, line, "sequence", texts[0], expected))
    if told["autocontinue"] != 1:
        expected = "1; a copter does not wait for a person between items"
        raise FileUnsound(Fault(name, line, "autocontinue", texts[-1], expected))
    command = int(told["command"])
    if seq == 0 and command == _HOME_COMMAND_UNSET:
        command = mavlink.MAV_CMD_NAV_WAYPOINT
    parameters = (told[field] for field in PARAMETERS)
    place = told["longitude"], told["latitude"], told["height"]
    item = MissionItem(command, int(told["frame"]), *place, *parameters)
    if wrong := item_fault(item) or (_home_fault(item) if seq == 0 else None):
        raise FileUnsound(Fault(name, line, f"item {seq}", *wrong))
    return item


def _home_fault(item: MissionItem) -> tuple[str, str] | None:
    if (item.command, item.frame) == (mavlink.MAV_CMD_NAV_WAYPOINT, ABSOLUTE):
        return None
    found = f"command {item.command} in frame {item.frame}"
    return found, "the home position, command 16 in frame 0, before the mission"


def _whole(name: str, line: int, field: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        raise FileUnsound(Fault(name, line, field, _shown(text), "a whole number from 0"))
    return int(text)


def _number(name: str, line: int, field: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise FileUnsound(Fault(name, line, field, _shown(text), "a number")) from None


def _shown(text: str) -> str:
    return repr(text[:SHOWN])
