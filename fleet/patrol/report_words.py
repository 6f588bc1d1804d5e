"""The words of a patrol report in both languages. Pure."""

from __future__ import annotations

import re
from typing import Final

from fleet import contract as c
from fleet.contract.patrol_report import Language

WORDS: Final[dict[Language, dict[str, str]]] = {
    "zh": {
        "title": "巡查报告",
        "made": "生成于",
        "looks": "查看",
        "flights": "架次",
        "tasks": "任务",
        "photos": "照片（按计划）",
        "findings": "发现",
        "none": "无",
        "unseen": "未查看及原因",
        "map": "任务与照片覆盖",
        "note": "照片范围按计划的航线、高度和相机视场在平地上推算，不是逐张照片的实测位置。",
        "flight": "架次",
        "drone": "无人机",
        "took_off": "起飞",
        "ended": "结束",
        "outcome": "结果",
        "why": "原因",
        "task": "任务",
        "name": "名称",
        "seen": "已查看",
        "partly": "部分查看",
        "key_unseen": "未查看",
        "seen_at": "查看时刻",
        "share": "覆盖",
        "finding": "发现",
        "footprint": "照片范围",
        "way": "航线",
        "kind": "类别",
        "at": "时刻",
        "place": "位置",
        "text": "说明",
    },
    "en": {
        "title": "Patrol report",
        "made": "made",
        "looks": "Looks",
        "flights": "Flights",
        "tasks": "Tasks",
        "photos": "Photos (as planned)",
        "findings": "Findings",
        "none": "None",
        "unseen": "Not looked at, and why",
        "map": "Tasks and what the photos show",
        "note": "What photos show is worked out from the planned way, height and field of view "
        "over level ground; it is not measured photo by photo.",
        "flight": "Flight",
        "drone": "Drone",
        "took_off": "Took off",
        "ended": "Ended",
        "outcome": "Outcome",
        "why": "Why",
        "task": "Task",
        "name": "Name",
        "seen": "Seen",
        "partly": "Partly seen",
        "key_unseen": "Not seen",
        "seen_at": "Seen at",
        "share": "Covered",
        "finding": "Finding",
        "footprint": "In photos",
        "way": "Way flown",
        "kind": "Kind",
        "at": "At",
        "place": "Place",
        "text": "Note",
    },
}
_STANDS: Final[dict[str, tuple[str, str]]] = {
    "planned": ("计划", "planned"),
    "waits": ("待起飞", "due"),
    "flying": ("巡查中", "flying"),
    "seen": ("已完成", "done"),
    "pre_empted": ("转去事件", "called to an incident"),
    "replanned": ("已重排", "planned anew"),
    "missed": ("有错过", "missed"),
    "unfinished": ("未完成", "unfinished"),
}
# what the controller says of patrols; other sentences stay as they were said
_SAID: Final[tuple[tuple[str, str], ...]] = (
    (r"it was not due yet, or is planned anew", "尚未到时，或已重新排班"),
    (r"(?:the patrol's|its) hours are over", "时段已过"),
    (r"no drone is free for patrols", "没有可用于巡查的无人机"),
    (r"nothing that could have flown it was free", "没有可用的无人机"),
    (r"the coverage is still being worked out", "覆盖率仍在计算"),
    (r"the 5-minute coverage is (\S+ %), patrols leave (\S+ %)", r"5 分钟覆盖 \1，巡查须保留 \2"),
    (
        r"without its drone the 5-minute coverage would be (\S+ %), patrols leave (\S+ %) and .+",
        r"少了这架，5 分钟覆盖只有 \1，须保留 \2",
    ),
    (r"the 5-minute coverage has fallen to (\S+ %)", r"5 分钟覆盖降到 \1"),
    (r"gusts of (\S+) m/s, patrols fly up to (\S+) m/s", r"阵风 \1 m/s，巡查上限 \2 m/s"),
    (r"rain of (\S+) mm/h, patrols fly up to (\S+) mm/h", r"雨强 \1 mm/h，巡查上限 \2 mm/h"),
    (r"(\S+) has paused the patrols: (.+)", r"\1 已暂停巡查：\2"),
    (r"recalled by the officer", "值班员召回"),
    (r"paused by the officer", "值班员暂停"),
    (
        r"it lies in (.+), (\d+) m from where a drone may be; its stand_off_m is (\d+)",
        r"位于 \1 内，最近可飞点在 \2 米外（允许 \3 米）",
    ),
)


def said(text: str | None, language: Language) -> str:
    """A sentence of the controller in the language asked for, where it is known."""
    if text is None or language == "en":
        return text or ""
    for pattern, chinese in _SAID:
        if found := re.fullmatch(pattern, text):
            return found.expand(chinese)
    return text


def standing(flight: c.PatrolFlightView, language: Language) -> str:
    """How a flight stands, or what came of it."""
    return _STANDS[flight.outcome or flight.state][0 if language == "zh" else 1]
