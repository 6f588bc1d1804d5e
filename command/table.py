"""Incidents as a table for a spreadsheet: one a row, in the reader's words and local time. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from fleet.contract import DistrictView, IncidentState, IncidentView, TaskState

Language = Literal["zh", "en"]

# A byte-order mark, for without it spreadsheets take the text for another encoding.
BOM = "\ufeff"
_HEADINGS: dict[Language, tuple[str, ...]] = {
    "zh": (
        *("编号", "上报时间", "类别", "等级", "街道", "经度 WGS-84", "纬度 WGS-84", "状态"),
        *("机场", "无人机", "预计到场 s", "实际到场 s", "时限 s", "时限内", "结束时间", "来源"),
        *("已办事项", "任务总数", "已办结任务", "备注"),
    ),
    "en": (
        *("id", "reported at", "kind", "level", "subdistrict", "lon WGS-84", "lat WGS-84"),
        *("state", "dock", "drone", "predicted s", "on scene s", "window s", "in window"),
        *("closed at", "source", "items ticked", "tasks", "tasks done", "note"),
    ),
}
_STATES: dict[IncidentState, str] = {
    IncidentState.REPORTED: "待派机",
    IncidentState.DISPATCHED: "已派机",
    IncidentState.ON_SCENE: "已到场",
    IncidentState.ATTENDED: "已处置",
    IncidentState.UNSERVED: "无机可派",
    IncidentState.CLOSED: "已结束",
}
_YES_NO: dict[Language, tuple[str, str]] = {"zh": ("否", "是"), "en": ("no", "yes")}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def incidents_csv(
    incidents: Iterable[IncidentView], district: DistrictView, language: Language
) -> str:
    """The whole table, its headings first (RFC 4180)."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(_HEADINGS[language])
    words = _Words(district, language)
    for incident in incidents:
        rows.writerow(words.row(incident))
    return BOM + text.getvalue()


class _Words:
    """Ids put into the words of one language."""

    def __init__(self, district: DistrictView, language: Language) -> None:
        self._language: Language = language
        self._zone = ZoneInfo(district.timezone)
        self._kinds = {kind.id: getattr(kind.name, language) for kind in district.kinds}
        self._places = {
            feature["properties"]["code"]: feature["properties"][f"name_{language}"]
            for feature in district.subdistricts["features"]
        }

    def row(self, view: IncidentView) -> list[Any]:
        in_window = view.on_scene_s is not None and view.on_scene_s <= view.window_s
        return [
            view.id,
            self._time(view.reported_at),
            self._kinds.get(view.kind, view.kind),
            view.level,
            self._places.get(view.subdistrict or "", view.subdistrict or ""),
            f"{view.lon:.6f}",
            f"{view.lat:.6f}",
            _STATES[view.state] if self._language == "zh" else view.state.replace("_", " "),
            view.dock or "",
            view.drone or "",
            _seconds(view.eta_s),
            _seconds(view.on_scene_s),
            _seconds(view.window_s),
            "" if view.sortie is None else _YES_NO[self._language][in_window],
            "" if view.closed_at is None else self._time(view.closed_at),
            _harmless(view.source),
            len(view.ticks),
            len(view.tasks),
            sum(task.state is TaskState.DONE for task in view.tasks),
            _harmless(view.note),
        ]

    def _time(self, at: datetime) -> str:
        return f"{at.astimezone(self._zone):%Y-%m-%d %H:%M:%S}"


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"


def _harmless(text: str) -> str:
    """A text that a spreadsheet would take for a formula, marked as the text it is."""
    return f"'{text}" if text.startswith(_FORMULA) else text
